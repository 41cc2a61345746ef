//! Directory exports (rosters) in CSV.
//!
//! The header decides the delimiter and the columns. Every row becomes a person, is merged with an earlier row, or is
//! reported with its line.

use std::collections::BTreeMap;
use std::io::Read as _;

use csv::StringRecord;

use super::columns::Columns;
use super::meaning::Meaning;
use super::text::LineNumbers;
use super::words::{self, Word};
use super::{Gap, Person, Reading, RosterError, account};
use crate::casefold::fold;

const MOST_COLUMNS: usize = 2_000;
/// Possible delimiters, most likely first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Appended to the text: a row that includes it has an unclosed quote.
const SENTINEL: &[u8] = b"\nend";

/// Reads a file.
pub(super) fn read(reading: Reading, text: &str) -> Result<Reading, RosterError> {
    let (body, declared) = preamble(text);
    let (delimiter, header, above) = header(&reading.file.path, body, declared)?;
    let body = body.get(above..).unwrap_or_default();
    let start = text.len() - body.len();
    let columns = Columns::read(&header);
    let mut sheet = CsvFile { reading, columns, nested: None, unread: BTreeMap::new() };
    let mut lines = LineNumbers::new(text);
    sheet.accept_header(&header, lines.at(start + blank(body)))?;

    let mut rows = reader(delimiter).from_reader(body.as_bytes().chain(SENTINEL));
    let mut row = StringRecord::new();
    let mut is_header = true;
    loop {
        let more = rows.read_record(&mut row);
        // The position before the end of the line above and before empty lines.
        let stood = row.position().map_or(0, |at| usize::try_from(at.byte()).unwrap_or(usize::MAX));
        let at = stood + body.get(stood..).map_or(0, blank);
        let line = lines.at(start + at);
        match more {
            Err(error) => {
                let path = sheet.reading.file.path;
                return Err(RosterError::Malformed { path, line, why: error.to_string() });
            }
            Ok(false) => break,
            // The sentinel is the last row, unless an earlier row includes it.
            Ok(true) if at >= body.len() => break,
            Ok(true) if std::mem::take(&mut is_header) => {}
            // Empty rows, lines of dashes under a header, and the header of a file that was appended.
            Ok(true) if row.iter().all(is_blank) || row == header => {}
            Ok(true) if rows.position().byte() > body.len() as u64 + 1 => {
                let last = lines.at(text.trim_end().len());
                sheet.reading.file.rows += 1;
                let why = format!("a quote is opened and never closed, so the row ends at line {last}");
                sheet.reading.file.reject(line, why);
            }
            Ok(true) => sheet.row(&row, line)?,
        }
    }
    sheet.finish()
}

/// Whether a cell is empty or a line of dashes.
fn is_blank(cell: &str) -> bool {
    let cell = cell.trim();
    cell.is_empty() || (cell.len() > 2 && cell.bytes().all(|byte| matches!(byte, b'-' | b'=')))
}

/// The length of the line breaks at the start of the text, in bytes.
fn blank(text: &str) -> usize {
    text.len() - text.trim_start_matches(['\r', '\n']).len()
}

/// Reads a file.
struct CsvFile {
    reading: Reading,
    columns: Columns,
    /// The number of rows about a group that is a member of another, and the first such outer group.
    nested: Option<(usize, String)>,
    /// Columns of further addresses or groups, with the number of cells without a readable one.
    unread: BTreeMap<(Meaning, usize), usize>,
}

impl CsvFile {
    /// Checks that the header names a column of addresses.
    fn accept_header(&mut self, header: &StringRecord, line: usize) -> Result<(), RosterError> {
        let path = || self.reading.file.path.clone();
        if !self.columns.has_address() {
            return Err(match header.iter().find(|cell| words::email(cell).is_ok()) {
                Some(_) => {
                    let why = format!("line {line} holds an e-mail address instead of column names");
                    RosterError::NoHeader { path: path(), why }
                }
                None => RosterError::NoEmailColumn { path: path(), line, columns: self.columns.list() },
            });
        }
        self.reading.file.kind = self.columns.kind;
        self.reading.file.knows = self.columns.knows();
        Ok(())
    }

    /// Reads a row.
    fn row(&mut self, row: &StringRecord, line: usize) -> Result<(), RosterError> {
        self.reading.file.rows += 1;
        if let Some(why) = self.misshapen(row) {
            self.reading.file.reject(line, why);
            return Ok(());
        }
        if self.is_no_person(row) {
            return Ok(());
        }
        let mut addresses =
            self.columns.cells(row, Meaning::Email).chain(self.columns.cells(row, Meaning::Login));
        let email = words::email(addresses.next().unwrap_or_default()).map(str::to_owned);
        let further: Vec<_> =
            addresses.filter_map(|cell| words::email(cell).ok()).map(str::to_owned).collect();
        let email = match email {
            Ok(email) => email,
            Err(why) => {
                self.reading.file.reject(line, why);
                return Ok(());
            }
        };
        self.check_sole(row, line)?;
        let mut person = self.person(row, email, line);
        further.into_iter().for_each(|other| person.add_email(other));
        person.add_guest_addresses();
        account::status(&self.columns, row, &mut self.reading.file, &mut person);
        (person.mfa, person.factors) = account::mfa(&self.columns, row, &mut self.reading.file);
        self.reading.keep(person)
    }

    /// Whether the member in a row is a device or the like, or a group or the whole domain, whose people are then unknown.
    fn is_no_person(&mut self, row: &StringRecord) -> bool {
        let columns = &self.columns;
        // `top;group`, and `top;person;user;computer`.
        let sorts = columns.cells(row, Meaning::MemberType).flat_map(|cell| words::list(cell, true));
        let sorts: Vec<_> = sorts.collect();
        let is = |word| sorts.iter().any(|sort| words::says(sort, word));
        let in_group = columns.any(&[Meaning::Group]);
        if !(is(Word::Group) || (in_group && is(Word::Domain))) {
            return is(Word::NoPerson);
        }
        let mut groups = columns.cells(row, Meaning::Group).chain(columns.cells(row, Meaning::Groups));
        let group = groups.next().and_then(words::text).unwrap_or_default();
        self.nested.get_or_insert((0, group)).0 += 1;
        true
    }

    /// Records the gaps of the whole file.
    fn finish(mut self) -> Result<Reading, RosterError> {
        let gaps = &mut self.reading.file.gaps;
        gaps.extend(self.nested.map(|(members, group)| Gap::NestedGroups { members, group }));
        let columns = &self.columns;
        gaps.extend(self.unread.iter().map(|((meaning, at), cells)| {
            let (cells, column) = (*cells, columns.name(*at).to_owned());
            match meaning {
                Meaning::OtherEmails => Gap::UnreadAddresses { cells, column },
                _ => Gap::UnreadGroups { cells, column },
            }
        }));
        self.reading.finish()
    }

    /// The problem with the number of fields, if it matters.
    fn misshapen(&self, row: &StringRecord) -> Option<String> {
        let wanted = self.columns.len();
        let beyond = row.iter().skip(wanted).any(|cell| !cell.trim().is_empty());
        (beyond || row.len() < self.columns.needed)
            .then(|| format!("the row has {} fields, but the header has {wanted}", row.len()))
    }

    /// Two columns of one meaning must agree, or one must be empty.
    fn check_sole(&self, row: &StringRecord, line: usize) -> Result<(), RosterError> {
        for (meaning, said) in Meaning::SOLE {
            let filled = |at: &&usize| row.get(**at).is_some_and(|cell| !cell.trim().is_empty());
            let mut filled = self.columns.of(meaning).iter().filter(filled);
            let cell = |at: usize| fold(row.get(at).unwrap_or_default());
            let Some(first) = filled.next() else { continue };
            let Some(second) = filled.find(|at| cell(**at) != cell(*first)) else { continue };
            return Err(RosterError::Ambiguous {
                path: self.reading.file.path.clone(),
                line,
                meaning: said,
                first: self.columns.describe(*first.min(second)),
                second: self.columns.describe(*first.max(second)),
            });
        }
        Ok(())
    }

    fn person(&mut self, row: &StringRecord, email: String, line: usize) -> Person {
        let text = |meaning| self.columns.cells(row, meaning).next().and_then(words::text);
        let name = text(Meaning::Name).or_else(|| {
            let parts = [text(Meaning::FirstName), text(Meaning::LastName)];
            let parts: Vec<_> = parts.into_iter().flatten().collect();
            (!parts.is_empty()).then(|| parts.join(" "))
        });
        let mut person = Person { email, line, name, id: text(Meaning::Id), ..Person::default() };
        for (meaning, plural) in [(Meaning::Groups, true), (Meaning::Group, false)] {
            for at in self.columns.of(meaning) {
                let cell = row.get(*at).unwrap_or_default();
                if words::says(cell, Word::Unwritten) {
                    *self.unread.entry((meaning, *at)).or_default() += 1;
                } else {
                    words::list(cell, plural).for_each(|group| person.add_group(group.into()));
                }
            }
        }
        // Google's tools write how many aliases there are, and these into numbered columns.
        let mut announced = Vec::new();
        for at in self.columns.of(Meaning::OtherEmails) {
            let Some(cell) = row.get(*at).filter(|cell| !words::is_nothing(cell)) else { continue };
            let mut addresses = words::emails(cell).peekable();
            match (addresses.peek(), cell.trim().parse::<usize>()) {
                (None, Ok(number)) => announced.push((*at, number)),
                (None, Err(_)) => *self.unread.entry((Meaning::OtherEmails, *at)).or_default() += 1,
                _ => addresses.for_each(|email| person.add_email(email.to_owned())),
            }
        }
        for (at, _) in announced.iter().filter(|(_, number)| *number > person.other_emails.len()) {
            *self.unread.entry((Meaning::OtherEmails, *at)).or_default() += 1;
        }
        person
    }
}

/// The line `sep=;` before the header, which sets Excel's delimiter.
fn preamble(text: &str) -> (&str, Option<u8>) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    match first.trim_end_matches('\r').as_bytes() {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter] if DELIMITERS.contains(delimiter) => {
            (rest, Some(*delimiter))
        }
        _ => (text, None),
    }
}

/// A CSV reader for rows of any length, header included.
fn reader(delimiter: u8) -> csv::ReaderBuilder {
    let mut reader = csv::ReaderBuilder::new();
    reader.has_headers(false).flexible(true).delimiter(delimiter);
    reader
}

/// The most records to search for the header, which may follow titles, versions and types.
const MOST_ABOVE: usize = 12;

/// Finds the header: the first record with an address column, by the delimiter that gives most columns; else the first
/// record. Returns the number of bytes above it.
fn header(path: &str, body: &str, declared: Option<u8>) -> Result<(u8, StringRecord, usize), RosterError> {
    let mut best: Option<((bool, usize), u8, StringRecord, usize)> = None;
    for delimiter in DELIMITERS {
        if declared.is_some_and(|declared| declared != delimiter) {
            continue;
        }
        let mut reader = reader(delimiter).from_reader(body.as_bytes());
        let mut records = reader.records().take(MOST_ABOVE).map_while(Result::ok);
        let Some(first) = records.next() else { continue };
        let has_address =
            |record: &StringRecord| record.len() <= MOST_COLUMNS && Columns::read(record).has_address();
        let found = if has_address(&first) { Some(first.clone()) } else { records.find(has_address) };
        let is_header = found.is_some();
        let header = found.unwrap_or(first);
        if header.len() > MOST_COLUMNS {
            let path = path.to_owned();
            return Err(RosterError::TooManyColumns { path, columns: header.len(), limit: MOST_COLUMNS });
        }
        let above = header.position().map_or(0, |at| usize::try_from(at.byte()).unwrap_or_default());
        let worth = (is_header, header.len());
        if best.as_ref().is_none_or(|(most, ..)| worth > *most) {
            best = Some((worth, delimiter, header, above));
        }
    }
    match best {
        Some((_, delimiter, header, above)) => Ok((delimiter, header, above)),
        None => Err(RosterError::NoHeader { path: path.to_owned(), why: "it is empty".to_owned() }),
    }
}
