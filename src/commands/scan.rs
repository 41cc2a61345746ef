//! `scan`: the pipeline, from a token to an exit code.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;

use super::connection::Connection;
use super::destinations::Destinations;
use super::plan::Plan;
use super::{configuration, ranges, terminal};
use crate::checks;
use crate::cli::ScanArgs;
use crate::config::Config;
use crate::controls::Definition;
use crate::error::Error;
use crate::exit::Exit;
use crate::expression::on_deep_stack;
use crate::facts::{Facts, Observer};
use crate::overlay::baseline::Baseline;
use crate::overlay::{self, attestations, hygiene, waivers};
use crate::report::{Assessment, Evaluation, Format, Origin, Report};
use crate::snapshot::{Replay, SnapshotError};

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
    let window =
        ranges::Wanted { since: args.connection.since.as_deref(), configured, reach: source.reach() };
    let ranges = ranges::decide(window, now, plan.stale_after_days)?;
    let baseline = args.baseline.as_deref().map(Baseline::load).transpose()?;
    let destinations = Destinations::open(args.format, terminal::style(), &args.output)?;

    let mut observer = Observer::new(plan.settings.clone(), ranges);
    let origin = source.origin();
    let outcomes = match source {
        Source::Live(connection) => connection.read(&ranges, &progress, &mut |record| {
            observer.observe(record);
            Ok(())
        })?,
        Source::Snapshot(path, snapshot) => snapshot
            .run(&ranges, &mut |record| observer.observe(record))
            .map_err(|source| unusable(path, source))?,
        Source::Sample(sample) => sample
            .moved_to(ranges.now)
            .run(&ranges, &mut |record| observer.observe(record))
            .map_err(unusable_sample)?,
    };
    progress.finish();
    let facts = observer.finish(&outcomes);
    let mut assessments = evaluate(&plan.controls()?, &facts)?;
    let hygiene = lay_over(&mut assessments, args, config.as_ref(), &plan, ranges.now);
    if let Some(baseline) = &baseline {
        baseline.lay_over(&mut assessments);
    }

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
        hygiene,
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
        Assessment::new(control, verdict)
    };
    on_deep_stack(|| definitions.iter().map(judge).collect())
        .map_err(|source| Error::Start { what: "the evaluation", source })
}

/// Lets attestations enter the verdicts and lays waivers over them; says which of them are stale.
fn lay_over(
    assessments: &mut [Assessment],
    args: &ScanArgs,
    config: Option<&Config>,
    plan: &Plan,
    now: Timestamp,
) -> Vec<String> {
    let Some(config) = config else { return Vec::new() };
    let today = overlay::day_of(now);
    attestations::enter_all(assessments, &config.attestations, today);
    let matched = if args.no_waivers {
        vec![true; config.waivers.len()]
    } else {
        waivers::lay_over(assessments, &config.waivers, today)
    };
    hygiene::complaints(config, &matched, |id| plan.catalog.find(id).is_ok(), today)
}

/// Where the records come from.
enum Source<'a> {
    Live(Box<Connection>),
    Snapshot(&'a Path, Replay<File>),
    Sample(Replay<&'static [u8]>),
}

impl<'a> Source<'a> {
    fn open(args: &'a ScanArgs, config: Option<&Config>) -> Result<Self, Error> {
        match &args.snapshot {
            Some(path) => {
                let file =
                    regular_file(path).map_err(|source| Error::Unreadable { path: path.clone(), source })?;
                let snapshot = Replay::open(file).map_err(|source| unusable(path, source))?;
                Ok(Self::Snapshot(path, snapshot))
            }
            None if args.demo => Ok(Self::Sample(Replay::open(SAMPLE).map_err(unusable_sample)?)),
            None => Ok(Self::Live(Box::new(Connection::new(&args.connection, config)?))),
        }
    }

    const fn origin(&self) -> Origin {
        match self {
            Self::Live(_) => Origin::Api,
            Self::Snapshot(..) => Origin::Snapshot,
            Self::Sample(_) => Origin::Demo,
        }
    }

    /// The instant of evaluation unless another is given: a snapshot's own, otherwise the clock's.
    fn now(&self) -> Timestamp {
        match self {
            Self::Snapshot(_, snapshot) => snapshot.header.at,
            Self::Live(_) | Self::Sample(_) => super::clock(),
        }
    }

    /// How far back it knows everything, where that is settled.
    const fn reach(&self) -> Option<Timestamp> {
        match self {
            Self::Snapshot(_, snapshot) => Some(snapshot.header.since),
            Self::Live(_) | Self::Sample(_) => None,
        }
    }
}

/// Opens a file. A pipe is refused before it is opened: nobody may ever write to it.
fn regular_file(path: &Path) -> io::Result<File> {
    if fs::metadata(path)?.is_file() {
        File::open(path)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"))
    }
}

fn unusable(path: &Path, source: SnapshotError) -> Error {
    Error::Snapshot { what: path.display().to_string(), source }
}

fn unusable_sample(source: SnapshotError) -> Error {
    Error::Snapshot { what: "the sample workspace".to_owned(), source }
}
