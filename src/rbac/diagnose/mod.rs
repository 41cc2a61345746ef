//! `rbac diagnose`: which of four access problems exist, for which people, and what to do.
//!
//! A problem is *not found* only if everything that could show it was read; otherwise it is *unknown*.

use serde::Serialize;

use crate::config::Config;
use crate::exit::Exit;
use crate::facts::{Facts, Row};
use crate::sources::{Feed, Outcomes, SourceStatus};

use super::{text, texts};

mod activity_log;
mod permission;
mod render;
mod sign_in;
#[cfg(test)]
mod tests;

pub(crate) use render::table;

/// The input of a diagnosis.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DiagnosisInput<'a> {
    pub(crate) facts: &'a Facts,
    /// How the workspace's sources ended.
    pub(crate) outcomes: &'a Outcomes,
    pub(crate) config: Option<&'a Config>,
    /// The most days in a row without an event that count as normal.
    pub(crate) max_silence: f64,
}

/// One of the four problems and its findings. The texts may quote the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct AccessProblem {
    /// The short name for programs.
    id: &'static str,
    title: &'static str,
    state: ProblemState,
    affected: Vec<Affected>,
    /// Evidence without a person.
    evidence: Vec<String>,
    /// Related observations that are not evidence.
    notes: Vec<String>,
    /// What could not be checked, and why; not empty if the state is unknown.
    open: Vec<String>,
    fix: &'static str,
    /// Whether a part of the workspace could not be read.
    #[serde(skip)]
    unread: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum ProblemState {
    Found,
    /// Everything that could show it was checked.
    NotFound,
    /// Nothing shows it, but not everything could be checked.
    Unknown,
}

/// A person who has the problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Affected {
    /// The e-mail address, else the id.
    who: String,
    evidence: String,
}

impl AccessProblem {
    const fn new(id: &'static str, title: &'static str, fix: &'static str) -> Self {
        Self {
            id,
            title,
            state: ProblemState::NotFound,
            affected: Vec::new(),
            evidence: Vec::new(),
            notes: Vec::new(),
            open: Vec::new(),
            fix,
            unread: false,
        }
    }

    fn affects(&mut self, row: &Row, evidence: String) {
        let who = ["email", "person", "id"].iter().find_map(|column| text(row, column));
        self.affected.push(Affected { who: who.unwrap_or("an unknown person").to_owned(), evidence });
        self.state = ProblemState::Found;
    }

    fn shows(&mut self, evidence: String) {
        self.evidence.push(evidence);
        self.state = ProblemState::Found;
    }

    /// Records what the configuration does not declare.
    fn undeclared(&mut self, why: impl Into<String>) {
        let why = why.into();
        if !self.open.contains(&why) {
            self.open.push(why);
        }
        if self.state == ProblemState::NotFound {
            self.state = ProblemState::Unknown;
        }
    }

    /// Records what could not be read.
    fn unread(&mut self, why: impl Into<String>) {
        self.undeclared(why);
        self.unread = true;
    }

    /// Records a feed that was not read in full.
    fn rests_on(&mut self, facts: &Facts, feed: Feed) {
        let state = facts.feed(feed);
        let what = describe(feed);
        let said = state.failure.as_ref().map_or_else(String::new, |failure| format!(": {failure}"));
        match state.status {
            SourceStatus::Complete => {}
            SourceStatus::Skipped => self.unread(format!("{what} was not read")),
            SourceStatus::Forbidden => self.unread(format!("{what} may not be read{said}")),
            SourceStatus::Failed => self.unread(format!("{what} could not be read in full{said}")),
        }
    }

    /// The rows of a table; records missing rows.
    fn rows<'a>(&mut self, facts: &'a Facts, table: &'static str, types: &[String]) -> Vec<&'a Row> {
        let found = facts.rows(table, types);
        if found.truncated {
            self.unread(format!("there is more in the log than the program keeps ({table})"));
        }
        found.rows
    }
}

/// The diagnosis of all four problems, and the document of `--format json`. Schema version 1 may get new fields; to
/// remove or change one takes version 2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Diagnosis {
    schema_version: &'static str,
    summary: String,
    #[serde(rename = "exit_code")]
    pub(crate) exit: Exit,
    workspace: DiagnosedWorkspace,
    window: Option<DiagnosedWindow>,
    problems: [AccessProblem; 4],
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
struct DiagnosedWorkspace {
    id: Option<String>,
    name: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct DiagnosedWindow {
    since: String,
    until: String,
}

impl Diagnosis {
    pub(crate) fn of(situation: &DiagnosisInput<'_>) -> Self {
        let text = |name| situation.facts.value(name).as_str().map(str::to_owned);
        let problems = [
            sign_in::look(situation),
            permission::look(situation),
            activity_log::refused_tokens(situation),
            activity_log::gaps(situation),
        ];
        Self {
            workspace: DiagnosedWorkspace { id: text("workspace.id"), name: text("workspace.name") },
            window: text("window.since")
                .zip(text("window.until"))
                .map(|(since, until)| DiagnosedWindow { since, until }),
            ..Self::found(problems)
        }
    }

    /// The diagnosis if the API refused the token at the first request.
    pub(crate) fn of_refused_token(answer: &str) -> Self {
        let mut problems = [sign_in::PROBLEM, permission::PROBLEM, activity_log::TOKEN, activity_log::GAPS];
        for problem in &mut problems {
            if problem.id == activity_log::TOKEN.id {
                problem.shows(format!("the API answered with 401 from the start: {answer}"));
                problem
                    .unread("the activity log could not be read, so regenerated and revoked tokens could not be looked for");
            } else {
                problem.unread("the API refused the token, so nothing could be read");
            }
        }
        Self::found(problems)
    }

    fn found(problems: [AccessProblem; 4]) -> Self {
        let found = problems.iter().filter(|problem| problem.state == ProblemState::Found);
        let titles: Vec<_> = found.map(|problem| problem.title).collect();
        let is_open = problems.iter().any(|problem| problem.state == ProblemState::Unknown);
        Self {
            schema_version: "1",
            summary: match (titles.as_slice(), is_open) {
                ([], false) => "No problem found.".to_owned(),
                ([], true) => "No problem found, but not everything could be checked.".to_owned(),
                (titles, _) => format!("Found: {}.", titles.join(", ")),
            },
            exit: Exit::of_scan(!titles.is_empty(), problems.iter().any(|problem| problem.unread)),
            workspace: DiagnosedWorkspace::default(),
            window: None,
            problems,
        }
    }
}

/// The name of a feed in a sentence.
const fn describe(feed: Feed) -> &'static str {
    match feed {
        Feed::LogHistory => "the part of the activity log before the window",
        Feed::LogArrivals => "the list of sign-ins before the window",
        other => other.source().describe(),
    }
}

/// Day and performer: `on 2026-07-20 by bo@acme.example`.
fn on_by(row: &Row) -> String {
    format!("on {} by {}", day_of(text(row, "at")), text(row, "by").unwrap_or("an unknown person"))
}

/// The day of a time, in UTC.
fn day_of(time: Option<&str>) -> &str {
    time.and_then(|time| time.split('T').next()).unwrap_or("an unknown day")
}
