//! Directory exports (rosters): the people an identity provider knows, their groups, and whether they may
//! still sign in.
//!
//! `text` opens files and decodes them, `sheet` reads CSV with the help of `columns` and `meaning` (what a header
//! means), `account` (what a row says about the account) and `words` (what a cell means), `scim` reads SCIM 2.0 answers, and `merge` makes one list of several
//! files. Nothing here compares the list with a workspace.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::warning::Warning;

mod account;
mod columns;
mod error;
mod file;
mod meaning;
mod merge;
mod person;
mod scim;
mod sheet;
#[cfg(test)]
mod tests;
mod text;
mod words;

pub(crate) use error::RosterError;
pub(crate) use file::{Gap, Knows, RosterFile, RosterInfo, RosterKind};
use merge::Index;
use person::Membership;
pub(crate) use person::{AccountStatus, Person, Until};

/// How many people a file may have.
const MOST_PEOPLE: usize = 500_000;
/// How many groups a person may have; what is beyond is counted.
const MOST_GROUPS: usize = 500;
/// How many further addresses a person may have.
const MOST_ADDRESSES: usize = 50;

/// One list of people, made of one or several files.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Roster {
    /// The files, in the order they were given.
    pub files: Vec<RosterFile>,
    /// The people, in the order they first appear.
    pub people: Vec<Person>,
}

impl Roster {
    /// Reads files into one list.
    ///
    /// # Errors
    /// When a file cannot be opened, is not understood, or has no people.
    pub(crate) fn read(paths: &[PathBuf]) -> Result<Self, RosterError> {
        let mut readings = Vec::new();
        for path in paths {
            readings.push(parse(&path.display().to_string(), &text::read(path)?)?);
        }
        merge::roster(readings)
    }

    /// What of the files could not be read or understood, and what they leave open.
    pub(crate) fn warnings(&self) -> Vec<Warning> {
        self.files.iter().flat_map(RosterFile::warnings).collect()
    }

    /// Makes one list of files that were read already: their names and bytes.
    ///
    /// # Errors
    /// When one of them is not understood, or has no people.
    #[cfg(test)]
    pub(crate) fn parse(files: &[(&str, &[u8])]) -> Result<Self, RosterError> {
        let readings = files.iter().map(|(name, bytes)| parse(name, bytes));
        merge::roster(readings.collect::<Result<_, _>>()?)
    }

    /// Whether every row was read and every page is there. Where not, a missing person proves nothing.
    pub(crate) fn is_complete(&self) -> bool {
        let whole = |file: &RosterFile| file.unreadable_rows == 0 && !file.gaps.iter().any(Gap::is_missing);
        self.providers().all(whole)
    }

    /// Whether the files say of every group who is in it.
    pub(crate) fn knows_members(&self) -> bool {
        !self.providers().any(|file| file.gaps.iter().any(Gap::is_membership))
    }

    /// The files of identity providers.
    pub(crate) fn providers(&self) -> impl Iterator<Item = &RosterFile> {
        self.files.iter().filter(|file| file.kind.is_provider())
    }

    /// Whether any of the files is the word of an identity provider.
    pub(crate) fn has_provider(&self) -> bool {
        self.providers().next().is_some()
    }

    /// Whether the identity provider itself names the person, and not only Intercom's own export.
    pub(crate) fn vouches_for(&self, person: &Person) -> bool {
        self.files.get(person.file).is_some_and(|file| file.kind.is_provider())
    }
}

/// What is read from one file, before files are brought together.
struct Reading {
    file: RosterFile,
    people: Vec<Person>,
    /// Finds people who have several rows.
    index: Index,
    /// Memberships that name people elsewhere: SCIM groups.
    memberships: Vec<Membership>,
    /// Ids of SCIM groups and their names.
    group_names: Vec<(String, String)>,
    /// Names of SCIM groups that leave their members out.
    without_members: Vec<String>,
    /// The pages of SCIM answers.
    pages: BTreeMap<scim::Listed, scim::Pages>,
}

impl Reading {
    /// Keeps a person, or adds to the one of an earlier row that this one agrees with: reports have a row for each
    /// group, factor or application.
    fn keep(&mut self, person: Person) -> Result<(), RosterError> {
        let agrees = |at: usize| self.people.get(at).is_some_and(|known| known.agrees_with(&person, true));
        let known = self.index.find(&person.email, agrees);
        if let Some(known) = known.and_then(|at| self.people.get_mut(at)) {
            known.absorb(person, true);
            return Ok(());
        }
        if self.people.len() >= MOST_PEOPLE {
            return Err(self.file.too_many("people", MOST_PEOPLE));
        }
        self.index.add(&person.email, self.people.len());
        self.people.push(person);
        Ok(())
    }

    /// The file, once all of it is read.
    fn finish(mut self) -> Result<Self, RosterError> {
        if self.people.is_empty() && self.memberships.is_empty() && self.group_names.is_empty() {
            return Err(self.file.no_people());
        }
        self.file.people = self.people.len();
        Ok(self)
    }
}

/// Reads one file: JSON where it begins like that, CSV otherwise.
fn parse(path: &str, bytes: &[u8]) -> Result<Reading, RosterError> {
    let text = text::decode(path, bytes)?;
    let file = RosterFile::new(path, bytes);
    let reading = Reading {
        file,
        people: Vec::new(),
        index: Index::default(),
        memberships: Vec::new(),
        group_names: Vec::new(),
        without_members: Vec::new(),
        pages: BTreeMap::new(),
    };
    match text.trim_start().as_bytes().first() {
        Some(b'{' | b'[') => scim::read(reading, &text),
        _ => sheet::read(reading, &text),
    }
}
