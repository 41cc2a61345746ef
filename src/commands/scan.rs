//! `scan`: the pipeline, from a token to an exit code.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::destinations::Destinations;
use super::plan::{self, Plan};
use super::source::Source;
use super::{configuration, given, redaction, terminal};
use crate::adjust::baseline::Baseline;
use crate::adjust::{self, EvidenceFile, EvidenceFiles};
use crate::checks;
use crate::cli::{ConfigArgs, ConnectionArgs, GateArgs, ReportArgs, ScanArgs};
use crate::config::Config;
use crate::controls::{Definition, Selection};
use crate::edit::digest_of;
use crate::error::Error;
use crate::exit::Exit;
use crate::expression::on_deep_stack;
use crate::facts::Facts;
use crate::report::{Assessment, Evaluation, Origin, Report};

/// What is scanned, by which rules, and where the report goes.
pub(super) struct Request<'a> {
    pub(super) connection: &'a ConnectionArgs,
    pub(super) snapshot: Option<&'a Path>,
    pub(super) demo: bool,
    pub(super) rosters: &'a [PathBuf],
    pub(super) controls: &'a [PathBuf],
    pub(super) gate: &'a GateArgs,
    pub(super) report: &'a ReportArgs,
    pub(super) config: &'a ConfigArgs,
}

/// Runs a scan.
///
/// # Errors
/// When it cannot be started, or the workspace cannot be read at all.
pub(super) fn run(args: &ScanArgs) -> Result<Exit, Error> {
    let request = Request {
        connection: &args.connection,
        snapshot: args.snapshot.as_deref(),
        demo: args.demo,
        rosters: &args.roster,
        controls: &args.controls,
        gate: &args.gate,
        report: &args.report,
        config: &args.config,
    };
    perform(&request, |config| plan::selection(args, config))
}

/// Reads, judges and reports.
///
/// # Errors
/// When it cannot be started, or the workspace cannot be read at all.
pub(super) fn perform(
    request: &Request<'_>,
    select: impl FnOnce(Option<&Config>) -> Selection,
) -> Result<Exit, Error> {
    let started = Instant::now();
    let progress = terminal::progress();
    let config = configuration::load(request.config, &progress)?;
    let mut plan = Plan::new(request.controls, select(config.as_ref()), config.as_ref())?;
    let mut given = given::read(request.rosters, config.as_ref(), &mut plan)?;
    let gate = plan::gate(request.gate, request.demo, config.as_ref());
    let source = Source::open(request.snapshot, request.demo, request.connection, config.as_ref())?;
    let ranges = source.ranges(request.connection, config.as_ref(), plan.stale_after_days)?;
    if source.is_redacted() {
        given.of_pseudonyms(&mut plan)?;
    }
    let redactor = redaction::of_report(&request.report.redact, &progress)?;
    let baseline = request.gate.baseline.as_deref();
    let baseline = baseline.map(|path| Baseline::load(path, redactor.as_ref())).transpose()?;
    let destinations = Destinations::open(request.report, terminal::style())?;
    destinations.check_grouping(plan.controls()?.iter().map(|definition| &*definition.control))?;

    let origin = source.origin();
    let (facts, outcomes) = source.read(plan.settings.clone(), &ranges, &progress)?;
    let mut assessments = evaluate(&plan.controls()?, &facts)?;
    let hygiene = config.as_ref().map_or_else(Vec::new, |config| {
        let is_control = |id: &str| plan.catalog.find(id).is_ok();
        let (files, today) = (evidence_files(config), adjust::day_of(ranges.now));
        adjust::apply(&mut assessments, config, &files, request.gate.no_waivers, is_control, today)
    });
    if let Some(baseline) = &baseline {
        baseline.apply(&mut assessments, redactor.as_ref());
    }

    let live = origin == Origin::Api && request.connection.now.is_none();
    let mut report = Report::assemble(Evaluation {
        origin,
        outcomes,
        facts: &facts,
        catalog: &plan.catalog,
        config: config.as_ref(),
        level: plan.selection.level,
        ranges,
        gate,
        hygiene,
        given,
        duration: live.then(|| started.elapsed()),
        assessments,
    });
    if let Some(redactor) = redactor {
        report = redactor.report(report);
    }
    if !destinations.shows_warnings() {
        terminal::warn(&report, &progress);
    }
    destinations.write(&report)?;
    Ok(report.exit())
}

/// Judges every control over the facts.
pub(super) fn evaluate(definitions: &[&Definition], facts: &Facts) -> Result<Vec<Assessment>, Error> {
    let judge = |definition: &&Definition| {
        let control = Arc::clone(&definition.control);
        let verdict = checks::evaluate(&control.id, &control.params, &definition.rules, facts);
        Assessment::new(control, verdict)
    };
    on_deep_stack(|| definitions.iter().map(judge).collect())
        .map_err(|source| Error::Start { what: "the evaluation", source })
}

/// Reads the files that attestations name as evidence.
pub(super) fn evidence_files(config: &Config) -> EvidenceFiles {
    let named = config.attestations.iter().filter_map(|attestation| attestation.evidence_file.as_ref());
    let read = |path: &Path| match digest_of(path) {
        Ok(digest) => EvidenceFile::Digest(digest),
        Err(error) if error.kind() == ErrorKind::NotFound => EvidenceFile::Absent,
        Err(error) => EvidenceFile::Unreadable(error.to_string()),
    };
    named.map(|file| (file.path.clone(), read(&file.path))).collect()
}
