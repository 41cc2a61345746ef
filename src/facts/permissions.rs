//! Permissions and two-factor authentication, by the newest event ever; and who lost permissions in the window.

use std::collections::{BTreeSet, HashMap};

use serde_json::json;

use super::event::{Moment, Permissions};
use super::person::{People, PersonId};
use super::rows::{Bounded, MAX_ROWS, Rows, time};
use crate::sources::{Feed, SourceStatus};

/// A permission snapshot.
#[derive(Debug)]
pub(super) struct Snapshot {
    /// The change that shows it.
    pub(super) moment: Moment,
    /// Who made that change.
    by: Option<String>,
    /// The permissions since.
    pub(super) permissions: Permissions,
}

/// A change of two-factor authentication.
#[derive(Debug, Clone, Copy)]
pub(super) struct TwoFactor {
    /// The change.
    pub(super) moment: Moment,
    /// Whether it is on since; none where the event says neither.
    pub(super) on: Option<bool>,
}

/// Which events are sure to be the newest, although a part of the log may be missing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Certainty {
    window: bool,
    history: bool,
}

impl Certainty {
    /// Judges by how the two parts of the log ended.
    pub(super) fn new(window: SourceStatus, history: SourceStatus) -> Self {
        Self { window: window == SourceStatus::Complete, history: history == SourceStatus::Complete }
    }

    /// Whether no event newer than this one can be missing: the window is newer than the history.
    pub(super) fn of(self, moment: Moment) -> bool {
        self.window && (self.history || moment.feed() == Feed::LogWindow)
    }
}

/// The state of all people; how many people are told apart is bounded where they are.
#[derive(Debug, Default)]
pub(super) struct State {
    snapshots: HashMap<Option<PersonId>, Snapshot>,
    two_factor: HashMap<PersonId, TwoFactor>,
}

impl State {
    /// Takes in a permission snapshot.
    pub(super) fn permissions(
        &mut self,
        person: Option<PersonId>,
        moment: Moment,
        by: Option<String>,
        permissions: Permissions,
    ) {
        if self.snapshots.get(&person).is_none_or(|newest| newest.moment < moment) {
            self.snapshots.insert(person, Snapshot { moment, by, permissions });
        }
    }

    /// Takes in a change of two-factor authentication.
    pub(super) fn two_factor(&mut self, person: Option<PersonId>, moment: Moment, on: Option<bool>) {
        let Some(person) = person else { return };
        if self.two_factor.get(&person).is_none_or(|newest| newest.moment < moment) {
            self.two_factor.insert(person, TwoFactor { moment, on });
        }
    }

    /// The person's newest snapshot.
    pub(super) fn snapshot_of(&self, person: PersonId) -> Option<&Snapshot> {
        self.snapshots.get(&Some(person))
    }

    /// The person's newest change of two-factor authentication.
    pub(super) fn two_factor_of(&self, person: PersonId) -> Option<TwoFactor> {
        self.two_factor.get(&person).copied()
    }

    /// The table `permission_snapshots`.
    pub(super) fn table(&self, people: &People, certainty: Certainty) -> Rows {
        let rows = self.snapshots.iter().map(|(&person, snapshot)| {
            let certain = Some(&snapshot.permissions).filter(|_| certainty.of(snapshot.moment));
            people.row(
                person,
                [
                    ("at", time(snapshot.moment.at)),
                    ("by", json!(snapshot.by)),
                    ("permissions", json!(certain.map(|permissions| &permissions.granted))),
                    (
                        "conversation_access",
                        json!(certain.and_then(|permissions| permissions.conversation_access.as_ref())),
                    ),
                    ("teammate", json!(people.is_teammate(person))),
                ],
            )
        });
        Rows::sorted(rows, &["person"], people.truncated())
    }
}

/// The changes of one person's permissions.
#[derive(Debug, Default)]
struct Changes {
    first: Option<(Moment, BTreeSet<String>)>,
    last: Option<(Moment, BTreeSet<String>, Option<String>)>,
}

/// The changes of all people's permissions in the window.
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
                people.row(
                    person,
                    [
                        ("permissions", json!(lost)),
                        ("at", time(last.at)),
                        ("by", json!(by)),
                        ("teammate", json!(people.is_teammate(person))),
                    ],
                )
            })
        });
        Rows::sorted(rows, &["person"], self.people.truncated() || people.truncated())
    }
}
