//! Exports and new teammates in the window, and the last activity of each teammate.

use std::collections::HashMap;

use serde_json::json;

use super::event::{LogStates, Tally};
use super::person::{People, PerPerson, PersonId};
use super::privilege::Privilege;
use super::rows::{DAY, Rows, time};
use crate::event_type::EventKind;
use crate::sources::{Feed, SourceStatus};

pub(super) type Exports = PerPerson<String, Tally>;

/// The table `exports`.
pub(super) fn exports(
    exports: &Exports,
    people: &People,
    privileges: &HashMap<PersonId, Option<Privilege>>,
) -> Rows {
    exports.table(people, &["person", "type"], |person, activity_type, tally| {
        let privilege = person.and_then(|person| *privileges.get(&person)?);
        Some([
            ("type", json!(activity_type)),
            ("count", json!(tally.count)),
            ("last", time(tally.last)),
            ("performer_known", json!(person.is_some())),
            ("privilege", json!(privilege.map(Privilege::as_str))),
        ])
    })
}

/// The new teammates of the window.
pub(super) type Joins = PerPerson<(), Arrival>;

/// How a person joined.
#[derive(Debug, Default)]
pub(super) struct Arrival {
    /// The oldest and the newest accepted invite in the window.
    joined: Option<(i64, i64)>,
    /// The newest provisioning in the window.
    provisioned: Option<i64>,
    /// The oldest provisioning, also before the window.
    first_provisioned: Option<i64>,
}

impl Arrival {
    /// The longest time from an accepted invite to the provisioning, in seconds.
    const PROVISIONED_WITHIN: i64 = DAY;

    /// Adds an accepted invite or a provisioning.
    pub(super) fn add(&mut self, kind: EventKind, at: i64, in_window: bool) {
        if kind == EventKind::Provisioned {
            self.first_provisioned = Some(self.first_provisioned.map_or(at, |first| first.min(at)));
            self.provisioned = self.provisioned.max(Some(at).filter(|_| in_window));
        } else if in_window {
            let (first, last) = self.joined.unwrap_or((at, at));
            self.joined = Some((first.min(at), last.max(at)));
        }
    }

    /// Whether a provisioning precedes, or soon follows, each accepted invite of the window.
    fn is_covered(&self) -> Option<bool> {
        let (first, _) = self.joined?;
        Some(self.first_provisioned.is_some_and(|at| at <= first + Self::PROVISIONED_WITHIN))
    }
}

/// The table `joins`.
pub(super) fn joins(joins: &Joins, people: &People, log: LogStates) -> Rows {
    let all = [log.window, log.arrivals].iter().all(|status| *status == SourceStatus::Complete);
    joins.table(people, &["person"], |person, (), arrival| {
        // Two unknown people are not the same person.
        let covered = arrival.is_covered().filter(|covered| person.is_some() && (*covered || all));
        (arrival.joined.is_some() || arrival.provisioned.is_some()).then(|| {
            [
                ("joined", time(arrival.joined.map(|(_, last)| last))),
                ("provisioned", time(arrival.provisioned)),
                ("invited", json!(arrival.joined.is_some())),
                ("covered", json!(covered)),
                ("teammate", json!(people.is_teammate(person))),
            ]
        })
    })
}

/// The activity of one teammate.
#[derive(Debug, Clone, Copy, Default)]
struct LastActivity {
    sign_ins: Tally,
    /// The newest accepted invite, provisioning or other event by the teammate.
    active: Option<i64>,
    earlier_sign_in: Option<i64>,
    earlier_activity: Option<i64>,
}

/// The certain activity of one teammate; none where a missing part of the log could show more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Presence {
    /// Sign-ins in the window.
    pub(super) sign_ins: Option<u64>,
    pub(super) last_sign_in: Option<i64>,
    /// The newest sign-in, accepted invite, provisioning or other event by the teammate.
    pub(super) last_seen: Option<i64>,
}

/// The activity of all teammates.
#[derive(Debug, Default)]
pub(super) struct LastSeen {
    teammates: HashMap<PersonId, LastActivity>,
}

impl LastSeen {
    pub(super) fn signed_in(&mut self, person: PersonId, feed: Feed, at: i64) {
        let seen = self.teammates.entry(person).or_default();
        if feed == Feed::LogWindow {
            seen.sign_ins.add(at);
        } else {
            seen.earlier_sign_in = seen.earlier_sign_in.max(Some(at));
        }
    }

    /// Adds an accepted invite, a provisioning or another event by the teammate.
    pub(super) fn active(&mut self, person: PersonId, feed: Feed, at: i64) {
        let seen = self.teammates.entry(person).or_default();
        let newest = if feed == Feed::LogWindow { &mut seen.active } else { &mut seen.earlier_activity };
        *newest = (*newest).max(Some(at));
    }

    /// The certain activity of a teammate, by the status of the log's parts.
    pub(super) fn of(&self, person: PersonId, log: LogStates) -> Presence {
        let complete = |status| status == SourceStatus::Complete;
        if !complete(log.window) {
            return Presence::default();
        }
        let seen = self.teammates.get(&person).copied().unwrap_or_default();
        let sign_in = seen.earlier_sign_in.filter(|_| complete(log.arrivals));
        let earlier = seen.earlier_sign_in.max(seen.earlier_activity);
        let earlier = earlier.filter(|_| complete(log.arrivals) && complete(log.history));
        Presence {
            sign_ins: Some(seen.sign_ins.count),
            last_sign_in: seen.sign_ins.last.or(sign_in),
            last_seen: seen.sign_ins.last.max(seen.active).or(earlier),
        }
    }
}
