//! The meaning of a column, from its name.
//!
//! Names are compared without case, white space, punctuation and bracketed remarks, so that
//! `Email Address [Required]`, `email_address` and `EmailAddress` are one.

use super::words;

/// The meaning of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Meaning {
    /// The e-mail address.
    Email,
    /// The sign-in name, usually an e-mail address.
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
    /// Yes if the account may be used.
    Enabled,
    /// Yes if the account is switched off.
    Suspended,
    /// Yes if the account is deleted.
    Removed,
    /// The day on which the account ends; empty for an account without an end.
    Ends,
    /// A word for the account status, or a part of a postal address.
    State,
    /// A word for the assignment of an application.
    Assigned,
    /// The day on which an application was unassigned; empty while it is assigned.
    Unassigned,
    /// Possibly an account status, but not understood.
    StatusLike,
    /// The application that a row is about.
    Application,
    /// Whether a member is a person or a group.
    MemberType,
    /// Groups, possibly several in a cell.
    Groups,
    /// One group.
    Group,
    /// Whether a second factor is set up.
    Mfa,
    /// Whether a usable second factor is set up; used if no other column shows it.
    MfaCapable,
    /// Which factors are set up, or how many.
    Factors,
}

/// The column names of each meaning, the better one first if only one column is used.
///
/// - Okta: the attributes of its user profile, which its CSV template, its user reports ("Login",
///   "Status", "User") and common exports of its API (`user.login`, `profile.email`) use.
/// - Microsoft Entra: "Download users" (`userPrincipalName`, `mail`, `accountEnabled`, `objectId`), "Download
///   members" of a group, and the user registration details (`isMfaRegistered`, `isMfaCapable`).
/// - Google Workspace: the column reference of "Download users" (`Email Address [Required]`,
///   `Status [READ ONLY]`, `2sv Enrolled [READ ONLY]`).
/// - Intercom: the list that Settings > Teammates exports, by the names it shows (name, e-mail, role, permissions).
///
/// Deliberately left out: recovery addresses (`Recovery Email`, `secondEmail`, `alternateEmailAddress`) and addresses
/// of other people (`Manager Email`).
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
         lastday lastdayofwork lastworkingday lastworkingdate lefton leftdate dateleft employmentend employmentenddate contractend contractenddate accountexpires \
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

/// Words in the names of columns that may be account statuses.
const STATUS_WORDS: &str = "status active inactive enabled disabled suspended suspension terminated termination \
    deactivated deactivation deleted deletion archived blocked locked lockout deprovisioned offboarded offboarding \
    unassigned revoked expired expires expiry expiration ended leave leaver resigned resignation dismissed separation \
    retired former exit end statut stato";

/// Next to one of these words, `state` is not part of a postal address.
const STATE_OF: &str =
    "account user employee employment member membership identity login person worker staff";

/// Next to one of these words, the column is not about the account.
const OTHER_WORDS: &str = "mfa 2fa 2sv 2 factor factors sync synced license licenses licence licences password \
    credential marital phone mobile sms email mail mailbox last new changed change created tax country \
    province device protection role token enforced";

/// Whether a column name looks like an account status.
fn looks_like_status(name: &str) -> bool {
    let parts = parts(name);
    // Compounds too: `Kontostatus`.
    let compound = parts.iter().any(|part| part.ends_with("status"));
    (compound || any(&parts, STATUS_WORDS) || (any(&parts, "state") && any(&parts, STATE_OF)))
        && !any(&parts, OTHER_WORDS)
}

/// Whether a column name is about something other than the account.
pub(super) fn is_about_else(name: &str) -> bool {
    any(&parts(name), OTHER_WORDS)
}

fn any(parts: &[String], list: &str) -> bool {
    parts.iter().any(|part| list.split_whitespace().any(|word| word == part))
}

/// The most characters of a column name that count: what is longer is a cell in the wrong place.
const LONGEST_NAME: usize = 200;

/// The words of a name, also of one such as `accountStatus`.
fn parts(name: &str) -> Vec<String> {
    let mut parts: Vec<String> = vec![String::new()];
    let mut was_lower = false;
    for c in name.chars().take(LONGEST_NAME) {
        if !c.is_alphanumeric() || (c.is_uppercase() && was_lower) {
            parts.push(String::new());
        }
        was_lower = c.is_lowercase();
        if let Some(part) = parts.last_mut().filter(|_| c.is_alphanumeric()) {
            part.push(c);
        }
    }
    parts.iter().map(|part| words::plain(part)).collect()
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
    /// The meaning of a name, which is also given in plain form, and its rank among the names of that meaning.
    pub(super) fn told(name: &str, plain: &str) -> Option<(Self, Option<usize>)> {
        let known = Self::of(plain).map(|(meaning, rank)| (meaning, Some(rank)));
        let numbered = || numbered(plain).map(|meaning| (meaning, None));
        known.or_else(numbered).or_else(|| looks_like_status(name).then_some((Self::StatusLike, None)))
    }

    /// The meaning of a plain name, and its rank among the names of that meaning.
    pub(super) fn of(plain: &str) -> Option<(Self, usize)> {
        NAMES.iter().find_map(|(meaning, names)| {
            names.split_whitespace().position(|name| name == plain).map(|rank| (*meaning, rank))
        })
    }

    /// Meanings that allow only one value, with their words for messages.
    pub(super) const SOLE: [(Self, &'static str); 2] =
        [(Self::Email, "e-mail addresses"), (Self::Mfa, "the second factor")];

    /// The meanings about the account status. `State` may be part of a postal address.
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

    /// Whether only the best of several names is used.
    pub(super) const fn best_only(self) -> bool {
        matches!(self, Self::Id | Self::Name | Self::FirstName | Self::LastName)
    }
}

/// A column name in the form for comparison, without text in brackets.
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

/// Whether a plain name is about the second factor.
pub(super) fn is_mfa(plain: &str) -> bool {
    Meaning::of(plain).is_some_and(|(meaning, _)| meaning == Meaning::Mfa)
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn no_name_has_two_meanings_and_all_are_plain() {
        let mut seen = std::collections::BTreeSet::new();
        for name in NAMES.iter().flat_map(|(_, names)| names.split_whitespace()) {
            assert_eq!(plain(name), name);
            assert!(seen.insert(name), "{name}");
        }
    }
}
