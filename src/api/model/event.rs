//! The activity log: `POST /admins/activity_logs/search`.

use std::borrow::Cow;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::lenient;
use super::metadata::{id, object, string};
use crate::bounded_json;
use crate::casefold::fold;

/// Intercom was founded in 2011: no event is older than that year, in seconds since 1970.
pub(crate) const OLDEST_EVENT: i64 = 1_293_840_000;

/// One event of the activity log, borrowed from the page it came in. A field of an odd shape is missing.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Event<'a> {
    /// The id, usually a UUID; empty where the API gives none.
    pub id: Cow<'a, str>,
    /// The type; an open set, it grows with API versions.
    pub activity_type: Cow<'a, str>,
    /// Seconds since 1970.
    pub created_at: i64,
    /// Intercom's sentence about it.
    pub activity_description: Option<Cow<'a, str>>,
    /// Who did it; often null.
    pub performed_by: Option<Performer<'a>>,
    /// Details whose shape depends on the type, parsed only where a type needs them.
    pub metadata: Option<&'a RawValue>,
}

/// Who did it.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Performer<'a> {
    /// What it is; documented to be `admin` always.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<Cow<'a, str>>,
    pub id: Option<Cow<'a, str>>,
    pub email: Option<Cow<'a, str>>,
    /// The address the request came from.
    pub ip: Option<Cow<'a, str>>,
}

impl<'a> Performer<'a> {
    /// Reads who did it. One whose id is of an odd shape may be any teammate, whatever address stands beside it: no
    /// person is named.
    fn read(json: &'a RawValue) -> Self {
        let by: Option<By<'a>> = object(json);
        let odd =
            by.as_ref().is_none_or(|by| by.id.is_some_and(|raw| raw.get() != "\"\"" && id(raw).is_none()));
        let by = by.unwrap_or_default();
        let (kind, email) = (by.kind.and_then(string), by.email.and_then(string));
        Self {
            kind: if odd { Some(Cow::Borrowed("not understood")) } else { kind },
            id: by.id.and_then(id),
            email: email.filter(|_| !odd),
            ip: by.ip.and_then(string),
        }
    }

    /// Whether it is a person, not an app or a bot.
    pub(crate) fn is_person(&self) -> bool {
        self.kind.as_deref().is_none_or(|kind| matches!(fold(kind).as_ref(), "" | "admin"))
    }
}

/// An entry of the log without a readable type or without a readable time: it may be any event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UnreadEntry<'a> {
    /// The id; empty where there is no readable one.
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    /// Its time, where that is readable.
    pub at: Option<i64>,
    /// What it says of itself, bounded, and without what names people.
    #[serde(borrow)]
    pub shown: Cow<'a, str>,
}

/// The fields of an entry, each unparsed: one that cannot be read costs no other.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    activity_type: Option<&'a RawValue>,
    #[serde(borrow)]
    created_at: Option<&'a RawValue>,
    #[serde(borrow)]
    activity_description: Option<&'a RawValue>,
    #[serde(borrow)]
    performed_by: Option<&'a RawValue>,
    #[serde(borrow)]
    metadata: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct By<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    email: Option<&'a RawValue>,
    #[serde(borrow)]
    ip: Option<&'a RawValue>,
}

impl<'a> Event<'a> {
    /// Reads an entry of the log.
    ///
    /// # Errors
    /// The entry, where its type or its time cannot be read.
    pub(crate) fn read(json: &'a RawValue) -> Result<Self, UnreadEntry<'a>> {
        let Some(entry) = object::<Entry<'a>>(json) else {
            let shown = json.get().chars().take(LONGEST_SHOWN).collect();
            return Err(UnreadEntry { id: Cow::Borrowed(""), at: None, shown: Cow::Owned(shown) });
        };
        let activity_type = entry.activity_type.and_then(string).filter(|name| {
            // What stands for bytes or halves of characters that were none leaves the type unknown.
            !name.trim().is_empty() && !name.contains(char::REPLACEMENT_CHARACTER)
        });
        let at = entry.created_at.and_then(lenient::instant).filter(|at| *at >= OLDEST_EVENT);
        let id = entry.id.and_then(id).unwrap_or_default();
        let (Some(activity_type), Some(created_at)) = (activity_type, at) else {
            return Err(UnreadEntry { id, at, shown: Cow::Owned(entry.shown()) });
        };
        Ok(Self {
            id,
            activity_type,
            created_at,
            activity_description: entry.activity_description.and_then(string),
            performed_by: entry.performed_by.map(Performer::read),
            metadata: entry.metadata,
        })
    }
}

/// The most characters that are shown of a field, or of an entry that is no object.
const LONGEST_SHOWN: usize = 60;

impl Entry<'_> {
    fn shown(&self) -> String {
        let fields =
            [("id", self.id), ("activity_type", self.activity_type), ("created_at", self.created_at)];
        let shown = fields.map(|(name, raw)| {
            let text: String = raw.map_or("null", RawValue::get).chars().take(LONGEST_SHOWN).collect();
            format!("\"{name}\":{text}")
        });
        format!("{{{}}}", shown.join(","))
    }
}

impl<'de> Deserialize<'de> for Event<'de> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        Self::read(<&RawValue>::deserialize(input)?)
            .map_err(|_| D::Error::custom("expected an event with a type and a time"))
    }
}

/// A page of the activity log.
#[derive(Debug, Deserialize)]
pub(crate) struct EventPage<'a> {
    /// Where the page stands; may be absent, null or empty.
    #[serde(default, borrow, deserialize_with = "lenient::object")]
    pub pages: Option<Pages<'a>>,
    /// The list of events, unparsed. An answer without it, or with null in its place, is no page of the log.
    #[serde(borrow)]
    pub activity_logs: &'a RawValue,
}

/// Where a page stands among the others.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Pages<'a> {
    #[serde(deserialize_with = "lenient::count")]
    pub per_page: Option<u64>,
    #[serde(deserialize_with = "lenient::count")]
    pub total_pages: Option<u64>,
    /// The next page: an address, an object with a cursor, or null.
    #[serde(borrow)]
    pub next: Option<&'a RawValue>,
}

/// The most entries of a page; 250 are asked for.
const LONGEST_PAGE: usize = 20_000;

impl<'a> EventPage<'a> {
    /// Its entries, unparsed, so that one odd event does not spoil the page.
    ///
    /// # Errors
    /// If there is no list, or too long a list.
    pub(crate) fn entries(&self) -> Result<Vec<&'a RawValue>, serde_json::Error> {
        let too_many =
            || serde_json::Error::custom(format_args!("a page has more than {LONGEST_PAGE} events"));
        bounded_json::list(self.activity_logs, LONGEST_PAGE, too_many, Ok)?
    }
}
