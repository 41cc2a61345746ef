//! Progress on stderr: one moving line on a terminal, nothing otherwise; messages in both cases.
//!
//! Besides the commands this is the only module that writes, and it writes to stderr alone.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::text;

/// How often the moving line is redrawn, so that waiting for a rate limit does not look like a hang.
const TICK: Duration = Duration::from_millis(120);

/// The longest message shown, in columns: a server's answer may be longer than anybody reads.
const MESSAGE_COLUMNS: usize = 2_000;

/// How far one feed has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Count {
    records: u64,
    total: Option<u64>,
}

/// What a collection shows while it runs. Shared by everything that collects side by side.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    counts: Mutex<BTreeMap<String, Count>>,
}

impl Progress {
    /// Starts the moving line where `enabled` (stderr is a terminal); shows messages alone otherwise.
    pub(crate) fn new(enabled: bool) -> Self {
        let bar = enabled.then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(TICK);
            bar
        });
        Self { bar, counts: Mutex::new(BTreeMap::new()) }
    }

    /// Says how many records of a feed have been read, and of how many where that is known.
    pub(crate) fn records(&self, feed: &str, records: u64, total: Option<u64>) {
        let Some(bar) = &self.bar else { return };
        // A count is whole at every instant, so one left by a thread that panicked is still right.
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.insert(feed.to_owned(), Count { records, total });
        bar.set_message(describe(&counts));
    }

    /// Shows one line: above the moving line where there is one.
    pub(crate) fn message(&self, message: &str) {
        let line = text::line(message, MESSAGE_COLUMNS);
        // A closed stderr has no reader to tell about it.
        let write = || drop(writeln!(io::stderr(), "{line}"));
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Shows a warning, as a message.
    pub(crate) fn warn(&self, warning: impl Display) {
        self.message(&format!("warning: {warning}"));
    }

    /// Takes the moving line away. Messages may still follow.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}

/// The moving line: every feed with its count, in the order of their names.
fn describe(counts: &BTreeMap<String, Count>) -> String {
    let feeds = counts.iter().map(|(feed, count)| {
        let feed = text::line(feed, 40);
        match count.total {
            Some(total) => format!("{feed} {} of {total}", count.records),
            None => format!("{feed} {}", count.records),
        }
    });
    format!("Reading: {}", feeds.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_names_every_feed_with_its_count() {
        let counts = BTreeMap::from([
            ("teammates".to_owned(), Count { records: 41, total: None }),
            ("activity log\x1b[2J".to_owned(), Count { records: 250, total: Some(20_000) }),
        ]);
        assert_eq!(describe(&counts), r"Reading: activity log\u{1b}[2J 250 of 20000, teammates 41");
    }

    #[test]
    fn a_silent_progress_keeps_no_counts() {
        let progress = Progress::new(false);
        progress.records("teammates", 41, None);
        assert!(progress.counts.lock().unwrap().is_empty());
    }

    #[test]
    fn the_newest_count_of_a_feed_stands() {
        let progress = Progress::new(true);
        progress.records("teammates", 1, None);
        progress.records("teammates", 41, Some(41));
        progress.finish();
        assert_eq!(
            progress.counts.lock().unwrap().values().copied().collect::<Vec<_>>(),
            [Count { records: 41, total: Some(41) }]
        );
    }
}
