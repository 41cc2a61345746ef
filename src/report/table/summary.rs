//! The counts, and whether the gate let the scan through.

use crate::controls::Level;
use crate::report::page::{Page, table};
use crate::report::style::Role;
use crate::report::words::counted;
use crate::report::{Report, Tally};
use crate::snapshot::SourceId;
use crate::text;

/// The longest list of ids shown, in columns.
const IDS_COLUMNS: usize = 400;

/// Writes how many controls ended how, by level.
pub(super) fn counts(page: &mut Page, report: &Report) {
    page.heading("Summary");
    let mut table = table(page.width(), &["Level", "Pass", "Fail", "Manual", "Unknown", "Coverage"], 1..6);
    for level in Level::ALL {
        let tally = report.tally_of(level);
        if tally.coverage().is_some() {
            table.add_row(row(level.label(), &tally));
        }
    }
    table.add_row(row("All", &report.tally()));
    page.table(&table);
    page.text(0, "Coverage is the share of controls that pass or fail by what was observed.");
    let Tally { waived, attested, .. } = report.tally();
    if waived > 0 {
        page.text(0, &format!("{} left the gate by a decision.", counted(waived as u64, "control")));
    }
    if attested > 0 {
        page.text(0, &format!("{} decided by what a person attested.", counted(attested as u64, "control")));
    }
}

fn row(label: &str, tally: &Tally) -> [String; 6] {
    let coverage = tally.coverage().map_or_else(|| "-".to_owned(), |share| format!("{:.0} %", share * 100.0));
    [
        label.to_owned(),
        tally.pass.to_string(),
        tally.fail.to_string(),
        tally.manual.to_string(),
        tally.unknown.to_string(),
        coverage,
    ]
}

/// Writes whether the gate passed, why, and the exit code.
pub(super) fn gate(page: &mut Page, report: &Report) {
    page.gap();
    let gate = &report.gate;
    let what = if gate.strict { "fails, is manual or is unknown" } else { "fails" };
    let (role, word, why) = match (gate.fail_on, gate.violations.is_empty()) {
        (None, true) => (Role::Caution, "GATE OFF:", "nothing fails the scan (--fail-on never)".to_owned()),
        (Some(level), true) => {
            let except = match report.excused(level) {
                0 => String::new(),
                count => format!(", but for {} waived or in the baseline", counted(count as u64, "control")),
            };
            (Role::Good, "GATE PASSED:", format!("no control up to {} {what}{except}", level.label()))
        }
        (level, false) => {
            let up_to = level.map(|level| format!(" up to {}", level.label())).unwrap_or_default();
            let violations = counted(gate.violations.len() as u64, "control");
            let verb = match (gate.strict, gate.violations.len()) {
                (true, _) => "failed, manual or unknown",
                (false, 1) => "fails",
                (false, _) => "fail",
            };
            let ids = text::line(&gate.violations.join(", "), IDS_COLUMNS);
            (Role::Bad, "GATE FAILED:", format!("{violations}{up_to} {verb}: {ids}"))
        }
    };
    page.entry(0, role, word, &why);
    if gate.stale {
        page.entry(0, Role::Bad, "STALE:", "attestations or waivers need attention, see the warnings");
    }
    let unread = report.unread();
    if !unread.is_empty() {
        let unread = unread.into_iter().map(SourceId::describe).collect::<Vec<_>>().join(" and of ");
        page.entry(0, Role::Bad, "INCOMPLETE:", &format!("not all could be read of {unread}"));
    }
    page.text(0, &format!("Exit code {}", gate.exit.code()));
}
