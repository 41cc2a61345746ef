//! Checking the order of a snapshot's lines, and comparing them with the outcomes.

use std::collections::BTreeMap;

use super::file::Line;
use crate::sources::{Feed, Outcomes, SourceId, SourceStatus};

/// The lines so far.
#[derive(Debug, Default)]
pub(super) struct Sequence {
    me: bool,
    admins: bool,
    allowlist: bool,
    probe: bool,
    /// The number of records by source.
    records: BTreeMap<SourceId, u64>,
    /// The number of unreadable entries.
    unread: u64,
}

impl Sequence {
    /// Adds a line. Only events may repeat, and they come after the teammates.
    ///
    /// # Errors
    /// The mistake in words.
    pub(super) fn take(&mut self, line: &Line<'_>) -> Result<(), &'static str> {
        let (source, records) = match line {
            Line::Me(_) => (SourceId::Me, 1),
            Line::Admins(admins) => (SourceId::Admins, admins.len()),
            Line::IpAllowlist(list) => {
                (SourceId::IpAllowlist, list.ip_allowlist.as_ref().map_or(0, Vec::len))
            }
            Line::Probe(answers) => (SourceId::TokenProbe, answers.len()),
            Line::Event(_) => (SourceId::ActivityLog, 1),
            Line::Unread(_) => {
                self.unread += 1;
                (SourceId::ActivityLog, 0)
            }
            Line::End(end) if end.unread != self.unread => {
                return Err("it holds more or fewer unreadable entries than its last line counts");
            }
            Line::End(_) => return Ok(()),
        };
        let events = self.records.contains_key(&SourceId::ActivityLog);
        *self.records.entry(source).or_default() += records as u64;
        let (seen, late, repeated) = match line {
            Line::Me(_) => (&mut self.me, events, "it holds two answers of GET /me"),
            Line::Admins(_) => (&mut self.admins, events, "it holds two lists of teammates"),
            Line::IpAllowlist(_) => (&mut self.allowlist, false, "it holds two IP allowlists"),
            Line::Probe(_) => (&mut self.probe, false, "it holds two token probes"),
            Line::Event(_) | Line::Unread(_) | Line::End(_) => return Ok(()),
        };
        if late {
            return Err("its lines are out of order");
        }
        if std::mem::replace(seen, true) { Err(repeated) } else { Ok(()) }
    }

    /// Compares the lines with the outcomes: complete sources are present, present sources were read, and the counts match.
    ///
    /// # Errors
    /// The mistake in words.
    pub(super) fn fits(&self, outcomes: &Outcomes) -> Result<(), &'static str> {
        let status = |feed| outcomes.feeds.get(&feed).map(|outcome| outcome.status);
        if !Feed::ALL.iter().all(|feed| outcomes.feeds.contains_key(feed)) {
            return Err("its last line omits a source");
        }
        let single = [(self.me, Feed::Me), (self.admins, Feed::Admins), (self.allowlist, Feed::IpAllowlist)];
        // A partly understood answer is present, and its source failed.
        let fits = |(there, feed): &(bool, Feed)| match status(*feed) {
            Some(SourceStatus::Complete) => *there,
            Some(SourceStatus::Failed) => true,
            _ => !there,
        };
        let probed = status(Feed::TokenProbe) != Some(SourceStatus::Skipped);
        if !single.iter().all(fits) || self.probe != probed {
            return Err("its last line does not fit the lines before it");
        }
        // A removed line would hide an event.
        let counted = |source: SourceId| {
            let feeds = outcomes.feeds.iter().filter(|(feed, _)| feed.source() == source);
            feeds.map(|(_, outcome)| outcome.records).fold(0, u64::saturating_add)
        };
        let fits =
            |source: &SourceId| self.records.get(source).copied().unwrap_or_default() == counted(*source);
        if !SourceId::ALL.iter().all(fits) {
            return Err("it holds more or fewer records than its last line counts");
        }
        Ok(())
    }
}
