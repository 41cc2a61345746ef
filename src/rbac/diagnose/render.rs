//! The diagnosis as text: a summary, then every problem.

use super::{AccessProblem, Diagnosis, ProblemState};
use crate::terminal::Style;
use crate::terminal::page::Page;
use crate::terminal::style::Tone;
use crate::text;

/// The longest text on one line, in columns.
const LINE_COLUMNS: usize = 600;
/// The most people, and lines of evidence, per problem; the JSON has all.
const MOST_LISTED: usize = 20;

/// Renders the diagnosis. The first line is never wrapped, so that scripts can read it.
pub(crate) fn table(diagnosis: &Diagnosis, style: Style) -> String {
    let has = |state| diagnosis.problems.iter().any(|problem| problem.state == state);
    let looks = match (has(ProblemState::Found), has(ProblemState::Unknown)) {
        (true, _) => Tone::Bad,
        (false, true) => Tone::Caution,
        (false, false) => Tone::Good,
    };
    let first = style.paint(looks, &diagnosis.summary);
    let mut page = Page::new(style);
    if let Some(window) = &diagnosis.window {
        let workspace = diagnosis.workspace.name.as_ref().or(diagnosis.workspace.id.as_ref());
        let workspace = workspace.map_or("a workspace without a name", String::as_str);
        page.text(0, &line(&format!("{workspace}, from {} to {}", window.since, window.until)));
    }
    diagnosis.problems.iter().for_each(|problem| write(&mut page, problem));
    page.gap();
    page.text(0, &format!("Exit code {}", diagnosis.exit.code()));
    format!("{first}\n{}", page.finish())
}

fn write(page: &mut Page, problem: &AccessProblem) {
    let word = match problem.state {
        ProblemState::Found => "found",
        ProblemState::NotFound => "not found",
        ProblemState::Unknown => "unknown",
    };
    page.heading(&format!("{}: {word}", problem.title));
    list(page, problem.affected.iter().map(|affected| format!("{}: {}", affected.who, affected.evidence)));
    list(page, problem.evidence.iter().cloned());
    for note in &problem.notes {
        page.entry(2, Tone::Label, "note:", &line(note));
    }
    for why in &problem.open {
        page.entry(2, Tone::Caution, "?", &line(why));
    }
    if problem.state == ProblemState::Found {
        page.entry(2, Tone::Label, "Fix:", problem.fix);
    }
}

fn list(page: &mut Page, entries: impl ExactSizeIterator<Item = String>) {
    let more = entries.len().saturating_sub(MOST_LISTED);
    for entry in entries.take(MOST_LISTED) {
        page.entry(2, Tone::Label, "-", &line(&entry));
    }
    if more > 0 {
        page.entry(2, Tone::Label, "-", &format!("and {more} more; --format json lists all"));
    }
}

fn line(text: &str) -> String {
    text::line(text, LINE_COLUMNS)
}
