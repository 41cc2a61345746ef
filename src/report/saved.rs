//! Saved reports as they are stored: in UTF-8 or UTF-16, with or without a byte order mark. A file is parsed while it is
//! read, so that a report costs no more than what is kept of it.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use encoding_rs::UTF_8;
use memchr::{memchr, memchr2, memchr3_iter};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::bounded_file::{self, PROBE, Unopened};
use crate::bounded_json;
use crate::hint::Hint;
use crate::text;

/// The largest report that is read, in bytes.
const LARGEST: u64 = 256 << 20;
/// The version of the format that is understood.
const SCHEMA_VERSION: &str = "1";
/// How much of what is wrong is repeated, in columns: it may quote the file.
const ECHO_COLUMNS: usize = 200;
/// How many values a report of any size may have.
const VALUES: u64 = 1 << 17;

/// How many bytes of a larger report there are for each value, at least: in one that this program wrote, twice as many.
const BYTES_PER_VALUE: u64 = 8;

/// Why a saved report cannot be read back. The texts it repeats are escaped already.
#[derive(Debug, Error)]
pub(crate) enum ReadError {
    /// It cannot be read at all.
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// It is larger than any report.
    #[error("it is larger than {} MiB", LARGEST >> 20)]
    TooLarge,
    /// It is UTF-16 that is broken.
    #[error("it is not valid {encoding}")]
    Encoding {
        /// The encoding of its first bytes.
        encoding: &'static str,
    },
    /// It would cost far more memory than its size.
    #[error(transparent)]
    TooManyValues(TooManyValues),
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
                Self::TooLarge | Self::Encoding { .. } | Self::TooManyValues(_) | Self::NotAReport { .. } => {
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
        if error.is_io() {
            return match io::Error::from(error).downcast() {
                Ok(refused) => Self::TooManyValues(refused),
                Err(error) => Self::Unreadable(error),
            };
        }
        let (line, column) = (error.line(), error.column());
        let what = text::line(&bounded_json::message(&error), ECHO_COLUMNS);
        Self::NotAReport { what, line, column }
    }
}

/// A saved report that can be read more than once.
pub(super) enum Saved {
    /// A file in UTF-8, without its byte order mark of that many bytes.
    File(File, u64),
    /// A report in memory, in UTF-8 without its byte order mark.
    Memory(Vec<u8>),
}

impl Saved {
    /// Opens a file that must be a regular one.
    ///
    /// # Errors
    /// When it is no regular file, cannot be read, or is too large.
    pub(super) fn open(path: &Path) -> Result<Self, ReadError> {
        Self::of_file(bounded_file::open(path).map_err(io::Error::from)?)
    }

    /// Takes a file that was just opened.
    ///
    /// # Errors
    /// When it cannot be read, or is too large.
    pub(super) fn of_file(mut file: File) -> Result<Self, ReadError> {
        if file.metadata()?.len() > LARGEST {
            return Err(ReadError::TooLarge);
        }
        let mut start = Vec::new();
        (&file).take(PROBE as u64).read_to_end(&mut start)?;
        let (encoding, mark) = bounded_file::encoding(&start);
        if encoding == UTF_8 {
            return Ok(Self::File(file, mark as u64));
        }
        file.rewind()?;
        Self::read(file)
    }

    /// Reads a report to its end.
    ///
    /// # Errors
    /// When it cannot be read, or is too large.
    pub(super) fn read(source: impl Read) -> Result<Self, ReadError> {
        let mut bytes = bounded_file::read_all(source, LARGEST).map_err(|refusal| match refusal {
            Unopened::TooLarge => ReadError::TooLarge,
            other => io::Error::from(other).into(),
        })?;
        let (encoding, mark) = bounded_file::encoding(&bytes);
        bytes.drain(..mark);
        if encoding == UTF_8 {
            return Ok(Self::Memory(bytes));
        }
        let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes);
        let text = text.ok_or(ReadError::Encoding { encoding: encoding.name() })?;
        Ok(Self::Memory(text.into_owned().into_bytes()))
    }

    /// Parses what `T` asks for.
    ///
    /// # Errors
    /// When it is no report, lacks something, or has another version than the one understood.
    pub(super) fn parse<T: DeserializeOwned>(&self) -> Result<T, ReadError> {
        self.parse_once().map_err(|error| match self.parse_once() {
            Ok(Versioned { schema_version }) if schema_version != SCHEMA_VERSION => {
                ReadError::OtherVersion { found: text::line(&schema_version, 20) }
            }
            _ => error,
        })
    }

    fn parse_once<T: DeserializeOwned>(&self) -> Result<T, ReadError> {
        let parsed = match self {
            Self::File(file, mark) => {
                let mut file = file;
                file.seek(SeekFrom::Start(*mark))?;
                serde_json::from_reader(BufReader::new(ValueLimit::of(file.take(LARGEST))))
            }
            Self::Memory(bytes) => serde_json::from_reader(BufReader::new(ValueLimit::of(bytes.as_slice()))),
        };
        Ok(parsed?)
    }
}

/// What every version of the format has.
#[derive(Deserialize)]
struct Versioned {
    schema_version: String,
}

/// Why a [`ValueLimit`] reads no further.
#[derive(Debug, Error)]
#[error("it has more values than a report of its size")]
pub(crate) struct TooManyValues;

/// JSON whose values are counted while it is read: each of them costs memory, however short it is.
struct ValueLimit<R> {
    source: R,
    bytes: u64,
    values: u64,
    in_string: bool,
    escaped: bool,
}

impl<R> ValueLimit<R> {
    const fn of(source: R) -> Self {
        Self { source, bytes: 0, values: 0, in_string: false, escaped: false }
    }
}

impl<R: Read> Read for ValueLimit<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.source.read(buffer)?;
        self.bytes += length as u64;
        let mut rest = buffer.get(..length).unwrap_or_default();
        if self.escaped && length > 0 {
            self.escaped = false;
            rest = rest.get(1..).unwrap_or_default();
        }
        while !rest.is_empty() {
            let (end, next) = if self.in_string {
                let end = memchr2(b'"', b'\\', rest);
                self.escaped = end.is_some_and(|end| rest.get(end) == Some(&b'\\'));
                (end, 1 + usize::from(self.escaped))
            } else {
                let end = memchr(b'"', rest);
                let outside = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
                self.values += memchr3_iter(b',', b'[', b'{', outside).count() as u64;
                (end, 1)
            };
            let Some(end) = end else { break };
            self.in_string ^= !self.escaped;
            let next = end + next;
            // What is escaped may be the first of the next bytes.
            self.escaped &= next > rest.len();
            rest = rest.get(next..).unwrap_or_default();
        }
        if self.values > VALUES + self.bytes / BYTES_PER_VALUE {
            return Err(io::Error::other(TooManyValues));
        }
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read_up_to_its_limit() {
        let zeros = |length| io::repeat(0x20).take(length);
        assert!(matches!(Saved::read(zeros(LARGEST + 1)), Err(ReadError::TooLarge)));
        let large = tempfile::NamedTempFile::new().unwrap();
        large.as_file().set_len(LARGEST + 1).unwrap();
        assert!(matches!(Saved::open(large.path()), Err(ReadError::TooLarge)));
    }

    #[test]
    fn values_are_counted_outside_of_strings() {
        let json = r#"{"a,[{": [1, "\\", ",\",", {}], "b": null}"#;
        for piece in 1..json.len() {
            let mut counted = ValueLimit::of(json.as_bytes());
            let mut piece = vec![0; piece];
            while counted.read(&mut piece).unwrap() > 0 {}
            assert_eq!(counted.values, 7);
        }
        let crowded = format!("[{}", "1,".repeat(200_000));
        let refused = ValueLimit::of(crowded.as_bytes()).read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(refused.to_string(), TooManyValues.to_string());
    }
}
