//! One control: a line that says how it ended, and everything behind it once it is unfolded.

use maud::{Markup, html};

use super::findings::{self, Room};
use super::frameworks::Index;
use super::text::{NAME, PARAGRAPH, SENTENCE, framework, shown};
use crate::controls::{Control, Origin, Step};
use crate::report::words::counted;
use crate::report::{Assessment, Report};
use crate::verdict::{Basis, Decision, Statement, Status};

/// How many observations of a control are listed.
const MAX_CONTEXT: usize = 20;

/// How many steps, and how many actions of a step, are listed.
const MAX_STEPS: usize = 30;

/// The controls of each status that there is.
pub(super) fn by_status(report: &Report) -> impl Iterator<Item = (Status, Vec<&Assessment>)> {
    Status::WORST_FIRST.into_iter().filter_map(|status| {
        let of_status = report.assessments.iter().filter(|one| one.verdict.status == status);
        let assessments: Vec<_> = of_status.collect();
        (!assessments.is_empty()).then_some((status, assessments))
    })
}

/// The heading above the controls of a status.
pub(super) const fn group_title(status: Status) -> &'static str {
    match status {
        Status::Fail => "Failed",
        Status::Unknown => "Unknown",
        Status::Manual => "To be checked by a person",
        Status::Pass => "Passed",
    }
}

/// What the status means.
pub(super) const fn group_meaning(status: Status) -> &'static str {
    match status {
        Status::Fail => "What was observed shows that the requirement does not hold.",
        Status::Unknown => "An error kept the scan from reading what would decide it.",
        Status::Manual => "The API cannot show it, or the token may not read it.",
        Status::Pass => "What was observed shows that the requirement holds.",
    }
}

/// The word for a status, with a sign, so that nothing is told by colour alone.
pub(super) fn chip(status: Status) -> Markup {
    let (sign, word) = match status {
        Status::Pass => ("✓", "Pass"),
        Status::Fail => ("✕", "Fail"),
        Status::Manual => ("○", "Manual"),
        Status::Unknown => ("?", "Unknown"),
    };
    html! { span class={ "chip " (status.as_str()) } { span.sign aria-hidden="true" { (sign) } (word) } }
}

/// The name of a control's place in the page. An id that would not make a name has none.
pub(super) fn anchor(id: &str) -> String {
    let plain = |ch: char| ch.is_ascii_alphanumeric() || matches!(ch, '.' | '-' | '_');
    let usable = !id.is_empty() && id.len() <= 64 && id.chars().all(plain);
    format!("control-{}", if usable { id } else { "unnamed" })
}

/// A control, folded up.
pub(super) fn folded(assessment: &Assessment, frameworks: &Index<'_>, room: &mut Room) -> Markup {
    let Assessment { control, verdict, waived, known } = assessment;
    let findings = verdict.findings.len();
    html! {
        details.control
            id=(anchor(&control.id))
            data-status=(verdict.status.as_str())
            data-level=(control.level.as_str())
            data-frameworks=(frameworks.of_control(control))
        {
            summary {
                (chip(verdict.status))
                span.id { (shown(&control.id, NAME)) }
                h4 { (shown(&control.title, NAME)) }
                span.marks {
                    span.level { (control.level.label()) }
                    @if findings > 0 { span { (counted(findings as u64, "finding")) } }
                    @if assessment.is_waived() { span.mark { "waived" } }
                    @if assessment.is_attested() { span.mark { "attested" } }
                    @if *known { span.mark { "in the baseline" } }
                }
                span.reason { (shown(&verdict.reason, SENTENCE)) }
            }
            div.body {
                (findings::table(control, &verdict.findings, room))
                @if let Some(decision) = waived { (decision_block("Waived", decision)) }
                @if let Some(statement) = &verdict.attestation { (attestation(statement)) }
                (context(&verdict.context))
                (about(control))
                (steps(&control.steps))
                (facts(control, &verdict.basis))
            }
        }
    }
}

/// Who decided to live with it, until when and why.
fn decision_block(title: &str, decision: &Decision) -> Markup {
    html! {
        div.callout {
            h5 { (title) }
            p { (decision_text(decision)) }
        }
    }
}

/// A decision in a sentence.
pub(super) fn decision_text(decision: &Decision) -> String {
    let on = decision.on.map(|on| format!(" on {on}")).unwrap_or_default();
    format!(
        "By {}{on}, until {}: {}",
        shown(&decision.by, NAME),
        decision.expires,
        shown(&decision.reason, SENTENCE)
    )
}

fn attestation(statement: &Statement) -> Markup {
    let Statement { pass, by, on, expires, evidence, note } = statement;
    html! {
        div.callout {
            h5 { "Attested" }
            p {
                "Seen to " (if *pass { "hold" } else { "fail" }) " by " (shown(by, NAME)) " on " (on.to_string())
                "; counts until " (expires.to_string()) "."
            }
            @if let Some(evidence) = evidence { p { "Evidence: " (shown(evidence, SENTENCE)) } }
            @if let Some(note) = note { p { (shown(note, SENTENCE)) } }
        }
    }
}

fn context(context: &[String]) -> Markup {
    html! {
        @if !context.is_empty() {
            h5 { "Observed" }
            ul {
                @for line in context.iter().take(MAX_CONTEXT) { li { (shown(line, SENTENCE)) } }
                (more(context.len(), MAX_CONTEXT))
            }
        }
    }
}

/// A last element of a list that was cut.
fn more(all: usize, most: usize) -> Markup {
    html! { @if all > most { li.more { (all - most) " more in the JSON report" } } }
}

fn about(control: &Control) -> Markup {
    html! {
        @if !control.description.is_empty() {
            h5 { "What it asks" }
            p { (shown(&control.description, PARAGRAPH)) }
        }
        @if !control.rationale.is_empty() {
            h5 { "Why it matters" }
            p { (shown(&control.rationale, PARAGRAPH)) }
        }
        @if !control.prerequisites.is_empty() {
            h5 { "Needed before" }
            ul {
                @for line in control.prerequisites.iter().take(MAX_STEPS) { li { (shown(line, SENTENCE)) } }
                (more(control.prerequisites.len(), MAX_STEPS))
            }
        }
    }
}

fn steps(steps: &[Step]) -> Markup {
    html! {
        @if !steps.is_empty() {
            h5 { "How to put it right" }
            ol.steps {
                @for step in steps.iter().take(MAX_STEPS) {
                    li {
                        strong { (shown(&step.title, SENTENCE)) }
                        @if !step.path.is_empty() {
                            span.path {
                                @for (index, menu) in step.path.iter().take(MAX_STEPS).enumerate() {
                                    @if index > 0 { span.to { " › " } }
                                    (shown(menu, NAME))
                                }
                            }
                        }
                        ul {
                            @for action in step.actions.iter().take(MAX_STEPS) { li { (shown(action, SENTENCE)) } }
                            (more(step.actions.len(), MAX_STEPS))
                        }
                    }
                }
                (more(steps.len(), MAX_STEPS))
            }
        }
    }
}

/// Where the control belongs, and what its verdict rests on.
fn facts(control: &Control, basis: &[Basis]) -> Markup {
    let origin = match &control.origin {
        Origin::BuiltIn => None,
        Origin::File(path) => Some(("Read from", path)),
        Origin::Replaces(path) => Some(("Replaces the built-in control", path)),
    };
    html! {
        dl.facts {
            div { dt { "Section" } dd { (shown(&control.section, NAME)) } }
            @if !basis.is_empty() {
                div {
                    dt { "Rests on" }
                    dd { (basis.iter().map(|basis| basis_words(*basis)).collect::<Vec<_>>().join(", ")) }
                }
            }
            @if !control.effort.is_empty() { div { dt { "Effort" } dd { (shown(&control.effort, NAME)) } } }
            @for (id, controls) in control.frameworks.iter().take(MAX_STEPS) {
                @if !controls.is_empty() {
                    div { dt { (framework(id)) } dd { (shown(&controls.join(", "), SENTENCE)) } }
                }
            }
            @if let Some(since) = &control.since {
                div { dt { "In the guide since" } dd { (shown(since, NAME)) } }
            }
            @if let Some((what, path)) = origin {
                div { dt { (what) } dd { code { (shown(&path.to_string_lossy(), NAME)) } } }
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
    }
}
