//! The rules of the catalog a second time: loops over all events, one function per control, nothing clever.
//!
//! It shares no code with the program, so that a misunderstanding has to be made twice to go unnoticed.

/// The controls E1 to E13.
pub(crate) mod extended;
/// The thirteen controls of the guide.
mod guide;
/// What the rules mean by the window, ever, and newest.
mod log;
/// What the rules mean by a teammate, a performer, and privilege.
mod people;
/// How names, addresses and networks are compared.
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
    /// An error that did not go away; nothing was read.
    Failed,
    /// Some of it was read, and then it was refused.
    Midway,
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

/// The statuses that a control may have: one, but for a log of which an unknown part was read.
pub(crate) type Allowed = Vec<Status>;

/// What the configuration says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Configuration {
    /// Domains of teammates' e-mails.
    pub(crate) allowed_domains: Option<Vec<String>>,
    /// Networks sign-ins come from.
    pub(crate) approved_networks: Option<Vec<String>>,
    /// Who may export, by e-mail.
    pub(crate) export_approvers: Option<Vec<String>>,
    /// Where the workspace has to be.
    pub(crate) required_region: Option<String>,
    /// Roles that can manage settings or teammates, where it replaces the defaults.
    pub(crate) privileged_roles: Option<Vec<String>>,
    /// Roles that can do neither, where it replaces the defaults.
    pub(crate) unprivileged_roles: Option<Vec<String>>,
    /// How many administrators there may be.
    pub(crate) max_admins: Option<usize>,
    /// Types of events that E7, E8 and E13 leave out.
    pub(crate) except: Vec<(&'static str, String)>,
    /// Reviewed events: the id, and from how many days before the evaluation the review counts.
    pub(crate) reviewed: Vec<(String, i64)>,
}

/// A workspace with everything else that decides its verdicts.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// What the API holds.
    pub(crate) workspace: Workspace,
    /// How reading `/me` ends.
    pub(crate) me: Ended,
    /// How reading `/admins` ends.
    pub(crate) admins: Ended,
    /// How reading the activity log ends.
    pub(crate) log: Ended,
    /// How reading `/ip_allowlist` ends.
    pub(crate) allowlist: Ended,
    /// What the probed endpoints answer; nothing where the probe is left out.
    pub(crate) probe: Option<Vec<u16>>,
    /// The configuration.
    pub(crate) configuration: Configuration,
    /// The evaluation's instant, in seconds since 1970.
    pub(crate) now: i64,
    /// The length of the window, in seconds.
    pub(crate) since: i64,
}

/// The statuses that each control may have.
pub(crate) fn statuses(case: &Case) -> BTreeMap<&'static str, Allowed> {
    let mut statuses = guide::statuses(case);
    statuses.extend(extended::statuses(case));
    if case.admins == Ended::Complete { statuses } else { without_admins(case, statuses) }
}

/// A violation is certain; without one, what is missing keeps a rule from passing.
fn decided(violated: bool, missing: bool) -> Status {
    match (violated, missing) {
        (true, _) => Status::Fail,
        (false, true) => Status::Manual,
        (false, false) => Status::Pass,
    }
}

/// What the statuses are where `/admins` was not read: a fail that the log alone proves stays, and whatever asks about
/// teammates is not decided.
fn without_admins(
    case: &Case,
    mut statuses: BTreeMap<&'static str, Allowed>,
) -> BTreeMap<&'static str, Allowed> {
    let undecided = if case.admins == Ended::Failed { Status::Unknown } else { Status::Manual };
    for id in ["1.2", "2.1", "2.2", "2.3", "3.1", "E2", "E5"] {
        statuses.insert(id, vec![undecided]);
    }
    if case.configuration.allowed_domains.is_some() {
        statuses.insert("E1", vec![undecided]);
    }
    // Whether these need to know the teammates depends on what the log shows.
    for id in ["1.1", "1.5", "4.1", "E1", "E6", "E11"] {
        let allowed = statuses.get_mut(id).unwrap();
        let without_teammates = ["1.1", "1.5"].contains(&id) && *allowed != [Status::Fail];
        if without_teammates || id == "4.1" {
            // What kept the log from being read stays what it is.
            allowed.retain(|status| *status == Status::Unknown);
            allowed.push(Status::Manual);
        }
        allowed.push(undecided);
        allowed.dedup();
    }
    statuses
}
