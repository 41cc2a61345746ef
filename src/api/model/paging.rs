//! What an answer that is one list says about further pages.

use serde::Deserialize;
use serde::de::Error as _;
use serde_json::value::RawValue;

use super::lenient::{is_nothing, number};
use super::metadata::{object, string};

/// Reads an answer that is one object, and what it says about further pages.
pub(crate) fn read<'a, T: Deserialize<'a>>(body: &'a str) -> Result<(T, Paging), serde_json::Error> {
    let top: Words<'a> = serde_json::from_str(body)?;
    if top.kind.and_then(string).as_deref() == Some("error.list") {
        return Err(serde_json::Error::custom("an error in place of an answer"));
    }
    Ok((serde_json::from_str(body)?, Paging::of(top)))
}

/// What stands in an answer beside its list.
#[derive(Debug, Clone, Default)]
pub(crate) struct Paging {
    /// What stands in `pages`, then what stands in the answer itself.
    parts: [Part; 2],
    /// Whether `pages` is something else.
    is_odd: bool,
}

/// What an object is, and its words about pages.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Words<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    pages: Option<&'a RawValue>,
    #[serde(borrow)]
    next: Option<&'a RawValue>,
    #[serde(borrow)]
    has_more: Option<&'a RawValue>,
    #[serde(borrow)]
    total_pages: Option<&'a RawValue>,
    #[serde(borrow)]
    total_count: Option<&'a RawValue>,
    #[serde(borrow)]
    total: Option<&'a RawValue>,
    #[serde(borrow)]
    per_page: Option<&'a RawValue>,
}

/// What the words about pages say.
#[derive(Debug, Clone, Default)]
struct Part {
    more: bool,
    total_pages: Option<Count>,
    total_count: Option<Count>,
    total: Option<Count>,
    per_page: Option<Count>,
}

/// A number; none where it is not understood.
type Count = Option<u64>;

impl From<Words<'_>> for Part {
    fn from(words: Words<'_>) -> Self {
        let count = |word: Option<&RawValue>| word.map(number);
        Self {
            more: [words.next, words.has_more].into_iter().flatten().any(|word| !is_nothing(word)),
            total_pages: count(words.total_pages),
            total_count: count(words.total_count),
            total: count(words.total),
            per_page: count(words.per_page),
        }
    }
}

impl Paging {
    fn of(top: Words<'_>) -> Self {
        let pages = top.pages;
        let inner: Option<Words<'_>> = pages.and_then(object);
        let is_odd = inner.is_none() && pages.is_some_and(|pages| !is_nothing(pages));
        Self { parts: [inner.unwrap_or_default().into(), top.into()], is_odd }
    }

    /// What makes a list of so many entries less than the whole; none where nothing says so.
    pub(crate) fn rest_of(&self, entries: usize) -> Option<String> {
        if self.is_odd {
            return Some("what the answer says about pages is not understood".to_owned());
        }
        let entries = entries as u64;
        let count = |word: fn(&Part) -> Option<Count>| self.parts.iter().find_map(word);
        let pages = count(|part| part.total_pages);
        let (all, total) = (count(|part| part.total_count), count(|part| part.total));
        let exceeds =
            |said: Option<Count>, most| said.is_some_and(|said| said.is_none_or(|said| said > most));
        let more = self.parts.iter().any(|part| part.more)
            || exceeds(pages, 1)
            || exceeds(all, entries)
            || exceeds(total, entries);
        if more {
            return Some(format!("the answer says that there is more than its {entries} entries"));
        }
        let counted = [pages, all, total].iter().any(Option::is_some);
        let full = count(|part| part.per_page).is_some_and(|size| size.is_none_or(|size| entries >= size));
        (full && !counted && entries > 0).then(|| {
            format!("the answer is a full page of {entries} entries, and does not say how many there are")
        })
    }
}

#[cfg(test)]
mod tests {
    use serde::de::IgnoredAny;
    use serde_json::{Value, json};

    use super::*;

    #[track_caller]
    fn assert_whole(answer: &Value, whole: bool) {
        let (_, paging) = read::<IgnoredAny>(&answer.to_string()).unwrap();
        assert_eq!(paging.rest_of(50).is_none(), whole, "{answer}");
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
