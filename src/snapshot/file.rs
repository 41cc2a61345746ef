//! The snapshot file: one line of header, then zstd-compressed lines, one record each.
//!
//! ```text
//! {"format":"intercom-harden snapshot","version":1,"tool":"0.1.0","at":"…","since":"…",…,"digest":"sha256:…"}
//! <zstd>
//! {"me":{…}}
//! {"admins":[…]}
//! {"event":{…}}            one line per event, in the order they were read
//! {"unread":{…}}           one line per unreadable entry of the log
//! {"end":{…}}              how each source ended
//! ```
//!
//! The header is not compressed, so that a later version differs from a broken file. The digest covers the header (with
//! an empty digest) and the compressed lines.

use std::io::{self, Read, Write};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::api::model::{Admin, IpAllowlist, Me, ProbeAnswer, UnreadEntry, list};
use crate::sources::{Failure, Feed, Outcome, Outcomes, SourceStatus};
use crate::warning::Warning;

/// The format in the first line.
pub(super) const FORMAT: &str = "intercom-harden snapshot";
/// The version of an unredacted snapshot.
pub(super) const VERSION: u32 = 1;
/// The version of a redacted snapshot, and the highest that is read. Programs without support for pseudonyms refuse it,
/// because they would treat pseudonyms as addresses.
pub(super) const REDACTED_VERSION: u32 = 2;
/// The placeholder has the length of a digest, so that the header can be completed at the end.
pub(super) const EMPTY_DIGEST: &str =
    "sha256:0000000000000000000000000000000000000000000000000000000000000000";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    /// Always `intercom-harden snapshot`.
    pub format: String,
    pub version: u32,
    pub tool: String,
    /// The end of the window.
    pub at: Timestamp,
    /// The start of the window.
    pub since: Timestamp,
    /// The start of the range for sign-ins, accepted invites and provisioning.
    pub arrivals_since: Timestamp,
    /// Identifies the key of pseudonyms in a redacted snapshot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redaction_key: Option<String>,
    /// `sha256:` and the digest of header and content.
    pub digest: String,
}

impl Header {
    /// The version that such a snapshot has.
    pub(super) const fn due_version(&self) -> u32 {
        if self.redaction_key.is_some() { REDACTED_VERSION } else { VERSION }
    }

    /// The line in the file, with the line break.
    pub(super) fn line(&self) -> serde_json::Result<Vec<u8>> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        Ok(line)
    }

    /// A digest that starts with the header.
    pub(super) fn start_digest(&self) -> serde_json::Result<Sha256> {
        let mut hash = Sha256::new();
        hash.update(Self { digest: EMPTY_DIGEST.to_owned(), ..self.clone() }.line()?);
        Ok(hash)
    }
}

/// A line after the header.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line<'a> {
    Me(Box<Me>),
    Admins(#[serde(deserialize_with = "list")] Vec<Admin>),
    IpAllowlist(IpAllowlist),
    Probe(#[serde(deserialize_with = "list")] Vec<ProbeAnswer>),
    Event(#[serde(borrow)] &'a RawValue),
    /// An unreadable entry of the log.
    Unread(#[serde(borrow)] UnreadEntry<'a>),
    /// The outcome of reading; always the last line.
    End(End),
}

/// The outcome of reading.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct End {
    #[serde(deserialize_with = "list")]
    feeds: Vec<FeedEnd>,
    /// Whether the workspace did not offer the search of the log.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    without_search: bool,
    #[serde(deserialize_with = "list")]
    warnings: Vec<String>,
    /// The number of unreadable entries of the log.
    #[serde(default)]
    pub(super) unread: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct FeedEnd {
    feed: Feed,
    status: SourceStatus,
    detail: Option<String>,
    /// Whether the API refused the token.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    token_refused: bool,
    records: u64,
    requests: u64,
}

impl End {
    pub(super) fn new(outcomes: &Outcomes, unread: u64) -> Self {
        let feeds = outcomes.feeds.iter().map(|(feed, outcome)| FeedEnd {
            feed: *feed,
            status: outcome.status,
            detail: outcome.failure.as_ref().map(ToString::to_string),
            token_refused: matches!(outcome.failure, Some(Failure::TokenRefused(_))),
            records: outcome.records,
            requests: outcome.requests,
        });
        let warnings = outcomes.warnings.iter().map(ToString::to_string).collect();
        Self { feeds: feeds.collect(), without_search: outcomes.without_search, warnings, unread }
    }
}

impl From<End> for Outcomes {
    fn from(end: End) -> Self {
        let feeds = end.feeds.into_iter().map(|end| {
            let FeedEnd { feed, status, detail, token_refused, records, requests } = end;
            let failure = detail.map(if token_refused { Failure::TokenRefused } else { Failure::Api });
            (feed, Outcome { status, failure, records, requests })
        });
        let warnings = end.warnings.into_iter().map(Warning::Recorded).collect();
        Self { feeds: feeds.collect(), without_search: end.without_search, rate: None, warnings }
    }
}

/// Computes the digest of everything read or written through it.
pub(super) struct Digesting<T> {
    pub(super) inner: T,
    pub(super) hash: Sha256,
}

impl<R: Read> Read for Digesting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hash.update(&buffer[..read]);
        Ok(read)
    }
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
