//! What was looked at, one line each.

use super::access::{Access, Opening};
use super::problems::{actual_region, skew};
use super::{Check, Mark, Situation, TokenState};
use crate::api::client::API_VERSION;
use crate::api::error::ApiError;
use crate::api::model::Me;
use crate::sources::SourceId;

/// Below this share of the limit the budget is worth a note.
const LITTLE: u64 = 10;

/// Everything that was looked at, in the order of the way a request takes.
pub(super) fn list(situation: &Situation, access: &[Access]) -> Vec<Check> {
    let mut checks =
        vec![check("version", Mark::Good, format!("intercom-harden {}", env!("CARGO_PKG_VERSION")))];
    match &situation.saved {
        Some(saved) => checks.push(check("source", Mark::Good, saved.what.clone())),
        None => checks.extend([token(situation), address(situation), proxy(situation)]),
    }
    checks.extend(situation.warnings.iter().map(|warning| check("warning", Mark::Note, warning.clone())));
    if situation.seen.vitals.is_some() {
        checks.extend([tls(situation), region(situation), clock(situation), budget(situation)]);
    }
    checks.extend(situation.seen.me.as_ref().map(account));
    checks.extend(pin(situation));
    // The workspace is named above, and what was not reached was not looked at.
    let left_out = |access: &&Access| access.source == SourceId::TokenProbe && situation.without_probe;
    let asked = |access: &&Access| access.opening != Opening::NotAsked || left_out(access);
    checks.extend(access.iter().filter(|access| access.source != SourceId::Me).filter(asked).map(permission));
    checks
}

fn check(id: &'static str, mark: Mark, detail: impl Into<String>) -> Check {
    Check { id, mark, detail: detail.into() }
}

fn token(situation: &Situation) -> Check {
    match &situation.token {
        TokenState::Missing => check("token", Mark::Bad, "none was given"),
        TokenState::Unusable { problem, .. } => check("token", Mark::Bad, problem.clone()),
        TokenState::WellFormed => check("token", Mark::Good, "present and well-formed"),
        TokenState::NotNeeded => check("token", Mark::Good, "not needed"),
    }
}

fn address(situation: &Situation) -> Check {
    let answered = situation.seen.vitals.as_ref().and_then(|vitals| vitals.version.as_deref());
    let answered = answered.filter(|version| *version != API_VERSION);
    let odd = answered.map(|version| format!(", answered in {version}")).unwrap_or_default();
    let foreign = if situation.is_intercom { "" } else { ", which is not one of Intercom's hosts" };
    let mark = if situation.is_intercom && odd.is_empty() { Mark::Good } else { Mark::Note };
    check("api", mark, format!("{}{foreign}; API version {API_VERSION}{odd}", situation.origin))
}

fn proxy(situation: &Situation) -> Check {
    match &situation.proxy {
        Some(proxy) => check("proxy", Mark::Note, proxy.describe()),
        None => check("proxy", Mark::Good, "none set in the environment"),
    }
}

fn tls(situation: &Situation) -> Check {
    if situation.is_encrypted {
        check("tls", Mark::Good, "encrypted, with a certificate that this machine trusts")
    } else {
        check("tls", Mark::Note, "not encrypted: the address is this machine")
    }
}

fn region(situation: &Situation) -> Check {
    let asked = situation.region;
    let (mark, detail) = match actual_region(situation) {
        Some(actual) if actual == asked => (Mark::Good, format!("{}, as asked for", actual.label())),
        Some(actual) => {
            (Mark::Bad, format!("the workspace is in {}: use --region {}", actual.label(), actual.into_str()))
        }
        None => (
            Mark::Unknown,
            format!("{} was asked for; the workspace does not say where it is", asked.label()),
        ),
    };
    check("region", mark, detail)
}

fn clock(situation: &Situation) -> Check {
    let Some(skew) = skew(situation) else {
        return check("clock", Mark::Unknown, "the server did not say its time");
    };
    let mark = if skew.is_notable() { Mark::Bad } else { Mark::Good };
    let detail = match skew.0 {
        -2..=2 => "in step with the server's".to_owned(),
        _ => format!("{skew} the server's"),
    };
    check("clock", mark, detail)
}

fn budget(situation: &Situation) -> Check {
    let vitals = situation.seen.vitals.as_ref();
    let Some((limit, remaining)) = vitals.and_then(|vitals| Some((vitals.limit?, vitals.remaining?))) else {
        return check("rate-limit", Mark::Unknown, "the server did not say its limit");
    };
    let reset = vitals.and_then(|vitals| vitals.reset);
    let reset = reset.map(|reset| format!(" until {reset}")).unwrap_or_default();
    let mark = if remaining < limit / LITTLE { Mark::Note } else { Mark::Good };
    check("rate-limit", mark, format!("{remaining} of {limit} requests left{reset}"))
}

fn account(me: &Result<Me, ApiError>) -> Check {
    let me = match me {
        Ok(me) => me,
        Err(error @ ApiError::UnexpectedShape { .. }) => {
            return check("workspace", Mark::Unknown, format!("no workspace record: {error}"));
        }
        Err(error) => return check("workspace", Mark::Unknown, error.to_string()),
    };
    let app = me.app.as_ref();
    if app.is_none() {
        let missing = "no workspace record: GET /me gives no id, name and region";
        return check("workspace", Mark::Note, missing);
    }
    let name = app.and_then(|app| app.name.as_deref()).unwrap_or("without a name");
    let id = app.and_then(|app| app.id_code.as_deref()).map(|id| format!(" ({id})")).unwrap_or_default();
    let acts = me.email.as_deref().map(|email| format!(", the token acts for {email}")).unwrap_or_default();
    check("workspace", Mark::Good, format!("{name}{id}{acts}"))
}

/// Whether the workspace is the one that the configuration is for.
fn pin(situation: &Situation) -> Option<Check> {
    let pinned = situation.pinned.as_deref()?;
    let found = situation.workspace_id();
    Some(match found {
        Some(found) if found == pinned => {
            check("pin", Mark::Good, format!("{pinned}, as the configuration pins it"))
        }
        Some(found) => {
            check("pin", Mark::Bad, format!("the configuration pins {pinned}, but this is {found}"))
        }
        None => {
            check("pin", Mark::Unknown, format!("the configuration pins {pinned}; the workspace gave no id"))
        }
    })
}

fn permission(access: &Access) -> Check {
    let source = access.source;
    let scope = format!("\"{}\"", source.scope());
    let (mark, detail) = match (source, access.opening) {
        (SourceId::TokenProbe, Opening::Open) if access.granted.is_empty() => {
            (Mark::Good, "all other lists refused the token, as they should".to_owned())
        }
        (SourceId::TokenProbe, _) if !access.granted.is_empty() => {
            (Mark::Bad, format!("it opens more than a scan needs: {}", access.granted.join(", ")))
        }
        (SourceId::TokenProbe, Opening::NotAsked) => (Mark::Note, "left out (--no-probe)".to_owned()),
        (SourceId::IpAllowlist, Opening::Open) => (
            Mark::Note,
            format!("granted {scope}, which can also change the allowlist; a scan does not need it"),
        ),
        (SourceId::IpAllowlist, Opening::Refused | Opening::Plan) => {
            (Mark::Good, format!("not granted {scope}, as it should be: it can also change the list"))
        }
        (_, Opening::NotOffered) => (Mark::Good, "not offered to this workspace".to_owned()),
        (_, Opening::Open) => (Mark::Good, format!("granted {scope}")),
        (_, Opening::Refused) => (Mark::Bad, format!("missing {scope}")),
        (_, Opening::Plan) => (Mark::Bad, "not included in the workspace's plan".to_owned()),
        (_, Opening::Failed) => (Mark::Unknown, access.said.clone().unwrap_or_default()),
        (_, Opening::NotAsked) => (Mark::Unknown, "not asked".to_owned()),
    };
    check(source.as_str(), mark, detail)
}
