//! SARIF 2.1.0, as GitHub code scanning and other viewers read it: a rule for each control, a result for each finding of a
//! failing control.
//!
//! - A failing control without findings is one result about the workspace. Passes are no results. What waits for a person
//!   or could not be read is a notification of the invocation: as a result it would be an alert that nobody can close.
//! - Waived results are suppressed, with the reason as justification. Where a baseline was used, `baselineState` says what
//!   is new.
//! - A finding is not in any file. It is located where somebody can act on it in a repository: in the configuration, or
//!   else in the control's file.
//! - `partialFingerprints` are made of the finding's fingerprint, so an alert stays the same while numbers change.
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
//!       "message": {"text": "ada@example.com: privileged: role Owner"},
//!       "locations": [{"physicalLocation": {"artifactLocation": {"uri": "intercom-harden.toml"}, "region": {"startLine": 1}},
//!                      "logicalLocations": [{"name": "ada@example.com", "kind": "resource"}]}],
//!       "partialFingerprints": {"primaryLocationLineHash": "aab9a02453c7085429bced82:1"}}]}]}
//! ```

use super::Report;
use super::json::json_text;
use super::words::{TOOL, instant};

mod document;
mod location;
mod results;
mod rules;
#[cfg(test)]
mod tests;

use document::{AutomationDetails, Driver, Invocation, Log, Run, Tool};

/// The version of SARIF.
const SARIF: &str = "2.1.0";

/// The schema, for editors that check what they show.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The most results of a run that code scanning accepts.
const MAX_RESULTS: usize = 25_000;

/// Renders the report as indented JSON with a final newline.
///
/// # Errors
/// When something in it has no JSON form.
pub(super) fn render(report: &Report) -> Result<String, serde_json::Error> {
    json_text(&log(report, MAX_RESULTS))
}

/// The log of a report, with that many results at most.
fn log(report: &Report, max_results: usize) -> Log<'_> {
    let (results, left_out) = results::results(report, max_results);
    let workspace = report.workspace.id.as_deref().unwrap_or("unknown");
    let version = &report.tool.version;
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: TOOL,
                version,
                semantic_version: version,
                full_name: format!("{TOOL} {version}"),
                information_uri: env!("CARGO_PKG_REPOSITORY"),
                rules: report.controls.iter().map(rules::rule).collect(),
            },
        },
        automation_details: AutomationDetails {
            // Code scanning closes the alerts of a category that a later run does not repeat, so scans and checks of
            // the declared policy have one each. What follows the last slash would name a single run.
            id: format!(
                "{TOOL}{}/{}/",
                if report.is_of_policy() { "-rbac" } else { "" },
                location::segment(workspace)
            ),
        },
        invocations: [Invocation {
            execution_successful: report.incomplete().is_none(),
            exit_code: report.gate.exit_code,
            end_time_utc: instant(report.scan.at),
            tool_execution_notifications: results::notifications(report, left_out),
        }],
        column_kind: "utf16CodeUnits",
        results,
    };
    Log { schema: SCHEMA, version: SARIF, runs: [run] }
}
