//! What a scan is asked to do, as a plain value.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::{ScanError, Target};
use crate::adjust::EvidenceFiles;
use crate::adjust::baseline::Baseline;
use crate::casefold::same_name;
use crate::config::Config;
use crate::controls::{Catalog, Definition, Selection, UnknownControl};
use crate::digest;
use crate::directory::RosterInfo;
use crate::facts::Settings;
use crate::level::Level;
use crate::redact::Redactor;
use crate::report::{self, GateRule};
use crate::snapshot::collect::ReadScope;
use crate::sources::{Provenance, Ranges};
use crate::time::{DEFAULT_WINDOW, TimeError, Window, day_of};
use crate::toml_document::excerpt;
use crate::warning::Warning;

/// The longest silence that is looked back for, in hours: ten years.
const LONGEST_SILENCE: i64 = 24 * 3_653;

/// Everything that is decided before anything is read.
pub(crate) struct Job {
    /// Which workspace.
    pub target: Target,
    /// How much of it is read.
    pub scope: ReadScope,
    /// Which part of the log.
    pub span: Span,
    /// The controls.
    pub plan: Plan,
    /// What facts go by.
    pub settings: Settings,
    /// The configuration in force, where there is one.
    pub config: Option<Config>,
    /// Attestations, waivers and baseline.
    pub adjustments: Adjustments,
    /// The directory exports in `settings`, as reports describe them.
    pub rosters: Vec<RosterInfo>,
    /// What was noticed while the files were read.
    pub warnings: Vec<Warning>,
    /// What fails the scan.
    pub gate: GateRule,
}

/// What people signed and decided, beside the configuration.
#[derive(Default)]
pub(crate) struct Adjustments {
    /// The files that attestations name as evidence.
    pub evidence: EvidenceFiles,
    /// Whether waivers are ignored.
    pub no_waivers: bool,
    /// The earlier report whose findings do not fail the gate again.
    pub baseline: Option<Baseline>,
    /// What makes fingerprints comparable with those of a redacted baseline.
    pub redactor: Option<Redactor>,
    /// The day by which attestations and waivers count, where it is not that of the evaluation.
    pub today: Option<Date>,
}

/// The controls in force, and which of them are evaluated.
pub(crate) struct Plan {
    /// The controls in force.
    pub catalog: Catalog,
    /// The highest level evaluated.
    pub level: Level,
    /// The ids that were left out by name.
    pub skipped: Vec<String>,
    /// The controls that the level or a name left out, in the order of their ids.
    left_out: Vec<(String, Level)>,
    /// Whether controls are what is asked for.
    evaluates: bool,
    selected: BTreeSet<String>,
}

impl Plan {
    /// Evaluates what the selection keeps; without one, nothing.
    pub(crate) fn new(catalog: Catalog, selection: Option<&Selection>) -> Result<Self, UnknownControl> {
        let Some(selection) = selection else {
            let (skipped, left_out) = (Vec::new(), Vec::new());
            return Ok(Self {
                catalog,
                level: Level::L3,
                skipped,
                left_out,
                evaluates: false,
                selected: BTreeSet::new(),
            });
        };
        let id = |definition: &Definition| definition.control.id.clone();
        let selected: BTreeSet<_> = catalog.select(selection)?.into_iter().map(id).collect();
        let whole = Selection { level: Level::L3, only: Vec::new(), skip: Vec::new(), ..selection.clone() };
        let left_out = catalog.select(&whole)?.into_iter().map(|definition| &definition.control);
        let left_out = left_out.filter(|control| !selected.contains(&control.id));
        let left_out = left_out.map(|control| (control.id.clone(), control.level)).collect();
        let mut skipped = Vec::new();
        for skip in &selection.skip {
            let id = id(catalog.find(skip)?);
            if !skipped.contains(&id) {
                skipped.push(id);
            }
        }
        Ok(Self { level: selection.level, skipped, left_out, evaluates: true, selected, catalog })
    }

    /// The ids up to a level that the level of the scan or a name left out.
    pub(super) fn left_out(&self, gate: Level) -> impl Iterator<Item = &String> {
        self.left_out.iter().filter(move |(_, level)| *level <= gate).map(|(id, _)| id)
    }

    /// Which controls are evaluated, in one word that tells selections apart: `l3 39 sha256:…`.
    fn digest(&self) -> String {
        let ids: Vec<&str> = self.selected.iter().map(String::as_str).collect();
        format!("{} {} {}", self.level.as_str(), ids.len(), digest::of(ids.join("\n").as_bytes()))
    }

    /// The controls to evaluate, in the order of their ids.
    pub(crate) fn selected(&self) -> impl Iterator<Item = &Definition> {
        self.catalog.definitions.iter().filter(|definition| self.selected.contains(&definition.control.id))
    }
}

/// How many days back sign-ins are read at least, whatever the window is: a log without one for so long is a dead one.
const LEAST_ARRIVALS: i64 = 30;

/// Which part of the log is asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Span {
    /// The start of the window; as usual for the source, if absent.
    pub since: Option<Window>,
    /// How many days before now sign-ins and arrivals are read, whatever the window is.
    pub stale_after: u64,
}

impl Span {
    /// The ranges as of `now`, in whole seconds as the API counts. A window that was not asked for starts no earlier
    /// than a snapshot's own.
    ///
    /// # Errors
    /// When the window lies in the future, or is longer than ten years.
    pub(crate) fn ranges(&self, now: Timestamp, known_since: Option<Timestamp>) -> Result<Ranges, TimeError> {
        let now = whole_second(now);
        let before = |span| now.saturating_sub(span).unwrap_or(Timestamp::MIN);
        let since = match &self.since {
            Some(window) => window.start(now)?,
            None => {
                let usual = before(DEFAULT_WINDOW);
                known_since.filter(|known| *known < now).map_or(usual, |known| usual.max(known))
            }
        };
        let days = i64::try_from(self.stale_after).unwrap_or(i64::MAX).max(LEAST_ARRIVALS);
        let hours = days.saturating_mul(24);
        let arrivals_since = before(SignedDuration::from_hours(hours.min(LONGEST_SILENCE)));
        Ok(Ranges { now, since: whole_second(since), arrivals_since })
    }
}

/// What is wrong where a workspace is not the one that the configuration pins.
pub(crate) fn other_workspace(config: Option<&Config>, found: Option<&str>) -> Option<ScanError> {
    let (pinned, found) = (config?.workspace.id.as_deref()?, found?.trim());
    (pinned != found && !found.is_empty())
        .then(|| ScanError::OtherWorkspace { pinned: excerpt(pinned), found: excerpt(found) })
}

fn whole_second(instant: Timestamp) -> Timestamp {
    Timestamp::from_second(instant.as_second()).unwrap_or(instant)
}

/// The ids of entries of the log that a person has looked at by then.
pub(crate) fn reviewed(config: Option<&Config>, today: Date) -> BTreeSet<String> {
    let entries = config.map(|config| config.reviewed.as_slice()).unwrap_or_default();
    entries.iter().filter(|entry| entry.review.on <= today).map(|entry| entry.event.clone()).collect()
}

impl Job {
    /// The day by which attestations and waivers count.
    pub(super) fn today(&self, now: Timestamp) -> Date {
        self.adjustments.today.unwrap_or_else(|| day_of(now))
    }

    /// Whether a control is in the catalog, and not disabled by the configuration.
    pub(crate) fn is_in_force(&self, id: &str) -> bool {
        let mut settings = self.config.iter().flat_map(|config| &config.controls);
        let disabled = settings.any(|(control, setting)| setting.disabled && same_name(control, id));
        !disabled && self.plan.catalog.find(id).is_ok()
    }

    /// Which controls are evaluated over which window, in one word.
    pub(crate) fn selection(&self) -> String {
        let since = self.span.since.as_ref().map_or("", Window::as_str);
        format!("{} {since}", self.plan.digest()).trim_end().to_owned()
    }

    /// Makes sure, before anything is judged, that the workspace is the one that the configuration pins, and that of the
    /// baseline. The sample is not a real workspace and is never refused.
    ///
    /// # Errors
    /// When it is another one, or cannot be told.
    pub(super) fn check_workspace(&self, source: Provenance, found: Option<&str>) -> Result<(), ScanError> {
        let found = found.map(str::trim).filter(|id| !id.is_empty());
        let pinned = self.config.as_ref().and_then(|config| config.workspace.id.as_deref());
        let pinned = pinned.filter(|_| source != Provenance::Demo);
        if pinned.is_some()
            && let Some(other) = other_workspace(self.config.as_ref(), found)
        {
            return Err(other);
        }
        if let Some(baseline) = &self.adjustments.baseline {
            let path = baseline.info.path.clone();
            match (baseline.workspace(), found) {
                (Some(theirs), Some(found)) if theirs == found => {}
                (Some(theirs), Some(found)) => {
                    let (theirs, found) = (excerpt(theirs), excerpt(found));
                    return Err(ScanError::BaselineOfOther { path, theirs, found });
                }
                (None, _) => return Err(ScanError::BaselineWithoutId { path }),
                (_, None) => return Err(ScanError::NoIdForBaseline { path }),
            }
        }
        match (pinned, found) {
            (Some(pinned), None) => Err(ScanError::NoId { pinned: excerpt(pinned) }),
            _ => Ok(()),
        }
    }

    /// What there is to know of the gate: that it judges nothing, or how the baseline differs from this scan.
    pub(super) fn gate_warnings(&self, ranges: &Ranges) -> Vec<Warning> {
        let judged = |level: &Level| self.plan.selected().any(|one| one.control.level <= *level);
        let nothing = self.gate.fail_on.level().filter(|level| self.plan.evaluates && !judged(level));
        let window = report::Window { since: ranges.since, until: ranges.now };
        let baseline = self.adjustments.baseline.iter();
        let baseline = baseline.flat_map(|one| one.warnings(&self.plan.catalog.digest(), window));
        nothing.map(Warning::NothingJudged).into_iter().chain(baseline).collect()
    }

    /// What facts go by, given that people in the source may be pseudonyms: real names and addresses cannot be compared
    /// with those, so what lists them decides nothing.
    ///
    /// # Errors
    /// When there is a directory export, which would find none of its people.
    pub(super) fn settings_for(&self, redacted: bool) -> Result<(Settings, Option<Warning>), ScanError> {
        let mut settings = self.settings.clone();
        if !redacted {
            return Ok((settings, None));
        }
        if settings.roster.is_some() {
            return Err(ScanError::RedactedSnapshot);
        }
        let organization = &mut settings.organization;
        let given = [
            (organization.approved_networks.take().is_some(), "approved_networks"),
            (organization.export_approvers.take().is_some(), "export_approvers"),
        ];
        let left_out = given.into_iter().filter(|(given, _)| *given).map(|(_, name)| name).collect();
        Ok((settings, Some(Warning::RedactedSnapshot { left_out })))
    }
}
