//! When each teammate was last seen, and how often they signed in.

use std::collections::HashMap;

use super::newest::Tally;
use super::person::PersonId;
use crate::sources::{Feed, SourceStatus};

/// What was seen of one teammate.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    sign_ins: Tally,
    arrived: Option<i64>,
    earlier_sign_in: Option<i64>,
    earlier_arrival: Option<i64>,
}

/// What is certain about one teammate; none where a part of the log that could say otherwise is missing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Presence {
    /// Sign-ins in the window.
    pub(super) sign_ins: Option<u64>,
    /// The newest sign-in.
    pub(super) last_sign_in: Option<i64>,
    /// The newest sign-in or arrival.
    pub(super) last_seen: Option<i64>,
}

/// What was seen of the teammates.
#[derive(Debug, Default)]
pub(super) struct Attendance {
    teammates: HashMap<PersonId, Seen>,
}

impl Attendance {
    /// Takes in a sign-in.
    pub(super) fn signed_in(&mut self, person: PersonId, feed: Feed, at: i64) {
        let seen = self.teammates.entry(person).or_default();
        if feed == Feed::LogWindow {
            seen.sign_ins.add(at);
        } else {
            seen.earlier_sign_in = seen.earlier_sign_in.max(Some(at));
        }
    }

    /// Takes in an accepted invite or a provisioning.
    pub(super) fn arrived(&mut self, person: PersonId, feed: Feed, at: i64) {
        let seen = self.teammates.entry(person).or_default();
        let newest = if feed == Feed::LogWindow { &mut seen.arrived } else { &mut seen.earlier_arrival };
        *newest = (*newest).max(Some(at));
    }

    /// What is certain about a teammate, by how the two parts of the log ended.
    pub(super) fn of(&self, person: PersonId, window: SourceStatus, arrivals: SourceStatus) -> Presence {
        if window != SourceStatus::Complete {
            return Presence::default();
        }
        let seen = self.teammates.get(&person).copied().unwrap_or_default();
        let earlier = |time: Option<i64>| time.filter(|_| arrivals == SourceStatus::Complete);
        let last_seen = seen.sign_ins.last.max(seen.arrived);
        Presence {
            sign_ins: Some(seen.sign_ins.count),
            last_sign_in: seen.sign_ins.last.or(earlier(seen.earlier_sign_in)),
            last_seen: last_seen.or(earlier(seen.earlier_sign_in.max(seen.earlier_arrival))),
        }
    }
}
