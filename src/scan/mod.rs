//! A scan, from a job to what came of it: the pipeline on one screen.
//!
//! Flags, environment and configuration are resolved into a [`Job`] before anything is read. From there on nothing
//! prints, asks the environment or makes a runtime, so that one process can run several jobs, one after the other or
//! side by side.

use std::time::{Duration, Instant};

mod assemble;
mod error;
mod job;
mod sample;
mod source;
#[cfg(test)]
mod tests;

pub(crate) use error::ScanError;
pub(crate) use job::{Adjustments, Job, Plan, Span, other_workspace, reviewed};
pub(crate) use source::{Connection, Now, Source, Target};

use crate::adjust::{self, Named, NamedEvents, Scanned, in_force};
use crate::api::record::Record;
use crate::assessment::Assessment;
use crate::controls::Definition;
use crate::facts::{Facts, Observer};
use crate::region::Region;
use crate::snapshot::UnreadEntries;
use crate::sources::{Feed, Outcomes, Provenance, Ranges, SourceStatus};
use crate::time::day_of;
use crate::warning::Warning;

/// What came of a job.
pub(crate) struct Run {
    /// Where the records came from.
    pub provenance: Provenance,
    /// The ranges of the log that were read.
    pub ranges: Ranges,
    /// How the sources ended.
    pub outcomes: Outcomes,
    pub facts: Facts,
    /// The verdicts, adjusted by what people signed and decided.
    pub assessments: Vec<Assessment>,
    /// What the reader should know before believing the rest.
    pub warnings: Vec<Warning>,
    /// Wall time.
    pub duration: Duration,
}

/// Reads the source, evaluates the job's controls as of `now`, and adjusts the verdicts. Where this machine's clock turns
/// out to be far ahead of a live workspace's, the instant is the workspace's.
pub(crate) async fn run(job: &Job, source: Source, now: Now) -> Result<Run, ScanError> {
    let again = source.again();
    match (run_as_of(job, source, now).await, again) {
        (Err(ScanError::Clock(skew)), Some(source)) => run_as_of(job, source, now.by_server(skew)).await,
        (run, _) => run,
    }
}

async fn run_as_of(job: &Job, source: Source, now: Now) -> Result<Run, ScanError> {
    let started = Instant::now();
    let (provenance, asked) = (source.provenance(), source.region());
    let ranges = job.span.ranges(now.instant(), source.known_since())?;
    let (mut settings, redacted) = job.settings_for(source.is_redacted())?;
    settings.live = provenance == Provenance::Api;

    let mut observer = Observer::new(settings, ranges);
    let today = job.today(ranges.now);
    let mut unread = UnreadEntries::new(ranges, reviewed(job.config.as_ref(), today));
    let mut events = NamedEvents::of_config(job.config.as_ref());
    let mut observe = |record: Record<'_>| {
        events.note(&record);
        match record {
            Record::Unread(entry) => unread.add(entry),
            other => observer.observe(other),
        }
        Ok(())
    };
    let mut outcomes = source.read(&ranges, now.is_by_clock(), job.scope, &mut observe).await?;
    unread.apply(&mut outcomes, |id| events.named(id) == Named::Several);
    let facts = observer.finish(&outcomes);
    job.check_workspace(provenance, facts.value("workspace.id").as_str())?;

    let reviews = job.config.as_ref().map(|config| in_force(config, &events, today)).unwrap_or_default();
    let decide = |definition: &Definition| {
        let (control, verdict) = definition.judge(&facts, &reviews);
        Assessment::new(control, verdict)
    };
    let mut assessments: Vec<_> = job.plan.selected().map(decide).collect();
    let log = outcomes.feeds.get(&Feed::LogWindow);
    let scanned = Scanned {
        catalog: &job.plan.catalog,
        events: &events,
        since: day_of(ranges.since),
        log_complete: log.is_some_and(|log| log.status == SourceStatus::Complete),
        today,
    };
    let Adjustments { evidence, no_waivers, .. } = &job.adjustments;
    let hygiene = job.config.as_ref().map_or_else(Vec::new, |config| {
        adjust::apply(&mut assessments, config, evidence, *no_waivers, &scanned)
    });

    let elsewhere = asked.and_then(|asked| other_region(asked, facts.value("workspace.region").as_str()?));
    let mut warnings: Vec<_> = elsewhere.into_iter().chain(outcomes.warnings.iter().cloned()).collect();
    warnings.extend(facts.warnings.iter().cloned());
    warnings.extend(job.warnings.iter().cloned());
    warnings.extend(redacted.into_iter().chain(hygiene));
    warnings.extend(job.gate_warnings(&ranges));
    Ok(Run { provenance, ranges, outcomes, facts, assessments, warnings, duration: started.elapsed() })
}

/// What to say when the workspace is in another region than the one that was asked.
pub(crate) fn other_region(asked: Region, answered: &str) -> Option<Warning> {
    let actual = Region::parse(answered).ok().filter(|actual| *actual != asked)?;
    Some(Warning::OtherRegion { actual, asked })
}
