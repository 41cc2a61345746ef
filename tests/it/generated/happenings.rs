//! What happened in a generated workspace: its activity log, as the API would list it.

use serde_json::{Value, json};

use super::Random;
use super::people::Person;
use crate::program::NOW_SECONDS;
use crate::workspace::{DAY, Workspace};

/// What is rare, and mostly has to be reviewed.
const RARE: [&str; 19] = [
    "admin_impersonation_start",
    "admin_impersonation_consent_approved",
    "app_authentication_method_change",
    "app_google_sso_domain_change",
    "security_settings_change",
    "app_identity_verification_change",
    "trusted_domains_setting_change",
    "malicious_domains_setting_change",
    "strip_inbound_email_links_change",
    "allowed_attachment_filetypes_setting_change",
    "app_package_installation",
    "app_package_token_regeneration",
    "custom_authentication_token_creation",
    "messenger_api_secret_creation",
    "app_webhook_creation",
    "admin_impersonation_end",
    "app_package_uninstallation",
    "role_change",
    "a_type_of_the_year_2031",
];

/// What keeps data from lasting, made at even places and undone at odd ones.
const KEPT: [&str; 4] = [
    "content_redaction_rule_creation",
    "content_redaction_rule_deletion",
    "conversation_deletion_schedule_creation",
    "conversation_deletion_schedule_deletion",
];

/// Exports.
const EXPORTS: [&str; 4] =
    ["app_data_export", "bulk_export", "conversation_pdf_export", "macro_usage_export"];

const ADDRESSES: [&str; 8] = [
    "192.0.2.10",
    "192.0.2.200",
    "198.51.100.7",
    "2001:db8::7",
    "2001:DB8:1::7",
    "203.0.113.9",
    "nowhere",
    "",
];

pub(super) struct Happenings<'a> {
    random: &'a mut Random,
    people: Vec<Person>,
    since: i64,
    created: i64,
    /// The events, in no order.
    pub(super) events: Vec<Value>,
}

impl<'a> Happenings<'a> {
    pub(super) fn new(
        random: &'a mut Random,
        people: Vec<Person>,
        since: i64,
        workspace: &Workspace,
    ) -> Self {
        let created = workspace.me["app"]["created_at"].as_i64().unwrap();
        Self { random, people, since, created, events: Vec::new() }
    }

    pub(super) fn happen(&mut self, calm: bool) {
        let odds = |calmly, wildly| if calm { calmly } else { wildly };
        self.sign_ins(calm);
        self.times(odds(2, 8), |log| {
            let name = *log.random.pick(&RARE);
            log.add_by_anybody(name);
        });
        self.times(odds(8, 5), |log| {
            let name = *log.random.pick(if calm { &["bulk_export", "macro_update"][..] } else { &EXPORTS });
            let mut event = log.by_anybody(name);
            // Which other events tell the address of somebody who has left depends on what else is read.
            let id = event["performed_by"]["id"].to_string();
            if let Some(gone) = id.trim_matches('"').strip_prefix("900") {
                event["performed_by"]["email"] = format!("Gone{gone}@fixture.example").into();
            }
            log.add(event);
        });
        self.times(6, |log| {
            // Deletions are the exception, or nothing would ever be kept.
            let name = if calm { KEPT[2 * log.random.below(2)] } else { *log.random.pick(&KEPT) };
            let event = log.by_anybody(name);
            let at = log.long_ago();
            log.add_at(at, event);
        });
        self.times(odds(4, 10), Self::permissions);
        self.times(odds(3, 6), Self::two_factor);
        self.times(odds(2, 4), |log| log.arrival(calm));
        if self.random.chance(odds(20, 35)) {
            self.failures();
        }
        self.times(30, |log| {
            let name = *log.random.pick(&["macro_update", "tag_creation", "admin_logout"]);
            log.add_by_anybody(name);
        });
    }

    /// Lets something happen, fewer times than this.
    fn times(&mut self, limit: usize, mut happen: impl FnMut(&mut Self)) {
        for _ in 0..self.random.below(limit) {
            happen(self);
        }
    }

    fn add_by_anybody(&mut self, name: &str) {
        let event = self.by_anybody(name);
        self.add(event);
    }

    fn add_at(&mut self, at: i64, mut event: Value) {
        event["created_at"] = at.into();
        self.add(event);
    }

    fn add(&mut self, mut event: Value) {
        event["id"] = format!("00000000-0000-4000-8000-{:012x}", self.events.len()).into();
        event["activity_description"] = "Something happened.".into();
        self.events.push(event);
    }

    /// An instant in the window, at a border, or beyond one.
    fn moment(&mut self) -> i64 {
        let ago = match self.random.below(20) {
            0 => 0,
            1 => -1,
            2 => self.since,
            3 => self.since + 1,
            4 => 90 * DAY,
            5 => 90 * DAY + 1,
            6 => 7 * DAY,
            7 => 7 * DAY + 1,
            8 | 9 => self.random.below(600) as i64 * DAY,
            _ => self.random.below(self.since as usize) as i64,
        };
        NOW_SECONDS - ago.min(NOW_SECONDS - self.created)
    }

    /// An instant since the workspace began, or just before; never near two years ago, where "two years" is vague.
    fn long_ago(&mut self) -> i64 {
        match self.random.below(8) {
            0 => self.created,
            1 => self.created - 1,
            2 | 3 => self.moment(),
            4 => NOW_SECONDS - (750 + self.random.below(1500) as i64) * DAY,
            _ => NOW_SECONDS - self.random.below(720) as i64 * DAY,
        }
    }

    fn anybody(&mut self) -> Option<Person> {
        let people = self.people.len();
        // Somebody, or nobody at all.
        let number = self.random.below(people + 1);
        self.people.get(number).cloned()
    }

    /// How an event names somebody: id and e-mail, or either.
    fn reference(&mut self, person: Option<&Person>) -> Value {
        let Some(person) = person else {
            let nobody = json!({ "type": "admin", "id": null, "email": null });
            return self.random.pick(&[Value::Null, nobody]).clone();
        };
        let email = person.email.as_ref().map(|email| self.random.recase(email));
        let id = match person.id {
            Some(id) if self.random.chance(30) => json!(id),
            Some(id) => json!(id.to_string()),
            None => Value::Null,
        };
        let left = person.entry.is_none();
        let (id, email) = match self.random.below(10) {
            0 | 1 if person.id.is_some() => (id, None),
            2 | 3 if email.is_some() && person.unique && !left => (Value::Null, email),
            _ => (id, email),
        };
        let address = match self.random.below(30) {
            0 => json!(self.random.pick(&ADDRESSES)),
            1 => Value::Null,
            number => json!(ADDRESSES[number % 4]),
        };
        json!({ "type": "admin", "id": id, "email": email, "ip": address })
    }

    fn by(&mut self, name: &str, person: Option<&Person>) -> Value {
        let performer = self.reference(person);
        let at = self.moment();
        json!({ "activity_type": name, "performed_by": performer, "created_at": at, "metadata": {} })
    }

    fn by_anybody(&mut self, name: &str) -> Value {
        let person = self.anybody();
        self.by(name, person.as_ref())
    }

    fn sign_ins(&mut self, calm: bool) {
        for person in self.people.clone() {
            let calmly = calm && person.entry.is_some();
            for _ in 0..self.random.below(3) + usize::from(calmly) {
                let mut event = self.by("admin_login_success", Some(&person));
                let methods = ["saml", "saml_sso", "email_password", "google", "İ", ""];
                let usual = self.random.chance(if calm { 98 } else { 85 });
                let method = if usual { methods[self.random.below(2)] } else { *self.random.pick(&methods) };
                event["metadata"] = json!({ "sign_in_method": self.random.recase(method) });
                if self.random.chance(2) {
                    let nothing = [json!({}), json!({ "sign_in_method": null })];
                    event["metadata"] = self.random.pick(&nothing).clone();
                }
                if calm && self.random.chance(60) {
                    event["created_at"] = (NOW_SECONDS - self.random.below(5 * DAY as usize) as i64).into();
                }
                self.add(event);
            }
        }
        if !calm && self.random.chance(10) {
            let mut event = self.by("admin_login_success", None);
            event["metadata"] = json!({ "sign_in_method": "saml" });
            self.add(event);
        }
    }

    /// Somebody with an id, as the subject of an event by somebody else.
    fn subject(&mut self) -> Option<Value> {
        let person = self.anybody()?;
        let id = person.id.filter(|id| *id != 5000)?;
        Some(if self.random.chance(70) { json!({ "id": id }) } else { json!({ "id": id.to_string() }) })
    }

    fn permissions(&mut self) {
        let Some(subject) = self.subject() else { return };
        let at = self.long_ago();
        // Two at the same instant: the one listed first is the newest.
        for _ in 0..1 + self.random.below(2) {
            let mut event = self.by_anybody("admin_permission_change");
            let granted = |random: &mut Random| json!(random.chance(25));
            let permissions = json!({
                "manage_teammates": granted(self.random), "access_workspace_settings": granted(self.random),
                "export_data": granted(self.random), "send_messages": true,
            });
            let access = *self.random.pick(&["all", "assigned", "team"]);
            let after = match self.random.below(12) {
                0 => json!("changed"),
                1 => json!({ "permissions": null }),
                _ => json!({ "permissions": permissions, "conversation_access": { "access_type": access } }),
            };
            event["metadata"] = json!({ "admin": subject, "before": {}, "after": after });
            self.add_at(at, event);
        }
    }

    fn two_factor(&mut self) {
        let at = self.long_ago();
        let subject = if self.random.chance(50) { self.subject() } else { None };
        for _ in 0..1 + self.random.below(2) {
            let mut event = self.by_anybody("admin_two_factor_auth_change");
            let states = json!([
                { "enabled": true }, { "enabled": true }, { "after": true }, { "after": "on" }, {},
                { "enabled": false }, { "after": false }, { "after": "off" }, { "after": "disabled" },
            ]);
            event["metadata"] = self.random.pick(states.as_array().unwrap()).clone();
            if let Some(subject) = &subject {
                event["metadata"]["admin"] = subject.clone();
            }
            self.add_at(at, event);
        }
    }

    fn arrival(&mut self, calm: bool) {
        let Some(person) = self.anybody() else { return };
        let provisioned = self.random.chance(if calm { 95 } else { 60 });
        let joined = self.random.chance(60);
        let names = provisioned.then_some("admin_provisioned").into_iter();
        for name in names.chain(joined.then_some("app_admin_join")) {
            let mut event = self.by(name, Some(&person));
            if let Some(id) = person.id.filter(|id| self.random.chance(40) && *id != 5000) {
                event["performed_by"] = Value::Null;
                event["metadata"] = json!({ "admin": { "id": id } });
            }
            self.add(event);
        }
    }

    /// Failed sign-ins, about as many and as close together as make a burst.
    fn failures(&mut self) {
        let person = self.anybody();
        let span = *self.random.pick(&[600, 601, 300]);
        let count = 9 + self.random.below(2) as i64 + i64::from(self.random.chance(10));
        let last = match self.random.below(5) {
            0 => NOW_SECONDS,
            1 => NOW_SECONDS + 1,
            2 => NOW_SECONDS - self.since + span,
            3 => NOW_SECONDS - self.since + span - 1,
            _ => self.moment(),
        };
        let (one_address, one_person) = (self.random.chance(60), self.random.chance(60));
        for number in 0..count {
            let somebody = if one_person { person.clone() } else { self.anybody() };
            let mut event = self.by("admin_login_failure", somebody.as_ref());
            if event["performed_by"].is_object() {
                let last = if one_address { 77 } else { number };
                event["performed_by"]["ip"] = format!("203.0.113.{last}").into();
            }
            self.add_at(last - span + number * span / (count - 1), event);
        }
    }
}
