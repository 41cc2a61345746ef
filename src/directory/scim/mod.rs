//! Directory exports (rosters) in JSON: answers of a SCIM 2.0 service (RFC 7643 and 7644).
//!
//! A file has one `ListResponse` of users, groups or both; several of them, in an array or in a row; or bare resources.
//! Attribute names are compared without case, as the RFC requires. Resources are read one by one, so that a broken one
//! does not affect the rest.

use std::collections::{BTreeMap, HashSet};

use serde_json::Deserializer;
use serde_json::value::RawValue;

use super::text::LineNumbers;
use super::{Gap, Person, Reading, RosterError, RosterKind};
use crate::bounded_json::{self, MOST_ENTRIES};
use crate::casefold::ascii_eq;
use crate::toml_document::excerpt;

mod resource;

use resource::{Resource, kind, text};

/// The most attributes of an answer or a bare resource.
const MOST_ATTRIBUTES: usize = 1_000;
/// An object with unparsed values.
type JsonObject<'a> = BTreeMap<String, &'a RawValue>;

/// Reads a file.
pub(super) fn read(reading: Reading, text: &str) -> Result<Reading, RosterError> {
    let mut list = List { reading, text, lines: LineNumbers::new(text), mixed: false };
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

/// The kind of resources in an answer. Users and groups have separate pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Listed {
    Users,
    Groups,
    Nothing,
}

/// The pages of one list, with the announced total and the resources found.
#[derive(Debug, Default)]
pub(super) struct Pages {
    total: u64,
    ids: HashSet<String>,
    without_id: u64,
    names_next: bool,
    has_last: bool,
}

impl Pages {
    fn found(&self) -> u64 {
        self.ids.len() as u64 + self.without_id
    }
}

/// The gap in the pages of one file, considering `all` files: pages of one list announce the same total.
pub(super) fn missing(of_file: &BTreeMap<Listed, Pages>, all: &[BTreeMap<Listed, Pages>]) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for (listed, pages) in of_file {
        let alike = || all.iter().filter_map(|file| file.get(listed)).filter(|one| one.total == pages.total);
        if pages.total > pages.found() {
            let ids: HashSet<&String> = alike().flat_map(|one| &one.ids).collect();
            let found = ids.len() as u64 + alike().map(|one| one.without_id).sum::<u64>();
            if pages.total > found {
                gaps.push(Gap::Incomplete { announced: pages.total, found });
            }
        }
        if pages.names_next && !alike().any(|one| one.has_last) {
            gaps.push(Gap::NextPage);
        }
    }
    gaps
}

/// Reads a file.
struct List<'a> {
    reading: Reading,
    text: &'a str,
    lines: LineNumbers<'a>,
    /// Whether an answer lists users and groups together.
    mixed: bool,
}

impl<'a> List<'a> {
    /// The line on which a value, a part of the text, begins.
    fn line(&mut self, value: &RawValue) -> usize {
        let place = (value.get().as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        self.lines.at(place)
    }

    fn not_scim(&mut self, value: &RawValue, why: impl Into<String>) -> RosterError {
        let line = self.line(value);
        RosterError::NotScim { path: self.reading.file.path.clone(), line, why: why.into() }
    }

    /// Reads a document: an answer, a resource, or an array of either.
    fn document(&mut self, document: &'a RawValue) -> Result<(), RosterError> {
        if !document.get().starts_with('[') {
            return self.answer(document);
        }
        let read = bounded_json::entries(document, |element| self.answer(element))?;
        read.map_err(|error| self.not_scim(document, error.to_string()))
    }

    /// Reads an answer, or a bare resource.
    fn answer(&mut self, answer: &'a RawValue) -> Result<(), RosterError> {
        let mut object = JsonObject::new();
        let read = bounded_json::attributes(answer, |name, value| {
            object.insert(name, value);
            if object.len() > MOST_ATTRIBUTES {
                return Err(self.not_scim(answer, format!("it has more than {MOST_ATTRIBUTES} attributes")));
            }
            Ok(())
        })?;
        if read.is_err() {
            return Err(self.not_scim(answer, kind(answer)));
        }
        let find = |name: &str| object.iter().find(|(key, _)| ascii_eq(key, name)).map(|(_, v)| *v);
        let total = find("totalResults").and_then(|total| total.get().trim_matches('"').parse::<u64>().ok());
        let names_next = find("nextCursor").is_some_and(|next| !matches!(next.get(), "null" | "\"\""));
        if let Some(vendor) = vendor(|name| find(name).is_some()) {
            let (path, line) = (self.reading.file.path.clone(), self.line(answer));
            return Err(RosterError::VendorJson { path, line, vendor });
        }
        if let Some(resources) = find("Resources") {
            let list = resources;
            let too_many = || self.reading.file.too_many("resources", MOST_ENTRIES);
            let Ok(resources) = bounded_json::list(list, MOST_ENTRIES, too_many, Ok)? else {
                return Err(self.not_scim(list, "its `Resources` is not a list"));
            };
            let total = total.unwrap_or_default();
            let listed = resources.len() as u64;
            let entry = self.resources(resources, total)?;
            entry.names_next |= names_next;
            entry.has_last |= !names_next && total != listed;
            return Ok(());
        }
        if let Some(total) = total {
            // Empty if there are no matches, or if only the number was requested.
            return self.resources(Vec::new(), total).map(drop);
        }
        if ["userName", "emails", "members", "displayName"].iter().any(|name| find(name).is_some()) {
            return self.resources(vec![answer], 0).map(drop);
        }
        let why = match find("detail").and_then(|detail| serde_json::from_str::<String>(detail.get()).ok()) {
            Some(detail) => format!("the service answered with an error: {}", excerpt(&detail)),
            None => "it has no `Resources`".to_owned(),
        };
        Err(self.not_scim(answer, why))
    }

    /// Reads the resources of an answer, with `total` on all pages.
    fn resources(&mut self, resources: Vec<&'a RawValue>, total: u64) -> Result<&mut Pages, RosterError> {
        let mut sort = Listed::Nothing;
        let mut ids = Vec::new();
        for resource in resources {
            let line = self.line(resource);
            self.reading.file.rows += 1;
            let resource = match Resource::read(resource, &self.reading.file)? {
                Ok(resource) => resource,
                Err(why) => {
                    self.reading.file.reject(line, format!("this is not a resource: {why}"));
                    ids.push(None);
                    continue;
                }
            };
            ids.push(text(&resource.attributes, "id"));
            let before = sort;
            sort = if resource.is_group() {
                self.group(&resource, line)?;
                Listed::Groups
            } else {
                self.user(&resource, line)?;
                Listed::Users
            };
            self.mixed |= before != Listed::Nothing && before != sort;
        }
        let pages = self.reading.pages.entry(sort).or_default();
        pages.total = pages.total.max(total);
        for id in ids {
            match id {
                Some(id) => drop(pages.ids.insert(id)),
                None => pages.without_id += 1,
            }
        }
        Ok(pages)
    }

    fn user(&mut self, resource: &Resource<'_>, line: usize) -> Result<(), RosterError> {
        match resource::user(&resource.attributes, &mut self.reading.file) {
            Ok(person) => self.reading.keep(Person { line, ..person }),
            Err(why) => {
                self.reading.file.reject(line, why);
                Ok(())
            }
        }
    }

    fn group(&mut self, resource: &Resource<'_>, line: usize) -> Result<(), RosterError> {
        let reading = &mut self.reading;
        reading.file.knows.groups = true;
        let name = match resource.group_name() {
            Ok(name) => name,
            Err(why) => {
                reading.file.reject(line, why);
                return Ok(());
            }
        };
        let before = reading.memberships.len();
        resource.members(&name, &reading.file, |membership| {
            reading.memberships.push(membership);
            reading.file.check_memberships(reading.memberships.len())
        })?;
        if reading.memberships.len() == before {
            reading.without_members.push((name.clone(), resource.lists_members()));
        }
        reading.group_names.extend(text(&resource.attributes, "id").map(|id| (id, name)));
        Ok(())
    }

    fn finish(mut self) -> Result<Reading, RosterError> {
        // If users and groups share pages, the total covers both.
        if self.mixed {
            let mut together = Pages::default();
            for pages in std::mem::take(&mut self.reading.pages).into_values() {
                together.total = together.total.max(pages.total);
                together.ids.extend(pages.ids);
                together.without_id += pages.without_id;
                together.names_next |= pages.names_next;
                together.has_last |= pages.has_last;
            }
            self.reading.pages.insert(Listed::Nothing, together);
        }
        self.reading.finish()
    }
}

/// The API of JSON that is certainly not SCIM. `has` looks up a member by name, ignoring its case.
fn vendor(has: impl Fn(&str) -> bool) -> Option<&'static str> {
    /// The members that tell each API, all of a group.
    const APIS: [(&str, &[&str]); 12] = [
        ("Microsoft (Graph, `az ad user list`)", &["@odata.context"]),
        ("Microsoft (Graph, `az ad user list`)", &["userPrincipalName"]),
        ("Google (Admin SDK)", &["primaryEmail"]),
        ("Google (Admin SDK)", &["kind", "users"]),
        ("Okta's API", &["profile", "credentials"]),
        ("AWS (`aws identitystore`)", &["IdentityStoreId"]),
        ("AWS (`aws identitystore`)", &["Users"]),
        ("AWS (`aws identitystore`)", &["GroupMemberships"]),
        ("Keycloak", &["username", "emailVerified"]),
        ("Auth0", &["user_id", "email"]),
        ("JumpCloud's API", &["results", "totalCount"]),
        ("PingOne's API", &["_embedded", "_links"]),
    ];
    let is = |members: &[&str]| members.iter().all(|member| has(member));
    // A SCIM resource or answer may have further attributes of these names.
    if has("schemas") {
        return None;
    }
    APIS.iter().find(|(_, members)| is(members)).map(|(vendor, _)| *vendor)
}
