//! The old and new values in an event: `changes`, or `before` and `after`, or `enabled`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use serde_json::value::RawValue;

use super::rows::bounded;
use crate::api::model::metadata::object;

/// The most differences to show.
const MAX_SHOWN: usize = 12;
/// The depth of the search; a permission is at depth two.
const MAX_DEPTH: usize = 3;
/// The most characters of a value to show.
const MAX_VALUE: usize = 80;

/// The differences in the metadata of an event, if any.
pub(super) fn told(metadata: &RawValue) -> Option<String> {
    let parts: BTreeMap<String, &RawValue> = object(metadata)?;
    let part = |name: &str| parts.get(name).and_then(|raw| serde_json::from_str::<Value>(raw.get()).ok());
    let mut found = Vec::new();
    if let Some(Value::Object(changes)) = part("changes") {
        for (name, change) in &changes {
            collect(name, change.get("before"), change.get("after"), MAX_DEPTH, &mut found);
        }
    }
    let (before, after) = (part("before"), part("after"));
    if found.is_empty() && (before.is_some() || after.is_some()) {
        collect("", before.as_ref(), after.as_ref(), MAX_DEPTH, &mut found);
    }
    if let Some(Value::Bool(on)) = part("enabled") {
        found.push(format!("switched {}", if on { "on" } else { "off" }));
    }
    let more = found.len().saturating_sub(MAX_SHOWN);
    found.truncate(MAX_SHOWN);
    let suffix = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!found.is_empty()).then(|| bounded(&(found.join(", ") + &suffix)).into_owned())
}

/// Adds differences by their paths.
fn collect(path: &str, before: Option<&Value>, after: Option<&Value>, depth: usize, found: &mut Vec<String>) {
    if before.unwrap_or(&Value::Null) == after.unwrap_or(&Value::Null) {
        return;
    }
    let is_open = |value: Option<&Value>| matches!(value, None | Some(Value::Null | Value::Object(_)));
    if depth > 0 && is_open(before) && is_open(after) {
        let (before, after) = (before.and_then(Value::as_object), after.and_then(Value::as_object));
        let names = [before, after].into_iter().flatten().flat_map(|side| side.keys());
        for name in names.collect::<BTreeSet<_>>() {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            let [before, after] = [before, after].map(|side| side.and_then(|side| side.get(name)));
            collect(&path, before, after, depth - 1, found);
        }
        return;
    }
    let space = if path.is_empty() { "" } else { " " };
    found.push(format!("{path}{space}from {} to {}", shown(before), shown(after)));
}

fn shown(value: Option<&Value>) -> String {
    let text = match value {
        None | Some(Value::Null) => return "nothing".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    match text.char_indices().nth(MAX_VALUE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_tell_what_they_changed_in_several_ways() {
        for (metadata, expected) in [
            (r#"{"changes":{"session_days":{"before":4,"after":30}}}"#, Some("session_days from 4 to 30")),
            (
                r#"{"changes":{"b":{"before":["a"],"after":[]},"a":{"after":true}}}"#,
                Some("a from nothing to true, b from [\"a\"] to []"),
            ),
            (r#"{"before":"saml","after":"any"}"#, Some("from saml to any")),
            (
                r#"{"before":{"permissions":{"x":true,"y":false}},"after":{"permissions":{"x":true,"y":true}}}"#,
                Some("permissions.y from false to true"),
            ),
            (r#"{"before":null,"after":{"name":"Ops"}}"#, Some("name from nothing to Ops")),
            (r#"{"enabled":false,"mode":"x"}"#, Some("switched off")),
            (r#"{"changes":{"a":{"before":1,"after":1}},"enabled":true}"#, Some("switched on")),
            (r#"{"changes":[1],"before":5,"after":5}"#, None),
            (r#"{"enabled":"yes"}"#, None),
            ("null", None),
            ("[]", None),
        ] {
            let raw = RawValue::from_string(metadata.to_owned()).unwrap();
            assert_eq!(told(&raw).as_deref(), expected, "{metadata}");
        }
    }

    #[test]
    fn a_flood_of_changes_is_cut() {
        let sides: Vec<_> =
            (0..40).map(|n| format!("\"s{n:02}\":{{\"before\":\"{}\"}}", "x".repeat(200))).collect();
        let raw = RawValue::from_string(format!("{{\"changes\":{{{}}}}}", sides.join(","))).unwrap();
        assert!(told(&raw).is_some_and(|text| text.len() <= 512));
    }
}
