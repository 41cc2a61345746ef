//! Whether scans still run.

use std::io;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::HistoryAnswer;
use crate::report::words::{instant, minute};
use crate::report::{Style, csv_table};
use crate::store::{RunRow, Workspace};
use crate::terminal::page::Page;
use crate::terminal::style::Tone;
use crate::text;
use crate::time::{age, length};

/// How far the clocks of two machines may be apart, in seconds.
const CLOCK_SKEW: i64 = 300;

/// The longest reason of a failure that is shown, in columns.
const REASON_COLUMNS: usize = 400;

/// The longest line.
const LINE_COLUMNS: usize = 1_000;

/// How old the last good scan is, and whether that is recent enough.
#[derive(Serialize)]
pub(super) struct Recency {
    /// Whether there is a good scan that is no older than allowed, and not of the future.
    pub recent: bool,
    max_age_seconds: i64,
    /// Below zero where the scan is later than now.
    age_seconds: Option<i64>,
    last_good: Option<RunRow>,
    /// The newest run, good or not.
    newest: Option<RunRow>,
}

impl Recency {
    pub(super) fn of(
        now: Timestamp,
        max_age: SignedDuration,
        last_good: Option<RunRow>,
        newest: Option<RunRow>,
    ) -> Self {
        let age_seconds = last_good.as_ref().map(|run| now.duration_since(run.at).as_secs());
        let max_age_seconds = max_age.as_secs();
        let recent = age_seconds.is_some_and(|age| (-CLOCK_SKEW..=max_age_seconds).contains(&age));
        Self { recent, max_age_seconds, age_seconds, last_good, newest }
    }
}

impl HistoryAnswer for Recency {
    fn summary(&self, workspace: &Workspace, style: Style) -> String {
        // What runs checks reads the first line.
        let mut page = Page::new(Style { width: LINE_COLUMNS, ..style });
        let name = workspace.label();
        let allowed = length(self.max_age_seconds.unsigned_abs());
        let (lead, line) = match (self.age_seconds, &self.last_good) {
            (Some(seconds), Some(run)) => {
                let which = format!("run {}, {} UTC", run.id, minute(run.at));
                let ago = age(seconds.unsigned_abs());
                match seconds {
                    _ if self.recent => (
                        "OK:",
                        format!("the last good scan of {name} is {ago} old ({which}), at most {allowed}."),
                    ),
                    ..0 => (
                        "In the future:",
                        format!(
                            "the last good scan of {name} is {ago} later than now ({which}). Check the clock."
                        ),
                    ),
                    _ => (
                        "Too old:",
                        format!(
                            "the last good scan of {name} is {ago} old ({which}), and at most {allowed} are allowed."
                        ),
                    ),
                }
            }
            _ => ("None:", format!("no good scan of {name} is in the store.")),
        };
        page.entry(0, if self.recent { Tone::Good } else { Tone::Bad }, lead, &line);
        let newest = self.newest.as_ref().filter(|run| run.failure.is_some());
        if let Some((run, why)) = newest.and_then(|run| Some((run, run.failure.as_deref()?))) {
            let why = text::line(why, REASON_COLUMNS);
            page.entry(
                0,
                Tone::Caution,
                "!",
                &format!("The newest scan, of {} UTC, failed: {why}", minute(run.at)),
            );
        }
        page.finish()
    }

    fn csv(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let header = "recent,max_age_seconds,age_seconds,last_good,last_good_at,newest,newest_at,newest_outcome,newest_failure";
        let of =
            |run: &Option<RunRow>, text: fn(&RunRow) -> String| run.as_ref().map(text).unwrap_or_default();
        let row = [
            self.recent.to_string(),
            self.max_age_seconds.to_string(),
            self.age_seconds.map(|age| age.to_string()).unwrap_or_default(),
            of(&self.last_good, |run| run.id.to_string()),
            of(&self.last_good, |run| instant(run.at)),
            of(&self.newest, |run| run.id.to_string()),
            of(&self.newest, |run| instant(run.at)),
            of(&self.newest, |run| run.outcome.clone()),
            of(&self.newest, |run| run.failure.clone().unwrap_or_default()),
        ];
        csv_table(header, std::iter::once(row), out)
    }
}
