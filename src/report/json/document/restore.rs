//! From the frozen types back to the program's own, to render a saved report.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::control::{BUILT_IN, Control, Decision, Finding, Statement, Step};
use super::values::Attested;
use super::*;
use crate::controls;
use crate::report::{
    self, Assessment, CatalogInfo, ConfigInfo, Report, RosterInfo, ScanInfo, SourceReport, WorkspaceInfo,
};
use crate::verdict::{self, Verdict};

fn owned(text: Option<Cow<'_, str>>) -> Option<String> {
    text.map(Cow::into_owned)
}

impl From<Document<'_>> for Report {
    fn from(document: Document<'_>) -> Self {
        let Document { tool, catalog, scan, workspace, .. } = document;
        Self {
            version: tool.version.into_owned(),
            catalog: CatalogInfo {
                guide_version: catalog.guide_version.into_owned(),
                digest: catalog.digest.into_owned(),
                controls: catalog.controls,
            },
            scan: ScanInfo {
                at: scan.at.into(),
                origin: scan.source.into(),
                level: scan.level.into(),
                since: scan.window.since.into(),
                until: scan.window.until.into(),
                duration_ms: scan.duration_ms,
                config: scan.config.map(|config| ConfigInfo {
                    path: config.path.into_owned(),
                    digest: config.digest.into_owned(),
                    loosens: config.loosens.into_owned(),
                }),
                rosters: scan.rosters.into_iter().map(Into::into).collect(),
                redacted: scan.redacted,
                redaction_key: owned(scan.redaction_key),
            },
            workspace: WorkspaceInfo {
                id: owned(workspace.id),
                name: owned(workspace.name),
                region: owned(workspace.region),
                teammates: workspace.teammates,
            },
            sources: document.sources.into_iter().map(Into::into).collect(),
            assessments: document.controls.into_iter().map(Into::into).collect(),
            activity: document.activity.map(Into::into),
            gate: document.gate.into(),
            warnings: document.warnings.into_owned(),
        }
    }
}

impl From<Roster<'_>> for RosterInfo {
    fn from(roster: Roster<'_>) -> Self {
        Self {
            path: roster.path.into_owned(),
            digest: roster.digest.into_owned(),
            kind: roster.kind.into(),
            people: roster.people,
            unreadable: roster.unreadable,
        }
    }
}

impl From<Source<'_>> for SourceReport {
    fn from(source: Source<'_>) -> Self {
        Self {
            id: source.id,
            status: source.status,
            records: source.records,
            requests: source.requests,
            detail: owned(source.detail),
        }
    }
}

impl From<Gate<'_>> for report::Gate {
    fn from(gate: Gate<'_>) -> Self {
        Self {
            fail_on: gate.fail_on.into(),
            strict: gate.strict,
            passed: gate.passed,
            violations: gate.violations.into_owned(),
            stale: gate.stale,
            exit: gate.exit_code.0,
        }
    }
}

impl From<Control<'_>> for Assessment {
    fn from(control: Control<'_>) -> Self {
        let verdict = Verdict {
            status: control.status.into(),
            basis: control.basis.into_iter().map(Into::into).collect(),
            reason: control.reason.into_owned(),
            findings: control.findings.into_iter().map(Into::into).collect(),
            context: control.context.into_owned(),
            next_step: None,
            attestation: control.attestation.map(Into::into),
        };
        let described = controls::Control {
            id: control.id.into_owned(),
            slug: String::new(),
            references: Vec::new(),
            columns: Vec::new(),
            digest: String::new(),
            title: control.title.into_owned(),
            level: control.level.into(),
            section: control.section.into_owned(),
            since: owned(control.since),
            description: control.description.into_owned(),
            rationale: control.rationale.into_owned(),
            prerequisites: control.prerequisites.into_owned(),
            effort: control.effort.into_owned(),
            attest_for: control.attest_for,
            frameworks: control.frameworks.into_owned(),
            steps: control.remediation.into_iter().map(Into::into).collect(),
            // Reports do not carry them: they went into the verdict.
            params: BTreeMap::new(),
            pack: control.pack.map(Into::into),
            origin: match (control.replaces_built_in, &*control.origin) {
                (true, path) => controls::Origin::Replaces(path.into()),
                (false, BUILT_IN) => controls::Origin::BuiltIn,
                (false, path) => controls::Origin::File(path.into()),
            },
        };
        let waived = control.waived.map(Into::into);
        Self { control: Arc::new(described), verdict, waived, known: control.known }
    }
}

impl From<Finding<'_>> for verdict::Finding {
    fn from(finding: Finding<'_>) -> Self {
        Self {
            fingerprint: finding.fingerprint.0,
            check: String::new(),
            person: None,
            event: None,
            last: None,
            subject: finding.subject.into_owned(),
            message: finding.message.into_owned(),
            evidence: finding.evidence.into_owned(),
            waived: finding.waived.map(Into::into),
            known: finding.known,
        }
    }
}

impl From<Decision<'_>> for verdict::Decision {
    fn from(decision: Decision<'_>) -> Self {
        Self {
            reason: decision.reason.into_owned(),
            by: decision.by.into_owned(),
            on: decision.on.map(|day| day.0),
            expires: decision.expires.0,
        }
    }
}

impl From<Statement<'_>> for verdict::Statement {
    fn from(statement: Statement<'_>) -> Self {
        Self {
            pass: statement.result == Attested::Pass,
            by: statement.by.into_owned(),
            on: statement.on.0,
            expires: statement.expires.0,
            evidence: owned(statement.evidence),
            note: owned(statement.note),
        }
    }
}

impl From<Step<'_>> for controls::Step {
    fn from(step: Step<'_>) -> Self {
        Self {
            title: step.title.into_owned(),
            path: step.path.into_owned(),
            actions: step.actions.into_owned(),
        }
    }
}
