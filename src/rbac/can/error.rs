//! Errors of `rbac can`.

use std::borrow::Cow;

use crate::exit::Exit;
use crate::hint::Hint;

/// Why `rbac can` has no answer. `who` is as given.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CanError {
    #[error("no role is declared, so nothing is allowed or denied")]
    NothingDeclared,
    #[error("no teammate is {who}{}", did_you_mean(.suggestion.as_ref()))]
    UnknownPerson { who: String, suggestion: Option<String> },
    #[error("{who} matches several teammates with different roles: {}", .roles.join(", "))]
    AmbiguousPerson { who: String, roles: Vec<String> },
    #[error("{who} has no role in Intercom")]
    WithoutRole { who: String },
    /// The role is spelled as in Intercom; the suggestion is a declared role.
    #[error("{who} has the role {role}, which is not declared{}", did_you_mean(.suggestion.as_ref()))]
    UnknownRole { who: String, role: String, suggestion: Option<String> },
    #[error("{file}:{}: the role {role} is declared on line {} too, and differently", .lines[1], .lines[0])]
    DeclaredTwice { role: String, file: String, lines: [usize; 2] },
    #[error("the directory export (roster) is the list that Intercom exports, not the identity provider's")]
    NotTheProvider,
    /// The missing part may contradict the rest.
    #[error("nothing is allowed to {who}: the directory export (roster) is incomplete")]
    PartialRoster { who: String },
    /// `detail` is the message of the server or the network.
    #[error("the list of teammates could not be read in full{}", reason(.detail.as_ref()))]
    Unread { detail: Option<String> },
}

impl Hint for CanError {
    fn hint(&self) -> Option<Cow<'static, str>> {
        Some(match self {
            Self::NothingDeclared => {
                "declare the roles under [rbac.roles] in the configuration; `intercom-harden init --rbac` writes \
                 some to start from"
            }
            Self::UnknownPerson { .. } => {
                "give the e-mail address or the admin id of a current teammate; \
                 [rbac.identities] says which addresses are one person's"
            }
            Self::AmbiguousPerson { .. } => "ask by admin id, or remove the duplicate teammate",
            Self::WithoutRole { .. } => "assign a role to the teammate in Intercom",
            Self::UnknownRole { .. } => {
                "declare the role under [rbac.roles], spelled as in Intercom; letter case does not matter"
            }
            Self::DeclaredTwice { .. } => "keep one of the two entries",
            Self::NotTheProvider => "give the identity provider's export, or leave out --roster",
            Self::PartialRoster { .. } => {
                "export all pages again, and correct the rows that the warnings name"
            }
            Self::Unread { .. } => "give the token the permission Read admins, or try again",
        }.into())
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Unread { .. } | Self::PartialRoster { .. } => Exit::Incomplete,
            _ => Exit::Usage,
        }
    }
}

fn did_you_mean(suggestion: Option<&String>) -> String {
    suggestion.map_or_else(String::new, |word| format!(" (did you mean {word}?)"))
}

fn reason(detail: Option<&String>) -> String {
    detail.map_or_else(String::new, |detail| format!(": {detail}"))
}
