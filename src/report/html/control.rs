//! One control: a line that says how it ended, and everything behind it once it is unfolded.

use maud::{Markup, html};

use super::filter;
use super::findings;
use super::parts::{anchor, chip, listed, waiver};
use super::text::{NAME, PARAGRAPH, SENTENCE, framework, shown};
use crate::controls::Step;
use crate::report::words::{counted, is_own_mapping};
use crate::report::{BUILT_IN, Control};
use crate::verdict::{Attestation, Attested, Basis};

/// How many observations of a control are listed.
const MAX_CONTEXT: usize = 20;

/// How many steps, and how many actions of a step, are listed.
const MAX_STEPS: usize = 30;

/// A control, folded up, with that many findings at most.
pub(super) fn folded(control: &Control, max_findings: usize) -> Markup {
    let findings = control.open().count();
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
                    @if control.in_baseline { span.mark { "in the baseline" } }
                }
                span.reason { (shown(&control.reason, SENTENCE)) }
            }
            div.body {
                (findings::table(control, max_findings))
                @if let Some(waived) = &control.waived {
                    div.callout {
                        h5 { "Waived" }
                        p { (waiver(waived)) }
                    }
                }
                @if let Some(signed) = &control.attestation { (attestation(signed)) }
                (lines("Observed", &control.context, MAX_CONTEXT))
                (paragraph("What it asks", &control.description))
                (paragraph("Why it matters", &control.rationale))
                (lines("Needed before", &control.prerequisites, MAX_STEPS))
                (steps(&control.remediation))
                (lines("Documentation", &control.references, MAX_STEPS))
                (facts(control))
            }
        }
    }
}

fn attestation(attestation: &Attestation) -> Markup {
    let Attestation { result, by, on, expires, evidence, note } = attestation;
    let seen = match result {
        Attested::Pass => "hold",
        Attested::Fail => "fail",
        Attested::NotApplicable => "not apply",
    };
    html! {
        div.callout {
            h5 { "Attested" }
            p {
                "Seen to " (seen) " by " (shown(by, NAME)) " on " (on.to_string())
                "; counts until " (expires.to_string()) "."
            }
            @if let Some(evidence) = evidence { p { "Evidence: " (shown(evidence, SENTENCE)) } }
            @if let Some(note) = note { p { (shown(note, SENTENCE)) } }
        }
    }
}

fn lines(title: &str, lines: &[String], most: usize) -> Markup {
    html! {
        @if !lines.is_empty() {
            h5 { (title) }
            ul { (listed(lines, most, |line| html! { (shown(line, SENTENCE)) })) }
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

fn steps(steps: &[Step]) -> Markup {
    html! {
        @if !steps.is_empty() {
            h5 { "How to put it right" }
            ol.steps { (listed(steps, MAX_STEPS, step)) }
        }
    }
}

fn step(step: &Step) -> Markup {
    html! {
        strong { (shown(&step.title, SENTENCE)) }
        @if !step.path.is_empty() {
            span.path {
                @for (index, menu) in step.path.iter().take(MAX_STEPS).enumerate() {
                    @if index > 0 { span.to { " › " } }
                    (shown(menu, NAME))
                }
            }
        }
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
    }
}
