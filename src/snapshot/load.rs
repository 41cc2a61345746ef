//! Reading a snapshot back: the same records that the API gave, bounded and verified.

use std::io::{self, BufRead, BufReader, Read};

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use super::file::{FORMAT, Header, Line, VERSION, written};
use super::{ARRIVAL_TYPES, Feed, HISTORY_TYPES, Outcomes, Ranges, Record};
use crate::api::model::Event;

/// The longest header, in bytes.
const LONGEST_HEADER: u64 = 4 * 1024;
/// The longest line, in bytes: all teammates of a very large workspace.
const LONGEST_LINE: u64 = 64 * 1024 * 1024;
/// How much a snapshot may decompress to, in bytes: some twenty million events.
const LARGEST: u64 = 8 * 1024 * 1024 * 1024;
/// The largest window the compressor may have used, as a power of two: 8 MiB of memory.
const WINDOW_LOG: u32 = 23;

/// Why a snapshot cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SnapshotError {
    /// The file does not start as a snapshot does.
    #[error("this is not a snapshot: {0}")]
    NotASnapshot(String),
    /// A later version of the program wrote it.
    #[error("the snapshot has format version {found}, this program reads up to {VERSION}")]
    FutureVersion {
        /// The version in the file.
        found: u32,
    },
    /// The file ends too early.
    #[error("the snapshot is incomplete: {0}")]
    Truncated(String),
    /// The content is not what was written.
    #[error("the snapshot was altered or damaged: {0}")]
    Altered(String),
    /// It decompresses to more than any workspace has.
    #[error("the snapshot decompresses to more than {} GiB", LARGEST >> 30)]
    TooLarge,
    /// It knows less of the past than was asked for.
    #[error("the snapshot reaches back to {has}, the window starts at {wanted}")]
    WindowTooWide {
        /// The start of what it knows.
        has: Timestamp,
        /// The start of what was asked for.
        wanted: Timestamp,
    },
    /// It was taken before the instant of evaluation.
    #[error("the snapshot was taken at {at} and knows nothing later, such as {wanted}")]
    TooOld {
        /// When it was taken.
        at: Timestamp,
        /// The instant of evaluation.
        wanted: Timestamp,
    },
    /// The file could not be read.
    #[error("cannot read the snapshot: {0}")]
    Io(io::Error),
}

impl SnapshotError {
    /// What to do about it.
    pub(crate) const fn hint(&self) -> &'static str {
        match self {
            Self::NotASnapshot(_) => "give a file that `intercom-harden collect` wrote",
            Self::FutureVersion { .. } => "use the version of intercom-harden that wrote it, or a later one",
            Self::Truncated(_) | Self::Altered(_) | Self::TooLarge => "collect the workspace again",
            Self::WindowTooWide { .. } => "collect again with a longer --since, or scan with a shorter one",
            Self::TooOld { .. } => {
                "leave --now out to evaluate at the time of the snapshot, or collect again"
            }
            Self::Io(_) => "check that the file exists and may be read",
        }
    }
}

/// A snapshot whose header has been read.
pub(crate) struct Replay<R> {
    /// The header.
    pub header: Header,
    input: BufReader<R>,
    shift: SignedDuration,
}

impl<R: Read> Replay<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// When the input is not a snapshot, or one of a later version.
    pub(crate) fn open(input: R) -> Result<Self, SnapshotError> {
        let mut input = BufReader::new(input);
        let mut line = Vec::new();
        input.by_ref().take(LONGEST_HEADER).read_until(b'\n', &mut line).map_err(SnapshotError::Io)?;
        let header = parse_header(&line)?;
        Ok(Self { header, input, shift: SignedDuration::ZERO })
    }

    /// Moves the whole snapshot in time, so that it was taken at `at`.
    #[must_use]
    pub(crate) fn moved_to(mut self, at: Timestamp) -> Self {
        self.shift = at.duration_since(self.header.at);
        self
    }

    /// Hands every record inside `ranges` to `sink`, and says how the sources had ended.
    ///
    /// What was handed on counts only when this succeeds: the digest is known at the end.
    ///
    /// # Errors
    /// When the file is damaged, or `ranges` asks for more than it holds.
    pub(crate) fn run(
        self,
        ranges: &Ranges,
        sink: &mut impl FnMut(Record<'_>),
    ) -> Result<Outcomes, SnapshotError> {
        let shifted = |instant: Timestamp| instant.saturating_add(self.shift).unwrap_or(instant);
        let (at, since) = (shifted(self.header.at), shifted(self.header.since));
        if ranges.now > at {
            return Err(SnapshotError::TooOld { at, wanted: ranges.now });
        }
        let known = shifted(self.header.arrivals_since).min(since);
        if ranges.since < since {
            return Err(SnapshotError::WindowTooWide { has: since, wanted: ranges.since });
        }
        if ranges.arrivals_since < known {
            return Err(SnapshotError::WindowTooWide { has: known, wanted: ranges.arrivals_since });
        }
        let hash =
            self.header.start_digest().map_err(|error| SnapshotError::NotASnapshot(error.to_string()))?;
        let digesting = BufReader::new(Digesting { inner: self.input, hash });
        let mut decoder = zstd::Decoder::with_buffer(digesting).map_err(SnapshotError::Io)?.single_frame();
        decoder.window_log_max(WINDOW_LOG).map_err(SnapshotError::Io)?;
        let mut lines = BufReader::new(decoder.take(LARGEST));
        let outcomes = read_lines(&mut lines, &Sorter { ranges, shift: self.shift.as_secs() }, sink)?;
        verify(lines, &self.header.digest)?;
        Ok(outcomes)
    }
}

fn parse_header(line: &[u8]) -> Result<Header, SnapshotError> {
    #[derive(serde::Deserialize)]
    struct Start {
        format: String,
        version: u32,
    }
    let not = |error: serde_json::Error| SnapshotError::NotASnapshot(error.to_string());
    let start: Start = serde_json::from_slice(line).map_err(not)?;
    if start.format != FORMAT {
        return Err(SnapshotError::NotASnapshot("its first line names another format".to_owned()));
    }
    if start.version > VERSION {
        return Err(SnapshotError::FutureVersion { found: start.version });
    }
    serde_json::from_slice(line).map_err(not)
}

fn read_lines(
    lines: &mut impl BufRead,
    sorter: &Sorter<'_>,
    sink: &mut impl FnMut(Record<'_>),
) -> Result<Outcomes, SnapshotError> {
    let mut line = Vec::new();
    loop {
        line.clear();
        lines.take(LONGEST_LINE).read_until(b'\n', &mut line).map_err(damaged)?;
        if line.is_empty() {
            return Err(SnapshotError::Truncated("its last line is missing".to_owned()));
        }
        let record =
            serde_json::from_slice(&line).map_err(|error| SnapshotError::Altered(error.to_string()))?;
        match record {
            Line::Me(mut me) => {
                if let Some(created) = me.app.as_mut().and_then(|app| app.created_at.as_mut()) {
                    *created = created.saturating_add(sorter.shift);
                }
                sink(Record::Me(&me));
            }
            Line::Admins(admins) => sink(Record::Admins(&admins)),
            Line::IpAllowlist(allowlist) => sink(Record::IpAllowlist(&allowlist)),
            Line::Probe(answers) => sink(Record::Probe(&answers)),
            Line::Event(event) => {
                let mut event: Event<'_> = serde_json::from_str(event.get())
                    .map_err(|error| SnapshotError::Altered(error.to_string()))?;
                event.created_at = event.created_at.saturating_add(sorter.shift);
                if let Some(feed) = sorter.feed(&event) {
                    sink(Record::Event(feed, &event));
                }
            }
            Line::End(end) => return Ok(end.into()),
        }
    }
}

/// Tells which feed an event belongs to: the window may be shorter than the one that was collected.
struct Sorter<'a> {
    ranges: &'a Ranges,
    shift: i64,
}

impl Sorter<'_> {
    fn feed(&self, event: &Event<'_>) -> Option<Feed> {
        let at = event.created_at;
        if at > self.ranges.now.as_second() {
            None
        } else if at >= self.ranges.since.as_second() {
            Some(Feed::LogWindow)
        } else if HISTORY_TYPES.contains(&&*event.activity_type) {
            Some(Feed::LogHistory)
        } else if ARRIVAL_TYPES.contains(&&*event.activity_type)
            && at >= self.ranges.arrivals_since.as_second()
        {
            Some(Feed::LogArrivals)
        } else {
            None
        }
    }
}

/// Reads to the end, where nothing may follow, and compares the digest.
fn verify<R: Read>(
    mut lines: BufReader<io::Take<zstd::Decoder<'_, BufReader<Digesting<R>>>>>,
    digest: &str,
) -> Result<(), SnapshotError> {
    if lines.fill_buf().map_err(damaged)?.first().is_some() {
        return Err(SnapshotError::Altered("something follows its last line".to_owned()));
    }
    if lines.get_ref().limit() == 0 {
        return Err(SnapshotError::TooLarge);
    }
    let mut rest = lines.into_inner().into_inner().finish();
    io::copy(&mut rest, &mut io::sink()).map_err(SnapshotError::Io)?;
    if written(rest.into_inner().hash) == digest {
        Ok(())
    } else {
        Err(SnapshotError::Altered("its digest does not match its content".to_owned()))
    }
}

/// What a failure to decompress means.
fn damaged(error: io::Error) -> SnapshotError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            SnapshotError::Truncated("the compressed data end too early".to_owned())
        }
        _ => SnapshotError::Altered(error.to_string()),
    }
}

/// Digests what passes through.
struct Digesting<R> {
    inner: R,
    hash: Sha256,
}

impl<R: Read> Read for Digesting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hash.update(&buffer[..read]);
        Ok(read)
    }
}
