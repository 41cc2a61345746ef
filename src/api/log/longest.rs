//! The longest range that the server answers, learned once for all ranges of a scan.

use super::page::DAY;

/// After this many answered ranges in a row, a longer one is tried.
const FIRST_PATIENCE: u32 = 16;

/// What is known of the lengths of ranges, in seconds. Before the first failure there is no limit.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LongestRange {
    /// The longest range that was answered.
    answered: Option<i64>,
    /// The shortest range that failed, unless it may work by now.
    failed: Option<i64>,
    /// The ranges answered since the limit was found, or since one failed.
    in_a_row: u32,
    /// How many of them it takes to try a longer range; 0 before the first failure.
    patience: u32,
}

impl LongestRange {
    /// The length to ask for next: between the longest that was answered and the shortest that failed, until these are
    /// close to each other.
    pub(super) fn next(self) -> i64 {
        let next = match (self.answered, self.failed) {
            _ if self.patience == 0 => i64::MAX,
            (Some(answered), Some(_)) if self.is_found() => answered,
            (answered, Some(failed)) => failed.midpoint(answered.unwrap_or_default()),
            (answered, None) => answered.map_or(i64::MAX, |answered| answered.saturating_mul(2)),
        };
        next.max(DAY)
    }

    /// Whether a range of this length, or a longer one, has been answered.
    pub(super) fn was_answered(self, length: i64) -> bool {
        self.answered.is_some_and(|answered| length <= answered)
    }

    fn is_found(self) -> bool {
        let close = |answered: i64, failed: i64| failed - answered <= answered / 4;
        self.answered.zip(self.failed).is_some_and(|(answered, failed)| close(answered, failed))
    }

    pub(super) fn note_answer(&mut self, length: i64) {
        let longer = self.answered.is_none_or(|answered| length > answered);
        self.answered = self.answered.max(Some(length));
        if longer && self.failed.is_some_and(|failed| failed <= length) {
            self.failed = None;
        }
        if self.is_found() {
            self.in_a_row += 1;
            if self.in_a_row >= self.patience {
                (self.in_a_row, self.failed) = (0, None);
            }
        }
    }

    /// Records a failure; true for the first one of a scan.
    pub(super) fn note_failure(&mut self, length: i64) -> bool {
        let first = self.patience == 0;
        self.in_a_row = 0;
        // What was answered before fails for another reason than its length.
        if !self.was_answered(length) {
            if self.failed.is_none() {
                self.patience = if first { FIRST_PATIENCE } else { self.patience.saturating_mul(2) };
            }
            self.failed = Some(self.failed.map_or(length, |failed| failed.min(length)));
        }
        self.patience = self.patience.max(FIRST_PATIENCE);
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks for ranges until `total` seconds are read from a server with a limit, which may depend on what is left; gives
    /// the numbers of answers and of failures.
    fn read(total: i64, limit: impl Fn(i64) -> i64) -> (u32, u32) {
        let (mut longest, mut left, mut answers, mut failures) = (LongestRange::default(), total, 0, 0);
        while left > 0 {
            let length = longest.next().min(left);
            if length > limit(left) {
                longest.note_failure(length);
                failures += 1;
            } else {
                longest.note_answer(length);
                (left, answers) = (left - length, answers + 1);
            }
            assert!(answers + failures < 100_000);
        }
        (answers, failures)
    }

    #[test]
    fn the_limit_is_found_and_kept() {
        for (days, limit) in [(3_650, 5), (3_650, 30), (730, 5), (365, 1), (3_650, 1)] {
            let (answers, failures) = read(days * DAY, |_| limit * DAY);
            let ideal = u32::try_from(days / limit).unwrap();
            assert!(answers + failures <= ideal + ideal / 4 + 16, "{days}/{limit}: {answers} + {failures}");
        }
        assert_eq!(read(3_650 * DAY, |_| i64::MAX), (1, 0));
    }

    #[test]
    fn a_limit_that_ends_is_forgotten() {
        // Half a year that fails in pieces of over two days, and ten years that do not.
        let (answers, failures) =
            read(3_650 * DAY, |left| if left > 3_470 * DAY { 2 * DAY } else { i64::MAX });
        assert!((90..180).contains(&(answers + failures)), "{answers} + {failures}");
    }
}
