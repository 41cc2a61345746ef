//! What is wrong, worst first, each with its remedy.

use std::borrow::Cow;
use std::time::Duration;

use clap::ValueEnum as _;

use super::access::{Access, Opening};
use super::{Forecast, SetupProblem, Severity, Situation, TokenState};
use crate::api::error::{ApiError, Cause};
use crate::api::proxy::Proxy;
use crate::checks::Decided;
use crate::hint::Hint as _;
use crate::region::Region;
use crate::sources::SourceId;
use crate::time::{ClockSkew, length};

/// How the permissions of an app are put right.
const REGENERATE: &str =
    "in the app's Authentication page of the Developer Hub, save, and regenerate the token";

/// Everything that is wrong, worst first.
pub(super) fn find(situation: &Situation, access: &[Access], forecasts: &[Forecast]) -> Vec<SetupProblem> {
    let mut problems: Vec<SetupProblem> = match &situation.token {
        TokenState::Missing => vec![problem(
            "no-token",
            Severity::Usage,
            "there is no access token",
            "create one by the steps below, then set INTERCOM_ACCESS_TOKEN, or use --token-file PATH or --token-stdin",
        )],
        TokenState::Unusable { problem: what, fix } => {
            vec![problem("unusable-token", Severity::Usage, what.as_str(), fix.as_str())]
        }
        TokenState::WellFormed | TokenState::NotNeeded => Vec::new(),
    };
    problems.extend(region(situation));
    problems.extend(workspace(situation));
    problems.extend(pin(situation));
    problems.extend(access.iter().filter_map(|access| source(access, situation, forecasts)));
    problems.extend(too_powerful(access));
    problems.extend(clock(situation));
    problems.sort_by_key(|problem| problem.severity);
    problems
}

fn problem(
    id: &'static str,
    severity: Severity,
    what: impl Into<String>,
    fix: impl Into<String>,
) -> SetupProblem {
    SetupProblem { id, severity, what: what.into(), fix: fix.into(), said: None }
}

/// The workspace answers, and says that it is hosted elsewhere.
fn region(situation: &Situation) -> Option<SetupProblem> {
    let asked = situation.saved.is_none().then_some(situation.region)?;
    let actual = actual_region(situation).filter(|actual| *actual != asked)?;
    let what = format!("the workspace is in region {}, but {} was asked for", actual.label(), asked.label());
    Some(problem("wrong-region", Severity::Usage, what, format!("use --region {}", actual.into_str())))
}

/// The workspace is not the one that the configuration is for, or does not say which it is.
fn pin(situation: &Situation) -> Option<SetupProblem> {
    let pinned = situation.pinned.as_deref()?;
    situation.seen.me.as_ref()?.as_ref().ok()?;
    match situation.workspace_id() {
        Some(found) if found == pinned => None,
        Some(found) => Some(problem(
            "other-workspace",
            Severity::Usage,
            format!("the workspace is {found}, but the configuration pins {pinned}"),
            "use the token of that workspace, or the configuration of this one (--config, --no-config)",
        )),
        None => Some(problem(
            "no-workspace-id",
            Severity::Blocking,
            format!("the workspace gives no id, but the configuration pins {pinned}"),
            format!("tick \"{}\" {REGENERATE}; --no-config leaves the pin out", SourceId::Me.scope()),
        )),
    }
}

/// The region the workspace says it is in, or the one that a refusal points to.
pub(super) fn actual_region(situation: &Situation) -> Option<Region> {
    match situation.seen.me.as_ref()? {
        Ok(me) => Region::parse(me.app.as_ref()?.region.as_deref()?).ok(),
        Err(error) => error.other_region(&situation.origin),
    }
}

/// What keeps `/me` and `/admins` from being read: without teammates there is no scan.
fn workspace(situation: &Situation) -> Option<SetupProblem> {
    let me = situation.seen.me.as_ref()?.as_ref().err();
    let error = match &situation.seen.admins {
        Some(admins) => admins.as_ref().err()?,
        None => me?,
    };
    let admins = SourceId::Admins.scope();
    let (id, what, fix) = match error {
        ApiError::Unauthorized(_) if matches!(me, Some(ApiError::Unauthorized(_))) => (
            "bad-token",
            "Intercom does not accept the token".to_owned(),
            format!(
                "copy the token again, after the last regeneration, from the app in the Developer Hub; a token \
                 works in its own region only, so if the workspace is not in {} use {}",
                situation.region.label(),
                other_regions(situation.region)
            )
            .into(),
        ),
        ApiError::Unauthorized(_) | ApiError::Forbidden(_) => (
            "no-admins-permission",
            format!("the token lacks the permission \"{admins}\""),
            format!("tick \"{admins}\" {REGENERATE}").into(),
        ),
        ApiError::PlanRestricted(_) => (
            "plan",
            "the workspace's plan does not let its teammates be read by API".to_owned(),
            "ask the workspace's owner for a plan that includes API access, or scan another workspace".into(),
        ),
        ApiError::IpNotAllowed(_) => (
            "ip-allowlist",
            "the workspace's API allowlist does not let this machine's IP address in".to_owned(),
            "run from an allowed address, or have this machine's public address added to the REST API allowlist \
             in the workspace's security settings"
                .into(),
        ),
        ApiError::RateLimited { .. } => (
            "rate-limit",
            format!("the app's rate limit is used up{}", until_reset(situation)),
            "wait, or run it when other integrations that use the same app are quiet".into(),
        ),
        error if error.is_unreachable() => unreachable_api(situation, error),
        error => ("failed", "the API failed".to_owned(), error.hint().unwrap_or("try again".into())),
    };
    Some(SetupProblem { said: Some(error.to_string()), ..problem(id, Severity::Blocking, what, fix) })
}

/// The ways to the API that do not lead there, told apart.
fn unreachable_api<'a>(situation: &Situation, error: &'a ApiError) -> (&'static str, String, Cow<'a, str>) {
    let origin = &situation.origin;
    match (error, situation.proxy.as_ref().map(Proxy::describe)) {
        (
            ApiError::Broken { cause: Cause::Dns(_) | Cause::Refused(_) | Cause::Network(_), .. },
            Some(proxy),
        ) => (
            "proxy",
            format!("{origin} cannot be reached through the proxy {proxy}"),
            "check that the proxy runs and lets this machine connect to that host, or list the host in NO_PROXY"
                .into(),
        ),
        (ApiError::Broken { cause: cause @ Cause::ProxySignIn { .. }, .. }, _) => {
            ("proxy", cause.to_string(), error.hint().unwrap_or_default())
        }
        (ApiError::Broken { cause: Cause::Dns(_), .. }, None) => (
            "dns",
            format!("the host name of {origin} could not be resolved (DNS)"),
            "check the network connection, the name server, and --base-url; behind a proxy set HTTPS_PROXY".into(),
        ),
        (ApiError::Broken { cause: Cause::Refused(_), .. }, None) => (
            "refused",
            format!("{origin} refused the connection"),
            "check --base-url, and whether a firewall is in between".into(),
        ),
        (ApiError::Broken { cause: Cause::Tls(_), .. }, _) => (
            "tls",
            format!("there is no trusted TLS connection to {origin}"),
            "if a proxy inspects TLS here, add its certificate authority to the system's trust store; check that \
             the system's clock is right"
                .into(),
        ),
        (ApiError::Broken { cause: Cause::Timeout, .. } | ApiError::Deadline { .. }, _) => (
            "timeout",
            format!("{origin} did not answer in time"),
            "check the network connection, firewall and proxy, or raise --timeout".into(),
        ),
        (other, _) => (
            "not-the-api",
            format!("what answers at {origin} is not Intercom's API"),
            other.hint().unwrap_or("check the region and --base-url".into()),
        ),
    }
}

/// What a source beside `/me` and `/admins` makes impossible.
fn source(access: &Access, situation: &Situation, forecasts: &[Forecast]) -> Option<SetupProblem> {
    let source = access.source;
    let log = source == SourceId::ActivityLog;
    match access.opening {
        Opening::Refused if log => {
            let waiting = forecasts.iter().filter(|forecast| forecast.outlook != Decided::Data).count();
            let (scope, all) = (source.scope(), forecasts.len());
            Some(problem(
                "no-log-permission",
                Severity::Limiting,
                format!(
                    "the token lacks the permission \"{scope}\", so {waiting} of {all} controls need a person"
                ),
                format!("tick \"{scope}\" {REGENERATE}"),
            ))
        }
        Opening::Plan if log => Some(problem(
            "no-log-plan",
            Severity::Limiting,
            "the workspace's plan does not include the activity log, so most controls need a person",
            "move to a plan with activity logs, or attest by hand what the log would have shown",
        )),
        Opening::Refused if source == SourceId::Admins && situation.saved.is_some() => Some(SetupProblem {
            said: access.said.clone(),
            ..problem(
                "no-admins-permission",
                Severity::Blocking,
                format!("the token lacks the permission \"{}\"", source.scope()),
                format!("tick \"{}\" {REGENERATE}, then save the workspace again", source.scope()),
            )
        }),
        // The first request that fails is reported as such already.
        Opening::Failed
            if situation.saved.is_none() && (source == SourceId::Admins || situation.seen.log.is_none()) =>
        {
            None
        }
        Opening::Failed => Some(SetupProblem {
            said: access.said.clone(),
            ..problem(
                "source-failed",
                Severity::Blocking,
                format!("{} could not be read, so a scan would be incomplete", source.describe()),
                match situation.saved {
                    Some(_) => "save the workspace again with `intercom-harden collect`",
                    None => "try again; if it stays, ask Intercom's support with the request id",
                },
            )
        }),
        _ => None,
    }
}

fn too_powerful(access: &[Access]) -> Option<SetupProblem> {
    let granted = &access.iter().find(|access| !access.granted.is_empty())?.granted;
    let (admins, log) = (SourceId::Admins.scope(), SourceId::ActivityLog.scope());
    Some(problem(
        "too-powerful",
        Severity::Limiting,
        format!("the token can do more than it should: it also opens {}", granted.join(", ")),
        format!("untick everything but \"{admins}\" and \"{log}\" {REGENERATE}"),
    ))
}

fn clock(situation: &Situation) -> Option<SetupProblem> {
    let skew = skew(situation).filter(|skew| skew.is_notable())?;
    let effect = if skew.is_misleading() {
        "so a scan ends its window at the server's time"
    } else {
        "so the window of the scan is off"
    };
    Some(problem(
        "clock",
        Severity::Limiting,
        format!("this machine's clock is {skew} Intercom's, {effect}"),
        "set this machine's clock (NTP), then run it again",
    ))
}

/// How far this machine's clock is from the server's.
pub(super) fn skew(situation: &Situation) -> Option<ClockSkew> {
    let vitals = situation.seen.vitals.as_ref()?;
    Some(ClockSkew::between(vitals.received, vitals.date?))
}

fn until_reset(situation: &Situation) -> String {
    let wait = situation.seen.vitals.as_ref().and_then(|vitals| {
        let now = vitals.date.unwrap_or(vitals.received);
        Duration::try_from(vitals.reset?.duration_since(now)).ok()
    });
    wait.map(|wait| format!(" for another {}", length(wait.as_secs()))).unwrap_or_default()
}

/// The options of the regions that were not asked.
fn other_regions(asked: Region) -> String {
    let others = Region::value_variants().iter().filter(|region| **region != asked);
    others.map(|region| format!("--region {}", region.into_str())).collect::<Vec<_>>().join(" or ")
}
