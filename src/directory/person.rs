//! A person on the list.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{MOST_ADDRESSES, MOST_GROUPS};
use crate::address;

/// A person on the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Person {
    /// The id at the identity provider.
    pub id: Option<String>,
    /// The e-mail address as written. Letters' case does not matter for comparing.
    pub email: String,
    /// Further addresses of the person.
    pub other_emails: Vec<String>,
    /// The full name.
    pub name: Option<String>,
    /// Whether they may sign in.
    pub status: AccountStatus,
    /// The word that the status was read from.
    pub status_word: Option<String>,
    /// What they belong to.
    pub groups: BTreeSet<String>,
    /// Whether they have a second factor; none when nothing says so.
    pub mfa: Option<bool>,
    /// The role.
    pub role: Option<String>,
    /// The file that names them first: an index into [`Roster::files`](super::Roster::files).
    pub file: usize,
    /// The line on which it does.
    pub line: usize,
    /// How many groups and addresses were left out since they were last counted, because there are too many.
    pub left_out: usize,
}

/// Whether a person may sign in at the identity provider.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum AccountStatus {
    /// Nothing is said about it, or nothing that is understood.
    #[default]
    Unknown,
    /// They may.
    Active,
    /// They were invited or prepared, and may not yet.
    Pending,
    /// Their account is switched off.
    Suspended,
    /// Their account is gone.
    Deprovisioned,
}

impl AccountStatus {
    /// The word for it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Active => "active",
            Self::Pending => "pending",
            Self::Suspended => "suspended",
            Self::Deprovisioned => "deprovisioned",
        }
    }
}

impl Person {
    /// Whether nothing that one says is denied by the other, so that they may be one person.
    ///
    /// Ids count only where the same provider gave both.
    pub(super) fn agrees_with(&self, other: &Self, same_ids: bool) -> bool {
        fn agree<T: PartialEq>(one: &Option<T>, other: &Option<T>) -> bool {
            one.is_none() || other.is_none() || one == other
        }
        let status = self.status == other.status
            || self.status == AccountStatus::Unknown
            || other.status == AccountStatus::Unknown;
        status
            && agree(&self.mfa, &other.mfa)
            && agree(&self.role, &other.role)
            && (!same_ids || agree(&self.id, &other.id))
    }

    /// Takes in what another row says of the same person; what is known already stays.
    pub(super) fn absorb(&mut self, other: Self) {
        if self.status == AccountStatus::Unknown {
            self.status = other.status;
            self.status_word = other.status_word.or(self.status_word.take());
        }
        self.id = self.id.take().or(other.id);
        self.name = self.name.take().or(other.name);
        self.mfa = self.mfa.or(other.mfa);
        self.role = self.role.take().or(other.role);
        self.left_out += other.left_out;
        self.add_email(other.email);
        other.other_emails.into_iter().for_each(|email| self.add_email(email));
        other.groups.into_iter().for_each(|group| self.add_group(group));
    }

    /// Adds an address, unless it is known.
    pub(super) fn add_email(&mut self, email: String) {
        let known = |known: &String| address::fold(known) == address::fold(&email);
        if known(&self.email) || self.other_emails.iter().any(known) {
            return;
        }
        if self.other_emails.len() < MOST_ADDRESSES {
            self.other_emails.push(email);
        } else {
            self.left_out += 1;
        }
    }

    /// Adds a group.
    pub(super) fn add_group(&mut self, group: String) {
        if self.groups.len() < MOST_GROUPS || self.groups.contains(&group) {
            self.groups.insert(group);
        } else {
            self.left_out += 1;
        }
    }
}

/// That a member belongs to a group, as the group says it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Membership {
    /// The name of the group.
    pub group: Arc<str>,
    /// The id of the member.
    pub id: Option<String>,
    /// Their address, where the service gives it as what to display.
    pub email: Option<String>,
    /// Whether the member is a group itself.
    pub nested: bool,
}
