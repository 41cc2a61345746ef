//! `[rbac]`: the roles and groups that the organization declares, and which addresses are one person's.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};

use clap::ValueEnum;
use serde::Serialize;
use strum::IntoStaticStr;

use crate::address::{EmailAddress, fold_domain};
use crate::casefold::same_name;
use crate::toml_document::{Located, Table, excerpt};

use super::section::is_domain;

/// The declared roles and groups.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rbac {
    /// What each role may do, by its name as it was written.
    pub roles: BTreeMap<String, DeclaredRole>,
    /// Group of the identity provider to role in Intercom.
    pub groups: BTreeMap<String, Located<String>>,
    /// Which addresses are one person's.
    pub identities: Identities,
}

/// What a role may do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct DeclaredRole {
    /// The least first.
    pub permissions: Vec<Permission>,
    /// Intercom's own names of the permissions that come with the role at most; none where they are not declared.
    pub intercom: Option<Vec<String>>,
    /// The line it is declared on.
    pub line: usize,
}

/// Which addresses are one person's, although they are spelt differently.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Identities {
    /// Whether to ignore what follows a `+` in front of the `@`.
    pub plus_aliases: bool,
    /// Domain to the domain it stands for, both as they are compared; the latter is never an alias itself.
    pub domain_aliases: BTreeMap<String, String>,
}

impl Identities {
    /// The form in which the address is compared: on the domain it stands for, without a tag where tags do not
    /// count. None where it is no address.
    pub(crate) fn key(&self, email: &str) -> Option<EmailAddress> {
        let key = EmailAddress::parse(email)?;
        let key = if self.plus_aliases { key.untagged() } else { key };
        Some(match self.domain_aliases.get(key.domain()) {
            Some(domain) => key.at(domain),
            None => key,
        })
    }

    fn read(mut table: Table<'_>) -> Self {
        let plus_aliases = table.flag("plus_aliases").is_some_and(|flag| flag.value);
        let domain_aliases = table.table("domain_aliases").map(domain_aliases).unwrap_or_default();
        table.finish();
        Self { plus_aliases, domain_aliases }
    }
}

/// What a role may do with customer data and settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ValueEnum, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase", const_into_str)]
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

impl Rbac {
    /// The declaration of the role of that name, whatever the letter case; of several spellings, the one written so.
    pub(crate) fn role(&self, name: &str) -> Option<&DeclaredRole> {
        let like = || self.roles.iter().find(|(other, _)| same_name(other, name));
        self.roles.get(name).or_else(|| like().map(|(_, role)| role))
    }

    pub(super) fn read(mut table: Table<'_>) -> Self {
        let rbac = Self {
            roles: table.table("roles").map(roles).unwrap_or_default(),
            groups: table.table("groups").map(groups).unwrap_or_default(),
            identities: table.table("identities").map(Identities::read).unwrap_or_default(),
        };
        table.finish();
        rbac
    }
}

fn roles(mut table: Table<'_>) -> BTreeMap<String, DeclaredRole> {
    let mut roles = BTreeMap::new();
    for name in table.keys() {
        let Some(mut role) = table.table_at(&name.value) else { continue };
        if name.trim().is_empty() {
            role.document().report(name.line, "a role has no name");
        }
        role.require("permissions");
        let permissions = permissions(&mut role);
        let intercom = intercom(&mut role);
        if let Some(permissions) = permissions {
            roles.insert(name.value, DeclaredRole { permissions, intercom, line: role.line() });
        }
        role.finish();
    }
    roles
}

fn permissions(role: &mut Table<'_>) -> Option<Vec<Permission>> {
    let mut permissions = Vec::new();
    for text in &role.texts("permissions")?.value {
        permissions.extend(role.document().word::<Permission>("a permission", text));
    }
    permissions.sort_unstable();
    permissions.dedup();
    Some(permissions)
}

/// Takes Intercom's own names of permissions. Which there are is Intercom's to say: any name will do.
fn intercom(role: &mut Table<'_>) -> Option<Vec<String>> {
    let texts = role.texts("intercom")?;
    let mut seen = BTreeSet::new();
    let mut names = Vec::new();
    for text in &texts.value {
        let name = text.trim();
        if name.is_empty() {
            role.document().report(text.line, "`intercom` holds a permission without a name");
        } else if seen.insert(name) {
            names.push(name.to_owned());
        }
    }
    Some(names)
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

/// Takes the domains that stand for others. An alias of an alias is refused: it may never end.
fn domain_aliases(mut table: Table<'_>) -> BTreeMap<String, String> {
    let document = table.document();
    let mut aliases: BTreeMap<String, Located<String>> = BTreeMap::new();
    let domain = |text: &str, line: usize| {
        let domain = fold_domain(text);
        let sound = is_domain(&domain);
        if !sound {
            let message =
                format!("`domain_aliases` holds `{}`, not a domain such as `example.com`", excerpt(text));
            document.report(line, message);
        }
        sound.then_some(domain)
    };
    for key in table.keys() {
        let Some(target) = table.text_at(&key.value) else { continue };
        let (Some(alias), Some(target)) = (domain(&key, key.line), domain(&target, target.line)) else {
            continue;
        };
        match aliases.entry(alias) {
            Entry::Occupied(known) => {
                let message = format!("`domain_aliases` gives `{}` twice", excerpt(known.key()));
                document.report(key.line, message);
            }
            Entry::Vacant(free) => {
                free.insert(Located { value: target, line: key.line });
            }
        }
    }
    for (alias, target) in &aliases {
        if aliases.contains_key(&target.value) {
            let message = format!(
                "`domain_aliases` has `{}` stand for `{}`, which is an alias itself; name the domain that \
                 both stand for",
                excerpt(alias),
                excerpt(target)
            );
            document.report(target.line, message);
        }
    }
    aliases.into_iter().map(|(alias, target)| (alias, target.value)).collect()
}
