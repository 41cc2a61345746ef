//! Deserialisers that take what real workspaces answer: null, absent, a number where text is documented.

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error};
use serde_json::Value;

/// Text, or a number taken as text; anything else counts as missing.
pub(super) fn text<'de, D: Deserializer<'de>>(input: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(input)? {
        Value::String(text) => Some(text),
        Value::Number(number) => (!number.is_f64()).then(|| number.to_string()),
        _ => None,
    })
}

/// The entries of a list, what is no text among them as JSON; anything instead of a list counts as missing.
pub(super) fn texts<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Vec<String>>, D::Error> {
    let value = Value::deserialize(input)?;
    let text = |entry: &Value| entry.as_str().map_or_else(|| entry.to_string(), str::to_owned);
    Ok(value.as_array().map(|entries| entries.iter().map(text).collect()))
}

/// True or false; anything else counts as missing.
pub(super) fn flag<'de, D: Deserializer<'de>>(input: D) -> Result<Option<bool>, D::Error> {
    Ok(Value::deserialize(input)?.as_bool())
}

/// A count, also as text; anything else counts as missing.
pub(super) fn count<'de, D: Deserializer<'de>>(input: D) -> Result<Option<u64>, D::Error> {
    Ok(number(&Value::deserialize(input)?))
}

/// See [`count`].
pub(crate) fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// Seconds since 1970, also with a fraction, as text, or as a date; anything else counts as missing, and so does
/// what no calendar has, such as milliseconds.
pub(super) fn seconds<'de, D: Deserializer<'de>>(input: D) -> Result<Option<i64>, D::Error> {
    Ok(instant(&Value::deserialize(input)?))
}

/// See [`seconds`].
pub(super) fn instant(value: &Value) -> Option<i64> {
    let seconds = match value {
        Value::Number(number) => number.as_i64().or_else(|| {
            let seconds = number.as_f64()?.trunc();
            (seconds.abs() < 1e15).then_some(seconds as i64)
        }),
        Value::String(text) => {
            text.parse().ok().or_else(|| Some(text.parse::<jiff::Timestamp>().ok()?.as_second()))
        }
        _ => None,
    };
    seconds.filter(|seconds| jiff::Timestamp::from_second(*seconds).is_ok())
}

/// An object of the expected shape; anything else counts as missing.
pub(super) fn object<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    input: D,
) -> Result<Option<T>, D::Error> {
    let value = Value::deserialize(input)?;
    Ok(value.is_object().then(|| serde_json::from_value(value).ok()).flatten())
}

/// An object of the expected shape, or nothing. What is neither was not understood, and is no answer.
pub(super) fn optional_object<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    input: D,
) -> Result<Option<T>, D::Error> {
    match Value::deserialize(input)? {
        Value::Null => Ok(None),
        value @ Value::Object(_) => serde_json::from_value(value).map(Some).map_err(D::Error::custom),
        _ => Err(D::Error::custom("expected an object")),
    }
}
