//! Loading a snapshot: the records of the API, limited and verified.

use std::io::{self, BufRead, BufReader, Read};

use jiff::{SignedDuration, Timestamp};

use crate::api::model::{Event, OLDEST_EVENT};
use crate::api::record::{Receive, Record};
use crate::bounded_json::LARGEST_ANSWER;
use crate::digest;
use crate::event_type::EventType;
use crate::snapshot::error::SnapshotError;
use crate::snapshot::file::{Digesting, FORMAT, Header, Line, REDACTED_VERSION};
use crate::snapshot::sequence::Sequence;
use crate::sources::{Failure, Feed, Outcomes, Ranges, SourceStatus};

#[cfg(test)]
pub(crate) use tests::forged;

/// The longest header, in bytes.
const LONGEST_HEADER: u64 = 4 * 1024;
/// The largest window of the compressor, as a power of two: 8 MiB of memory.
const WINDOW_LOG: u32 = 23;

/// Limits of memory and time for loading a snapshot.
#[derive(Debug, Clone, Copy)]
struct LoadLimits {
    /// The longest line, in bytes: that of the teammates.
    line: u64,
    /// The longest of any other line.
    other_line: u64,
    /// The total length of lines, in bytes.
    total: u64,
}

impl LoadLimits {
    /// Enough for the teammates of a very large workspace in one line, and about 20 million events.
    const GENEROUS: Self =
        Self { line: LARGEST_ANSWER as u64, other_line: 16 * 1024 * 1024, total: 8 * 1024 * 1024 * 1024 };
}

/// A snapshot with its header read.
pub(crate) struct Replay<R> {
    pub header: Header,
    input: BufReader<R>,
    shift: SignedDuration,
    limits: LoadLimits,
}

impl<R: Read> Replay<R> {
    pub(crate) fn open(input: R) -> Result<Self, SnapshotError> {
        let mut input = BufReader::new(input);
        let mut line = Vec::new();
        input.by_ref().take(LONGEST_HEADER).read_until(b'\n', &mut line).map_err(SnapshotError::Io)?;
        let header = parse_header(&line)?;
        Ok(Self { header, input, shift: SignedDuration::ZERO, limits: LoadLimits::GENEROUS })
    }

    /// Shifts the whole snapshot in time, to end at `at`.
    #[must_use]
    pub(crate) fn shifted_to(mut self, at: Timestamp) -> Self {
        self.shift = at.duration_since(self.header.at);
        self
    }

    /// Passes every record inside `ranges` to `receive`, and returns the outcomes of the sources.
    ///
    /// The records count only if this succeeds, because the digest is known at the end.
    pub(crate) fn run(self, ranges: &Ranges, receive: &mut Receive<'_>) -> Result<Outcomes, SnapshotError> {
        let shifted = |instant: Timestamp| instant.saturating_add(self.shift).unwrap_or(instant);
        let (at, since) = (shifted(self.header.at), shifted(self.header.since));
        if ranges.now > at {
            return Err(SnapshotError::TooOld { at, wanted: ranges.now });
        }
        if ranges.since < since {
            return Err(SnapshotError::WindowTooWide { has: since, wanted: ranges.since });
        }
        let arrivals_since = shifted(self.header.arrivals_since).min(since);
        let hash =
            self.header.start_digest().map_err(|error| SnapshotError::NotASnapshot(error.to_string()))?;
        let digesting = BufReader::new(Digesting { inner: self.input, hash });
        let mut decoder = zstd::Decoder::with_buffer(digesting).map_err(SnapshotError::Io)?.single_frame();
        decoder.window_log_max(WINDOW_LOG).map_err(SnapshotError::Io)?;
        let lines =
            LineReader { input: BufReader::new(decoder), limits: self.limits, left: self.limits.total };
        let sorter = Sorter { ranges, header: &self.header, shift: self.shift.as_secs() };
        let mut outcomes = read_lines(lines, &sorter, receive)?;
        if ranges.arrivals_since < arrivals_since {
            unknown_arrivals(&mut outcomes, arrivals_since);
        }
        Ok(outcomes)
    }
}

/// Marks sign-ins before the window as unread if the snapshot does not go back far enough for them.
fn unknown_arrivals(outcomes: &mut Outcomes, since: Timestamp) {
    if let Some(arrivals) = outcomes.feeds.get_mut(&Feed::LogArrivals)
        && arrivals.status == SourceStatus::Complete
    {
        arrivals.status = SourceStatus::Skipped;
        arrivals.failure = Some(Failure::SnapshotSince(since));
    }
}

fn parse_header(line: &[u8]) -> Result<Header, SnapshotError> {
    #[derive(serde::Deserialize)]
    struct FormatLine {
        format: String,
        version: u32,
    }
    let not = |what: &str| SnapshotError::NotASnapshot(what.to_owned());
    if line.is_empty() {
        return Err(not("the file is empty"));
    }
    if !line.ends_with(b"\n") && line.starts_with(format!("{{\"format\":\"{FORMAT}\"").as_bytes()) {
        return Err(SnapshotError::Truncated("it ends within its first line".to_owned()));
    }
    let start: FormatLine = serde_json::from_slice(line).map_err(|_| not("its first line is no header"))?;
    if start.format != FORMAT {
        return Err(not("its first line names another format"));
    }
    if start.version > REDACTED_VERSION {
        return Err(SnapshotError::FutureVersion { found: start.version });
    }
    let header: Header = serde_json::from_slice(line)
        .map_err(|error| SnapshotError::Altered(format!("its first line: {error}")))?;
    // The digest covers the header as this program writes it, so an equivalent spelling is a change, too.
    let written = header.line().is_ok_and(|written| written == line);
    let ordered = header.since <= header.at
        && header.arrivals_since <= header.at
        && header.version == header.due_version();
    if written && ordered {
        Ok(header)
    } else {
        Err(SnapshotError::Altered("its first line was changed".to_owned()))
    }
}

/// Reads lines within the limits.
struct LineReader<'a, R: Read> {
    input: BufReader<Decoder<'a, R>>,
    limits: LoadLimits,
    left: u64,
}

type Decoder<'a, R> = zstd::Decoder<'a, BufReader<Digesting<R>>>;

impl<R: Read> LineReader<'_, R> {
    /// Reads one line into `line`.
    fn next(&mut self, line: &mut Vec<u8>) -> Result<(), SnapshotError> {
        line.clear();
        let limit = self.limits.line.min(self.left);
        self.input.by_ref().take(limit).read_until(b'\n', line).map_err(damaged)?;
        let length = u64::try_from(line.len()).unwrap_or(u64::MAX);
        self.left = self.left.saturating_sub(length);
        let LoadLimits { line: longest, other_line, total } = self.limits;
        let longest = if line.starts_with(b"{\"admins\":") { longest } else { other_line };
        if length > longest || (length == longest && !line.ends_with(b"\n")) {
            Err(SnapshotError::Altered(format!("a line is longer than {longest} bytes")))
        } else if line.ends_with(b"\n") {
            Ok(())
        } else if self.left == 0 {
            Err(SnapshotError::TooLarge { limit: total })
        } else {
            Err(SnapshotError::Truncated("its last line is missing".to_owned()))
        }
    }

    /// Checks that nothing follows, and compares the digest.
    fn verify(mut self, digest: &str) -> Result<(), SnapshotError> {
        let follows = || SnapshotError::Altered("something follows its last line".to_owned());
        if !self.input.fill_buf().map_err(damaged)?.is_empty() {
            return Err(follows());
        }
        let mut rest = self.input.into_inner().finish();
        if !rest.fill_buf().map_err(SnapshotError::Io)?.is_empty() {
            return Err(follows());
        }
        if digest::written(rest.into_inner().hash) == digest {
            Ok(())
        } else {
            Err(SnapshotError::Altered("its digest does not match its content".to_owned()))
        }
    }
}

fn read_lines<R: Read>(
    mut lines: LineReader<'_, R>,
    sorter: &Sorter<'_>,
    receive: &mut Receive<'_>,
) -> Result<Outcomes, SnapshotError> {
    let altered = |what: &str| SnapshotError::Altered(what.to_owned());
    let unreadable = |error: serde_json::Error| SnapshotError::Altered(format!("a line of it: {error}"));
    let mut sequence = Sequence::default();
    let mut line = Vec::new();
    loop {
        lines.next(&mut line)?;
        let record: Line<'_> = serde_json::from_slice(&line).map_err(unreadable)?;
        sequence.take(&record).map_err(altered)?;
        match record {
            Line::Me(mut me) => {
                if let Some(created) = me.app.as_mut().and_then(|app| app.created_at.as_mut()) {
                    *created = created.saturating_add(sorter.shift);
                }
                receive(Record::Me(&me)).map_err(SnapshotError::Io)?;
            }
            Line::Admins(admins) => receive(Record::Admins(&admins)).map_err(SnapshotError::Io)?,
            Line::IpAllowlist(allowlist) => {
                receive(Record::IpAllowlist(&allowlist)).map_err(SnapshotError::Io)?;
            }
            Line::Probe(answers) => receive(Record::Probe(&answers)).map_err(SnapshotError::Io)?,
            Line::Event(event) => {
                let mut event: Event<'_> = serde_json::from_str(event.get()).map_err(unreadable)?;
                if !sorter.covers(event.created_at) {
                    return Err(altered("an event lies outside the time it covers"));
                }
                event.created_at = event.created_at.saturating_add(sorter.shift);
                if let Some(feed) = sorter.feed(&event) {
                    receive(Record::Event(feed, &event)).map_err(SnapshotError::Io)?;
                }
            }
            Line::Unread(mut entry) => {
                if entry.at.is_some_and(|at| !sorter.covers(at)) {
                    return Err(altered("an entry lies outside the time it covers"));
                }
                entry.at = entry.at.map(|at| at.saturating_add(sorter.shift));
                receive(Record::Unread(&entry)).map_err(SnapshotError::Io)?;
            }
            Line::End(end) => {
                let outcomes = end.into();
                sequence.fits(&outcomes).map_err(altered)?;
                lines.verify(&sorter.header.digest)?;
                return Ok(outcomes);
            }
        }
    }
}

/// The feed of an event; the window may be shorter than the collected one.
struct Sorter<'a> {
    ranges: &'a Ranges,
    header: &'a Header,
    shift: i64,
}

impl Sorter<'_> {
    /// Whether an unshifted time is in the range of the snapshot.
    fn covers(&self, at: i64) -> bool {
        let oldest = OLDEST_EVENT.min(self.header.since.as_second());
        (oldest..=self.header.at.as_second()).contains(&at)
    }

    fn feed(&self, event: &Event<'_>) -> Option<Feed> {
        let at = event.created_at;
        if at > self.ranges.now.as_second() {
            None
        } else if at >= self.ranges.since.as_second() {
            Some(Feed::LogWindow)
        } else {
            let known = EventType::find(&event.activity_type)?;
            let arrived = known.kind.is_arrival() && at >= self.ranges.arrivals_since.as_second();
            known.sets_state.then_some(Feed::LogHistory).or(arrived.then_some(Feed::LogArrivals))
        }
    }
}

/// The error of a failed decompression.
fn damaged(error: io::Error) -> SnapshotError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            SnapshotError::Truncated("its compressed data ends too early".to_owned())
        }
        _ => SnapshotError::Altered(error.to_string()),
    }
}

#[cfg(test)]
mod tests;
