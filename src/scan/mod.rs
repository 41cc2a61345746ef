//! A scan, from a job to what came of it: the pipeline on one screen.
//!
//! Flags, environment and configuration are resolved into a [`Job`] before anything is read. From there on nothing
//! prints, asks the environment or makes a runtime, so that one process can run several jobs, one after the other or
//! side by side.

use std::time::{Duration, Instant};

use jiff::Timestamp;

mod error;
mod job;
mod source;
#[cfg(test)]
mod tests;

pub(crate) use error::ScanError;
pub(crate) use job::{Adjustments, Job, Plan, Span};
pub(crate) use source::{Connection, Source, Target};

use crate::adjust::{attestations, day_of, hygiene, waivers};
use crate::api::region::Region;
use crate::controls::Definition;
use crate::expression::on_deep_stack;
use crate::facts::{Facts, Observer};
use crate::report::{Assessment, Origin};
use crate::snapshot::Record;
use crate::sources::{Outcomes, Ranges};

/// What came of a job.
pub(crate) struct Run {
    /// Where the records came from.
    pub origin: Origin,
    /// The ranges of the log that were read.
    pub ranges: Ranges,
    /// How the sources ended.
    pub outcomes: Outcomes,
    /// The facts.
    pub facts: Facts,
    /// The verdicts, adjusted by what people signed and decided.
    pub assessments: Vec<Assessment>,
    /// What the reader should know before believing the rest.
    pub warnings: Vec<String>,
    /// Which attestations and waivers need attention.
    pub hygiene: Vec<String>,
    /// Wall time.
    pub duration: Duration,
}

/// Reads the source, evaluates the job's controls as of `now`, and adjusts the verdicts.
pub(crate) async fn run(job: &Job, source: Source, now: Timestamp) -> Result<Run, ScanError> {
    let started = Instant::now();
    let (origin, asked) = (source.origin(), source.region());
    let ranges = job.span.ranges(now, source.known_since())?;
    let (settings, redacted) = job.settings_for(source.is_redacted())?;

    let mut observer = Observer::new(settings, ranges);
    let mut observe = |record: Record<'_>| {
        observer.observe(record);
        Ok(())
    };
    let outcomes = source.read(&ranges, job.reach, &mut observe).await?;
    let facts = observer.finish(&outcomes);

    let mut assessments = evaluate(job.plan.selected(), &facts)?;
    let hygiene = adjust(&mut assessments, job, ranges.now);

    let elsewhere = asked.and_then(|asked| other_region(asked, facts.value("workspace.region").as_str()?));
    let warnings = outcomes
        .warnings
        .iter()
        .cloned()
        .chain(elsewhere)
        .chain(job.warnings.iter().cloned())
        .chain(redacted);
    let warnings = warnings.collect();
    Ok(Run { origin, ranges, outcomes, facts, assessments, warnings, hygiene, duration: started.elapsed() })
}

/// Decides every control from the facts.
fn evaluate<'a>(
    definitions: impl Iterator<Item = &'a Definition> + Send,
    facts: &Facts,
) -> Result<Vec<Assessment>, ScanError> {
    let decide = |definition: &Definition| {
        let (control, verdict) = definition.judge(facts);
        Assessment::new(control, verdict)
    };
    on_deep_stack(|| definitions.map(decide).collect()).map_err(ScanError::Thread)
}

/// Lets attestations enter the verdicts, takes waived findings and those of the baseline out of the gate, and says which
/// entries need attention.
fn adjust(assessments: &mut [Assessment], job: &Job, now: Timestamp) -> Vec<String> {
    let Adjustments { proofs, no_waivers, baseline, redactor, today } = &job.adjustments;
    let today = today.unwrap_or_else(|| day_of(now));
    let mut complaints = Vec::new();
    if let Some(config) = &job.config {
        attestations::enter_all(assessments, &proofs.sound, today);
        proofs.mention_absent(assessments);
        let matched = if *no_waivers {
            vec![true; config.waivers.len()]
        } else {
            waivers::lay_over(assessments, &config.waivers, today)
        };
        let is_control = |id: &str| job.plan.catalog.find(id).is_ok();
        complaints = hygiene::complaints(config, &matched, is_control, today);
        complaints.extend(proofs.complaints.iter().cloned());
    }
    if let Some(baseline) = baseline {
        baseline.lay_over(assessments, redactor.as_ref());
    }
    complaints
}

/// What to say when the workspace is in another region than the one that was asked.
pub(crate) fn other_region(asked: Region, answered: &str) -> Option<String> {
    let actual = Region::parse(answered).ok().filter(|actual| *actual != asked)?;
    Some(format!(
        "the workspace is in region {}, but {} was asked: use --region {}",
        actual.label(),
        asked.label(),
        actual.as_str()
    ))
}
