//! `scan`: the pipeline, from a token to an exit code.

use std::path::{Path, PathBuf};
use std::time::Instant;

use jiff::Timestamp;

use super::destinations::Destinations;
use super::plan::{self, Plan};
use super::proof::Proofs;
use super::source::Source;
use super::{configuration, given, redaction, terminal};
use crate::adjust::baseline::Baseline;
use crate::adjust::{self, attestations, hygiene, waivers};
use crate::cli::{ConfigArgs, ConnectionArgs, GateArgs, ReportArgs, ScanArgs};
use crate::config::Config;
use crate::controls::{Definition, Selection};
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
    let hygiene = lay_over(&mut assessments, request.gate.no_waivers, config.as_ref(), &plan, ranges.now);
    if let Some(baseline) = &baseline {
        baseline.lay_over(&mut assessments, redactor.as_ref());
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
        let (control, verdict) = definition.judge(facts);
        Assessment::new(control, verdict)
    };
    on_deep_stack(|| definitions.iter().map(judge).collect())
        .map_err(|source| Error::Start { what: "the evaluation", source })
}

/// Lets attestations enter the verdicts and lays waivers over them; says which of them are stale.
fn lay_over(
    assessments: &mut [Assessment],
    no_waivers: bool,
    config: Option<&Config>,
    plan: &Plan,
    now: Timestamp,
) -> Vec<String> {
    let Some(config) = config else { return Vec::new() };
    let today = adjust::day_of(now);
    let proofs = Proofs::check(config);
    attestations::enter_all(assessments, &proofs.sound, today);
    proofs.mention_absent(assessments);
    let matched = if no_waivers {
        vec![true; config.waivers.len()]
    } else {
        waivers::lay_over(assessments, &config.waivers, today)
    };
    let mut complaints = hygiene::complaints(config, &matched, |id| plan.catalog.find(id).is_ok(), today);
    complaints.extend(proofs.complaints);
    complaints
}
