//! Reads the activity log: every event of a range once, newest first, as fast as the limiter allows.
//!
//! A *range* is read in [`pass`]es. The first page tells how many there are, and the others are fetched
//! side by side. The end of the range is pinned, but events may still turn up late and push others from
//! one page to the next while pages are fetched; such a shift shows as an event seen twice, and then the
//! range is read again. A range that the server cannot cope with is halved; where there is no search, the
//! older endpoint is read.

use super::error::ApiError;
use crate::warning::Warning;
use pass::{Ended, Order};

mod ids;
mod page;
mod pass;
mod reader;

pub(crate) use page::{LIST, LogQuery, SEARCH};
pub(crate) use reader::{LogError, LogReader};

/// Reads a range to its end. What was emitted before an error stays emitted.
pub(crate) async fn read(reader: &LogReader<'_>, query: LogQuery) -> Result<(), LogError> {
    let mut left = vec![(query, false)];
    while let Some((part, again)) = left.pop() {
        match read_part(reader, &part, again).await {
            Err(LogError::Api(ApiError::Server(_))) if part.can_be_halved() => {
                let (older, newer) = halve(part);
                // A stack: the newer half is read next. Pages of it may have arrived already.
                left.push((older, true));
                left.push((newer, true));
            }
            other => other?,
        }
    }
    Ok(())
}

/// Whether a first answer of the search says that the workspace does not offer it.
pub(crate) const fn is_without_search(error: &ApiError) -> bool {
    matches!(error, ApiError::BadRequest(_) | ApiError::NotFound(_))
}

/// Splits a range into its older and its newer half.
const fn halve(query: LogQuery) -> (LogQuery, LogQuery) {
    let middle = query.since + (query.until - query.since) / 2;
    (LogQuery { until: middle, ..query }, LogQuery { since: middle + 1, ..query })
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
