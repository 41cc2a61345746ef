//! Who came into the workspace: by an invite, or by SCIM. And when each person was last seen to arrive.

use serde_json::json;

use super::Rows;
use super::bounded::{Bounded, MAX_ROWS};
use super::cell::{row, time};
use super::person::{People, PersonId};
use super::sign_ins::sorted;

/// How a person came in the window.
#[derive(Debug, Default)]
struct Arrival {
    joined: Option<i64>,
    provisioned: Option<i64>,
}

/// The arrivals of the window.
#[derive(Debug)]
pub(super) struct Joins {
    persons: Bounded<Option<PersonId>, Arrival>,
}

impl Joins {
    /// Nobody yet.
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
            row([
                ("person", json!(person.and_then(|person| people.text(person)))),
                ("email", json!(person.and_then(|person| people.email(person)))),
                ("joined", time(arrival.joined)),
                ("provisioned", time(arrival.provisioned)),
                ("invited", json!(arrival.joined.is_some())),
            ])
        });
        Rows { rows: sorted(rows, &["person"]), truncated: self.persons.truncated() || people.truncated() }
    }
}
