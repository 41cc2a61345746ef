//! The ranges of the activity log that a command reads.

use jiff::{SignedDuration, Timestamp};

use crate::config::time::{DEFAULT_WINDOW, Window};
use crate::error::Error;
use crate::sources::Ranges;

/// The longest silence that is looked back for, in hours: ten years.
const LONGEST_SILENCE: i64 = 24 * 3_653;

/// What is known about the window before `now` is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// The start of the window, as the command line has it.
    pub(super) since: Option<&'a str>,
    /// The start of the window, as the configuration has it.
    pub(super) configured: Option<&'a Window>,
    /// How far back a snapshot knows everything: a window that nobody asked for starts no earlier.
    pub(super) reach: Option<Timestamp>,
}

/// Decides the ranges, in whole seconds as the API counts.
///
/// # Errors
/// When the window is not a duration or a date, lies in the future, or is longer than ten years.
pub(super) fn decide(wanted: Wanted<'_>, now: Timestamp, stale_after_days: u64) -> Result<Ranges, Error> {
    let failed = |source| Error::Time { option: "--since", source };
    let now = whole_second(now);
    let window = wanted.since.map(Window::parse).transpose().map_err(failed)?;
    let since = match window.as_ref().or(wanted.configured) {
        Some(window) => window.start(now).map_err(failed)?,
        None => {
            let usual = now.saturating_sub(DEFAULT_WINDOW).unwrap_or(Timestamp::MIN);
            wanted.reach.filter(|reach| *reach < now).map_or(usual, |reach| usual.max(reach))
        }
    };
    let hours = i64::try_from(stale_after_days).unwrap_or(i64::MAX).saturating_mul(24).min(LONGEST_SILENCE);
    let silence = SignedDuration::from_hours(hours);
    let arrivals_since = now.saturating_sub(silence).unwrap_or(Timestamp::MIN);
    Ok(Ranges { now, since: whole_second(since), arrivals_since })
}

fn whole_second(instant: Timestamp) -> Timestamp {
    Timestamp::from_second(instant.as_second()).unwrap_or(instant)
}
