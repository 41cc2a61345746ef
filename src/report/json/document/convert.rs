//! From the program's own types to the frozen ones.

use jiff::Timestamp;

use super::*;
use crate::controls::{self, Level, Step};
use crate::report::{Assessment, Gate, Origin, Report, RosterInfo, SourceReport, Tally};
use crate::snapshot::SourceStatus;
use crate::verdict::{Decision, Finding, Statement};

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

impl<'a> From<&'a RosterInfo> for Roster<'a> {
    fn from(roster: &'a RosterInfo) -> Self {
        let RosterInfo { path, digest, kind, people, unreadable } = roster;
        Self { path, digest, kind: kind.as_str(), people: *people, unreadable: *unreadable }
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
                rosters: scan.rosters.iter().map(Roster::from).collect(),
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
