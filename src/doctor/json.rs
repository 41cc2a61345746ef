//! The diagnosis for programs: structs of its own, apart from the program's types.
//!
//! Fields may be added under schema version 1; to remove one or to change its meaning takes version 2.

use serde::Serialize;

use super::{Diagnosis, Mark, Severity, onboarding};
use crate::api::client::API_VERSION;
use crate::checks::Decided;
use crate::report::json_text;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: &'static str,
    tool: Tool,
    ready: bool,
    summary: &'a str,
    exit_code: u8,
    problems: Vec<Problem<'a>>,
    checks: Vec<Check<'a>>,
    api: Api<'a>,
    workspace: Workspace<'a>,
    rate_limit: Option<RateLimit>,
    permissions: Vec<Permission<'a>>,
    controls: Vec<Control<'a>>,
    /// Whether `controls` rests on what the token was seen to open.
    controls_observed: bool,
    onboarding: Vec<String>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Problem<'a> {
    id: &'a str,
    severity: &'static str,
    problem: &'a str,
    fix: &'a str,
    said: Option<&'a str>,
}

#[derive(Serialize)]
struct Check<'a> {
    id: &'a str,
    status: &'static str,
    detail: &'a str,
}

#[derive(Serialize)]
struct Api<'a> {
    origin: &'a str,
    version: &'static str,
}

#[derive(Serialize)]
struct Workspace<'a> {
    name: Option<&'a str>,
    region: Option<&'a str>,
}

#[derive(Serialize)]
struct RateLimit {
    limit: Option<u64>,
    remaining: Option<u64>,
    reset: Option<String>,
}

#[derive(Serialize)]
struct Permission<'a> {
    source: &'static str,
    endpoint: &'static str,
    scope: &'static str,
    status: &'static str,
    /// The endpoints of the probe that the token opens.
    granted: &'a [&'static str],
}

#[derive(Serialize)]
struct Control<'a> {
    id: &'a str,
    title: &'a str,
    decided: Decided,
    reasons: &'a [String],
}

/// Renders the diagnosis as indented JSON with a final newline.
///
/// # Errors
/// None in practice: the structs hold nothing JSON cannot express.
pub(crate) fn render(diagnosis: &Diagnosis) -> Result<String, serde_json::Error> {
    let vitals = diagnosis.vitals.as_ref();
    json_text(&Document {
        schema_version: "1",
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        ready: diagnosis.problems.is_empty(),
        summary: &diagnosis.summary,
        exit_code: diagnosis.exit.code(),
        problems: diagnosis.problems.iter().map(problem).collect(),
        checks: diagnosis.checks.iter().map(check).collect(),
        api: Api { origin: &diagnosis.origin, version: API_VERSION },
        workspace: Workspace {
            name: diagnosis.workspace.as_deref(),
            region: diagnosis.workspace_region.as_deref(),
        },
        rate_limit: vitals.filter(|vitals| vitals.limit.is_some()).map(|vitals| RateLimit {
            limit: vitals.limit,
            remaining: vitals.remaining,
            reset: vitals.reset.map(|reset| reset.to_string()),
        }),
        permissions: diagnosis.access.iter().map(permission).collect(),
        controls: diagnosis.forecasts.iter().map(control).collect(),
        controls_observed: diagnosis.forecasts_observed,
        onboarding: if diagnosis.wants_onboarding() { onboarding::steps() } else { Vec::new() },
    })
}

fn problem(problem: &super::Problem) -> Problem<'_> {
    let severity = match problem.severity {
        Severity::Usage => "usage",
        Severity::Blocking => "blocking",
        Severity::Limiting => "limiting",
    };
    Problem {
        id: problem.id,
        severity,
        problem: &problem.what,
        fix: &problem.fix,
        said: problem.said.as_deref(),
    }
}

fn check(check: &super::Check) -> Check<'_> {
    let status = match check.mark {
        Mark::Good => "ok",
        Mark::Note => "note",
        Mark::Bad => "bad",
        Mark::Unknown => "unknown",
    };
    Check { id: check.id, status, detail: &check.detail }
}

fn permission(access: &super::Access) -> Permission<'_> {
    use super::access::Opening;
    let status = match access.opening {
        Opening::Open => "open",
        Opening::Refused => "refused",
        Opening::Plan => "plan",
        Opening::Failed(_) => "failed",
        Opening::NotAsked => "not-asked",
    };
    Permission {
        source: access.source.as_str(),
        endpoint: access.source.endpoint(),
        scope: access.source.scope(),
        status,
        granted: &access.granted,
    }
}

fn control(forecast: &super::Forecast) -> Control<'_> {
    Control {
        id: &forecast.control.id,
        title: &forecast.control.title,
        decided: forecast.outlook,
        reasons: &forecast.reasons,
    }
}
