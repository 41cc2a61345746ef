//! The activity in the window, for charts: sign-ins by method, and events by group and period.
//!
//! A window of any length has at most [`MAX_PERIODS`] periods, so memory does not grow with the log.

use std::cmp::Reverse;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rows::DAY;
use crate::event_type::EventKind;
use crate::sources::Ranges;
use crate::time::day_of;

/// The most periods of a window. A window of more days is counted in one or more weeks per period.
pub(crate) const MAX_PERIODS: usize = 400;

/// The most methods to name; the rest is one number.
pub(crate) const MAX_METHODS: usize = 12;

/// The activity in the window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Activity {
    /// Whether every event of the window was read; otherwise the numbers are minimums.
    pub complete: bool,
    /// Sign-ins by method, most frequent first.
    pub sign_ins: Vec<SignInMethod>,
    /// Sign-ins by further methods.
    pub other_sign_ins: u64,
    /// The days of a period.
    #[serde(rename = "days_per_period")]
    pub days: u32,
    /// All periods from the start of the window to its end; the first and the last may be partly outside.
    pub periods: Vec<Period>,
}

/// The sign-ins by one method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct SignInMethod {
    /// The method as in the log; null if the log does not name it.
    pub method: Option<String>,
    /// The number of sign-ins.
    pub count: u64,
}

/// One period of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Period {
    /// The first day, UTC.
    pub from: Date,
    /// The number of events by group.
    #[serde(flatten)]
    pub events: Groups,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Groups {
    /// Sign-ins, failed sign-ins and other authentication events.
    pub authentication: u64,
    /// Changes of roles, permissions and people.
    pub roles: u64,
    /// Exports.
    pub exports: u64,
    /// Changes of settings and integrations.
    pub configuration: u64,
    /// All other events.
    pub other: u64,
}

impl Groups {
    /// Counts one event.
    pub(super) fn add(&mut self, kind: EventKind) {
        *match kind {
            EventKind::SignIn
            | EventKind::FailedSignIn
            | EventKind::UnauthorizedSignIn
            | EventKind::PasswordResetRequest
            | EventKind::Authentication
            | EventKind::TwoFactor => &mut self.authentication,
            EventKind::Permissions
            | EventKind::Joined
            | EventKind::Provisioned
            | EventKind::People
            | EventKind::Role => &mut self.roles,
            EventKind::Export => &mut self.exports,
            EventKind::Setting | EventKind::InboxAccess | EventKind::Integration | EventKind::Token => {
                &mut self.configuration
            }
            EventKind::Other => &mut self.other,
        } += 1;
    }
}

/// Counts the window's events, period by period.
#[derive(Debug)]
pub(super) struct Periods {
    first_day: i64,
    days: i64,
    counts: Vec<Groups>,
}

impl Periods {
    /// Divides the window into days, or into periods of the fewest weeks that stay within the limit.
    pub(super) fn new(ranges: &Ranges) -> Self {
        let first_day = ranges.since.as_second().div_euclid(DAY);
        let all = (ranges.now.as_second().div_euclid(DAY) - first_day + 1).max(1);
        let most = MAX_PERIODS as i64;
        let days = if all <= most { 1 } else { 7 * whole_quotient(all, 7 * most) };
        let periods = usize::try_from(whole_quotient(all, days)).unwrap_or(1);
        Self { first_day, days, counts: vec![Groups::default(); periods] }
    }

    /// Counts an event of the window.
    pub(super) fn add(&mut self, kind: EventKind, at: i64) {
        let period = (at.div_euclid(DAY) - self.first_day).div_euclid(self.days);
        if let Some(groups) = usize::try_from(period).ok().and_then(|period| self.counts.get_mut(period)) {
            groups.add(kind);
        }
    }

    /// The numbers for charts; `methods` has the sign-ins by method and those by further methods.
    pub(super) fn finish(&self, (methods, beyond): (Vec<SignInMethod>, u64), complete: bool) -> Activity {
        let starts = (self.first_day..).step_by(usize::try_from(self.days).unwrap_or(1));
        let periods = starts.zip(&self.counts).filter_map(|(day, &events)| {
            let from = day_of(Timestamp::from_second(day * DAY).ok()?);
            Some(Period { from, events })
        });
        let (sign_ins, rest) = commonest(methods);
        Activity {
            complete,
            sign_ins,
            other_sign_ins: rest + beyond,
            days: u32::try_from(self.days).unwrap_or(u32::MAX),
            periods: periods.collect(),
        }
    }
}

/// The number of parts of that size that cover the whole.
const fn whole_quotient(whole: i64, part: i64) -> i64 {
    (whole + part - 1) / part
}

/// The most frequent methods, and the number of sign-ins by the rest.
fn commonest(mut methods: Vec<SignInMethod>) -> (Vec<SignInMethod>, u64) {
    methods.retain(|method| method.count > 0);
    methods
        .sort_by(|one, other| (Reverse(one.count), &one.method).cmp(&(Reverse(other.count), &other.method)));
    let rest = methods.split_off(methods.len().min(MAX_METHODS));
    (methods, rest.iter().map(|method| method.count).sum())
}

/// The most days to count: no window is longer than ten years.
const MAX_DAYS: usize = 3_700;

/// The days of the window, counted back from its end in steps of 24 hours. The rest at the start is less than a day.
#[derive(Debug)]
pub(super) struct Silence {
    now: i64,
    /// Whether a day has an event; the newest day first.
    days: Vec<bool>,
}

/// The longest run of days without an event; the newest, if several are equally long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Longest {
    pub(super) days: usize,
    /// None if every day has an event.
    pub(super) since: Option<i64>,
}

impl Silence {
    pub(super) fn new(ranges: Ranges) -> Self {
        let second = Timestamp::as_second;
        let (since, now) = (second(ranges.since), second(ranges.now));
        let whole = usize::try_from((now - since) / DAY).unwrap_or(0).min(MAX_DAYS);
        Self { now, days: vec![false; whole] }
    }

    /// Counts an event of the window.
    pub(super) fn broken(&mut self, at: i64) {
        // The window includes both ends: its start belongs to the first day.
        let before = usize::try_from((self.now - at - 1).max(0) / DAY).unwrap_or(usize::MAX);
        if let Some(day) = self.days.get_mut(before) {
            *day = true;
        }
    }

    /// The longest silence. Days that began before the workspace was `created` do not count.
    pub(super) fn longest(&self, created: Option<i64>) -> Longest {
        let mut longest = Longest { days: 0, since: None };
        let mut run = 0;
        let mut start = self.now;
        for &active in &self.days {
            start = start.saturating_sub(DAY);
            if created.is_some_and(|created| start < created) {
                break;
            }
            run = if active { 0 } else { run + 1 };
            if run > longest.days {
                longest = Longest { days: run, since: Some(start) };
            }
        }
        longest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn periods(since: &str, now: &str) -> Periods {
        let [since, now] = [since, now].map(|text| text.parse::<Timestamp>().unwrap());
        Periods::new(&Ranges { now, since, arrivals_since: since })
    }

    #[test]
    fn a_month_is_counted_by_days_of_the_calendar() {
        let mut periods = periods("2026-01-02T12:00:00Z", "2026-02-01T12:00:00Z");
        let at = |text: &str| text.parse::<Timestamp>().unwrap().as_second();
        periods.add(EventKind::SignIn, at("2026-01-02T12:00:00Z"));
        periods.add(EventKind::FailedSignIn, at("2026-01-02T23:59:59Z"));
        periods.add(EventKind::Export, at("2026-02-01T00:00:00Z"));
        periods.add(EventKind::Other, at("2026-02-02T00:00:00Z"));
        let activity = periods.finish((Vec::new(), 0), true);
        assert_eq!((activity.days, activity.periods.len()), (1, 31));
        let [first, .., last] = activity.periods.as_slice() else { panic!("{activity:?}") };
        assert_eq!((first.from.to_string(), first.events.authentication), ("2026-01-02".to_owned(), 2));
        assert_eq!((last.from.to_string(), last.events.exports), ("2026-02-01".to_owned(), 1));
        assert_eq!(last.events.other, 0, "what lies outside is not counted");
    }

    #[test]
    fn the_number_of_periods_is_bounded_for_any_window() {
        for (since, now, days, count) in [
            ("2026-02-01T00:00:00Z", "2026-02-01T00:00:00Z", 1, 1),
            ("2025-01-01T00:00:00Z", "2026-02-04T00:00:00Z", 1, 400),
            ("2025-01-01T00:00:00Z", "2026-02-05T00:00:00Z", 7, 58),
            ("1970-01-01T00:00:00Z", "2026-02-05T00:00:00Z", 56, 366),
            ("-009999-01-02T01:59:59Z", "9999-12-30T22:00:00Z", 18_263, 400),
        ] {
            let activity = periods(since, now).finish((Vec::new(), 0), true);
            assert!(activity.periods.len() <= 400);
            if days <= 56 {
                assert_eq!((activity.days, activity.periods.len()), (days, count), "{since}");
            }
        }
    }

    #[test]
    fn rare_methods_are_summed_up() {
        let methods = (0..20).map(|count| SignInMethod { method: Some(format!("m{count:02}")), count });
        let (named, rest) = commonest(methods.collect());
        assert_eq!((named.len(), named[0].count, rest), (12, 19, (1..=7).sum()));
        let alike = ["b", "a"].map(|name| SignInMethod { method: Some(name.to_owned()), count: 1 });
        assert_eq!(commonest(alike.to_vec()).0[0].method.as_deref(), Some("a"));
    }

    const NOW: i64 = 1_750_000_000;

    fn silence(since: i64, events: &[i64], created: Option<i64>) -> (usize, Option<i64>) {
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let mut silence = Silence::new(Ranges { now: at(NOW), since: at(since), arrivals_since: at(since) });
        events.iter().for_each(|&at| silence.broken(at));
        let Longest { days, since } = silence.longest(created);
        (days, since)
    }

    #[test]
    fn the_longest_run_of_silent_days_counts() {
        let days = |days: i64| NOW - days * DAY;
        let every_day: Vec<i64> = (0..30).map(|day| days(day) - 5).collect();
        let gap = [&every_day[..10], &every_day[14..]].concat();
        for (since, events, expected, what) in [
            (days(30), &[][..], (30, Some(days(30))), "the whole window"),
            (days(30), &every_day, (0, None), "no silence"),
            (days(30), &gap, (4, Some(days(14))), "a gap"),
            (days(30), &gap[4..], (4, Some(days(4))), "the newer of two"),
            (days(2), &[days(2), NOW], (0, None), "both ends of the window belong to it"),
            (days(2), &[NOW], (1, Some(days(2))), "the older day"),
            (days(2), &[days(1)], (1, Some(days(2))), "an event between two days belongs to the newer"),
            (days(1) + 1, &[], (0, None), "less than a day is no silent day"),
            (days(1) - 9, &[], (1, Some(days(1))), "days are counted from the end"),
            (NOW, &[NOW], (0, None), "an empty window"),
        ] {
            assert_eq!(silence(since, events, None), expected, "{what}");
        }
    }

    #[test]
    fn before_the_workspace_there_was_nothing_to_log() {
        let created = |at: i64| silence(NOW - 30 * DAY, &[], Some(at));
        assert_eq!(created(NOW - 3 * DAY), (3, Some(NOW - 3 * DAY)));
        assert_eq!(created(NOW - 3 * DAY + 1).0, 2);
        assert_eq!(created(NOW + DAY), (0, None));
    }
}
