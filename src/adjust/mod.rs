//! Adjustments: what people saw and decided, applied to what the data says.
//!
//! A [review](reviews) takes a single event out of what a control counts. An [attestation](attestations) is evidence:
//! it decides what data leaves open. A [waiver](waivers) is a decision: it never changes a status, it only takes a
//! finding out of the gate. A [`baseline`] does the same for
//! what an earlier report already showed. [`hygiene`] says which of them need attention.

use jiff::civil::Date;

use crate::assessment::Assessment;
use crate::config::{Config, Weakening};
use crate::controls::Catalog;
use crate::warning::Warning;

mod attestations;
pub(crate) mod baseline;
mod evidence;
mod hygiene;
mod reviews;
mod waivers;

pub(crate) use attestations::{limit_of, newest, valid_until};
pub(crate) use evidence::{EvidenceFile, EvidenceFiles};
pub(crate) use reviews::{Named, NamedEvents, in_force};
pub(crate) use waivers::{Met, met};

/// What the entries of a configuration are held against.
pub(crate) struct Scanned<'a> {
    pub catalog: &'a Catalog,
    /// What the log has under the ids that the entries name.
    pub events: &'a NamedEvents,
    /// The first day of the window.
    pub since: Date,
    /// Whether the window of the log was read whole.
    pub log_complete: bool,
    /// The day by which entries count.
    pub today: Date,
}

/// Everything in a configuration that may make the result look better, with the days on which it ends by the controls,
/// and without levels that make a control no easier.
pub(crate) fn weakens(config: &Config, catalog: &Catalog, today: Date) -> Vec<Weakening> {
    let mut config = config.clone();
    for attestation in &mut config.attestations {
        if let Ok(definition) = catalog.find(&attestation.control) {
            attestation.value.expires = valid_until(attestation, definition.control.attest_for);
        }
    }
    for (id, setting) in &mut config.controls {
        let own = catalog.find(id).ok().map(|definition| definition.own_level);
        setting.value.level = setting.level.filter(|level| own.is_none_or(|own| own < *level));
    }
    config.weakens(today)
}

/// Lets attestations enter the verdicts and applies the waivers, unless they are to be ignored; warns of the entries
/// that need attention. Reviews have entered the verdicts already.
pub(crate) fn apply(
    assessments: &mut [Assessment],
    config: &Config,
    files: &EvidenceFiles,
    no_waivers: bool,
    scanned: &Scanned<'_>,
) -> Vec<Warning> {
    let judged = evidence::judge(config, files);
    attestations::enter_all(assessments, &judged, scanned.today);
    let met = if no_waivers {
        vec![waivers::Met::Something; config.waivers.len()]
    } else {
        waivers::apply(assessments, &config.waivers, scanned.events, scanned.today)
    };
    let mut warnings = hygiene::complaints(config, &met, assessments, scanned);
    warnings.extend(judged.warnings);
    warnings
}

#[cfg(test)]
mod tests;
