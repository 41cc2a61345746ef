//! Groups of SCIM and who belongs to them.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::values::{attribute, text, values};
use crate::casefold::ascii_eq;
use crate::directory::{Membership, words};
use crate::sentence::Sentence;

/// Whether a resource is a group: it says so, or it has members.
pub(super) fn is_group(attributes: &Map<String, Value>) -> bool {
    let schemas = match attribute(attributes, "schemas") {
        Some(Value::Array(schemas)) => schemas.as_slice(),
        _ => &[],
    };
    let schema = |name: &str| schemas.iter().filter_map(Value::as_str).any(|schema| schema.ends_with(name));
    if schema(":2.0:User") || schema(":2.0:Group") {
        return !schema(":2.0:User");
    }
    match attribute(attributes, "meta").and_then(Value::as_object).and_then(|meta| text(meta, "resourceType"))
    {
        Some(sort) => ascii_eq(&sort, "group"),
        None => attribute(attributes, "members").is_some() && attribute(attributes, "userName").is_none(),
    }
}

/// Reads a group: its name and its members.
///
/// # Errors
/// Says why the group cannot be read.
pub(super) fn read(attributes: &Map<String, Value>) -> Result<(String, Vec<Membership>), Sentence> {
    let Some(name) = text(attributes, "displayName") else {
        return Err(match text(attributes, "id") {
            Some(id) => Sentence::from("the group `")
                .words(crate::toml_document::excerpt(&id))
                .and("` has no `displayName`"),
            None => "there is a group without `displayName`".into(),
        });
    };
    let group: Arc<str> = name.as_str().into();
    let members = values(attributes, "members").map(|member| {
        let display = text(&member, "display");
        let value = text(&member, "value").or_else(|| {
            // The last part of `…/Users/2819c223` is the id.
            text(&member, "$ref").and_then(|link| link.rsplit('/').next().and_then(words::text))
        });
        let address = |text: &String| words::email(text).is_ok();
        Membership {
            group: group.clone(),
            email: display.filter(address).or_else(|| value.clone().filter(address)),
            nested: text(&member, "type").is_some_and(|sort| ascii_eq(&sort, "group")),
            id: value,
        }
    });
    let members = members.collect();
    Ok((name, members))
}
