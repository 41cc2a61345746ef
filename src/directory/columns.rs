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
            let numbered = || numbered(name).map(|meaning| (meaning, at));
            let unknown = || looks_like_status(&columns.names[at]).then_some((Meaning::StatusLike, at));
            if let Some((meaning, rank)) = Meaning::of(name).or_else(numbered).or_else(unknown) {
                ranked.entry(meaning).or_default().push((rank, at));
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
    /// The day on which the account ends or has ended; empty while it goes on.
    Ends,
    /// A word for the account status, or a part of a postal address.
    State,
    /// A word for whether an application is assigned.
    Assigned,
    /// The day on which an application was taken away; empty while it is assigned.
    Unassigned,
    /// What may be an account status, and is not understood.
    StatusLike,
    /// The application that a row is about.
    Application,
    /// Whether a member is a person or a group.
    MemberType,
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
/// `secondEmail`, `alternateEmailAddress`), and those of other people (`Manager Email`).
const NAMES: [(Meaning, &str); 22] = [
    (
        Meaning::Email,
        "email emailaddress mail primaryemail primaryemailaddress useremail workemail profileemail",
    ),
    (
        Meaning::Login,
        "login username userprincipalname upn userlogin profilelogin loginname signinname oktausername",
    ),
    (
        Meaning::OtherEmails,
        "othermails otheremails aliases alias emailaliases proxyaddresses worksecondaryemail noneditablealiases \
         alternateemails alternateemail additionalemails secondaryemails emails applicationlogin \
         applicationusername appusername applogin",
    ),
    (Meaning::Id, "objectid userid oktaid oktauserid teammateid adminid id externalid"),
    (
        Meaning::Name,
        "name displayname fullname userfullname userdisplayname profiledisplayname teammate teammatename user",
    ),
    (Meaning::FirstName, "firstname givenname userfirstname profilefirstname forename"),
    (Meaning::LastName, "lastname surname familyname userlastname profilelastname sn"),
    (
        Meaning::Status,
        "status userstatus accountstatus lifecyclestate lifecyclestatus currentstatus oktauserstatus \
         oktastatus profilestatus userstate accountstate employmentstatus employeestatus employmentstate \
         workerstatus staffstatus groupstatus memberstatus membershipstatus invitationstate invitationstatus \
         externaluserstate loginstatus userlifecyclestate identitystatus",
    ),
    (Meaning::State, "state"),
    (
        Meaning::Enabled,
        "accountenabled enabled active isactive isenabled activated isactivated userenabled useractive \
         accountactive signinallowed",
    ),
    (
        Meaning::Suspended,
        "suspended issuspended disabled isdisabled accountdisabled blocked isblocked blockcredential \
         accountlocked locked islocked accountlockedout lockedout signinblocked inactive isinactive",
    ),
    (
        Meaning::Removed,
        "archived isarchived deleted isdeleted deactivated isdeactivated deprovisioned isdeprovisioned \
         terminated isterminated softdeleted",
    ),
    (
        Meaning::Ends,
        "softdeletiontimestamp softdeletiondate deleteddatetime deletiontime deletiontimestamp deletiondate deletedon \
         deletedat deleteddate deactivatedon deactivatedat deactivationdate deprovisionedon suspendedon \
         terminationdate terminatedon terminateddate dateofleaving leavedate leavingdate exitdate enddate endson \
         lastday lastdayofwork lastworkingday employmentenddate contractenddate accountexpires \
         accountexpirationdate expirationdate expirydate expireson",
    ),
    (Meaning::Assigned, "assignmentstatus appstatus applicationstatus appassignmentstatus"),
    (Meaning::Unassigned, "unassignedon unassignedat unassigneddate unassignmentdate"),
    (Meaning::Application, "application applicationname app appname appdisplayname applicationlabel"),
    (Meaning::MemberType, "type membertype objecttype"),
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
    (
        Meaning::Factors,
        "factors mfafactors mfafactor enrolledfactors factorsenrolled factor factorname factortype factorcount \
         factortypes methodsregistered mfamethods mfamethod authenticationmethods",
    ),
];

/// Words in the name of a column that may be an account status.
const STATUS_WORDS: &str = "status active inactive enabled disabled suspended suspension terminated termination \
    deactivated deactivation deleted deletion archived blocked locked lockout deprovisioned offboarded offboarding \
    unassigned revoked expired expires expiry expiration ended leave leaver resigned resignation dismissed separation \
    retired former exit";

/// Beside one of these, `state` is no part of a postal address.
const STATE_OF: &str =
    "account user employee employment member membership identity login person worker staff";

/// Beside one of these, the name says something else.
const OTHER_WORDS: &str = "mfa 2fa 2sv 2 factor factors sync synced license licenses licence licences password \
    credential marital phone mobile sms email mail mailbox last new changed change created reason tax country \
    province device protection role token enforced";

/// Whether the name of a column looks like that of an account status.
fn looks_like_status(name: &str) -> bool {
    let mut parts: Vec<String> = vec![String::new()];
    let mut was_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && was_lower) {
            parts.push(String::new());
        }
        was_lower = c.is_lowercase();
        if let Some(part) = parts.last_mut().filter(|_| c.is_alphanumeric()) {
            part.push(c);
        }
    }
    let parts: Vec<String> = parts.iter().map(|part| words::plain(part)).collect();
    let any = |list: &str| parts.iter().any(|part| list.split_whitespace().any(|word| word == part));
    (any(STATUS_WORDS) || (any("state") && any(STATE_OF))) && !any(OTHER_WORDS)
}

/// The meaning of a numbered column, such as `Alias 2`, `emails.0.value` or `memberOf/1`.
fn numbered(plain: &str) -> Option<Meaning> {
    let bare = ["value", "address"].iter().find_map(|end| plain.strip_suffix(end)).unwrap_or(plain);
    let stem = bare.trim_end_matches(|c: char| c.is_ascii_digit());
    match Meaning::of(stem).filter(|_| stem.len() < bare.len())?.0 {
        Meaning::Email | Meaning::Login | Meaning::OtherEmails => Some(Meaning::OtherEmails),
        meaning @ (Meaning::Groups | Meaning::Group) => Some(meaning),
        _ => None,
    }
}

impl Meaning {
    /// The meaning of a plain name, and how good a name for it that is.
    fn of(plain: &str) -> Option<(Self, usize)> {
        NAMES.iter().find_map(|(meaning, names)| {
            names.split_whitespace().position(|name| name == plain).map(|rank| (*meaning, rank))
        })
    }

    /// Where only one column can be meant, and what is said of two that disagree.
    pub(super) const SOLE: [(Self, &'static str); 2] =
        [(Self::Email, "e-mail addresses"), (Self::Mfa, "the second factor")];

    /// Those that say whether an account may be used. `State` may be a part of a postal address.
    pub(super) const STATUS: [Self; 8] = [
        Self::Status,
        Self::Enabled,
        Self::Suspended,
        Self::Removed,
        Self::Ends,
        Self::Assigned,
        Self::Unassigned,
        Self::StatusLike,
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
        for other in ["Manager Email", "Recovery Email", "secondEmail", "2sv Enforced [READ ONLY]"] {
            assert_eq!(Meaning::of(&plain(other)), None, "{other}");
        }
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

    #[test]
    fn no_name_has_two_meanings_and_all_are_plain() {
        let mut seen = std::collections::BTreeSet::new();
        for name in NAMES.iter().flat_map(|(_, names)| names.split_whitespace()) {
            assert_eq!(plain(name), name);
            assert!(seen.insert(name), "{name}");
        }
    }
}
