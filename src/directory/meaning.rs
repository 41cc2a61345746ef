//! The meaning of a column, from its name.
//!
//! Names are compared without case, white space, punctuation and bracketed remarks, so that
//! `Email Address [Required]`, `email_address` and `EmailAddress` are one.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{documented, words};

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
    /// The flags of an account in Active Directory.
    AccountControl,
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
    /// A word for the status of the one factor in the row.
    FactorStatus,
}

/// The meanings by the rows of the table of columns.
const ROWS: [(&str, Meaning); 24] = [
    ("address", Meaning::Email),
    ("sign-in name", Meaning::Login),
    ("further addresses", Meaning::OtherEmails),
    ("id", Meaning::Id),
    ("name", Meaning::Name),
    ("first name", Meaning::FirstName),
    ("last name", Meaning::LastName),
    ("account status", Meaning::Status),
    ("status or part of an address", Meaning::State),
    ("active if yes", Meaning::Enabled),
    ("suspended if yes", Meaning::Suspended),
    ("deleted if yes", Meaning::Removed),
    ("end of the account", Meaning::Ends),
    ("account control", Meaning::AccountControl),
    ("status of an assignment", Meaning::Assigned),
    ("end of an assignment", Meaning::Unassigned),
    ("application", Meaning::Application),
    ("type of the member", Meaning::MemberType),
    ("groups", Meaning::Groups),
    ("group", Meaning::Group),
    ("second factor", Meaning::Mfa),
    ("second factor can be used", Meaning::MfaCapable),
    ("factors", Meaning::Factors),
    ("status of the factor", Meaning::FactorStatus),
];

/// The meaning of each plain name, and its rank: the better one comes first if only one column is used.
static NAMES: LazyLock<HashMap<String, (Meaning, usize)>> = LazyLock::new(|| {
    let known = |title: &str| ROWS.iter().find(|(row, _)| *row == title).map(|(_, meaning)| *meaning);
    documented::rows("Meaning")
        .filter_map(|(title, names)| Some((known(title)?, names)))
        .flat_map(|(meaning, names)| {
            names.into_iter().enumerate().map(move |(rank, name)| (plain(name), (meaning, rank)))
        })
        .collect()
});

/// Words in the names of columns that may be account statuses.
const STATUS_WORDS: &str = "may be a status";
/// Next to one of these words, `state` is not part of a postal address.
const STATE_OF: &str = "makes `state` a status";
/// Next to one of these words, the column is not about the account.
const OTHER_WORDS: &str = "about something else";

/// The words of each row of the table of parts of names.
static PARTS: LazyLock<HashMap<&str, Vec<&str>>> =
    LazyLock::new(|| documented::rows("Part of a column name").collect());

/// Whether a column name looks like an account status.
fn looks_like_status(name: &str) -> bool {
    let parts = parts(name);
    // Compounds too: `Kontostatus`.
    let compound = parts.iter().any(|part| part.ends_with("status"));
    (compound
        || any(&parts, STATUS_WORDS)
        || (parts.iter().any(|part| part == "state") && any(&parts, STATE_OF)))
        && !any(&parts, OTHER_WORDS)
}

/// Whether a column name is about something other than the account.
pub(super) fn is_about_else(name: &str) -> bool {
    any(&parts(name), OTHER_WORDS)
}

fn any(parts: &[String], row: &str) -> bool {
    let words = PARTS.get(row).map_or(&[][..], Vec::as_slice);
    parts.iter().any(|part| words.contains(&part.as_str()))
}

/// The words of a name, also of one such as `accountStatus`.
fn parts(name: &str) -> Vec<String> {
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
        NAMES.get(plain).copied()
    }

    /// Meanings that allow only one value, with their words for messages.
    pub(super) const SOLE: [(Self, &'static str); 2] =
        [(Self::Email, "e-mail addresses"), (Self::Mfa, "the second factor")];

    /// The meanings about the account status. `State` may be part of a postal address.
    pub(super) const STATUS: [Self; 9] = [
        Self::Status,
        Self::Enabled,
        Self::Suspended,
        Self::Removed,
        Self::Ends,
        Self::AccountControl,
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
    fn every_row_of_the_document_is_known_and_no_name_has_two_meanings() {
        let rows: Vec<_> = documented::rows("Meaning").collect();
        assert_eq!(rows.iter().map(|(title, _)| *title).collect::<Vec<_>>(), ROWS.map(|(title, _)| title));
        let mut seen = std::collections::BTreeSet::new();
        for name in rows.iter().flat_map(|(_, names)| names) {
            assert!(seen.insert(plain(name)), "{name}");
        }
        let mut parts: Vec<_> = documented::rows("Part of a column name").map(|(title, _)| title).collect();
        assert_eq!(parts, [STATUS_WORDS, STATE_OF, OTHER_WORDS]);
        parts.retain(|title| PARTS[title].iter().any(|word| words::plain(word) != *word));
        assert!(parts.is_empty(), "{parts:?}");
    }

    #[test]
    fn the_columns_of_every_service_have_a_meaning() {
        let files = documented::rows("File of").chain(documented::rows("SCIM service"));
        let files: Vec<_> = files.collect();
        assert!(files.len() > 12);
        for (service, names) in files {
            for name in names {
                let meaning = Meaning::told(name, &plain(name)).map(|(meaning, _)| meaning);
                assert!(meaning.is_some_and(|meaning| meaning != Meaning::StatusLike), "{service}: {name}");
            }
        }
        for (service, names) in documented::rows("SCIM service") {
            for name in names {
                let (meaning, _) = Meaning::of(&plain(name)).unwrap();
                assert!(Meaning::STATUS.contains(&meaning) || meaning == Meaning::Mfa, "{service}: {name}");
            }
        }
    }
}
