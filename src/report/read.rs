//! Reading saved reports back. They may come from anywhere, so each value is checked as it is read.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::Path;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use thiserror::Error;

use super::{Control, Report, SourceReport, Summary};
use crate::bounded_file::{self, Unopened};
use crate::casefold::fold;
use crate::controls::{self, LONGEST_ATTESTATION, LONGEST_TEXT};
use crate::facts::activity::{MAX_METHODS, MAX_PERIODS};
use crate::hint::Hint;
use crate::text;
use crate::time::day_of;
use crate::verdict::{Finding, Waiver, counts};

/// The largest report that is read, in bytes.
const LARGEST: u64 = 256 << 20;
/// The version of the format that is understood.
const SCHEMA_VERSION: &str = "1";
/// How much of what is wrong is repeated, in columns: it may quote the file.
const ECHO_COLUMNS: usize = 200;
/// The most controls that a report may have: twice as many as there may be control files.
const MOST_CONTROLS: usize = 2_000;

/// Why a saved report cannot be read back. The texts it repeats are escaped already.
#[derive(Debug, Error)]
pub(crate) enum ReadError {
    /// It cannot be read at all.
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// It is larger than any report.
    #[error("it is larger than {} MiB", LARGEST >> 20)]
    TooLarge,
    /// It is broken, or something else.
    #[error("it is not a JSON report of intercom-harden: {what} (line {line}, column {column})")]
    NotAReport {
        /// What is wrong.
        what: String,
        /// In which line, from 1.
        line: usize,
        /// In which column, from 1.
        column: usize,
    },
    /// It has a format that this program does not know.
    #[error("it has schema version {found}, and this program reads version {SCHEMA_VERSION}")]
    OtherVersion {
        /// The version in it.
        found: String,
    },
}

impl Hint for ReadError {
    fn hint(&self) -> Option<Cow<'static, str>> {
        Some(
            match self {
                Self::Unreadable(_) => "check that the file exists and may be read",
                Self::TooLarge | Self::NotAReport { .. } => "give a file that `scan -o json=FILE` wrote",
                Self::OtherVersion { .. } => {
                    "use the version of intercom-harden that wrote it, or scan again"
                }
            }
            .into(),
        )
    }
}

impl From<serde_json::Error> for ReadError {
    fn from(error: serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let message = error.to_string();
        let place = format!(" at line {line} column {column}");
        let what = message.strip_suffix(&place).unwrap_or(&message);
        Self::NotAReport { what: text::line(what, ECHO_COLUMNS), line, column }
    }
}

impl Report {
    /// Rebuilds a report from what `scan -o json=FILE` wrote.
    ///
    /// # Errors
    /// When that is something else, or has a format this program does not know.
    pub(crate) fn from_json(json: &[u8]) -> Result<Self, ReadError> {
        let mut report = parse::<Self>(json)?;
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

/// What every version of the format has.
#[derive(Deserialize)]
struct Versioned {
    schema_version: String,
}

/// Reads of a saved report what `T` asks for, once its version is known to be the one understood.
///
/// # Errors
/// When it is no report, lacks something, or has another version.
pub(crate) fn parse<T: DeserializeOwned>(json: &[u8]) -> Result<T, ReadError> {
    let Versioned { schema_version } = serde_json::from_slice(json)?;
    if schema_version != SCHEMA_VERSION {
        return Err(ReadError::OtherVersion { found: text::line(&schema_version, 20) });
    }
    Ok(serde_json::from_slice(json)?)
}

/// Reads a saved report as it is, from a file that must be one.
///
/// # Errors
/// When it is no regular file, cannot be read, or is too large.
pub(crate) fn bytes_of(path: &Path) -> Result<Vec<u8>, ReadError> {
    bytes(bounded_file::open(path).map_err(io::Error::from)?)
}

/// Reads a saved report as it is.
///
/// # Errors
/// When it cannot be read, or is too large.
pub(crate) fn bytes(source: impl Read) -> Result<Vec<u8>, ReadError> {
    bytes_up_to(source, LARGEST)
}

fn bytes_up_to(source: impl Read, largest: u64) -> Result<Vec<u8>, ReadError> {
    bounded_file::read_all(source, largest).map_err(|refusal| match refusal {
        Unopened::TooLarge => ReadError::TooLarge,
        other => io::Error::from(other).into(),
    })
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
