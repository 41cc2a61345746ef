//! What an answer that is one list says about further pages.

use serde::de::{DeserializeOwned, Error as _};
use serde_json::Value;

use super::lenient::number;

/// Reads an answer that is one object, and what it says about further pages.
pub(crate) fn read<T: DeserializeOwned>(body: &str) -> Result<(T, Paging), serde_json::Error> {
    let answer: Value = serde_json::from_str(body)?;
    if answer["type"] == "error.list" {
        return Err(serde_json::Error::custom("an error in place of an answer"));
    }
    Ok((T::deserialize(&answer)?, Paging::of(&answer)))
}

/// What stands in an answer beside its list.
#[derive(Debug, Clone, Default)]
pub(crate) struct Paging {
    pages: Value,
    /// The same, where it stands in the answer itself.
    top: Value,
}

impl Paging {
    /// Takes it out of an answer.
    pub(crate) fn of(answer: &Value) -> Self {
        let words = ["next", "has_more", "total_pages", "total_count", "total", "per_page"];
        let top = words.into_iter().map(|word| (word.to_owned(), answer[word].clone())).collect();
        Self { pages: answer["pages"].clone(), top: Value::Object(top) }
    }

    /// What makes a list of so many entries less than the whole; none where nothing says so.
    pub(crate) fn rest_of(&self, entries: usize) -> Option<String> {
        if !(self.pages.is_object() || is_nothing(&self.pages)) {
            return Some("what the answer says about pages is not understood".to_owned());
        }
        let entries = entries as u64;
        let parts = [&self.pages, &self.top];
        let count =
            |word: &str| parts.into_iter().map(move |part| &part[word]).find(|value| !value.is_null());
        let exceeds =
            |word: &str, most: u64| count(word).is_some_and(|value| number(value).is_none_or(|n| n > most));
        let more = parts.into_iter().any(|part| !is_nothing(&part["next"]) || !is_nothing(&part["has_more"]))
            || exceeds("total_pages", 1)
            || exceeds("total_count", entries)
            || exceeds("total", entries);
        if more {
            return Some(format!("the answer says that there is more than its {entries} entries"));
        }
        let counted = ["total_pages", "total_count", "total"].into_iter().any(|word| count(word).is_some());
        let full = count("per_page").is_some_and(|size| number(size).is_none_or(|size| entries >= size));
        (full && !counted && entries > 0).then(|| {
            format!("the answer is a full page of {entries} entries, and does not say how many there are")
        })
    }
}

/// Null, false, zero, or empty, also in every part.
pub(crate) fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_u64() == Some(0),
        Value::String(text) => text.trim().is_empty(),
        Value::Array(entries) => entries.is_empty(),
        Value::Object(fields) => fields.iter().all(|(name, value)| name == "per_page" || is_nothing(value)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn assert_whole(answer: &Value, whole: bool) {
        assert_eq!(Paging::of(answer).rest_of(50).is_none(), whole, "{answer}");
    }

    #[test]
    fn a_list_is_whole_where_nothing_says_otherwise() {
        for answer in [
            json!({}),
            json!({"pages": null, "next": "", "has_more": false}),
            json!({"pages": []}),
            json!({"pages": {"page": 1, "per_page": 50, "total_pages": 1, "next": null}, "total_count": 50}),
            json!({"pages": {"per_page": 150, "next": {"per_page": 150, "starting_after": null}}}),
            json!({"total": "50"}),
        ] {
            assert_whole(&answer, true);
        }
    }

    #[test]
    fn further_pages_show_in_whatever_words() {
        for answer in [
            json!({"pages": {"next": "https://api.intercom.io/admins?page=2"}}),
            json!({"pages": {"next": {"starting_after": "abc"}}}),
            json!({"pages": {"next": 2}}),
            json!({"pages": {"total_pages": 3}}),
            json!({"pages": {"total_pages": "many"}}),
            json!({"pages": "1 of 2"}),
            json!({"pages": [1]}),
            json!({"pages": {"per_page": 50}}),
            json!({"next": "/admins?page=2"}),
            json!({"has_more": true}),
            json!({"total_count": 51}),
            json!({"total": 400}),
        ] {
            assert_whole(&answer, false);
        }
    }
}
