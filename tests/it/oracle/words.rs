//! What the rules mean by a teammate, the person of an event, the window, newest, privilege.

use serde_json::Value;

use super::{Case, Ended, Status};
use crate::workspace::DAY;

pub(super) const PRIVILEGED_ROLES: [&str; 5] =
    ["owner", "admin", "administrator", "super admin", "superadmin"];

pub(super) const UNPRIVILEGED_ROLES: [&str; 9] =
    ["teammate", "agent", "support agent", "support", "viewer", "read only", "read-only", "lite", "member"];

pub(super) const EXPORTS: [&str; 4] =
    ["app_data_export", "bulk_export", "conversation_pdf_export", "macro_usage_export"];

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Privilege {
    Privileged,
    Unprivileged,
    Unknown,
}

/// An id as text, whether it is written as text or as a number.
pub(super) fn id_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// An e-mail in lower case; a malformed one is a missing one.
pub(super) fn email_of(value: &Value) -> Option<String> {
    let text = value.as_str()?.to_lowercase();
    let (local, domain) = text.split_once('@')?;
    if local.is_empty() || domain.is_empty() || domain.contains(['@', ' ']) {
        return None;
    }
    Some(text)
}

/// Whether this is the e-mail of Intercom's own bot.
fn is_bot_email(value: &Value) -> bool {
    let text = value.as_str().unwrap_or("").to_lowercase();
    text.starts_with("operator+") && text.ends_with("@intercom.io")
}

/// The id the event gives for its person.
pub(super) fn person_id(event: &Value) -> Option<String> {
    id_of(&event["metadata"]["admin"]["id"]).or_else(|| id_of(&event["performed_by"]["id"]))
}

/// The e-mail of the event's person: the performer's, unless the event is about somebody else.
pub(super) fn person_email(event: &Value) -> Option<String> {
    let performer = &event["performed_by"];
    match id_of(&event["metadata"]["admin"]["id"]) {
        Some(id) if Some(&id) != id_of(&performer["id"]).as_ref() => None,
        _ => email_of(&performer["email"]),
    }
}

/// Whether the event's person is this teammate.
pub(super) fn is_of(event: &Value, teammate: &Value) -> bool {
    match (person_id(event), id_of(&teammate["id"])) {
        (Some(person), Some(teammate)) => person == teammate,
        _ => {
            let email = person_email(event);
            email.is_some() && email == email_of(&teammate["email"])
        }
    }
}

/// The role's name in lower case.
pub(super) fn role_of(teammate: &Value) -> Option<String> {
    teammate["role"]["name"].as_str().map(str::to_lowercase)
}

pub(super) fn at(event: &Value) -> i64 {
    event["created_at"].as_i64().unwrap()
}

impl Case {
    pub(super) fn teammates(&self) -> Vec<&Value> {
        self.workspace.admins.iter().filter(|admin| !is_bot_email(&admin["email"])).collect()
    }

    /// Whether Intercom's bot did it.
    fn by_bot(&self, event: &Value) -> bool {
        let performer = &event["performed_by"];
        let id = id_of(&performer["id"]);
        let mut bots = self.workspace.admins.iter().filter(|admin| is_bot_email(&admin["email"]));
        is_bot_email(&performer["email"]) || (id.is_some() && bots.any(|bot| id_of(&bot["id"]) == id))
    }

    /// Events of these types that the log yields from an instant up to now; every type where none is given.
    pub(super) fn events_from(&self, from: i64, types: &[&str]) -> Vec<&Value> {
        let fits = |event: &&Value| {
            let named = event["activity_type"].as_str().unwrap();
            let named = types.is_empty() || types.contains(&named);
            named && (from..=self.now).contains(&at(event)) && !self.by_bot(event)
        };
        let read = self.log == Ended::Complete;
        self.workspace.events.iter().filter(|event| read && fits(event)).collect()
    }

    pub(super) fn in_window(&self, types: &[&str]) -> Vec<&Value> {
        self.events_from(self.now - self.since, types)
    }

    pub(super) fn ever(&self, types: &[&str]) -> Vec<&Value> {
        let created = match self.me {
            Ended::Complete => self.workspace.me["app"]["created_at"].as_i64(),
            _ => None,
        };
        self.events_from(created.unwrap_or(self.now - 730 * DAY), types)
    }

    /// The newest of the events of a teammate; of equal times the one that is listed first.
    pub(super) fn newest_of<'a>(&self, events: &[&'a Value], teammate: &Value) -> Option<&'a Value> {
        let mut newest: Option<&Value> = None;
        for event in events {
            if is_of(event, teammate) && newest.is_none_or(|newest| at(event) > at(newest)) {
                newest = Some(event);
            }
        }
        newest
    }

    /// What the newest permission snapshot ever of a teammate says.
    pub(super) fn snapshot(&self, teammate: &Value) -> Option<&Value> {
        let mut changes = self.ever(&["admin_permission_change"]);
        changes.retain(|change| change["metadata"]["after"]["permissions"].is_object());
        self.newest_of(&changes, teammate).map(|change| &change["metadata"]["after"])
    }

    pub(super) fn privilege(&self, teammate: &Value) -> Privilege {
        let role = role_of(teammate).unwrap_or_default();
        let snapshot = self.snapshot(teammate);
        let granted = |name: &str| snapshot.is_some_and(|snapshot| snapshot["permissions"][name] == true);
        if PRIVILEGED_ROLES.contains(&role.as_str())
            || granted("manage_teammates")
            || granted("access_workspace_settings")
        {
            return Privilege::Privileged;
        }
        if UNPRIVILEGED_ROLES.contains(&role.as_str()) || snapshot.is_some() {
            return Privilege::Unprivileged;
        }
        Privilege::Unknown
    }

    /// The teammates who are known to be unprivileged.
    pub(super) fn unprivileged(&self) -> Vec<&Value> {
        let mut teammates = self.teammates();
        teammates.retain(|teammate| self.privilege(teammate) == Privilege::Unprivileged);
        teammates
    }

    /// What a rule that needs the log comes to.
    pub(super) fn with_log(&self, rule: impl Fn(&Self) -> Status) -> Status {
        match self.log {
            Ended::Complete => rule(self),
            Ended::Forbidden => Status::Manual,
            Ended::Failed => Status::Unknown,
        }
    }

    /// What a rule about each teammate, by the log, comes to.
    pub(super) fn with_teammates(&self, rule: impl Fn(&Self) -> Status) -> Status {
        if self.teammates().is_empty() { Status::Manual } else { self.with_log(rule) }
    }
}

/// A violation is certain; without one, what is missing keeps a rule from passing.
pub(super) fn decided(violated: bool, missing: bool) -> Status {
    match (violated, missing) {
        (true, _) => Status::Fail,
        (false, true) => Status::Manual,
        (false, false) => Status::Pass,
    }
}
