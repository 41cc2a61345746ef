//! A second implementation of the controls: loops over all events, one function per control.
//!
//! It shares no code with the program, so that a mistake must be made twice to go unnoticed.

/// The controls E1 to E13.
pub(crate) mod extended;
/// The thirteen controls of the guide.
mod guide;
/// The window, all events and the newest event.
mod log;
/// Teammates, performers and privilege.
mod people;
/// Comparing names, addresses and networks.
mod words;

use std::collections::BTreeMap;

use crate::workspace::Workspace;

/// The outcome of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Everything was read.
    Complete,
    /// The token lacks the permission.
    Forbidden,
    /// A permanent error; nothing was read.
    Failed,
    /// Refused after a part was read.
    Midway,
}

/// The status of a control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    Pass,
    Fail,
    Manual,
    Unknown,
}

impl Status {
    /// The word in the report.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Manual => "manual",
            Self::Unknown => "unknown",
        }
    }
}

/// The allowed statuses of a control: one, unless an unknown part of the log was read.
pub(crate) type Allowed = Vec<Status>;

/// The configuration.
#[derive(Debug, Clone, Default)]
pub(crate) struct Configuration {
    /// The e-mail domains of teammates.
    pub(crate) allowed_domains: Option<Vec<String>>,
    /// The networks to sign in from.
    pub(crate) approved_networks: Option<Vec<String>>,
    /// The e-mail addresses of export approvers.
    pub(crate) export_approvers: Option<Vec<String>>,
    /// The required region.
    pub(crate) required_region: Option<String>,
    /// The privileged roles, if they replace the defaults.
    pub(crate) privileged_roles: Option<Vec<String>>,
    /// The unprivileged roles, if they replace the defaults.
    pub(crate) unprivileged_roles: Option<Vec<String>>,
    /// The most administrators allowed.
    pub(crate) max_admins: Option<usize>,
    /// Event types that E7, E8 and E13 ignore.
    pub(crate) except: Vec<(&'static str, String)>,
    /// Reviewed events: the id, and the days before the evaluation from which the review counts.
    pub(crate) reviewed: Vec<(String, i64)>,
}

/// A workspace with all other inputs of its verdicts.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// The workspace behind the API.
    pub(crate) workspace: Workspace,
    /// The outcome of `/me`.
    pub(crate) me: Ended,
    /// The outcome of `/admins`.
    pub(crate) admins: Ended,
    /// The outcome of the activity log.
    pub(crate) log: Ended,
    /// The outcome of `/ip_allowlist`.
    pub(crate) allowlist: Ended,
    /// The answers of the probed endpoints; empty without the probe.
    pub(crate) probe: Option<Vec<u16>>,
    /// The configuration.
    pub(crate) configuration: Configuration,
    /// The instant of evaluation, in seconds since 1970.
    pub(crate) now: i64,
    /// The length of the window, in seconds.
    pub(crate) since: i64,
}

/// The allowed statuses of each control.
pub(crate) fn statuses(case: &Case) -> BTreeMap<&'static str, Allowed> {
    let mut statuses = guide::statuses(case);
    statuses.extend(extended::statuses(case));
    if case.admins == Ended::Complete { statuses } else { without_admins(case, statuses) }
}

/// A violation fails; otherwise missing data prevents a pass.
fn decided(violated: bool, missing: bool) -> Status {
    match (violated, missing) {
        (true, _) => Status::Fail,
        (false, true) => Status::Manual,
        (false, false) => Status::Pass,
    }
}

/// The statuses if `/admins` was not read: the log alone may prove a fail; rules about teammates are undecided.
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
    // Whether these need the teammates depends on the log.
    for id in ["1.1", "1.5", "4.1", "E1", "E6", "E11"] {
        let allowed = statuses.get_mut(id).unwrap();
        let without_teammates = ["1.1", "1.5"].contains(&id) && *allowed != [Status::Fail];
        if without_teammates || id == "4.1" {
            // The outcome of the log stays.
            allowed.retain(|status| *status == Status::Unknown);
            allowed.push(Status::Manual);
        }
        allowed.push(undecided);
        allowed.dedup();
    }
    statuses
}
