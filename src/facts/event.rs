//! The parts of an event that facts read: time, performer and metadata. Each part is read on its own; a part of an
//! unexpected shape counts as missing.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;

use super::rows::bounded;
use crate::address;
use crate::api::model::metadata::{
    self as model, ConversationAccess, MetadataAdmin, PermissionSide, id, object, string,
};
use crate::api::model::{Event, Performer};
use crate::casefold;
use crate::sources::{Feed, SourceStatus};

/// The position of an event in time. Of equal times, the event that its feed lists first is newer, however feeds are
/// interleaved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment {
    /// Seconds since 1970.
    pub(super) at: i64,
    place: Reverse<(Feed, u64)>,
}

impl Moment {
    pub(super) const fn new(at: i64, feed: Feed, position: u64) -> Self {
        Self { at, place: Reverse((feed, position)) }
    }

    pub(super) const fn feed(self) -> Feed {
        self.place.0.0
    }
}

/// How the parts of the log ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct LogStates {
    pub(super) window: SourceStatus,
    /// State-setting events before the window.
    pub(super) history: SourceStatus,
    /// Sign-ins, accepted invites and provisioning before the window.
    pub(super) arrivals: SourceStatus,
}

impl LogStates {
    /// Whether no event newer than this one can be missing. The window is newer than the history.
    pub(super) fn proves_newest(self, moment: Moment) -> bool {
        let complete = |status| status == SourceStatus::Complete;
        complete(self.window) && (complete(self.history) || moment.feed() == Feed::LogWindow)
    }

    /// The status of permission snapshots.
    pub(super) fn of_snapshots(self) -> SourceStatus {
        match [self.window, self.history] {
            [SourceStatus::Complete, SourceStatus::Complete] => SourceStatus::Complete,
            states if states.contains(&SourceStatus::Failed) => SourceStatus::Failed,
            _ => SourceStatus::Forbidden,
        }
    }
}

/// How often something happened, and the last time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) count: u64,
    /// In seconds since 1970.
    pub(super) last: Option<i64>,
}

impl Tally {
    pub(super) fn add(&mut self, at: i64) {
        self.count += 1;
        self.last = self.last.max(Some(at));
    }
}

/// The performer: e-mail address, else id.
pub(super) fn by(event: &Event<'_>) -> Option<String> {
    let performer = event.performed_by.as_ref()?;
    let given =
        |text: Option<&str>| text.filter(|text| !text.is_empty()).map(|text| bounded(text).into_owned());
    given(performer.email.as_deref()).or_else(|| given(performer.id.as_deref()))
}

/// The most permissions of a snapshot to keep; 19 names are known.
const MAX_PERMISSIONS: usize = 500;

pub(crate) const PRIVILEGED_PERMISSIONS: [&str; 2] = ["access_workspace_settings", "manage_teammates"];

#[derive(Debug, Default)]
pub(super) struct EventMetadata<'a>(model::Metadata<'a>);

/// How an event identifies a person: by id, e-mail address, both, or neither.
#[derive(Debug, Default, PartialEq)]
pub(super) struct PersonRef<'a> {
    id: Option<Cow<'a, str>>,
    email: Option<Cow<'a, str>>,
}

impl<'a> PersonRef<'a> {
    /// Ignores empty ids and malformed addresses.
    pub(super) fn new(id: Option<Cow<'a, str>>, email: Option<Cow<'a, str>>) -> Self {
        let email = email.filter(|text| address::split(text).is_some());
        Self { id: id.filter(|id| !id.is_empty()), email }
    }

    /// The performer of an event, if any. An app counts as an unknown person.
    pub(super) fn performer(performer: Option<&'a Performer<'_>>) -> Option<Self> {
        let by = performer?;
        let borrowed = |text: &'a Option<Cow<'_, str>>| text.as_deref().map(Cow::Borrowed);
        let named = Self::new(borrowed(&by.id), borrowed(&by.email));
        let is_given = named != Self::default() || !by.is_person();
        is_given.then(|| if by.is_person() { named } else { Self::default() })
    }

    pub(super) fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    pub(super) fn email(&self) -> Option<&str> {
        self.email.as_deref()
    }
}

/// The permissions of a teammate before or after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Permissions {
    pub(super) granted: BTreeSet<String>,
    /// `conversation_access.access_type`.
    pub(super) conversation_access: Option<String>,
    /// Whether all privileged permissions are present, as true or false.
    pub(super) is_full: bool,
}

impl Permissions {
    /// A granted privileged permission, if any.
    pub(super) fn privileged(&self) -> Option<&'static str> {
        PRIVILEGED_PERMISSIONS.into_iter().rev().find(|&name| self.granted.contains(name))
    }
}

impl<'a> EventMetadata<'a> {
    pub(super) fn read(raw: Option<&'a RawValue>) -> Self {
        Self(raw.and_then(object).unwrap_or_default())
    }

    /// The affected person, if any: by id, and by e-mail address only if there is no id.
    pub(super) fn affected(&self) -> Option<PersonRef<'a>> {
        let admin: MetadataAdmin<'a> = object(self.0.admin?).unwrap_or_default();
        Some(match admin.id.filter(|id| id.get() != "\"\"") {
            // An unreadable id may belong to any teammate.
            Some(raw) => match id(raw) {
                Some(id) => PersonRef::new(Some(id), admin.email.and_then(string)),
                None => PersonRef::default(),
            },
            None => PersonRef::new(None, admin.email.and_then(string)),
        })
    }

    /// The method of a sign-in; a method without a visible letter counts as missing.
    pub(super) fn sign_in_method(&self) -> Option<Cow<'a, str>> {
        self.0.sign_in_method.and_then(string).filter(|method| !casefold::fold(method).is_empty())
    }

    /// Whether two-factor authentication is on after the event, if it says so.
    pub(super) fn two_factor(&self) -> Option<bool> {
        // If the two contradict each other, off counts.
        self.switches().into_iter().flatten().min()
    }

    /// Whether the event switches something on.
    pub(super) fn is_switched_on(&self) -> bool {
        self.switches().contains(&Some(true))
    }

    /// The states in `enabled` and `after`.
    fn switches(&self) -> [Option<bool>; 2] {
        let flag = |raw: &RawValue| raw.get().parse::<bool>().ok();
        let word = |raw| match casefold::fold(&string(raw)?).as_ref() {
            "on" | "enabled" | "active" => Some(true),
            "off" | "disabled" => Some(false),
            _ => None,
        };
        let after = self.0.after.and_then(|raw| flag(raw).or_else(|| word(raw)));
        [self.0.enabled.and_then(flag), after]
    }

    /// The permissions before the event, if shown.
    pub(super) fn permissions_before(&self) -> Option<Permissions> {
        self.0.before.and_then(permissions)
    }

    /// The permissions after the event, if shown.
    pub(super) fn permissions_after(&self) -> Option<Permissions> {
        self.0.after.and_then(permissions)
    }
}

/// The permissions on one side of a change.
fn permissions(side: &RawValue) -> Option<Permissions> {
    let side: PermissionSide<'_> = object(side)?;
    // Only a JSON `true` grants.
    let flags: BTreeMap<String, &RawValue> = object(side.permissions?)?;
    let is_plain = |name| flags.get(name).is_some_and(|flag| matches!(flag.get(), "true" | "false"));
    let is_full = PRIVILEGED_PERMISSIONS.into_iter().all(is_plain);
    let granted = flags.into_iter().filter(|(_, flag)| flag.get() == "true");
    let (privileged, rest): (Vec<_>, Vec<_>) = granted
        .map(|(name, _)| bounded(&name).into_owned())
        .partition(|name| PRIVILEGED_PERMISSIONS.contains(&name.as_str()));
    let granted = privileged.into_iter().chain(rest.into_iter().take(MAX_PERMISSIONS)).collect();
    let access: ConversationAccess<'_> = side.conversation_access.and_then(object).unwrap_or_default();
    let access_type = access.access_type.and_then(string);
    let conversation_access = access_type.map(|text| bounded(&text).into_owned());
    Some(Permissions { granted, conversation_access, is_full })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(json: &str) -> Box<RawValue> {
        RawValue::from_string(json.to_owned()).unwrap()
    }

    #[test]
    fn odd_shapes_are_missing_and_spoil_nothing_else() {
        for odd in ["null", "5", "\"x\"", "[\"saml\",{}]", "{}", r#"{"admin":[7],"sign_in_method":5}"#] {
            let raw = raw(odd);
            let metadata = EventMetadata::read(Some(&raw));
            assert_eq!(metadata.sign_in_method(), None, "{odd}");
            assert_eq!(metadata.affected().filter(|admin| *admin != PersonRef::default()), None, "{odd}");
            assert_eq!(metadata.two_factor(), None, "{odd}");
            assert_eq!(metadata.permissions_after(), None, "{odd}");
        }
        for blank in ["", " ", "\\u200b", "\\t\u{a0}"] {
            let raw = raw(&format!(r#"{{"sign_in_method":"{blank}"}}"#));
            assert_eq!(EventMetadata::read(Some(&raw)).sign_in_method(), None, "{blank:?}");
        }
        let raw = raw(r#"{"admin":"text","sign_in_method":"SA\u004dL"}"#);
        assert_eq!(EventMetadata::read(Some(&raw)).sign_in_method().as_deref(), Some("SAML"));
    }

    #[test]
    fn affected_people_are_known_by_id_and_by_address_only_where_none_is_given() {
        let read = |json: &str| {
            let raw = raw(&format!(r#"{{"admin":{{"id":{json},"email":"jo@acme.example"}}}}"#));
            let affected = EventMetadata::read(Some(&raw)).affected();
            affected.map(|admin| (admin.id().map(str::to_owned), admin.email().map(str::to_owned)))
        };
        let jo = Some("jo@acme.example".to_owned());
        assert_eq!(read("4425337"), read("\"4425337\""));
        assert_eq!(read("-3"), Some((Some("-3".to_owned()), jo.clone())));
        for absent in ["null", "\"\""] {
            assert_eq!(read(absent), Some((None, jo.clone())), "{absent}");
        }
        for odd in ["1.5", "1e3", "true", "[1]", "{}"] {
            assert_eq!(read(odd), Some((None, None)), "{odd}");
        }
        let of = |json: &str| EventMetadata::read(Some(&raw(json))).affected().is_some();
        assert!(of(r#"{"admin":[]}"#) && of(r#"{"admin":"jo"}"#), "not understood is not absent");
        assert!(!of(r#"{"admin":null}"#) && !of("{}") && !of("[]"));
    }

    #[test]
    fn two_factor_is_off_only_where_it_says_so() {
        let read = |json: &str| EventMetadata::read(Some(&raw(json))).two_factor();
        for off in [
            r#"{"enabled":false}"#,
            r#"{"after":false}"#,
            r#"{"after":"off"}"#,
            r#"{"after":"Disabled"}"#,
            r#"{"enabled":true,"after":"off"}"#,
        ] {
            assert_eq!(read(off), Some(false), "{off}");
        }
        assert_eq!(read(r#"{"after":"on"}"#), Some(true));
        assert_eq!(read(r#"{"enabled":true}"#), Some(true));
        for odd in [r#"{"enabled":0}"#, r#"{"after":{"enabled":false}}"#, r#"{"after":"maybe"}"#, "{}"] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }

    #[test]
    fn only_a_json_true_grants() {
        let raw =
            raw(r#"{"after":{"permissions":{"a":true,"b":"true","c":1,"d":null,"e":{"f":true},"g":false},
            "conversation_access":{"access_type":"all"}}}"#);
        let after = EventMetadata::read(Some(&raw)).permissions_after().unwrap();
        assert_eq!(after.granted, BTreeSet::from(["a".to_owned()]));
        assert_eq!(after.conversation_access.as_deref(), Some("all"));
    }

    #[test]
    fn deep_nesting_is_read_over() {
        let deep =
            format!(r#"{{"x":{}1{},"sign_in_method":"saml"}}"#, "[".repeat(50_000), "]".repeat(50_000));
        let raw = raw(&deep);
        assert_eq!(EventMetadata::read(Some(&raw)).sign_in_method().as_deref(), Some("saml"));
    }
}
