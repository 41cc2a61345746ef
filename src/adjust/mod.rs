//! Adjustments: what people saw and decided, applied to what the data says.
//!
//! An [attestation](attestations) is evidence: it decides what data leaves open. A [waiver](waivers) is a decision:
//! it never changes a status, it only takes a finding out of the gate. A [`baseline`] does the same for
//! what an earlier report already showed. [`hygiene`] says which of them need attention.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::assessment::Assessment;
use crate::config::Config;
use crate::warning::Warning;

mod attestations;
pub(crate) mod baseline;
mod evidence;
mod hygiene;
mod waivers;

pub(crate) use evidence::{EvidenceFile, EvidenceFiles};

/// The day of an instant in UTC, wherever the program runs.
pub(crate) fn day_of(instant: Timestamp) -> Date {
    instant.to_zoned(TimeZone::UTC).date()
}

/// Lets attestations enter the verdicts and applies the waivers, unless they are to be ignored; warns of those that
/// need attention. `is_control` says whether an id names a control.
pub(crate) fn apply(
    assessments: &mut [Assessment],
    config: &Config,
    files: &EvidenceFiles,
    no_waivers: bool,
    is_control: impl Fn(&str) -> bool,
    today: Date,
) -> Vec<Warning> {
    let judged = evidence::judge(config, files);
    attestations::enter_all(assessments, &judged, today);
    let matched = if no_waivers {
        vec![true; config.waivers.len()]
    } else {
        waivers::apply(assessments, &config.waivers, today)
    };
    let mut warnings = hygiene::complaints(config, &matched, is_control, today);
    warnings.extend(judged.warnings);
    warnings
}

/// Whether something signed on one day and valid through the end of another counts on a third.
fn counts(on: Option<Date>, expires: Date, today: Date) -> bool {
    on.is_none_or(|on| on <= today) && today <= expires
}

#[cfg(test)]
mod tests;
