//! `[rbac]`: the roles and groups that the organization declares.

use std::collections::BTreeMap;

use crate::document::{Located, Table, closest, excerpt};

/// The declared roles and groups.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rbac {
    /// What each role may do.
    pub roles: BTreeMap<String, Located<Vec<Permission>>>,
    /// Group of the identity provider to role in Intercom.
    pub groups: BTreeMap<String, Located<String>>,
}

/// What a role may do with customer data and settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Permission {
    /// See.
    Read,
    /// Create and change.
    Write,
    /// Remove.
    Delete,
    /// Manage people and settings.
    Admin,
}

impl Permission {
    /// Every permission, the least first.
    pub(crate) const ALL: [Self; 4] = [Self::Read, Self::Write, Self::Delete, Self::Admin];

    /// The word used in the configuration.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Delete => "delete",
            Self::Admin => "admin",
        }
    }
}

impl Rbac {
    /// Whether nothing is declared.
    pub(crate) fn is_empty(&self) -> bool {
        self.roles.is_empty() && self.groups.is_empty()
    }

    pub(super) fn read(mut table: Table<'_>) -> Self {
        let rbac = Self {
            roles: table.table("roles").map(roles).unwrap_or_default(),
            groups: table.table("groups").map(groups).unwrap_or_default(),
        };
        table.finish();
        rbac
    }
}

fn roles(mut table: Table<'_>) -> BTreeMap<String, Located<Vec<Permission>>> {
    let mut roles = BTreeMap::new();
    for name in table.keys() {
        let Some(mut role) = table.table_at(&name.value) else { continue };
        if !role.has("permissions") {
            role.missing("permissions");
        }
        if let Some(permissions) = permissions(&mut role) {
            roles.insert(name.value, Located { value: permissions, line: role.line() });
        }
        role.finish();
    }
    roles
}

fn permissions(role: &mut Table<'_>) -> Option<Vec<Permission>> {
    let mut permissions = Vec::new();
    for text in &role.texts("permissions")?.value {
        match Permission::ALL.into_iter().find(|permission| permission.as_str() == text.value) {
            Some(permission) => permissions.push(permission),
            None => {
                let words = Permission::ALL.map(Permission::as_str);
                let message = format!(
                    "a permission is one of `read`, `write`, `delete`, `admin`, not `{}`",
                    excerpt(text)
                );
                role.document().report_with(text.line, message, closest(text, words));
            }
        }
    }
    permissions.sort_unstable();
    permissions.dedup();
    Some(permissions)
}

fn groups(mut table: Table<'_>) -> BTreeMap<String, Located<String>> {
    let mut groups = BTreeMap::new();
    for group in table.keys() {
        if let Some(role) = table.text_at(&group.value) {
            if role.trim().is_empty() {
                let message = format!("the group `{}` has no role", excerpt(&group));
                table.document().report(role.line, message);
            } else {
                groups.insert(group.value, role);
            }
        }
    }
    groups
}
