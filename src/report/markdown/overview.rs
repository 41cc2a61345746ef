//! What was scanned, what the gate decided, and the counts.

use super::escape::escape;
use super::sheet::Sheet;
use crate::exit::Exit;
use crate::level::FailOn;
use crate::report::words::{self, TOOL, counted};
use crate::report::{Counters, Report};
use crate::sources::Provenance;

/// The longest name or value shown, in columns.
const VALUE_COLUMNS: usize = 120;

/// The longest sentence shown, in columns.
const SENTENCE_COLUMNS: usize = 400;

/// How many warnings, and how many settings that weaken the result, are listed.
const MAX_LINES: usize = 10;

/// How many bytes of the sheet they may take.
const SHARE: usize = 12_000;

/// The title, the workspace and the gate.
pub(super) fn heading(report: &Report) -> String {
    let outcome = match (report.gate.exit_code, report.gate.fail_on) {
        (Exit::Success, FailOn::Never) => "nothing fails the scan",
        (Exit::Success, _) => "gate passed",
        (Exit::Incomplete, _) => "incomplete",
        (Exit::Violation | Exit::Usage, _) => "gate failed",
    };
    let gate = escape(&words::gate(report), SENTENCE_COLUMNS);
    format!("## {TOOL}: {outcome}\n\n{}\n\n**{gate}**\n\n", workspace(report))
}

fn workspace(report: &Report) -> String {
    let workspace = &report.workspace;
    let shown = |value: &Option<String>, otherwise: &str| match value.as_deref().map(str::trim) {
        None | Some("") => otherwise.to_owned(),
        Some(value) => escape(value, VALUE_COLUMNS),
    };
    let name = shown(&workspace.name, "name not readable");
    let id = shown(&workspace.id, "id not readable");
    let region = shown(&workspace.region, "not readable");
    let teammates = workspace
        .teammates
        .map_or_else(|| "teammates not readable".to_owned(), |count| counted(count, "teammate"));
    let origin = match report.scan.origin {
        Provenance::Api => "",
        Provenance::Snapshot => " From a saved snapshot.",
        Provenance::Demo => " **The built-in sample workspace: nothing here is about yours.**",
    };
    let redacted =
        if report.scan.redacted { format!(" Redacted: {}.", words::REDACTED) } else { String::new() };
    let rules = if report.is_of_policy() {
        "declared policy".to_owned()
    } else {
        format!("hardening guide {}", escape(&report.catalog.guide_version, VALUE_COLUMNS))
    };
    format!(
        "Workspace **{name}** ({id}), region {region}, {teammates}. Scanned {} UTC: {} up to {}, {rules}.{origin}{redacted}",
        report.scan.at.strftime("%Y-%m-%d %H:%M"),
        counted(report.catalog.controls as u64, "control"),
        report.scan.level.label(),
    )
}

/// How many controls ended how, by level.
pub(super) fn counts(report: &Report) -> String {
    let mut table =
        "| Level | Pass | Fail | Manual | Unknown | Coverage |\n|:--|--:|--:|--:|--:|--:|\n".to_owned();
    for (level, counters) in report.summary.levels() {
        table.push_str(&row(level.label(), counters));
    }
    let all = &report.summary.all;
    table.push_str(&row("All", all));
    table.push('\n');
    for (count, what) in
        [(all.waived, "left the gate by a decision"), (all.attested, "decided by what a person attested")]
    {
        if count > 0 {
            table.push_str(&format!("{} {what}.\n\n", counted(count as u64, "control")));
        }
    }
    table
}

fn row(label: &str, counters: &Counters) -> String {
    let Counters { pass, fail, manual, unknown, coverage, .. } = counters;
    let coverage = coverage.map_or_else(|| "-".to_owned(), |share| format!("{:.0} %", share * 100.0));
    format!("| {label} | {pass} | {fail} | {manual} | {unknown} | {coverage} |\n")
}

/// What the reader should know before believing the rest.
pub(super) fn warnings(sheet: &mut Sheet, report: &Report) {
    let weakens = report.scan.config.iter().flat_map(|config| &config.weakens);
    let weakens = weakens.map(|setting| format!("The configuration weakens the result: {setting}"));
    let all: Vec<_> = report.warnings.iter().cloned().chain(weakens).collect();
    if all.is_empty() {
        return;
    }
    let lines = all.iter().take(MAX_LINES).map(|line| format!("- ⚠ {}\n", escape(line, SENTENCE_COLUMNS)));
    sheet.lines(lines, all.len(), SHARE, "- ");
    sheet.put("\n");
}
