//! Reading saved reports back. Everything in them may have been written by somebody else.

use std::borrow::Cow;
use std::io::{self, Read};
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use super::Document;
use crate::bounded_file::{self, Refusal};
use crate::hint::Hint;
use crate::report::Report;
use crate::text;

/// The largest report that is read, in bytes.
const LARGEST: u64 = 256 << 20;
/// The version of the format that is understood.
const SCHEMA_VERSION: &str = "1";
/// How much of what is wrong is repeated, in columns: it may quote the file.
const ECHO_COLUMNS: usize = 200;

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
    /// Its parts do not belong together.
    #[error("it contradicts itself: {what}")]
    Contradiction {
        /// What does not fit.
        what: String,
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
                Self::TooLarge | Self::NotAReport { .. } | Self::Contradiction { .. } => {
                    "give a file that `scan -o json=FILE` wrote"
                }
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
        let document = parse::<Document<'static>>(json)?;
        let contradiction = |what: String| ReadError::Contradiction { what: text::line(&what, ECHO_COLUMNS) };
        document.check().map_err(contradiction)?;
        Ok(Self::from(document))
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
        Refusal::TooLarge => ReadError::TooLarge,
        other => io::Error::from(other).into(),
    })
}

#[cfg(test)]
mod tests;
