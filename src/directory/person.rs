//! A person of a directory export (roster).

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::{MOST_ADDRESSES, MOST_GROUPS, words};
use crate::address;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Person {
    /// At the identity provider.
    pub id: Option<String>,
    /// As written; comparisons fold it.
    pub email: String,
    pub other_emails: Vec<String>,
    pub name: Option<String>,
    pub status: AccountStatus,
    /// The word for the status in the file.
    pub status_word: Option<String>,
    /// The end of the account.
    pub until: Until,
    pub groups: BTreeSet<Arc<str>>,
    /// Whether a second factor is set up, if known.
    pub mfa: Option<bool>,
    /// Whether names of factors showed it; other rows may have more of them.
    pub factors: bool,
    /// The first file with the person: an index into [`Roster::files`](super::Roster::files).
    pub file: usize,
    /// The line in that file.
    pub line: usize,
    /// Groups and addresses beyond the limit, since they were last counted.
    pub left_out: usize,
}

/// The account status at the identity provider.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum AccountStatus {
    /// Missing, or not understood.
    #[default]
    Unknown,
    /// May sign in.
    Active,
    /// Invited or prepared, and cannot sign in yet.
    Pending,
    /// Switched off.
    Suspended,
    /// Deleted.
    Deprovisioned,
}

impl AccountStatus {
    /// How restrictive a status is. A word that is not understood outranks an active account; a missing status ranks last.
    pub(crate) const fn rank(self, word: Option<&str>) -> u8 {
        match (self, word) {
            (Self::Unknown, None) => 0,
            (Self::Active, _) => 1,
            (Self::Unknown, Some(_)) => 2,
            (Self::Pending, _) => 3,
            (Self::Suspended, _) => 4,
            (Self::Deprovisioned, _) => 5,
        }
    }
}

/// The end of an account, from a column of dates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Until {
    #[default]
    Unsaid,
    Open,
    /// The earlier and the later reading of the date, and the column with its cell.
    At(Timestamp, Timestamp, String),
}

impl Until {
    /// Merges two rows. In one file the later end counts, because people return; between files the earlier.
    pub(super) fn and(self, other: Self, same_file: bool) -> Self {
        match (self, other) {
            (Self::Unsaid, one) | (one, Self::Unsaid) => one,
            (Self::Open, one) | (one, Self::Open) => {
                if same_file {
                    Self::Open
                } else {
                    one
                }
            }
            (Self::At(a, to, cell), Self::At(b, ..)) if (a > b) == same_file => Self::At(a, to, cell),
            (Self::At(..), other) => other,
        }
    }
}

impl AccountStatus {
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
    /// Whether the two do not contradict each other, and may be one person.
    ///
    /// Ids count only if the same product wrote both files.
    pub(super) fn agrees_with(&self, other: &Self, same_ids: bool) -> bool {
        fn agree<T: PartialEq>(one: &Option<T>, other: &Option<T>) -> bool {
            one.is_none() || other.is_none() || one == other
        }
        let status = self.status == other.status
            || self.status == AccountStatus::Unknown
            || other.status == AccountStatus::Unknown;
        status
            && ((self.factors && other.factors) || agree(&self.mfa, &other.mfa))
            && (!same_ids || agree(&self.id, &other.id))
    }

    /// The account status at an instant, and its word.
    pub(crate) fn status_at(&self, now: Timestamp) -> (AccountStatus, Option<&str>) {
        match &self.until {
            Until::At(_, late, cell) if *late <= now => (AccountStatus::Deprovisioned, Some(cell)),
            Until::At(early, _, cell) if *early <= now && self.status <= AccountStatus::Active => {
                (AccountStatus::Unknown, Some(cell))
            }
            _ => (self.status, self.status_word.as_deref()),
        }
    }

    /// Merges another row of the same person. Known values stay; factors add up.
    pub(super) fn absorb(&mut self, other: Self, same_file: bool) {
        if other.status.rank(other.status_word.as_deref()) > self.status.rank(self.status_word.as_deref()) {
            (self.status, self.status_word) = (other.status, other.status_word);
        }
        self.id = self.id.take().or(other.id);
        self.name = self.name.take().or(other.name);
        self.until = std::mem::take(&mut self.until).and(other.until, same_file);
        self.mfa = match (self.mfa, other.mfa) {
            (Some(one), Some(another)) => Some(one || another),
            (one, another) => one.or(another),
        };
        self.factors &= other.factors;
        self.left_out += other.left_out;
        self.add_email(other.email);
        other.other_emails.into_iter().for_each(|email| self.add_email(email));
        other.groups.into_iter().for_each(|group| self.add_group(group));
    }

    /// Adds an address, unless present.
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

    /// Adds the home addresses of guests, which their sign-in names contain.
    pub(super) fn add_guest_addresses(&mut self) {
        if let Some(home) = words::guest(&self.email) {
            let name = std::mem::replace(&mut self.email, home);
            self.add_email(name);
        }
        let homes: Vec<_> = self.other_emails.iter().filter_map(|email| words::guest(email)).collect();
        homes.into_iter().for_each(|home| self.add_email(home));
    }

    /// Adds a group.
    pub(super) fn add_group(&mut self, group: Arc<str>) {
        if self.groups.len() < MOST_GROUPS || self.groups.contains(&group) {
            self.groups.insert(group);
        } else {
            self.left_out += 1;
        }
    }
}

/// A membership, as the group lists it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Membership {
    /// The name of the group.
    pub group: Arc<str>,
    /// The id of the member.
    pub id: Option<String>,
    /// The address, if the service gives one as the display value.
    pub email: Option<String>,
    /// Whether the member is itself a group.
    pub nested: bool,
}
