//! What a reader sees first: the gate, the score, the coverage, and how many controls ended how.

use maud::{Markup, html};

use super::control::{ORDER, anchor, chip};
use super::text::{NAME, percent, shown};
use crate::controls::Level;
use crate::report::words::counted;
use crate::report::{Gate, Report, Tally};
use crate::snapshot::SourceId;
use crate::verdict::Status;

/// How many of the controls that failed the gate are named.
const MAX_VIOLATIONS: usize = 30;

/// The section.
pub(super) fn section(report: &Report) -> Markup {
    let tally = report.tally();
    let Tally { pass, fail, manual, unknown, .. } = tally;
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
                p.big { (percent(tally.coverage())) }
                p.note {
                    (decided) " of " (counted((decided + manual + unknown) as u64, "control"))
                    " could be decided"
                }
            }
        }
        (counts(&tally))
    }
}

fn counts(tally: &Tally) -> Markup {
    let of = |status| match status {
        Status::Pass => tally.pass,
        Status::Fail => tally.fail,
        Status::Manual => tally.manual,
        Status::Unknown => tally.unknown,
    };
    html! {
        ul.counts {
            @for status in ORDER {
                li { (chip(status)) " " strong { (of(status)) } }
            }
            @if tally.waived > 0 {
                li.aside { strong { (tally.waived) } " out of the gate by a waiver" }
            }
            @if tally.attested > 0 {
                li.aside { strong { (tally.attested) } " decided by an attestation" }
            }
        }
    }
}

fn gate(report: &Report) -> Markup {
    let gate = &report.gate;
    let (class, word) = match (gate.passed, gate.fail_on) {
        (false, _) => ("gate fail", "Failed"),
        (true, None) => ("gate off", "Off"),
        (true, Some(_)) => ("gate pass", "Passed"),
    };
    let unread = report.unread();
    html! {
        div class=(class) {
            p.label { "Gate" }
            p.big { (word) }
            @if !gate.violations.is_empty() { (violations(gate)) }
            @else if let Some(level) = gate.fail_on { p.note { (passed(report, level)) } }
            @else { p.note { "Nothing fails this scan (" code { "--fail-on never" } ")." } }
            @if gate.stale { p.note { "Attestations or waivers need attention, see the warnings." } }
            @if !unread.is_empty() {
                p.note {
                    "Incomplete: not all could be read of "
                    (unread.into_iter().map(SourceId::describe).collect::<Vec<_>>().join(" and of ")) "."
                }
            }
            p.note { "Exit code " (gate.exit.code()) }
        }
    }
}

fn passed(report: &Report, level: Level) -> String {
    let what = if report.gate.strict { "fails, is manual or is unknown" } else { "fails" };
    let except = match report.excused(level) {
        0 => String::new(),
        count => format!(", but for {} waived or in the baseline", counted(count as u64, "control")),
    };
    format!("No control up to {} {what}{except}.", level.label())
}

fn violations(gate: &Gate) -> Markup {
    let count = gate.violations.len();
    let up_to = gate.fail_on.map(|level| format!(" up to {}", level.label())).unwrap_or_default();
    let verb = match (gate.strict, count) {
        (true, _) => "failed, manual or unknown",
        (false, 1) => "fails",
        (false, _) => "fail",
    };
    html! {
        p.note {
            (counted(count as u64, "control")) (up_to) " " (verb) ": "
            @for (index, id) in gate.violations.iter().take(MAX_VIOLATIONS).enumerate() {
                @if index > 0 { ", " }
                a href={ "#" (anchor(id)) } { (shown(id, NAME)) }
            }
            @if count > MAX_VIOLATIONS { " and " (count - MAX_VIOLATIONS) " more" }
        }
    }
}
