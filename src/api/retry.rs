//! Whether a failed request is sent again, and when: a pure decision, made without a clock.
//!
//! Every request the program sends is a read, so sending one twice does no harm.

use std::time::Duration;

use jiff::Timestamp;

use super::error::{ApiError, Cause};

/// How often, and after which waits, requests are sent again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Policy {
    /// The wait before the first repetition; doubled for each further one.
    pub base: Duration,
    /// Repetitions after a 5xx, a broken connection, or an answer that is empty or cut short.
    pub repeats: u32,
    /// Repetitions after a timeout, an unknown host or a refused connection.
    pub slow_repeats: u32,
    /// The wait after a 429 that does not say how long.
    pub rate_limit_wait: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            base: Duration::from_millis(200),
            repeats: 4,
            slow_repeats: 2,
            rate_limit_wait: Duration::from_secs(1),
        }
    }
}

/// How often one request has failed so far, the present failure included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Failures {
    pub rate_limits: u32,
    /// In ways that take long to show: timeouts, unknown hosts, refused connections.
    pub slow: u32,
    pub other: u32,
}

impl Failures {
    pub(crate) const fn count(&mut self, error: &ApiError) {
        match error {
            ApiError::RateLimited { .. } => self.rate_limits += 1,
            ApiError::Broken { cause: Cause::Timeout | Cause::Dns(_) | Cause::Refused(_), .. } => {
                self.slow += 1
            }
            _ => self.other += 1,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Retry {
    /// Send it again after this wait.
    After(Duration),
    /// It stays failed. For a rate limit the wait it asked for is given.
    GiveUp(Duration),
}

/// Decides about one failure. `asked` is the wait a 429 asked for, `remaining` the time until the
/// deadline, `jitter` a random number from 0 to 1.
pub(crate) fn decide(
    policy: &Policy,
    error: &ApiError,
    failures: Failures,
    asked: Option<Duration>,
    remaining: Duration,
    jitter: f64,
) -> Retry {
    let backoff = |nth: u32| {
        let doubled = policy.base.saturating_mul(1 << nth.saturating_sub(1).min(16));
        doubled.mul_f64(0.75 + 0.5 * jitter.clamp(0.0, 1.0))
    };
    let total = failures.slow + failures.other;
    let wait = match error {
        ApiError::RateLimited { .. } => {
            // A server that asks for no wait at all, again and again, must not be hammered.
            let floor = policy.rate_limit_wait / 10 * (1 << failures.rate_limits.saturating_sub(1).min(6));
            asked.unwrap_or(policy.rate_limit_wait).max(floor)
        }
        ApiError::Broken { cause: Cause::Timeout | Cause::Dns(_) | Cause::Refused(_), .. }
            if failures.slow <= policy.slow_repeats =>
        {
            backoff(total)
        }
        ApiError::Server(_)
        | ApiError::Broken { cause: Cause::Network(_), .. }
        | ApiError::EmptyBody { .. }
        | ApiError::Truncated { .. }
            if failures.other <= policy.repeats =>
        {
            backoff(total)
        }
        _ => return Retry::GiveUp(Duration::ZERO),
    };
    if wait >= remaining { Retry::GiveUp(wait) } else { Retry::After(wait) }
}

/// The wait that the headers of a 429 ask for. `Retry-After` goes before `X-RateLimit-Reset`, which
/// is in seconds since 1970; what cannot be read, or lies in the past, asks for nothing.
pub(crate) fn asked_wait(retry_after: Option<&str>, reset: Option<&str>, now: Timestamp) -> Option<Duration> {
    let until = |instant: Timestamp| Duration::try_from(instant.duration_since(now)).ok();
    let after = retry_after.map(str::trim).and_then(|text| {
        let seconds = text.parse::<u64>().ok().map(Duration::from_secs);
        seconds.or_else(|| until(jiff::fmt::rfc2822::parse(text).ok()?.timestamp()))
    });
    after.or_else(|| until(Timestamp::from_second(reset?.trim().parse().ok()?).ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::error::Answer;
    use super::*;

    fn answer() -> Answer {
        Answer { endpoint: "GET /me".to_owned(), status: 500, code: None, message: None, request_id: None }
    }

    fn limited() -> ApiError {
        ApiError::RateLimited { answer: answer(), wait: Duration::ZERO }
    }

    #[test]
    fn a_persistent_server_error_ends_after_about_three_seconds() {
        let (mut failures, mut waited) = (Failures::default(), Duration::ZERO);
        let error = ApiError::Server(answer());
        loop {
            failures.count(&error);
            match decide(&Policy::default(), &error, failures, None, Duration::from_secs(600), 0.5) {
                Retry::After(wait) => waited += wait,
                Retry::GiveUp(_) => break,
            }
        }
        assert_eq!(failures.other, 5);
        assert_eq!(waited, Duration::from_secs(3));
    }

    #[test]
    fn timeouts_are_repeated_twice_and_refusals_never() {
        let remaining = Duration::from_secs(600);
        let late = ApiError::Broken { endpoint: String::new(), cause: Cause::Timeout };
        let after = |slow| {
            let failures = Failures { slow, ..Failures::default() };
            decide(&Policy::default(), &late, failures, None, remaining, 0.0)
        };
        assert!(matches!((after(2), after(3)), (Retry::After(_), Retry::GiveUp(_))));
        let refused = ApiError::Forbidden(answer());
        let once = Failures { other: 1, ..Failures::default() };
        assert!(matches!(decide(&Policy::default(), &refused, once, None, remaining, 0.0), Retry::GiveUp(_)));
    }

    #[test]
    fn headers_are_read_in_each_form() {
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        let wait = |after, reset| asked_wait(after, reset, now).map(|wait| wait.as_secs());
        assert_eq!(wait(Some("7"), Some("1700000099")), Some(7));
        assert_eq!(wait(Some("Tue, 14 Nov 2023 22:13:30 GMT"), None), Some(10));
        assert_eq!(wait(None, Some("1700000003")), Some(3));
        assert_eq!(wait(Some("soon"), Some("1700000003")), Some(3));
        assert_eq!(wait(None, None), None);
        assert_eq!(wait(Some("-5"), Some("1600000000")), None);
        assert_eq!(wait(Some("99999999999999999999999"), Some("1e99")), None);
    }

    #[test]
    fn a_limit_without_a_wait_is_not_hammered() {
        let failures = |rate_limits| Failures { rate_limits, ..Failures::default() };
        let minute = Duration::from_secs(60);
        let wait = |n| decide(&Policy::default(), &limited(), failures(n), Some(Duration::ZERO), minute, 0.0);
        assert_eq!(wait(1), Retry::After(Duration::from_millis(100)));
        assert_eq!(wait(50), Retry::After(Duration::from_millis(6400)));
    }

    proptest! {
        #[test]
        fn no_wait_reaches_the_deadline(
            rate_limits in 0u32..5000, slow in 0u32..9, other in 0u32..9, asked in proptest::option::of(any::<u64>()),
            remaining in 0u64..1_000_000, jitter in -1.0f64..2.0, kind in 0u8..3,
        ) {
            let error = match kind {
                0 => limited(),
                1 => ApiError::Server(answer()),
                _ => ApiError::Broken { endpoint: String::new(), cause: Cause::Timeout },
            };
            let failures = Failures { rate_limits, slow, other };
            let (asked, remaining) = (asked.map(Duration::from_secs), Duration::from_millis(remaining));
            if let Retry::After(wait) = decide(&Policy::default(), &error, failures, asked, remaining, jitter) {
                prop_assert!(wait < remaining);
            }
        }

        #[test]
        fn hostile_headers_do_not_panic(after in ".{0,40}", reset in ".{0,40}", now in -9_999_999_999i64..99_999_999_999) {
            let _ = asked_wait(Some(&after), Some(&reset), Timestamp::from_second(now).unwrap());
        }
    }
}
