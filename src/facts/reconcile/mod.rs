//! Comparing the teammates with the directory exports of identity providers: teammates who should not have an account,
//! teammates whose role differs from their groups, and missing people.
//!
//! A teammate has one difference at most, the gravest: a former employee is not also reported for a role. Duplicates are
//! separate, because they are about two accounts.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::privilege::Roles;
use super::rows::{MAX_ROWS, Row, Rows, bounded, row, text};
use crate::config::Rbac;
use crate::directory::{AccountStatus, Knows, Roster, RosterFile};

mod directory;
mod duplicates;
#[cfg(test)]
mod tests;

use directory::{Directory, DirectoryEntry, Grant, GroupPolicy, any_of, same};

#[derive(Debug, Clone, Copy)]
pub(super) struct Declared<'a> {
    pub(super) roster: &'a Roster,
    pub(super) rbac: &'a Rbac,
    /// The role of people without a role from a group.
    pub(super) default_role: Option<&'a str>,
    pub(super) roles: &'a Roles,
    /// The instant to compare the ends of accounts with.
    pub(super) now: Timestamp,
}

/// The differences and counts.
#[derive(Debug, Default)]
pub(super) struct Reconciliation {
    /// The table `roster_differences`.
    pub(super) differences: Rows,
    /// Teammates in a directory export.
    pub(super) matched: usize,
    /// Of these, teammates whose second factor it shows.
    pub(super) mfa_known: usize,
    /// Active people in a mapped group.
    pub(super) entitled: usize,
    /// Mapped groups without a person in the exports; none if groups are not compared.
    unseen_groups: Option<usize>,
}

/// One difference, before it becomes a row.
#[derive(Debug, Default)]
struct Difference<'a> {
    kind: &'static str,
    /// None for a person who is not a teammate.
    teammate: Option<&'a Row>,
    entry: Option<&'a DirectoryEntry<'a>>,
    email: Option<&'a str>,
    expected: String,
    actual: String,
    /// For a duplicate, the person's other accounts.
    other_accounts: Option<String>,
    /// Whether the teammate is privileged and none of their groups grants that.
    ungranted: bool,
    same_mailbox: bool,
}

/// Compares, and fills the teammates' columns about the directory export.
pub(super) fn reconcile(teammates: &mut [Row], declared: Declared<'_>) -> Reconciliation {
    let directory = Directory::new(declared.roster, &declared.rbac.identities, declared.now);
    let policy = GroupPolicy::new(declared);
    let mut result = Reconciliation { unseen_groups: policy.unseen(&directory), ..Reconciliation::default() };
    let places: Vec<Vec<usize>> = teammates.iter().map(|row| directory.places(row)).collect();
    // Of several entries, the most restrictive one decides.
    let rank = |index: &&usize| directory.entries.get(**index).map(DirectoryEntry::rank);
    let found: Vec<Option<usize>> =
        places.iter().map(|places| places.iter().max_by_key(rank).copied()).collect();
    for (row, found) in teammates.iter_mut().zip(&found) {
        let entry = found.and_then(|index| directory.entries.get(index));
        let status = entry.map_or("absent", |entry| entry.status.as_str());
        let status = text(row, "email").map(|_| status);
        result.matched += usize::from(entry.is_some());
        result.mfa_known += usize::from(entry.is_some_and(|entry| entry.mfa.is_some()));
        row.insert("directory_status".to_owned(), json!(status));
        row.insert("directory_mfa".to_owned(), json!(entry.and_then(|entry| entry.mfa)));
    }
    let mut differences = duplicates::accounts(teammates, &found, &directory);
    // In an incomplete export, a missing row may contradict the rows that were read.
    if declared.roster.is_complete() {
        let of_teammates = teammates.iter().zip(&found).filter_map(|(row, found)| {
            of_teammate(row, found.and_then(|index| directory.entries.get(index)), &policy)
        });
        differences.splice(0..0, of_teammates.collect::<Vec<_>>());
        let present: BTreeSet<usize> = places.iter().flatten().copied().collect();
        let entries = directory.entries.iter().enumerate();
        let entitled: Vec<_> =
            entries.filter_map(|(index, entry)| Some((index, entry, policy.entitles(entry)?))).collect();
        result.entitled = entitled.len();
        let absent = entitled.into_iter().filter(|(index, ..)| !present.contains(index));
        // One more than the table keeps, so that it is marked as truncated.
        differences.extend(absent.take(MAX_ROWS + 1).map(|(_, entry, granted)| missing(entry, &granted)));
        differences.extend(duplicates::entries(&directory));
    }
    result.differences = Rows::bounded(differences.into_iter().map(|difference| difference.row(&directory)));
    result
}

impl Reconciliation {
    /// Single values about the directory exports by dotted name.
    pub(super) fn values(&self, roster: &Roster, teammates_read: bool) -> Vec<(&'static str, Value)> {
        let sum = |of: fn(&RosterFile) -> usize| json!(roster.providers().map(of).sum::<usize>());
        let any = |knows: fn(Knows) -> bool| json!(roster.providers().any(|file| knows(file.knows)));
        vec![
            ("roster.people", sum(|file| file.people)),
            ("roster.rows", sum(|file| file.rows)),
            ("roster.unreadable", sum(|file| file.unreadable_rows)),
            ("roster.complete", json!(roster.is_complete())),
            ("roster.open", sum(|file| file.gaps.iter().filter(|gap| gap.leaves_people_out()).count())),
            (
                "roster.strange_statuses",
                sum(|file| file.unknown_statuses.total() + file.unknown_columns.total()),
            ),
            ("roster.knows_members", json!(roster.knows_members())),
            ("roster.entitled", json!(teammates_read.then_some(self.entitled))),
            ("roster.unseen_groups", json!(self.unseen_groups)),
            ("roster.knows_status", any(|knows| knows.status)),
            ("roster.knows_groups", any(|knows| knows.groups)),
            ("roster.knows_mfa", any(|knows| knows.mfa)),
            ("roster.matched", json!(teammates_read.then_some(self.matched))),
            ("roster.mfa_known", json!(teammates_read.then_some(self.mfa_known))),
        ]
    }
}

/// The gravest difference of one teammate. A teammate without an address is not compared.
fn of_teammate<'a>(
    row: &'a Row,
    entry: Option<&'a DirectoryEntry<'a>>,
    policy: &GroupPolicy<'_>,
) -> Option<Difference<'a>> {
    let email = text(row, "email")?;
    let granted = entry.map(|entry| policy.roles_of(entry)).unwrap_or_default();
    let privileged = row.get("privileged") == Some(&Value::Bool(true));
    let may_be_privileged = match policy.default_role {
        Some(role) if granted.is_empty() => policy.may_be_privileged(role),
        _ => granted.iter().any(|grant| policy.may_be_privileged(grant.role)),
    };
    let ungranted = entry.is_some() && policy.compares_groups && privileged && !may_be_privileged;
    let difference = |kind, expected: String, actual: String| {
        Some(Difference {
            kind,
            teammate: Some(row),
            entry,
            email: Some(email),
            expected,
            actual,
            ungranted,
            ..Difference::default()
        })
    };
    let Some(entry) = entry else {
        return difference("orphan", "an entry in the directory export".to_owned(), "none".to_owned());
    };
    if matches!(entry.status, AccountStatus::Suspended | AccountStatus::Deprovisioned) {
        let actual = format!("{} in the identity provider, still a teammate", entry.status_word());
        return difference("suspended", "no account".to_owned(), actual);
    }
    if !policy.compares_groups {
        return None;
    }
    let role = text(row, "role");
    let actual = role.map_or_else(|| "no role".to_owned(), |role| format!("role {role}"));
    let reason = text(row, "privilege_reason").unwrap_or_default();
    if granted.is_empty() {
        let default = policy.default_role.map(|role| format!("role {role} (the default role)"));
        if ungranted {
            let expected = default.unwrap_or_else(|| "a group that grants it".to_owned());
            return difference(
                "privilege",
                expected,
                format!("privileged ({reason}), which no group grants"),
            );
        }
        let differs = policy.default_role.is_some_and(|default| !same(role, default));
        return if differs { difference("role", default.unwrap_or_default(), actual) } else { None };
    }
    if !granted.iter().any(|grant| same(role, grant.role)) {
        return difference("role", any_of(&granted), actual);
    }
    if ungranted {
        let actual = format!("privileged ({reason}), which none of their groups grants");
        return difference("privilege", any_of(&granted), actual);
    }
    None
}

/// A person with a role from a group who is not a teammate.
fn missing<'a>(entry: &'a DirectoryEntry<'a>, granted: &BTreeSet<Grant<'_>>) -> Difference<'a> {
    Difference {
        kind: "missing",
        entry: Some(entry),
        email: entry.rows.first().map(|person| person.email.as_str()),
        expected: any_of(granted),
        actual: "no teammate account".to_owned(),
        ..Difference::default()
    }
}

impl Difference<'_> {
    fn row(self, directory: &Directory<'_>) -> Row {
        let cell =
            |column: &str| self.teammate.and_then(|row| row.get(column)).cloned().unwrap_or(Value::Null);
        let first = self.entry.and_then(|entry| entry.rows.first());
        let name = first.and_then(|person| person.name.as_deref()).map(|name| json!(bounded(name)));
        let groups: Option<Vec<_>> =
            self.entry.map(|entry| entry.groups.iter().map(|group| bounded(group)).collect());
        let domain_known = self.email.map(|email| directory.has_domain_of(email));
        row([
            ("kind", json!(self.kind)),
            ("email", json!(self.email.map(bounded))),
            ("id", cell("id")),
            ("name", name.unwrap_or_else(|| cell("name"))),
            ("expected", json!(bounded(&self.expected))),
            ("actual", json!(bounded(&self.actual))),
            ("other_accounts", json!(self.other_accounts.as_deref().map(bounded))),
            ("groups", json!(groups)),
            ("roster", json!(first.map(|person| directory.place(person)))),
            ("teammate", json!(self.teammate.is_some())),
            ("privileged", cell("privileged")),
            ("domain_known", json!(domain_known)),
            ("ungranted", json!(self.ungranted)),
            ("same_mailbox", json!(self.same_mailbox)),
        ])
    }
}
