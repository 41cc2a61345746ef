//! The people of the directory exports by address, and the roles that their groups grant.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::Timestamp;

use super::Declared;
use crate::address::EmailAddress;
use crate::casefold::{fold, same_name};
use crate::config::{Identities, Permission, Rbac};
use crate::directory::{AccountStatus, Person, Roster};
use crate::facts::privilege::Roles;
use crate::facts::rows::{Row, text, texts};

/// One person in the directory exports.
#[derive(Debug)]
pub(super) struct DirectoryEntry<'a> {
    /// Their rows, in the order of the files.
    pub(super) rows: Vec<&'a Person>,
    pub(super) status: AccountStatus,
    /// The exports' word for the status.
    word: Option<&'a str>,
    pub(super) groups: BTreeSet<&'a str>,
    /// Whether a second factor is set up; false if any row says so.
    pub(super) mfa: Option<bool>,
}

#[derive(Debug)]
pub(super) struct Directory<'a> {
    roster: &'a Roster,
    identities: &'a Identities,
    /// In the order of the files.
    pub(super) entries: Vec<DirectoryEntry<'a>>,
    by_key: HashMap<EmailAddress, usize>,
    domains: HashSet<String>,
}

impl<'a> Directory<'a> {
    /// Reads the exports of identity providers. Intercom's own export is left out.
    pub(super) fn new(roster: &'a Roster, identities: &'a Identities, now: Timestamp) -> Self {
        let mut directory =
            Self { roster, identities, entries: Vec::new(), by_key: HashMap::new(), domains: HashSet::new() };
        let mut rows: Vec<Vec<&Person>> = Vec::new();
        for person in roster.people.iter().filter(|person| roster.vouches_for(person)) {
            let Some(key) = identities.key(&person.email) else { continue };
            directory.domains.insert(key.domain().to_owned());
            let index = *directory.by_key.entry(key).or_insert(rows.len());
            if index == rows.len() {
                rows.push(Vec::new());
            }
            rows[index].push(person);
        }
        // A further address never replaces another person's first address.
        for (index, person) in rows.iter().enumerate().flat_map(|(i, all)| all.iter().map(move |p| (i, p))) {
            for address in &person.other_emails {
                identities.key(address).map(|key| directory.by_key.entry(key).or_insert(index));
            }
        }
        directory.entries = rows.into_iter().map(|rows| DirectoryEntry::of(rows, now)).collect();
        directory
    }

    /// The indices of the people with an address of the teammate.
    pub(super) fn places(&self, teammate: &Row) -> Vec<usize> {
        let addresses = text(teammate, "email").into_iter().chain(texts(teammate, "emails"));
        let mut places: Vec<usize> =
            addresses.filter_map(|email| self.by_key.get(&self.identities.key(email)?).copied()).collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    /// Whether any person in the exports has an address at the same domain.
    pub(super) fn has_domain_of(&self, email: &str) -> bool {
        self.identities.key(email).is_some_and(|key| self.domains.contains(key.domain()))
    }

    /// File and line of a row: `okta.csv:17`.
    pub(super) fn place(&self, person: &Person) -> String {
        let path = self.roster.files.get(person.file).map_or("", |file| file.path.as_str());
        format!("{path}:{}", person.line)
    }
}

impl<'a> DirectoryEntry<'a> {
    fn of(rows: Vec<&'a Person>, now: Timestamp) -> Self {
        let groups = rows.iter().flat_map(|person| person.groups.iter().map(|group| &**group)).collect();
        let enrolled = rows.iter().filter_map(|person| person.mfa).min();
        let (status, word) = status(&rows, now);
        Self { status, word, groups, mfa: enrolled, rows }
    }

    /// How restrictive the account status is.
    pub(super) const fn rank(&self) -> u8 {
        self.status.rank(self.word)
    }

    /// Whether the person may sign in. An export without account statuses lists active people.
    pub(super) fn may_enter(&self) -> bool {
        self.status == AccountStatus::Active || (self.status == AccountStatus::Unknown && self.word.is_none())
    }

    pub(super) fn status_word(&self) -> &str {
        self.word.unwrap_or(self.status.as_str())
    }
}

/// The account status. In one file, an active account outweighs a suspended one, as after a return. Between files, the
/// most restrictive one decides.
fn status<'a>(rows: &[&'a Person], now: Timestamp) -> (AccountStatus, Option<&'a str>) {
    let mut by_file: BTreeMap<usize, (AccountStatus, Option<&str>)> = BTreeMap::new();
    for person in rows {
        let said = person.status_at(now);
        let of_file = by_file.entry(person.file).or_insert(said);
        let (said_rank, known) = (said.0.rank(said.1), of_file.0.rank(of_file.1));
        if known == 0 || (said_rank > 0 && said_rank < known) {
            *of_file = said;
        }
    }
    by_file.into_values().max_by_key(|(status, word)| status.rank(*word)).unwrap_or_default()
}

/// A role that a group grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Grant<'a> {
    pub(super) role: &'a str,
    pub(super) group: &'a str,
}

/// The roles that groups grant, and the privileged ones among them.
pub(super) struct GroupPolicy<'a> {
    rbac: &'a Rbac,
    roles: &'a Roles,
    /// The role of people without a role from a group.
    pub(super) default_role: Option<&'a str>,
    /// Whether groups are mapped and the exports have their members.
    pub(super) compares_groups: bool,
    by_group: HashMap<Cow<'a, str>, Vec<Grant<'a>>>,
}

impl<'a> GroupPolicy<'a> {
    pub(super) fn new(declared: Declared<'a>) -> Self {
        let Declared { roster, rbac, default_role, roles, .. } = declared;
        let knows_groups = roster.providers().any(|file| file.knows.groups);
        let compares_groups = knows_groups && roster.knows_members() && !rbac.groups.is_empty();
        let mut by_group: HashMap<Cow<'_, str>, Vec<Grant<'_>>> = HashMap::new();
        for (group, role) in &rbac.groups {
            by_group.entry(fold(group)).or_default().push(Grant { role: &role.value, group });
        }
        Self { rbac, roles, default_role, compares_groups, by_group }
    }

    /// The roles that a person's groups grant.
    pub(super) fn roles_of(&self, entry: &DirectoryEntry<'_>) -> BTreeSet<Grant<'a>> {
        let granted = entry.groups.iter().filter_map(|group| self.by_group.get(&fold(group)));
        granted.flatten().copied().collect()
    }

    /// The number of mapped groups without a person in the exports: they may be empty, misspelled or missing.
    pub(super) fn unseen(&self, directory: &Directory<'_>) -> Option<usize> {
        if !self.compares_groups {
            return None;
        }
        let names: HashSet<&str> =
            directory.entries.iter().flat_map(|entry| entry.groups.iter().copied()).collect();
        let seen: HashSet<_> = names.into_iter().map(fold).collect();
        Some(self.rbac.groups.keys().filter(|group| !seen.contains(&fold(group))).count())
    }

    /// The roles from the groups of an active person, if any.
    pub(super) fn entitles(&self, entry: &DirectoryEntry<'_>) -> Option<BTreeSet<Grant<'a>>> {
        let compared = self.compares_groups && entry.may_enter();
        compared.then(|| self.roles_of(entry)).filter(|granted| !granted.is_empty())
    }

    /// Whether a role is privileged, or not classified as unprivileged.
    pub(super) fn may_be_privileged(&self, role: &str) -> bool {
        match self.rbac.role(role) {
            Some(declared) => declared.permissions.contains(&Permission::Admin),
            None => !self.roles.is_unprivileged(role),
        }
    }
}

/// Whether a teammate's role equals another.
pub(super) fn same(role: Option<&str>, other: &str) -> bool {
    role.is_some_and(|role| same_name(role, other))
}

/// The roles in words, any of which is expected, with their groups.
pub(super) fn any_of(granted: &BTreeSet<Grant<'_>>) -> String {
    let each = granted.iter().map(|Grant { role, group }| format!("role {role} (group {group})"));
    each.collect::<Vec<_>>().join(" or ")
}
