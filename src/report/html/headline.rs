//! What a reader sees first: the gate, the score, the coverage, and how many controls ended how.

use maud::{Markup, html};

use super::parts::{anchor, chip};
use super::text::{NAME, SENTENCE, percent, shown};
use crate::casefold::capitalized;
use crate::report::gate::GateOutcome;
use crate::report::words::{beside_gate, counted};
use crate::report::{Counters, Report};
use crate::verdict::Status;

/// How many of the controls that failed the gate are named.
const MAX_VIOLATIONS: usize = 30;

/// The section.
pub(super) fn section(report: &Report) -> Markup {
    let counters = report.summary.all;
    let Counters { pass, fail, manual, unknown, coverage, .. } = counters;
    let decided = pass + fail;
    let score = (decided > 0).then(|| pass as f64 / decided as f64);
    html! {
        section.headline aria-labelledby="summary-heading" {
            h2 #summary-heading.visually-hidden { "Summary" }
            (gate(report))
            div.figure {
                p.label { "Score" }
                p.big { (percent(score)) }
                p.note { (pass) " of " (counted(decided as u64, "decided control")) " pass" }
            }
            div.figure {
                p.label { "Coverage" }
                p.big { (percent(coverage)) }
                p.note {
                    (decided) " of " (counted((decided + manual + unknown) as u64, "control"))
                    " could be decided"
                }
            }
        }
        (counts(&counters))
    }
}

fn counts(counters: &Counters) -> Markup {
    html! {
        ul.counts {
            @for status in Status::WORST_FIRST {
                li { (chip(status)) " " strong { (counters.with(status)) } }
            }
            @if counters.waived > 0 {
                li.aside { strong { (counters.waived) } " out of the gate by a waiver" }
            }
            @if counters.attested > 0 {
                li.aside { strong { (counters.attested) } " decided by an attestation" }
            }
            @if counters.not_applicable > 0 {
                li.aside { strong { (counters.not_applicable) } " attested not to apply" }
            }
        }
    }
}

fn gate(report: &Report) -> Markup {
    let (class, word) = match report.outcome() {
        GateOutcome::Failed => ("gate fail", "Failed"),
        GateOutcome::Off => ("gate off", "Off"),
        GateOutcome::Passed => ("gate pass", "Passed"),
    };
    html! {
        div class=(class) {
            p.label { "Gate" }
            p.big { (word) }
            p.note { (capitalized(&report.why())) (violations(&report.gate.violations)) "." }
            @for (lead, what) in beside_gate(report) { p.note { (lead) ": " (shown(&what, SENTENCE)) "." } }
            p.note { "Exit code " (report.gate.exit_code.code()) }
        }
    }
}

/// The controls that failed the gate, as links into the page.
fn violations(ids: &[String]) -> Markup {
    html! {
        @for (index, id) in ids.iter().take(MAX_VIOLATIONS).enumerate() {
            (if index == 0 { ": " } else { ", " })
            a href={ "#" (anchor(id)) } { (shown(id, NAME)) }
        }
        @if let Some(rest @ 1..) = ids.len().checked_sub(MAX_VIOLATIONS) { " and " (rest) " more" }
    }
}
