//! What is wrong, worst first, each with its remedy.

use std::time::Duration;

use clap::ValueEnum as _;

use super::access::{Access, Opening};
use super::{Forecast, Problem, Severity, Situation, TokenState};
use crate::api::error::ApiError;
use crate::checks::Decided;
use crate::hint::Hint as _;
use crate::region::Region;
use crate::sources::SourceId;

/// The problem of having no token at all.
pub(super) const NO_TOKEN: &str = "no-token";

/// How far the clocks may be apart, in seconds: enough for sloppy clocks, too little to move a window noticeably.
pub(super) const TOLERATED_SKEW: u64 = 300;

/// How the permissions of an app are put right.
const REGENERATE: &str =
    "in the app's Authentication page of the Developer Hub, save, and regenerate the token";

/// Everything that is wrong, worst first.
pub(super) fn find(situation: &Situation, access: &[Access], forecasts: &[Forecast]) -> Vec<Problem> {
    let mut problems: Vec<Problem> = match &situation.token {
        TokenState::Missing => vec![problem(
            NO_TOKEN,
            Severity::Usage,
            "there is no access token",
            "create one by the steps below, then set INTERCOM_ACCESS_TOKEN, or use --token-file PATH or --token-stdin",
        )],
        TokenState::Unusable { problem: what, fix } => {
            vec![problem("unusable-token", Severity::Usage, what.as_str(), fix.as_str())]
        }
        TokenState::WellFormed => Vec::new(),
    };
    problems.extend(region(situation));
    problems.extend(workspace(situation));
    problems.extend(access.iter().filter_map(|access| source(access, situation, forecasts)));
    problems.extend(too_powerful(access));
    problems.extend(clock(situation));
    problems.sort_by_key(|problem| problem.severity);
    problems
}

fn problem(id: &'static str, severity: Severity, what: impl Into<String>, fix: impl Into<String>) -> Problem {
    Problem { id, severity, what: what.into(), fix: fix.into(), said: None }
}

/// The workspace answers, and says that it is hosted elsewhere.
fn region(situation: &Situation) -> Option<Problem> {
    let actual = actual_region(situation).filter(|actual| *actual != situation.region)?;
    let what = format!(
        "the workspace is in region {}, but {} was asked for",
        actual.label(),
        situation.region.label()
    );
    Some(problem("wrong-region", Severity::Usage, what, format!("use --region {}", actual.into_str())))
}

/// The region the workspace says it is in.
pub(super) fn actual_region(situation: &Situation) -> Option<Region> {
    let me = situation.seen.me.as_ref()?.as_ref().ok()?;
    Region::parse(me.app.as_ref()?.region.as_deref()?).ok()
}

/// What keeps `/me` and `/admins` from being read: without teammates there is no scan.
fn workspace(situation: &Situation) -> Option<Problem> {
    let me = situation.seen.me.as_ref()?.as_ref().err();
    let admins = situation.seen.admins.as_ref().and_then(|admins| admins.as_ref().err());
    let asked_once = situation.seen.admins.is_none();
    let error = if asked_once { me? } else { admins? };
    let blocking = |id, what: String, fix: String| problem(id, Severity::Blocking, what, fix);
    let found = match error {
        ApiError::Unauthorized(_) if matches!(me, Some(ApiError::Unauthorized(_))) => blocking(
            "bad-token",
            "Intercom does not accept the token".to_owned(),
            format!(
                "copy the token again, after the last regeneration, from the app in the Developer Hub; a token \
                 works in its own region only, so if the workspace is not in {} use {}",
                situation.region.label(),
                other_regions(situation.region)
            ),
        ),
        ApiError::Unauthorized(_) | ApiError::Forbidden(_) => blocking(
            "no-admins-permission",
            format!("the token lacks the permission \"{}\"", SourceId::Admins.scope()),
            format!("tick \"{}\" {REGENERATE}", SourceId::Admins.scope()),
        ),
        ApiError::PlanRestricted(_) => blocking(
            "plan",
            "the workspace's plan does not let its teammates be read by API".to_owned(),
            "ask the workspace's owner for a plan that includes API access, or scan another workspace".to_owned(),
        ),
        ApiError::IpNotAllowed(_) => blocking(
            "ip-allowlist",
            "the workspace's API allowlist does not let this machine's IP address in".to_owned(),
            "run from an allowed address, or have this machine's public address added to the REST API allowlist \
             in the workspace's security settings"
                .to_owned(),
        ),
        ApiError::RateLimited { .. } => blocking(
            "rate-limit",
            format!("the app's rate limit is used up{}", until_reset(situation)),
            "wait, or run it when other integrations that use the same app are quiet".to_owned(),
        ),
        error if error.is_unreachable() => unreachable_api(situation, error),
        error => blocking(
            "failed",
            "the API failed".to_owned(),
            error.hint().unwrap_or("try again".into()).into_owned(),
        ),
    };
    Some(Problem { said: Some(error.to_string()), ..found })
}

/// The ways to the API that do not lead there, told apart.
fn unreachable_api(situation: &Situation, error: &ApiError) -> Problem {
    let origin = &situation.origin;
    let through = situation.proxy.as_ref().map(super::Proxy::describe);
    let (id, what, fix) = match (error, &through) {
        (ApiError::Dns { .. } | ApiError::Refused { .. } | ApiError::Network { .. }, Some(proxy)) => (
            "proxy",
            format!("{origin} cannot be reached through the proxy {proxy}"),
            "check that the proxy runs and lets this machine connect to that host, or list the host in NO_PROXY"
                .to_owned(),
        ),
        (ApiError::Dns { .. }, None) => (
            "dns",
            format!("the host name of {origin} could not be resolved (DNS)"),
            "check the network connection, the name server, and --base-url; behind a proxy set HTTPS_PROXY".to_owned(),
        ),
        (ApiError::Refused { .. }, None) => (
            "refused",
            format!("{origin} refused the connection"),
            "check --base-url, and whether a firewall is in between".to_owned(),
        ),
        (ApiError::Tls { .. }, _) => (
            "tls",
            format!("there is no trusted TLS connection to {origin}"),
            "if a proxy inspects TLS here, add its certificate authority to the system's trust store; check that \
             the system's clock is right"
                .to_owned(),
        ),
        (ApiError::Timeout { .. } | ApiError::Deadline { .. }, _) => (
            "timeout",
            format!("{origin} did not answer in time"),
            "check the network connection, firewall and proxy, or raise --timeout".to_owned(),
        ),
        (other, _) => (
            "not-the-api",
            format!("what answers at {origin} is not Intercom's API"),
            other.hint().unwrap_or("check the region and --base-url".into()).into_owned(),
        ),
    };
    problem(id, Severity::Blocking, what, fix)
}

/// What a source beside `/me` and `/admins` makes impossible.
fn source(access: &Access, situation: &Situation, forecasts: &[Forecast]) -> Option<Problem> {
    let source = access.source;
    let log = source == SourceId::ActivityLog;
    match &access.opening {
        Opening::Refused if log => {
            let waiting = forecasts.iter().filter(|forecast| forecast.outlook != Decided::Data).count();
            Some(problem(
                "no-log-permission",
                Severity::Limiting,
                format!(
                    "the token lacks the permission \"{}\", so {waiting} of {} controls need a person",
                    source.scope(),
                    forecasts.len()
                ),
                format!("tick \"{}\" {REGENERATE}", source.scope()),
            ))
        }
        Opening::Plan if log => Some(problem(
            "no-log-plan",
            Severity::Limiting,
            "the workspace's plan does not include the activity log, so most controls need a person",
            "move to a plan with activity logs, or attest by hand what the log would have shown",
        )),
        // The first request that fails is reported as such already.
        Opening::Failed(_) if source == SourceId::Admins || situation.seen.log.is_none() => None,
        Opening::Failed(said) => Some(Problem {
            said: Some(said.clone()),
            ..problem(
                "source-failed",
                Severity::Blocking,
                format!("{} could not be read, so a scan would be incomplete", source.describe()),
                "try again; if it stays, ask Intercom's support with the request id",
            )
        }),
        _ => None,
    }
}

fn too_powerful(access: &[Access]) -> Option<Problem> {
    let granted = &access.iter().find(|access| !access.granted.is_empty())?.granted;
    Some(problem(
        "too-powerful",
        Severity::Limiting,
        format!(
            "the token can do more than it should: it also opens {} (control E4 fails)",
            granted.join(", ")
        ),
        format!(
            "untick everything but \"{}\" and \"{}\" {REGENERATE}",
            SourceId::Admins.scope(),
            SourceId::ActivityLog.scope()
        ),
    ))
}

fn clock(situation: &Situation) -> Option<Problem> {
    let skew = skew(situation).filter(|skew| skew.unsigned_abs() > TOLERATED_SKEW)?;
    let direction = if skew > 0 { "behind" } else { "ahead of" };
    Some(problem(
        "clock",
        Severity::Limiting,
        format!(
            "this machine's clock is {} {direction} Intercom's, so the window of the scan is off",
            duration(skew.unsigned_abs())
        ),
        "set this machine's clock (NTP), then run it again",
    ))
}

/// By how many seconds this machine's clock is behind the server's.
pub(super) fn skew(situation: &Situation) -> Option<i64> {
    let vitals = situation.seen.vitals.as_ref()?;
    Some(vitals.date?.as_second() - vitals.received.as_second())
}

/// A length of time in its largest unit.
pub(super) fn duration(seconds: u64) -> String {
    let (number, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7_200 => (seconds / 60, "minute"),
        7_200..172_800 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

fn until_reset(situation: &Situation) -> String {
    let wait = situation.seen.vitals.as_ref().and_then(|vitals| {
        let now = vitals.date.unwrap_or(vitals.received);
        Duration::try_from(vitals.reset?.duration_since(now)).ok()
    });
    wait.map(|wait| format!(" for another {}", duration(wait.as_secs()))).unwrap_or_default()
}

/// The options of the regions that were not asked.
fn other_regions(asked: Region) -> String {
    let others = Region::value_variants().iter().filter(|region| **region != asked);
    others.map(|region| format!("--region {}", region.into_str())).collect::<Vec<_>>().join(" or ")
}
