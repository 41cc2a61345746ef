//! Converting between JSON facts and CEL values.

use std::collections::HashMap;

use cel::Value;
use cel::objects::Key;
use serde_json::Value as Json;

/// A JSON value as CEL sees it: whole numbers are `int`, fractions `double`.
pub(crate) fn to_cel(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => {
            number.as_i64().map_or_else(|| Value::Float(number.as_f64().unwrap_or(f64::NAN)), Value::Int)
        }
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => Value::from(items.iter().map(to_cel).collect::<Vec<_>>()),
        Json::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| (Key::from(key.as_str()), to_cel(value)));
            Value::from(entries.collect::<HashMap<_, _>>())
        }
    }
}

/// A CEL value as text; none for nested lists and maps.
pub(super) fn to_text(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => String::new(),
        Value::Bool(flag) => flag.to_string(),
        Value::Int(number) => number.to_string(),
        Value::UInt(number) => number.to_string(),
        Value::Float(number) => round(*number),
        Value::String(text) => text.to_string(),
        Value::List(items) => items.iter().map(to_text).collect::<Option<Vec<_>>>()?.join(", "),
        _ => return None,
    })
}

/// At most two decimals, without trailing zeros.
fn round(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
