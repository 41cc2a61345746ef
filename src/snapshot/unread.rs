//! Entries of the log that may be any event: what they leave unsaid about each part of it.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::api::model::UnreadEntry;
use crate::sources::{Failure, Feed, Outcomes, Ranges, SourceStatus};

/// Counts them, from a live workspace and from a snapshot alike.
#[derive(Debug)]
pub(crate) struct UnreadEntries {
    ranges: Ranges,
    /// The ids of those that a person has looked at: they count as absent.
    reviewed: BTreeSet<String>,
    count: u64,
    /// The newest, however feeds are interleaved; those without a time come last.
    first: Option<(Reverse<Option<i64>>, String)>,
    feeds: BTreeSet<Feed>,
}

impl UnreadEntries {
    pub(crate) const fn new(ranges: Ranges, reviewed: BTreeSet<String>) -> Self {
        Self { ranges, reviewed, count: 0, first: None, feeds: BTreeSet::new() }
    }

    /// Takes in one. Without a time it may lie in every part of the log.
    pub(crate) fn add(&mut self, entry: &UnreadEntry<'_>) {
        if !entry.id.is_empty() && self.reviewed.contains(&*entry.id) {
            return;
        }
        let Ranges { now, since, arrivals_since } = self.ranges;
        let before = entry.at.is_none_or(|at| at < since.as_second());
        let parts = [
            (Feed::LogWindow, entry.at.is_none_or(|at| (since.as_second()..=now.as_second()).contains(&at))),
            (Feed::LogHistory, before),
            (Feed::LogArrivals, before && entry.at.is_none_or(|at| at >= arrivals_since.as_second())),
        ];
        if !parts.iter().any(|(_, touched)| *touched) {
            return;
        }
        self.feeds.extend(parts.into_iter().filter(|(_, touched)| *touched).map(|(feed, _)| feed));
        self.count += 1;
        let this = (Reverse(entry.at), entry.shown.clone().into_owned());
        if self.first.as_ref().is_none_or(|first| this < *first) {
            self.first = Some(this);
        }
    }

    /// Says so in how the parts of the log ended: what was read of them can prove a fail, but no pass.
    pub(crate) fn apply(self, outcomes: &mut Outcomes) {
        let Some((_, first)) = self.first else { return };
        for feed in self.feeds {
            let Some(outcome) = outcomes.feeds.get_mut(&feed) else { continue };
            if outcome.status == SourceStatus::Skipped {
                continue;
            }
            outcome.status = SourceStatus::Failed;
            outcome.failure = Some(Failure::UnreadEntries {
                entries: self.count,
                first: first.clone(),
                besides: outcome.failure.take().map(Box::new),
            });
        }
    }
}
