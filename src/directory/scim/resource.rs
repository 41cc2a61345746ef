//! SCIM resources: users, groups, members, and attribute values of any case and shape.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::bounded_json;
use crate::casefold::ascii_eq;
use crate::directory::columns::Columns;
use crate::directory::meaning::{self, Meaning};
use crate::directory::{Membership, Person, RosterError, RosterFile, account, words};
use crate::sentence::Sentence;
use crate::toml_document::excerpt;

/// Reads a user, and records in the file what it covers.
///
/// # Errors
/// The reason why the user cannot be read.
pub(super) fn user(attributes: &Map<String, Value>, file: &mut RosterFile) -> Result<Person, Sentence> {
    let addresses = addresses(attributes);
    let user_name = text(attributes, "userName");
    let email = addresses.first().or(user_name.as_ref()).map_or("", String::as_str);
    let email = words::email(email).map_err(|why| match text(attributes, "id") {
        Some(id) => why.and(" (user ").person(excerpt(&id)).and(")"),
        None => why,
    })?;
    let mut person = Person { email: email.to_owned(), ..Person::default() };
    for other in addresses.iter().skip(1).chain(&user_name) {
        if let Ok(other) = words::email(other) {
            person.add_email(other.to_owned());
        }
    }
    person.add_guest_addresses();
    person.id = text(attributes, "id");
    person.name = text(attributes, "displayName").or_else(|| name(attributes));
    status(attributes, file, &mut person);
    file.knows.groups |= attribute(attributes, "groups").is_some();
    for group in values(attributes, "groups") {
        if let Some(group) = text(&group, "display").or_else(|| text(&group, "value")) {
            person.add_group(group.into());
        }
    }
    person.mfa = mfa(attributes, file);
    Ok(person)
}

/// All e-mail addresses, the primary one first.
fn addresses(attributes: &Map<String, Value>) -> Vec<String> {
    let mut addresses: Vec<_> = values(attributes, "emails")
        .filter_map(|email| {
            let primary = attribute(&email, "primary").is_some_and(is_true);
            let work = text(&email, "type").is_some_and(|sort| ascii_eq(&sort, "work"));
            Some((!primary, !work, text(&email, "value")?))
        })
        .collect();
    addresses.sort_by_key(|(not_primary, not_work, _)| (*not_primary, *not_work));
    addresses.into_iter().map(|(.., address)| address).collect()
}

/// The name, composed of its parts.
fn name(attributes: &Map<String, Value>) -> Option<String> {
    let name = attribute(attributes, "name")?.as_object()?;
    text(name, "formatted").or_else(|| {
        let parts: Vec<_> =
            [text(name, "givenName"), text(name, "familyName")].into_iter().flatten().collect();
        words::text(&parts.join(" "))
    })
}

/// Common attributes that are not about the account status.
const CORE: [&str; 9] =
    ["id", "externalId", "userName", "displayName", "nickName", "title", "userType", "locale", "timezone"];

/// The account status, from `active` and extensions. An inactive account may be suspended or deleted.
fn status(attributes: &Map<String, Value>, file: &mut RosterFile, person: &mut Person) {
    let is_status = |(meaning, _)| Meaning::STATUS.contains(&meaning);
    let speaks = |name: &str| {
        let name = name.trim();
        !CORE.contains(&name) && Meaning::told(name, &meaning::plain(name)).is_some_and(is_status)
    };
    let said: Vec<_> = single_values(attributes).filter(|(name, _)| speaks(name)).collect();
    let columns = Columns::read(&said.iter().map(|(name, _)| &**name).collect());
    let row = said.iter().map(|(_, value)| written(value)).collect();
    file.knows.status |= !said.is_empty();
    account::status(&columns, &row, file, person);
}

/// The attributes with one value, including those of extensions, and the parts of others as `locked.on`.
fn single_values<'v>(attributes: &'v Map<String, Value>) -> impl Iterator<Item = (Cow<'v, str>, &'v Value)> {
    let of_extension = |name: &str, value: &'v Value| match value {
        Value::Object(extension) if name.contains(':') => Some(extension),
        _ => None,
    };
    let extensions = attributes.iter().filter_map(move |(name, value)| of_extension(name, value));
    let all = attributes.iter().chain(extensions.flatten());
    let named = all.flat_map(|(name, value)| match value {
        Value::Object(parts) if !name.contains(':') => {
            let part = |(part, value)| (Cow::Owned(format!("{name}.{part}")), value);
            parts.iter().map(part).filter(|(name, _)| Meaning::of(&meaning::plain(name)).is_some()).collect()
        }
        value => vec![(Cow::Borrowed(name.as_str()), value)],
    });
    named.filter(|(_, value)| !matches!(value, Value::Null | Value::Array(_) | Value::Object(_)))
}

/// The second factor, which only extensions have.
fn mfa(attributes: &Map<String, Value>, file: &mut RosterFile) -> Option<bool> {
    let mut mfa = None;
    for (_, value) in single_values(attributes).filter(|(name, _)| meaning::is_mfa(&meaning::plain(name))) {
        let value = written(value);
        file.knows.mfa = true;
        mfa = words::mfa(&value);
        if mfa.is_none() && !value.is_empty() {
            file.unknown_mfa.count(&value);
        }
    }
    mfa
}

/// A value as true or false. Some services write `"True"`.
fn is_true(value: &Value) -> bool {
    words::truth(&written(value)) == Some(true)
}

/// A simple value as text of bounded length.
fn written(value: &Value) -> String {
    let text = match value {
        Value::String(text) => words::text(text),
        other => words::text(&other.to_string()),
    };
    text.unwrap_or_default()
}

/// A resource, without the members of a group, which are read one by one.
pub(super) struct Resource<'a> {
    pub(super) attributes: Map<String, Value>,
    members: Option<&'a RawValue>,
}

/// The most values of a resource, or of a member of a group.
const MOST_VALUES: usize = 20_000;

/// Refuses a value of so many parts that it would take much memory. Commas in texts count too.
fn check_size(value: &RawValue, file: &RosterFile) -> Result<usize, RosterError> {
    let values = 1 + memchr::memchr_iter(b',', value.get().as_bytes()).count();
    if values > MOST_VALUES { Err(file.too_many("values in a resource", MOST_VALUES)) } else { Ok(values) }
}

impl<'a> Resource<'a> {
    /// Reads a resource.
    ///
    /// # Errors
    /// If it is too large. Inside: the reason why it is no resource, which does not quote it.
    pub(super) fn read(
        resource: &'a RawValue,
        file: &RosterFile,
    ) -> Result<Result<Self, String>, RosterError> {
        enum Stop {
            Roster(RosterError),
            Json(serde_json::Error),
        }
        let mut read = Self { attributes: Map::new(), members: None };
        let mut values = 0;
        let stopped = bounded_json::attributes(resource, |name, value| {
            if ascii_eq(&name, "members") {
                read.members = Some(value);
                return Ok(());
            }
            values += check_size(value, file).map_err(Stop::Roster)?;
            if values > MOST_VALUES {
                return Err(Stop::Roster(file.too_many("values in a resource", MOST_VALUES)));
            }
            read.attributes.insert(name, serde_json::from_str(value.get()).map_err(Stop::Json)?);
            Ok(())
        });
        match stopped {
            Err(Stop::Roster(error)) => Err(error),
            Err(Stop::Json(error)) => Ok(Err(error.to_string())),
            Ok(Err(_)) if !resource.get().starts_with('{') => Ok(Err(kind(resource))),
            Ok(Err(error)) => Ok(Err(error.to_string())),
            Ok(Ok(())) => Ok(Ok(read)),
        }
    }

    /// Whether it is a group: by its schema, or because it has members.
    pub(super) fn is_group(&self) -> bool {
        let attributes = &self.attributes;
        let schemas = match attribute(attributes, "schemas") {
            Some(Value::Array(schemas)) => schemas.as_slice(),
            _ => &[],
        };
        let schema =
            |name: &str| schemas.iter().filter_map(Value::as_str).any(|schema| schema.ends_with(name));
        if schema(":2.0:User") || schema(":2.0:Group") {
            return !schema(":2.0:User");
        }
        let meta = attribute(attributes, "meta").and_then(Value::as_object);
        match meta.and_then(|meta| text(meta, "resourceType")) {
            Some(sort) => ascii_eq(&sort, "group"),
            None => self.members.is_some() && attribute(attributes, "userName").is_none(),
        }
    }

    /// The name of a group.
    ///
    /// # Errors
    /// The reason why the group cannot be read.
    pub(super) fn group_name(&self) -> Result<String, Sentence> {
        text(&self.attributes, "displayName").ok_or_else(|| match text(&self.attributes, "id") {
            Some(id) => Sentence::from("the group `").words(excerpt(&id)).and("` has no `displayName`"),
            None => "a group has no `displayName`".into(),
        })
    }

    /// Whether a list of members is there.
    pub(super) fn lists_members(&self) -> bool {
        self.members.is_some_and(|members| members.get() != "null")
    }

    /// Passes on the members of a group, one by one.
    ///
    /// # Errors
    /// If a member is too large, or `take` fails.
    pub(super) fn members(
        &self,
        group: &str,
        file: &RosterFile,
        mut take: impl FnMut(Membership) -> Result<(), RosterError>,
    ) -> Result<(), RosterError> {
        let group: Arc<str> = group.into();
        let address = |text: &String| words::email(text).is_ok();
        let read = self.members.map(|members| {
            bounded_json::entries(members, |member| {
                check_size(member, file)?;
                let member = serde_json::from_str(member.get()).ok().and_then(|value| as_object(&value));
                let Some(member) = member else { return Ok(()) };
                let display = text(&member, "display");
                let value = text(&member, "value").or_else(|| {
                    // The last part of `…/Users/2819c223` is the id.
                    text(&member, "$ref").and_then(|link| link.rsplit('/').next().and_then(words::text))
                });
                take(Membership {
                    group: group.clone(),
                    email: display.filter(address).or_else(|| value.clone().filter(address)),
                    nested: text(&member, "type").is_some_and(|sort| ascii_eq(&sort, "group")),
                    id: value,
                })
            })
        });
        // What is no list names no members.
        read.map_or(Ok(()), |read| read.map(drop))
    }
}

/// Describes a value that is not an object. It is not quoted, because a file of secrets may be given by mistake.
pub(super) fn kind(value: &RawValue) -> String {
    let kind = match value.get().as_bytes().first() {
        Some(b'[') => "a list",
        Some(b'"') => "a text",
        Some(b'{') => "an object that cannot be read",
        _ => "a number, true, false or null",
    };
    format!("it is {kind}, not an object")
}

/// An attribute, ignoring the case of its name.
fn attribute<'v>(attributes: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    attributes.get(name).or_else(|| {
        let mut all = attributes.iter();
        all.find(|(key, _)| ascii_eq(key, name)).map(|(_, value)| value)
    })
}

/// A non-empty text attribute. Some services write ids as numbers.
pub(super) fn text(attributes: &Map<String, Value>, name: &str) -> Option<String> {
    match attribute(attributes, name)? {
        Value::String(text) => words::text(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The objects of a multi-valued attribute; a plain text counts as `value`.
fn values<'v>(
    attributes: &'v Map<String, Value>,
    name: &str,
) -> impl Iterator<Item = Map<String, Value>> + use<'v> {
    let entries = match attribute(attributes, name) {
        Some(Value::Array(entries)) => entries.as_slice(),
        _ => &[],
    };
    entries.iter().filter_map(as_object)
}

/// An entry of a multi-valued attribute.
fn as_object(entry: &Value) -> Option<Map<String, Value>> {
    match entry {
        Value::Object(entry) => Some(entry.clone()),
        Value::String(_) => Some(Map::from_iter([("value".to_owned(), entry.clone())])),
        _ => None,
    }
}
