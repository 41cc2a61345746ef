//! The metadata of an event: its parts as they were answered, each to be read on its own. Shapes differ by event type
//! and age, so what has an odd one is missing and spoils nothing else.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

/// What is read of any metadata. The raw parts are taken apart only where they are needed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Metadata<'a> {
    /// The teammate the event is about.
    #[serde(borrow)]
    pub admin: Option<&'a RawValue>,
    /// How a teammate signed in.
    #[serde(borrow)]
    pub sign_in_method: Option<&'a RawValue>,
    /// Whether something is on after the event.
    #[serde(borrow)]
    pub enabled: Option<&'a RawValue>,
    /// What was before the event: a set of permissions, a switch, or plain text.
    #[serde(borrow)]
    pub before: Option<&'a RawValue>,
    #[serde(borrow)]
    pub after: Option<&'a RawValue>,
}

/// The teammate an event is about.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct MetadataAdmin<'a> {
    /// The id; the API writes it as an integer here.
    #[serde(borrow)]
    pub id: Option<&'a RawValue>,
    #[serde(borrow)]
    pub email: Option<&'a RawValue>,
}

/// One side of a change of permissions.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PermissionSide<'a> {
    /// Permission to whether it is granted.
    #[serde(borrow)]
    pub permissions: Option<&'a RawValue>,
    #[serde(borrow)]
    pub conversation_access: Option<&'a RawValue>,
}

/// Which conversations are open to a teammate.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ConversationAccess<'a> {
    /// The kind of access, such as `all`.
    #[serde(borrow)]
    pub access_type: Option<&'a RawValue>,
}

/// An object of the expected shape. The derived code would take an array for an object, so the brace is asked for.
pub(crate) fn object<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Option<T> {
    raw.get().starts_with('{').then(|| serde_json::from_str(raw.get()).ok())?
}

/// A string, borrowed where it holds no escapes.
pub(crate) fn string(raw: &RawValue) -> Option<Cow<'_, str>> {
    let json = raw.get();
    let borrowed = serde_json::from_str::<&str>(json).map(Cow::Borrowed);
    borrowed.or_else(|_| serde_json::from_str::<String>(json).map(Cow::Owned)).ok()
}

/// Whether a value is an integer.
pub(super) fn is_integer(raw: &RawValue) -> bool {
    let digits = raw.get().strip_prefix('-').unwrap_or(raw.get());
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// An id: a non-empty string or an integer.
pub(crate) fn id(raw: &RawValue) -> Option<Cow<'_, str>> {
    if is_integer(raw) {
        return Some(Cow::Borrowed(raw.get()));
    }
    string(raw).filter(|id| !id.is_empty())
}
