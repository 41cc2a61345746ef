//! The first lines of a CSV file: what separates fields, and what the columns are called.

use csv::StringRecord;

use crate::directory::RosterError;
use crate::directory::columns::Columns;

/// How many columns a file may have.
const MOST_COLUMNS: usize = 2_000;
/// What may separate fields, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// What stands before the header: `sep=;`, which tells Excel the delimiter.
pub(super) fn preamble(text: &str) -> (&str, Option<u8>) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    match first.trim_end_matches('\r').as_bytes() {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter] if DELIMITERS.contains(delimiter) => {
            (rest, Some(*delimiter))
        }
        _ => (text, None),
    }
}

/// A reader that takes rows of any length, the header among them.
pub(super) fn reader(delimiter: u8) -> csv::ReaderBuilder {
    let mut reader = csv::ReaderBuilder::new();
    reader.has_headers(false).flexible(true).delimiter(delimiter);
    reader
}

/// Reads the header with each delimiter and takes the one with which it has an address, and most columns.
pub(super) fn header(
    path: &str,
    body: &str,
    declared: Option<u8>,
) -> Result<(u8, StringRecord), RosterError> {
    let mut best: Option<((bool, usize), u8, StringRecord)> = None;
    for delimiter in DELIMITERS {
        if declared.is_some_and(|declared| declared != delimiter) {
            continue;
        }
        let mut reader = reader(delimiter).from_reader(body.as_bytes());
        let Some(Ok(header)) = reader.records().next() else { continue };
        if header.len() > MOST_COLUMNS {
            let path = path.to_owned();
            return Err(RosterError::TooManyColumns { path, columns: header.len(), limit: MOST_COLUMNS });
        }
        let worth = (Columns::read(&header).has_address(), header.len());
        if best.as_ref().is_none_or(|(most, ..)| worth > *most) {
            best = Some((worth, delimiter, header));
        }
    }
    match best {
        Some((_, delimiter, header)) => Ok((delimiter, header)),
        None => Err(RosterError::NoHeader { path: path.to_owned(), why: "it is empty".to_owned() }),
    }
}
