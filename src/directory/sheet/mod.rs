//! Rosters in CSV.
//!
//! The header decides everything: the delimiter is the one that makes most of it, and the columns are told
//! by their names. Every row becomes a person, joins the one of an earlier row, or is reported with its line.

use std::io::Read as _;

use csv::StringRecord;

use super::columns::{Columns, Meaning};
use super::merge::Index;
use super::text::Lines;
use super::{MOST_PEOPLE, Person, Reading, RosterError, RosterFile, Standing, words};
use crate::casefold::fold;

mod header;

use header::{header, preamble, reader};

/// Read after the text: a row that swallows this has a quote that nobody closed.
const SENTINEL: &[u8] = b"\nend";

/// Reads a file.
pub(super) fn read(file: RosterFile, text: &str) -> Result<Reading, RosterError> {
    let (body, declared) = preamble(text);
    let start = text.len() - body.len();
    let (delimiter, header) = header(&file.path, body, declared)?;
    let columns = Columns::read(&header);
    let mut sheet = Sheet { file, columns, people: Vec::new(), index: Index::default(), left_out: 0 };
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
                let path = sheet.file.path;
                return Err(RosterError::Malformed { path, line, why: error.to_string() });
            }
            Ok(false) => break,
            // The sentinel, which is the last row unless one before it reached that far.
            Ok(true) if at >= body.len() => break,
            Ok(true) if std::mem::take(&mut is_header) => {}
            Ok(true) if row.iter().all(|cell| cell.trim().is_empty()) => {}
            Ok(true) if rows.position().byte() > body.len() as u64 + 1 => {
                let last = lines.at(text.trim_end().len());
                sheet.file.rows += 1;
                let why =
                    format!("a quote is opened and never closed, so that the row reaches to line {last}");
                sheet.file.reject(line, why);
            }
            Ok(true) => sheet.row(&row, line)?,
        }
    }
    sheet.finish()
}

/// How many bytes of line breaks the text begins with.
fn blank(text: &str) -> usize {
    text.len() - text.trim_start_matches(['\r', '\n']).len()
}

/// A file while it is read.
struct Sheet {
    file: RosterFile,
    columns: Columns,
    people: Vec<Person>,
    /// Used where a person may have several rows.
    index: Index,
    left_out: usize,
}

impl Sheet {
    /// Checks that the header tells where the addresses are.
    fn accept_header(&mut self, header: &StringRecord, line: usize) -> Result<(), RosterError> {
        let path = || self.file.path.clone();
        if !self.columns.has_address() {
            return Err(match header.iter().find(|cell| words::email(cell).is_ok()) {
                Some(_) => {
                    let why = format!("line {line} holds an e-mail address instead of column names");
                    RosterError::NoHeader { path: path(), why }
                }
                None => RosterError::NoEmailColumn { path: path(), line, columns: self.columns.list() },
            });
        }
        self.file.kind = self.columns.kind();
        self.file.knows = self.columns.knows();
        Ok(())
    }

    /// Takes in a row.
    fn row(&mut self, row: &StringRecord, line: usize) -> Result<(), RosterError> {
        self.file.rows += 1;
        if let Some(why) = self.misshapen(row) {
            self.file.reject(line, why);
            return Ok(());
        }
        let mut addresses = self.cells(row, Meaning::Email).chain(self.cells(row, Meaning::Login));
        let email = match words::email(addresses.next().unwrap_or_default()) {
            Ok(email) => email.to_owned(),
            Err(why) => {
                drop(addresses);
                self.file.reject(line, why);
                return Ok(());
            }
        };
        let others: Vec<_> =
            addresses.filter_map(|cell| words::email(cell).ok()).map(str::to_owned).collect();
        self.check_sole(row, line)?;
        let mut person = self.person(row, email, line);
        for other in others {
            self.left_out += person.add_email(other);
        }
        let (standing, word) = self.standing(row);
        person.standing = standing;
        person.status_word = word;
        person.mfa = self.mfa(row);
        self.keep(person)
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
            let places = self.columns.of(meaning);
            if places.len() < 2 {
                continue;
            }
            let filled = |at: &&usize| row.get(**at).is_some_and(|cell| !cell.trim().is_empty());
            let cell = |at: usize| fold(row.get(at).unwrap_or_default());
            let Some(first) = places.iter().find(filled) else { continue };
            let other = places.iter().filter(filled).find(|at| cell(**at) != cell(*first));
            if let Some(second) = other {
                let describe = |at: usize| self.columns.describe(at);
                return Err(RosterError::Ambiguous {
                    path: self.file.path.clone(),
                    line,
                    meaning: said,
                    first: describe(*first.min(second)),
                    second: describe(*first.max(second)),
                });
            }
        }
        Ok(())
    }

    fn person(&mut self, row: &StringRecord, email: String, line: usize) -> Person {
        let text = |meaning| self.cell(row, meaning).and_then(words::text);
        let name = text(Meaning::Name).or_else(|| {
            let parts = [text(Meaning::FirstName), text(Meaning::LastName)];
            let parts: Vec<_> = parts.into_iter().flatten().collect();
            (!parts.is_empty()).then(|| parts.join(" "))
        });
        let mut person = Person { email, line, name, ..Person::default() };
        person.id = text(Meaning::Id);
        person.role = text(Meaning::Role);
        let mut left_out = 0;
        for (meaning, plural) in [(Meaning::Groups, true), (Meaning::Group, false)] {
            for cell in self.cells(row, meaning) {
                left_out += words::list(cell, plural).map(|group| person.add_group(group)).sum::<usize>();
            }
        }
        for cell in self.cells(row, Meaning::OtherEmails) {
            left_out += words::emails(cell).map(|email| person.add_email(email.to_owned())).sum::<usize>();
        }
        self.left_out += left_out;
        person
    }

    /// The standing and the word for it. Where several columns speak, the one that allows least counts; and
    /// next to a word that nobody knows, nobody is called active.
    fn standing(&mut self, row: &StringRecord) -> (Standing, Option<String>) {
        let mut standing = Standing::Unknown;
        let mut word = self.cell(row, Meaning::Status).and_then(words::text);
        let mut strange = Vec::new();
        if let Some(status) = &word {
            match words::standing(status) {
                Some(known) => standing = known,
                None => strange.push(status.clone()),
            }
        }
        let flags = [
            (Meaning::Enabled, Standing::Suspended, Standing::Active),
            (Meaning::Suspended, Standing::Active, Standing::Suspended),
            (Meaning::Removed, Standing::Active, Standing::Deprovisioned),
        ];
        for (meaning, no, yes) in flags {
            for at in self.columns.of(meaning) {
                let Some(cell) = row.get(*at).and_then(words::text) else { continue };
                let Some(said) = words::truth(&cell) else {
                    strange.push(cell);
                    continue;
                };
                let said = if said { yes } else { no };
                if said > standing {
                    standing = said;
                    word = Some(format!("{}: {cell}", self.columns.name(*at)));
                }
            }
        }
        if !strange.is_empty() && standing == Standing::Active {
            standing = Standing::Unknown;
        }
        for word in &strange {
            self.file.unknown_statuses.count(word);
        }
        (standing, word)
    }

    fn mfa(&mut self, row: &StringRecord) -> Option<bool> {
        let word = self.cell(row, Meaning::Mfa).or_else(|| self.cell(row, Meaning::MfaCapable));
        let Some(word) = word else {
            return self.cell(row, Meaning::Factors).and_then(words::factors);
        };
        let word = word.to_owned();
        let mfa = words::mfa(&word);
        if mfa.is_none() {
            self.file.unknown_mfa.count(&words::text(&word).unwrap_or_default());
        }
        mfa
    }

    /// Keeps a person: in a file with groups, as a further row of somebody who is there already.
    fn keep(&mut self, person: Person) -> Result<(), RosterError> {
        if self.file.knows.groups {
            let fits = |at: usize| self.people.get(at).is_some_and(|known| known.agrees_with(&person, true));
            if let Some(known) = self.index.find(&person.email, fits).and_then(|at| self.people.get_mut(at)) {
                self.left_out += known.absorb(person);
                return Ok(());
            }
            self.index.add(&person.email, self.people.len());
        }
        if self.people.len() >= MOST_PEOPLE {
            return Err(self.file.too_many("people", MOST_PEOPLE));
        }
        self.people.push(person);
        Ok(())
    }

    fn finish(mut self) -> Result<Reading, RosterError> {
        if self.people.is_empty() {
            return Err(self.file.nobody());
        }
        self.file.people = self.people.len();
        self.file.leave_out(self.left_out);
        Ok(Reading { file: self.file, people: self.people, memberships: Vec::new(), group_names: Vec::new() })
    }
}
