//! `collect`: saves what a workspace answers, to scan it later.

use super::connection::Connection;
use super::plan::STALE_AFTER_DAYS;
use super::{configuration, ranges, terminal};
use crate::cli::CollectArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::snapshot::{Feed, Record, SourceStatus, Writer};

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
    let ranges = ranges::decide(args.connection.since.as_deref(), configured, now, STALE_AFTER_DAYS)?;
    let unwritable = |source| Error::Output { path: args.output.clone(), source };
    let mut writer = Writer::create(&args.output, &ranges).map_err(unwritable)?;

    let mut events = 0_u64;
    let outcomes = connection.read(&ranges, &progress, &mut |record| {
        events += u64::from(matches!(record, Record::Event(..)));
        writer.write(&record)
    })?;
    writer.finish(&outcomes).map_err(unwritable)?;
    progress.finish();

    for warning in &outcomes.warnings {
        progress.message(&format!("warning: {warning}"));
    }
    for (feed, outcome) in &outcomes.feeds {
        if let Some(detail) = &outcome.detail {
            progress.message(&format!("{}: {detail}", feed.source().describe()));
        }
    }
    progress.message(&format!("saved {} with {events} events", args.output.display()));
    let ended = |feed| outcomes.feeds.get(&feed).map(|outcome| outcome.status);
    let failed = outcomes.feeds.values().any(|outcome| outcome.status == SourceStatus::Failed);
    Ok(Exit::of_scan(false, failed || ended(Feed::Admins) != Some(SourceStatus::Complete)))
}
