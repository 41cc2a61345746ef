//! `collect`: saves what a workspace answers, to scan it later.

use std::collections::BTreeMap;
use std::io;

use super::resolve::connection::connection;
use super::{environment, resolve, resolve::inputs, resolve::redaction};
use crate::api::record::Record;
use crate::cli::CollectArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::redact::{Redactor, SnapshotRedactor};
use crate::scan::{Now, ScanError, Source, other_region, other_workspace, reviewed};
use crate::snapshot::collect::{CollectError, ReadScope};
use crate::snapshot::{UnreadEntries, Writer};
use crate::sources::{Feed, SourceStatus};
use crate::time::day_of;

/// Saves a snapshot.
///
/// # Errors
/// When it cannot be started, the workspace cannot be read at all, or the file cannot be written.
pub(super) fn run(args: &CollectArgs) -> Result<Exit, Error> {
    let progress = environment::progress();
    let redactor = redaction::of_report(&args.redact, &progress)?;
    let config = inputs::load(&args.config, &progress)?;
    let (connection, notices) = connection(&args.connection, config.as_ref())?;
    // As far back as a scan with this configuration will ask whether a teammate signed in.
    let facts = inputs::facts(config.as_ref())?;
    let span = resolve::span(&args.connection, config.as_ref(), facts.stale_after)?;
    let mut now = args.connection.now.map_or_else(|| Now::Clock(environment::clock()), Now::Given);
    let unwritable = |source| Error::Output { path: args.output.clone(), source };
    // What the configuration calls a function stays.
    let redactor = redactor.map(|redactor| redactor.and_functions(facts.generic_names));
    let key = redactor.as_ref().map(Redactor::key_name);
    let mut redactor = redactor.map(SnapshotRedactor::new);
    for notice in notices {
        progress.warn(notice);
    }

    let incomplete = |source| Error::NotKept { path: args.output.clone(), source };
    let (mut events, mut elsewhere, mut other) = (0_u64, None, None);
    let read = environment::drive(async {
        loop {
            // A window that makes no sense, and a place that cannot be written to, are refused before anything is asked.
            let ranges = span.ranges(now.instant(), None).map_err(ScanError::from)?;
            let mut writer = Writer::create(&args.output, &ranges, key.clone()).map_err(unwritable)?;
            events = 0;
            let mut unread = UnreadEntries::new(ranges, reviewed(config.as_ref(), day_of(ranges.now)));
            let mut keep = |record: Record<'_>| {
                match record {
                    Record::Event(..) => events += 1,
                    Record::Unread(entry) => unread.add(entry),
                    Record::Me(me) => {
                        let id = me.app.as_ref().and_then(|app| app.id_code.as_deref());
                        other = other_workspace(config.as_ref(), id);
                        if other.is_some() {
                            return Err(io::Error::other("another workspace"));
                        }
                        let answered = me.app.as_ref().and_then(|app| app.region.as_deref());
                        elsewhere = answered.and_then(|answered| other_region(connection.region, answered));
                    }
                    Record::Admins(_) | Record::IpAllowlist(_) | Record::Probe(_) => {}
                }
                match &mut redactor {
                    Some(redactor) => redactor.pass_on(&record, |record| writer.write(record)),
                    None => writer.write(&record),
                }
            };
            let source = Source::Live(Box::new(connection.clone()), environment::notify(&progress));
            return match source.read(&ranges, now.is_by_clock(), ReadScope::Everything, &mut keep).await {
                Ok(outcomes) => Ok((writer, outcomes, unread)),
                Err(ScanError::Clock(skew)) => {
                    now = now.by_server(skew);
                    continue;
                }
                Err(ScanError::Collect(error)) => Err(match *error {
                    CollectError::Sink(source) => incomplete(source),
                    error => ScanError::from(Box::new(error)).into(),
                }),
                Err(error) => Err(error.into()),
            };
        }
    });
    if let Some(other) = other {
        return Err(Error::Scan(other));
    }
    let (writer, mut outcomes, unread) = read?;
    outcomes.warnings.splice(..0, elsewhere);
    if let Some(redactor) = &redactor {
        outcomes = redactor.outcomes(outcomes);
    }
    writer.finish(&outcomes).map_err(incomplete)?;
    unread.apply(&mut outcomes, |_| false);
    progress.finish();

    for warning in &outcomes.warnings {
        progress.warn(warning);
    }
    // Sources, and the parts of one, often fail by the same: it is said once.
    let mut failures: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (feed, outcome) in &outcomes.feeds {
        let Some(failure) = &outcome.failure else { continue };
        let names = failures.entry(failure.to_string()).or_default();
        if !names.contains(&feed.source().describe()) {
            names.push(feed.source().describe());
        }
    }
    for (failure, names) in failures {
        progress.message(&format!("Not all could be read of {}: {failure}", names.join(", ")));
    }
    progress.message(&format!("Saved {} with {events} events.", args.output.display()));
    let ended = |feed| outcomes.feeds.get(&feed).map(|outcome| outcome.status);
    let failed = outcomes.feeds.values().any(|outcome| outcome.status == SourceStatus::Failed);
    Ok(Exit::of_scan(false, failed || ended(Feed::Admins) != Some(SourceStatus::Complete)))
}
