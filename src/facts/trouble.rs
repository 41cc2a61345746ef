//! Who had trouble signing in in the window, and whether they got in since.

use std::collections::{BTreeSet, HashMap};

use serde_json::json;

use super::Rows;
use super::bounded::{self, MAX_ROWS};
use super::cell::{row, time};
use super::person::{People, PersonId};
use super::sign_ins::sorted;
use crate::casefold;

/// The most methods kept of one person.
const MAX_METHODS: usize = 8;

/// What was seen of one person.
#[derive(Debug, Default)]
struct Seen {
    failures: u64,
    unauthorized: u64,
    methods: BTreeSet<String>,
    last_failure: Option<i64>,
    last_sign_in: Option<i64>,
}

/// What was seen of everybody; how many people are told apart is bounded where they are.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    people: HashMap<Option<PersonId>, Seen>,
    methods_truncated: bool,
}

impl Trouble {
    /// Takes in a sign-in that worked.
    pub(super) fn signed_in(&mut self, person: Option<PersonId>, at: i64) {
        let seen = self.people.entry(person).or_default();
        seen.last_sign_in = seen.last_sign_in.max(Some(at));
    }

    /// Takes in a sign-in with wrong credentials.
    pub(super) fn failed(&mut self, person: Option<PersonId>, method: Option<&str>, at: i64) {
        self.tried(person, method, at).failures += 1;
    }

    /// Takes in a sign-in by a method that is not allowed.
    pub(super) fn unauthorized(&mut self, person: Option<PersonId>, method: Option<&str>, at: i64) {
        self.tried(person, method, at).unauthorized += 1;
    }

    fn tried(&mut self, person: Option<PersonId>, method: Option<&str>, at: i64) -> &mut Seen {
        let seen = self.people.entry(person).or_default();
        seen.last_failure = seen.last_failure.max(Some(at));
        if let Some(method) = method {
            let folded = casefold::fold(method);
            let name = bounded::text(&folded);
            if !seen.methods.contains(name.as_ref()) {
                if seen.methods.len() < MAX_METHODS {
                    seen.methods.insert(name.into_owned());
                } else {
                    self.methods_truncated = true;
                }
            }
        }
        seen
    }

    /// The table `sign_in_trouble`.
    pub(super) fn table(&self, people: &People) -> Rows {
        let troubled = self.people.iter().filter(|(_, seen)| seen.last_failure.is_some());
        let rows = troubled.map(|(&person, seen)| {
            row([
                ("person", json!(person.and_then(|person| people.text(person)))),
                ("email", json!(person.and_then(|person| people.email(person)))),
                ("failures", json!(seen.failures)),
                ("unauthorized", json!(seen.unauthorized)),
                ("methods", json!(seen.methods)),
                ("last_failure", time(seen.last_failure)),
                ("last_sign_in", time(seen.last_sign_in)),
                ("teammate", json!(people.is_teammate(person))),
            ])
        });
        let mut rows = sorted(rows, &["person"]);
        let truncated = self.methods_truncated || rows.len() > MAX_ROWS || people.truncated();
        rows.truncate(MAX_ROWS);
        Rows { rows, truncated }
    }
}
