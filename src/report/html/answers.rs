//! What the page begins with, and the controls in the order of it: what to do first, who is concerned, what else fails,
//! what waits for a person, and what passed.

use maud::{Markup, html};

use super::parts::{SHORT, next, to_control};
use super::people::People;
use super::text::{SENTENCE, shown, soft};
use super::{control, filter, findings};
use crate::report::answers::{Answers, MAX_PEOPLE, Waiting};
use crate::report::words::{self, counted};
use crate::report::{Control, Report};
use crate::verdict::Status;

/// The controls, each folded up in the group that says what is to be done about it.
pub(super) fn section(report: &Report, answers: &Answers<'_>, people: &People<'_>) -> Markup {
    let most = findings::most_of_each(report);
    let group = |id: &str, title: &str, hint: Markup, controls: &[&Control]| {
        html! {
            @if !controls.is_empty() {
                section.group aria-labelledby={ "group-" (id) } {
                    h3 id={ "group-" (id) } { (title) " " span.count { (controls.len()) } }
                    p.hint { (hint) }
                    @for one in controls { (control::folded(one, most, people)) }
                }
            }
        }
    };
    let waiting: Vec<Waiting> = answers.waiting(report).collect();
    let hint = |status| {
        let waiting = waiting.iter().find(|one| one.status == status);
        html! {
            @if let Some(command) = waiting.and_then(|one| one.command.as_ref()) {
                "The data does not decide them. Run " code { (command) } " to record what you see."
            } @else if let Some(one) = waiting { (shown(&one.text, SENTENCE)) }
        }
    };
    let passed: Vec<_> = report.ended(Status::Pass).collect();
    let level = report.gate.level().label();
    html! {
        section #controls aria-labelledby="controls-heading" {
            h2 #controls-heading.visually-hidden { "Controls" }
            (filter::bar(report))
            @if let Some(nothing) = answers.nothing_first(report).filter(|_| !report.controls.is_empty()) { p.nothing { (nothing) } }
            (group("first", "Do first", html! { "What fails up to " (level) ", the most urgent first." }, &answers.first))
            (concerned(answers, people))
            (group("also", "Also failing", html! { "At higher levels, or waived, reviewed or in the baseline." }, &answers.also))
            (group("unknown", "Not decided", hint(Status::Unknown), &answers.unread))
            (group("manual", "Ask a person", hint(Status::Manual), &answers.ask))
            (group("aside", "Set aside", html! { "Waived, or attested not to apply." }, &answers.aside))
            (group("pass", "Passed", html! { "What was observed shows that the requirement holds." }, &passed))
            @if report.controls.is_empty() { p { "No control was evaluated." } }
        }
    }
}

/// Who stands in most findings.
pub(super) fn concerned(answers: &Answers<'_>, people: &People<'_>) -> Markup {
    html! {
        @if !answers.people.is_empty() {
            div.concerned {
                h3 {
                    "People to look at " span.count { (answers.people.len()) }
                }
                ul {
                    @for one in answers.people.iter().take(MAX_PEOPLE) {
                        li { (people.named(Some(one.id), one.name)) " " (shown(&one.in_words(), SHORT)) }
                    }
                }
                @if answers.people.len() > MAX_PEOPLE { p.hint { a href="#people" { "All people with findings" } } }
            }
        }
    }
}

/// Controls in a sentence each, with what to do next where that is asked for.
pub(super) fn in_short(controls: &[&Control], most: usize, with_next: bool) -> Markup {
    html! {
        @for control in controls.iter().take(most) {
            li {
                (to_control(control)) " (" (control.level.label()) ") "
                (soft(control.headline(), SHORT))
                @if with_next { (next(control)) }
            }
        }
        @if let Some(rest @ 1..) = controls.len().checked_sub(most) { li.more { (counted(rest as u64, "more control")) } }
    }
}

/// What waits for a person or for another scan, in a sentence each.
pub(super) fn waiting(report: &Report, answers: &Answers<'_>) -> Markup {
    html! {
        @for Waiting { lead, text, command, .. } in answers.waiting(report) {
            p { strong { (lead) ":" } " " (shown(&text, SENTENCE)) @if let Some(command) = command { " Run: " code { (command) } } }
        }
        @for sentence in words::decisions(report) { p { (sentence) } }
    }
}
