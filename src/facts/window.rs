//! Who took data out in the window, who came into the workspace, and when each teammate was last seen.

use std::collections::HashMap;

use serde_json::json;

use super::event::{LogStates, Tally};
use super::person::{People, PerPerson, PersonId};
use super::privilege::Privilege;
use super::rows::{DAY, Rows, time};
use crate::event_type::EventKind;
use crate::sources::{Feed, SourceStatus};

/// The exports of the window, by type.
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

/// The arrivals of the window.
pub(super) type Joins = PerPerson<(), Arrival>;

/// How a person came.
#[derive(Debug, Default)]
pub(super) struct Arrival {
    /// The oldest and the newest invite that was accepted in the window.
    joined: Option<(i64, i64)>,
    /// The newest provisioning in the window.
    provisioned: Option<i64>,
    /// The oldest provisioning that was read.
    first_provisioned: Option<i64>,
}

impl Arrival {
    /// How long after a person accepted an invite the provisioning may come, in seconds.
    const PROVISIONED_WITHIN: i64 = DAY;

    /// Takes in an accepted invite, or else a provisioning.
    pub(super) fn add(&mut self, kind: EventKind, at: i64, in_window: bool) {
        if kind == EventKind::Provisioned {
            self.first_provisioned = Some(self.first_provisioned.map_or(at, |first| first.min(at)));
            self.provisioned = self.provisioned.max(Some(at).filter(|_| in_window));
        } else if in_window {
            let (first, last) = self.joined.unwrap_or((at, at));
            self.joined = Some((first.min(at), last.max(at)));
        }
    }

    /// Whether each accepted invite of the window belongs to a provisioning before it, or soon after.
    fn is_covered(&self) -> Option<bool> {
        let (first, _) = self.joined?;
        Some(self.first_provisioned.is_some_and(|at| at <= first + Self::PROVISIONED_WITHIN))
    }
}

/// The table `joins`.
pub(super) fn joins(joins: &Joins, people: &People, log: LogStates) -> Rows {
    let all = [log.window, log.arrivals].iter().all(|status| *status == SourceStatus::Complete);
    joins.table(people, &["person"], |person, (), arrival| {
        // One person who is not known does not stand for another.
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

/// What was seen of one teammate.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    sign_ins: Tally,
    /// The newest arrival, or other event they performed.
    active: Option<i64>,
    earlier_sign_in: Option<i64>,
    earlier_activity: Option<i64>,
}

/// What is certain about one teammate; none where a part of the log that could say otherwise is missing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Presence {
    /// Sign-ins in the window.
    pub(super) sign_ins: Option<u64>,
    /// The newest sign-in.
    pub(super) last_sign_in: Option<i64>,
    /// The newest sign-in, arrival, or other event they performed.
    pub(super) last_seen: Option<i64>,
}

/// What was seen of the teammates.
#[derive(Debug, Default)]
pub(super) struct LastSeen {
    teammates: HashMap<PersonId, Seen>,
}

impl LastSeen {
    /// Takes in a sign-in.
    pub(super) fn signed_in(&mut self, person: PersonId, feed: Feed, at: i64) {
        let seen = self.teammates.entry(person).or_default();
        if feed == Feed::LogWindow {
            seen.sign_ins.add(at);
        } else {
            seen.earlier_sign_in = seen.earlier_sign_in.max(Some(at));
        }
    }

    /// Takes in an accepted invite or a provisioning, or something else the teammate did.
    pub(super) fn active(&mut self, person: PersonId, feed: Feed, at: i64) {
        let seen = self.teammates.entry(person).or_default();
        let newest = if feed == Feed::LogWindow { &mut seen.active } else { &mut seen.earlier_activity };
        *newest = (*newest).max(Some(at));
    }

    /// What is certain about a teammate, by how the parts of the log ended.
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
