//! What the columns of a CSV file mean, told by their names, and who wrote the file.

use std::collections::BTreeMap;

use super::{Kind, Knows};
use crate::toml_document::excerpt;

mod names;

pub(super) use names::{Meaning, is_mfa, plain};

/// The columns of a file.
#[derive(Debug, Default)]
pub(super) struct Columns {
    names: Vec<String>,
    known: BTreeMap<Meaning, Vec<usize>>,
    /// How many fields a row has to have, so that none that is understood is missing.
    pub needed: usize,
}

impl Columns {
    /// Understands a header.
    pub(super) fn read(header: &csv::StringRecord) -> Self {
        let mut columns =
            Self { names: header.iter().map(|n| n.trim().to_owned()).collect(), ..Self::default() };
        let mut ranked: BTreeMap<Meaning, Vec<(usize, usize)>> = BTreeMap::new();
        let plain: Vec<_> = columns.names.iter().map(|name| plain(name)).collect();
        for (at, name) in plain.iter().enumerate() {
            if let Some((meaning, rank)) = Meaning::of(name) {
                ranked.entry(meaning).or_default().push((rank, at));
            }
        }
        // Teams in a list of Intercom's teammates are Intercom's own, not groups of the provider.
        if columns.kind_of(&plain) == Kind::Intercom {
            ranked.remove(&Meaning::Groups);
            ranked.remove(&Meaning::Group);
        }
        for (meaning, mut places) in ranked {
            places.sort_unstable();
            if meaning.best_only() {
                places.truncate(1);
            }
            columns.known.insert(meaning, places.into_iter().map(|(_, at)| at).collect());
        }
        columns.needed = columns.known.values().flatten().max().map_or(0, |last| last + 1);
        columns
    }

    /// The columns with that meaning, the best first.
    pub(super) fn of(&self, meaning: Meaning) -> &[usize] {
        self.known.get(&meaning).map_or(&[], Vec::as_slice)
    }

    /// Whether there is a column with one of those meanings.
    pub(super) fn any(&self, meanings: &[Meaning]) -> bool {
        meanings.iter().any(|meaning| self.known.contains_key(meaning))
    }

    /// How many columns there are.
    pub(super) const fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether some column holds addresses.
    pub(super) fn has_address(&self) -> bool {
        self.any(&[Meaning::Email, Meaning::Login])
    }

    /// The name of a column.
    pub(super) fn name(&self, at: usize) -> &str {
        self.names.get(at).map_or("", String::as_str)
    }

    /// A column as a message names it.
    pub(super) fn describe(&self, at: usize) -> String {
        format!("column {} (`{}`)", at + 1, excerpt(self.name(at)))
    }

    /// All names, for a message.
    pub(super) fn list(&self) -> String {
        const SHOWN: usize = 20;
        let shown = self.names.iter().take(SHOWN).map(|name| {
            if may_be_secret(name) { "(not a name)".to_owned() } else { format!("`{}`", excerpt(name)) }
        });
        let mut list = shown.collect::<Vec<_>>().join(", ");
        if let Some(more @ 1..) = self.names.len().checked_sub(SHOWN) {
            list.push_str(&format!(" and {more} more"));
        }
        list
    }

    /// What the file knows, going by its columns.
    pub(super) fn knows(&self) -> Knows {
        Knows {
            status: self.any(&[Meaning::Status, Meaning::Enabled, Meaning::Suspended, Meaning::Removed]),
            groups: self.any(&[Meaning::Groups, Meaning::Group]),
            mfa: self.any(&[Meaning::Mfa, Meaning::MfaCapable, Meaning::Factors]),
            roles: self.any(&[Meaning::Role]),
        }
    }

    /// Who wrote the file.
    pub(super) fn kind(&self) -> Kind {
        self.kind_of(&self.names.iter().map(|name| plain(name)).collect::<Vec<_>>())
    }

    fn kind_of(&self, plain: &[String]) -> Kind {
        let has = |names: &[&str]| plain.iter().any(|name| names.contains(&name.as_str()));
        if has(&["orgunitpath", "2svenrolled", "2svenforced"]) {
            Kind::Google
        } else if has(&["userprincipalname", "accountenabled", "ismfaregistered"]) {
            Kind::Entra
        } else if has(&["login", "userlogin", "profilelogin", "oktaid", "oktauserid"]) {
            Kind::Okta
        } else if has(&["permissions", "intercomrole", "intercompermissions", "seat", "seats", "inboxseat"])
            && has(&["role", "roles", "intercomrole", "name", "teammate"])
        {
            Kind::Intercom
        } else {
            Kind::Generic
        }
    }
}

/// Whether a header looks like a token or a setting rather than a name: files with secrets are named by mistake, and
/// what is in them must not be printed.
fn may_be_secret(name: &str) -> bool {
    const LONGEST_WORD: usize = 24;
    name.contains('=') || name.split_whitespace().any(|word| word.chars().count() > LONGEST_WORD)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(header: &str) -> Columns {
        Columns::read(&header.split(',').collect())
    }

    #[test]
    fn the_writer_is_told_by_the_header() {
        for (header, kind) in [
            ("login,firstName,lastName,status", Kind::Okta),
            ("userPrincipalName,displayName,mail,accountEnabled", Kind::Entra),
            ("First Name [Required],Email Address [Required],Org Unit Path [Required]", Kind::Google),
            ("Name,Email,Role,Permissions", Kind::Intercom),
            ("email,name,role,groups", Kind::Generic),
        ] {
            assert_eq!(columns(header).kind(), kind, "{header}");
        }
    }

    #[test]
    fn the_best_id_is_used() {
        assert_eq!(columns("id,objectId,mail").of(Meaning::Id), [1]);
    }

    #[test]
    fn teams_of_intercom_are_not_groups() {
        assert!(!columns("name,email,role,permissions,teams").knows().groups);
        assert!(columns("name,email,teams").knows().groups);
    }
}
