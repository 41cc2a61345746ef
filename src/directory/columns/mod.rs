//! What the columns of a CSV file mean, told by their names, and who wrote the file.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Kind, Knows};
use crate::toml_document::excerpt;

mod names;

pub(super) use names::{Meaning, is_mfa, is_secret, plain};

/// How many unknown columns are kept.
pub(super) const MOST_EXTRA: usize = 50;
/// How long the name of an unknown column may be, in characters.
const LONGEST_NAME: usize = 100;

/// The columns of a file.
#[derive(Debug, Default)]
pub(super) struct Columns {
    names: Vec<String>,
    known: BTreeMap<Meaning, Vec<usize>>,
    /// Unknown columns: where they are, and their name.
    pub extra: Vec<(usize, Arc<str>)>,
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
        columns.keep_extra(&plain);
        columns
    }

    /// Names the columns that are kept as they are. Those of the same name are told apart by a number.
    fn keep_extra(&mut self, plain: &[String]) {
        let known: Vec<usize> = self.known.values().flatten().copied().collect();
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for (at, name) in self.names.iter().enumerate() {
            let bare = plain.get(at).map_or("", String::as_str);
            if known.contains(&at) || is_secret(bare) || self.extra.len() >= MOST_EXTRA {
                continue;
            }
            let name: String = match name.as_str() {
                "" => format!("column {}", at + 1),
                name => name.chars().take(LONGEST_NAME).collect(),
            };
            let count = seen.entry(name.clone()).or_default();
            *count += 1;
            let name = if *count == 1 { name } else { format!("{name} ({count})") };
            self.extra.push((at, name.into()));
        }
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
            permissions: self.any(&[Meaning::Permissions]),
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
    fn the_best_id_is_used_and_the_other_kept() {
        let columns = columns("id,objectId,mail");
        assert_eq!(columns.of(Meaning::Id), [1]);
        assert_eq!(columns.extra, [(0, "id".into())]);
    }

    #[test]
    fn unknown_columns_of_one_name_are_told_apart_and_secrets_left_behind() {
        let columns = columns("email,note,,note,Password [Required]");
        let names: Vec<_> = columns.extra.iter().map(|(_, name)| &**name).collect();
        assert_eq!(names, ["note", "column 3", "note (2)"]);
    }

    #[test]
    fn teams_of_intercom_are_not_groups() {
        assert!(!columns("name,email,role,permissions,teams").knows().groups);
        assert!(columns("name,email,teams").knows().groups);
    }
}
