//! What the declared groups make of people.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use super::Declared;
use super::directory::Entry;
use crate::casefold::{fold, same_name};
use crate::config::{Permission, Rbac};
use crate::facts::privilege::Roles;

/// A role that a group gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Grant<'a> {
    /// The role.
    pub(super) role: &'a str,
    /// The group.
    pub(super) group: &'a str,
}

/// Which roles groups give, and which of them are privileged.
pub(super) struct Policy<'a> {
    rbac: &'a Rbac,
    roles: &'a Roles,
    /// The role of people whom no group gives another.
    pub(super) default_role: Option<&'a str>,
    /// Whether groups are mapped, and some roster knows who is in which.
    pub(super) compares_groups: bool,
    by_group: HashMap<Cow<'a, str>, Vec<Grant<'a>>>,
}

impl<'a> Policy<'a> {
    /// Takes in what is declared.
    pub(super) fn new(declared: Declared<'a>) -> Self {
        let Declared { roster, rbac, default_role, roles } = declared;
        let knows_groups = roster.files.iter().any(|file| file.kind.is_provider() && file.knows.groups);
        let mut by_group: HashMap<Cow<'_, str>, Vec<Grant<'_>>> = HashMap::new();
        for (group, role) in &rbac.groups {
            by_group.entry(fold(group)).or_default().push(Grant { role: &role.value, group });
        }
        Self { rbac, roles, default_role, compares_groups: knows_groups && !rbac.groups.is_empty(), by_group }
    }

    /// The roles that somebody's groups give.
    pub(super) fn roles_of(&self, entry: &Entry<'_>) -> BTreeSet<Grant<'a>> {
        let granted = entry.groups.iter().filter_map(|group| self.by_group.get(&fold(group)));
        granted.flatten().copied().collect()
    }

    /// Whether a role may be privileged: it is known to be, or nothing says that it is not.
    pub(super) fn may_be_privileged(&self, role: &str) -> bool {
        match self.rbac.role(role) {
            Some(declared) => declared.permissions.contains(&Permission::Admin),
            None => !self.roles.is_unprivileged(role),
        }
    }
}

/// Whether a teammate's role is the other one.
pub(super) fn same(role: Option<&str>, other: &str) -> bool {
    role.is_some_and(|role| same_name(role, other))
}

/// The roles of which any is expected, with their groups.
pub(super) fn any_of(granted: &BTreeSet<Grant<'_>>) -> String {
    let each = granted.iter().map(|Grant { role, group }| format!("role {role} (group {group})"));
    each.collect::<Vec<_>>().join(" or ")
}
