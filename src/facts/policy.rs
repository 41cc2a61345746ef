//! The declared roles and groups as tables, and their columns about each teammate.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};

use super::rows::{Row, Rows, bounded, row};
use crate::casefold::{fold, same_name};
use crate::config::{Permission, Rbac};

/// Fills the columns about declared roles: whether the role is declared, whether it has the permission admin, and the
/// permissions beyond it. Without a declaration they stay null.
pub(super) fn annotate(teammates: &mut [Row], rbac: &Rbac) {
    for row in teammates {
        let role = row.get("role").and_then(Value::as_str);
        let declared = role.and_then(|role| rbac.role(role));
        let is_declared = role.filter(|_| !rbac.roles.is_empty()).map(|_| declared.is_some());
        let granted = row.get("permissions").and_then(Value::as_array);
        let excess =
            declared.and_then(|role| role.intercom.as_ref()).zip(granted).map(|(listed, granted)| {
                let listed: BTreeSet<_> = listed.iter().map(|name| fold(name)).collect();
                let names = granted.iter().filter_map(Value::as_str);
                names.filter(|name| !listed.contains(&fold(name))).map(str::to_owned).collect::<Vec<_>>()
            });
        let admin = declared.map(|role| role.permissions.contains(&Permission::Admin));
        row.insert("role_declared".to_owned(), json!(is_declared));
        row.insert("role_admin".to_owned(), json!(admin));
        row.insert("excess".to_owned(), json!(excess));
    }
}

/// The teammates without a permission snapshot whose declared role lists permissions.
pub(super) fn unseen(teammates: &[Row], rbac: &Rbac) -> usize {
    let lists = |row: &&Row| {
        let role = row.get("role").and_then(Value::as_str);
        role.and_then(|role| rbac.role(role)).is_some_and(|role| role.intercom.is_some())
    };
    teammates.iter().filter(lists).filter(|row| row.get("excess").is_none_or(Value::is_null)).count()
}

/// The table `declared_roles`.
pub(super) fn roles(rbac: &Rbac, teammates: &[Row]) -> Rows {
    let mut holders: HashMap<Cow<'_, str>, usize> = HashMap::new();
    for role in teammates.iter().filter_map(|row| row.get("role").and_then(Value::as_str)) {
        *holders.entry(fold(role)).or_default() += 1;
    }
    let mut spellings: BTreeMap<Cow<'_, str>, Vec<&str>> = BTreeMap::new();
    for name in rbac.roles.keys() {
        spellings.entry(fold(name)).or_default().push(name);
    }
    let rows = rbac.roles.iter().map(|(name, role)| {
        let variants = spellings.get(&fold(name)).into_iter().flatten().filter(|other| *other != name);
        let contradicting: Vec<&str> = variants
            .copied()
            .filter(|other| {
                rbac.roles.get(*other).is_some_and(|other| {
                    (&other.permissions, &other.intercom) != (&role.permissions, &role.intercom)
                })
            })
            .collect();
        let contradicted_by = (!contradicting.is_empty()).then(|| contradicting.join(", "));
        row([
            ("role", json!(bounded(name))),
            ("permissions", json!(role.permissions.iter().map(|p| p.into_str()).collect::<Vec<_>>())),
            ("intercom", json!(role.intercom)),
            ("admin", json!(role.permissions.contains(&Permission::Admin))),
            ("holders", json!(holders.get(&fold(name)).copied().unwrap_or(0))),
            ("contradicted_by", json!(contradicted_by.as_deref().map(bounded))),
            ("line", json!(role.line)),
        ])
    });
    Rows::bounded(rows)
}

/// The table `declared_groups`.
pub(super) fn groups(rbac: &Rbac) -> Rows {
    let mut spellings: BTreeMap<Cow<'_, str>, Vec<(&str, &str)>> = BTreeMap::new();
    for (group, role) in &rbac.groups {
        spellings.entry(fold(group)).or_default().push((group, &role.value));
    }
    let rows = rbac.groups.iter().map(|(group, role)| {
        let variants = spellings.get(&fold(group)).into_iter().flatten();
        let variants = variants.filter(|(other, to)| other != group && !same_name(to, role));
        let variants: Vec<String> = variants.map(|(other, to)| format!("{other} to {to}")).collect();
        let also = (!variants.is_empty()).then(|| variants.join(", "));
        let declared = (!rbac.roles.is_empty()).then(|| rbac.role(role).is_some());
        row([
            ("group", json!(bounded(group))),
            ("role", json!(bounded(role))),
            ("declared", json!(declared)),
            ("also_maps", json!(also.as_deref().map(bounded))),
            ("line", json!(role.line)),
        ])
    });
    Rows::bounded(rows)
}

/// Single values about the policy by dotted name.
pub(super) fn values(rbac: &Rbac, default_role: Option<&str>) -> Vec<(&'static str, Value)> {
    let default = default_role.and_then(|name| rbac.role(name));
    let declared = default_role.filter(|_| !rbac.roles.is_empty()).map(|_| default.is_some());
    let admin = default.map(|role| role.permissions.contains(&Permission::Admin));
    vec![
        ("rbac.roles", json!(rbac.roles.len())),
        ("rbac.groups", json!(rbac.groups.len())),
        ("rbac.lists_permissions", json!(rbac.roles.values().any(|role| role.intercom.is_some()))),
        ("rbac.default_role_declared", json!(declared)),
        ("rbac.default_role_admin", json!(admin)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::DeclaredRole;

    #[test]
    fn permissions_are_unseen_where_a_role_lists_them_and_no_event_shows_them() {
        let role = |intercom: Option<Vec<String>>| DeclaredRole { intercom, ..DeclaredRole::default() };
        let roles = [("Viewer".to_owned(), role(Some(Vec::new()))), ("Agent".to_owned(), role(None))];
        let rbac = Rbac { roles: roles.into(), ..Rbac::default() };
        let teammate =
            |role: &str, permissions: Value| row([("role", json!(role)), ("permissions", permissions)]);
        let mut team = [
            teammate("viewer ", Value::Null),
            teammate("Viewer", json!(["export_data"])),
            teammate("Agent", Value::Null),
            teammate("Owner", Value::Null),
        ];
        annotate(&mut team, &rbac);
        assert_eq!(unseen(&team, &rbac), 1);
    }
}
