//! Which of two events is the newer one.

use std::cmp::Reverse;

use crate::sources::Feed;

/// The place of an event in time. Of equal times, the one its feed lists first is the newer, however feeds are interleaved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment {
    /// Seconds since 1970.
    pub(super) at: i64,
    place: Reverse<(Feed, u64)>,
}

impl Moment {
    /// The event that its feed listed at this position.
    pub(super) const fn new(at: i64, feed: Feed, position: u64) -> Self {
        Self { at, place: Reverse((feed, position)) }
    }

    /// The feed it came by.
    pub(super) const fn feed(self) -> Feed {
        self.place.0.0
    }
}

/// How often something happened, and when last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// How often.
    pub(super) count: u64,
    /// The newest time, in seconds since 1970.
    pub(super) last: Option<i64>,
}

impl Tally {
    /// Counts one more.
    pub(super) fn add(&mut self, at: i64) {
        self.count += 1;
        self.last = self.last.max(Some(at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_equal_times_the_one_listed_first_is_newer() {
        let first = Moment::new(10, Feed::LogWindow, 0);
        let second = Moment::new(10, Feed::LogWindow, 1);
        assert!(first > second);
        assert!(Moment::new(11, Feed::LogHistory, 9) > first);
    }
}
