//! `rbac diagnose`: which of four troubles with access is at hand, for whom, and what to do.
//!
//! A case is only *not at hand* where everything that could show it was read; otherwise it cannot be told.

use serde_json::Value;

use crate::config::Config;
use crate::exit::Exit;
use crate::facts::{Facts, Row};
use crate::sources::{Feed, Outcomes};

mod audit;
mod finding;
mod json;
mod permission;
mod render;
mod sign_in;
#[cfg(test)]
mod tests;
mod token;

pub(crate) use json::render as render_json;
pub(crate) use render::render as render_table;

use finding::Finding;

/// What a diagnosis is made from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Situation<'a> {
    /// What the workspace shows.
    pub(crate) facts: &'a Facts,
    /// How its sources ended.
    pub(crate) outcomes: &'a Outcomes,
    /// What the organization declares.
    pub(crate) config: Option<&'a Config>,
    /// How many days in a row without an event are odd.
    pub(crate) max_silence: f64,
}

/// One of the four cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// People cannot sign in.
    SignIn,
    /// People may not do what they should.
    Permission,
    /// A token is no longer accepted.
    Token,
    /// What happened is not recorded, or cannot be read.
    Audit,
}

impl Trouble {
    /// The short name for programs.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::SignIn => "sso-login",
            Self::Permission => "permission-denied",
            Self::Token => "token-refused",
            Self::Audit => "audit-gaps",
        }
    }

    /// What people call it.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::SignIn => "SSO login fails",
            Self::Permission => "Permission denied",
            Self::Token => "Token expired",
            Self::Audit => "Audit gaps",
        }
    }

    /// What to do about it.
    pub(crate) const fn fix(self) -> &'static str {
        match self {
            Self::SignIn => {
                "Compare the callback (ACS) address, the audience and the signing certificate in the identity \
                 provider with Settings > Workspace > Security in Intercom; check that the people are assigned to \
                 the app there, and that the method they use is one the workspace allows."
            }
            Self::Permission => {
                "Declare the missing roles under [rbac.roles], map the groups to them under [rbac.groups], and \
                 update the group in the identity provider; permissions that were taken by mistake are given back \
                 in Settings > Workspace > Teammates."
            }
            Self::Token => {
                "Intercom's tokens do not expire by themselves: a 401 means that the token was regenerated or \
                 revoked, or is asked for in the wrong region. Put the present token wherever the old one is still \
                 used, and check --region; `intercom-harden doctor` looks closer."
            }
            Self::Audit => {
                "Give the token the permission Read admin activity logs; where it has it, find out what stopped at \
                 the time named, and save a snapshot with `intercom-harden collect` on a schedule, so that the log \
                 outlives Intercom's own."
            }
        }
    }
}

/// What was found out about a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Case {
    /// Which one.
    pub(crate) trouble: Trouble,
    /// Whether it is at hand.
    pub(crate) state: State,
    /// For whom, with what shows it.
    pub(crate) affected: Vec<Affected>,
    /// What else shows it.
    pub(crate) evidence: Vec<String>,
    /// What is worth knowing without showing it.
    pub(crate) notes: Vec<String>,
    /// What could not be looked at.
    pub(crate) open: Vec<Open>,
}

/// Whether a case is at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// It is.
    AtHand,
    /// It is not: everything that could show it was looked at.
    NotAtHand,
    /// Nothing shows it, but not everything could be looked at.
    Unknown,
}

/// Somebody whom a case concerns. The texts may quote the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Affected {
    /// The e-mail address, else the id.
    pub(crate) who: String,
    /// What shows it.
    pub(crate) evidence: String,
}

/// Something that could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Open {
    /// What, and why not.
    pub(crate) why: String,
    /// Whether the workspace could not be read; otherwise the configuration does not say enough.
    pub(crate) unread: bool,
}

/// What was found out about all four.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Diagnosis {
    /// The workspace's id.
    pub(crate) workspace_id: Option<String>,
    /// The workspace's name.
    pub(crate) workspace: Option<String>,
    /// The start and the end of the window.
    pub(crate) window: Option<[String; 2]>,
    /// The cases, in a fixed order.
    pub(crate) cases: [Case; 4],
}

impl Diagnosis {
    /// Looks for all four cases.
    pub(crate) fn of(situation: &Situation<'_>) -> Self {
        let text = |name| situation.facts.value(name).as_str().map(str::to_owned);
        Self {
            workspace_id: text("workspace.id"),
            workspace: text("workspace.name"),
            window: text("window.since").zip(text("window.until")).map(|(since, until)| [since, until]),
            cases: [
                sign_in::look(situation),
                permission::look(situation),
                token::look(situation),
                audit::look(situation),
            ],
        }
    }

    /// What is left to say where the API refused the token from the start.
    pub(crate) fn of_refused_token(said: &str) -> Self {
        let unread = |trouble| {
            let mut finding = Finding::default();
            finding.unread("nothing could be read: the token was refused");
            finding.case(trouble)
        };
        Self {
            workspace_id: None,
            workspace: None,
            window: None,
            cases: [
                unread(Trouble::SignIn),
                unread(Trouble::Permission),
                token::refused(said),
                unread(Trouble::Audit),
            ],
        }
    }

    /// The titles of the cases at hand.
    pub(crate) fn at_hand(&self) -> Vec<&'static str> {
        let at_hand = self.cases.iter().filter(|case| case.state == State::AtHand);
        at_hand.map(|case| case.trouble.title()).collect()
    }

    /// How the command ends.
    pub(crate) fn exit(&self) -> Exit {
        let unread = |case: &Case| case.open.iter().any(|open| open.unread);
        Exit::of_scan(!self.at_hand().is_empty(), self.cases.iter().any(unread))
    }
}

/// What a feed is called in a sentence.
const fn describe(feed: Feed) -> &'static str {
    match feed {
        Feed::LogHistory => "the part of the activity log before the window",
        Feed::LogArrivals => "the record of sign-ins before the window",
        other => other.source().describe(),
    }
}

/// A text of a row.
fn text<'a>(row: &'a Row, column: &str) -> Option<&'a str> {
    row.get(column).and_then(Value::as_str)
}

/// A number of a row.
fn number(row: &Row, column: &str) -> u64 {
    row.get(column).and_then(Value::as_u64).unwrap_or(0)
}

/// Whom a row is about: the e-mail address, else the id.
fn who(row: &Row) -> &str {
    text(row, "email").or_else(|| text(row, "person")).or_else(|| text(row, "id")).unwrap_or("somebody")
}

/// The day of a time, in UTC.
fn day(time: &str) -> &str {
    time.split('T').next().unwrap_or(time)
}

/// `1 failed sign-in`, `3 failed sign-ins`.
fn count(number: u64, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}
