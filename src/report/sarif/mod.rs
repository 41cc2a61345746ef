//! SARIF 2.1.0, as GitHub code scanning and other viewers read it: a rule for each control, a result for each person
//! that a failing control finds something about.
//!
//! - A finding about anything else is a result of its own, a failing control without findings one about the workspace. Passes
//!   are no results. What waits for a person or could not be read is a notification of the invocation: as a result it would
//!   be an alert that cannot be closed.
//! - Waived results are suppressed, with the reason as justification. Where a baseline was used, `baselineState` says what
//!   is new.
//! - A message says who or what it is about, what is wrong, and what to do.
//! - A finding is not in any file. It is located where a repository says what is expected: in the configuration, else in the
//!   file of a control that was added, else where the configuration would be.
//! - `partialFingerprints` are made of control and person, or else of the finding's fingerprint, so an alert stays the same
//!   while numbers change.
//! - Messages are plain text of one line. Brackets in them are escaped, since `[…](…)` would be a link.
//!
//! ```json
//! {"version": "2.1.0",
//!  "runs": [{
//!    "tool": {"driver": {"name": "intercom-harden", "rules": [
//!      {"id": "2.3", "name": "LimitAdminAccess", "shortDescription": {"text": "Limit admin access"},
//!       "defaultConfiguration": {"level": "error"}, "properties": {"security-severity": "8.0", "tags": ["security", "l1"]}}]}},
//!    "automationDetails": {"id": "intercom-harden/ab12cd34/"},
//!    "invocations": [{"executionSuccessful": true, "exitCode": 1, "endTimeUtc": "2026-02-01T12:00:00Z"}],
//!    "results": [
//!      {"ruleId": "2.3", "ruleIndex": 0, "level": "error",
//!       "message": {"text": "ada@example.com: privileged: role Owner. Next: Settings > Workspace > Teammates: Choose a narrower role."},
//!       "locations": [{"physicalLocation": {"artifactLocation": {"uri": "intercom-harden.toml"}, "region": {"startLine": 1}},
//!                      "logicalLocations": [{"name": "ada@example.com", "kind": "resource"}]}],
//!       "partialFingerprints": {"primaryLocationLineHash": "aab9a02453c7085429bced82:1"}}]}]}
//! ```

use std::io::{self, Write};

use serde::Serialize;

use super::Report;
use super::json::{object, write_json};
use super::words::{self, TOOL, instant};
use crate::text;

mod alerts;
mod location;
mod results;
mod rules;
#[cfg(test)]
mod tests;

/// The version of SARIF.
const SARIF: &str = "2.1.0";

/// The schema, for editors that check what they show.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The most results of a run that code scanning accepts.
const MAX_RESULTS: usize = 25_000;

/// The longest message, in columns.
const MESSAGE_COLUMNS: usize = 1_000;

/// Writes the report as indented JSON with a final newline.
///
/// # Errors
/// When it cannot be written.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    write_json(&log(report, MAX_RESULTS), out)
}

/// The log of a report, with that many results at most.
fn log(report: &Report, max_results: usize) -> impl Serialize {
    let (results, left_out) = results::results(report, max_results);
    let workspace = report.workspace.id.as_deref().unwrap_or("unknown");
    let version = &report.tool.version;
    let driver = object! {
        "name": TOOL,
        "version": version,
        "semanticVersion": version,
        "fullName": format!("{TOOL} {version}"),
        "informationUri"?: rules::page(&report.catalog.guide_url),
        "rules": report.controls.iter().map(|control| rules::rule(report, control)).collect::<Vec<_>>(),
        "properties": object! { "guide": words::guide(report, |part| line(part, MESSAGE_COLUMNS)) },
    };
    // Code scanning closes the alerts of a category that a later run does not repeat, so scans and checks of the declared
    // policy have one each. What follows the last slash would name a single run.
    let kind = if report.is_of_policy() { "-rbac" } else { "" };
    let run = object! {
        "tool": object! { "driver": driver },
        "automationDetails": object! { "id": format!("{TOOL}{kind}/{}/", location::segment(workspace)) },
        "invocations": [object! {
            "executionSuccessful": report.incomplete().is_none(),
            "exitCode": report.gate.exit_code,
            "endTimeUtc": instant(report.scan.at),
            "toolExecutionNotifications": results::notifications(report, left_out),
        }],
        "columnKind": "utf16CodeUnits",
        "results": results,
    };
    object! { "$schema": SCHEMA, "version": SARIF, "runs": [run] }
}

/// A message of plain text.
fn message(text: String) -> impl Serialize {
    object! { "text": text }
}

/// One line of plain text from outside. SARIF knows links in it, whose brackets are escaped.
fn line(text: &str, max_columns: usize) -> String {
    let line = text::line(text, max_columns);
    line.replace('\\', r"\\").replace('[', r"\[").replace(']', r"\]")
}
