//! What the token opens, permission by permission.

use serde::Serialize;

use super::Saved;
use crate::api::diagnose::{Asked, Observations};
use crate::api::error::ApiError;
use crate::api::model::PROBE_PATHS;
use crate::sources::{SourceId, SourceStatus};

/// How a source answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Opening {
    Open,
    /// The token lacks the permission.
    Refused,
    /// The workspace's plan does not include it.
    Plan,
    /// It could not be found out.
    Failed,
    NotAsked,
}

/// One source, and whether the token opens it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Access {
    pub source: SourceId,
    endpoint: &'static str,
    scope: &'static str,
    #[serde(rename = "status")]
    pub opening: Opening,
    /// The endpoints of the probe that the token opens; empty for other sources.
    pub granted: Vec<&'static str>,
    /// What the server or the network said where it failed.
    #[serde(skip)]
    pub said: Option<String>,
}

impl Access {
    fn new(source: SourceId, opening: Opening) -> Self {
        let (endpoint, scope) = (source.endpoint(), source.scope());
        Self { source, endpoint, scope, opening, granted: Vec::new(), said: None }
    }

    fn answered<T>(source: SourceId, asked: &Asked<T>) -> Self {
        match asked {
            None => Self::new(source, Opening::NotAsked),
            Some(Ok(_)) => Self::new(source, Opening::Open),
            Some(Err(ApiError::Unauthorized(_) | ApiError::Forbidden(_))) => {
                Self::new(source, Opening::Refused)
            }
            Some(Err(ApiError::PlanRestricted(_))) => Self::new(source, Opening::Plan),
            Some(Err(error)) => Self::failed(source, error),
        }
    }

    fn failed(source: SourceId, error: &ApiError) -> Self {
        Self { said: Some(error.to_string()), ..Self::new(source, Opening::Failed) }
    }

    /// The probe is open when it could be carried out, whatever it found: refusals are what it hopes for.
    fn probed(seen: &Observations, without_probe: bool) -> Self {
        let source = SourceId::TokenProbe;
        let broken = seen
            .probe
            .iter()
            .find_map(|(_, answer)| answer.as_ref().err().filter(|error| !error.answers_probe()));
        let granted = seen.probe.iter().filter(|(_, answer)| answer.is_ok()).map(|(path, _)| *path).collect();
        let access = match broken {
            _ if without_probe || seen.probe.is_empty() => Self::new(source, Opening::NotAsked),
            Some(error) => Self::failed(source, error),
            None => Self::new(source, Opening::Open),
        };
        Self { granted, ..access }
    }
}

/// What the token was seen to open, in report order.
pub(super) fn of(seen: &Observations, without_probe: bool) -> Vec<Access> {
    let mut log = Access::answered(SourceId::ActivityLog, &seen.log);
    if seen.listed {
        log.endpoint = log.source.endpoint_without_search();
    }
    vec![
        Access::answered(SourceId::Me, &seen.me),
        Access::answered(SourceId::Admins, &seen.admins),
        log,
        Access::answered(SourceId::IpAllowlist, &seen.allowlist),
        Access::probed(seen, without_probe),
    ]
}

/// What the token opened when a saved workspace was read.
pub(super) fn of_saved(saved: &Saved) -> Vec<Access> {
    let Saved { outcomes, probe, .. } = saved;
    let opened = |path: &str| {
        let succeeded = |status: u16| (200..300).contains(&status);
        probe.iter().any(|answer| answer.endpoint == path && answer.status.is_some_and(succeeded))
    };
    let access = |source: SourceId| {
        let outcome = outcomes.worst(source);
        let opening = match outcome.map(|outcome| outcome.status) {
            Some(SourceStatus::Complete) => Opening::Open,
            Some(SourceStatus::Forbidden) => Opening::Refused,
            Some(SourceStatus::Failed) => Opening::Failed,
            Some(SourceStatus::Skipped) | None => Opening::NotAsked,
        };
        let said = outcome.and_then(|outcome| outcome.failure.as_ref()).map(ToString::to_string);
        let probed = PROBE_PATHS.into_iter().filter(|path| source == SourceId::TokenProbe && opened(path));
        let endpoint = outcomes.endpoint(source);
        Access { said, granted: probed.collect(), endpoint, ..Access::new(source, opening) }
    };
    SourceId::ALL.iter().copied().map(access).collect()
}

/// What a token with the two recommended permissions opens.
pub(super) fn recommended(without_probe: bool) -> Vec<Access> {
    let opening = |source| match source {
        SourceId::IpAllowlist => Opening::Refused,
        SourceId::TokenProbe if without_probe => Opening::NotAsked,
        _ => Opening::Open,
    };
    SourceId::ALL.iter().map(|source| Access::new(*source, opening(*source))).collect()
}
