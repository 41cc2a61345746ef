//! One control: a line that says how it ended, and everything behind it once it is unfolded.

use maud::{Markup, html};

use super::parts::{anchor, chip, listed, next, waiver};
use super::people::People;
use super::text::{NAME, PARAGRAPH, SENTENCE, framework, linked, shown, soft};
use super::{filter, findings};
use crate::casefold::capitalized;
use crate::controls::Step;
use crate::report::words::{self, counted, is_own_mapping, next_step};
use crate::report::{BUILT_IN, Control};
use crate::verdict::{Basis, Status};

/// How many observations of a control are listed.
const MAX_CONTEXT: usize = 20;

/// How many steps, and how many actions of a step, are listed.
const MAX_STEPS: usize = 30;

/// A control, folded up, with that many findings at most.
pub(super) fn folded(control: &Control, max_findings: usize, people: &People<'_>) -> Markup {
    let findings = control.open().count();
    let fails = control.status == Status::Fail;
    let headline = if fails { control.headline() } else { &control.reason };
    html! {
        details.control
            id=(anchor(&control.id))
            data-status=(control.status.as_str())
            data-level=(control.level.as_str())
            data-frameworks=(filter::tokens(control))
        {
            summary {
                (chip(control.status))
                span.id { (shown(&control.id, NAME)) }
                h4 { (shown(&control.title, NAME)) }
                span.marks {
                    span.level { (control.level.label()) }
                    @if findings > 0 { span { (counted(findings as u64, "finding")) } }
                    @if control.is_waived() { span.mark { "waived" } }
                    @if control.is_attested() { span.mark { "attested" } }
                    @if control.is_not_applicable() { span.mark { "does not apply" } }
                    @if control.in_baseline { span.mark { "in the baseline" } }
                }
                span.reason { (soft(headline, SENTENCE)) @if fails { (next(control)) } }
            }
            div.body {
                @if !headline.starts_with(control.reason.trim_end_matches('.')) { p { (soft(&control.reason, SENTENCE)) } }
                (findings::table(control, max_findings, people))
                @if let Some(waived) = &control.waived {
                    div.callout {
                        h5 { "Waived" }
                        p { (waiver(waived)) }
                    }
                }
                @if let Some(signed) = &control.attestation {
                    div.callout {
                        h5 { "Attested" }
                        p { (linked(&capitalized(&words::attested(signed)), PARAGRAPH)) }
                    }
                }
                (lines("Observed", &control.context, MAX_CONTEXT, soft))
                div.guide {
                    (paragraph("What it asks", &control.description))
                    (paragraph("Why it matters", &control.rationale))
                    (lines("Needed before", &control.prerequisites, MAX_STEPS, soft))
                    (steps(control))
                    (lines("Documentation", &control.documentation(), MAX_STEPS, linked))
                    (facts(control))
                }
            }
        }
    }
}

/// A list of lines, each put into the page in that way.
fn lines(title: &str, lines: &[String], most: usize, one: fn(&str, usize) -> Markup) -> Markup {
    html! {
        @if !lines.is_empty() {
            h5 { (title) }
            ul { (listed(lines, most, |line| one(line, SENTENCE))) }
        }
    }
}

fn paragraph(title: &str, text: &str) -> Markup {
    html! {
        @if !text.is_empty() {
            h5 { (title) }
            p { (shown(text, PARAGRAPH)) }
        }
    }
}

fn steps(control: &Control) -> Markup {
    let to_come = next_step(control);
    html! {
        @if !control.remediation.is_empty() {
            h5 { "How to put it right" }
            ol.steps { (listed(&control.remediation, MAX_STEPS, |one| step(one, to_come == Some(one)))) }
        }
    }
}

fn step(step: &Step, is_next: bool) -> Markup {
    let path = step.path.iter().take(MAX_STEPS).map(|menu| shown(menu, NAME)).collect::<Vec<_>>();
    html! {
        strong { (shown(&step.title, SENTENCE)) } @if is_next { " " span.mark { "next" } }
        @if !path.is_empty() { span.path { (path.join(" › ")) } }
        ul { (listed(&step.actions, MAX_STEPS, |action| html! { (shown(action, SENTENCE)) })) }
    }
}

/// Where the control belongs, and what its verdict rests on.
fn facts(control: &Control) -> Markup {
    let origin = match (control.replaces_built_in, &*control.origin) {
        (false, BUILT_IN) => None,
        (false, path) => Some(("Read from", path)),
        (true, path) => Some(("Replaces the built-in control", path)),
    };
    html! {
        dl.facts {
            div { dt { "Section" } dd { (shown(&control.section, NAME)) } }
            @if !control.basis.is_empty() {
                div {
                    dt { "Rests on" }
                    dd { (control.basis.iter().map(|basis| basis_words(*basis)).collect::<Vec<_>>().join(", ")) }
                }
            }
            @if !control.effort.is_empty() { div { dt { "Effort" } dd { (shown(&control.effort, NAME)) } } }
            @for (id, controls) in control.frameworks.iter().take(MAX_STEPS) {
                @if !controls.is_empty() {
                    div {
                        dt { (framework(id)) }
                        dd {
                            (shown(&controls.join(", "), SENTENCE))
                            @if is_own_mapping(control, id) { " (own mapping)" }
                        }
                    }
                }
            }
            @if let Some(since) = &control.since {
                div { dt { "In the guide since" } dd { (shown(since, NAME)) } }
            }
            @if let Some((what, path)) = origin {
                div { dt { (what) } dd { code { (shown(path, NAME)) } } }
            }
        }
    }
}

const fn basis_words(basis: Basis) -> &'static str {
    match basis {
        Basis::Api => "what the API reports",
        Basis::ActivityLog => "the activity log",
        Basis::Attestation => "an attestation",
        Basis::Roster => "a roster of the identity provider",
        Basis::History => "the history in the store",
    }
}
