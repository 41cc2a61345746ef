//! `scan`: the pipeline, from a token to an exit code.

use std::fs::File;
use std::sync::Arc;
use std::time::Instant;

use super::connection::Connection;
use super::destinations::Destinations;
use super::plan::Plan;
use super::{configuration, ranges, terminal};
use crate::checks;
use crate::cli::ScanArgs;
use crate::controls::Definition;
use crate::error::Error;
use crate::exit::Exit;
use crate::expression::on_deep_stack;
use crate::facts::{Facts, Observer};
use crate::report::{Assessment, Evaluation, Format, Origin, Report};
use crate::snapshot::Replay;

/// The workspace that `--demo` scans.
const SAMPLE: &[u8] = include_bytes!("../../fixtures/snapshots/sample.snapshot");

/// Runs a scan.
///
/// # Errors
/// When it cannot be started, or the workspace cannot be read at all.
pub(super) fn run(args: &ScanArgs) -> Result<Exit, Error> {
    let started = Instant::now();
    let progress = terminal::progress();
    let config = configuration::load(&args.config, &progress)?;
    let plan = Plan::new(args, config.as_ref())?;
    let source = Source::open(args, config.as_ref())?;
    let configured = config.as_ref().and_then(|config| config.scan.since.as_deref());
    let now = args.connection.now.unwrap_or_else(|| source.now());
    let ranges = ranges::decide(args.connection.since.as_deref(), configured, now, plan.stale_after_days)?;
    let destinations = Destinations::open(args.format, terminal::style(), &args.output)?;

    let mut observer = Observer::new(plan.settings.clone(), ranges);
    let origin = source.origin();
    let outcomes = match source {
        Source::Live(connection) => connection.read(&ranges, &progress, &mut |record| {
            observer.observe(record);
            Ok(())
        })?,
        Source::Snapshot(snapshot) => snapshot.run(&ranges, &mut |record| observer.observe(record))?,
        Source::Sample(sample) => {
            sample.moved_to(ranges.now).run(&ranges, &mut |record| observer.observe(record))?
        }
    };
    progress.finish();
    let facts = observer.finish(&outcomes);
    let assessments = evaluate(&plan.controls()?, &facts)?;

    let live = origin == Origin::Api && args.connection.now.is_none();
    let report = Report::assemble(Evaluation {
        origin,
        outcomes,
        facts: &facts,
        catalog: &plan.catalog,
        config: config.as_ref(),
        level: plan.selection.level,
        ranges,
        gate: plan.gate,
        duration: live.then(|| started.elapsed()),
        assessments,
    });
    if args.format != Format::Table {
        terminal::warn(&report, &progress);
    }
    destinations.write(&report)?;
    Ok(report.exit())
}

/// Judges every control over the facts.
fn evaluate(definitions: &[&Definition], facts: &Facts) -> Result<Vec<Assessment>, Error> {
    let judge = |definition: &&Definition| {
        let control = Arc::clone(&definition.control);
        let verdict = checks::evaluate(&control.id, &control.params, &definition.rules, facts);
        Assessment { control, verdict }
    };
    on_deep_stack(|| definitions.iter().map(judge).collect())
        .map_err(|source| Error::Start { what: "the evaluation", source })
}

/// Where the records come from.
enum Source {
    Live(Box<Connection>),
    Snapshot(Replay<File>),
    Sample(Replay<&'static [u8]>),
}

impl Source {
    fn open(args: &ScanArgs, config: Option<&crate::config::Config>) -> Result<Self, Error> {
        match &args.snapshot {
            Some(path) => {
                let unreadable = |source| Error::Unreadable { path: path.clone(), source };
                let file = File::open(path).map_err(unreadable)?;
                Ok(Self::Snapshot(Replay::open(file)?))
            }
            None if args.demo => Ok(Self::Sample(Replay::open(SAMPLE)?)),
            None => Ok(Self::Live(Box::new(Connection::new(&args.connection, config)?))),
        }
    }

    const fn origin(&self) -> Origin {
        match self {
            Self::Live(_) => Origin::Api,
            Self::Snapshot(_) => Origin::Snapshot,
            Self::Sample(_) => Origin::Demo,
        }
    }

    /// The instant of evaluation unless another is given: a snapshot's own, otherwise the clock's.
    fn now(&self) -> jiff::Timestamp {
        match self {
            Self::Snapshot(snapshot) => snapshot.header.at,
            Self::Live(_) | Self::Sample(_) => super::clock(),
        }
    }
}
