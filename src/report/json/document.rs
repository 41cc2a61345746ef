//! The shape of the JSON report, apart from the program's own types, so that those may change.
//!
//! The order of the fields is the order in the output. Words are spelt out here wherever a type of the
//! program could come to be called otherwise.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::controls::{self, Level, Step};
use crate::facts::Row;
use crate::report::{Assessment, Gate, Origin, Report, SourceReport, Tally};
use crate::snapshot::SourceStatus;
use crate::verdict::{Decision, Finding, Statement};

/// The version of what this module writes.
pub(super) const SCHEMA_VERSION: &str = "1";

/// The whole report.
#[derive(Serialize)]
pub(super) struct Document<'a> {
    schema_version: &'static str,
    tool: Tool,
    catalog: Catalog<'a>,
    scan: Scan<'a>,
    workspace: Workspace<'a>,
    sources: Vec<Source<'a>>,
    summary: Summary,
    controls: Vec<Control<'a>>,
    gate: GateObject<'a>,
    warnings: &'a [String],
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Catalog<'a> {
    guide_version: &'a str,
    digest: &'a str,
    controls: usize,
}

#[derive(Serialize)]
struct Scan<'a> {
    at: String,
    source: &'static str,
    level: &'static str,
    window: Window,
    duration_ms: Option<u64>,
    config: Option<Config<'a>>,
}

#[derive(Serialize)]
struct Window {
    since: String,
    until: String,
}

#[derive(Serialize)]
struct Config<'a> {
    path: &'a str,
    digest: &'a str,
    loosens: &'a [String],
}

#[derive(Serialize)]
struct Workspace<'a> {
    id: Option<&'a str>,
    name: Option<&'a str>,
    region: Option<&'a str>,
    teammates: Option<u64>,
}

#[derive(Serialize)]
struct Source<'a> {
    id: &'static str,
    endpoint: &'static str,
    status: &'static str,
    records: u64,
    requests: u64,
    scope: &'static str,
    detail: Option<&'a str>,
}

#[derive(Serialize)]
struct Summary {
    #[serde(flatten)]
    all: Counters,
    by_level: ByLevel,
}

#[derive(Serialize)]
struct Counters {
    pass: usize,
    fail: usize,
    manual: usize,
    unknown: usize,
    /// Controls laid aside by a waiver.
    waived: usize,
    /// Controls decided by an attestation.
    attested: usize,
    coverage: Option<f64>,
}

#[derive(Serialize)]
struct ByLevel {
    l1: Counters,
    l2: Counters,
    l3: Counters,
}

#[derive(Serialize)]
struct Control<'a> {
    id: &'a str,
    title: &'a str,
    level: &'static str,
    section: &'a str,
    status: &'static str,
    basis: Vec<&'static str>,
    reason: &'a str,
    findings: Vec<FindingObject<'a>>,
    waived: Option<DecisionObject<'a>>,
    attestation: Option<StatementObject<'a>>,
    context: &'a [String],
    frameworks: &'a BTreeMap<String, Vec<String>>,
    remediation: Vec<StepObject<'a>>,
    origin: String,
    replaces_built_in: bool,
    /// Whether the baseline has the control with the same status.
    known: bool,
}

#[derive(Serialize)]
struct FindingObject<'a> {
    fingerprint: &'a str,
    subject: &'a str,
    message: &'a str,
    evidence: &'a Row,
    waived: Option<DecisionObject<'a>>,
    /// Whether the baseline shows it too.
    known: bool,
}

/// A decision to live with something.
#[derive(Serialize)]
struct DecisionObject<'a> {
    reason: &'a str,
    by: &'a str,
    on: Option<String>,
    expires: String,
}

/// What a person saw and signed for.
#[derive(Serialize)]
struct StatementObject<'a> {
    result: &'static str,
    by: &'a str,
    on: String,
    expires: String,
    evidence: Option<&'a str>,
    note: Option<&'a str>,
}

#[derive(Serialize)]
struct StepObject<'a> {
    title: &'a str,
    path: &'a [String],
    actions: &'a [String],
}

#[derive(Serialize)]
struct GateObject<'a> {
    fail_on: &'static str,
    strict: bool,
    passed: bool,
    violations: &'a [String],
    exit_code: u8,
    /// Whether stale attestations and waivers failed it.
    stale: bool,
}

/// An instant in UTC, in whole seconds: `2026-02-01T12:00:00Z`.
fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

const fn source_of(origin: Origin) -> &'static str {
    match origin {
        Origin::Api => "api",
        Origin::Snapshot => "snapshot",
        Origin::Demo => "demo",
    }
}

const fn status_of(status: SourceStatus) -> &'static str {
    match status {
        SourceStatus::Complete => "complete",
        SourceStatus::Skipped => "skipped",
        SourceStatus::Forbidden => "forbidden",
        SourceStatus::Failed => "failed",
    }
}

impl From<Tally> for Counters {
    fn from(tally: Tally) -> Self {
        let Tally { pass, fail, manual, unknown, waived, attested } = tally;
        Self { pass, fail, manual, unknown, waived, attested, coverage: tally.coverage() }
    }
}

impl<'a> From<&'a SourceReport> for Source<'a> {
    fn from(source: &'a SourceReport) -> Self {
        Self {
            id: source.id.as_str(),
            endpoint: source.id.endpoint(),
            status: status_of(source.status),
            records: source.records,
            requests: source.requests,
            scope: source.id.scope(),
            detail: source.detail.as_deref(),
        }
    }
}

impl<'a> From<&'a Assessment> for Control<'a> {
    fn from(assessment: &'a Assessment) -> Self {
        let Assessment { control, verdict, waived, known } = assessment;
        let (origin, replaces_built_in) = match &control.origin {
            controls::Origin::BuiltIn => ("built-in".to_owned(), false),
            controls::Origin::File(path) => (path.to_string_lossy().into_owned(), false),
            controls::Origin::Replaces(path) => (path.to_string_lossy().into_owned(), true),
        };
        Self {
            id: &control.id,
            title: &control.title,
            level: control.level.as_str(),
            section: &control.section,
            status: verdict.status.as_str(),
            basis: verdict.basis.iter().map(|basis| basis.as_str()).collect(),
            reason: &verdict.reason,
            findings: verdict.findings.iter().map(FindingObject::from).collect(),
            waived: waived.as_ref().map(DecisionObject::from),
            attestation: verdict.attestation.as_ref().map(StatementObject::from),
            context: &verdict.context,
            frameworks: &control.frameworks,
            remediation: control.steps.iter().map(StepObject::from).collect(),
            origin,
            replaces_built_in,
            known: *known,
        }
    }
}

impl<'a> From<&'a Finding> for FindingObject<'a> {
    fn from(finding: &'a Finding) -> Self {
        Self {
            fingerprint: finding.fingerprint.as_str(),
            subject: &finding.subject,
            message: &finding.message,
            evidence: &finding.evidence,
            waived: finding.waived.as_ref().map(DecisionObject::from),
            known: finding.known,
        }
    }
}

impl<'a> From<&'a Decision> for DecisionObject<'a> {
    fn from(decision: &'a Decision) -> Self {
        Self {
            reason: &decision.reason,
            by: &decision.by,
            on: decision.on.map(|on| on.to_string()),
            expires: decision.expires.to_string(),
        }
    }
}

impl<'a> From<&'a Statement> for StatementObject<'a> {
    fn from(statement: &'a Statement) -> Self {
        Self {
            result: if statement.pass { "pass" } else { "fail" },
            by: &statement.by,
            on: statement.on.to_string(),
            expires: statement.expires.to_string(),
            evidence: statement.evidence.as_deref(),
            note: statement.note.as_deref(),
        }
    }
}

impl<'a> From<&'a Step> for StepObject<'a> {
    fn from(step: &'a Step) -> Self {
        Self { title: &step.title, path: &step.path, actions: &step.actions }
    }
}

impl<'a> From<&'a Gate> for GateObject<'a> {
    fn from(gate: &'a Gate) -> Self {
        Self {
            fail_on: gate.fail_on.map_or("never", Level::as_str),
            strict: gate.strict,
            passed: gate.passed,
            violations: &gate.violations,
            exit_code: gate.exit.code(),
            stale: gate.stale,
        }
    }
}

impl<'a> From<&'a Report> for Document<'a> {
    fn from(report: &'a Report) -> Self {
        let Report { catalog, scan, workspace, sources, assessments, gate, warnings } = report;
        Self {
            schema_version: SCHEMA_VERSION,
            tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            catalog: Catalog {
                guide_version: &catalog.guide_version,
                digest: &catalog.digest,
                controls: catalog.controls,
            },
            scan: Scan {
                at: instant(scan.at),
                source: source_of(scan.origin),
                level: scan.level.as_str(),
                window: Window { since: instant(scan.since), until: instant(scan.until) },
                duration_ms: scan.duration_ms,
                config: scan.config.as_ref().map(|config| Config {
                    path: &config.path,
                    digest: &config.digest,
                    loosens: &config.loosens,
                }),
            },
            workspace: Workspace {
                id: workspace.id.as_deref(),
                name: workspace.name.as_deref(),
                region: workspace.region.as_deref(),
                teammates: workspace.teammates,
            },
            sources: sources.iter().map(Source::from).collect(),
            summary: Summary {
                all: report.tally().into(),
                by_level: ByLevel {
                    l1: report.tally_of(Level::L1).into(),
                    l2: report.tally_of(Level::L2).into(),
                    l3: report.tally_of(Level::L3).into(),
                },
            },
            controls: assessments.iter().map(Control::from).collect(),
            gate: gate.into(),
            warnings,
        }
    }
}
