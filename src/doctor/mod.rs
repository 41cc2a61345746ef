//! Judging, before a first scan, whether one can be made and what it would be able to say: from what a few
//! requests showed to findings in plain words. Nothing here asks the network, the clock or the environment.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::api::client::API_VERSION;
use crate::api::diagnose::Observations;
use crate::api::model::ProbeAnswer;
use crate::api::proxy::Proxy;
use crate::checks::Decided;
use crate::exit::Exit;
use crate::region::Region;
use crate::sources::Outcomes;

mod access;
mod checks;
mod forecast;
mod problems;
mod render;
#[cfg(test)]
mod tests;

pub(crate) use access::Access;
pub(crate) use forecast::{Forecast, forecast};
pub(crate) use render::table;

/// Everything a diagnosis is made from.
#[derive(Debug)]
pub(crate) struct Situation {
    /// The region that was asked for.
    pub region: Region,
    /// Scheme, host and port of the API.
    pub origin: String,
    /// Whether that is one of Intercom's own hosts.
    pub is_intercom: bool,
    pub is_encrypted: bool,
    /// The proxy in between, as far as the environment tells.
    pub proxy: Option<Proxy>,
    pub token: TokenState,
    /// The id of the workspace that the configuration is for.
    pub pinned: Option<String>,
    /// Whether the token probe was left out on request.
    pub without_probe: bool,
    /// What the requests showed; empty where none was made.
    pub seen: Observations,
    /// The workspace, where it is a saved one: nothing is asked then.
    pub saved: Option<Saved>,
    /// About token and address.
    pub warnings: Vec<String>,
}

impl Situation {
    /// The id of the workspace, where it gave one.
    fn workspace_id(&self) -> Option<&str> {
        let me = self.seen.me.as_ref()?.as_ref().ok()?;
        Some(me.app.as_ref()?.id_code.as_deref()?.trim()).filter(|id| !id.is_empty())
    }
}

/// A saved workspace, and how its sources ended when it was read.
#[derive(Debug)]
pub(crate) struct Saved {
    /// What it is, in words.
    pub what: String,
    pub outcomes: Outcomes,
    /// What the endpoints of the token probe answered.
    pub probe: Vec<ProbeAnswer>,
}

/// Whether there is a token to ask with. No variant holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TokenState {
    Missing,
    /// Something was given that cannot be a token.
    Unusable {
        problem: String,
        fix: String,
    },
    WellFormed,
    /// Nothing is asked.
    NotNeeded,
}

/// How bad a problem is, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    /// What the program was given is wrong.
    Usage,
    /// A scan cannot be made, or would be incomplete.
    Blocking,
    /// A scan can be made, and would say less than it could, or find this.
    Limiting,
}

/// Something that is not as it should be, and what to do about it. The texts may quote a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct SetupProblem {
    /// A short name that stays the same, for programs.
    pub id: &'static str,
    pub severity: Severity,
    /// What is wrong, as the rest of a sentence.
    #[serde(rename = "problem")]
    pub what: String,
    /// What to do, as a sentence of its own without its end.
    pub fix: String,
    /// What the server or the network said; quoted, and never part of the first line.
    pub said: Option<String>,
}

/// How one of the things that were looked at turned out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mark {
    #[serde(rename = "ok")]
    Good,
    /// Worth knowing.
    Note,
    Bad,
    /// It could not be found out.
    Unknown,
}

/// One of the things that were looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Check {
    /// A short name that stays the same, for programs and people.
    pub id: &'static str,
    #[serde(rename = "status")]
    pub mark: Mark,
    pub detail: String,
}

/// What there is to say about a situation, and the document of `--format json`. Fields may be added under schema
/// version 1; to remove one or to change its meaning takes version 2.
#[derive(Debug, Serialize)]
pub(crate) struct Diagnosis {
    schema_version: &'static str,
    tool: BTreeMap<&'static str, &'static str>,
    ready: bool,
    /// The one sentence that comes first.
    pub summary: String,
    #[serde(rename = "exit_code")]
    pub exit: Exit,
    /// Worst first.
    pub problems: Vec<SetupProblem>,
    pub checks: Vec<Check>,
    api: Api,
    workspace: Workspace,
    rate_limit: Option<RateLimit>,
    #[serde(rename = "permissions")]
    pub access: Vec<Access>,
    #[serde(rename = "controls")]
    pub forecasts: Vec<Forecast>,
    /// Whether the forecasts rest on what the token was seen to open, rather than on what it should.
    #[serde(rename = "controls_observed")]
    pub forecasts_observed: bool,
    /// How to get a token, where there is none.
    pub onboarding: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct Api {
    /// None where nothing is asked.
    origin: Option<String>,
    version: &'static str,
}

#[derive(Debug, Default, Serialize)]
struct Workspace {
    name: Option<String>,
    region: Option<String>,
}

#[derive(Debug, Serialize)]
struct RateLimit {
    limit: u64,
    remaining: Option<u64>,
    reset: Option<Timestamp>,
}

/// How to get a token that can do what a scan needs and nothing else.
const ONBOARDING: [&str; 6] = [
    "Sign in to Intercom, open Settings > Integrations > Developer Hub and create an app for this workspace",
    "Open the app's Authentication page and choose to edit its permissions: a new app starts with all of them",
    "Untick everything except \"Read admins\" and \"Read admin activity logs\", then save",
    "Regenerate the access token: the one the app was created with keeps the permissions it started with",
    "Copy the new token into the environment variable INTERCOM_ACCESS_TOKEN, or into a file that only you may \
     read and name it with --token-file; it does not go on the command line",
    "Run intercom-harden doctor again, with the --region that the table names",
];

/// Judges a situation. `forecast` says what a scan could decide with given access.
pub(crate) fn diagnose(situation: Situation, forecast: impl FnOnce(&[Access]) -> Vec<Forecast>) -> Diagnosis {
    let access = match &situation.saved {
        Some(saved) => access::of_saved(saved),
        None => access::of(&situation.seen, situation.without_probe),
    };
    let forecasts_observed = situation.seen.log.is_some() || situation.saved.is_some();
    let expected = access::recommended(situation.without_probe);
    let forecasts = forecast(if forecasts_observed { &access } else { &expected });
    let problems = problems::find(&situation, &access, &forecasts);
    let checks = checks::list(&situation, &access);
    let me = situation.seen.me.and_then(Result::ok);
    let workspace = me.and_then(|me| me.app).map(|app| Workspace { name: app.name, region: app.region });
    let workspace = workspace.unwrap_or_default();
    Diagnosis {
        schema_version: "1",
        tool: [("name", env!("CARGO_PKG_NAME")), ("version", env!("CARGO_PKG_VERSION"))].into(),
        ready: problems.is_empty(),
        summary: summary(&problems, workspace.name.as_deref(), &forecasts),
        exit: match problems.first().map(|problem| problem.severity) {
            Some(Severity::Usage) => Exit::Usage,
            Some(Severity::Blocking) => Exit::Incomplete,
            Some(Severity::Limiting) | None => Exit::Success,
        },
        onboarding: if situation.token == TokenState::Missing { ONBOARDING.into() } else { Vec::new() },
        checks,
        api: Api { origin: situation.saved.is_none().then_some(situation.origin), version: API_VERSION },
        workspace,
        rate_limit: situation.seen.vitals.and_then(|vitals| {
            Some(RateLimit { limit: vitals.limit?, remaining: vitals.remaining, reset: vitals.reset })
        }),
        problems,
        access,
        forecasts,
        forecasts_observed,
    }
}

/// The first line: the worst problem with its remedy, or that all is well.
fn summary(problems: &[SetupProblem], workspace: Option<&str>, forecasts: &[Forecast]) -> String {
    let Some(worst) = problems.first() else {
        let decided = forecasts.iter().filter(|forecast| forecast.outlook == Decided::Data).count();
        let name = workspace.map(|name| format!(" {name}")).unwrap_or_default();
        let all = forecasts.len();
        return format!(
            "ready: a scan can read the workspace{name} and decide {decided} of {all} controls from data"
        );
    };
    let lead = match worst.severity {
        Severity::Usage => "not set up: ",
        Severity::Blocking => "cannot scan: ",
        Severity::Limiting => "can scan, but ",
    };
    format!("{lead}{}. Fix: {}", worst.what, worst.fix)
}
