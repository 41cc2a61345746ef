//! The names by which columns are known.
//!
//! Names are compared without case, white space, punctuation and bracketed remarks, so that
//! `Email Address [Required]`, `email_address` and `EmailAddress` are one.

use crate::directory::words;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::directory) enum Meaning {
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
    /// A word for the standing.
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
const NAMES: [(Meaning, &[&str]); 17] = [
    (
        Meaning::Email,
        &[
            "email",
            "emailaddress",
            "mail",
            "primaryemail",
            "primaryemailaddress",
            "useremail",
            "workemail",
            "profileemail",
        ],
    ),
    (
        Meaning::Login,
        &[
            "login",
            "username",
            "userprincipalname",
            "upn",
            "userlogin",
            "profilelogin",
            "loginname",
            "signinname",
        ],
    ),
    (
        Meaning::OtherEmails,
        &["othermails", "otheremails", "aliases", "emailaliases", "proxyaddresses", "worksecondaryemail"],
    ),
    (
        Meaning::Id,
        &["objectid", "userid", "oktaid", "oktauserid", "teammateid", "adminid", "id", "externalid"],
    ),
    (
        Meaning::Name,
        &[
            "name",
            "displayname",
            "fullname",
            "userdisplayname",
            "profiledisplayname",
            "teammate",
            "teammatename",
            "user",
        ],
    ),
    (Meaning::FirstName, &["firstname", "givenname", "userfirstname", "profilefirstname", "forename"]),
    (Meaning::LastName, &["lastname", "surname", "familyname", "userlastname", "profilelastname", "sn"]),
    (Meaning::Status, &["status", "userstatus", "accountstatus", "lifecyclestate", "currentstatus"]),
    (Meaning::Enabled, &["accountenabled", "enabled", "active", "isactive", "isenabled"]),
    (
        Meaning::Suspended,
        &[
            "suspended",
            "issuspended",
            "disabled",
            "isdisabled",
            "accountdisabled",
            "blocked",
            "isblocked",
            "blockcredential",
        ],
    ),
    (
        Meaning::Removed,
        &["archived", "isarchived", "deleted", "isdeleted", "deactivated", "isdeactivated", "deprovisioned"],
    ),
    (
        Meaning::Groups,
        &["groups", "groupnames", "groupmemberships", "memberof", "memberships", "usergroups", "teams"],
    ),
    (Meaning::Group, &["group", "groupname", "groupdisplayname", "usergroup", "team", "teamname"]),
    (
        Meaning::Mfa,
        &[
            "mfa",
            "mfaenrolled",
            "mfaenabled",
            "mfastatus",
            "mfaregistered",
            "ismfaregistered",
            "ismfaenabled",
            "hasmfa",
            "2fa",
            "2faenrolled",
            "2faenabled",
            "2fastatus",
            "has2fa",
            "twofactor",
            "twofactorauth",
            "twofactorauthentication",
            "twofactorenabled",
            "twofactorenrolled",
            "2svenrolled",
            "isenrolledin2sv",
            "2stepverification",
            "2stepverificationenrolled",
            "2stepverificationenrollment",
            "multifactor",
            "multifactorauth",
            "multifactorauthentication",
            "multifactorauthenticationregistered",
        ],
    ),
    (Meaning::MfaCapable, &["ismfacapable", "mfacapable", "multifactorauthenticationcapable"]),
    (
        Meaning::Factors,
        &["factors", "mfafactors", "enrolledfactors", "factorcount", "factortypes", "methodsregistered"],
    ),
    (Meaning::Role, &["role", "roles", "rolename", "intercomrole"]),
];

impl Meaning {
    /// The meaning of a plain name, and how good a name for it that is.
    pub(super) fn of(plain: &str) -> Option<(Self, usize)> {
        NAMES.iter().find_map(|(meaning, names)| {
            names.iter().position(|name| *name == plain).map(|rank| (*meaning, rank))
        })
    }

    /// Where only one column can be meant, and what is said of two that disagree.
    pub(in crate::directory) const SOLE: [(Self, &'static str); 4] = [
        (Self::Email, "e-mail addresses"),
        (Self::Status, "the status"),
        (Self::Mfa, "the second factor"),
        (Self::Role, "the role"),
    ];

    /// Whether the best name is used and the others are ignored.
    pub(super) const fn best_only(self) -> bool {
        matches!(self, Self::Id | Self::Name | Self::FirstName | Self::LastName)
    }
}

/// The name of a column as it is compared: without what stands in brackets.
pub(in crate::directory) fn plain(name: &str) -> String {
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
pub(in crate::directory) fn is_mfa(plain: &str) -> bool {
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
        for other in ["Manager Email", "Recovery Email", "secondEmail", "state", "2sv Enforced [READ ONLY]"] {
            assert_eq!(Meaning::of(&plain(other)), None, "{other}");
        }
    }

    #[test]
    fn no_name_has_two_meanings_and_all_are_plain() {
        let mut seen = std::collections::BTreeSet::new();
        for name in NAMES.iter().flat_map(|(_, names)| names.iter()) {
            assert_eq!(plain(name), *name);
            assert!(seen.insert(name), "{name}");
        }
    }
}
