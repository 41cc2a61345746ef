//! What the store shows of monitoring: how often the log was read, and whether alerts arrive.

use serde_json::{Value, json};

use super::Settings;
use super::rows::{DAY, days, time};
use crate::api::model::Me;
use crate::sources::{Outcomes, Ranges, SourceId, SourceStatus};

/// How many days back monitoring has to be shown.
const SHOWN_DAYS: i64 = 30;

/// What the store knows of one workspace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct History {
    /// The live scans that read the whole log, in any order.
    pub readings: Vec<LogReading>,
    /// When a destination that takes every new finding accepted a message, in seconds since 1970.
    pub accepted: Vec<i64>,
}

/// A window of the log that was read completely. Its bounds are seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LogReading {
    pub since: i64,
    /// The end of the window, which is when it was read.
    pub until: i64,
}

/// The values of `history`. A workspace without an id has none, as one without a store has.
pub(super) fn values(
    settings: &Settings,
    me: Option<&Me>,
    outcomes: &Outcomes,
    ranges: Ranges,
) -> Vec<(&'static str, Value)> {
    let id = me.and_then(|me| me.app.as_ref()?.id_code.as_deref()).map(str::trim).filter(|id| !id.is_empty());
    let Some((store, id)) = settings.history.as_deref().zip(id) else { return Vec::new() };
    let mut known = store.get(id).cloned().unwrap_or_default();
    if settings.live && is_complete(outcomes) {
        known.readings.push(LogReading { since: ranges.since.as_second(), until: ranges.now.as_second() });
    }
    let now = ranges.now.as_second();
    let since = now - SHOWN_DAYS * DAY;
    known.readings.retain(|reading| (since..=now).contains(&reading.until));
    known.readings.sort_unstable();
    known.readings.dedup();
    let (from, to) = longest_gap(&known.readings, since, now);
    let alerted = known.accepted.into_iter().filter(|at| *at <= now).max();
    vec![
        ("history.readings", json!(known.readings.len())),
        ("history.longest_gap_days", days(to - from)),
        ("history.gap_since", time(from)),
        ("history.gap_until", time(to)),
        ("history.covered", json!(covers(&known.readings, since, now))),
        ("history.alerted", time(alerted)),
        ("history.alert_age_days", alerted.map_or(Value::Null, |at| days(now - at))),
    ]
}

/// Whether the whole log is read now.
fn is_complete(outcomes: &Outcomes) -> bool {
    let mut log = outcomes.feeds.iter().filter(|(feed, _)| feed.source() == SourceId::ActivityLog).peekable();
    log.peek().is_some() && log.all(|(_, outcome)| outcome.status == SourceStatus::Complete)
}

/// The longest time without a reading; the newest of several.
fn longest_gap(readings: &[LogReading], since: i64, now: i64) -> (i64, i64) {
    let mut times: Vec<i64> = readings.iter().map(|reading| reading.until).chain([since, now]).collect();
    times.sort_unstable();
    let gaps = times.windows(2).map(|pair| (pair[0], pair[1]));
    gaps.max_by_key(|(from, to)| to - from).unwrap_or((since, now))
}

/// Whether windows, ordered by their starts, leave no second out.
fn covers(readings: &[LogReading], since: i64, now: i64) -> bool {
    let reached = readings.iter().try_fold(since - 1, |reached, window| {
        (window.since <= reached + 1).then_some(reached.max(window.until))
    });
    reached.is_some_and(|reached| reached >= now)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::Timestamp;

    use super::*;
    use crate::sources::{Feed, Outcome};

    const NOW: i64 = 1_785_585_600;
    const SINCE: i64 = NOW - SHOWN_DAYS * DAY;

    /// Readings so many days ago, each of a window of so many days.
    fn read(ago: &[i64], window: i64) -> Vec<LogReading> {
        let mut readings: Vec<_> = ago
            .iter()
            .map(|ago| LogReading { since: NOW - (ago + window) * DAY, until: NOW - ago * DAY })
            .collect();
        readings.sort_unstable();
        readings
    }

    #[test]
    fn the_longest_gap_counts_from_the_start_of_the_month_to_now() {
        let gap = |ago: &[i64]| {
            let (from, to) = longest_gap(&read(ago, 30), SINCE, NOW);
            ((NOW - from) / DAY, (NOW - to) / DAY)
        };
        assert_eq!(gap(&[]), (30, 0));
        assert_eq!(gap(&[0]), (30, 0));
        assert_eq!(gap(&[0, 7, 14, 21, 28]), (7, 0), "the newest of equals");
        assert_eq!(gap(&[0, 7, 15, 22, 29]), (15, 7));
        assert_eq!(gap(&[3, 2, 1, 0]), (30, 3));
        assert_eq!(gap(&[30, 23, 16, 9, 2]), (9, 2), "none is from now to now");
    }

    #[test]
    fn windows_cover_a_month_only_without_a_hole() {
        for (ago, window, whole) in [
            (&[0][..], 30, true),
            (&[0], 29, false),
            (&[0, 7, 14, 21, 28], 7, true),
            (&[0, 7, 14, 21], 7, false),
            (&[0, 7, 14, 21], 9, true),
            (&[0, 8, 16, 24], 7, false),
            (&[1], 90, false),
            (&[], 30, false),
        ] {
            assert_eq!(covers(&read(ago, window), SINCE, NOW), whole, "{ago:?} of {window} days");
        }
        let touching =
            [(SINCE, SINCE + 9), (SINCE + 10, NOW)].map(|(since, until)| LogReading { since, until });
        assert!(covers(&touching, SINCE, NOW), "both bounds are included");
        let apart = [(SINCE, SINCE + 9), (SINCE + 11, NOW)].map(|(since, until)| LogReading { since, until });
        assert!(!covers(&apart, SINCE, NOW));
    }

    /// What a run of `abc` now knows, whose log ended so, next to what the store knows of a workspace.
    fn known(workspace: &str, history: History, live: bool, log: SourceStatus) -> Value {
        let store = [(workspace.to_owned(), history)].into();
        let settings = Settings { history: Some(Arc::new(store)), live, ..Settings::default() };
        let me: Me = serde_json::from_str(r#"{"app": {"id_code": " abc "}}"#).unwrap();
        let feeds = [(Feed::LogWindow, SourceStatus::Complete), (Feed::LogHistory, log)];
        let outcome = |status| Outcome { status, ..Outcome::skipped() };
        let feeds = feeds.map(|(feed, status)| (feed, outcome(status))).into();
        let second = |at| Timestamp::from_second(at).unwrap();
        let ranges = Ranges { now: second(NOW), since: second(SINCE), arrivals_since: second(SINCE) };
        let values = values(&settings, Some(&me), &Outcomes { feeds, ..Outcomes::default() }, ranges);
        values
            .into_iter()
            .map(|(name, value)| (name.trim_start_matches("history.").to_owned(), value))
            .collect()
    }

    #[test]
    fn a_run_counts_itself_where_it_reads_the_whole_log_of_the_workspace_now() {
        let past = || History {
            readings: read(&[7, 14, 21, 28], 30),
            accepted: vec![NOW - 40 * DAY, NOW - 2 * DAY],
        };
        let all = known("abc", past(), true, SourceStatus::Complete);
        assert_eq!(
            (&all["readings"], &all["longest_gap_days"], &all["covered"]),
            (&json!(5), &json!(7), &json!(true))
        );
        assert_eq!((&all["alert_age_days"], &all["alerted"]), (&json!(2), &json!("2026-07-30T12:00:00Z")));
        assert_eq!(
            (&all["gap_since"], &all["gap_until"]),
            (&json!("2026-07-25T12:00:00Z"), &json!("2026-08-01T12:00:00Z"))
        );
        for (live, log) in
            [(false, SourceStatus::Complete), (true, SourceStatus::Failed), (true, SourceStatus::Forbidden)]
        {
            let without = known("abc", past(), live, log);
            assert_eq!(
                (&without["readings"], &without["covered"]),
                (&json!(4), &json!(false)),
                "{live} {log:?}"
            );
        }
        let other = known("other", past(), true, SourceStatus::Complete);
        assert_eq!((&other["readings"], &other["longest_gap_days"]), (&json!(1), &json!(30)));
        assert_eq!(other["alerted"], Value::Null);
    }

    #[test]
    fn what_lies_after_the_run_or_before_the_month_shows_nothing() {
        let readings = read(&[31, 32, -1], 90);
        let history = History { readings, accepted: vec![NOW + 1] };
        let known = known("abc", history, false, SourceStatus::Complete);
        assert_eq!((&known["readings"], &known["covered"]), (&json!(0), &json!(false)));
        assert_eq!((&known["longest_gap_days"], &known["alert_age_days"]), (&json!(30), &Value::Null));
    }

    #[test]
    fn without_a_store_nothing_is_said() {
        let ranges = Ranges {
            now: Timestamp::UNIX_EPOCH,
            since: Timestamp::UNIX_EPOCH,
            arrivals_since: Timestamp::UNIX_EPOCH,
        };
        assert!(values(&Settings::default(), None, &Outcomes::default(), ranges).is_empty());
    }
}
