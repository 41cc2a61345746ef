//! Reads the activity log: every event of a range once, newest first, as fast as the limiter allows.
//!
//! A *range* is read in [`pass`]es. The first page tells how many there are, and the others are fetched
//! side by side. The end of the range is pinned, but events may still turn up late and push others from
//! one page to the next while pages are fetched; such a shift shows as an event seen twice, and then the
//! range is read again. A range that the server cannot cope with is read in parts, whose length is learned once;
//! where there is no search, the older endpoint is read.

use super::error::ApiError;
use crate::warning::Warning;
use pass::{Ended, Order};

mod ids;
mod longest;
mod page;
mod pass;
mod reader;

pub(crate) use page::{LIST, LogQuery, SEARCH};
pub(crate) use reader::{LogError, LogReader};

/// Reads a range to its end, newest part first. What was emitted before an error stays emitted.
pub(crate) async fn read(reader: &LogReader<'_>, mut query: LogQuery) -> Result<(), LogError> {
    // The start of what was asked for already: events from there on may have been emitted.
    let mut asked_from = i64::MAX;
    // Where a part fails that is not too long, those next to it are shorter too.
    let mut at_most = i64::MAX;
    while query.since <= query.until {
        let part = query.newest(reader.longest.get().next().min(at_most));
        match read_part(reader, &part, part.until >= asked_from).await {
            Err(LogError::Api(error @ ApiError::Server(_))) if part.can_be_shortened() => {
                reader.note_failure(&part, &error);
                asked_from = asked_from.min(part.since);
                let has_worked = reader.longest.get().was_answered(part.length());
                at_most = if has_worked { part.length() / 2 } else { i64::MAX };
                query.since = query.since.max(reader.start_of(&query).await);
            }
            other => {
                other?;
                reader.note_answer(&part);
                at_most = at_most.saturating_mul(2);
                query.until = part.since - 1;
            }
        }
    }
    Ok(())
}

/// Whether a first answer of the search says that the workspace does not offer it.
pub(crate) const fn is_without_search(error: &ApiError) -> bool {
    matches!(error, ApiError::BadRequest(_) | ApiError::NotFound(_))
}

async fn read_part(reader: &LogReader<'_>, query: &LogQuery, again: bool) -> Result<(), LogError> {
    let search = reader.search.get();
    let mut ended = pass::run(reader, query, Order::Parallel, again).await;
    if let Err(LogError::Api(error)) = &ended
        && is_without_search(error)
        && search
        && !reader.search_answered.get()
    {
        if reader.search.replace(false) {
            reader.warn(Warning::NoSearch);
        }
        ended = pass::run(reader, query, Order::Parallel, again).await;
    }
    let mut ended = ended?;
    if ended == Ended::Shifted {
        ended = pass::run(reader, query, Order::Parallel, true).await?;
    }
    // Read one after the other, a shift repeats events and hides none: then it is no flaw any more.
    if ended != Ended::Clean {
        ended = pass::run(reader, query, Order::Sequential, true).await?;
    }
    if ended == Ended::Stuck {
        let endpoint = if reader.search.get() { format!("POST {SEARCH}") } else { format!("GET {LIST}") };
        let detail = "the pages repeat or are missing, and their end was not found".to_owned();
        return Err(ApiError::Paging { endpoint, detail }.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests;
