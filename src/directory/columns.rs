//! What the columns of a CSV file mean, told by their names, and who wrote the file.
//!
//! Names are compared without case, white space, punctuation and bracketed remarks, so that
//! `Email Address [Required]`, `email_address` and `EmailAddress` are one.

use std::collections::BTreeMap;

use super::{Knows, RosterKind, words};
use crate::toml_document::excerpt;

/// The columns of a file.
#[derive(Debug, Default)]
pub(super) struct Columns {
    names: Vec<String>,
    /// Who wrote the file.
    pub kind: RosterKind,
    known: BTreeMap<Meaning, Vec<usize>>,
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
            if let Some((meaning, rank)) = Meaning::of(name) {
                ranked.entry(meaning).or_default().push((rank, at));
            }
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
}

/// Who wrote a file whose columns have these plain names.
fn kind(plain: &[String]) -> RosterKind {
    let has = |names: &[&str]| plain.iter().any(|name| names.contains(&name.as_str()));
    if has(&["orgunitpath", "2svenrolled", "2svenforced"]) {
        RosterKind::Google
    } else if has(&["userprincipalname", "accountenabled", "ismfaregistered"]) {
        RosterKind::Entra
    } else if has(&["login", "userlogin", "profilelogin", "oktaid", "oktauserid"]) {
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

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Meaning {
    /// The e-mail address.
    Email,
    /// The name one signs in with, which mostly is an e-mail address.
    Login,
    /// Further addresses of the same mailbox.
    OtherEmails,
    /// The id at the identity provider.
    Id,
    /// The full name.
    Name,
    /// The first name.
    FirstName,
    /// The last name.
    LastName,
    /// A word for the account status.
    Status,
    /// Yes when the account may be used.
    Enabled,
    /// Yes when the account is switched off.
    Suspended,
    /// Yes when the account is gone.
    Removed,
    /// Groups, perhaps several in a cell.
    Groups,
    /// One group.
    Group,
    /// Whether a second factor is set up.
    Mfa,
    /// Whether a second factor that may be used is set up: asked where nothing else says it.
    MfaCapable,
    /// Which factors are set up, or how many.
    Factors,
    /// The role.
    Role,
}

/// The names of each meaning, the better one first where only one of several columns is used.
///
/// - Okta: the attributes of its user profile, which its CSV template, its user reports ("Login",
///   "Status", "User") and common exports of its API (`user.login`, `profile.email`) use.
/// - Microsoft Entra: "Download users" (`userPrincipalName`, `mail`, `accountEnabled`, `objectId`), "Download
///   members" of a group, and the user registration details (`isMfaRegistered`, `isMfaCapable`).
/// - Google Workspace: the column reference of "Download users" (`Email Address [Required]`,
///   `Status [READ ONLY]`, `2sv Enrolled [READ ONLY]`).
/// - Intercom: the list that Settings > Teammates exports, by the names it shows (name, e-mail, role, permissions).
///
/// Left out with intent, because they say something else: addresses to recover an account (`Recovery Email`,
/// `secondEmail`, `alternateEmailAddress`), those of other people (`Manager Email`), and `state`, which is
/// a part of a postal address.
const NAMES: [(Meaning, &str); 17] = [
    (
        Meaning::Email,
        "email emailaddress mail primaryemail primaryemailaddress useremail workemail profileemail",
    ),
    (Meaning::Login, "login username userprincipalname upn userlogin profilelogin loginname signinname"),
    (Meaning::OtherEmails, "othermails otheremails aliases emailaliases proxyaddresses worksecondaryemail"),
    (Meaning::Id, "objectid userid oktaid oktauserid teammateid adminid id externalid"),
    (
        Meaning::Name,
        "name displayname fullname userdisplayname profiledisplayname teammate teammatename user",
    ),
    (Meaning::FirstName, "firstname givenname userfirstname profilefirstname forename"),
    (Meaning::LastName, "lastname surname familyname userlastname profilelastname sn"),
    (Meaning::Status, "status userstatus accountstatus lifecyclestate currentstatus"),
    (Meaning::Enabled, "accountenabled enabled active isactive isenabled"),
    (
        Meaning::Suspended,
        "suspended issuspended disabled isdisabled accountdisabled blocked isblocked blockcredential",
    ),
    (Meaning::Removed, "archived isarchived deleted isdeleted deactivated isdeactivated deprovisioned"),
    (Meaning::Groups, "groups groupnames groupmemberships memberof memberships usergroups teams"),
    (Meaning::Group, "group groupname groupdisplayname usergroup team teamname"),
    (
        Meaning::Mfa,
        "mfa mfaenrolled mfaenabled mfastatus mfaregistered ismfaregistered ismfaenabled hasmfa 2fa \
         2faenrolled 2faenabled 2fastatus has2fa twofactor twofactorauth twofactorauthentication \
         twofactorenabled twofactorenrolled 2svenrolled isenrolledin2sv 2stepverification \
         2stepverificationenrolled 2stepverificationenrollment multifactor multifactorauth \
         multifactorauthentication multifactorauthenticationregistered",
    ),
    (Meaning::MfaCapable, "ismfacapable mfacapable multifactorauthenticationcapable"),
    (Meaning::Factors, "factors mfafactors enrolledfactors factorcount factortypes methodsregistered"),
    (Meaning::Role, "role roles rolename intercomrole"),
];

impl Meaning {
    /// The meaning of a plain name, and how good a name for it that is.
    fn of(plain: &str) -> Option<(Self, usize)> {
        NAMES.iter().find_map(|(meaning, names)| {
            names.split(' ').position(|name| name == plain).map(|rank| (*meaning, rank))
        })
    }

    /// Where only one column can be meant, and what is said of two that disagree.
    pub(super) const SOLE: [(Self, &'static str); 4] = [
        (Self::Email, "e-mail addresses"),
        (Self::Status, "the status"),
        (Self::Mfa, "the second factor"),
        (Self::Role, "the role"),
    ];

    /// Whether the best name is used and the others are ignored.
    const fn best_only(self) -> bool {
        matches!(self, Self::Id | Self::Name | Self::FirstName | Self::LastName)
    }
}

/// The name of a column as it is compared: without what stands in brackets.
pub(super) fn plain(name: &str) -> String {
    let mut depth = 0_usize;
    let bare: String = name
        .chars()
        .filter(|c| {
            let before = depth;
            match c {
                '[' | '(' => depth += 1,
                ']' | ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            before == 0 && depth == 0
        })
        .collect();
    words::plain(&bare)
}

/// Whether a plain name says that the second factor is told there.
pub(super) fn is_mfa(plain: &str) -> bool {
    Meaning::of(plain).is_some_and(|(meaning, _)| meaning == Meaning::Mfa)
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
    fn names_are_compared_by_their_letters() {
        for name in
            ["Email Address [Required]", "email_address", "E-MAIL.Address", " emailaddress (primary) "]
        {
            assert_eq!(Meaning::of(&plain(name)).map(|(meaning, _)| meaning), Some(Meaning::Email), "{name}");
        }
        assert_eq!(plain("2sv Enrolled [READ ONLY]"), "2svenrolled");
        assert_eq!(plain("Odd ] name [ open"), "oddname");
        for other in ["Manager Email", "Recovery Email", "secondEmail", "state", "2sv Enforced [READ ONLY]"] {
            assert_eq!(Meaning::of(&plain(other)), None, "{other}");
        }
    }

    #[test]
    fn no_name_has_two_meanings_and_all_are_plain() {
        let mut seen = std::collections::BTreeSet::new();
        for name in NAMES.iter().flat_map(|(_, names)| names.split(' ')) {
            assert_eq!(plain(name), name);
            assert!(seen.insert(name), "{name}");
        }
    }
}
