//! Saving a snapshot while the workspace is read.

use std::io::{self, BufWriter, Seek as _, SeekFrom, Write};
use std::path::Path;

use serde_json::value::RawValue;

use super::file::{Digesting, EMPTY_DIGEST, End, FORMAT, Header, Line, VERSION};
use crate::api::record::Record;
use crate::atomic_file::{Readers, WholeFile};
use crate::digest;
use crate::sources::{Outcomes, Ranges};

/// A little above the default, for smaller files.
const COMPRESSION_LEVEL: i32 = 5;

/// An unfinished snapshot. If it is dropped before [`finish`](Self::finish), nothing remains.
pub(crate) struct Writer {
    header: Header,
    unread: u64,
    lines: zstd::Encoder<'static, Digesting<BufWriter<WholeFile>>>,
}

impl Writer {
    /// Starts the file at `path`, readable by its owner only. With a `redaction_key`, which identifies the key of pseudonyms,
    /// the records must be redacted.
    pub(crate) fn create(path: &Path, ranges: &Ranges, redaction_key: Option<String>) -> io::Result<Self> {
        let mut file = BufWriter::new(WholeFile::create(path, Readers::Owner)?);
        let mut header = Header {
            format: FORMAT.to_owned(),
            version: VERSION,
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            at: ranges.now,
            since: ranges.since,
            arrivals_since: ranges.arrivals_since,
            redaction_key,
            digest: EMPTY_DIGEST.to_owned(),
        };
        header.version = header.due_version();
        file.write_all(&header.line()?)?;
        let hash = header.start_digest()?;
        let lines = zstd::Encoder::new(Digesting { inner: file, hash }, COMPRESSION_LEVEL)?;
        Ok(Self { header, lines, unread: 0 })
    }

    /// Writes one record.
    pub(crate) fn write(&mut self, record: &Record<'_>) -> io::Result<()> {
        match record {
            Record::Me(me) => self.line(&Line::Me(Box::new((*me).clone()))),
            Record::Admins(admins) => self.line(&Line::Admins(admins.to_vec())),
            Record::IpAllowlist(allowlist) => self.line(&Line::IpAllowlist((*allowlist).clone())),
            Record::Probe(answers) => self.line(&Line::Probe(answers.to_vec())),
            Record::Event(_, event) => {
                let event = RawValue::from_string(on_one_line(serde_json::to_string(event)?))?;
                self.line(&Line::Event(&event))
            }
            Record::Unread(entry) => {
                self.unread += 1;
                self.line(&Line::Unread((*entry).clone()))
            }
        }
    }

    fn line(&mut self, line: &Line<'_>) -> io::Result<()> {
        serde_json::to_writer(&mut self.lines, line)?;
        self.lines.write_all(b"\n")
    }

    /// Completes the file and renames it to its final path.
    pub(crate) fn finish(mut self, outcomes: &Outcomes) -> io::Result<()> {
        self.line(&Line::End(End::new(outcomes, self.unread)))?;
        let Digesting { inner, hash } = self.lines.finish()?;
        self.header.digest = digest::written(hash);
        let mut file = inner.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&self.header.line()?)?;
        file.finish()
    }
}

/// Replaces line breaks in JSON from the API by spaces. Inside strings, JSON escapes them.
fn on_one_line(json: String) -> String {
    if json.contains('\n') { json.replace('\n', " ") } else { json }
}
