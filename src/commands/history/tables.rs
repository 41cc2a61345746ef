//! The runs and the findings of a workspace as tables.

use std::io;

use jiff::Timestamp;
use serde::Serialize;

use super::HistoryAnswer;
use crate::level::Level;
use crate::report::Style;
use crate::report::csv_table;
use crate::report::words::{counted, instant, minute, percent};
use crate::store::{Fates, RunRow, Sighting, Workspace};
use crate::terminal::page::{Page, table};
use crate::terminal::style::Tone;
use crate::text;
use crate::time::{age, day_of};
use crate::verdict::WORKSPACE;

/// How many rows people are shown.
pub(super) const MAX_ROWS: usize = 50;

/// The longest text of a cell, in columns.
const CELL_COLUMNS: usize = 200;

/// The runs, the newest first.
#[derive(Serialize)]
pub(super) struct Runs {
    pub runs: Vec<RunRow>,
}

impl HistoryAnswer for Runs {
    fn summary(&self, workspace: &Workspace, style: Style) -> String {
        let mut page = Page::new(style);
        let span = self.runs.last().zip(self.runs.first()).map(|(oldest, newest)| (oldest.at, newest.at));
        head(&mut page, workspace, &counted(self.runs.len() as u64, "run"), span);
        page.gap();
        let shown = || self.runs.iter().take(MAX_ROWS);
        let columns =
            ["Run", "At (UTC)", "Outcome", "Exit", "Pass", "Fail", "Manual", "Unknown", "Coverage", "Note"];
        // A column without a word takes room from the others.
        let has_notes = shown().any(|run| !note(run).is_empty());
        let columns: Vec<_> = columns.into_iter().filter(|column| has_notes || *column != "Note").collect();
        let mut rows = table(page.width(), &columns, 3..9);
        for run in shown() {
            let count = |count: Option<i64>| count.map(|count| count.to_string()).unwrap_or_default();
            let cells = [
                run.id.to_string(),
                minute(run.at),
                run.outcome.clone(),
                run.exit_code.to_string(),
                count(run.pass),
                count(run.fail),
                count(run.manual),
                count(run.unknown),
                run.coverage.map(percent).unwrap_or_default(),
                text::line(&note(run), CELL_COLUMNS),
            ];
            rows.add_row(cells.into_iter().take(columns.len()));
        }
        page.table(&rows);
        left_out(&mut page, self.runs.len());
        page.finish()
    }

    fn csv(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let header =
            "run,at,outcome,failure,late,exit_code,pass,fail,manual,unknown,coverage,teammates,has_report";
        let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
        let row = |run: &RunRow| {
            [
                run.id.to_string(),
                instant(run.at),
                run.outcome.clone(),
                run.failure.clone().unwrap_or_default(),
                run.late.to_string(),
                run.exit_code.to_string(),
                number(run.pass),
                number(run.fail),
                number(run.manual),
                number(run.unknown),
                run.coverage.map(|coverage| coverage.to_string()).unwrap_or_default(),
                number(run.teammates),
                run.has_report.to_string(),
            ]
        };
        csv_table(header, self.runs.iter().map(row), out)
    }
}

/// What is special about a run.
fn note(run: &RunRow) -> String {
    match &run.failure {
        Some(failure) => failure.clone(),
        None if run.late => "kept after a newer run, and not compared".to_owned(),
        None if !run.has_report => "report dropped".to_owned(),
        None => String::new(),
    }
}

/// The findings, and how those of each level fared.
#[derive(Serialize)]
pub(super) struct Findings {
    pub levels: Levels,
    pub findings: Vec<Sighting>,
    /// Whether only those that are open were asked for.
    #[serde(skip)]
    pub open: bool,
}

impl HistoryAnswer for Findings {
    fn summary(&self, workspace: &Workspace, style: Style) -> String {
        let mut page = Page::new(style);
        let Levels { l1, l2, l3 } = &self.levels;
        let all = || [l1, l2, l3].into_iter();
        let open: u64 = all().map(|fates| fates.open).sum();
        let ended: u64 = all().map(Fates::ended).sum();
        let shown = if self.open { open } else { open + ended };
        head(&mut page, workspace, &format!("{}, {ended} ended", counted(open, "open finding")), None);
        if !self.findings.is_empty() {
            page.gap();
            let header = ["Control", "Level", "Finding", "Since", "Last seen", "Age", "State"];
            let mut rows = table(page.width(), &header, 0..0);
            rows.add_rows(self.findings.iter().map(cells));
            page.table(&rows);
            left_out(&mut page, usize::try_from(shown).unwrap_or(usize::MAX));
        }
        self.levels.write(&mut page);
        page.finish()
    }

    fn csv(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let header = "control,level,check,subject,message,person,fingerprint,first_seen,open_since,last_seen,ended_at,\
                      ended_by,age_seconds";
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let row = |one: &Sighting| {
            [
                one.control.clone(),
                one.level.as_str().to_owned(),
                one.check.clone(),
                one.subject.clone(),
                one.message.clone(),
                text(&one.person),
                one.fingerprint.clone(),
                instant(one.first_seen),
                instant(one.open_since),
                instant(one.last_seen),
                one.ended_at.map(instant).unwrap_or_default(),
                text(&one.ended_by),
                one.age_seconds.to_string(),
            ]
        };
        csv_table(header, self.findings.iter().map(row), out)
    }
}

fn cells(one: &Sighting) -> [String; 7] {
    let mut finding = match one.subject.as_str() {
        "" | WORKSPACE => one.message.clone(),
        subject => format!("{subject}: {}", one.message),
    };
    if one.first_seen < one.open_since {
        finding = format!("{finding} (first seen on {})", day_of(one.first_seen));
    }
    [
        text::line(&one.control, CELL_COLUMNS),
        one.level.label().to_owned(),
        text::line(&finding, CELL_COLUMNS),
        day_of(one.open_since).to_string(),
        day_of(one.last_seen).to_string(),
        age(one.age_seconds.unsigned_abs()),
        text::line(one.ended_by.as_deref().unwrap_or("open"), CELL_COLUMNS),
    ]
}

/// How the findings of each level fared.
#[derive(Serialize)]
pub(super) struct Levels {
    l1: Fates,
    l2: Fates,
    l3: Fates,
}

impl From<[Fates; 3]> for Levels {
    fn from([l1, l2, l3]: [Fates; 3]) -> Self {
        Self { l1, l2, l3 }
    }
}

impl Levels {
    /// Writes a row for each level.
    pub(super) fn write(&self, page: &mut Page) {
        page.heading("By level");
        let header = [
            "Level",
            "Open",
            "Fixed",
            "Median time to fix",
            "Aged out",
            "Reviewed",
            "Waived",
            "Incomparable",
        ];
        let mut rows = table(page.width(), &header, 1..8);
        for (level, fates) in Level::ALL.into_iter().zip([&self.l1, &self.l2, &self.l3]) {
            let median = fates.median_seconds_to_fix.map(|seconds| age(seconds.unsigned_abs()));
            rows.add_row([
                level.label().to_owned(),
                fates.open.to_string(),
                fates.fixed.to_string(),
                median.unwrap_or_else(|| "–".to_owned()),
                fates.aged_out.to_string(),
                fates.reviewed.to_string(),
                fates.waived.to_string(),
                fates.incomparable.to_string(),
            ]);
        }
        page.table(&rows);
        page.gap();
        page.text(
            0,
            "Aged out means that the newest evidence left the window. That is not fixed, and not in the median.",
        );
    }
}

/// Writes what the page is about.
pub(super) fn head(page: &mut Page, workspace: &Workspace, what: &str, span: Option<(Timestamp, Timestamp)>) {
    let days = span.map(|(from, to)| format!(", {} to {}", day_of(from), day_of(to)));
    page.entry(0, Tone::Heading, &workspace.label(), &format!("{what}{}", days.unwrap_or_default()));
}

/// Says how many rows are not shown.
fn left_out(page: &mut Page, all: usize) {
    if let Some(left_out @ 1..) = all.checked_sub(MAX_ROWS) {
        page.text(0, &format!("… and {left_out} more (all of them with --format csv)"));
    }
}
