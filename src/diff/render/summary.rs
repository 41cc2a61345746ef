//! A comparison for a terminal.

use super::parts::{Line, Part, about, gate, nothing, parts};
use crate::diff::Diff;
use crate::report::Style;
use crate::report::words::counted;
use crate::terminal::page::Page;
use crate::terminal::style::Tone;
use crate::text;

/// How many lines of a part are shown.
const MAX_LINES: usize = 12;

/// The longest text that is looked at, in columns.
const MAX_COLUMNS: usize = 1_000;

/// The longest text that leads a line, in columns.
const LEAD_COLUMNS: usize = 40;

/// Renders the comparison; one line where nothing changed.
pub(super) fn render(diff: &Diff<'_>, style: Style) -> String {
    let mut page = Page::new(style);
    if diff.is_empty() {
        page.text(0, &text::line(&nothing(diff), MAX_COLUMNS));
        return page.finish();
    }
    let (workspace, when) = about(diff);
    page.entry(0, Tone::Heading, &text::line(workspace, LEAD_COLUMNS), &when);
    for warning in &diff.warnings {
        page.entry(0, Tone::Caution, "!", &text::line(warning, MAX_COLUMNS));
    }
    let (outcome, why) = gate(diff);
    let tone = match outcome {
        "passed" => Tone::Good,
        "failed" => Tone::Bad,
        _ => Tone::Heading,
    };
    page.entry(0, tone, &format!("Gate {outcome}:"), &text::line(&why, MAX_COLUMNS));
    for part in parts(diff) {
        write(&mut page, &part);
    }
    page.gap();
    page.text(0, &format!("{} ended as before.", counted(diff.unchanged as u64, "control")));
    page.finish()
}

fn write(page: &mut Page, Part { title, tone, lines }: &Part) {
    page.heading(&format!("{title} ({})", lines.len()));
    let shown = || lines.iter().take(MAX_LINES);
    let lead = |line: &Line| text::line(&line.lead, LEAD_COLUMNS);
    let width = shown().map(|line| text::columns(&lead(line))).max().unwrap_or(0);
    for line in shown() {
        let lead = lead(line);
        let pad = " ".repeat(width.saturating_sub(text::columns(&lead)));
        page.entry(2, *tone, &format!("{lead}{pad}"), &text::line(&line.text, MAX_COLUMNS));
        if let Some(next) = &line.next {
            page.entry(width + 3, Tone::Good, "Next:", &text::line(next, MAX_COLUMNS));
        }
    }
    if let Some(left_out @ 1..) = lines.len().checked_sub(MAX_LINES) {
        page.text(2, &format!("… and {left_out} more (all of them with --format json)"));
    }
}
