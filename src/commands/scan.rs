//! `scan`: the pipeline, from a token to an exit code.

use std::time::Instant;

use crate::cli::ScanArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::expression::on_deep_stack;
use crate::facts::{Facts, Observer};
use crate::checks;
use crate::controls::Definition;
use crate::report::{Assessment, Evaluation, Report};

use super::destinations::Destinations;
use super::plan::Plan;
use super::terminal::{progress, style};
use super::workspace;

/// Runs a scan.
///
/// # Errors
/// When it cannot be started, or the workspace cannot be read at all.
pub(super) fn run(args: &ScanArgs) -> Result<Exit, Error> {
    let started = Instant::now();
    let progress = progress();
    let plan = Plan::new(args, super::clock(), &progress)?;
    let destinations = Destinations::open(args.format, style(), &args.output)?;

    let mut observer = Observer::new(plan.settings.clone(), plan.ranges);
    let reading = workspace::read(args, &plan, &progress, &mut |record| observer.observe(record))?;
    let facts = observer.finish(&reading.outcomes);
    let assessments = evaluate(&plan.catalog.select(&plan.selection)?, &facts)?;
    progress.finish();

    let replayed = reading.origin != crate::report::Origin::Api || args.now.is_some();
    let report = Report::assemble(Evaluation {
        origin: reading.origin,
        outcomes: reading.outcomes,
        warnings: [plan.warnings, reading.warnings].concat(),
        facts: &facts,
        catalog: &plan.catalog,
        config: plan.config.as_ref(),
        level: plan.selection.level,
        ranges: plan.ranges,
        gate: plan.gate,
        duration: (!replayed).then(|| started.elapsed()),
        assessments,
    });
    for warning in &report.warnings {
        progress.message(&format!("warning: {warning}"));
    }
    destinations.write(&report)?;
    Ok(report.exit())
}

/// Judges every control over the facts.
fn evaluate(definitions: &[&Definition], facts: &Facts) -> Result<Vec<Assessment>, Error> {
    let judge = |definition: &&Definition| {
        let control = std::sync::Arc::clone(&definition.control);
        let verdict = checks::evaluate(&control.id, &control.params, &definition.rules, facts);
        Assessment { control, verdict }
    };
    on_deep_stack(|| definitions.iter().map(judge).collect())
        .map_err(|source| Error::Start { what: "the evaluation", source })
}
