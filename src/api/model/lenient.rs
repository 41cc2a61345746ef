//! Deserialisers that take what real workspaces answer: null, absent, a number where text is documented. What a value of an
//! odd shape holds is skipped, not built.

use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::value::RawValue;

use super::metadata;
use crate::bounded_json::{self, MOST_ENTRIES};

/// Text, or an integer taken as text; anything else counts as missing.
pub(super) fn text<'de, D: Deserializer<'de>>(input: D) -> Result<Option<String>, D::Error> {
    let raw = <&RawValue>::deserialize(input)?;
    Ok(if metadata::is_integer(raw) {
        Some(raw.get().to_owned())
    } else {
        metadata::string(raw).map(Cow::into_owned)
    })
}

/// The entries of a list, what is no text among them as JSON; anything instead of a list counts as missing.
pub(super) fn texts<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Vec<String>>, D::Error> {
    let raw = <&RawValue>::deserialize(input)?;
    let text = |entry: &RawValue| match metadata::string(entry) {
        Some(text) => text.into_owned(),
        None => shown(entry),
    };
    raw.get().starts_with('[').then(|| bounded(raw, |entry| Ok(text(entry)))).transpose()
}

/// The most characters that are shown of what was not understood.
pub(super) const LONGEST_SHOWN: usize = 120;

/// The beginning of a value, as JSON.
pub(super) fn shown(raw: &RawValue) -> String {
    raw.get().chars().take(LONGEST_SHOWN).collect()
}

/// A list of values that can all be read.
pub(crate) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(input: D) -> Result<Vec<T>, D::Error> {
    bounded(<&RawValue>::deserialize(input)?, |entry| serde_json::from_str(entry.get()))
}

/// The entries of a list; more than [`MOST_ENTRIES`] are an error.
fn bounded<'de, T, E: Error>(
    list: &'de RawValue,
    read: impl Fn(&'de RawValue) -> Result<T, serde_json::Error>,
) -> Result<Vec<T>, E> {
    let too_many = || E::custom(format_args!("a list has more than {MOST_ENTRIES} entries"));
    let read = |entry| read(entry).map_err(E::custom);
    bounded_json::list(list, MOST_ENTRIES, too_many, read)?.map_err(E::custom)
}

/// True or false; anything else counts as missing.
pub(super) fn flag<'de, D: Deserializer<'de>>(input: D) -> Result<Option<bool>, D::Error> {
    Ok(serde_json::from_str(<&RawValue>::deserialize(input)?.get()).ok())
}

/// A count, also as text; anything else counts as missing.
pub(super) fn count<'de, D: Deserializer<'de>>(input: D) -> Result<Option<u64>, D::Error> {
    Ok(number(<&RawValue>::deserialize(input)?))
}

/// See [`count`].
pub(crate) fn number(raw: &RawValue) -> Option<u64> {
    serde_json::from_str(raw.get()).ok().or_else(|| metadata::string(raw)?.trim().parse().ok())
}

/// Seconds since 1970, also with a fraction, as text, or as a date; anything else counts as missing, and so does
/// what no calendar has, such as milliseconds.
pub(super) fn seconds<'de, D: Deserializer<'de>>(input: D) -> Result<Option<i64>, D::Error> {
    Ok(instant(<&RawValue>::deserialize(input)?))
}

/// See [`seconds`].
pub(super) fn instant(raw: &RawValue) -> Option<i64> {
    let seconds = match metadata::string(raw) {
        Some(text) => text.parse().ok().or_else(|| Some(text.parse::<jiff::Timestamp>().ok()?.as_second())),
        None => serde_json::from_str(raw.get()).ok().or_else(|| {
            let seconds = serde_json::from_str::<f64>(raw.get()).ok()?.trunc();
            (seconds.abs() < 1e15).then_some(seconds as i64)
        }),
    };
    seconds.filter(|seconds| jiff::Timestamp::from_second(*seconds).is_ok())
}

/// An object of the expected shape; anything else counts as missing.
pub(super) fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    input: D,
) -> Result<Option<T>, D::Error> {
    Ok(metadata::object(<&RawValue>::deserialize(input)?))
}

/// An object of the expected shape, or nothing. What is neither was not understood, and is no answer.
pub(super) fn optional_object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    input: D,
) -> Result<Option<T>, D::Error> {
    let raw = <&RawValue>::deserialize(input)?;
    match raw.get() {
        "null" => Ok(None),
        json if json.starts_with('{') => serde_json::from_str(json).map(Some).map_err(D::Error::custom),
        _ => Err(D::Error::custom("expected an object")),
    }
}

/// How deep a value is looked into to see whether it says anything.
const DEPTH: usize = 8;

/// Null, false, zero, or empty, also in every part.
pub(crate) fn is_nothing(raw: &RawValue) -> bool {
    is_nothing_within(raw, DEPTH)
}

fn is_nothing_within(raw: &RawValue, depth: usize) -> bool {
    let json = raw.get();
    match json.as_bytes().first() {
        Some(b'n' | b'f') => true,
        Some(b'"') => metadata::string(raw).is_some_and(|text| text.trim().is_empty()),
        Some(b'[') => json.strip_prefix('[').is_some_and(|rest| rest.trim_start() == "]"),
        Some(b'{') if depth > 0 => {
            let each = |name: String, value: &RawValue| {
                let nothing = name == "per_page" || is_nothing_within(value, depth - 1);
                if nothing { Ok(()) } else { Err(()) }
            };
            matches!(bounded_json::attributes(raw, each), Ok(Ok(())))
        }
        _ => serde_json::from_str(json).is_ok_and(|number: u64| number == 0),
    }
}
