//! What the token opens, permission by permission.

use crate::api::diagnose::{Asked, Observations};
use crate::api::error::ApiError;
use crate::sources::SourceId;

/// How a source answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Opening {
    /// It can be read.
    Open,
    /// The token lacks the permission.
    Refused,
    /// The workspace's plan does not include it.
    Plan,
    /// It could not be found out; what the server or the network said.
    Failed(String),
    /// It was not asked.
    NotAsked,
}

/// One source, and whether the token opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Access {
    /// The source.
    pub source: SourceId,
    /// How it answered.
    pub opening: Opening,
    /// The endpoints of the probe that the token opens; empty for other sources.
    pub granted: Vec<&'static str>,
}

/// The sources a scan tries, in report order.
const SOURCES: [SourceId; 5] =
    [SourceId::Me, SourceId::Admins, SourceId::ActivityLog, SourceId::IpAllowlist, SourceId::TokenProbe];

/// What the token was seen to open.
pub(super) fn of(seen: &Observations, without_probe: bool) -> Vec<Access> {
    let simple = |source, opening| Access { source, opening, granted: Vec::new() };
    vec![
        simple(SourceId::Me, opening(&seen.me)),
        simple(SourceId::Admins, opening(&seen.admins)),
        simple(SourceId::ActivityLog, opening(&seen.log)),
        simple(SourceId::IpAllowlist, opening(&seen.allowlist)),
        probe(seen, without_probe),
    ]
}

/// What a token with the two recommended permissions opens.
pub(super) fn recommended(without_probe: bool) -> Vec<Access> {
    let opening = |source| match source {
        SourceId::IpAllowlist => Opening::Refused,
        SourceId::TokenProbe if without_probe => Opening::NotAsked,
        _ => Opening::Open,
    };
    SOURCES.map(|source| Access { source, opening: opening(source), granted: Vec::new() }).into()
}

fn opening<T>(asked: &Asked<T>) -> Opening {
    match asked {
        None => Opening::NotAsked,
        Some(Ok(_)) => Opening::Open,
        Some(Err(error)) => refusal(error),
    }
}

fn refusal(error: &ApiError) -> Opening {
    match error {
        ApiError::Unauthorized(_) | ApiError::Forbidden(_) => Opening::Refused,
        ApiError::PlanRestricted(_) => Opening::Plan,
        other => Opening::Failed(other.to_string()),
    }
}

/// The probe is open when it could be carried out, whatever it found: refusals are what it hopes for.
fn probe(seen: &Observations, without_probe: bool) -> Access {
    let granted = seen.probe.iter().filter(|(_, answer)| answer.is_ok()).map(|(path, _)| *path).collect();
    let broken = seen.probe.iter().find_map(|(_, answer)| {
        answer.as_ref().err().filter(|error| !matches!(error.status(), Some(401..=404)))
    });
    let opening = match broken {
        _ if without_probe || seen.probe.is_empty() => Opening::NotAsked,
        Some(error) => Opening::Failed(error.to_string()),
        None => Opening::Open,
    };
    Access { source: SourceId::TokenProbe, opening, granted }
}
