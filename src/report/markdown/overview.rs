//! What was scanned, what the gate decided, and the counts.

use super::escape::escape;
use super::sheet::Comment;
use crate::exit::Exit;
use crate::level::FailOn;
use crate::report::Report;
use crate::report::words::{self, TOOL};
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
        // Without a gate the title would say nothing.
        (Exit::Success, FailOn::Never) => words::failing(report),
        (Exit::Success, _) => "gate passed".to_owned(),
        (Exit::Incomplete, _) => "incomplete".to_owned(),
        (Exit::Violation | Exit::Usage, _) => "gate failed".to_owned(),
    };
    let gate = escape(&words::gate(report), SENTENCE_COLUMNS);
    format!("## {TOOL}: {outcome}\n\n{}\n\n**{gate}**\n\n", scope(report))
}

fn scope(report: &Report) -> String {
    let scan = &report.scan;
    let shown = |value: &str| escape(value, VALUE_COLUMNS);
    let (name, workspace) =
        (shown(words::workspace(&report.workspace)), words::about_workspace(report, shown));
    let origin = match scan.source {
        Provenance::Api => "",
        Provenance::Snapshot => " From a saved snapshot.",
        Provenance::Demo => " **The built-in sample workspace: nothing here is about yours.**",
    };
    let redacted = if scan.redacted { format!(" Redacted: {}.", words::REDACTED) } else { String::new() };
    format!(
        "Workspace **{name}**{workspace}. Scanned {} UTC: {}.{origin}{redacted}",
        words::minute(scan.at),
        words::extent(report, |version| escape(version, VALUE_COLUMNS)),
    )
}

/// How many controls ended how, by level.
pub(super) fn counts(report: &Report) -> String {
    let mut table = format!("| {} |\n|:--|--:|--:|--:|--:|--:|\n", words::COUNTS.join(" | "));
    table.extend(words::counts(report).map(|row| format!("| {} |\n", row.join(" | "))));
    table.push('\n');
    table.extend(words::decisions(report).map(|sentence| sentence + "\n\n"));
    table
}

/// What the reader should know before believing the rest.
pub(super) fn warnings(sheet: &mut Comment, report: &Report) {
    let all = words::to_know(report);
    if all.is_empty() {
        return;
    }
    let lines = all.iter().take(MAX_LINES).map(|line| format!("- ⚠ {}\n", escape(line, SENTENCE_COLUMNS)));
    sheet.lines(lines, all.len(), SHARE, "- ");
    sheet.put("\n");
}
