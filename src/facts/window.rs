//! Who took data out in the window, who came into the workspace, and when each teammate was last seen.

use std::collections::HashMap;

use serde_json::json;

use super::event::Tally;
use super::person::{People, PersonId};
use super::privilege::Privilege;
use super::rows::{Bounded, MAX_ROWS, Rows, time};
use crate::address::EmailAddress;
use crate::sources::{Feed, SourceStatus};

/// The exports of the window.
#[derive(Debug)]
pub(super) struct Exports {
    tallies: Bounded<(Option<PersonId>, String), Tally>,
    approvers: Option<Vec<EmailAddress>>,
}

impl Exports {
    /// Compares performers with these approvers, where some are configured.
    pub(super) fn new(approvers: Option<&[String]>) -> Self {
        let approvers =
            approvers.map(|list| list.iter().filter_map(|email| EmailAddress::parse(email)).collect());
        Self { tallies: Bounded::new(MAX_ROWS), approvers }
    }

    /// Takes in an export.
    pub(super) fn add(&mut self, person: Option<PersonId>, activity_type: &str, at: i64) {
        if let Some(tally) = self.tallies.entry((person, activity_type.to_owned())) {
            tally.add(at);
        }
    }

    /// The table `exports`.
    pub(super) fn table(&self, people: &People, privileges: &HashMap<PersonId, Option<Privilege>>) -> Rows {
        let rows = self.tallies.iter().map(|((person, activity_type), tally)| {
            let email = person.and_then(|person| people.email(person));
            let privilege = person.and_then(|person| *privileges.get(&person)?);
            let approved = email.zip(self.approvers.as_ref()).map(|(email, approvers)| {
                EmailAddress::parse(email).is_some_and(|email| approvers.contains(&email))
            });
            people.row(
                *person,
                [
                    ("type", json!(activity_type)),
                    ("count", json!(tally.count)),
                    ("last", time(tally.last)),
                    ("performer_known", json!(person.is_some())),
                    ("privilege", json!(privilege.map(Privilege::as_str))),
                    ("approved", json!(approved)),
                ],
            )
        });
        let truncated = self.tallies.truncated() || people.truncated();
        Rows::sorted(rows, &["person", "type"], truncated)
    }
}

/// How a person came in the window.
#[derive(Debug, Default)]
struct Arrival {
    joined: Option<i64>,
    provisioned: Option<i64>,
}

/// The arrivals of the window.
#[derive(Debug)]
pub(super) struct NewTeammates {
    persons: Bounded<Option<PersonId>, Arrival>,
}

impl NewTeammates {
    pub(super) fn new() -> Self {
        Self { persons: Bounded::new(MAX_ROWS) }
    }

    /// Takes in an accepted invite.
    pub(super) fn joined(&mut self, person: Option<PersonId>, at: i64) {
        if let Some(arrival) = self.persons.entry(person) {
            arrival.joined = arrival.joined.max(Some(at));
        }
    }

    /// Takes in a provisioning.
    pub(super) fn provisioned(&mut self, person: Option<PersonId>, at: i64) {
        if let Some(arrival) = self.persons.entry(person) {
            arrival.provisioned = arrival.provisioned.max(Some(at));
        }
    }

    /// The table `joins`.
    pub(super) fn table(&self, people: &People) -> Rows {
        let rows = self.persons.iter().map(|(&person, arrival)| {
            people.row(
                person,
                [
                    ("joined", time(arrival.joined)),
                    ("provisioned", time(arrival.provisioned)),
                    ("invited", json!(arrival.joined.is_some())),
                ],
            )
        });
        Rows::sorted(rows, &["person"], self.persons.truncated() || people.truncated())
    }
}

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
