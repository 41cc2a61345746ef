//! Exports in the window: who took data out, and whether they may.

use std::collections::HashMap;

use serde_json::json;

use super::Rows;
use super::bounded::{Bounded, MAX_ROWS};
use super::cell::{row, time};
use super::newest::Tally;
use super::person::{People, PersonId};
use super::privilege::Privilege;
use super::sign_ins::sorted;
use crate::address::EmailAddress;

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
            row([
                ("person", json!(person.and_then(|person| people.text(person)))),
                ("email", json!(email)),
                ("type", json!(activity_type)),
                ("count", json!(tally.count)),
                ("last", time(tally.last)),
                ("performer_known", json!(person.is_some())),
                ("privilege", json!(privilege.map(Privilege::as_str))),
                ("approved", json!(approved)),
            ])
        });
        let truncated = self.tallies.truncated() || people.truncated();
        Rows { rows: sorted(rows, &["person", "type"]), truncated }
    }
}
