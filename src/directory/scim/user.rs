//! Users of SCIM.

use serde_json::{Map, Value};

use super::values::{attribute, text, values};
use crate::casefold::ascii_eq;
use crate::directory::columns;
use crate::directory::{Person, RosterFile, Standing, words};
use crate::sentence::Sentence;

/// Reads a user, and notes in the file what it turned out to know.
///
/// # Errors
/// Says why the user cannot be read.
pub(super) fn read(
    attributes: &Map<String, Value>,
    file: &mut RosterFile,
    left_out: &mut usize,
) -> Result<Person, Sentence> {
    let addresses = addresses(attributes);
    let user_name = text(attributes, "userName");
    let email = addresses.first().or(user_name.as_ref()).map_or("", String::as_str);
    let email = words::email(email).map_err(|why| match text(attributes, "id") {
        Some(id) => why.and(" (user ").person(crate::toml_document::excerpt(&id)).and(")"),
        None => why,
    })?;
    let mut person = Person { email: email.to_owned(), ..Person::default() };
    for other in addresses.iter().skip(1).chain(&user_name) {
        if let Ok(other) = words::email(other) {
            *left_out += person.add_email(other.to_owned());
        }
    }
    person.id = text(attributes, "id");
    person.name = text(attributes, "displayName").or_else(|| name(attributes));
    (person.standing, person.status_word) = standing(attributes, file);
    if attribute(attributes, "groups").is_some() {
        file.knows.groups = true;
    }
    for group in values(attributes, "groups") {
        if let Some(group) = text(&group, "display").or_else(|| text(&group, "value")) {
            *left_out += person.add_group(group);
        }
    }
    if let Some(role) = role(attributes) {
        file.knows.roles = true;
        person.role = Some(role);
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

/// The name put together of its parts.
fn name(attributes: &Map<String, Value>) -> Option<String> {
    let name = attribute(attributes, "name")?.as_object()?;
    text(name, "formatted").or_else(|| {
        let parts: Vec<_> =
            [text(name, "givenName"), text(name, "familyName")].into_iter().flatten().collect();
        words::text(&parts.join(" "))
    })
}

/// The standing, by `active`. What is not active may not sign in; whether it is coming back, nothing says.
fn standing(attributes: &Map<String, Value>, file: &mut RosterFile) -> (Standing, Option<String>) {
    let Some(active) = attribute(attributes, "active").filter(|active| !active.is_null()) else {
        return (Standing::Unknown, None);
    };
    file.knows.status = true;
    let word = written(active);
    let standing = match words::truth(&word) {
        Some(true) => Standing::Active,
        Some(false) => Standing::Suspended,
        None => {
            file.unknown_statuses.count(&word);
            Standing::Unknown
        }
    };
    (standing, Some(format!("active: {word}")))
}

/// The primary role, or the only one.
fn role(attributes: &Map<String, Value>) -> Option<String> {
    let mut roles: Vec<_> = values(attributes, "roles").collect();
    roles.sort_by_key(|role| !attribute(role, "primary").is_some_and(is_true));
    let sole =
        roles.len() == 1 || roles.first().and_then(|role| attribute(role, "primary")).is_some_and(is_true);
    let role = roles.first().filter(|_| sole)?;
    text(role, "display").or_else(|| text(role, "value"))
}

/// The second factor, which no schema of the RFC has and extensions add.
fn mfa(attributes: &Map<String, Value>, file: &mut RosterFile) -> Option<bool> {
    let mut mfa = None;
    let mut look = |name: &str, value: &Value| {
        let single = !matches!(value, Value::Null | Value::Array(_) | Value::Object(_));
        if single && columns::is_mfa(&columns::plain(name)) {
            let value = written(value);
            file.knows.mfa = true;
            mfa = words::mfa(&value);
            if mfa.is_none() && !value.is_empty() {
                file.unknown_mfa.count(&value);
            }
        }
    };
    for (name, value) in attributes {
        match value {
            Value::Object(extension) if name.contains(':') => {
                extension.iter().for_each(|(name, value)| look(name, value));
            }
            _ => look(name, value),
        }
    }
    mfa
}

/// Whether a value says yes. Some services write `"True"`.
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
