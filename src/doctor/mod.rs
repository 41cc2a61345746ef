//! Judging, before a first scan, whether one can be made and what it would be able to say: from what a few
//! requests showed to findings in plain words. Nothing here asks the network, the clock or the environment.

use crate::api::diagnose::{Observations, Vitals};
use crate::checks::Decided;
use crate::exit::Exit;
use crate::region::Region;

mod access;
mod checks;
mod forecast;
mod json;
mod onboarding;
mod problems;
mod proxy;
mod render;
#[cfg(test)]
mod tests;

pub(crate) use access::Access;
pub(crate) use forecast::{Forecast, forecast};
pub(crate) use json::render as render_json;
pub(crate) use proxy::Proxy;
pub(crate) use render::render as render_table;

/// Everything a diagnosis is made from.
#[derive(Debug)]
pub(crate) struct Situation {
    /// The region that was asked for.
    pub region: Region,
    /// Scheme, host and port of the API.
    pub origin: String,
    /// Whether that is one of Intercom's own hosts.
    pub is_intercom: bool,
    /// Whether the connection is encrypted.
    pub is_encrypted: bool,
    /// The proxy in between, as far as the environment tells.
    pub proxy: Option<Proxy>,
    /// Whether there is a token to ask with.
    pub token: TokenState,
    /// Whether the token probe was left out on request.
    pub without_probe: bool,
    /// What the requests showed; empty where none was made.
    pub seen: Observations,
    /// What the person should know about token and address.
    pub warnings: Vec<String>,
}

/// Whether there is a token to ask with. No variant holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TokenState {
    /// None was given.
    Missing,
    /// Something was given that cannot be a token.
    Unusable {
        /// What is wrong with it.
        problem: String,
        /// What to do about it.
        fix: String,
    },
    /// One was given, and looks like one.
    WellFormed,
}

/// How bad a problem is, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    /// What the program was given is wrong.
    Usage,
    /// A scan cannot be made, or would be incomplete.
    Blocking,
    /// A scan can be made, and would say less than it could, or find this.
    Limiting,
}

/// Something that is not as it should be, and what to do about it. The texts may quote a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// A short name that stays the same, for programs.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, as the rest of a sentence.
    pub what: String,
    /// What to do, as a sentence of its own without its end.
    pub fix: String,
    /// What the server or the network said; quoted, and never part of the first line.
    pub said: Option<String>,
}

/// How one of the things that were looked at turned out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// As it should be.
    Good,
    /// Worth knowing.
    Note,
    /// Not as it should be.
    Bad,
    /// It could not be found out.
    Unknown,
}

/// One of the things that were looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Check {
    /// A short name that stays the same, for programs and people.
    pub id: &'static str,
    /// How it turned out.
    pub mark: Mark,
    /// What was found, in words.
    pub detail: String,
}

/// What is to be said about a situation.
#[derive(Debug)]
pub(crate) struct Diagnosis {
    /// The one sentence that comes first.
    pub summary: String,
    /// What is wrong, worst first.
    pub problems: Vec<Problem>,
    /// What was looked at.
    pub checks: Vec<Check>,
    /// What the permissions of the token turned out to be.
    pub access: Vec<Access>,
    /// What a scan would be able to say.
    pub forecasts: Vec<Forecast>,
    /// Whether the forecasts rest on what the token was seen to open, rather than on what it should.
    pub forecasts_observed: bool,
    /// The workspace's name.
    pub workspace: Option<String>,
    /// The workspace's region.
    pub workspace_region: Option<String>,
    /// The headers of the newest answer.
    pub vitals: Option<Vitals>,
    /// How the command ends.
    pub exit: Exit,
    /// Where the requests went.
    pub origin: String,
}

impl Diagnosis {
    /// Whether there was nothing to ask with, so that the person needs to be told how to begin.
    pub(crate) fn wants_onboarding(&self) -> bool {
        self.problems.iter().any(|problem| problem.id == problems::NO_TOKEN)
    }
}

/// Judges a situation. `forecast` says what a scan could decide with given access.
pub(crate) fn diagnose(situation: Situation, forecast: impl FnOnce(&[Access]) -> Vec<Forecast>) -> Diagnosis {
    let access = access::of(&situation.seen, situation.without_probe);
    let forecasts_observed = situation.seen.log.is_some();
    let expected = access::recommended(situation.without_probe);
    let forecasts = forecast(if forecasts_observed { &access } else { &expected });
    let problems = problems::find(&situation, &access, &forecasts);
    let app = situation.seen.me.as_ref().and_then(|me| me.as_ref().ok()).and_then(|me| me.app.as_ref());
    Diagnosis {
        summary: summary(&problems, app.and_then(|app| app.name.as_deref()), &forecasts),
        exit: match problems.first().map(|problem| problem.severity) {
            Some(Severity::Usage) => Exit::Usage,
            Some(Severity::Blocking) => Exit::Incomplete,
            Some(Severity::Limiting) | None => Exit::Success,
        },
        checks: checks::list(&situation, &access),
        workspace: app.and_then(|app| app.name.clone()),
        workspace_region: app.and_then(|app| app.region.clone()),
        vitals: situation.seen.vitals,
        origin: situation.origin,
        problems,
        access,
        forecasts,
        forecasts_observed,
    }
}

/// The first line: the worst problem with its remedy, or that all is well.
fn summary(problems: &[Problem], workspace: Option<&str>, forecasts: &[Forecast]) -> String {
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
