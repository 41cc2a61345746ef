//! The rules of the catalog a second time: loops over all events, one function per control, nothing clever.
//!
//! It shares no code with the program, so that a misunderstanding has to be made twice to go unnoticed.

/// The controls E1 to E12.
mod extended;
/// The thirteen controls of the guide.
mod guide;
/// What the rules mean by a teammate, a person, the window, privilege.
mod words;

use std::collections::BTreeMap;

use crate::workspace::Workspace;

/// How a source ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Everything was read.
    Complete,
    /// The token has no scope for it.
    Forbidden,
    /// An error that did not go away.
    Failed,
}

/// What a control comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// A person has to look.
    Manual,
    /// An error kept it from being decided.
    Unknown,
}

impl Status {
    /// As the report spells it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Manual => "manual",
            Self::Unknown => "unknown",
        }
    }
}

/// What the organization says about itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Organization {
    /// Domains of teammates' e-mails.
    pub(crate) allowed_domains: Option<Vec<String>>,
    /// Networks sign-ins come from.
    pub(crate) approved_networks: Option<Vec<String>>,
    /// Who may export, by e-mail.
    pub(crate) export_approvers: Option<Vec<String>>,
    /// Where the workspace has to be.
    pub(crate) required_region: Option<String>,
}

/// A workspace with everything else that decides its verdicts.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// What the API holds.
    pub(crate) workspace: Workspace,
    /// How reading `/me` ends.
    pub(crate) me: Ended,
    /// How reading the activity log ends.
    pub(crate) log: Ended,
    /// How reading `/ip_allowlist` ends.
    pub(crate) allowlist: Ended,
    /// What the probed endpoints answer; nothing where the probe is left out.
    pub(crate) probe: Option<Vec<u16>>,
    /// The organization.
    pub(crate) organization: Organization,
    /// The evaluation's instant, in seconds since 1970.
    pub(crate) now: i64,
    /// The length of the window, in seconds.
    pub(crate) since: i64,
}

/// The status of each control.
pub(crate) fn statuses(case: &Case) -> BTreeMap<&'static str, Status> {
    let mut statuses = guide::statuses(case);
    statuses.extend(extended::statuses(case));
    statuses
}
