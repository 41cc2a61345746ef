//! From verdicts to a report: the workspace, the sources, the gate.

use super::{
    Assessment, CatalogInfo, ConfigInfo, Gate, Origin, Report, ScanInfo, SourceReport, WorkspaceInfo,
};
use crate::controls::GUIDE_VERSION;
use crate::exit::Exit;
use crate::facts::Facts;
use crate::level::Level;
use crate::scan::{Job, Run};
use crate::sources::{Feed, Outcomes, SourceId, SourceStatus};
use crate::warning::Warning;

/// What fails a scan.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct GateRule {
    /// Controls up to this level count; none if nothing fails the scan.
    pub fail_on: Option<Level>,
    /// Whether manual and unknown count too.
    pub strict: bool,
    /// Whether a scan with failed sources may exit 0.
    pub allow_incomplete: bool,
    /// Whether stale attestations and waivers fail the scan.
    pub fail_on_hygiene: bool,
}

impl Report {
    /// What came of a job. How long it took is left out where output has to be reproducible: of a saved workspace, or as
    /// of a given instant.
    pub(crate) fn of(job: &Job, run: Run, reproducible: bool) -> Self {
        let Run { origin, outcomes, facts, ranges, assessments, warnings, duration } = run;
        let sources = sources(&outcomes);
        let duration = Some(duration).filter(|_| origin == Origin::Api && !reproducible);
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            catalog: CatalogInfo {
                guide_version: GUIDE_VERSION.to_owned(),
                digest: job.plan.catalog.digest(),
                controls: assessments.len(),
            },
            scan: ScanInfo {
                at: ranges.now,
                origin,
                level: job.plan.level,
                since: ranges.since,
                until: ranges.now,
                duration_ms: duration.map(|d| u64::try_from(d.as_millis()).unwrap_or(u64::MAX)),
                config: job.config.as_ref().map(|config| ConfigInfo {
                    path: config.path.clone(),
                    digest: config.digest.clone(),
                    loosens: config.weakens().iter().map(ToString::to_string).collect(),
                }),
                rosters: job.rosters.clone(),
                redacted: false,
                redaction_key: None,
            },
            workspace: workspace(&facts),
            activity: facts.activity.clone(),
            gate: decide(job.gate, &assessments, &sources, warnings.iter().any(Warning::is_hygiene)),
            assessments,
            warnings: warnings.iter().map(Warning::to_string).collect(),
            sources,
        }
    }

    /// How the scan ends.
    pub(crate) const fn exit(&self) -> Exit {
        self.gate.exit
    }
}

/// Joins the feeds of each source: it ended as the worst of them did.
fn sources(outcomes: &Outcomes) -> Vec<SourceReport> {
    let join = |id: SourceId| {
        let feeds = Feed::ALL.iter().filter(|feed| feed.source() == id);
        let feeds: Vec<_> = feeds.filter_map(|feed| outcomes.feeds.get(feed)).collect();
        let worst = feeds.iter().max_by_key(|outcome| outcome.status);
        SourceReport {
            id,
            status: worst.map_or(SourceStatus::Skipped, |outcome| outcome.status),
            records: feeds.iter().map(|outcome| outcome.records).sum(),
            requests: feeds.iter().map(|outcome| outcome.requests).sum(),
            detail: worst.and_then(|outcome| Some(outcome.failure.as_ref()?.to_string())),
        }
    };
    SourceId::ALL.iter().copied().map(join).collect()
}

fn workspace(facts: &Facts) -> WorkspaceInfo {
    let text = |name| facts.value(name).as_str().map(str::to_owned);
    WorkspaceInfo {
        id: text("workspace.id"),
        name: text("workspace.name"),
        region: text("workspace.region"),
        teammates: facts.value("workspace.teammates").as_u64(),
    }
}

fn decide(rule: GateRule, assessments: &[Assessment], sources: &[SourceReport], hygiene: bool) -> Gate {
    let counted = |assessment: &&Assessment| {
        rule.fail_on.is_some_and(|gate| assessment.control.level <= gate) && assessment.violates(rule.strict)
    };
    let violations: Vec<_> =
        assessments.iter().filter(counted).map(|assessment| assessment.control.id.clone()).collect();
    let stale = rule.fail_on_hygiene && hygiene;
    let passed = violations.is_empty() && !stale;
    let ended = |id| sources.iter().find(|source| source.id == id).map(|source| source.status);
    let failed = sources.iter().any(|source| source.status == SourceStatus::Failed);
    // Without the list of teammates there is no scan to speak of, whatever was allowed.
    let incomplete =
        (failed && !rule.allow_incomplete) || ended(SourceId::Admins) != Some(SourceStatus::Complete);
    Gate {
        fail_on: rule.fail_on,
        strict: rule.strict,
        passed,
        stale,
        exit: Exit::of_scan(!passed, incomplete),
        violations,
    }
}
