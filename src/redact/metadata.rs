//! The details of an event: only what facts are made of stays, because the rest may name any person.

use std::collections::BTreeMap;

use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value, json};

use super::Redactor;
use crate::api::model::metadata::{
    ConversationAccess, Metadata, MetadataAdmin, PermissionSide, id, object, string,
};
use crate::casefold::fold;

/// The longest name of a permission or a method to keep.
const LONGEST_WORD: usize = 64;

impl Redactor {
    /// The metadata without people; none if it is not an object.
    pub(super) fn metadata(&self, raw: &RawValue) -> Option<Box<RawValue>> {
        let details: Metadata<'_> = object(raw)?;
        let mut kept = Map::new();
        let mut keep = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                kept.insert(name.to_owned(), value);
            }
        };
        // Unreadable values stay unreadable, because absent values mean something else.
        keep("admin", details.admin.map(|raw| object(raw).map_or(json!([]), |admin| self.about(&admin))));
        keep(
            "sign_in_method",
            details.sign_in_method.and_then(string).and_then(|method| self.method(&method)),
        );
        keep("enabled", details.enabled.and_then(switch));
        keep("before", details.before.and_then(|side| self.side(side)));
        keep("after", details.after.and_then(|side| self.side(side)));
        to_raw_value(&kept).ok()
    }

    fn about(&self, admin: &MetadataAdmin<'_>) -> Value {
        let mut kept = Map::new();
        if let Some(raw) = admin.id.filter(|raw| raw.get() != "\"\"") {
            kept.insert("id".to_owned(), id(raw).map_or(json!([]), |id| json!(self.id(&id))));
        }
        if let Some(email) = admin.email.and_then(string) {
            kept.insert("email".to_owned(), json!(self.email(&email).unwrap_or_else(|| self.words(&email))));
        }
        Value::Object(kept)
    }

    /// A side of a change: a switch, or a set of permissions.
    fn side(&self, raw: &RawValue) -> Option<Value> {
        let Some(side) = object::<PermissionSide<'_>>(raw) else { return switch(raw) };
        let mut kept = Map::new();
        let permissions = side.permissions.and_then(object::<BTreeMap<String, &RawValue>>);
        if let Some(permissions) = permissions {
            let flags = permissions
                .into_iter()
                .map(|(name, flag)| (self.plain(&name), json!(flag.get().parse::<bool>().ok())));
            kept.insert("permissions".to_owned(), Value::Object(flags.collect()));
        }
        let access: ConversationAccess<'_> = side.conversation_access.and_then(object).unwrap_or_default();
        if let Some(access) = access.access_type.and_then(string) {
            kept.insert("conversation_access".to_owned(), json!({ "access_type": self.word(&access) }));
        }
        Some(Value::Object(kept))
    }

    fn word(&self, text: &str) -> Value {
        Value::String(self.plain(text))
    }

    /// A method in the form for comparison; one without a letter stays empty.
    fn method(&self, text: &str) -> Option<Value> {
        let folded = &*fold(text);
        let spelled = if is_word(text) { text } else { folded };
        (!folded.is_empty())
            .then(|| if is_word(spelled) { json!(spelled) } else { json!(self.words(folded)) })
    }

    /// A word of the API; other texts are replaced.
    fn plain(&self, text: &str) -> String {
        if is_word(text) { text.to_owned() } else { self.words(text) }
    }
}

fn is_word(text: &str) -> bool {
    text.len() <= LONGEST_WORD
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b' '))
}

/// A word for on or off; other values are dropped.
fn switch(raw: &RawValue) -> Option<Value> {
    match raw.get() {
        "true" => Some(Value::Bool(true)),
        "false" => Some(Value::Bool(false)),
        _ => string(raw)
            .filter(|word| matches!(fold(word).as_ref(), "on" | "off" | "enabled" | "disabled" | "active"))
            .map(|word| Value::String(word.into_owned())),
    }
}
