//! From assessments to a report: the workspace, the sources, the gate, and the order in which things are put right.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::{Job, Run};
use crate::adjust;
use crate::config::Weakening;
use crate::controls::{GUIDE_STATUS, GUIDE_TITLE, GUIDE_URL, GUIDE_VERSION};
use crate::facts::Facts;
use crate::posture::{self, Person, Posture};
use crate::report::{
    CatalogInfo, ConfigInfo, Control, Gate, Report, ScanInfo, SchemaVersion, SourceReport, Summary, Tool,
    Window, WorkspaceInfo,
};
use crate::sentence::Sentence;
use crate::sources::{Feed, Outcome, Outcomes, Provenance, SourceId, SourceStatus};
use crate::verdict::Status;
use crate::warning::Warning;

impl Report {
    /// What came of a job. How long it took is left out where output has to be reproducible: of a saved workspace, or as
    /// of a given instant.
    pub(crate) fn of(job: &Job, run: Run, reproducible: bool) -> Self {
        let Run { provenance, outcomes, facts, ranges, assessments, warnings, duration } = run;
        let sources = sources(&outcomes);
        let weakens = job
            .config
            .as_ref()
            .map(|config| adjust::weakens(config, &job.plan.catalog, job.today(ranges.now)));
        let weakens = weakens.unwrap_or_default();
        let sentences = warnings.iter().map(Warning::sentence).chain(weakens.iter().map(Weakening::sentence));
        let sentences = sentences.chain(assessments.iter().flat_map(|one| one.verdict.sentences()));
        let quoted = sentences.flat_map(Sentence::quoted).collect();
        let Posture { mut people, settings } = posture::of(&facts);
        let administrators: BTreeSet<&str> =
            people.iter().filter(|one| one.is_administrator()).map(|one| one.id.as_str()).collect();
        let mut controls: Vec<Control> = assessments
            .into_iter()
            .map(|one| {
                let check = one.verdict.headline.as_ref().map(|first| first.check.clone());
                let mut control = Control::from(one);
                check.iter().for_each(|check| control.count_administrators(check, &administrators));
                control
            })
            .collect();
        if let Some(baseline) = &job.adjustments.baseline {
            let redactor = job.adjustments.redactor.as_ref();
            baseline.mark(&mut controls, &sources, |fingerprint| Some(redactor?.fingerprint(fingerprint)));
        }
        let hygiene = warnings.iter().any(Warning::is_hygiene);
        let left_out = job.gate.fail_on.level().map(|level| job.plan.left_out(level).cloned().collect());
        let gate = Gate::decide(job.gate, &controls, &sources, hygiene).without(left_out.unwrap_or_default());
        rank(&mut controls, &administrators, &gate);
        note_findings(&mut people, &controls);
        let measured = provenance == Provenance::Api && !reproducible;
        let duration = Some(duration).filter(|_| measured);
        Self {
            schema_version: SchemaVersion::One,
            tool: Tool::this(),
            catalog: CatalogInfo {
                guide_version: GUIDE_VERSION.to_owned(),
                guide_title: GUIDE_TITLE.to_owned(),
                guide_url: GUIDE_URL.to_owned(),
                guide_status: GUIDE_STATUS.to_owned(),
                digest: job.plan.catalog.digest(),
                controls: controls.len(),
            },
            scan: ScanInfo {
                at: ranges.now,
                source: provenance,
                level: job.plan.level,
                window: Window { since: ranges.since, until: ranges.now },
                duration_ms: duration.map(|d| u64::try_from(d.as_millis()).unwrap_or(u64::MAX)),
                rate: outcomes.rate.filter(|_| measured),
                skipped: job.plan.skipped.clone(),
                baseline: job.adjustments.baseline.as_ref().map(|baseline| baseline.info.clone()),
                config: job.config.as_ref().map(|config| ConfigInfo {
                    path: config.path.clone(),
                    repository_path: config.repository_path.clone(),
                    digest: config.digest.clone(),
                    weakens: weakens.iter().map(ToString::to_string).collect(),
                }),
                rosters: job.rosters.clone(),
                redacted: false,
                redaction_key: None,
            },
            workspace: workspace(&facts),
            summary: Summary::of(&controls),
            controls,
            people,
            settings,
            activity: facts.activity.clone(),
            gate,
            warnings: warnings.iter().map(Warning::to_string).collect(),
            quoted,
            sources,
        }
    }
}

/// Joins the feeds of each source: it ended as the worst of them did.
fn sources(outcomes: &Outcomes) -> Vec<SourceReport> {
    let join = |id: SourceId| {
        let feeds = Feed::ALL.iter().filter(|feed| feed.source() == id);
        let feeds: Vec<_> = feeds.filter_map(|feed| outcomes.feeds.get(feed)).collect();
        let worst = feeds.iter().max_by_key(|outcome| outcome.status);
        let ended_so =
            feeds.iter().filter(|outcome| worst.is_some_and(|worst| outcome.status == worst.status));
        let mut details: Vec<String> = Vec::new();
        for detail in ended_so.filter_map(|outcome| Some(outcome.failure.as_ref()?.to_string())) {
            if !details.contains(&detail) {
                details.push(detail);
            }
        }
        // A forged snapshot counts as it likes.
        let total =
            |count: fn(&Outcome) -> u64| feeds.iter().map(|one| count(one)).fold(0, u64::saturating_add);
        SourceReport {
            id,
            endpoint: outcomes.endpoint(id).to_owned(),
            scope: id.scope().to_owned(),
            status: worst.map_or(SourceStatus::Skipped, |outcome| outcome.status),
            records: total(|outcome| outcome.records),
            requests: total(|outcome| outcome.requests),
            detail: (!details.is_empty()).then(|| details.join("; ")),
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

/// Ranks what did not pass: what violates the gate, then by level, then what touches an administrator, then by the
/// number of findings. Where nothing fails the scan, L1 stands in for the gate.
fn rank(controls: &mut [Control], administrators: &BTreeSet<&str>, gate: &Gate) {
    let level = gate.level();
    let urgency = |control: &Control| {
        let violates = control.level <= level && control.violates(gate.strict);
        let mut persons = control.open().filter_map(|finding| finding.person.as_deref());
        let administrator = persons.any(|person| administrators.contains(person));
        let status = Status::WORST_FIRST.iter().position(|status| *status == control.status);
        (!violates, control.level, !administrator, Reverse(control.open().count()), status)
    };
    let mut open: Vec<&mut Control> =
        controls.iter_mut().filter(|control| control.status != Status::Pass).collect();
    open.sort_by_cached_key(|control| urgency(control));
    for (rank, control) in (1..).zip(open) {
        control.priority = Some(rank);
    }
}

/// Says for each person which controls have findings about them.
fn note_findings(people: &mut [Person], controls: &[Control]) {
    let mut about: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for control in controls {
        for person in control.open().filter_map(|finding| finding.person.as_deref()) {
            let ids = about.entry(person).or_default();
            if ids.last() != Some(&&*control.id) {
                ids.push(&control.id);
            }
        }
    }
    for person in people {
        let ids = about.get(&*person.id).map(Vec::as_slice).unwrap_or_default();
        person.findings = ids.iter().map(|&id| id.to_owned()).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::level::FailOn;
    use crate::report::sample::sample;

    fn person(id: &str, privilege: &str) -> Person {
        let json =
            serde_json::json!({ "id": id, "privilege": privilege, "sign_in_methods": [], "findings": [] });
        serde_json::from_value(json).unwrap()
    }

    fn ranked(report: &mut Report, administrators: &[&str]) -> Vec<String> {
        rank(&mut report.controls, &administrators.iter().copied().collect(), &report.gate);
        let mut open: Vec<_> = report.controls.iter().filter(|one| one.priority.is_some()).collect();
        open.sort_by_key(|one| one.priority);
        open.iter().map(|one| one.id.clone()).collect()
    }

    #[test]
    fn what_violates_the_gate_comes_first_and_then_levels_administrators_and_numbers() {
        let mut report = sample();
        assert_eq!(ranked(&mut report, &[]), ["2.3", "1.3", "E6", "5.1", "X1"]);
        // Nothing of L2 violates the gate, so one about an administrator comes before one with more findings.
        let mut finding = report.controls[4].findings[0].clone();
        finding.person = Some("7".to_owned());
        report.controls[3].findings = vec![finding];
        report.controls[4].findings = vec![report.controls[4].findings[0].clone(); 9];
        assert_eq!(ranked(&mut report, &["8"])[2..4], ["E6", "5.1"]);
        assert_eq!(ranked(&mut report, &["7"])[2..4], ["5.1", "E6"]);
        report.gate.fail_on = FailOn::L2;
        assert_eq!(ranked(&mut report, &["7"])[..2], ["2.3", "E6"]);
        report.gate.fail_on = FailOn::Never;
        assert_eq!(ranked(&mut report, &[])[0], "2.3", "L1 stands in for the gate");
    }

    #[test]
    fn people_are_joined_with_the_controls_that_have_findings_about_them() {
        let mut report = sample();
        for (control, finding) in [(2, 0), (2, 1), (4, 0)] {
            report.controls[control].findings[finding].person = Some("7".to_owned());
        }
        let mut people = [person("7", "privileged"), person("8", "unknown")];
        note_findings(&mut people, &report.controls);
        assert_eq!(people[0].findings, ["2.3", "E6"]);
        assert!(people[1].findings.is_empty());
    }
}
