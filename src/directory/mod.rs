//! Directory exports (rosters): the people of an identity provider, their groups and account statuses.
//!
//! `text` opens and decodes files. `sheet` reads CSV, with `columns` and `meaning` for headers, `account` for rows, `words`
//! and `day` for cells. `documented` has the names and words of all of them. `scim` reads SCIM 2.0 answers. `merge` makes
//! one list of several files. The comparison with a workspace is in `facts::reconcile`.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use crate::bounded_json::MOST_ENTRIES;
use crate::characters::with_whole_characters;
use crate::warning::Warning;

mod account;
mod columns;
mod day;
mod documented;
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

/// The most groups of a person; further ones are counted.
const MOST_GROUPS: usize = 500;
/// The most further addresses of a person.
const MOST_ADDRESSES: usize = 50;

/// One list of people from one or several files.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Roster {
    /// In the order given.
    pub files: Vec<RosterFile>,
    /// In order of first appearance.
    pub people: Vec<Person>,
}

impl Roster {
    /// Reads files into one list.
    ///
    /// # Errors
    /// If a file cannot be opened or understood, or has no people.
    pub(crate) fn read(paths: &[PathBuf]) -> Result<Self, RosterError> {
        let mut readings = Vec::new();
        for path in paths {
            readings.push(parse(&path.display().to_string(), &text::read(path)?)?);
        }
        merge::roster(readings)
    }

    /// The warnings of all files.
    pub(crate) fn warnings(&self) -> Vec<Warning> {
        self.files.iter().flat_map(RosterFile::warnings).collect()
    }

    /// Makes one list of the names and bytes of files.
    ///
    /// # Errors
    /// If a file is not understood, or has no people.
    #[cfg(test)]
    pub(crate) fn parse(files: &[(&str, &[u8])]) -> Result<Self, RosterError> {
        let readings = files.iter().map(|(name, bytes)| parse(name, bytes));
        merge::roster(readings.collect::<Result<_, _>>()?)
    }

    /// Whether every row was read and no page is missing. Otherwise a missing person proves nothing.
    pub(crate) fn is_complete(&self) -> bool {
        let whole = |file: &RosterFile| file.unreadable_rows == 0 && !file.gaps.iter().any(Gap::is_missing);
        self.providers().all(whole)
    }

    /// Whether the members of every group are known.
    pub(crate) fn knows_members(&self) -> bool {
        !self.providers().any(|file| file.gaps.iter().any(Gap::is_membership))
    }

    /// The files of identity providers.
    pub(crate) fn providers(&self) -> impl Iterator<Item = &RosterFile> {
        self.files.iter().filter(|file| file.kind.is_provider())
    }

    /// Whether any file comes from an identity provider.
    pub(crate) fn has_provider(&self) -> bool {
        self.providers().next().is_some()
    }

    /// Whether a file of an identity provider has the person, not only Intercom's own export.
    pub(crate) fn vouches_for(&self, person: &Person) -> bool {
        self.files.get(person.file).is_some_and(|file| file.kind.is_provider())
    }
}

/// The content of one file, before files are merged.
struct Reading {
    file: RosterFile,
    people: Vec<Person>,
    index: Index,
    /// Memberships in SCIM groups, whose members may be in another file.
    memberships: Vec<Membership>,
    group_names: Vec<(String, String)>,
    /// Names of SCIM groups without members, and whether their list of members is there and empty.
    without_members: Vec<(String, bool)>,
    pages: BTreeMap<scim::Listed, scim::Pages>,
    /// The groups that people list, each once in memory, and how many they list together.
    groups: HashSet<Arc<str>>,
    listed_groups: usize,
}

impl Reading {
    /// Adds a person, or merges it with an earlier row that does not contradict it: some reports have a row for each group,
    /// factor or application.
    fn keep(&mut self, mut person: Person) -> Result<(), RosterError> {
        self.listed_groups += person.groups.len();
        self.file.check_memberships(self.listed_groups)?;
        let shared = |group: Arc<str>| match self.groups.get(&group) {
            Some(known) => Arc::clone(known),
            None => {
                self.groups.insert(Arc::clone(&group));
                group
            }
        };
        person.groups = std::mem::take(&mut person.groups).into_iter().map(shared).collect();
        let agrees = |at: usize| self.people.get(at).is_some_and(|known| known.agrees_with(&person, true));
        let known = self.index.find(&person.email, agrees);
        if let Some(known) = known.and_then(|at| self.people.get_mut(at)) {
            known.absorb(person, true);
            return Ok(());
        }
        if self.people.len() >= MOST_ENTRIES {
            return Err(self.file.too_many("people", MOST_ENTRIES));
        }
        self.index.add(&person.email, self.people.len());
        self.people.push(person);
        Ok(())
    }

    /// Completes the file after all of it is read.
    fn finish(mut self) -> Result<Self, RosterError> {
        if self.people.is_empty() && self.memberships.is_empty() && self.group_names.is_empty() {
            return Err(self.file.no_people());
        }
        self.file.people = self.people.len();
        Ok(self)
    }
}

/// Reads one file: JSON if it begins like JSON, else CSV.
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
        groups: HashSet::new(),
        listed_groups: 0,
    };
    match text.trim_start().as_bytes().first() {
        Some(b'{' | b'[') => scim::read(reading, &with_whole_characters(text)),
        _ => sheet::read(reading, &text),
    }
}
