//! Permissions and two-factor authentication by the newest event, and permissions lost in the window.

use std::collections::BTreeSet;

use serde_json::json;

use super::event::{LogStates, Moment, Permissions};
use super::person::{People, PerPerson};
use super::rows::{Rows, time};

/// The newest changes that may affect the privilege of any teammate.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Upheavals {
    /// The newest permission change of an unknown person.
    pub(super) of_unknown_people: Option<Moment>,
    /// The newest change of a role, which may affect every teammate with that role.
    pub(super) of_roles: Option<Moment>,
}

/// The state of all people; `People` limits their number.
pub(super) type States = PerPerson<(), PermissionState, { usize::MAX }>;

/// The newest events about one person.
#[derive(Debug, Default)]
pub(super) struct PermissionState {
    pub(super) permissions: Option<Snapshot>,
    pub(super) two_factor: Option<TwoFactor>,
}

/// A permission snapshot.
#[derive(Debug)]
pub(super) struct Snapshot {
    pub(super) moment: Moment,
    /// The performer of the change.
    pub(super) by: Option<String>,
    /// The permissions after it, if understood.
    pub(super) permissions: Option<Permissions>,
}

/// A change of two-factor authentication.
#[derive(Debug, Clone, Copy)]
pub(super) struct TwoFactor {
    pub(super) moment: Moment,
    /// Whether it is on after the change, if the event says so.
    pub(super) on: Option<bool>,
}

impl PermissionState {
    pub(super) fn add_permissions(&mut self, snapshot: Snapshot) {
        if self.permissions.as_ref().is_none_or(|newest| newest.moment < snapshot.moment) {
            self.permissions = Some(snapshot);
        }
    }

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

/// The permission changes in the window, by person.
pub(super) type Losses = PerPerson<(), Changes>;

/// The permissions before the first change in the window and after the last.
#[derive(Debug, Default)]
pub(super) struct Changes {
    first: Option<(Moment, BTreeSet<String>)>,
    last: Option<(Moment, BTreeSet<String>, Option<String>)>,
}

impl Changes {
    /// Adds a change, with the permissions before and after it.
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
