//! The report in 40 lines: what to do first, who is concerned, what else fails, what waits for a person, and where the
//! rest is. What does not fit is counted.

use super::answers::{Answers, MAX_PEOPLE, Waiting};
use super::words::{self, action, counted, next_step};
use super::{Control, Options, Report, Style};
use crate::controls::Step;
use crate::report::gate::GateOutcome;
use crate::sources::Provenance;
use crate::terminal::page::Page;
use crate::terminal::style::Tone;
use crate::text;
use crate::verdict::Status;

#[cfg(test)]
mod tests;

/// The most lines at [`USUAL_WIDTH`] and above.
const MAX_LINES: usize = 40;

/// The width by which lines are counted and texts shortened on narrower terminals, in columns.
const USUAL_WIDTH: usize = 100;

/// The longest text that is looked at, in columns.
const MAX_COLUMNS: usize = 1_000;

/// The longest effort shown, in columns.
const EFFORT_COLUMNS: usize = 50;

/// The longest id or name that leads a line, in columns.
const WORD_COLUMNS: usize = 30;

/// How much of each part is shown.
#[derive(Debug, Clone, Copy)]
struct Caps {
    first: usize,
    people: usize,
    also: usize,
    warnings: usize,
}

impl Caps {
    /// All that is ever shown.
    const MOST: Self = Self { first: 8, people: MAX_PEOPLE, also: 6, warnings: 3 };
    /// What is shown of however much there is.
    const LEAST: Self = Self { first: 1, people: 2, also: 2, warnings: 1 };

    /// All there is room for, and then less and less, what matters least first.
    fn shrinking() -> impl Iterator<Item = Self> {
        std::iter::successors(Some(Self::MOST), |&caps| match caps {
            _ if caps.also > Self::LEAST.also => Some(Self { also: caps.also - 1, ..caps }),
            _ if caps.people > Self::LEAST.people => Some(Self { people: caps.people - 1, ..caps }),
            _ if caps.warnings > Self::LEAST.warnings => Some(Self { warnings: caps.warnings - 1, ..caps }),
            _ if caps.first > Self::LEAST.first => Some(Self { first: caps.first - 1, ..caps }),
            _ => None,
        })
    }
}

/// Renders the summary. No line is longer than the style's width, none ends in a space.
pub(super) fn render(report: &Report, options: &Options) -> String {
    let answers = Answers::of(report);
    let usual = Style::plain(options.style.width.max(USUAL_WIDTH));
    let page =
        |style, caps| SummaryPage { report, answers: &answers, caps, columns: usual.width }.page(style);
    let fits = |caps: &Caps| page(usual, *caps).lines().count() <= MAX_LINES;
    page(options.style, Caps::shrinking().find(fits).unwrap_or(Caps::LEAST))
}

struct SummaryPage<'a> {
    report: &'a Report,
    answers: &'a Answers<'a>,
    caps: Caps,
    /// By what width texts are shortened.
    columns: usize,
}

impl SummaryPage<'_> {
    fn page(&self, style: Style) -> String {
        let mut page = Page::new(style);
        self.scope(&mut page);
        self.warnings(&mut page);
        self.gate(&mut page);
        self.first(&mut page);
        self.people(&mut page);
        self.also(&mut page);
        page.gap();
        self.ask(&mut page);
        page.entry(0, Tone::Label, "More:", &self.rest());
        page.finish()
    }

    /// A text that takes no more than so many lines beside what stands before it.
    fn fit(&self, before: usize, lines: usize, text: &str) -> String {
        text::shorten(&text::line(text, MAX_COLUMNS), (self.columns - before) * lines).into_owned()
    }

    fn scope(&self, page: &mut Page) {
        // The name leads, so a long one would leave narrow lines no room.
        let name = text::line(words::workspace(&self.report.workspace), WORD_COLUMNS);
        let workspace = words::about_workspace(self.report, |value| self.fit(40, 1, value));
        let window = words::days(self.report.scan.window);
        page.entry(
            0,
            Tone::Heading,
            &name,
            &self.fit(0, 2, &format!("{}, {window}", workspace.trim_start_matches([',', ' ']))),
        );
        let source = match self.report.scan.source {
            Provenance::Api => "",
            Provenance::Snapshot => "From a saved snapshot.",
            Provenance::Demo => "The built-in sample workspace: nothing below is about yours.",
        };
        let redacted =
            if self.report.scan.redacted { format!("Redacted: {}.", words::REDACTED) } else { String::new() };
        page.text(0, format!("{source} {redacted}").trim());
    }

    fn warnings(&self, page: &mut Page) {
        let weakens = self.report.scan.config.as_ref().filter(|config| !config.weakens.is_empty());
        let weakens = weakens.map(|config| match config.weakens.as_slice() {
            [only] => format!("The configuration weakens the result: {only}"),
            all => format!("The configuration weakens the result in {} ways: {}", all.len(), all.join("; ")),
        });
        let failures: Vec<String> = self.report.failures().collect();
        let all: Vec<&String> = failures.iter().chain(&self.report.warnings).chain(&weakens).collect();
        for warning in all.iter().take(self.caps.warnings) {
            page.entry(0, Tone::Caution, "!", &self.fit(2, 2, warning));
        }
        if let Some(left_out @ 1..) = all.len().checked_sub(self.caps.warnings) {
            page.entry(0, Tone::Caution, "!", &format!("… and {}", counted(left_out as u64, "more warning")));
        }
    }

    fn gate(&self, page: &mut Page) {
        let report = self.report;
        let outcome = report.outcome();
        let tone = match outcome {
            GateOutcome::Off => Tone::Heading,
            GateOutcome::Passed => Tone::Good,
            GateOutcome::Failed => Tone::Bad,
        };
        let all = &report.summary.all;
        let counts: Vec<_> = Status::ALL
            .iter()
            .filter(|status| all.with(**status) > 0)
            .map(|&status| format!("{} {}", all.with(status), status.as_str()))
            .collect();
        let coverage = all.coverage.map(|share| format!(", coverage {}", words::percent(share)));
        let mut sentences =
            format!("{}. {}{}.", report.why(), counts.join(", "), coverage.unwrap_or_default());
        for (lead, what) in words::beside_gate(report) {
            sentences.push_str(&format!(" {lead}: {what}."));
        }
        let lead = format!("Gate {}:", outcome.into_str());
        page.entry(0, tone, &lead, &self.fit(lead.len() + 1, 3, &sentences));
    }

    fn first(&self, page: &mut Page) {
        let first = &self.answers.first;
        if let Some(nothing) = self.answers.nothing_first(self.report) {
            page.gap();
            return page.text(0, &nothing);
        }
        heading(page, "Do first", first.len(), self.caps.first);
        let width = ids_width(first);
        for control in first.iter().take(self.caps.first) {
            self.control(page, control, width, Tone::Bad, 2);
            if let Some(step) = next_step(control) {
                let effort = self.fit(self.columns - EFFORT_COLUMNS, 1, &control.effort);
                let effort = if effort.is_empty() { effort } else { format!(" ({effort})") };
                let indent = width + 6;
                let room = 2 * (self.columns - indent - 6) - text::columns(&effort);
                let next = action_within(step, room) + &effort;
                page.entry(indent, Tone::Good, "Next:", &next);
            }
        }
    }

    fn control(&self, page: &mut Page, control: &Control, width: usize, tone: Tone, lines: usize) {
        let id = text::line(&control.id, WORD_COLUMNS);
        let pad = " ".repeat(width.saturating_sub(text::columns(&id)));
        let lead = format!("{id}{pad} {}", control.level.label());
        let covered = words::covered(control);
        let before = 2 + text::columns(&lead) + 1;
        page.entry(2, tone, &lead, &self.fit(before, lines, &format!("{covered}{}", control.headline())));
    }

    fn people(&self, page: &mut Page) {
        let people = &self.answers.people;
        if people.is_empty() {
            return;
        }
        heading(page, "People to look at", people.len(), self.caps.people);
        for concerned in people.iter().take(self.caps.people) {
            let text = format!("{} {}", text::line(concerned.name, self.columns / 2), concerned.in_words());
            page.entry(2, Tone::Label, "-", &self.fit(4, 1, &text));
        }
    }

    fn also(&self, page: &mut Page) {
        let also = &self.answers.also;
        if also.is_empty() {
            return;
        }
        heading(page, "Also failing", also.len(), self.caps.also);
        for control in also.iter().take(self.caps.also) {
            self.control(page, control, ids_width(also), Tone::Caution, 1);
        }
    }

    fn ask(&self, page: &mut Page) {
        for Waiting { status, lead, text, command } in self.answers.waiting(self.report) {
            let lead = format!("{lead}:");
            // The command has to be there in full, whatever the controls are called.
            let run = command.map(|command| format!(" Run: {command}")).unwrap_or_default();
            let room = 2 * (self.columns - text::columns(&lead) - 1) - text::columns(&run) - 1;
            let text = text::shorten(&text::line(&text, MAX_COLUMNS), room).into_owned();
            page.entry(0, Tone::Status(status), &lead, &(text + &run));
        }
    }

    fn rest(&self) -> String {
        let demo = if self.report.scan.source == Provenance::Demo { " --demo" } else { "" };
        format!("--format table (every finding), -o html=report.html, intercom-harden explain ID{demo}")
    }
}

/// The heading of a list, with how much of it is shown where that is not all.
fn heading(page: &mut Page, title: &str, all: usize, shown: usize) {
    if all > shown {
        page.heading(&format!("{title} ({shown} of {all})"));
    } else {
        page.heading(title);
    }
}

fn ids_width(controls: &[&Control]) -> usize {
    controls.iter().map(|control| text::columns(&text::line(&control.id, WORD_COLUMNS))).max().unwrap_or(0)
}

/// Where to go and what to do first: the way there is shortened to its end before the action is.
fn action_within(step: &Step, room: usize) -> String {
    let whole = text::line(&action(step), MAX_COLUMNS);
    if text::columns(&whole) <= room {
        return whole;
    }
    let end = step.path.last().filter(|_| step.path.len() > 1).map(|last| vec!["…".to_owned(), last.clone()]);
    let short = end.map(|path| text::line(&action(&Step { path, ..step.clone() }), MAX_COLUMNS));
    text::shorten(&short.unwrap_or(whole), room).into_owned()
}
