//! Permissions and two-factor authentication, by the newest event ever; and who lost permissions in the window.

use std::collections::BTreeSet;

use serde_json::json;

use super::event::{LogStates, Moment, Permissions};
use super::person::{People, PerPerson};
use super::rows::{Rows, time};

/// When something was last changed that bears on the privilege of all teammates.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Upheavals {
    /// The newest change of permissions that names no person that is known.
    pub(super) of_nobody_known: Option<Moment>,
    /// The newest change of a role, which may have changed the permissions of all who have it.
    pub(super) of_roles: Option<Moment>,
}

/// The state of all people; how many people are told apart is bounded where they are.
pub(super) type States = PerPerson<(), State, { usize::MAX }>;

/// The newest events about one person.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) permissions: Option<Snapshot>,
    pub(super) two_factor: Option<TwoFactor>,
}

/// A permission snapshot.
#[derive(Debug)]
pub(super) struct Snapshot {
    /// The change that shows it.
    pub(super) moment: Moment,
    /// Who made that change.
    pub(super) by: Option<String>,
    /// The permissions since; none where they are not understood.
    pub(super) permissions: Option<Permissions>,
}

/// A change of two-factor authentication.
#[derive(Debug, Clone, Copy)]
pub(super) struct TwoFactor {
    /// The change.
    pub(super) moment: Moment,
    /// Whether it is on since; none where the event says neither.
    pub(super) on: Option<bool>,
}

impl State {
    /// Takes in a permission snapshot.
    pub(super) fn add_permissions(&mut self, snapshot: Snapshot) {
        if self.permissions.as_ref().is_none_or(|newest| newest.moment < snapshot.moment) {
            self.permissions = Some(snapshot);
        }
    }

    /// Takes in a change of two-factor authentication.
    pub(super) fn add_two_factor(&mut self, change: TwoFactor) {
        if self.two_factor.is_none_or(|newest| newest.moment < change.moment) {
            self.two_factor = Some(change);
        }
    }
}

/// The table `permission_snapshots`.
pub(super) fn snapshots(states: &States, people: &People, log: LogStates) -> Rows {
    states.table(people, &["person"], |person, (), state| {
        let snapshot = state.permissions.as_ref().filter(|_| !people.is_bot(person))?;
        let certain = snapshot.permissions.as_ref().filter(|_| log.proves_newest(snapshot.moment));
        let access = certain.and_then(|permissions| permissions.conversation_access.as_ref());
        Some([
            ("at", time(snapshot.moment.at)),
            ("by", json!(snapshot.by)),
            ("permissions", json!(certain.map(|permissions| &permissions.granted))),
            ("conversation_access", json!(access)),
            ("teammate", json!(people.is_teammate(person))),
        ])
    })
}

/// The changes of all people's permissions in the window.
pub(super) type Losses = PerPerson<(), Changes>;

/// What the window's first change of one person's permissions took away from, and its last left.
#[derive(Debug, Default)]
pub(super) struct Changes {
    first: Option<(Moment, BTreeSet<String>)>,
    last: Option<(Moment, BTreeSet<String>, Option<String>)>,
}

impl Changes {
    /// Takes in a change: what was granted before it, and what after.
    pub(super) fn add(&mut self, before: Permissions, after: &Snapshot) {
        let moment = after.moment;
        if self.first.as_ref().is_none_or(|(first, _)| moment < *first) {
            self.first = Some((moment, before.granted));
        }
        if let Some(permissions) = &after.permissions
            && self.last.as_ref().is_none_or(|(last, ..)| moment > *last)
        {
            self.last = Some((moment, permissions.granted.clone(), after.by.clone()));
        }
    }
}

/// The table `permission_losses`.
pub(super) fn losses(losses: &Losses, people: &People) -> Rows {
    losses.table(people, &["person"], |person, (), changes| {
        let ((_, before), (last, after, by)) = (changes.first.as_ref()?, changes.last.as_ref()?);
        let lost: Vec<&String> = before.difference(after).collect();
        (!lost.is_empty()).then(|| {
            [
                ("permissions", json!(lost)),
                ("at", time(last.at)),
                ("by", json!(by)),
                ("teammate", json!(people.is_teammate(person))),
            ]
        })
    })
}
