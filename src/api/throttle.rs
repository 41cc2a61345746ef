//! One limiter for every request of a scan, so that production integrations keep their share.
//!
//! Intercom counts requests per app in windows of ten seconds and reports limit, remainder and reset
//! in headers, which may be absent. The program sends at most a share of the limit in any ten seconds,
//! wherever the server's windows begin; it stands still until the reset when other integrations have used up
//! nearly everything, and after a 429 all of it waits.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until};

use crate::sources::RateUse;

/// Slots the window is counted in; one more than ten seconds' worth, to stay on the safe side.
const SLOTS: usize = 101;
const SLOT: Duration = Duration::from_millis(100);
/// The longest pause for a low remainder: Intercom's windows are ten seconds long.
const LONGEST_PAUSE: Duration = Duration::from_secs(11);

/// What a response said about the rate limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RateReport {
    /// Requests allowed in a window.
    pub limit: Option<u64>,
    /// Requests left in this window, for all users of the app together.
    pub remaining: Option<u64>,
    /// Time until the next window.
    pub reset: Option<Duration>,
}

/// Decides when a request may be sent.
#[derive(Debug)]
pub(crate) struct Throttle {
    permits: Semaphore,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    share: f64,
    limit: Option<u64>,
    /// The most requests in any window so far.
    busiest: u64,
    paused_until: Option<Instant>,
    started: Instant,
    /// Requests per slot, each with the number of the slot it counts.
    slots: Vec<(u64, u64)>,
}

impl Throttle {
    /// A limiter for `concurrency` requests side by side, within `share` (0 to 1) of the rate limit.
    pub(crate) fn new(concurrency: usize, share: f64, now: Instant) -> Self {
        let share = if share.is_finite() { share.clamp(0.001, 1.0) } else { 0.5 };
        let state = State {
            share,
            limit: None,
            busiest: 0,
            paused_until: None,
            started: now,
            slots: vec![(0, 0); SLOTS],
        };
        Self { permits: Semaphore::new(concurrency.clamp(1, 1024)), state: Mutex::new(state) }
    }

    /// Waits until a request may be sent, counts it, and says whether the rate limit made it wait. The request is over
    /// when the permit is dropped.
    pub(crate) async fn acquire(&self) -> (Option<SemaphorePermit<'_>>, bool) {
        let permit = self.permits.acquire().await.ok();
        let mut paced = false;
        loop {
            let turn = self.with(|state| state.take(Instant::now()));
            match turn {
                Ok(()) => return (permit, paced),
                Err(at) => {
                    paced = true;
                    sleep_until(at).await;
                }
            }
        }
    }

    pub(crate) fn learn(&self, report: RateReport) {
        self.with(|state| state.learn(report, Instant::now()));
    }

    /// How much of the limit was used; none where the server named none.
    pub(crate) fn used(&self) -> Option<RateUse> {
        self.with(|state| Some(RateUse { limit: state.limit?, busiest: state.busiest }))
    }

    /// Holds every request back. True if that is news: no pause of about this length was under way.
    pub(crate) fn pause(&self, wait: Duration) -> bool {
        let now = Instant::now();
        self.with(|state| {
            let until = now + wait.min(Duration::from_secs(86_400));
            let known =
                state.paused_until.is_some_and(|at| at + Duration::from_millis(500) >= until && at > now);
            state.paused_until = state.paused_until.max(Some(until));
            !known
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    /// Counts a request, or says when to ask again.
    fn take(&mut self, now: Instant) -> Result<(), Instant> {
        if let Some(until) = self.paused_until.filter(|until| *until > now) {
            return Err(until);
        }
        let current = self.slot(now);
        let oldest = (current + 1).saturating_sub(SLOTS as u64);
        let inside = || self.slots.iter().filter(|(slot, count)| *slot >= oldest && *count > 0);
        let used: u64 = inside().map(|(_, count)| count).sum();
        if self.limit.is_some_and(|limit| used >= self.budget(limit)) {
            let first = inside().map(|(slot, _)| *slot).min().unwrap_or(current);
            let slots = u32::try_from(first + SLOTS as u64).unwrap_or(u32::MAX);
            return Err(self.started + SLOT * slots);
        }
        self.busiest = self.busiest.max(used + 1);
        let entry = &mut self.slots[(current % SLOTS as u64) as usize];
        *entry = if entry.0 == current { (current, entry.1 + 1) } else { (current, 1) };
        Ok(())
    }

    fn learn(&mut self, report: RateReport, now: Instant) {
        let Some(limit) = report.limit.filter(|limit| *limit > 0) else { return };
        self.limit = Some(limit);
        if let (Some(remaining), Some(reset)) = (report.remaining, report.reset) {
            // A fifth of what is meant for other integrations is kept free even when they use much.
            let reserve = (limit as f64 * (1.0 - self.share) * 0.2) as u64;
            if remaining <= reserve {
                self.paused_until = self.paused_until.max(Some(now + reset.min(LONGEST_PAUSE)));
            }
        }
    }

    fn budget(&self, limit: u64) -> u64 {
        ((limit as f64 * self.share) as u64).max(1)
    }

    fn slot(&self, now: Instant) -> u64 {
        (now.saturating_duration_since(self.started).as_millis() / SLOT.as_millis()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(share: f64) -> (State, Instant) {
        let start = Instant::now();
        (Throttle::new(16, share, start).state.into_inner().unwrap(), start)
    }

    fn report(limit: u64, remaining: u64, reset: u64) -> RateReport {
        RateReport { limit: Some(limit), remaining: Some(remaining), reset: Some(Duration::from_secs(reset)) }
    }

    #[tokio::test]
    async fn without_headers_nothing_is_held_back() {
        let (mut state, start) = state(0.5);
        assert!((0..5000).all(|_| state.take(start).is_ok()));
    }

    #[tokio::test]
    async fn no_ten_seconds_see_more_than_the_share() {
        let (mut state, start) = state(0.5);
        state.learn(report(100, 99, 10), start);
        let (mut now, mut sent) = (start, Vec::new());
        while sent.len() < 500 {
            match state.take(now) {
                Ok(()) => sent.push(now),
                Err(at) => {
                    assert!(at > now);
                    now = at;
                }
            }
            now += Duration::from_millis(7);
        }
        assert!(sent.windows(51).all(|run| run[50] - run[0] >= Duration::from_secs(10)));
        assert_eq!(state.busiest, 50);
        // The share is used, too: 500 requests of 50 per window take about nine windows.
        assert!(now - start < Duration::from_secs(100));
    }

    #[tokio::test]
    async fn a_low_remainder_waits_for_the_reset_and_never_longer() {
        let (mut state, start) = state(0.5);
        state.learn(report(1000, 99, 4), start);
        assert_eq!(state.take(start), Err(start + Duration::from_secs(4)));
        assert_eq!(state.take(start + Duration::from_secs(4)), Ok(()));
        state.learn(report(1000, 0, u64::MAX / 2), start);
        assert_eq!(state.take(start + LONGEST_PAUSE), Ok(()));
    }

    #[tokio::test]
    async fn nonsense_in_headers_does_not_stop_the_scan() {
        let (mut state, start) = state(f64::NAN);
        state.learn(RateReport { limit: Some(0), remaining: Some(0), reset: None }, start);
        assert_eq!(state.take(start), Ok(()));
        state.learn(report(1, 1, 0), start);
        assert!(state.take(start + Duration::from_secs(11)).is_ok());
    }

    #[tokio::test]
    async fn a_pause_holds_all_and_is_announced_once() {
        let throttle = Throttle::new(4, 0.5, Instant::now());
        assert!(throttle.pause(Duration::from_millis(40)));
        assert!(!throttle.pause(Duration::from_millis(30)));
        let start = Instant::now();
        assert!(throttle.acquire().await.1);
        assert!(start.elapsed() >= Duration::from_millis(39));
    }
}
