//! The diagnosis for programs: structs of its own, apart from the program's types.
//!
//! Fields may be added under schema version 1; to remove one or to change its meaning takes version 2.

use serde::Serialize;

use super::{Case, Diagnosis, State, render::summary};
use crate::report::json_text;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: &'static str,
    summary: String,
    exit_code: u8,
    workspace: Workspace<'a>,
    window: Option<Window<'a>>,
    cases: Vec<CaseDocument<'a>>,
}

#[derive(Serialize)]
struct Workspace<'a> {
    id: Option<&'a str>,
    name: Option<&'a str>,
}

#[derive(Serialize)]
struct Window<'a> {
    since: &'a str,
    until: &'a str,
}

#[derive(Serialize)]
struct CaseDocument<'a> {
    id: &'static str,
    title: &'static str,
    /// `at_hand`, `not_at_hand` or `unknown`.
    state: &'static str,
    affected: Vec<AffectedDocument<'a>>,
    evidence: &'a [String],
    /// What is worth knowing without showing that the case is at hand.
    notes: &'a [String],
    /// What could not be looked at; never empty where the state is `unknown`.
    open: Vec<&'a str>,
    fix: &'static str,
}

#[derive(Serialize)]
struct AffectedDocument<'a> {
    who: &'a str,
    evidence: &'a str,
}

/// Renders the diagnosis.
///
/// # Errors
/// None that is known: it holds nothing that JSON cannot express.
pub(crate) fn render(diagnosis: &Diagnosis) -> Result<String, serde_json::Error> {
    let window = diagnosis.window.as_ref().map(|[since, until]| Window { since, until });
    json_text(&Document {
        schema_version: "1",
        summary: summary(diagnosis),
        exit_code: diagnosis.exit().code(),
        workspace: Workspace { id: diagnosis.workspace_id.as_deref(), name: diagnosis.workspace.as_deref() },
        window,
        cases: diagnosis.cases.iter().map(CaseDocument::from).collect(),
    })
}

impl<'a> From<&'a Case> for CaseDocument<'a> {
    fn from(case: &'a Case) -> Self {
        Self {
            id: case.trouble.id(),
            title: case.trouble.title(),
            state: match case.state {
                State::AtHand => "at_hand",
                State::NotAtHand => "not_at_hand",
                State::Unknown => "unknown",
            },
            affected: case
                .affected
                .iter()
                .map(|affected| AffectedDocument { who: &affected.who, evidence: &affected.evidence })
                .collect(),
            evidence: &case.evidence,
            notes: &case.notes,
            open: case.open.iter().map(|open| open.why.as_str()).collect(),
            fix: case.trouble.fix(),
        }
    }
}
