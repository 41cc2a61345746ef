//! The roster: who the identity provider says there is, what they belong to, and whether they may still
//! sign in.
//!
//! `text` opens files and decodes them, `sheet` reads CSV with the help of `columns` (what a header means)
//! and `words` (what a cell means), `scim` reads SCIM 2.0 answers, and `merge` makes one list of several
//! files. Nothing here compares the list with a workspace.

use std::path::PathBuf;

use crate::warning::Warning;

mod columns;
mod error;
mod file;
mod merge;
mod person;
mod scim;
mod sheet;
#[cfg(test)]
mod tests;
mod text;
mod words;

pub(crate) use error::RosterError;
#[cfg(test)]
pub(crate) use file::Tally;
pub(crate) use file::{Gap, Kind, Knows, RosterFile, RosterInfo};
use person::Membership;
pub(crate) use person::{Person, Standing};

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
    /// When a file cannot be opened, is not understood, or names nobody.
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
    /// When one of them is not understood, or names nobody.
    #[cfg(test)]
    pub(crate) fn parse(files: &[(&str, &[u8])]) -> Result<Self, RosterError> {
        let readings = files.iter().map(|(name, bytes)| parse(name, bytes));
        merge::roster(readings.collect::<Result<_, _>>()?)
    }

    /// Whether any of the files is the word of an identity provider.
    pub(crate) fn has_provider(&self) -> bool {
        self.files.iter().any(|file| file.kind.is_provider())
    }

    /// Whether the identity provider itself names the person, and not only Intercom's own export.
    pub(crate) fn vouches_for(&self, person: &Person) -> bool {
        self.files.get(person.file).is_some_and(|file| file.kind.is_provider())
    }
}

/// What was read from one file, before files are brought together.
struct Reading {
    file: RosterFile,
    people: Vec<Person>,
    /// Memberships that name people elsewhere: SCIM groups.
    memberships: Vec<Membership>,
    /// Ids of SCIM groups and their names.
    group_names: Vec<(String, String)>,
}

/// Reads one file: JSON where it begins like that, CSV otherwise.
fn parse(path: &str, bytes: &[u8]) -> Result<Reading, RosterError> {
    let text = text::decode(path, bytes)?;
    let file = RosterFile::new(path, bytes);
    match text.trim_start().as_bytes().first() {
        Some(b'{' | b'[') => scim::read(file, &text),
        _ => sheet::read(file, &text),
    }
}
