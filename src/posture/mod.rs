//! The posture: the teammates, and the newest change of each setting. It is part of the report, so that two reports can
//! be compared.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event_type::EventType;
use crate::facts::{Facts, Row, text};

#[cfg(test)]
mod tests;

/// People and setting changes.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Posture {
    /// The current teammates by id; empty if their list could not be read.
    pub people: Vec<Person>,
    /// The newest change of each type of setting, by type.
    pub settings: Vec<SettingChange>,
}

/// A current teammate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Person {
    /// The admin's id; the address in lower case if the API shows none.
    pub id: String,
    /// The display name; null if there is none.
    pub name: Option<String>,
    /// The e-mail address; null if it is missing or malformed.
    pub email: Option<String>,
    /// The role's name; null if there is none.
    pub role: Option<String>,
    /// `privileged`, `unprivileged` or `unknown`.
    pub privilege: String,
    /// What decided the privilege.
    pub privilege_reason: Option<String>,
    /// `on` or `off`, by the newest change of two-factor authentication; null if no event shows it.
    pub two_factor: Option<String>,
    /// The time of the newest sign-in, accepted invite or provisioning that was read.
    pub last_seen: Option<String>,
    /// The methods of the sign-ins in the window, in alphabetical order.
    pub sign_in_methods: Vec<String>,
    /// The time of the newest permission snapshot.
    pub permissions_at: Option<String>,
    /// The access type of that snapshot, such as `all`.
    pub conversation_access: Option<String>,
    /// The account status in the directory export; null if none is given.
    pub directory: Option<String>,
    /// The ids of the controls that have findings about the person.
    pub findings: Vec<String>,
}

impl Person {
    /// Whether the privilege is known, and is one to manage teammates or settings.
    pub(crate) fn is_administrator(&self) -> bool {
        self.privilege == "privileged"
    }

    /// The e-mail address, else the name, else the id.
    pub(crate) fn address_or_name(&self) -> &str {
        self.email.as_deref().or(self.name.as_deref()).unwrap_or(&self.id)
    }
}

/// The newest change of one type of setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct SettingChange {
    /// The event type.
    #[serde(rename = "type")]
    pub event_type: String,
    /// The time of the change.
    pub at: String,
    /// E-mail address, else id, of the performer; null if the log names none.
    pub by: Option<String>,
    /// The event's id.
    pub event: String,
}

/// The posture from the facts, without the controls that have findings about a person.
pub(crate) fn of(facts: &Facts) -> Posture {
    let mut methods: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in facts.rows("sign_ins", &[]).rows {
        if let (Some(person), Some(method)) = (text(row, "person"), text(row, "method")) {
            methods.entry(person).or_default().insert(method);
        }
    }
    let mut people: Vec<Person> =
        facts.rows("teammates", &[]).rows.into_iter().map(|row| person(row, &methods)).collect();
    people.sort_by(|one, other| one.id.cmp(&other.id));
    let changes = facts.changes.values();
    let settings = changes.filter(|change| {
        EventType::find(&change.activity_type)
            .is_some_and(|known| known.sets_state && known.kind.is_setting())
    });
    let settings = settings.map(|change| SettingChange {
        event_type: change.activity_type.clone(),
        at: Timestamp::from_second(change.at).map_or_else(|_| String::new(), |at| at.to_string()),
        by: change.by.clone(),
        event: change.event.clone(),
    });
    Posture { people, settings: settings.collect() }
}

fn person(row: &Row, methods: &BTreeMap<&str, BTreeSet<&str>>) -> Person {
    let given = |column: &str| text(row, column).map(str::to_owned);
    // Events name a teammate without an id by address.
    let id = given("id").or_else(|| Some(format!("{}@{}", text(row, "local_part")?, text(row, "domain")?)));
    let id = id.unwrap_or_default();
    Person {
        name: given("name"),
        email: given("email"),
        role: given("role"),
        privilege: given("privilege").unwrap_or_else(|| "unknown".to_owned()),
        privilege_reason: given("privilege_reason"),
        two_factor: given("two_factor"),
        last_seen: given("last_seen"),
        sign_in_methods: methods
            .get(id.as_str())
            .into_iter()
            .flatten()
            .map(|&method| method.to_owned())
            .collect(),
        permissions_at: given("permissions_at"),
        conversation_access: given("conversation_access"),
        directory: given("directory_status"),
        findings: Vec::new(),
        id,
    }
}
