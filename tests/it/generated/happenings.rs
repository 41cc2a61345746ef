//! The activity log of a generated workspace, as the API lists it.

use serde_json::{Value, json};

use super::Random;
use super::people::{BOT, Person};
use crate::oracle::extended::{APPS, DESTRUCTION, SETTINGS};
use crate::program::NOW_SECONDS;
use crate::workspace::{DAY, Workspace};

/// Rare events, besides those that E7, E8 and E13 list.
const RARE: [&str; 8] = [
    "admin_impersonation_start",
    "admin_impersonation_consent_approved",
    "admin_impersonation_end",
    "admin_deletion",
    "role_change",
    "oauth_token_revocation",
    "conversation_part_deletion",
    "a_type_of_the_year_2031",
];

/// Creations, at even positions, and deletions, at odd ones, of rules and schedules that delete data.
const KEPT: [&str; 4] = [
    "content_redaction_rule_creation",
    "content_redaction_rule_deletion",
    "conversation_deletion_schedule_creation",
    "conversation_deletion_schedule_deletion",
];

const EXPORTS: [&str; 4] =
    ["app_data_export", "bulk_export", "conversation_pdf_export", "macro_usage_export"];

/// Pairs of types whose order matters, which never share an instant.
const APART: [(&str, &str); 2] = [
    ("admin_permission_change", "role_change"),
    ("conversation_deletion_schedule_creation", "conversation_deletion_schedule_state_change"),
];

const ADDRESSES: [&str; 14] = [
    "192.0.2.10",
    "192.0.2.200",
    "2001:db8::7",
    "198.51.100.7",
    "2001:DB8:1::7",
    "203.0.113.9",
    "::ffff:192.0.2.10",
    "192.0.2.10:51000",
    "[2001:db8::7]:443",
    "[2001:db8::7]",
    "2001:db8::7%eth0",
    "[::FFFF:198.51.100.7]:1",
    "nowhere",
    "",
];

pub(super) struct Happenings<'a> {
    pub(super) random: &'a mut Random,
    pub(super) people: Vec<Person>,
    pub(super) since: i64,
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
        let created = workspace.me["app"]["created_at"].as_i64().unwrap_or(NOW_SECONDS - 700 * DAY);
        Self { random, people, since, created, events: Vec::new() }
    }

    pub(super) fn happen(&mut self, calm: bool) {
        let odds = |calmly, wildly| if calm { calmly } else { wildly };
        let quiet = self.random.chance(8);
        self.sign_ins(calm, quiet);
        self.times(odds(4, 10), Self::permissions);
        self.times(odds(2, 12), |log| {
            let lists: [&[&str]; 4] = [&RARE, &SETTINGS, &APPS, &DESTRUCTION];
            let list = *log.random.pick(&lists);
            let name = *log.random.pick(list);
            let mut event = log.by_random_person(name);
            if log.random.chance(30) {
                event["created_at"] = log.long_ago().into();
            }
            log.add(event);
        });
        self.times(odds(8, 5), |log| {
            let name = *log.random.pick(if calm { &["bulk_export", "macro_update"][..] } else { &EXPORTS });
            log.export(name);
        });
        self.times(6, |log| {
            // Deletions are rare, or no rule would remain.
            let name = if calm { KEPT[2 * log.random.below(2)] } else { *log.random.pick(&KEPT) };
            let event = log.by_random_person(name);
            let at = log.long_ago();
            log.add_at(at, event);
        });
        if self.random.chance(25) {
            self.schedule_state(calm);
        }
        self.times(odds(3, 6), Self::two_factor);
        self.times(odds(2, 4), |log| log.arrival(calm));
        if self.random.chance(odds(20, 35)) {
            self.failures();
        }
        self.times(30, |log| {
            let names = [
                "macro_update",
                "tag_creation",
                "admin_logout",
                "admin_unauthorized_sign_in_method",
                "admin_password_reset_request",
            ];
            let name = *log.random.pick(&names);
            let event = log.by_random_person(name);
            log.add(event);
        });
        if !calm && self.random.chance(40) {
            self.repeat();
        }
        if self.random.chance(12) {
            self.unreadable();
        }
    }

    /// Adds events, fewer than this number.
    pub(super) fn times(&mut self, limit: usize, mut happen: impl FnMut(&mut Self)) {
        for _ in 0..self.random.below(limit) {
            happen(self);
        }
    }

    pub(super) fn add_at(&mut self, at: i64, mut event: Value) {
        event["created_at"] = at.into();
        self.add(event);
    }

    pub(super) fn add(&mut self, mut event: Value) {
        for (one, other) in APART {
            for (this, that) in [(one, other), (other, one)] {
                let clash = |at: i64| {
                    let mut twins = self.events.iter().filter(|known| known["activity_type"] == that);
                    twins.any(|known| known["created_at"] == at)
                };
                while event["activity_type"] == this && clash(event["created_at"].as_i64().unwrap()) {
                    event["created_at"] = (event["created_at"].as_i64().unwrap() - 1).into();
                }
            }
        }
        event["id"] = format!("00000000-0000-4000-8000-{:012x}", self.events.len()).into();
        event["activity_description"] = "Something happened.".into();
        self.events.push(event);
    }

    /// An instant in the window, at a border, or beyond one.
    pub(super) fn moment(&mut self) -> i64 {
        let ago = match self.random.below(24) {
            0 => 0,
            1 => -1,
            2 => self.since,
            3 => self.since + 1,
            4 => 90 * DAY,
            5 => 90 * DAY + 1,
            6 => 30 * DAY,
            7 => 30 * DAY + 1,
            8 | 9 => self.random.below(600) as i64 * DAY,
            10 => self.random.below(95 * DAY as usize) as i64,
            _ => self.random.below(self.since as usize) as i64,
        };
        NOW_SECONDS - ago.min(NOW_SECONDS - self.created)
    }

    /// An instant since the workspace began, or just before; never near two years ago, where "two years" is vague.
    pub(super) fn long_ago(&mut self) -> i64 {
        let old = self.created < NOW_SECONDS - self.since;
        match self.random.below(8) {
            0 => self.created,
            1 if old => self.created - 1,
            2 | 3 => self.moment(),
            4 if old => NOW_SECONDS - (750 + self.random.below(1500) as i64) * DAY,
            _ => {
                let ago = self.random.below(720) as i64 * DAY;
                if old { NOW_SECONDS - ago } else { NOW_SECONDS - ago.min(NOW_SECONDS - self.created) }
            }
        }
    }

    pub(super) fn random_person(&mut self) -> Option<Person> {
        let people = self.people.len();
        // A person of the workspace, or none.
        let number = self.random.below(people + 1);
        self.people.get(number).cloned()
    }

    fn spell(&mut self, email: &str) -> String {
        let mut email = self.random.recase(email);
        match self.random.below(12) {
            0 => email = format!(" {email} "),
            1 if !email.ends_with('.') => email.push('.'),
            2 => email = email.replace('ö', "o\u{308}"),
            3 if email.contains('Σ') => email = email.to_lowercase(),
            _ => {}
        }
        email
    }

    /// How an event names a person: id and e-mail, or either.
    pub(super) fn reference(&mut self, person: Option<&Person>) -> Value {
        let Some(person) = person else {
            let unnamed = json!({ "type": "admin", "id": null, "email": null });
            return self.random.pick(&[Value::Null, unnamed]).clone();
        };
        let email = person.email.as_ref().map(|email| self.spell(email));
        let id = match person.id {
            Some(id) if self.random.chance(30) => json!(id),
            Some(id) => json!(id.to_string()),
            None => Value::Null,
        };
        let alone = email.is_some() && person.unique;
        let (id, email) = match self.random.below(12) {
            0 | 1 if person.id.is_some() => (id, None),
            2 | 3 if alone => (if self.random.chance(50) { Value::Null } else { json!("") }, email),
            // The id decides, whatever the address.
            4 if person.entry.is_some() && person.id.is_some() => {
                (id, self.random_person().and_then(|other| other.email))
            }
            _ => (id, email),
        };
        let address = match self.random.below(40) {
            0 => json!(self.random.pick(&ADDRESSES)),
            1 => Value::Null,
            2 => json!(7),
            number => json!(ADDRESSES[[0, 1, 2, 6, 7, 8, 9, 10][number % 8]]),
        };
        json!({ "type": "admin", "id": id, "email": email, "ip": address })
    }

    pub(super) fn by(&mut self, name: &str, person: Option<&Person>) -> Value {
        let performer = self.reference(person);
        let at = self.moment();
        json!({ "activity_type": name, "performed_by": performer, "created_at": at, "metadata": {} })
    }

    pub(super) fn by_random_person(&mut self, name: &str) -> Value {
        let person = self.random_person();
        self.by(name, person.as_ref())
    }

    fn export(&mut self, name: &str) {
        let person = self.random_person();
        let mut event = self.by(name, person.as_ref());
        if let Some(person) = person {
            if person.entry.is_none() {
                // Which events show the address of a former teammate depends on the parts that are read.
                event["performed_by"]["email"] = person.email.clone().into();
            }
            if self.random.chance(10) {
                event["metadata"] = json!({ "admin": event["performed_by"] });
                event["performed_by"] = Value::Null;
            } else if self.random.chance(20) {
                event["metadata"] = json!({ "admin": self.about() });
            }
        }
        self.add(event);
    }

    /// How an event names the affected person.
    pub(super) fn about(&mut self) -> Value {
        let Some(person) = self.random_person() else { return Value::Null };
        match (person.id, person.email.clone()) {
            (Some(id), _) if id == BOT || !person.unique || self.random.chance(40) => json!({ "id": id }),
            (Some(id), email) if self.random.chance(70) => json!({ "id": id.to_string(), "email": email }),
            (_, Some(email)) if person.unique => json!({ "email": self.spell(&email), "first_name": "Some" }),
            (Some(id), _) => json!({ "id": id }),
            (None, _) => Value::Null,
        }
    }
}
