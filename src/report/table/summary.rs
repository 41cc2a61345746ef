//! The counts, and whether the gate let the scan through.

use crate::level::Level;
use crate::report::gate::Outcome;
use crate::report::words::counted;
use crate::report::{Report, Tally};
use crate::terminal::page::{Page, table};
use crate::terminal::style::Role;
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
    let (role, word) = match report.outcome() {
        Outcome::Off => (Role::Caution, "GATE OFF:"),
        Outcome::Passed => (Role::Good, "GATE PASSED:"),
        Outcome::Failed => (Role::Bad, "GATE FAILED:"),
    };
    let mut why = report.why();
    if !report.gate.violations.is_empty() {
        why.push_str(&format!(": {}", text::line(&report.gate.violations.join(", "), IDS_COLUMNS)));
    }
    page.entry(0, role, word, &why);
    if let Some(stale) = report.stale_too() {
        page.entry(0, Role::Bad, "STALE:", stale);
    }
    if let Some(incomplete) = report.incomplete() {
        page.entry(0, Role::Bad, "INCOMPLETE:", &incomplete);
    }
    page.text(0, &format!("Exit code {}", report.gate.exit.code()));
}
