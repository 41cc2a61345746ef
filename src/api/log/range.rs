//! Reads a range until nothing can be missing: again where its pages shifted, in halves where the
//! server cannot cope, through the older endpoint where there is no search.

use super::page::{LIST, SEARCH};
use super::pass::{self, Ended, Order};
use super::{LogError, LogQuery, LogReader};
use crate::api::error::ApiError;
use crate::warning::Warning;

/// Reads a range to its end, newest events first.
pub(super) async fn read(reader: &LogReader<'_>, query: LogQuery) -> Result<(), LogError> {
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

/// Splits a range into its older and its newer half.
const fn halve(query: LogQuery) -> (LogQuery, LogQuery) {
    let middle = query.since + (query.until - query.since) / 2;
    (LogQuery { until: middle, ..query }, LogQuery { since: middle + 1, ..query })
}

async fn read_part(reader: &LogReader<'_>, query: &LogQuery, again: bool) -> Result<(), LogError> {
    let search = reader.search.get();
    let mut ended = pass::run(reader, query, Order::Parallel, again).await;
    if let Err(LogError::Api(ApiError::BadRequest(_) | ApiError::NotFound(_))) = &ended
        && search
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
mod tests {
    use super::*;
    use crate::sources::Feed;

    #[test]
    fn halves_meet_without_overlap_down_to_a_day() {
        let mut parts = vec![LogQuery { feed: Feed::LogWindow, since: 1_000, until: 9_999_999, types: None }];
        while let Some(at) = parts.iter().position(LogQuery::can_be_halved) {
            let (older, newer) = halve(parts[at]);
            parts.splice(at..=at, [older, newer]);
        }
        assert_eq!((parts[0].since, parts[parts.len() - 1].until), (1_000, 9_999_999));
        assert!(parts.windows(2).all(|pair| pair[0].until + 1 == pair[1].since));
        assert!(parts.iter().all(|part| (1..=86_400).contains(&(part.until - part.since))));
    }
}
