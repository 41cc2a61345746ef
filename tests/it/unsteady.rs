//! A log that moves while it is read, and pages that repeat events or are wrong about how many there are:
//! no event may be lost, none counted twice.

use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Value, json};

use crate::intercom::{Api, Next, SEARCH};
use crate::program::{NOW_SECONDS, scan};
use crate::workspace::Workspace;

/// What pages say about how many there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Total {
    /// The truth.
    #[default]
    True,
    /// Nothing.
    Missing,
    /// So many fewer, one at least.
    Fewer(u64),
    /// So many more.
    More(u64),
}

/// How the log moves, and what its pages say.
#[derive(Debug, Default)]
pub(crate) struct Unsteady {
    /// How many events arrive with each page that is asked for.
    pub(crate) arrivals: i64,
    /// When they happened, in seconds before the evaluation; negative for later ones.
    pub(crate) ago: i64,
    /// How many events of the page before each page repeats.
    pub(crate) repeated: usize,
    /// The number of pages.
    pub(crate) total: Total,
    pages: AtomicI64,
}

impl Unsteady {
    /// What has arrived by the time of this request.
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

    /// How many events to leave out before a page, and how many it shows.
    pub(crate) fn overlap(&self, skipped: usize, per_page: usize) -> (usize, usize) {
        let repeated = self.repeated.min(skipped);
        (skipped - repeated, per_page + repeated)
    }

    /// What a page says about the number of pages.
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

/// Scans a log of that many sign-ins beside the four of the healthy workspace.
///
/// Whatever happens, what is called complete has every event once; with `certain` it has to be called so.
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
        // What happens after the evaluation shifts no page; at its instant, each pushes every other one down by a place.
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
    // A null `next` on the last page of those announced is how the log ends: fewer than there are cannot be told.
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
        // Around the borders of pages of 250, four of the healthy workspace's sign-ins included.
        let count = [245, 246, 247, 496, 497, 1000, 1247][seed as usize % 7];
        assert_every_event_once(count, next, unsteady, false);
    }
}
