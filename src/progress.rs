//! Progress on stderr: one moving line on a terminal, nothing otherwise; messages in both cases.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{standard_error, text};

/// How often the moving line is redrawn, so that waiting for a rate limit does not look like a hang.
const TICK: Duration = Duration::from_millis(120);

/// How far one feed has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Count {
    records: u64,
    total: Option<u64>,
}

/// How much is said beside errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verbosity {
    /// Nothing.
    Quiet,
    /// Warnings and what takes long.
    Normal,
    /// Every request too.
    Verbose,
}

/// How long the line goes on to say that the rate limit sets the pace, after a request had to wait for it.
const PACED: Duration = Duration::from_secs(3);

/// Before that a rate says nothing.
const WARM_UP: Duration = Duration::from_secs(2);

/// What has been read, since when, and when a request last had to wait for the rate limit.
#[derive(Debug)]
struct Counts {
    feeds: BTreeMap<String, Count>,
    started: Instant,
    paced: Option<Instant>,
}

/// What a collection shows while it runs. Shared by everything that collects side by side.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    verbosity: Verbosity,
    counts: Mutex<Counts>,
}

impl Progress {
    /// Starts the moving line where it `moves` (stderr is a terminal); shows messages alone otherwise.
    pub(crate) fn new(moves: bool, verbosity: Verbosity) -> Self {
        let bar = moves.then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
                // Every locale can show these; the usual dots are not ASCII.
                bar.set_style(style.tick_chars("-\\|/ "));
            }
            bar.enable_steady_tick(TICK);
            bar
        });
        let counts = Counts { feeds: BTreeMap::new(), started: Instant::now(), paced: None };
        Self { bar, verbosity, counts: Mutex::new(counts) }
    }

    /// Says how many records of a feed have been read, and of how many where that is known.
    pub(crate) fn records(&self, feed: &str, records: u64, total: Option<u64>) {
        self.show(|counts| {
            counts.feeds.insert(feed.to_owned(), Count { records, total });
        });
    }

    /// Says that a request had to wait for the rate limit.
    pub(crate) fn paced(&self) {
        self.show(|counts| counts.paced = Some(Instant::now()));
    }

    fn show(&self, change: impl FnOnce(&mut Counts)) {
        let Some(bar) = &self.bar else { return };
        // A count is whole at every instant, so one left by a thread that panicked is still right.
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut counts);
        let paced = counts.paced.is_some_and(|at| at.elapsed() < PACED);
        bar.set_message(describe(&counts.feeds, counts.started.elapsed(), paced));
    }

    /// Shows one line: above the moving line where there is one.
    pub(crate) fn message(&self, message: &str) {
        if self.verbosity == Verbosity::Quiet {
            return;
        }
        let write = || standard_error::say(message);
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Shows a line that is worth it only to those who look closely.
    pub(crate) fn detail(&self, message: &str) {
        if self.verbosity == Verbosity::Verbose {
            self.message(message);
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

/// The moving line: how long it will take, and every feed with its count, in the order of their names.
fn describe(feeds: &BTreeMap<String, Count>, elapsed: Duration, paced: bool) -> String {
    let listed = feeds.iter().map(|(feed, count)| {
        let feed = text::line(feed, 40);
        match count.total {
            Some(total) => format!("{feed} {} of {total}", count.records),
            None => format!("{feed} {}", count.records),
        }
    });
    let listed = listed.collect::<Vec<_>>().join(", ");
    let records: u64 = feeds.values().map(|count| count.records).sum();
    let left = feeds
        .values()
        .map(|count| count.total.unwrap_or_default().saturating_sub(count.records))
        .sum::<u64>();
    let rate = records as f64 / elapsed.as_secs_f64().max(0.001);
    let pace = if paced { ", paced by your rate limit" } else { "" };
    if elapsed < WARM_UP || rate < 1.0 {
        return format!("Reading{pace}: {listed}");
    }
    let time = Duration::from_secs_f64((left as f64 / rate).min(86_400.0));
    let time = if left == 0 { String::new() } else { format!("{:#} left, ", HumanDuration(time)) };
    format!("Reading, {time}{rate:.0}/s{pace}: {listed}")
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
        let line = |seconds, paced| describe(&counts, Duration::from_secs(seconds), paced);
        assert_eq!(line(1, false), r"Reading: activity log\u{1b}[2J 250 of 20000, teammates 41");
        assert_eq!(
            line(10, true),
            r"Reading, 11m left, 29/s, paced by your rate limit: activity log\u{1b}[2J 250 of 20000, teammates 41"
        );
        // The terminal's edge cuts the list; pace and log stay within 80 columns, the spinner's two included.
        let counts =
            BTreeMap::from([("activity log".to_owned(), Count { records: 250, total: Some(20_000) })]);
        assert!(describe(&counts, Duration::from_secs(10), true).len() <= 78);
        assert!(line(1, true).starts_with("Reading, paced by your rate limit: "));
    }

    #[test]
    fn a_silent_progress_keeps_no_counts() {
        let progress = Progress::new(false, Verbosity::Normal);
        progress.records("teammates", 41, None);
        assert!(progress.counts.lock().unwrap().feeds.is_empty());
    }

    #[test]
    fn the_newest_count_of_a_feed_stands() {
        let progress = Progress::new(true, Verbosity::Normal);
        progress.records("teammates", 1, None);
        progress.records("teammates", 41, Some(41));
        progress.finish();
        assert_eq!(
            progress.counts.lock().unwrap().feeds.values().copied().collect::<Vec<_>>(),
            [Count { records: 41, total: Some(41) }]
        );
    }
}
