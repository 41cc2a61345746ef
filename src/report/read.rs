//! Reading saved reports back. They may come from anywhere, so each value is checked as it is read.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::Path;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::saved::{ReadError, Saved};
use super::{Control, Report, SourceReport, Summary};
use crate::bounded_file;
use crate::casefold::fold;
use crate::controls::{self, LONGEST_ATTESTATION, LONGEST_TEXT};
use crate::digest;
use crate::facts::activity::{MAX_METHODS, MAX_PERIODS};
use crate::time::day_of;
use crate::verdict::{Finding, Waiver, counts};

/// The most controls that a report may have: twice as many as there may be control files.
const MOST_CONTROLS: usize = 2_000;

impl Report {
    /// Reads what `scan -o json=FILE` wrote, from a file.
    ///
    /// # Errors
    /// When that is something else, or has a format this program does not know.
    pub(crate) fn open(path: &Path) -> Result<Self, ReadError> {
        Self::of_saved(&Saved::open(path)?)
    }

    /// The same, with `sha256:` and the digest of the file that was read.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub(crate) fn open_with_digest(path: &Path) -> Result<(Self, String), ReadError> {
        let file = bounded_file::open(path).map_err(io::Error::from)?;
        let report = Self::of_saved(&Saved::of_file(file.try_clone()?)?)?;
        Ok((report, digest::of_open(&file)?))
    }

    /// Reads what `scan -o json=FILE` wrote, from anywhere else.
    ///
    /// # Errors
    /// When that is something else, or has a format this program does not know.
    pub(crate) fn read(source: impl Read) -> Result<Self, ReadError> {
        Self::of_saved(&Saved::read(source)?)
    }

    fn of_saved(saved: &Saved) -> Result<Self, ReadError> {
        let mut report = saved.parse::<Self>()?;
        report.keep_what_counts();
        report.summary = Summary::of(&report.controls);
        report.decide_again();
        if let Some(activity) = &mut report.activity {
            activity.sign_ins.truncate(MAX_METHODS);
            activity.periods.truncate(MAX_PERIODS);
        }
        Ok(report)
    }

    /// Takes out what did not count on the day of the scan, whatever a saved report says.
    fn keep_what_counts(&mut self) {
        let day = day_of(self.scan.at);
        let compared = self.scan.baseline.is_some();
        let lapsed = |waiver: &mut Waiver| !counts(waiver.on, waiver.expires, day);
        for Control { findings, reviewable, waived, attestation, in_baseline, .. } in &mut self.controls {
            waived.take_if(lapsed);
            attestation.take_if(|signed| !counts(Some(signed.on), signed.expires, day));
            *in_baseline &= compared;
            for Finding { check, event, waived, reviewed, in_baseline, .. } in findings {
                waived.take_if(lapsed);
                let may_be = event.is_some() && reviewable.contains(check);
                reviewed.take_if(|review| !may_be || review.on > day);
                *in_baseline &= compared;
            }
        }
    }
}

/// Reads the id of a control, which has the form it has in a control file.
pub(super) fn id<'de, D: Deserializer<'de>>(input: D) -> Result<String, D::Error> {
    let id = String::deserialize(input)?;
    if controls::is_id(&id) { Ok(id) } else { Err(D::Error::custom(controls::ID_RULE)) }
}

/// Reads a text that comes from a control file, which has a bound there.
pub(super) fn prose<'de, D: Deserializer<'de>>(input: D) -> Result<String, D::Error> {
    let text = String::deserialize(input)?;
    if text.chars().count() > LONGEST_TEXT {
        return Err(D::Error::custom(format_args!("the text is longer than {LONGEST_TEXT} characters")));
    }
    Ok(text)
}

/// Reads how many days an attestation holds.
pub(super) fn attest_for<'de, D: Deserializer<'de>>(input: D) -> Result<u16, D::Error> {
    match u16::deserialize(input)? {
        days @ 1..=LONGEST_ATTESTATION => Ok(days),
        _ => Err(D::Error::custom(format_args!("an attestation holds from 1 to {LONGEST_ATTESTATION} days"))),
    }
}

/// Reads the controls, each of which is there once.
pub(super) fn controls<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<Control>, D::Error> {
    let controls: Vec<Control> = Vec::deserialize(input)?;
    if controls.len() > MOST_CONTROLS {
        return Err(D::Error::custom(format_args!("there are more than {MOST_CONTROLS} controls")));
    }
    distinct("control", controls.iter().map(|control| &*control.id))?;
    Ok(controls)
}

/// Reads the sources, each of which is there once.
pub(super) fn sources<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<SourceReport>, D::Error> {
    let sources: Vec<SourceReport> = Vec::deserialize(input)?;
    distinct("source", sources.iter().map(|source| source.id.as_str()))?;
    Ok(sources)
}

/// Refuses a list in which something is there twice: reports are looked up by it.
fn distinct<'a, E: serde::de::Error>(what: &str, names: impl IntoIterator<Item = &'a str>) -> Result<(), E> {
    let mut seen = BTreeSet::new();
    match names.into_iter().find(|name| !seen.insert(fold(name))) {
        Some(twice) => Err(E::custom(format_args!("{what} {twice} is there twice"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
