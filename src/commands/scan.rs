//! `scan`: from the command line to an exit code.

use std::path::PathBuf;

use super::destinations::Destinations;
use super::heartbeat::{self, Heartbeat};
use super::keeping::Keeping;
use super::{environment, resolve, resolve::inputs, resolve::redaction};
use crate::adjust::baseline::Baseline;
use crate::cli::{ConfigArgs, GateArgs, KeepArgs, ReportArgs, ScanArgs, SourceArgs};
use crate::config::Config;
use crate::controls::Selection;
use crate::error::Error;
use crate::exit::Exit;
use crate::redact::Redactor;
use crate::report::{Format, Report};
use crate::scan::Adjustments;

/// What is scanned, by which rules, and where the report goes.
pub(super) struct ScanRequest<'a> {
    pub(super) source: &'a SourceArgs,
    pub(super) rosters: &'a [PathBuf],
    pub(super) controls: &'a [PathBuf],
    pub(super) gate: &'a GateArgs,
    pub(super) report: &'a ReportArgs,
    /// Where the result is kept; none where it is not.
    pub(super) keep: Option<&'a KeepArgs>,
    pub(super) config: &'a ConfigArgs,
}

/// Runs a scan, and says to what watches it how that ended.
///
/// # Errors
/// When it cannot be started, or the workspace cannot be read at all.
pub(super) fn run(args: &ScanArgs) -> Result<Exit, Error> {
    let heartbeat = Heartbeat::open(args.heartbeat_file.as_deref())?;
    let request = ScanRequest {
        source: &args.source,
        rosters: &args.roster,
        controls: &args.selection.catalog.controls,
        gate: &args.gate,
        report: &args.report,
        keep: Some(&args.keep),
        config: &args.config,
    };
    let done = heartbeat::around(heartbeat, || {
        perform(&request, |config| resolve::selection(&args.selection, config))
    });
    done.map(|report| report.gate.exit_code)
}

/// Resolves, runs and reports.
///
/// # Errors
/// When it cannot be started, or the workspace cannot be read at all.
pub(super) fn perform(
    request: &ScanRequest<'_>,
    select: impl FnOnce(Option<&Config>) -> Result<Selection, Error>,
) -> Result<Report, Error> {
    let progress = environment::progress();
    let redactor = redaction::of_report(&request.report.redact, &progress)?;
    let config = inputs::load(request.config, &progress)?;
    let gate = resolve::gate(request.gate, request.source.demo, config.as_ref());
    let selection = select(config.as_ref())?;
    let mut resolved =
        resolve::job(request.source, request.controls, request.rosters, Some(&selection), config)?;
    let job = &mut resolved.job;
    if job.plan.selected().next().is_none() {
        return Err(Error::NothingSelected);
    }
    let baseline = request.gate.baseline.as_deref();
    let baseline =
        baseline.map(|path| Baseline::load(path, redactor.as_ref().map(Redactor::key_name))).transpose()?;
    job.gate = gate;
    job.adjustments = Adjustments {
        evidence: inputs::evidence_files(job.config.as_ref()),
        no_waivers: request.gate.no_waivers,
        baseline,
        redactor: redactor.clone(),
        today: None,
    };
    let mut destinations = Destinations::open(request.report, environment::style())?;
    let named = job.plan.selected().flat_map(|definition| definition.control.frameworks.keys());
    destinations.resolve_grouping(named)?;

    let mut keeping = match request.keep.filter(|_| !request.source.demo) {
        Some(args) => Keeping::open(args, &resolved.job, redactor.as_ref(), &progress)?,
        None => None,
    };
    if let Some(keeping) = &keeping {
        let now = resolved.now.unwrap_or_else(environment::clock);
        resolved.job.settings.history = Some(keeping.history(now)?);
    }
    let run = match resolved.run(&progress) {
        Ok(run) => run,
        Err(error) => {
            if let Some(keeping) = &mut keeping {
                // What went wrong first is what counts.
                let kept = keeping.failure(&resolved.job, resolved.now, &error);
                kept.unwrap_or_else(|problem| progress.warn(problem));
                keeping.deliver(inputs::pinned(resolved.job.config.as_ref()), resolved.now, &progress);
            }
            return Err(error);
        }
    };
    let mut report = Report::of(&resolved.job, run, resolved.now.is_some());
    if let Some(redactor) = redactor {
        report = redactor.report(report);
    }
    if !destinations.shows(&[Format::Summary, Format::Table]) {
        environment::warn(&report, &progress);
    }
    let mut keep = || -> Result<(), Error> {
        let Some(keeping) = &mut keeping else { return Ok(()) };
        keeping.report(&resolved.job, &report, &progress)?;
        destinations.note_oldest(keeping.oldest(&report)?);
        Ok(())
    };
    let kept = match keep() {
        Err(error @ Error::NoIdToKeep) => return Err(error),
        kept => kept,
    };
    // A store that cannot be written costs no report.
    destinations.keep_last_success(&report, &progress);
    destinations.write(&report)?;
    if let Some(keeping) = &keeping {
        keeping.deliver(report.workspace.known_id(), resolved.now, &progress);
    }
    match kept {
        // A violation is certain, whatever became of the store.
        Err(error) if report.gate.exit_code == Exit::Violation && error.exit() == Exit::Incomplete => {
            progress.warn(error);
        }
        kept => kept?,
    }
    Ok(report)
}
