//! Rosters in JSON: what a SCIM 2.0 service answers (RFC 7643 and 7644).
//!
//! A file holds a `ListResponse` of users, of groups or of both; several of them, as an array or one after
//! the other, as paging leaves them; or the bare resources. Names of attributes are compared without case,
//! as the RFC asks. Resources are read one by one, so that a broken one costs itself alone.

use std::collections::{BTreeMap, HashSet};

use serde_json::value::RawValue;
use serde_json::{Deserializer, Map, Value};

use super::text::Lines;
use super::{Gap, Person, Reading, RosterError, RosterKind};
use crate::casefold::ascii_eq;
use crate::toml_document::excerpt;

mod resource;

use resource::{kind, text};

/// How many memberships the groups of a file may have.
const MOST_MEMBERSHIPS: usize = 2_000_000;

/// An object whose values are not looked into yet.
type Object<'a> = BTreeMap<String, &'a RawValue>;

/// Reads a file.
pub(super) fn read(reading: Reading, text: &str) -> Result<Reading, RosterError> {
    let (lines, announced) = (Lines::new(text), BTreeMap::new());
    let mut list = List { reading, text, lines, announced, mixed: false };
    list.reading.file.kind = RosterKind::Scim;
    for document in Deserializer::from_str(text).into_iter::<&RawValue>() {
        match document {
            Ok(document) => list.document(document)?,
            Err(error) => {
                let (path, line) = (list.reading.file.path, error.line());
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
    reading: Reading,
    text: &'a str,
    lines: Lines<'a>,
    announced: BTreeMap<Sort, Announced>,
    /// Whether an answer lists users and groups together.
    mixed: bool,
}

impl<'a> List<'a> {
    /// The line on which a value begins. It is a part of the text, so where it lies tells where it stands.
    fn line(&mut self, value: &RawValue) -> usize {
        let place = (value.get().as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        self.lines.at(place)
    }

    fn not_scim(&mut self, value: &RawValue, why: impl Into<String>) -> RosterError {
        let line = self.line(value);
        RosterError::NotScim { path: self.reading.file.path.clone(), line, why: why.into() }
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
            self.reading.file.rows += 1;
            let attributes: Map<String, Value> = match serde_json::from_str(resource.get()) {
                Ok(attributes) => attributes,
                // The message about another kind of value would quote it, and it may be a secret.
                Err(error) => {
                    let why =
                        if resource.get().starts_with('{') { error.to_string() } else { kind(resource) };
                    self.reading.file.reject(line, format!("this is not a resource: {why}"));
                    ids.push(None);
                    continue;
                }
            };
            ids.push(text(&attributes, "id"));
            let before = sort;
            sort = if resource::is_group(&attributes) {
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
        match resource::user(attributes, &mut self.reading.file) {
            // The same resource on two pages, or in two answers, is one person.
            Ok(person) => self
                .reading
                .keep(Person { line, ..person }, |known, person| known.id.is_some() && known.id == person.id),
            Err(why) => {
                self.reading.file.reject(line, why);
                Ok(())
            }
        }
    }

    fn group(&mut self, attributes: &Map<String, Value>, line: usize) -> Result<(), RosterError> {
        let reading = &mut self.reading;
        reading.file.knows.groups = true;
        match resource::group(attributes) {
            Ok((name, members)) => {
                reading.group_names.extend(text(attributes, "id").map(|id| (id, name)));
                reading.memberships.extend(members);
            }
            Err(why) => reading.file.reject(line, why),
        }
        if reading.memberships.len() > MOST_MEMBERSHIPS {
            return Err(reading.file.too_many("memberships", MOST_MEMBERSHIPS));
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
        let counts = self.counts().into_iter().filter(|(announced, found)| announced > found);
        let gaps = counts.map(|(announced, found)| Gap::Incomplete { announced, found });
        self.reading.file.gaps.extend(gaps);
        self.reading.finish()
    }
}
