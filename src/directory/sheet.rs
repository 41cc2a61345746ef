//! Rosters in CSV.
//!
//! The header decides everything: the delimiter is the one that makes most of it, and the columns are told
//! by their names. Every row becomes a person, joins the one of an earlier row, or is reported with its line.

use std::io::Read as _;

use csv::StringRecord;

use super::columns::{Columns, Meaning};
use super::text::Lines;
use super::{AccountStatus, Person, Reading, RosterError, words};
use crate::casefold::fold;

/// How many columns a file may have.
const MOST_COLUMNS: usize = 2_000;
/// What may separate fields, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Read after the text: a row that swallows this has a quote that nobody closed.
const SENTINEL: &[u8] = b"\nend";

/// Reads a file.
pub(super) fn read(reading: Reading, text: &str) -> Result<Reading, RosterError> {
    let (body, declared) = preamble(text);
    let start = text.len() - body.len();
    let (delimiter, header) = header(&reading.file.path, body, declared)?;
    let mut sheet = CsvFile { reading, columns: Columns::read(&header) };
    let mut lines = Lines::new(text);
    sheet.accept_header(&header, lines.at(start + blank(body)))?;

    let mut rows = reader(delimiter).from_reader(body.as_bytes().chain(SENTINEL));
    let mut row = StringRecord::new();
    let mut is_header = true;
    loop {
        let more = rows.read_record(&mut row);
        // Where the reader stood, which is before the end of the line above and before empty lines.
        let stood = row.position().map_or(0, |at| usize::try_from(at.byte()).unwrap_or(usize::MAX));
        let at = stood + body.get(stood..).map_or(0, blank);
        let line = lines.at(start + at);
        match more {
            Err(error) => {
                let path = sheet.reading.file.path;
                return Err(RosterError::Malformed { path, line, why: error.to_string() });
            }
            Ok(false) => break,
            // The sentinel, which is the last row unless one before it reached that far.
            Ok(true) if at >= body.len() => break,
            Ok(true) if std::mem::take(&mut is_header) => {}
            Ok(true) if row.iter().all(|cell| cell.trim().is_empty()) => {}
            Ok(true) if rows.position().byte() > body.len() as u64 + 1 => {
                let last = lines.at(text.trim_end().len());
                sheet.reading.file.rows += 1;
                let why =
                    format!("a quote is opened and never closed, so that the row reaches to line {last}");
                sheet.reading.file.reject(line, why);
            }
            Ok(true) => sheet.row(&row, line)?,
        }
    }
    sheet.reading.finish()
}

/// How many bytes of line breaks the text begins with.
fn blank(text: &str) -> usize {
    text.len() - text.trim_start_matches(['\r', '\n']).len()
}

/// A file while it is read.
struct CsvFile {
    reading: Reading,
    columns: Columns,
}

impl CsvFile {
    /// Checks that the header tells where the addresses are.
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

    /// Takes in a row.
    fn row(&mut self, row: &StringRecord, line: usize) -> Result<(), RosterError> {
        self.reading.file.rows += 1;
        if let Some(why) = self.misshapen(row) {
            self.reading.file.reject(line, why);
            return Ok(());
        }
        let mut addresses = self.cells(row, Meaning::Email).chain(self.cells(row, Meaning::Login));
        let email = words::email(addresses.next().unwrap_or_default()).map(str::to_owned);
        let others: Vec<_> =
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
        others.into_iter().for_each(|other| person.add_email(other));
        (person.status, person.status_word) = self.status(row);
        person.mfa = self.mfa(row);
        // In a file with groups, a person may have a row for each.
        let repeats = self.reading.file.knows.groups;
        self.reading.keep(person, |_, _| repeats)
    }

    /// Says what is wrong with the number of fields, where it matters.
    fn misshapen(&self, row: &StringRecord) -> Option<String> {
        let wanted = self.columns.len();
        let beyond = row.iter().skip(wanted).any(|cell| !cell.trim().is_empty());
        (beyond || row.len() < self.columns.needed)
            .then(|| format!("the row has {} fields, the header has {wanted}", row.len()))
    }

    /// The cells with that meaning that are not empty.
    fn cells<'a>(&'a self, row: &'a StringRecord, meaning: Meaning) -> impl Iterator<Item = &'a str> {
        let cells = self.columns.of(meaning).iter().filter_map(|at| row.get(*at));
        cells.map(str::trim).filter(|cell| !cell.is_empty())
    }

    fn cell<'a>(&'a self, row: &'a StringRecord, meaning: Meaning) -> Option<&'a str> {
        self.cells(row, meaning).next()
    }

    /// Two columns of the same meaning are fine as long as they say the same, or one of them nothing.
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

    fn person(&self, row: &StringRecord, email: String, line: usize) -> Person {
        let text = |meaning| self.cell(row, meaning).and_then(words::text);
        let name = text(Meaning::Name).or_else(|| {
            let parts = [text(Meaning::FirstName), text(Meaning::LastName)];
            let parts: Vec<_> = parts.into_iter().flatten().collect();
            (!parts.is_empty()).then(|| parts.join(" "))
        });
        let (id, role) = (text(Meaning::Id), text(Meaning::Role));
        let mut person = Person { email, line, name, id, role, ..Person::default() };
        for (meaning, plural) in [(Meaning::Groups, true), (Meaning::Group, false)] {
            let groups = self.cells(row, meaning).flat_map(|cell| words::list(cell, plural));
            groups.for_each(|group| person.add_group(group));
        }
        let others = self.cells(row, Meaning::OtherEmails).flat_map(words::emails);
        others.for_each(|email| person.add_email(email.to_owned()));
        person
    }

    /// The account status and the word for it. Where several columns speak, the one that allows least counts;
    /// next to a word that is not known, no account is called active.
    fn status(&mut self, row: &StringRecord) -> (AccountStatus, Option<String>) {
        let mut status = AccountStatus::Unknown;
        let mut word = self.cell(row, Meaning::Status).and_then(words::text);
        let mut strange = Vec::new();
        if let Some(text) = &word {
            match words::status(text) {
                Some(known) => status = known,
                None => strange.push(text.clone()),
            }
        }
        let flags = [
            (Meaning::Enabled, AccountStatus::Suspended, AccountStatus::Active),
            (Meaning::Suspended, AccountStatus::Active, AccountStatus::Suspended),
            (Meaning::Removed, AccountStatus::Active, AccountStatus::Deprovisioned),
        ];
        for (meaning, no, yes) in flags {
            for at in self.columns.of(meaning) {
                let Some(cell) = row.get(*at).and_then(words::text) else { continue };
                let Some(said) = words::truth(&cell) else {
                    strange.push(cell);
                    continue;
                };
                let said = if said { yes } else { no };
                if said > status {
                    status = said;
                    word = Some(format!("{}: {cell}", self.columns.name(*at)));
                }
            }
        }
        if !strange.is_empty() && status == AccountStatus::Active {
            status = AccountStatus::Unknown;
        }
        for word in &strange {
            self.reading.file.unknown_statuses.count(word);
        }
        (status, word)
    }

    fn mfa(&mut self, row: &StringRecord) -> Option<bool> {
        let word = self.cell(row, Meaning::Mfa).or_else(|| self.cell(row, Meaning::MfaCapable));
        let Some(word) = word else {
            return self.cell(row, Meaning::Factors).and_then(words::factors);
        };
        let word = word.to_owned();
        let mfa = words::mfa(&word);
        if mfa.is_none() {
            self.reading.file.unknown_mfa.count(&words::text(&word).unwrap_or_default());
        }
        mfa
    }
}

/// What stands before the header: `sep=;`, which tells Excel the delimiter.
fn preamble(text: &str) -> (&str, Option<u8>) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    match first.trim_end_matches('\r').as_bytes() {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter] if DELIMITERS.contains(delimiter) => {
            (rest, Some(*delimiter))
        }
        _ => (text, None),
    }
}

/// A reader that takes rows of any length, the header among them.
fn reader(delimiter: u8) -> csv::ReaderBuilder {
    let mut reader = csv::ReaderBuilder::new();
    reader.has_headers(false).flexible(true).delimiter(delimiter);
    reader
}

/// Reads the header with each delimiter and takes the one with which it has an address, and most columns.
fn header(path: &str, body: &str, declared: Option<u8>) -> Result<(u8, StringRecord), RosterError> {
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
