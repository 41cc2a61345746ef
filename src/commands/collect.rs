//! `collect`: saves what a workspace answers, to scan it later.

use std::collections::BTreeSet;

use super::connection::Connection;
use super::{configuration, plan, ranges, redaction, terminal};
use crate::api::record::Record;
use crate::cli::CollectArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::redact::{Redactor, SnapshotRedactor};
use crate::snapshot::Writer;
use crate::snapshot::collect::CollectError;
use crate::sources::{Feed, SourceStatus};

/// Saves a snapshot.
///
/// # Errors
/// When it cannot be started, the workspace cannot be read at all, or the file cannot be written.
pub(super) fn run(args: &CollectArgs) -> Result<Exit, Error> {
    let progress = terminal::progress();
    let config = configuration::load(&args.config, &progress)?;
    let connection = Connection::new(&args.connection, config.as_ref())?;
    let configured = config.as_ref().and_then(|config| config.scan.since.as_deref());
    let now = args.connection.now.unwrap_or_else(super::clock);
    let window = ranges::Wanted { since: args.connection.since.as_deref(), configured, reach: None };
    // As far back as a scan with this configuration will ask whether somebody was there.
    let catalog = configuration::catalog(&[], config.as_ref())?;
    let ranges = ranges::decide(window, now, plan::stale_after_days(&catalog))?;
    let unwritable = |source| Error::Output { path: args.output.clone(), source };
    let redactor = redaction::of_snapshot(&args.redact, config.as_ref(), &progress)?;
    let key = redactor.as_ref().map(Redactor::key_name);
    let mut redactor = redactor.map(SnapshotRedactor::new);
    let mut writer = Writer::create(&args.output, &ranges, key).map_err(unwritable)?;

    let incomplete = |source| Error::NotKept { path: args.output.clone(), source };
    let mut events = 0_u64;
    let read = connection.read(&ranges, &progress, &mut |record| {
        events += u64::from(matches!(record, Record::Event(..)));
        match &mut redactor {
            Some(redactor) => redactor.pass_on(&record, |record| writer.write(record)),
            None => writer.write(&record),
        }
    });
    let mut outcomes = read.map_err(|error| match error {
        Error::Collect(error) => match *error {
            CollectError::Sink(source) => incomplete(source),
            error => Error::Collect(Box::new(error)),
        },
        error => error,
    })?;
    if let Some(redactor) = &redactor {
        outcomes = redactor.outcomes(outcomes);
    }
    writer.finish(&outcomes).map_err(incomplete)?;
    progress.finish();

    let details = outcomes.feeds.iter().filter_map(|(feed, outcome)| {
        Some(format!("{}: {}", feed.source().describe(), outcome.detail.as_ref()?))
    });
    let warnings = outcomes.warnings.iter().map(|warning| format!("warning: {warning}"));
    // The parts of one source often fail for the same reason: it is said once.
    let mut said = BTreeSet::new();
    for message in warnings.chain(details) {
        if said.insert(message.clone()) {
            progress.message(&message);
        }
    }
    progress.message(&format!("saved {} with {events} events", args.output.display()));
    let ended = |feed| outcomes.feeds.get(&feed).map(|outcome| outcome.status);
    let failed = outcomes.feeds.values().any(|outcome| outcome.status == SourceStatus::Failed);
    Ok(Exit::of_scan(false, failed || ended(Feed::Admins) != Some(SourceStatus::Complete)))
}
