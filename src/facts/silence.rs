//! How long the log was silent: which days of the window have an event, a flag each.

use jiff::Timestamp;

use crate::sources::Ranges;

/// Seconds of a day.
const DAY: i64 = 86_400;
/// The most days told apart: no window is longer than ten years.
const MAX_DAYS: usize = 3_700;

/// The days of the window, counted in whole days back from its end, so that none of them is cut short by
/// the hour of the evaluation. What is left at the start is less than a day, and silent for less than one.
#[derive(Debug)]
pub(super) struct Silence {
    now: i64,
    /// Whether there is an event; the newest day first.
    days: Vec<bool>,
}

/// The longest run of days without an event; of equally long ones, the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Longest {
    /// How many days.
    pub(super) days: usize,
    /// Its start; none where every day has an event.
    pub(super) since: Option<i64>,
}

impl Silence {
    /// Starts with a silent window.
    pub(super) fn new(ranges: Ranges) -> Self {
        let second = Timestamp::as_second;
        let (since, now) = (second(ranges.since), second(ranges.now));
        let whole = usize::try_from((now - since) / DAY).unwrap_or(0).min(MAX_DAYS);
        Self { now, days: vec![false; whole] }
    }

    /// Takes in an event of the window.
    pub(super) fn broken(&mut self, at: i64) {
        // Both ends of the window are included: its very start belongs to the day behind it.
        let before = usize::try_from((self.now - at - 1).max(0) / DAY).unwrap_or(usize::MAX);
        if let Some(day) = self.days.get_mut(before) {
            *day = true;
        }
    }

    /// The longest silence. Days that started before the workspace was `born` had nothing to log.
    pub(super) fn longest(&self, born: Option<i64>) -> Longest {
        let mut longest = Longest { days: 0, since: None };
        let mut run = 0;
        let mut start = self.now;
        for &active in &self.days {
            start = start.saturating_sub(DAY);
            if born.is_some_and(|born| start < born) {
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

    const NOW: i64 = 1_750_000_000;

    fn silence(since: i64, events: &[i64]) -> Longest {
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let mut silence = Silence::new(Ranges { now: at(NOW), since: at(since), arrivals_since: at(since) });
        events.iter().for_each(|&at| silence.broken(at));
        silence.longest(None)
    }

    #[test]
    fn the_longest_run_of_silent_days_counts() {
        let window = NOW - 30 * DAY;
        assert_eq!(silence(window, &[]), Longest { days: 30, since: Some(window) });
        let every_day: Vec<i64> = (0..30).map(|day| NOW - day * DAY - 5).collect();
        assert_eq!(silence(window, &every_day), Longest { days: 0, since: None });
        let gap: Vec<i64> =
            every_day.iter().copied().filter(|at| !(10..14).contains(&((NOW - at) / DAY))).collect();
        assert_eq!(silence(window, &gap), Longest { days: 4, since: Some(NOW - 14 * DAY) });
        let two: Vec<i64> = gap.iter().copied().filter(|at| (NOW - at) / DAY > 3).collect();
        assert_eq!(
            silence(window, &two),
            Longest { days: 4, since: Some(NOW - 4 * DAY) },
            "the newer of two"
        );
    }

    #[test]
    fn both_ends_of_the_window_belong_to_it() {
        let window = NOW - 2 * DAY;
        assert_eq!(silence(window, &[window, NOW]), Longest { days: 0, since: None });
        assert_eq!(silence(window, &[NOW]), Longest { days: 1, since: Some(window) });
        assert_eq!(silence(window, &[NOW - DAY]), Longest { days: 1, since: Some(window) });
    }

    #[test]
    fn before_the_workspace_there_was_nothing_to_log() {
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let since = at(NOW - 30 * DAY);
        let silence = Silence::new(Ranges { now: at(NOW), since, arrivals_since: since });
        assert_eq!(silence.longest(Some(NOW - 3 * DAY)), Longest { days: 3, since: Some(NOW - 3 * DAY) });
        assert_eq!(silence.longest(Some(NOW - 3 * DAY + 1)).days, 2);
        assert_eq!(silence.longest(Some(NOW + DAY)), Longest { days: 0, since: None });
    }

    #[test]
    fn less_than_a_day_is_no_silent_day() {
        assert_eq!(silence(NOW - DAY + 1, &[]), Longest { days: 0, since: None });
        assert_eq!(silence(NOW - DAY - 9, &[]).days, 1);
        assert_eq!(silence(NOW, &[NOW]).days, 0);
    }
}
