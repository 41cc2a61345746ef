//! The shape of the log: the part of SARIF that the program has something to say for.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{location, notifications, results, rules};
use crate::facts::Row;
use crate::report::Report;
use crate::report::words::{TOOL, instant};

/// The version of SARIF.
const SARIF: &str = "2.1.0";

/// The schema, for editors that check what they show.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The whole file.
#[derive(Serialize)]
pub(super) struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    automation_details: AutomationDetails,
    invocations: [Invocation<'a>; 1],
    column_kind: &'static str,
    results: Vec<ResultObject<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    version: &'a str,
    semantic_version: &'a str,
    full_name: String,
    /// The project's page; none while the package names none.
    #[serde(skip_serializing_if = "str::is_empty")]
    information_uri: &'static str,
    rules: Vec<Rule<'a>>,
}

/// Says which scans belong together: those of one workspace.
#[derive(Serialize)]
struct AutomationDetails {
    id: String,
}

/// A control.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule<'a> {
    pub(super) id: &'a str,
    pub(super) name: String,
    pub(super) short_description: Message,
    pub(super) full_description: Message,
    pub(super) help: Message,
    pub(super) default_configuration: Configuration,
    pub(super) properties: RuleProperties,
}

/// Plain text, and the same in Markdown where a viewer can show it.
#[derive(Serialize)]
pub(super) struct Message {
    pub(super) text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) markdown: Option<String>,
}

impl Message {
    /// Plain text alone.
    pub(super) const fn plain(text: String) -> Self {
        Self { text, markdown: None }
    }
}

#[derive(Serialize)]
pub(super) struct Configuration {
    pub(super) level: &'static str,
}

/// What code scanning reads beyond the standard.
#[derive(Serialize)]
pub(super) struct RuleProperties {
    pub(super) tags: Vec<String>,
    pub(super) precision: &'static str,
    #[serde(rename = "problem.severity")]
    pub(super) problem_severity: &'static str,
    #[serde(rename = "security-severity")]
    pub(super) security_severity: &'static str,
}

/// How the scan went.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a> {
    execution_successful: bool,
    exit_code: u8,
    end_time_utc: String,
    tool_execution_notifications: Vec<Notification<'a>>,
}

/// Something about the scan rather than the workspace.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Notification<'a> {
    pub(super) level: &'static str,
    pub(super) message: Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) associated_rule: Option<RuleReference<'a>>,
}

/// Names a rule.
#[derive(Serialize)]
pub(super) struct RuleReference<'a> {
    pub(super) id: &'a str,
    pub(super) index: usize,
}

/// A finding.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResultObject<'a> {
    pub(super) rule_id: &'a str,
    pub(super) rule_index: usize,
    pub(super) level: &'static str,
    pub(super) message: Message,
    pub(super) locations: [location::Location; 1],
    pub(super) partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) baseline_state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) suppressions: Option<Vec<Suppression<'a>>>,
    pub(super) properties: ResultProperties<'a>,
}

/// A waiver.
#[derive(Serialize)]
pub(super) struct Suppression<'a> {
    pub(super) kind: &'static str,
    pub(super) status: &'static str,
    pub(super) justification: &'a str,
    pub(super) properties: Decided<'a>,
}

/// Who decided, when and until when.
#[derive(Serialize)]
pub(super) struct Decided<'a> {
    pub(super) by: &'a str,
    pub(super) on: Option<String>,
    pub(super) expires: String,
}

/// What SARIF has no place for.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResultProperties<'a> {
    pub(super) basis: Vec<&'static str>,
    pub(super) reason: &'a str,
    pub(super) violates_gate: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) evidence: Option<&'a Row>,
}

impl<'a> Log<'a> {
    /// The log of a report, with that many results at most.
    pub(super) fn of(report: &'a Report, max_results: usize) -> Self {
        let (results, left_out) = results::results(report, max_results);
        let workspace = report.workspace.id.as_deref().unwrap_or("unknown");
        let run = Run {
            tool: Tool {
                driver: Driver {
                    name: TOOL,
                    version: &report.version,
                    semantic_version: &report.version,
                    full_name: format!("{TOOL} {}", report.version),
                    information_uri: env!("CARGO_PKG_REPOSITORY"),
                    rules: rules::rules(report),
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
                exit_code: report.gate.exit.code(),
                end_time_utc: instant(report.scan.at),
                tool_execution_notifications: notifications::notifications(report, left_out),
            }],
            column_kind: "utf16CodeUnits",
            results,
        };
        Self { schema: SCHEMA, version: SARIF, runs: [run] }
    }
}
