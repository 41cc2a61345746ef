//! Who lost permissions in the window: what the first change found, against what the last one left.

use std::collections::BTreeSet;

use serde_json::json;

use super::Rows;
use super::bounded::{Bounded, MAX_ROWS};
use super::cell::{row, time};
use super::metadata::Permissions;
use super::newest::Moment;
use super::person::{People, PersonId};
use super::sign_ins::sorted;

/// The changes of one person's permissions.
#[derive(Debug, Default)]
struct Changes {
    first: Option<(Moment, BTreeSet<String>)>,
    last: Option<(Moment, BTreeSet<String>, Option<String>)>,
}

/// The changes of everybody's permissions in the window.
#[derive(Debug)]
pub(super) struct Losses {
    people: Bounded<Option<PersonId>, Changes>,
}

impl Losses {
    /// Starts without a change.
    pub(super) fn new() -> Self {
        Self { people: Bounded::new(MAX_ROWS) }
    }

    /// Takes in a change: what was granted before it, and what after.
    pub(super) fn add(
        &mut self,
        person: Option<PersonId>,
        moment: Moment,
        by: Option<String>,
        before: Permissions,
        after: &Permissions,
    ) {
        let Some(changes) = self.people.entry(person) else { return };
        if changes.first.as_ref().is_none_or(|(first, _)| moment < *first) {
            changes.first = Some((moment, before.granted));
        }
        if changes.last.as_ref().is_none_or(|(last, ..)| moment > *last) {
            changes.last = Some((moment, after.granted.clone(), by));
        }
    }

    /// The table `permission_losses`.
    pub(super) fn table(&self, people: &People) -> Rows {
        let rows = self.people.iter().filter_map(|(&person, changes)| {
            let ((_, before), (last, after, by)) = (changes.first.as_ref()?, changes.last.as_ref()?);
            let lost: Vec<&String> = before.difference(after).collect();
            (!lost.is_empty()).then(|| {
                row([
                    ("person", json!(person.and_then(|person| people.text(person)))),
                    ("email", json!(person.and_then(|person| people.email(person)))),
                    ("permissions", json!(lost)),
                    ("at", time(last.at)),
                    ("by", json!(by)),
                    ("teammate", json!(people.is_teammate(person))),
                ])
            })
        });
        Rows { rows: sorted(rows, &["person"]), truncated: self.people.truncated() || people.truncated() }
    }
}
