//! The order that the lines of a snapshot keep, and how they fit the way the sources ended.

use super::file::Line;
use crate::sources::{Feed, Outcomes, SourceStatus};

/// What has come so far.
#[derive(Debug, Default)]
pub(super) struct Sequence {
    me: bool,
    admins: bool,
    allowlist: bool,
    probe: bool,
    events: bool,
}

impl Sequence {
    /// Takes in a line: nothing but events comes twice, and no event before what it is told apart by.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub(super) fn take(&mut self, line: &Line<'_>) -> Result<(), &'static str> {
        let (seen, late, repeated) = match line {
            Line::Me(_) => (&mut self.me, self.events, "it holds two answers of GET /me"),
            Line::Admins(_) => (&mut self.admins, self.events, "it holds two lists of teammates"),
            Line::IpAllowlist(_) => (&mut self.allowlist, false, "it holds two IP allowlists"),
            Line::Probe(_) => (&mut self.probe, false, "it holds two token probes"),
            Line::Event(_) | Line::Unread(_) => {
                self.events = true;
                return Ok(());
            }
            Line::End(_) => return Ok(()),
        };
        if late {
            return Err("its lines are out of order");
        }
        if std::mem::replace(seen, true) { Err(repeated) } else { Ok(()) }
    }

    /// Compares what has come with how the sources ended: what is complete is there, and what is there was read.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub(super) fn fits(&self, outcomes: &Outcomes) -> Result<(), &'static str> {
        let status = |feed| outcomes.feeds.get(&feed).map(|outcome| outcome.status);
        if !Feed::ALL.iter().all(|feed| outcomes.feeds.contains_key(feed)) {
            return Err("its last line leaves a source out");
        }
        let single = [(self.me, Feed::Me), (self.admins, Feed::Admins), (self.allowlist, Feed::IpAllowlist)];
        // An answer that was not understood in full is there, and its source has failed.
        let fits = |(there, feed): &(bool, Feed)| match status(*feed) {
            Some(SourceStatus::Complete) => *there,
            Some(SourceStatus::Failed) => true,
            _ => !there,
        };
        let probed = status(Feed::TokenProbe) != Some(SourceStatus::Skipped);
        if !single.iter().all(fits) || self.probe != probed {
            return Err("its last line does not fit the others");
        }
        Ok(())
    }
}
