//! The activity log: `POST /admins/activity_logs/search`.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::lenient;
use crate::casefold::fold;

/// One event of the activity log, borrowed from the page it came in.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Event<'a> {
    /// The id, usually a UUID; empty where the API gives none.
    #[serde(borrow, default, deserialize_with = "lenient::cow")]
    pub id: Cow<'a, str>,
    /// The type; an open set, it grows with API versions. Empty where the API gives none.
    #[serde(borrow, default, deserialize_with = "lenient::cow")]
    pub activity_type: Cow<'a, str>,
    #[serde(deserialize_with = "lenient::required_seconds")]
    pub created_at: i64,
    /// Intercom's sentence about it.
    #[serde(borrow, default, deserialize_with = "lenient::optional_cow")]
    pub activity_description: Option<Cow<'a, str>>,
    /// Who did it; often null.
    #[serde(borrow, default, deserialize_with = "performer")]
    pub performed_by: Option<Performer<'a>>,
    /// Details whose shape depends on the type, parsed only where a type needs them.
    #[serde(borrow, default)]
    pub metadata: Option<&'a RawValue>,
}

/// Who did it.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Performer<'a> {
    /// What it is; documented to be `admin` always.
    #[serde(
        borrow,
        rename = "type",
        deserialize_with = "lenient::optional_cow",
        skip_serializing_if = "Option::is_none"
    )]
    pub kind: Option<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "lenient::optional_cow")]
    pub id: Option<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "lenient::optional_cow")]
    pub email: Option<Cow<'a, str>>,
    /// The address the request came from.
    #[serde(borrow, deserialize_with = "lenient::optional_cow")]
    pub ip: Option<Cow<'a, str>>,
}

impl Performer<'_> {
    /// Whether it is a person, not an app or a bot.
    pub(crate) fn is_person(&self) -> bool {
        self.kind.as_deref().is_none_or(|kind| matches!(fold(kind).as_ref(), "" | "admin"))
    }
}

/// A page of the activity log.
#[derive(Debug, Deserialize)]
pub(crate) struct EventPage<'a> {
    /// Where the page stands; may be absent, null or empty.
    #[serde(default, deserialize_with = "lenient::object")]
    pub pages: Option<Pages>,
    /// The events, unparsed, so that one odd event does not spoil the page. Null counts as empty, but an
    /// answer without the list is no page of the log.
    #[serde(borrow, deserialize_with = "raw_list")]
    pub activity_logs: Vec<&'a RawValue>,
}

/// Where a page stands among the others.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Pages {
    #[serde(deserialize_with = "lenient::count")]
    pub per_page: Option<u64>,
    #[serde(deserialize_with = "lenient::count")]
    pub total_pages: Option<u64>,
    /// The next page: an address, an object with a cursor, or null.
    pub next: Option<serde_json::Value>,
}

fn raw_list<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<&'de RawValue>, D::Error> {
    Ok(Option::deserialize(input)?.unwrap_or_default())
}

/// The performer; a value of another shape counts as missing.
fn performer<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Performer<'de>>, D::Error> {
    let raw = Option::<&'de RawValue>::deserialize(input)?;
    Ok(raw.filter(|raw| raw.get().starts_with('{')).and_then(|raw| serde_json::from_str(raw.get()).ok()))
}
