//! JSON from outside, taken apart without building what is not needed: a part stays text until it is read, and the entries
//! of a list are counted while they are read.

use serde::Deserializer as _;
use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Deserializer, Error};

/// The most teammates, ranges of an allowlist, people of a directory export, or SCIM resources to read.
pub(crate) const MOST_ENTRIES: usize = 200_000;

/// The largest answer of the API, and the longest line of a snapshot, in bytes.
pub(crate) const LARGEST_ANSWER: usize = 64 * 1024 * 1024;

/// Passes each entry of a list to `take`, until that fails.
///
/// # Errors
/// The failure of `take`. Inside: that the value is no list.
pub(crate) fn entries<'a, E>(
    list: &'a RawValue,
    mut take: impl FnMut(&'a RawValue) -> Result<(), E>,
) -> Result<Result<(), Error>, E> {
    let mut stopped = None;
    let each = Entries(|entry| take(entry).map_err(|error| stopped = Some(error)).is_ok());
    let read = Deserializer::from_str(list.get()).deserialize_seq(each);
    stopped.map_or(Ok(read), Err)
}

/// The entries of a list as `read` takes them; more than so many are an error.
///
/// # Errors
/// The failure of `read`, and `too_many`. Inside: that the value is no list.
pub(crate) fn list<'a, T, E>(
    list: &'a RawValue,
    most: usize,
    too_many: impl Fn() -> E,
    mut read: impl FnMut(&'a RawValue) -> Result<T, E>,
) -> Result<Result<Vec<T>, Error>, E> {
    let mut all = Vec::new();
    let done = entries(list, |entry| {
        if all.len() >= most {
            return Err(too_many());
        }
        all.push(read(entry)?);
        Ok(())
    })?;
    Ok(done.map(|()| all))
}

/// Passes each attribute of an object to `take`, until that fails.
///
/// # Errors
/// The failure of `take`. Inside: that the value is no object.
pub(crate) fn attributes<'a, E>(
    object: &'a RawValue,
    mut take: impl FnMut(String, &'a RawValue) -> Result<(), E>,
) -> Result<Result<(), Error>, E> {
    let mut stopped = None;
    let each = Attributes(|name, value| take(name, value).map_err(|error| stopped = Some(error)).is_ok());
    let read = Deserializer::from_str(object.get()).deserialize_map(each);
    stopped.map_or(Ok(read), Err)
}

/// What is wrong, without the place.
pub(crate) fn message(error: &Error) -> String {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    message.strip_suffix(&place).unwrap_or(&message).to_owned()
}

/// Why a visitor ends early; `entries` and `attributes` know the reason.
const STOPPED: &str = "stopped";

struct Entries<F>(F);

impl<'de, F: FnMut(&'de RawValue) -> bool> Visitor<'de> for Entries<F> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(entry) = list.next_element()? {
            if !(self.0)(entry) {
                return Err(A::Error::custom(STOPPED));
            }
        }
        Ok(())
    }
}

struct Attributes<F>(F);

impl<'de, F: FnMut(String, &'de RawValue) -> bool> Visitor<'de> for Attributes<F> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut object: A) -> Result<(), A::Error> {
        while let Some((name, value)) = object.next_entry()? {
            if !(self.0)(name, value) {
                return Err(A::Error::custom(STOPPED));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn raw(json: &str) -> &RawValue {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn entries_are_passed_on_until_one_is_refused() {
        let mut seen = Vec::new();
        let mut take = |most: usize| {
            entries(raw(r#"[1,{"a":[2]},"x"]"#), |entry| {
                seen.push(entry.get());
                if seen.len() < most { Ok(()) } else { Err("enough") }
            })
        };
        assert!(take(9).unwrap().is_ok());
        assert_eq!(take(5).unwrap_err(), "enough");
        assert_eq!(seen, ["1", r#"{"a":[2]}"#, "\"x\"", "1", r#"{"a":[2]}"#]);
        let Ok(read) = entries::<Infallible>(raw("{}"), |_| Ok(()));
        assert!(read.unwrap_err().to_string().contains("expected a list"));
    }

    #[test]
    fn attributes_are_passed_on_with_their_names() {
        let mut seen = Vec::new();
        let Ok(read) = attributes::<Infallible>(raw(r#"{"a":[1],"\u0062":null}"#), |name, value| {
            seen.push((name, value.get()));
            Ok(())
        });
        read.unwrap();
        assert_eq!(seen, [("a".to_owned(), "[1]"), ("b".to_owned(), "null")]);
        let Ok(read) = attributes::<Infallible>(raw("[]"), |_, _| Ok(()));
        assert!(read.is_err());
    }
}
