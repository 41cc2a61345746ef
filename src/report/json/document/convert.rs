//! From the program's own types to the frozen ones.

use std::borrow::Cow;

use super::control::{BUILT_IN, Control, Decision, Finding, Statement, Step};
use super::values::{Attested, Day, Fingerprint};
use super::*;
use crate::controls;
use crate::report::{self, Assessment, Report, RosterInfo, SourceReport, Tally};
use crate::verdict;

impl From<Tally> for Counters {
    fn from(tally: Tally) -> Self {
        let Tally { pass, fail, manual, unknown, waived, attested } = tally;
        Self { pass, fail, manual, unknown, waived, attested, coverage: tally.coverage() }
    }
}

impl<'a> From<&'a SourceReport> for Source<'a> {
    fn from(source: &'a SourceReport) -> Self {
        Self {
            id: source.id,
            endpoint: source.id.endpoint().into(),
            status: source.status,
            records: source.records,
            requests: source.requests,
            scope: source.id.scope().into(),
            detail: source.detail.as_deref().map(Cow::Borrowed),
        }
    }
}

impl<'a> From<&'a RosterInfo> for Roster<'a> {
    fn from(roster: &'a RosterInfo) -> Self {
        let RosterInfo { path, digest, kind, people, unreadable } = roster;
        Self {
            path: path.into(),
            digest: digest.into(),
            kind: (*kind).into(),
            people: *people,
            unreadable: *unreadable,
        }
    }
}

impl<'a> From<&'a Assessment> for Control<'a> {
    fn from(assessment: &'a Assessment) -> Self {
        let Assessment { control, verdict, waived, known } = assessment;
        let (origin, replaces_built_in) = match &control.origin {
            controls::Origin::BuiltIn => (BUILT_IN.into(), false),
            controls::Origin::File(path) => (path.to_string_lossy(), false),
            controls::Origin::Replaces(path) => (path.to_string_lossy(), true),
        };
        Self {
            id: (&control.id).into(),
            title: (&control.title).into(),
            level: control.level.into(),
            section: (&control.section).into(),
            status: verdict.status.into(),
            basis: verdict.basis.iter().map(|&basis| basis.into()).collect(),
            reason: (&verdict.reason).into(),
            findings: verdict.findings.iter().map(Finding::from).collect(),
            waived: waived.as_ref().map(Decision::from),
            attestation: verdict.attestation.as_ref().map(Statement::from),
            context: (&verdict.context).into(),
            description: (&control.description).into(),
            rationale: (&control.rationale).into(),
            prerequisites: (&control.prerequisites).into(),
            effort: (&control.effort).into(),
            since: control.since.as_deref().map(Cow::Borrowed),
            frameworks: Cow::Borrowed(&control.frameworks),
            remediation: control.steps.iter().map(Step::from).collect(),
            attest_for: control.attest_for,
            origin,
            replaces_built_in,
            pack: control.pack.map(Into::into),
            known: *known,
        }
    }
}

impl<'a> From<&'a verdict::Finding> for Finding<'a> {
    fn from(finding: &'a verdict::Finding) -> Self {
        Self {
            fingerprint: Fingerprint(finding.fingerprint.clone()),
            subject: (&finding.subject).into(),
            message: (&finding.message).into(),
            evidence: Cow::Borrowed(&finding.evidence),
            waived: finding.waived.as_ref().map(Decision::from),
            known: finding.known,
        }
    }
}

impl<'a> From<&'a verdict::Decision> for Decision<'a> {
    fn from(decision: &'a verdict::Decision) -> Self {
        Self {
            reason: (&decision.reason).into(),
            by: (&decision.by).into(),
            on: decision.on.map(Day),
            expires: Day(decision.expires),
        }
    }
}

impl<'a> From<&'a verdict::Statement> for Statement<'a> {
    fn from(statement: &'a verdict::Statement) -> Self {
        Self {
            result: if statement.pass { Attested::Pass } else { Attested::Fail },
            by: (&statement.by).into(),
            on: Day(statement.on),
            expires: Day(statement.expires),
            evidence: statement.evidence.as_deref().map(Cow::Borrowed),
            note: statement.note.as_deref().map(Cow::Borrowed),
        }
    }
}

impl<'a> From<&'a controls::Step> for Step<'a> {
    fn from(step: &'a controls::Step) -> Self {
        Self { title: (&step.title).into(), path: (&step.path).into(), actions: (&step.actions).into() }
    }
}

impl<'a> From<&'a report::Gate> for Gate<'a> {
    fn from(gate: &'a report::Gate) -> Self {
        Self {
            fail_on: gate.fail_on.into(),
            strict: gate.strict,
            passed: gate.passed,
            violations: (&gate.violations).into(),
            exit_code: ExitCode(gate.exit),
            stale: gate.stale,
        }
    }
}

impl<'a> From<&'a Report> for Document<'a> {
    fn from(report: &'a Report) -> Self {
        let Report { version, catalog, scan, workspace, sources, activity, assessments, gate, warnings } =
            report;
        Self {
            schema_version: SchemaVersion::One,
            tool: Tool { name: ToolName::IntercomHarden, version: version.into() },
            catalog: Catalog {
                guide_version: (&catalog.guide_version).into(),
                digest: (&catalog.digest).into(),
                controls: catalog.controls,
            },
            scan: Scan {
                at: scan.at.into(),
                source: scan.origin.into(),
                level: scan.level.into(),
                window: Window { since: scan.since.into(), until: scan.until.into() },
                duration_ms: scan.duration_ms,
                config: scan.config.as_ref().map(|config| Config {
                    path: (&config.path).into(),
                    digest: (&config.digest).into(),
                    loosens: (&config.loosens).into(),
                }),
                rosters: scan.rosters.iter().map(Roster::from).collect(),
                redacted: scan.redacted,
                redaction_key: scan.redaction_key.as_deref().map(Cow::Borrowed),
            },
            workspace: Workspace {
                id: workspace.id.as_deref().map(Cow::Borrowed),
                name: workspace.name.as_deref().map(Cow::Borrowed),
                region: workspace.region.as_deref().map(Cow::Borrowed),
                teammates: workspace.teammates,
            },
            sources: sources.iter().map(Source::from).collect(),
            summary: Summary {
                all: report.tally().into(),
                by_level: ByLevel {
                    l1: report.tally_of(crate::level::Level::L1).into(),
                    l2: report.tally_of(crate::level::Level::L2).into(),
                    l3: report.tally_of(crate::level::Level::L3).into(),
                },
            },
            controls: assessments.iter().map(Control::from).collect(),
            gate: gate.into(),
            warnings: warnings.into(),
            activity: activity.as_ref().map(Activity::from),
        }
    }
}
