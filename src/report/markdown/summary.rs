//! The answers: what to do first, who is concerned, what else fails, what waits for a person.

use super::escape::escape;
use super::sheet::Comment;
use crate::report::answers::{Answers, Concerned, MAX_PEOPLE};
use crate::report::words::next;
use crate::report::{Control, Report};

/// The longest sentence shown, in columns.
const SENTENCE_COLUMNS: usize = 300;

/// The longest name, id or effort shown, in columns.
const NAME_COLUMNS: usize = 60;

/// How many entries a list has.
const MAX_CONTROLS: usize = 8;

/// How many bytes of the sheet a list may take.
const SHARE: usize = 6_000;

/// Writes them.
pub(super) fn write(sheet: &mut Comment, report: &Report) {
    let answers = Answers::of(report);
    list(sheet, "Do first", answers.first.iter().map(|control| to_do(control)), MAX_CONTROLS);
    list(sheet, "People to look at", answers.people.iter().map(concerned), MAX_PEOPLE);
    list(sheet, "Also failing", answers.also.iter().map(|control| failing(control)), MAX_CONTROLS);
    for waiting in answers.waiting(report) {
        let command = waiting.command.map(|command| format!(" Run: `{command}`")).unwrap_or_default();
        sheet.put(&format!("**{}**: {}{command}\n\n", waiting.lead, escape(&waiting.text, SENTENCE_COLUMNS)));
    }
}

fn list(sheet: &mut Comment, title: &str, entries: impl ExactSizeIterator<Item = String>, most: usize) {
    let all = entries.len();
    if all > 0 {
        sheet.put(&format!("### {title}\n\n"));
        sheet.lines(entries.take(most), all, SHARE, "- ");
        sheet.put("\n");
    }
}

fn failing(control: &Control) -> String {
    let id = escape(&control.id, NAME_COLUMNS);
    format!("- **{id}** ({}): {}\n", control.level.label(), escape(control.headline(), SENTENCE_COLUMNS))
}

fn to_do(control: &Control) -> String {
    let Some(next) = next(control) else { return failing(control) };
    let effort = match control.effort.trim() {
        "" => String::new(),
        effort => format!(" ({})", escape(effort, NAME_COLUMNS)),
    };
    format!("{}  - Next{effort}: {}\n", failing(control), escape(&next, SENTENCE_COLUMNS))
}

fn concerned(concerned: &Concerned<'_>) -> String {
    let (name, text) =
        (escape(concerned.name, NAME_COLUMNS), escape(&concerned.in_words(), SENTENCE_COLUMNS));
    format!("- {name} {text}\n")
}
