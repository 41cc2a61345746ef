//! Flags, environment and configuration, resolved into a [`Job`] before anything is read.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use self::connection::connection;
use self::inputs::Inputs;
use super::environment;
use crate::casefold::same_name;
use crate::cli::{ChoiceArgs, ConnectionArgs, GateArgs, PackName, SelectionArgs, SourceArgs};
use crate::config::Config;
use crate::controls::{Pack, Selection};
use crate::error::Error;
use crate::facts::{FactSettings, Settings};
use crate::level::{FailOn, Level};
use crate::progress::Progress;
use crate::report::GateRule;
use crate::scan::{self, Adjustments, Job, Now, Plan, Run, Source, Span, Target};
use crate::snapshot::collect::ReadScope;
use crate::time::Window;
use crate::toml_document::excerpt;

pub(super) mod connection;
pub(super) mod inputs;
pub(super) mod redaction;

/// The snapshot, else the sample, else the live workspace; with what has to be said before a token is sent.
fn target(args: &SourceArgs, config: Option<&Config>) -> Result<(Target, Vec<String>), Error> {
    if let Some(saved) = saved_target(args) {
        return Ok((saved, Vec::new()));
    }
    let (connection, notices) = connection(&args.connection, config)?;
    Ok((Target::Live(Box::new(connection)), notices))
}

/// The snapshot, else the sample; none where the live workspace is asked for.
pub(super) fn saved_target(args: &SourceArgs) -> Option<Target> {
    match &args.snapshot {
        Some(path) => Some(Target::Snapshot(path.clone())),
        None => args.demo.then_some(Target::Demo { ago: SignedDuration::ZERO }),
    }
}

/// A job, and what is needed to start it.
pub(super) struct Resolved {
    pub(super) job: Job,
    /// The instant of evaluation, where one was given.
    pub(super) now: Option<Timestamp>,
    /// What has to be said before a token is sent.
    notices: Vec<String>,
}

/// Resolves a job that evaluates the selected controls, if any, reads everything and fails on nothing.
///
/// # Errors
/// Whatever is wrong with flags, environment, configuration or the files that they name.
pub(super) fn job(
    source: &SourceArgs,
    controls: &[PathBuf],
    rosters: &[PathBuf],
    selection: Option<&Selection>,
    config: Option<Config>,
) -> Result<Resolved, Error> {
    let (catalog, facts) = inputs::rules(controls, config.as_ref())?;
    let stale_after = facts.stale_after;
    let plan = Plan::new(catalog, selection)?;
    // What only controls read is not missed where none is evaluated.
    let saml = config.as_ref().filter(|_| selection.is_some());
    let inputs = inputs::read(rosters, saml)?;
    let settings = settings(facts, &plan, config.as_ref(), &inputs);
    let span = span(&source.connection, config.as_ref(), stale_after)?;
    let (target, notices) = target(source, config.as_ref())?;
    let job = Job {
        target,
        scope: ReadScope::Everything,
        span,
        plan,
        settings,
        config,
        adjustments: Adjustments::default(),
        rosters: inputs.rosters,
        warnings: inputs.notices,
        gate: GateRule::default(),
    };
    Ok(Resolved { job, now: source.connection.now, notices })
}

/// The part of the log to read: as the flags say, else the configuration.
///
/// # Errors
/// When the window is not a duration or a date.
pub(super) fn span(args: &ConnectionArgs, config: Option<&Config>, stale_after: u64) -> Result<Span, Error> {
    let wrong = |source| Error::Time { option: "--since", source };
    let given = args.since.as_deref().map(Window::parse).transpose().map_err(wrong)?;
    let configured = || config.and_then(|config| config.scan.since.as_ref()).map(|since| since.value.clone());
    Ok(Span { since: given.or_else(configured), stale_after })
}

impl Resolved {
    /// Runs the job.
    ///
    /// # Errors
    /// When the workspace cannot be read at all.
    pub(super) fn run(&self, progress: &Arc<Progress>) -> Result<Run, Error> {
        for notice in &self.notices {
            progress.warn(notice);
        }
        let source = Source::open(&self.job.target, environment::notify(progress))?;
        let given = self.now.or_else(|| source.taken_at());
        let now = given.map_or_else(|| Now::Clock(environment::clock()), Now::Given);
        let run = environment::drive(async { scan::run(&self.job, source, now).await.map_err(Error::Scan) });
        progress.finish();
        run
    }
}

/// Which controls a scan evaluates.
///
/// # Errors
/// When the configuration leaves out one that was asked for by name.
pub(super) fn selection(args: &SelectionArgs, config: Option<&Config>) -> Result<Selection, Error> {
    let pack = match args.pack {
        PackName::Guide => Some(Pack::Guide),
        PackName::Extended => Some(Pack::Extended),
        PackName::All => None,
    };
    Ok(Selection { pack, ..chosen(&args.chosen, config)? })
}

/// The controls of any pack that were chosen.
///
/// # Errors
/// When the configuration leaves out one that was asked for by name.
pub(super) fn chosen(args: &ChoiceArgs, config: Option<&Config>) -> Result<Selection, Error> {
    let Selection { level, skip: disabled, .. } = everything(config);
    let both = |id: &&String| disabled.iter().any(|disabled| same_name(disabled, id));
    if let (Some(id), Some(config)) = (args.control.iter().find(both), config) {
        return Err(Error::Disabled { id: excerpt(id), path: config.path.clone() });
    }
    Ok(Selection {
        level: args.level.unwrap_or(level),
        pack: None,
        only: args.control.clone(),
        skip: [args.skip.clone(), disabled].concat(),
        needs_roster: false,
    })
}

/// Every control up to the configuration's level that it does not leave out.
pub(super) fn everything(config: Option<&Config>) -> Selection {
    let level = config.and_then(|config| config.scan.level).unwrap_or(Level::L3);
    let settings = config.into_iter().flat_map(|config| &config.controls);
    let skip = settings.filter(|(_, setting)| setting.disabled).map(|(id, _)| id.clone()).collect();
    Selection { level, pack: None, only: Vec::new(), skip, needs_roster: false }
}

/// What fails a scan.
pub(super) fn gate(args: &GateArgs, demo: bool, config: Option<&Config>) -> GateRule {
    let scan = config.map(|config| config.scan.clone()).unwrap_or_default();
    GateRule {
        fail_on: match args.fail_on {
            Some(fail_on) => fail_on,
            None if demo => FailOn::Never,
            None => scan.fail_on.unwrap_or_default(),
        },
        strict: args.strict || scan.strict.unwrap_or(false),
        min_coverage: args.min_coverage.or(scan.min_coverage),
        allow_incomplete: args.allow_incomplete,
        fail_on_hygiene: args.fail_on_hygiene,
    }
}

/// What facts go by.
fn settings(facts: FactSettings, plan: &Plan, config: Option<&Config>, inputs: &Inputs) -> Settings {
    Settings {
        facts,
        organization: config.map(|config| config.organization.clone()).unwrap_or_default(),
        rbac: config.map(|config| config.rbac.clone()).unwrap_or_default(),
        roster: inputs.roster.clone(),
        saml: inputs.saml.clone(),
        history: None,
        live: false,
        event_types: plan.selected().flat_map(|definition| definition.rules.event_types()).collect(),
    }
}
