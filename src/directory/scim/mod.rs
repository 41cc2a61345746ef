//! Rosters in JSON: what a SCIM 2.0 service answers (RFC 7643 and 7644).
//!
//! A file holds a `ListResponse` of users, of groups or of both; several of them, as an array or one after
//! the other, as paging leaves them; or the bare resources. Names of attributes are compared without case,
//! as the RFC asks. Resources are read one by one, so that a broken one costs itself alone.

use std::collections::{BTreeMap, HashSet};

use serde_json::value::RawValue;
use serde_json::{Deserializer, Map, Value};

use super::merge::Index;
use super::text::Lines;
use super::{Gap, Kind, MOST_PEOPLE, Membership, Person, Reading, RosterError, RosterFile};
use crate::casefold::ascii_eq;
use crate::toml_document::excerpt;

mod group;
mod user;
mod values;

use values::{kind, text};

/// How many memberships the groups of a file may have.
const MOST_MEMBERSHIPS: usize = 2_000_000;

/// An object whose values are not looked into yet.
type Object<'a> = BTreeMap<String, &'a RawValue>;

/// Reads a file.
pub(super) fn read(file: RosterFile, text: &str) -> Result<Reading, RosterError> {
    let mut list = List::new(file, text);
    list.file.kind = Kind::Scim;
    for document in Deserializer::from_str(text).into_iter::<&RawValue>() {
        match document {
            Ok(document) => list.document(document)?,
            Err(error) => {
                let (path, line) = (list.file.path, error.line());
                return Err(RosterError::Malformed { path, line, why: format!("invalid JSON: {error}") });
            }
        }
    }
    list.finish()
}

/// Which resources an answer lists. Users and groups are paged apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    Users,
    Groups,
    Nothing,
}

/// How many resources were announced, and which of them came.
#[derive(Debug, Default)]
struct Announced {
    total: u64,
    ids: HashSet<String>,
    without_id: u64,
}

/// A file while it is read.
struct List<'a> {
    file: RosterFile,
    text: &'a str,
    lines: Lines<'a>,
    people: Vec<Person>,
    index: Index,
    memberships: Vec<Membership>,
    group_names: Vec<(String, String)>,
    announced: BTreeMap<Sort, Announced>,
    /// Whether an answer lists users and groups together.
    mixed: bool,
    left_out: usize,
}

impl<'a> List<'a> {
    fn new(file: RosterFile, text: &'a str) -> Self {
        Self {
            file,
            text,
            lines: Lines::new(text),
            people: Vec::new(),
            index: Index::default(),
            memberships: Vec::new(),
            group_names: Vec::new(),
            announced: BTreeMap::new(),
            mixed: false,
            left_out: 0,
        }
    }

    /// The line on which a value begins. It is a part of the text, so where it lies tells where it stands.
    fn line(&mut self, value: &RawValue) -> usize {
        let place = (value.get().as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        self.lines.at(place)
    }

    fn not_scim(&mut self, value: &RawValue, why: impl Into<String>) -> RosterError {
        let line = self.line(value);
        RosterError::NotScim { path: self.file.path.clone(), line, why: why.into() }
    }

    /// Takes in a document: an answer, a resource, or an array of either.
    fn document(&mut self, document: &'a RawValue) -> Result<(), RosterError> {
        if !document.get().starts_with('[') {
            return self.answer(document);
        }
        match serde_json::from_str::<Vec<&RawValue>>(document.get()) {
            Ok(elements) => elements.into_iter().try_for_each(|element| self.answer(element)),
            Err(error) => Err(self.not_scim(document, error.to_string())),
        }
    }

    /// Takes in an answer, or a resource that stands for itself.
    fn answer(&mut self, answer: &'a RawValue) -> Result<(), RosterError> {
        let Ok(object) = serde_json::from_str::<Object<'_>>(answer.get()) else {
            return Err(self.not_scim(answer, kind(answer)));
        };
        let find = |name: &str| object.iter().find(|(key, _)| ascii_eq(key, name)).map(|(_, v)| *v);
        let total = find("totalResults").and_then(|total| total.get().parse::<u64>().ok());
        if let Some(resources) = find("Resources") {
            let Ok(resources) = serde_json::from_str::<Vec<&RawValue>>(resources.get()) else {
                return Err(self.not_scim(resources, "its `Resources` is not a list"));
            };
            return self.resources(resources, total.unwrap_or_default());
        }
        if let Some(total) = total {
            // Nothing is listed where nothing was found, or where only the number was asked for.
            return self.resources(Vec::new(), total);
        }
        if ["userName", "emails", "members", "displayName"].iter().any(|name| find(name).is_some()) {
            return self.resources(vec![answer], 0);
        }
        let why = match find("detail").and_then(|detail| serde_json::from_str::<String>(detail.get()).ok()) {
            Some(detail) => format!("it is an error of the service: {}", excerpt(&detail)),
            None => "it has no `Resources`".to_owned(),
        };
        Err(self.not_scim(answer, why))
    }

    /// Takes in the resources of an answer, of which there are `total` on all pages together.
    fn resources(&mut self, resources: Vec<&'a RawValue>, total: u64) -> Result<(), RosterError> {
        let mut sort = Sort::Nothing;
        let mut ids = Vec::new();
        for resource in resources {
            let line = self.line(resource);
            self.file.rows += 1;
            let attributes: Map<String, Value> = match serde_json::from_str(resource.get()) {
                Ok(attributes) => attributes,
                // The message about another kind of value would quote it, and it may be a secret.
                Err(error) => {
                    let why =
                        if resource.get().starts_with('{') { error.to_string() } else { kind(resource) };
                    self.file.reject(line, format!("this is not a resource: {why}"));
                    ids.push(None);
                    continue;
                }
            };
            ids.push(text(&attributes, "id"));
            let before = sort;
            sort = if group::is_group(&attributes) {
                self.group(&attributes, line)?;
                Sort::Groups
            } else {
                self.user(&attributes, line)?;
                Sort::Users
            };
            self.mixed |= before != Sort::Nothing && before != sort;
        }
        let announced = self.announced.entry(sort).or_default();
        announced.total = announced.total.max(total);
        for id in ids {
            match id {
                Some(id) => drop(announced.ids.insert(id)),
                None => announced.without_id += 1,
            }
        }
        Ok(())
    }

    fn user(&mut self, attributes: &Map<String, Value>, line: usize) -> Result<(), RosterError> {
        let mut person = match user::read(attributes, &mut self.file, &mut self.left_out) {
            Ok(person) => person,
            Err(why) => {
                self.file.reject(line, why);
                return Ok(());
            }
        };
        person.line = line;
        // The same resource on two pages, or in two answers, is one person.
        let fits = |at: usize| {
            self.people.get(at).is_some_and(|known| {
                known.id.is_some() && known.id == person.id && known.agrees_with(&person, true)
            })
        };
        if let Some(known) = self.index.find(&person.email, fits).and_then(|at| self.people.get_mut(at)) {
            self.left_out += known.absorb(person);
            return Ok(());
        }
        if self.people.len() >= MOST_PEOPLE {
            return Err(self.file.too_many("people", MOST_PEOPLE));
        }
        self.index.add(&person.email, self.people.len());
        self.people.push(person);
        Ok(())
    }

    fn group(&mut self, attributes: &Map<String, Value>, line: usize) -> Result<(), RosterError> {
        self.file.knows.groups = true;
        match group::read(attributes) {
            Ok((name, members)) => {
                if let Some(id) = text(attributes, "id") {
                    self.group_names.push((id, name));
                }
                self.memberships.extend(members);
            }
            Err(why) => self.file.reject(line, why),
        }
        if self.memberships.len() > MOST_MEMBERSHIPS {
            return Err(self.file.too_many("memberships", MOST_MEMBERSHIPS));
        }
        Ok(())
    }

    /// How many resources were announced and found: of users and of groups, or of both where they share
    /// pages, so that nothing tells to which of them a total belongs.
    fn counts(&self) -> Vec<(u64, u64)> {
        let counts =
            self.announced.values().map(|sort| (sort.total, sort.ids.len() as u64 + sort.without_id));
        if self.mixed {
            vec![counts.fold((0, 0), |(most, sum), (total, found)| (total.max(most), sum + found))]
        } else {
            counts.collect()
        }
    }

    fn finish(mut self) -> Result<Reading, RosterError> {
        if self.people.is_empty() && self.memberships.is_empty() && self.group_names.is_empty() {
            return Err(self.file.nobody());
        }
        for (announced, found) in self.counts() {
            if announced > found {
                self.file.gaps.push(Gap::Incomplete { announced, found });
            }
        }
        self.file.people = self.people.len();
        self.file.leave_out(self.left_out);
        let Self { file, people, memberships, group_names, .. } = self;
        Ok(Reading { file, people, memberships, group_names })
    }
}
