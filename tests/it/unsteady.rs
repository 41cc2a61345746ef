//! A log that grows while it is read, and pages that repeat events or have wrong totals: no event may be lost or counted
//! twice.

use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Value, json};

use crate::intercom::{Api, Next, SEARCH};
use crate::program::{NOW_SECONDS, scan};
use crate::workspace::{DAY, Workspace};

/// The totals in pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Total {
    /// Correct totals.
    #[default]
    True,
    /// No totals.
    Missing,
    /// This number fewer, at least one.
    Fewer(u64),
    /// This number more.
    More(u64),
}

/// How the log grows, and the totals in its pages.
#[derive(Debug, Default)]
pub(crate) struct Unsteady {
    /// The new events per requested page.
    pub(crate) arrivals: i64,
    /// Their time in seconds before the evaluation; negative if later.
    pub(crate) ago: i64,
    /// The number of events of the previous page that each page repeats.
    pub(crate) repeated: usize,
    /// The number of pages.
    pub(crate) total: Total,
    pages: AtomicI64,
}

impl Unsteady {
    /// The new events up to this request.
    pub(crate) fn arrived(&self) -> Vec<Value> {
        let pages = self.pages.fetch_add(1, Ordering::SeqCst);
        let event = |number: i64| {
            json!({
                "id": format!("10000000-0000-4000-8000-{number:012x}"), "performed_by": null, "metadata": {},
                "created_at": NOW_SECONDS - self.ago, "activity_type": "macro_update",
                "activity_description": "A person changed a macro.",
            })
        };
        (0..pages * self.arrivals).map(event).collect()
    }

    /// The number of events to skip before a page, and its size.
    pub(crate) fn overlap(&self, skipped: usize, per_page: usize) -> (usize, usize) {
        let repeated = self.repeated.min(skipped);
        (skipped - repeated, per_page + repeated)
    }

    /// The number of pages according to a page.
    pub(crate) fn claim(&self, total: u64) -> Value {
        match self.total {
            Total::True => total.into(),
            Total::Missing => Value::Null,
            Total::Fewer(by) => total.saturating_sub(by).max(1).into(),
            Total::More(by) => (total + by).into(),
        }
    }
}

/// Sign-ins of one person, a minute apart.
fn sign_ins(count: i64) -> Workspace {
    (0..count).fold(Workspace::healthy(), |workspace, number| {
        workspace.sign_in("ana@fixture.example", "email_password", 60 * (number + 1))
    })
}

/// Scans a log of this number of sign-ins and the four of the healthy workspace.
///
/// A complete log has every event once; with `certain`, it must be complete.
#[track_caller]
fn assert_every_event_once(count: i64, next: Next, unsteady: Unsteady, certain: bool) {
    let setting = format!("{count} sign-ins, next {next:?}, {unsteady:?}");
    let (arrivals, in_range) = (unsteady.arrivals, unsteady.ago >= 0);
    let server = Api::new(sign_ins(count)).next(next).unsteady(unsteady).serve();
    let report = scan(&server.origin()).args(["--timeout", "20s"]).run().report();
    let source = report.source("activity-log");
    if source["status"] != "complete" {
        assert!(!certain, "{setting}: {source}");
        return;
    }
    let finding = &report.control("1.1")["findings"][0];
    assert_eq!(finding["evidence"]["count"], count, "{setting}: {finding}");
    let asked = server.seen_at(SEARCH).len() as i64;
    let most = count + 4 + if in_range { asked * arrivals } else { 0 };
    let records = source["records"].as_i64().unwrap();
    assert!((count + 4..=most).contains(&records), "{setting}: {source}");
}

#[test]
fn late_events_and_repeated_ones_hide_none() {
    for next in [Next::Null, Next::Url, Next::Cursor] {
        // Events after the evaluation shift no page; each event at its instant shifts all older events by one.
        for (arrivals, ago) in [(1, -60), (7, -60), (300, -60), (1, 0), (7, 0)] {
            let unsteady = Unsteady { arrivals, ago, ..Unsteady::default() };
            assert_every_event_once(1300, next.clone(), unsteady, ago < 0);
        }
        for repeated in [1, 40, 250] {
            let unsteady = Unsteady { repeated, ..Unsteady::default() };
            assert_every_event_once(800, next.clone(), unsteady, true);
        }
    }
}

#[test]
fn wrong_totals_lose_no_event() {
    let assert = |next: &Next, total, certain| {
        let unsteady = Unsteady { total, ..Unsteady::default() };
        assert_every_event_once(1300, next.clone(), unsteady, certain);
    };
    for next in [Next::Url, Next::Cursor] {
        for total in [Total::Missing, Total::Fewer(1), Total::Fewer(9)] {
            assert(&next, total, true);
        }
        [1, 4].into_iter().for_each(|by| assert(&next, Total::More(by), false));
    }
    // A null `next` on the last announced page ends the log, so a too low total cannot be detected.
    assert(&Next::Null, Total::Missing, false);
    assert(&Next::Null, Total::More(2), false);
}

#[test]
fn everything_at_once_loses_no_event() {
    for seed in 0..24_i64 {
        let next = [Next::Null, Next::Url, Next::Cursor][seed as usize % 3].clone();
        let fewer = if matches!(next, Next::Null) { Total::Missing } else { Total::Fewer(2) };
        let total = [Total::True, Total::Missing, fewer, Total::More(2), Total::True][seed as usize % 5];
        let unsteady = Unsteady {
            arrivals: seed % 4,
            ago: if seed % 2 == 0 { 0 } else { -60 },
            repeated: [0, 3, 249][seed as usize % 7 % 3],
            total,
            ..Unsteady::default()
        };
        // Around the borders of pages of 250, with the four sign-ins of the healthy workspace.
        let count = [245, 246, 247, 496, 497, 1000, 1247][seed as usize % 7];
        assert_every_event_once(count, next, unsteady, false);
    }
}

#[test]
fn the_longest_range_is_learned_once_for_the_whole_log() {
    let old = |workspace: Workspace, days: i64| {
        workspace.sign_in("ana@fixture.example", "email_password", days * DAY)
    };
    let workspace = || (0..300).fold(Workspace::healthy(), |workspace, number| old(workspace, number * 8));
    for days in [5, 60] {
        let server = Api::new(workspace()).longest(days * DAY).serve();
        let run = scan(&server.origin()).run();
        let report = run.report();
        let source = report.source("activity-log");
        assert_eq!(source["status"], "complete", "{}", run.stderr);
        // The workspace is 2,520 days old, and its log is read twice for some days: window, history and new teammates.
        let (asked, ideal) = (server.seen_at(SEARCH).len() as i64, (2_520 + 365) / days);
        assert!(asked <= ideal + ideal / 4 + 30, "{asked} requests for ranges of {days} days");
        assert_eq!(run.stderr.matches("in shorter ranges").count(), 1, "{}", run.stderr);
        assert_eq!(run.stderr.matches("Trying again").count(), 0, "{}", run.stderr);
        let whole = scan(&workspace().serve().origin()).run().report();
        assert_eq!(report.control("1.1"), whole.control("1.1"));
        assert_eq!(source["records"], whole.source("activity-log")["records"]);
    }
}
