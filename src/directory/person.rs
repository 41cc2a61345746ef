//! A person on the list.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::{MOST_ADDRESSES, MOST_GROUPS, words};
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
    /// Until when they may.
    pub until: Until,
    /// What they belong to.
    pub groups: BTreeSet<String>,
    /// Whether they have a second factor; none when nothing says so.
    pub mfa: Option<bool>,
    /// Whether that was read from names of factors, of which other rows may have more.
    pub factors: bool,
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
    /// How far a status, with the word for it, keeps a person out. What is not understood outweighs one that lets in, and
    /// where nothing is said anything else decides.
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

/// Until when an account may be used, as far as a column of dates says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Until {
    /// There is no such column.
    #[default]
    Unsaid,
    /// The column is empty.
    Open,
    /// The instant, in its earlier and its later reading, and the column with its cell.
    At(Timestamp, Timestamp, String),
}

impl Until {
    /// What two rows say together. In one file the later end counts, since people return; between files the earlier.
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
            && ((self.factors && other.factors) || agree(&self.mfa, &other.mfa))
            && (!same_ids || agree(&self.id, &other.id))
    }

    /// The account status at an instant, and the word for it.
    pub(crate) fn status_at(&self, now: Timestamp) -> (AccountStatus, Option<&str>) {
        match &self.until {
            Until::At(_, late, cell) if *late <= now => (AccountStatus::Deprovisioned, Some(cell)),
            Until::At(early, _, cell) if *early <= now && self.status <= AccountStatus::Active => {
                (AccountStatus::Unknown, Some(cell))
            }
            _ => (self.status, self.status_word.as_deref()),
        }
    }

    /// Takes in what another row says of the same person; what is known already stays, and factors add up.
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

    /// Adds the addresses that guests have at home, which their sign-in names are made of.
    pub(super) fn add_guest_addresses(&mut self) {
        if let Some(home) = words::guest(&self.email) {
            let name = std::mem::replace(&mut self.email, home);
            self.add_email(name);
        }
        let homes: Vec<_> = self.other_emails.iter().filter_map(|email| words::guest(email)).collect();
        homes.into_iter().for_each(|home| self.add_email(home));
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
