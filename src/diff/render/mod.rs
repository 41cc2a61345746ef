//! A comparison in the formats of reports: what a person wants to know first comes first.

use std::collections::HashSet;
use std::io::{self, Write};

use crate::report::json::{self, write_json};
use crate::report::{Format, Options, Report, write_findings};
use crate::verdict::Finding;

use super::{Diff, Fate};

mod html;
mod markdown;
mod parts;
mod summary;

/// The formats that a comparison comes in.
pub(crate) const FORMATS: [Format; 6] =
    [Format::Summary, Format::Json, Format::Markdown, Format::Html, Format::Ndjson, Format::None];

/// Writes the schema (draft 2020-12) of a comparison.
///
/// # Errors
/// None that a test would not have met.
pub(crate) fn schema() -> io::Result<String> {
    json::schema_of::<Diff<'static>>()
}

/// Writes a comparison with the later of the two reports. Of another format than those of [`FORMATS`] there is nothing.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write(
    diff: &Diff<'_>,
    new: &Report,
    format: Format,
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    let text = match format {
        Format::Summary => summary::render(diff, options.style),
        Format::Markdown => markdown::render(diff),
        Format::Html => html::render(diff),
        Format::Json => return write_json(diff, out),
        Format::Ndjson => {
            let found = diff.findings.iter().filter(|one| one.fate == Fate::New);
            let found: HashSet<_> = found.map(|one| (one.control, &one.finding.fingerprint)).collect();
            let is_new = |control: &str, finding: &Finding| found.contains(&(control, &finding.fingerprint));
            return write_findings(new, is_new, out);
        }
        _ => return Ok(()),
    };
    out.write_all(text.as_bytes())
}
