//! Flags, environment and configuration, resolved into a [`Job`] before anything is read.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use super::connection::connection;
use super::{configuration, given, plan, runtime, terminal};
use crate::cli::{ConnectionArgs, SourceArgs};
use crate::config::Config;
use crate::controls::Selection;
use crate::error::Error;
use crate::progress::Progress;
use crate::report::GateRule;
use crate::scan::{self, Adjustments, Job, Plan, Run, Source, Span, Target};
use crate::snapshot::collect::ReadScope;
use crate::time::Window;

/// The snapshot, else the sample, else the live workspace; with what has to be said before a token is sent.
fn target(args: &SourceArgs, config: Option<&Config>) -> Result<(Target, Vec<String>), Error> {
    Ok(match &args.snapshot {
        Some(path) => (Target::Snapshot(path.clone()), Vec::new()),
        None if args.demo => (Target::Demo, Vec::new()),
        None => {
            let (connection, notices) = connection(&args.connection, config)?;
            (Target::Live(Box::new(connection)), notices)
        }
    })
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
    let catalog = configuration::catalog(controls, config.as_ref())?;
    let facts = configuration::facts(config.as_ref())?;
    let stale_after = facts.stale_after;
    let plan = Plan::new(catalog, selection)?;
    // What only controls read is not missed where none is evaluated.
    let saml = config.as_ref().filter(|_| selection.is_some());
    let given = given::read(rosters, saml)?;
    let settings = plan::settings(facts, &plan, config.as_ref(), &given);
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
        rosters: given.rosters,
        warnings: given.notices,
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
    /// Runs the job, until it is done or a signal ends it.
    ///
    /// # Errors
    /// When the workspace cannot be read at all, or the program is to end.
    pub(super) fn run(&self, progress: &Arc<Progress>) -> Result<Run, Error> {
        for notice in &self.notices {
            progress.message(&format!("warning: {notice}"));
        }
        let source = Source::open(&self.job.target, terminal::notify(progress))?;
        let now = self.now.or_else(|| source.taken_at()).unwrap_or_else(super::clock);
        let is_live = matches!(self.job.target, Target::Live(_));
        let run =
            runtime::drive(is_live, async { scan::run(&self.job, source, now).await.map_err(Error::Scan) });
        progress.finish();
        run
    }
}
