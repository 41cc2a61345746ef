//! Deserialisers that take what real workspaces answer: null, absent, a number where text is documented.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// Text, or a number taken as text; anything else counts as missing.
pub(super) fn text<'de, D: Deserializer<'de>>(input: D) -> Result<Option<String>, D::Error> {
    Ok(optional_cow(input)?.map(Cow::into_owned))
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
    let value = Value::deserialize(input)?;
    Ok(value.as_u64().or_else(|| value.as_str()?.parse().ok()))
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

/// Text, or a number taken as text; anything else counts as missing.
pub(super) fn optional_cow<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Cow<'de, str>>, D::Error> {
    struct Text;

    impl<'de> Visitor<'de> for Text {
        type Value = Option<Cow<'de, str>>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("text, a number or null")
        }
        fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
            Ok(Some(Cow::Borrowed(text)))
        }
        fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
            Ok(Some(Cow::Owned(text.to_owned())))
        }
        fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
            Ok(Some(Cow::Owned(number.to_string())))
        }
        fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
            Ok(Some(Cow::Owned(number.to_string())))
        }
        fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
            Ok(None)
        }
        fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
            Ok(None)
        }
        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            Ok(None)
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(None)
        }
    }
    input.deserialize_any(Text)
}
