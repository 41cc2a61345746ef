//! What people saw and decided, laid over what the data says.
//!
//! An [attestation](attestations) is evidence: it enters before the verdict. A [waiver](waivers) is a decision:
//! it never changes a status, it only takes a finding out of the gate. A [`baseline`] does the same for
//! what an earlier report already showed. [`hygiene`] says which of them went stale.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

pub(crate) mod attestations;
pub(crate) mod baseline;
pub(crate) mod hygiene;
pub(crate) mod proofs;
pub(crate) mod waivers;

/// The day of an instant in UTC, wherever the program runs.
pub(crate) fn day_of(instant: Timestamp) -> Date {
    instant.to_zoned(TimeZone::UTC).date()
}

/// Whether something signed on one day and valid through the end of another counts on a third.
fn counts(on: Option<Date>, expires: Date, today: Date) -> bool {
    on.is_none_or(|on| on <= today) && today <= expires
}

#[cfg(test)]
mod tests;
