//! What was scanned, with what, how well it could be read, the counts and the gate.

use crate::report::gate::Outcome;
use crate::report::words::{self, counted, people};
use crate::report::{Counters, Report, SourceReport};
use crate::sources::Provenance;
use crate::sources::{SourceId, SourceStatus};
use crate::terminal::page::{Page, table};
use crate::terminal::style::Role;
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
    let catalog = &report.catalog;
    let scan = &report.scan;
    let rules = if report.is_of_policy() {
        "declared policy".to_owned()
    } else {
        format!("hardening guide {}", text::line(&catalog.guide_version, VALUE_COLUMNS))
    };
    let controls = counted(catalog.controls as u64, "control");
    let extent = format!("{controls} up to {}, {rules}", scan.level.label());
    let program = format!("intercom-harden {}:", text::line(&report.tool.version, VERSION_COLUMNS));
    page.entry(0, Role::Heading, &program, &extent);
    page.gap();
    field(page, "Workspace", &workspace(report));
    let origin = match scan.origin {
        Provenance::Api => "the workspace itself, through the API",
        Provenance::Snapshot => "a saved snapshot",
        Provenance::Demo => "the built-in sample workspace: nothing below is about yours",
    };
    field(page, "Source", origin);
    if scan.redacted {
        field(page, "Redacted", words::REDACTED);
    }
    let days = scan.window.until.duration_since(scan.window.since).as_secs() / 86_400;
    let span = match days {
        ..1 => "less than a day".to_owned(),
        days => counted(days.unsigned_abs(), "day"),
    };
    let minute = "%Y-%m-%d %H:%M";
    let window = format!(
        "{} to {} UTC ({span})",
        scan.window.since.strftime(minute),
        scan.window.until.strftime(minute)
    );
    field(page, "Window", &window);
    for roster in &scan.rosters {
        let people = people(roster.people);
        let path = text::line(&roster.path, VALUE_COLUMNS);
        let digest = text::line(&roster.digest, VALUE_COLUMNS);
        field(page, "Roster", &format!("{path} ({}, {people}, {digest})", roster.kind.title()));
    }
    if let Some(config) = &scan.config {
        let path = text::line(&config.path, VALUE_COLUMNS);
        field(page, "Config", &format!("{path} ({})", text::line(&config.digest, VALUE_COLUMNS)));
        for setting in config.weakens.iter().take(MAX_LINES) {
            page.entry(11, Role::Caution, "weakens:", &text::line(setting, VALUE_COLUMNS));
        }
        if let Some(rest @ 1..) = config.weakens.len().checked_sub(MAX_LINES) {
            page.text(11, &format!("… and {rest} more (all of them in the JSON report)"));
        }
    }
}

/// Writes how each source ended; one that did not end well gets a line with the cause.
pub(super) fn sources(page: &mut Page, report: &Report) {
    page.heading("Sources");
    let mut table = table(page.width(), &["Source", "Request", "Outcome", "Records", "Requests"], 3..5);
    for source in &report.sources {
        table.add_row([
            source.id.as_str().to_owned(),
            source.id.endpoint().to_owned(),
            outcome(source.status).to_owned(),
            source.records.to_string(),
            source.requests.to_string(),
        ]);
    }
    page.table(&table);
    for source in &report.sources {
        let cause = cause(source);
        if !cause.is_empty() {
            let role = if source.status == SourceStatus::Failed { Role::Bad } else { Role::Caution };
            page.entry(0, role, &format!("{}:", source.id.as_str()), &cause);
        }
    }
}

/// Writes what the reader should know before believing the rest.
pub(super) fn warnings(page: &mut Page, report: &Report) {
    if report.warnings.is_empty() {
        return;
    }
    page.heading("Warnings");
    for warning in report.warnings.iter().take(MAX_LINES) {
        page.entry(0, Role::Caution, "!", &text::line(warning, WARNING_COLUMNS));
    }
    if let Some(rest @ 1..) = report.warnings.len().checked_sub(MAX_LINES) {
        page.text(0, &format!("… and {rest} more (all of them in the JSON report)"));
    }
}

/// Writes how many controls ended how, by level.
pub(super) fn counts(page: &mut Page, report: &Report) {
    page.heading("Summary");
    let mut table = table(page.width(), &["Level", "Pass", "Fail", "Manual", "Unknown", "Coverage"], 1..6);
    for (level, counters) in report.summary.levels() {
        table.add_row(row(level.label(), counters));
    }
    table.add_row(row("All", &report.summary.all));
    page.table(&table);
    page.text(0, "Coverage is the share of controls that pass or fail by what was observed.");
    let Counters { waived, attested, .. } = report.summary.all;
    if waived > 0 {
        page.text(0, &format!("{} left the gate by a decision.", counted(waived as u64, "control")));
    }
    if attested > 0 {
        page.text(0, &format!("{} decided by what a person attested.", counted(attested as u64, "control")));
    }
}

fn row(label: &str, counters: &Counters) -> [String; 6] {
    let coverage =
        counters.coverage.map_or_else(|| "-".to_owned(), |share| format!("{:.0} %", share * 100.0));
    [
        label.to_owned(),
        counters.pass.to_string(),
        counters.fail.to_string(),
        counters.manual.to_string(),
        counters.unknown.to_string(),
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
    page.text(0, &format!("Exit code {}", report.gate.exit_code.code()));
}

fn field(page: &mut Page, label: &str, value: &str) {
    page.entry(0, Role::Label, &format!("{label:<10}"), value);
}

fn workspace(report: &Report) -> String {
    let workspace = &report.workspace;
    let shown = |value: &Option<String>| value.as_deref().map(|value| text::line(value, VALUE_COLUMNS));
    let name = shown(&workspace.name).unwrap_or_else(|| "name not readable".to_owned());
    let id = shown(&workspace.id).unwrap_or_else(|| "id not readable".to_owned());
    let region = shown(&workspace.region)
        .map_or_else(|| "region not readable".to_owned(), |region| format!("region {region}"));
    let teammates = workspace
        .teammates
        .map_or_else(|| "teammates not readable".to_owned(), |count| counted(count, "teammate"));
    format!("{name} ({id}), {region}, {teammates}")
}

const fn outcome(status: SourceStatus) -> &'static str {
    match status {
        SourceStatus::Complete => "complete",
        SourceStatus::Skipped => "not asked for",
        SourceStatus::Forbidden => "forbidden",
        SourceStatus::Failed => "failed",
    }
}

/// Why a source did not end well: the permission that opens it, and what the server said.
fn cause(source: &SourceReport) -> String {
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
    permission.into_iter().chain(detail).collect::<Vec<_>>().join("; ")
}
