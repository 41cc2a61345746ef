//! Durations, dates and the window of a scan, for the command line and the configuration. A day is 24 hours, and a date is a
//! UTC day, so local time zones do not matter.

use std::fmt;
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};

/// The longest duration: ten years.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 3653);

/// The default window: the guide reviews the last month.
pub(crate) const DEFAULT_WINDOW: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Why a text is not a valid time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TimeError {
    #[error("not a duration; write for example `30d`, `12h` or `90m`")]
    NotDuration,
    #[error("not a duration such as `30d`, a date such as `2027-03-31`, or an RFC 3339 time with its zone")]
    NotWindow,
    #[error("not a date; write year, month and day, for example `2027-03-31`")]
    NotDate,
    #[error("not a duration such as `90d` or a date such as `2027-03-31`")]
    NotExpiry,
    #[error("already over")]
    Over,
    #[error("not longer than zero")]
    NotPositive,
    #[error("more than ten years")]
    TooLong,
    #[error("in the future")]
    Future,
}

/// Parses a duration such as `30d`, `12h`, `2w`, `90m` or `1h 30m`; it must be positive and at most ten years.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, TimeError> {
    Duration::try_from(duration(text)?).map_err(|_| TimeError::NotPositive)
}

/// Parses a UTC day such as `2027-03-31`.
pub(crate) fn parse_date(text: &str) -> Result<Date, TimeError> {
    // The general parser also accepts times of day and drops them.
    let text = text.trim();
    if text.len() != 10 {
        return Err(TimeError::NotDate);
    }
    text.parse().map_err(|_| TimeError::NotDate)
}

fn duration(text: &str) -> Result<SignedDuration, TimeError> {
    let span: Span = text.trim().parse().map_err(|_| TimeError::NotDuration)?;
    let relative = SpanRelativeTo::days_are_24_hours();
    let duration = span.to_duration(relative).map_err(|_| TimeError::NotDuration)?;
    if !duration.is_positive() {
        Err(TimeError::NotPositive)
    } else if duration > LONGEST {
        Err(TimeError::TooLong)
    } else {
        Ok(duration)
    }
}

/// The day of expiry of an entry signed on a day: a duration after it, rounded up to days, or a UTC date.
///
/// It must be valid on `today`, and for at most ten years.
pub(crate) fn parse_expiry(text: &str, on: Date, today: Date) -> Result<Date, TimeError> {
    let expires = match parse_date(text) {
        Ok(date) => date,
        Err(_) => {
            let duration = duration(text).map_err(|error| match error {
                TimeError::NotDuration => TimeError::NotExpiry,
                other => other,
            })?;
            let days = duration.as_secs().saturating_add(86_399) / 86_400;
            on.checked_add(Span::new().try_days(days).map_err(|_| TimeError::TooLong)?)
                .map_err(|_| TimeError::TooLong)?
        }
    };
    if expires < today {
        Err(TimeError::Over)
    } else if expires.duration_since(on) > LONGEST {
        Err(TimeError::TooLong)
    } else {
        Ok(expires)
    }
}

/// The window of a scan as written; its start depends on `now`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Window {
    text: String,
    start: Start,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    Before(SignedDuration),
    At(Timestamp),
}

impl Window {
    /// Parses a duration, a UTC date or an RFC 3339 time.
    pub(crate) fn parse(text: &str) -> Result<Self, TimeError> {
        let text = text.trim();
        let start = if let Ok(instant) = text.parse::<Timestamp>() {
            Start::At(instant)
        } else if let Ok(date) = parse_date(text) {
            let midnight = date.to_zoned(TimeZone::UTC).map_err(|_| TimeError::NotWindow)?;
            Start::At(midnight.timestamp())
        } else {
            Start::Before(duration(text).map_err(|error| match error {
                TimeError::NotDuration => TimeError::NotWindow,
                other => other,
            })?)
        };
        Ok(Self { text: text.to_owned(), start })
    }

    /// The start of the window; not in the future, and at most ten years back.
    pub(crate) fn start(&self, now: Timestamp) -> Result<Timestamp, TimeError> {
        let start = match self.start {
            Start::Before(duration) => now.checked_sub(duration).map_err(|_| TimeError::TooLong)?,
            Start::At(instant) => instant,
        };
        if start >= now {
            Err(TimeError::Future)
        } else if now.duration_since(start) > LONGEST {
            Err(TimeError::TooLong)
        } else {
            Ok(start)
        }
    }

    /// The text as written.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is the default window.
    pub(crate) fn is_default(&self) -> bool {
        self.start == Start::Before(DEFAULT_WINDOW)
    }
}

/// The UTC day of an instant.
pub(crate) fn day_of(instant: Timestamp) -> Date {
    instant.to_zoned(TimeZone::UTC).date()
}

/// The difference between this machine's clock and the server's in seconds; positive if this machine is ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClockSkew(pub(crate) i64);

impl ClockSkew {
    /// The least difference that leads to a warning.
    const NOTABLE: u64 = 5 * 60;
    /// The least difference from which the window ends by the server's clock.
    const MISLEADING: i64 = 60 * 60;

    pub(crate) fn between(here: Timestamp, server: Timestamp) -> Self {
        Self(here.as_second().saturating_sub(server.as_second()))
    }

    /// Whether it needs a warning.
    pub(crate) const fn is_notable(self) -> bool {
        self.0.unsigned_abs() >= Self::NOTABLE
    }

    /// Whether a window by this machine's clock would end in the server's future.
    pub(crate) const fn is_misleading(self) -> bool {
        self.0 >= Self::MISLEADING
    }

    /// The server's time at `here` on this machine's clock.
    pub(crate) fn server_time(self, here: Timestamp) -> Timestamp {
        here.saturating_sub(SignedDuration::from_secs(self.0)).unwrap_or(here)
    }
}

impl fmt::Display for ClockSkew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", length(self.0.unsigned_abs()), if self.0 < 0 { "behind" } else { "ahead of" })
    }
}

/// A length of time in its largest unit.
pub(crate) fn length(seconds: u64) -> String {
    let (number, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7_200 => (seconds / 60, "minute"),
        7_200..172_800 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

/// How old something is.
pub(crate) fn age(seconds: u64) -> String {
    if seconds < 60 { "under a minute".to_owned() } else { length(seconds) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-06-15T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn durations_take_days_of_24_hours() {
        let hours = |text| parse_duration(text).map(|duration| duration.as_secs() / 3600);
        assert_eq!(hours("30d"), Ok(720));
        assert_eq!(hours("2w"), Ok(336));
        assert_eq!(hours(" 12h "), Ok(12));
        assert_eq!(hours("90m"), Ok(1));
        assert_eq!(hours("1d 2h"), Ok(26));
        assert_eq!(parse_duration("10m").unwrap().as_secs(), 600);
    }

    #[test]
    fn durations_that_make_no_sense_are_refused() {
        for text in ["", "30", "abc", "1mo", "1y", "d", "30 bananas"] {
            assert_eq!(parse_duration(text), Err(TimeError::NotDuration), "{text:?}");
        }
        assert_eq!(parse_duration("0s"), Err(TimeError::NotPositive));
        assert_eq!(parse_duration("-5d"), Err(TimeError::NotPositive));
        assert_eq!(parse_duration("5d ago"), Err(TimeError::NotPositive));
        assert_eq!(parse_duration("4000d"), Err(TimeError::TooLong));
        assert!(parse_duration(&format!("{}h", "9".repeat(400))).is_err());
    }

    fn start_of(text: &str) -> Result<Timestamp, TimeError> {
        Window::parse(text)?.start(now())
    }

    #[test]
    fn windows_start_where_they_say() {
        let start = |text| start_of(text).map(|start| start.to_string());
        assert_eq!(start("30d"), Ok("2026-05-16T12:00:00Z".to_owned()));
        assert_eq!(start("2026-06-01"), Ok("2026-06-01T00:00:00Z".to_owned()));
        assert_eq!(start("2026-06-01T02:00:00+02:00"), Ok("2026-06-01T00:00:00Z".to_owned()));
    }

    #[test]
    fn windows_are_neither_in_the_future_nor_endless() {
        assert_eq!(start_of("2026-06-16"), Err(TimeError::Future));
        assert_eq!(start_of("2026-06-15T12:00:00Z"), Err(TimeError::Future));
        assert_eq!(start_of("1999-01-01"), Err(TimeError::TooLong));
        assert_eq!(start_of("2026-06-01T00:00:00"), Err(TimeError::NotWindow));
        assert_eq!(start_of("yesterday"), Err(TimeError::NotWindow));
        assert_eq!(start_of("-30d"), Err(TimeError::NotPositive));
    }

    #[test]
    fn expiries_are_days_after_the_signature_or_dates() {
        let (on, today) = (jiff::civil::date(2026, 5, 1), jiff::civil::date(2026, 6, 15));
        let expiry = |text| parse_expiry(text, on, today).map(|date| date.to_string());
        assert_eq!(expiry("90d"), Ok("2026-07-30".to_owned()));
        assert_eq!(expiry("2160h 1m"), Ok("2026-07-31".to_owned()), "a part of a day counts as one");
        assert_eq!(expiry(" 2027-03-31 "), Ok("2027-03-31".to_owned()));
        assert_eq!(expiry("2026-06-15"), Ok("2026-06-15".to_owned()), "through the end of the day");
        for over in ["2026-06-14", "30d"] {
            assert_eq!(expiry(over), Err(TimeError::Over));
        }
        for endless in ["2037-01-01", "9999-12-31", "4000d"] {
            assert_eq!(expiry(endless), Err(TimeError::TooLong), "{endless}");
        }
        for text in ["", "never", "1y", "2027-13-01", "-5d ago ago"] {
            assert_eq!(expiry(text), Err(TimeError::NotExpiry), "{text:?}");
        }
    }

    #[test]
    fn the_default_window_is_recognised_in_any_words() {
        assert!(Window::parse("720h").unwrap().is_default());
        assert!(!Window::parse("29d").unwrap().is_default());
        assert!(!Window::parse("2026-06-01").unwrap().is_default());
    }

    #[test]
    fn clocks_are_compared_either_way() {
        let at = |second: i64| Timestamp::from_second(1_700_000_000 + second).unwrap();
        let skew = |second| ClockSkew::between(at(second), at(0));
        for (second, notable, misleading) in [
            (299, false, false),
            (-299, false, false),
            (300, true, false),
            (-300, true, false),
            (3_599, true, false),
            (3_600, true, true),
            (-86_400, true, false),
        ] {
            assert_eq!(
                (skew(second).is_notable(), skew(second).is_misleading()),
                (notable, misleading),
                "{second}"
            );
            assert_eq!(skew(second).server_time(at(second)), at(0));
        }
        assert_eq!(skew(-420).to_string(), "7 minutes behind");
        assert_eq!(skew(7_200).to_string(), "2 hours ahead of");
    }

    #[test]
    fn dates_are_days_and_nothing_else() {
        assert_eq!(parse_date("2027-03-31"), Ok(jiff::civil::date(2027, 3, 31)));
        for text in ["2027-02-30", "2027-03-31T10:00:00Z", "31.3.2027", "90d", "", "２０27-03-3"] {
            assert_eq!(parse_date(text), Err(TimeError::NotDate), "{text:?}");
        }
    }
}
