//! The ranges of the activity log that a command reads.

use jiff::{SignedDuration, Timestamp};

use crate::config::time::{DEFAULT_WINDOW, Window};
use crate::error::Error;
use crate::snapshot::Ranges;

/// The longest silence that is looked back for, in hours: ten years.
const LONGEST_SILENCE: i64 = 24 * 3_653;

/// Decides the ranges, in whole seconds as the API counts.
///
/// # Errors
/// When the window is not a duration or a date, lies in the future, or is longer than ten years.
pub(super) fn decide(
    since: Option<&str>,
    configured: Option<&Window>,
    now: Timestamp,
    stale_after_days: u64,
) -> Result<Ranges, Error> {
    let failed = |source| Error::Time { option: "--since", source };
    let now = whole_second(now);
    let window = since.map(Window::parse).transpose().map_err(failed)?;
    let since = match window.as_ref().or(configured) {
        Some(window) => window.start(now).map_err(failed)?,
        None => now.saturating_sub(DEFAULT_WINDOW).unwrap_or(Timestamp::MIN),
    };
    let hours = i64::try_from(stale_after_days).unwrap_or(i64::MAX).saturating_mul(24).min(LONGEST_SILENCE);
    let silence = SignedDuration::from_hours(hours);
    let arrivals_since = now.saturating_sub(silence).unwrap_or(Timestamp::MIN);
    Ok(Ranges { now, since: whole_second(since), arrivals_since })
}

fn whole_second(instant: Timestamp) -> Timestamp {
    Timestamp::from_second(instant.as_second()).unwrap_or(instant)
}
