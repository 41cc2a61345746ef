//! The meanings of a CSV file's columns, and the product that wrote the file, from the header.

use std::collections::BTreeMap;

use super::meaning::{Meaning, is_about_else, plain};
use super::{Knows, RosterKind, words};
use crate::toml_document::excerpt;

#[derive(Debug, Default)]
pub(super) struct Columns {
    names: Vec<String>,
    pub kind: RosterKind,
    known: BTreeMap<Meaning, Vec<usize>>,
    /// Columns without a known meaning.
    nameless: Vec<usize>,
    /// The fewest fields of a row that include all understood columns.
    pub needed: usize,
}

impl Columns {
    /// Reads a header.
    pub(super) fn read(header: &csv::StringRecord) -> Self {
        let names: Vec<_> = header.iter().map(|name| words::text(name).unwrap_or_default()).collect();
        let plain: Vec<_> = names.iter().map(|name| plain(name)).collect();
        let mut columns = Self { names, kind: kind(&plain), ..Self::default() };
        let mut ranked: BTreeMap<Meaning, Vec<(usize, usize)>> = BTreeMap::new();
        for (at, name) in plain.iter().enumerate() {
            if let Some((meaning, rank)) = Meaning::told(&columns.names[at], name) {
                ranked.entry(meaning).or_default().push((rank.unwrap_or(at), at));
            } else if !is_about_else(&columns.names[at]) {
                columns.nameless.push(at);
            }
        }
        // If all addresses are in numbered columns, the first is the person's.
        if !ranked.contains_key(&Meaning::Email)
            && !ranked.contains_key(&Meaning::Login)
            && let Some(first) = ranked.get_mut(&Meaning::OtherEmails).and_then(|places| {
                let first = places.iter().position(|(_, at)| plain[*at].starts_with("email"))?;
                Some(places.remove(first))
            })
        {
            ranked.insert(Meaning::Email, vec![first]);
        }
        // Teams in Intercom's own list are not groups of the identity provider.
        if columns.kind == RosterKind::Intercom {
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

    /// The columns with a meaning, best first.
    pub(super) fn of(&self, meaning: Meaning) -> &[usize] {
        self.known.get(&meaning).map_or(&[], Vec::as_slice)
    }

    /// The columns without a known meaning.
    pub(super) fn without_meaning(&self) -> impl Iterator<Item = usize> {
        self.nameless.iter().copied()
    }

    /// The non-empty cells of a row with a meaning.
    pub(super) fn cells<'a>(
        &'a self,
        row: &'a csv::StringRecord,
        meaning: Meaning,
    ) -> impl Iterator<Item = &'a str> {
        self.of(meaning).iter().filter_map(|at| row.get(*at)).map(str::trim).filter(|cell| !cell.is_empty())
    }

    pub(super) fn any(&self, meanings: &[Meaning]) -> bool {
        meanings.iter().any(|meaning| self.known.contains_key(meaning))
    }

    pub(super) const fn len(&self) -> usize {
        self.names.len()
    }

    pub(super) fn has_address(&self) -> bool {
        self.any(&[Meaning::Email, Meaning::Login])
    }

    pub(super) fn name(&self, at: usize) -> &str {
        self.names.get(at).map_or("", String::as_str)
    }

    /// A column as messages show it.
    pub(super) fn describe(&self, at: usize) -> String {
        format!("column {} (`{}`)", at + 1, excerpt(self.name(at)))
    }

    /// All names as messages show them.
    pub(super) fn list(&self) -> String {
        const SHOWN: usize = 20;
        let shown = self.names.iter().take(SHOWN).map(|name| {
            if may_be_secret(name) { "(not shown)".to_owned() } else { format!("`{}`", excerpt(name)) }
        });
        let mut list = shown.collect::<Vec<_>>().join(", ");
        if let Some(more @ 1..) = self.names.len().checked_sub(SHOWN) {
            list.push_str(&format!(" and {more} more"));
        }
        list
    }

    /// What the columns of the file cover.
    pub(super) fn knows(&self) -> Knows {
        Knows {
            status: self.any(&Meaning::STATUS),
            groups: self.any(&[Meaning::Groups, Meaning::Group]),
            mfa: self.any(&[Meaning::Mfa, Meaning::MfaCapable, Meaning::Factors]),
        }
    }
}

/// The product that writes these columns.
fn kind(plain: &[String]) -> RosterKind {
    let has = |names: &[&str]| plain.iter().any(|name| names.contains(&name.as_str()));
    if has(&["orgunitpath", "2svenrolled", "2svenforced"]) {
        RosterKind::Google
    } else if has(&["userprincipalname", "accountenabled", "ismfaregistered"]) {
        RosterKind::Entra
    } else if has(&["login", "userlogin", "profilelogin", "oktausername", "oktaid", "oktauserid"]) {
        RosterKind::Okta
    } else if has(&["permissions", "intercomrole", "intercompermissions", "seat", "seats", "inboxseat"])
        && has(&["role", "roles", "intercomrole", "name", "teammate"])
    {
        RosterKind::Intercom
    } else {
        RosterKind::Generic
    }
}

/// Whether a column name looks like a token or a setting. A file of secrets may be given by mistake, and must not be
/// printed.
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
            ("login,firstName,lastName,status", RosterKind::Okta),
            ("userPrincipalName,displayName,mail,accountEnabled", RosterKind::Entra),
            ("First Name [Required],Email Address [Required],Org Unit Path [Required]", RosterKind::Google),
            ("Name,Email,Role,Permissions", RosterKind::Intercom),
            ("email,name,role,groups", RosterKind::Generic),
        ] {
            assert_eq!(columns(header).kind, kind, "{header}");
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

    #[test]
    fn numbered_columns_are_further_ones() {
        let header = columns("Email 1,email_2,Alias 3,memberOf/0,emails.0.value");
        assert_eq!((header.of(Meaning::Email), header.of(Meaning::OtherEmails)), (&[0][..], &[1, 2, 4][..]));
        assert_eq!(header.of(Meaning::Groups), [3]);
        assert_eq!(columns("mail,Email 1").of(Meaning::Email), [0]);
    }

    #[test]
    fn what_may_be_a_status_is_told_by_words_of_its_name() {
        for name in ["Payroll Status", "leaveStatus", "Account frozen status", "person_state", "Offboarding"]
        {
            assert_eq!(columns(name).of(Meaning::StatusLike), [0], "{name}");
        }
        for name in [
            "Password never expires",
            "statusChanged",
            "New Status [UPLOAD ONLY]",
            "License status",
            "Last active",
            "Home state",
            "Marital status",
            "DirSyncEnabled",
            "2sv Enforced",
            "externalUserStateChangeDateTime",
            "name",
        ] {
            assert!(!columns(name).any(&[Meaning::StatusLike]), "{name}");
        }
    }
}
