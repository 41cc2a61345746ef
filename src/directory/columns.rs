//! What the columns of a CSV file mean, told by their names, and who wrote the file.

use std::collections::BTreeMap;

use super::meaning::{Meaning, is_about_else, plain};
use super::{Knows, RosterKind};
use crate::toml_document::excerpt;

/// The columns of a file.
#[derive(Debug, Default)]
pub(super) struct Columns {
    names: Vec<String>,
    /// Who wrote the file.
    pub kind: RosterKind,
    known: BTreeMap<Meaning, Vec<usize>>,
    /// Columns whose names say nothing that is known, not even that they are about something else.
    nameless: Vec<usize>,
    /// How many fields a row has to have, so that none that is understood is missing.
    pub needed: usize,
}

impl Columns {
    /// Understands a header.
    pub(super) fn read(header: &csv::StringRecord) -> Self {
        let names: Vec<_> = header.iter().map(|name| name.trim().to_owned()).collect();
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
        // Of addresses in numbered columns alone the first is the person's.
        if !ranked.contains_key(&Meaning::Email)
            && !ranked.contains_key(&Meaning::Login)
            && let Some(first) = ranked.get_mut(&Meaning::OtherEmails).and_then(|places| {
                let first = places.iter().position(|(_, at)| plain[*at].starts_with("email"))?;
                Some(places.remove(first))
            })
        {
            ranked.insert(Meaning::Email, vec![first]);
        }
        // Teams in a list of Intercom's teammates are Intercom's own, not groups of the provider.
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

    /// The columns with that meaning, the best first.
    pub(super) fn of(&self, meaning: Meaning) -> &[usize] {
        self.known.get(&meaning).map_or(&[], Vec::as_slice)
    }

    /// The columns whose names say nothing.
    pub(super) fn without_meaning(&self) -> impl Iterator<Item = usize> {
        self.nameless.iter().copied()
    }

    /// The cells of a row with that meaning that are not empty.
    pub(super) fn cells<'a>(
        &'a self,
        row: &'a csv::StringRecord,
        meaning: Meaning,
    ) -> impl Iterator<Item = &'a str> {
        self.of(meaning).iter().filter_map(|at| row.get(*at)).map(str::trim).filter(|cell| !cell.is_empty())
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
            status: self.any(&Meaning::STATUS),
            groups: self.any(&[Meaning::Groups, Meaning::Group]),
            mfa: self.any(&[Meaning::Mfa, Meaning::MfaCapable, Meaning::Factors]),
        }
    }
}

/// Who wrote a file whose columns have these plain names.
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
        for name in ["HR Status", "leaveStatus", "Account frozen status", "person_state", "Offboarding"] {
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
