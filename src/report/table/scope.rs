//! What was scanned, with what, how well it could be read, the counts and the gate.

use super::more;
use crate::report::gate::GateOutcome;
use crate::report::words::{self, people};
use crate::report::{Report, SourceReport};
use crate::sources::{Provenance, SourceId, SourceStatus};
use crate::terminal::page::{Page, table};
use crate::terminal::style::Tone;
use crate::text;

/// The longest version shown, in columns.
const VERSION_COLUMNS: usize = 30;

/// The longest name or value shown, in columns.
const VALUE_COLUMNS: usize = 120;

/// The longest answer of a server shown.
const DETAIL_COLUMNS: usize = 300;

/// The longest warning shown: some list names.
const WARNING_COLUMNS: usize = 1_000;

/// The longest list of ids shown.
const IDS_COLUMNS: usize = 400;

/// How many settings that weaken the result, and how many warnings, are listed.
const MAX_LINES: usize = 50;

/// Writes what was scanned, when, and under which rules.
pub(super) fn heading(page: &mut Page, report: &Report) {
    let scan = &report.scan;
    let value = |text: &str| text::line(text, VALUE_COLUMNS);
    let program = format!("intercom-harden {}:", text::line(&report.tool.version, VERSION_COLUMNS));
    page.entry(0, Tone::Heading, &program, &words::extent(report, value));
    page.gap();
    field(
        page,
        "Workspace",
        &(value(words::workspace(&report.workspace)) + &words::about_workspace(report, value)),
    );
    let source = match scan.source {
        Provenance::Api => "the workspace itself, through the API",
        Provenance::Snapshot => "a saved snapshot",
        Provenance::Demo => "the built-in sample workspace: nothing below is about yours",
    };
    field(page, "Source", source);
    if scan.redacted {
        field(page, "Redacted", words::REDACTED);
    }
    let [since, until] = [scan.window.since, scan.window.until].map(words::minute);
    let span = words::span(scan.window);
    let window = format!("{since} to {until} UTC ({span})");
    field(page, "Window", &window);
    for roster in &scan.rosters {
        let people = people(roster.people);
        let (path, digest) = (value(&roster.path), value(&roster.digest));
        field(page, "Roster", &format!("{path} ({}, {people}, {digest})", roster.kind.title()));
    }
    if let Some(config) = &scan.config {
        field(page, "Config", &format!("{} ({})", value(&config.path), value(&config.digest)));
        for setting in config.weakens.iter().take(MAX_LINES) {
            page.entry(11, Tone::Caution, "weakens:", &value(setting));
        }
        more(page, 11, config.weakens.len(), MAX_LINES);
    }
}

/// Writes how each source ended; one that did not end well gets a line with the cause.
pub(super) fn sources(page: &mut Page, report: &Report) {
    page.heading("Sources");
    let mut table = table(page.width(), &["Source", "Request", "Outcome", "Records", "Requests"], 3..5);
    for source in &report.sources {
        table.add_row([
            source.id.as_str().to_owned(),
            text::line(&source.endpoint, IDS_COLUMNS),
            words::outcome(source.status).to_owned(),
            source.records.to_string(),
            source.requests.to_string(),
        ]);
    }
    page.table(&table);
    for (sources, why) in report.by_cause(cause) {
        let failed = sources.iter().any(|source| source.status == SourceStatus::Failed);
        let role = if failed { Tone::Bad } else { Tone::Caution };
        let ids: Vec<_> = sources.iter().map(|source| source.id.as_str()).collect();
        page.entry(0, role, &format!("{}:", ids.join(", ")), &why);
    }
}

/// Writes what the reader should know before believing the rest.
pub(super) fn warnings(page: &mut Page, report: &Report) {
    if report.warnings.is_empty() {
        return;
    }
    page.heading("Warnings");
    for warning in report.warnings.iter().take(MAX_LINES) {
        page.entry(0, Tone::Caution, "!", &text::line(warning, WARNING_COLUMNS));
    }
    more(page, 0, report.warnings.len(), MAX_LINES);
}

/// Writes how many controls ended how, by level.
pub(super) fn counts(page: &mut Page, report: &Report) {
    page.heading("Summary");
    let mut table = table(page.width(), &words::COUNTS, 1..6);
    table.add_rows(words::counts(report));
    page.table(&table);
    page.text(0, "Coverage is the share of controls that pass or fail by what was observed.");
    words::decisions(report).for_each(|sentence| page.text(0, &sentence));
}

/// Writes whether the gate passed, why, and the exit code.
pub(super) fn gate(page: &mut Page, report: &Report) {
    page.gap();
    let (role, word) = match report.outcome() {
        GateOutcome::Off => (Tone::Caution, "GATE OFF:"),
        GateOutcome::Passed => (Tone::Good, "GATE PASSED:"),
        GateOutcome::Failed => (Tone::Bad, "GATE FAILED:"),
    };
    let mut why = report.why();
    if !report.gate.violations.is_empty() {
        why.push_str(&format!(": {}", text::line(&report.gate.violations.join(", "), IDS_COLUMNS)));
    }
    page.entry(0, role, word, &why);
    for (lead, what) in words::beside_gate(report) {
        page.entry(0, Tone::Bad, &format!("{lead}:"), &text::line(&what, IDS_COLUMNS));
    }
    page.text(0, &format!("Exit code {}", report.gate.exit_code.code()));
}

fn field(page: &mut Page, label: &str, value: &str) {
    page.entry(0, Tone::Label, &format!("{label:<10}"), value);
}

/// Why a source did not end well: the permission that opens it, and what the server said.
fn cause(source: &SourceReport) -> Option<String> {
    let scope = source.id.scope();
    let permission = match (source.status, source.id) {
        (SourceStatus::Forbidden, SourceId::Me | SourceId::Admins | SourceId::ActivityLog) => {
            Some(format!("the token needs the permission \"{scope}\""))
        }
        (SourceStatus::Forbidden, SourceId::IpAllowlist) => {
            Some(format!("only the scope {scope} opens it, which a scan should not have"))
        }
        _ => None,
    };
    let detail = source.detail.as_deref().map(|detail| text::line(detail, DETAIL_COLUMNS));
    let parts: Vec<_> = permission.into_iter().chain(detail).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}
