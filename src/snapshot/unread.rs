//! Unreadable entries of the log, which may be any event, and their effect on the outcomes.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::api::model::UnreadEntry;
use crate::sources::{Failure, Feed, Outcomes, Ranges, SourceStatus};

/// The most different entries of one id to record.
const MOST_OF_AN_ID: usize = 100;

/// Counts unreadable entries of a workspace or a snapshot.
#[derive(Debug)]
pub(crate) struct UnreadEntries {
    ranges: Ranges,
    /// Reviewed ids: their entries count as absent, unless other entries share the id.
    reviewed: BTreeMap<String, Vec<UnreadEntry<'static>>>,
    count: u64,
    /// The newest entry, however feeds are interleaved; entries without a time come last.
    first: Option<(Reverse<Option<i64>>, String)>,
    feeds: BTreeSet<Feed>,
}

impl UnreadEntries {
    pub(crate) fn new(ranges: Ranges, reviewed: BTreeSet<String>) -> Self {
        let reviewed = reviewed.into_iter().map(|id| (id, Vec::new())).collect();
        Self { ranges, reviewed, count: 0, first: None, feeds: BTreeSet::new() }
    }

    /// Adds an entry. Without a time, it may belong to any part of the log.
    pub(crate) fn add(&mut self, entry: &UnreadEntry<'_>) {
        let UnreadEntry { id, at, shown } = entry;
        if let Some(reviewed) = self.reviewed.get_mut(&**id).filter(|_| !id.is_empty()) {
            let owned = |text: &str| Cow::Owned(text.to_owned());
            let entry = UnreadEntry { id: owned(id), at: *at, shown: owned(shown) };
            // Bounded even if the log repeats forever.
            if reviewed.len() < MOST_OF_AN_ID && !reviewed.contains(&entry) {
                reviewed.push(entry);
            }
            return;
        }
        self.count_in(entry);
    }

    fn count_in(&mut self, entry: &UnreadEntry<'_>) {
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

    /// Marks the affected parts of the log: the rest can prove a fail, but not a pass. `is_shared` is whether different
    /// entries share an id, which then reviews none of them.
    pub(crate) fn apply(mut self, outcomes: &mut Outcomes, is_shared: impl Fn(&str) -> bool) {
        for (id, entries) in std::mem::take(&mut self.reviewed) {
            if entries.len() > 1 || is_shared(&id) {
                entries.iter().for_each(|entry| self.count_in(entry));
            }
        }
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
