//! The values of attributes, whatever their case and shape.

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::casefold::ascii_eq;
use crate::directory::words;

/// What a value is instead of an object. It is not quoted: a file with a secret may have been named by mistake.
pub(super) fn kind(value: &RawValue) -> String {
    let kind = match value.get().as_bytes().first() {
        Some(b'[') => "a list",
        Some(b'"') => "a text",
        Some(b'{') => "an object that cannot be read",
        _ => "a number, true, false or null",
    };
    format!("it is {kind}, not an object")
}

/// An attribute, whatever the case of its name.
pub(super) fn attribute<'v>(attributes: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    attributes.get(name).or_else(|| {
        let mut all = attributes.iter();
        all.find(|(key, _)| ascii_eq(key, name)).map(|(_, value)| value)
    })
}

/// A textual attribute that is not empty. Some services write numbers for ids.
pub(super) fn text(attributes: &Map<String, Value>, name: &str) -> Option<String> {
    match attribute(attributes, name)? {
        Value::String(text) => words::text(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The objects of a multi-valued attribute; a plain text stands for its `value`.
pub(super) fn values<'v>(
    attributes: &'v Map<String, Value>,
    name: &str,
) -> impl Iterator<Item = Map<String, Value>> + use<'v> {
    let entries = match attribute(attributes, name) {
        Some(Value::Array(entries)) => entries.as_slice(),
        _ => &[],
    };
    entries.iter().filter_map(|entry| match entry {
        Value::Object(entry) => Some(entry.clone()),
        Value::String(_) => Some(Map::from_iter([("value".to_owned(), entry.clone())])),
        _ => None,
    })
}
