//! Changes of permissions, of the second factor and of deletion schedules, new teammates, sign-ins and failures.

use serde_json::{Value, json};

use super::Random;
use super::happenings::Happenings;
use super::people::{BOT, Person};
use crate::program::NOW_SECONDS;
use crate::workspace::DAY;

impl Happenings<'_> {
    pub(super) fn sign_ins(&mut self, calm: bool, quiet: bool) {
        for person in self.people.clone() {
            let calmly = calm && person.entry.is_some();
            for _ in 0..self.random.below(3) + usize::from(calmly) {
                let mut event = self.by("admin_login_success", Some(&person));
                let usual = ["saml", "saml_sso", "ＳＡＭＬ", " Saml ", "sa\u{200b}ml", "ſaml"];
                let unusual = ["email_password", "google", "İ", "sаml", "saml sso", ""];
                let choice: &[&str] =
                    if self.random.chance(if calm { 98 } else { 85 }) { &usual } else { &unusual };
                let method = *self.random.pick(choice);
                event["metadata"] = json!({ "sign_in_method": self.random.recase(method) });
                if self.random.chance(2) {
                    let nothing =
                        json!([{}, { "sign_in_method": null }, null, [], { "sign_in_method": " " }]);
                    event["metadata"] = self.random.pick(nothing.as_array().unwrap()).clone();
                } else if self.random.chance(8) {
                    event["metadata"]["admin"] = self.about();
                } else if self.random.chance(4) {
                    event["metadata"]["admin"] = event["performed_by"].clone();
                    event["performed_by"] = Value::Null;
                }
                if calm && self.random.chance(60) {
                    event["created_at"] = (NOW_SECONDS - self.random.below(5 * DAY as usize) as i64).into();
                }
                let at = event["created_at"].as_i64().unwrap();
                if quiet && at >= NOW_SECONDS - 30 * DAY && person.id != Some(BOT) {
                    event["created_at"] = (at - 31 * DAY).into();
                }
                self.add(event);
            }
        }
        if !calm && !quiet && self.random.chance(10) {
            let mut event = self.by("admin_login_success", None);
            event["metadata"] = json!({ "sign_in_method": "saml" });
            self.add(event);
        }
    }

    pub(super) fn permissions(&mut self) {
        let about = match self.random.below(40) {
            0 => json!([null, {}, { "first_name": "Some" }, "Some Body", { "email": "outsider@elsewhere.example" }])
                [self.random.below(5)]
            .clone(),
            _ => self.about(),
        };
        if about.is_null() && !self.random.chance(20) {
            return;
        }
        let at = self.long_ago();
        // Of two at the same instant, the first in the list is newer.
        for _ in 0..1 + self.random.below(2) {
            let mut event = self.by_random_person("admin_permission_change");
            let granted = |random: &mut Random| json!(random.chance(20));
            let mut permissions = json!({
                "manage_teammates": granted(self.random), "access_workspace_settings": granted(self.random),
                "export_data": granted(self.random), "send_messages": true,
            });
            if self.random.chance(10) {
                permissions["send_messages"] = json!("sometimes");
            }
            if self.random.chance(4) {
                permissions["manage_teammates"] = json!("maybe");
            }
            let access = *self.random.pick(&["all", "assigned", "team"]);
            let mut metadata = json!({ "admin": about, "before": {}, "after": { "permissions": permissions, "conversation_access": { "access_type": access } } });
            if self.random.chance(12) {
                let odd = json!(["changed", null, [], {}, { "permissions": null }, { "permissions": [] }, { "permissions": "all" }]);
                metadata["after"] = self.random.pick(odd.as_array().unwrap()).clone();
            }
            if about.is_null() {
                metadata = self.random.pick(&[metadata.clone(), json!({}), json!([]), Value::Null]).clone();
            }
            event["metadata"] = metadata;
            self.add_at(at, event);
        }
    }

    pub(super) fn two_factor(&mut self) {
        let at = self.long_ago();
        let about = if self.random.chance(50) { self.about() } else { Value::Null };
        for _ in 0..1 + self.random.below(2) {
            let mut event = self.by_random_person("admin_two_factor_auth_change");
            let states = json!([
                { "enabled": true }, { "enabled": true }, { "after": true }, { "after": "on" }, {},
                { "enabled": null }, { "after": {} }, { "enabled": "no" }, { "after": "somewhere" },
                { "enabled": false }, { "after": false }, { "after": "off" }, { "after": "disabled" },
            ]);
            event["metadata"] = self.random.pick(states.as_array().unwrap()).clone();
            if !about.is_null() {
                event["metadata"]["admin"] = about.clone();
            }
            self.add_at(at, event);
        }
    }

    pub(super) fn schedule_state(&mut self, calm: bool) {
        for _ in 0..1 + self.random.below(2) {
            let mut event = self.by_random_person("conversation_deletion_schedule_state_change");
            let on = json!([{ "enabled": true }, { "after": true }, { "after": "on" }, { "after": "enabled" }, { "after": "active" }]);
            let other = json!([
                { "enabled": false }, { "after": false }, { "after": "off" }, {}, null, [], { "after": null },
                { "after": { "enabled": true } }, { "enabled": "true" }, { "mode": "on" },
            ]);
            let shapes = if self.random.chance(if calm { 80 } else { 50 }) { on } else { other };
            event["metadata"] = self.random.pick(shapes.as_array().unwrap()).clone();
            let at = self.long_ago();
            self.add_at(at, event);
        }
    }

    pub(super) fn arrival(&mut self, calm: bool) {
        if self.random.chance(if calm { 4 } else { 10 }) {
            return self.arrival_of_no_one();
        }
        let Some(person) = self.random_person() else { return };
        if person.id == Some(BOT) {
            // The bot joins nothing, whatever the log says.
            let event = self.by("app_admin_join", Some(&person));
            return self.add(event);
        }
        let joined = self.moment();
        if self.random.chance(60) {
            let mut event = self.by("app_admin_join", Some(&person));
            if self.random.chance(20) {
                event["metadata"] = json!({ "admin": event["performed_by"] });
                event["performed_by"] = Value::Null;
            } else if self.random.chance(20) {
                event["metadata"] = json!({ "admin": self.about() });
            }
            self.add_at(joined, event);
        }
        if self.random.chance(if calm { 90 } else { 60 }) {
            let after = match self.random.below(8) {
                0 => DAY,
                1 => DAY + 1,
                2 => 0,
                3 => -self.random.below(80 * DAY as usize).cast_signed() as i64,
                4 => (NOW_SECONDS - 90 * DAY) - joined,
                5 => (NOW_SECONDS - 90 * DAY) - joined - 1,
                _ => -60,
            };
            self.provisioned(&person, joined + after);
        }
    }

    fn provisioned(&mut self, person: &Person, at: i64) {
        let mut event = self.by("admin_provisioned", Some(person));
        if self.random.chance(50) {
            let bot = json!({ "type": "admin", "id": BOT, "email": "operator+fixture1@intercom.io" });
            let app = json!({ "type": "app", "id": "scim", "email": null });
            event["metadata"] = json!({ "admin": event["performed_by"] });
            event["performed_by"] = self.random.pick(&[Value::Null, bot, app]).clone();
            if at >= NOW_SECONDS - self.since && self.random.chance(40) {
                let other = self.random_person();
                event["performed_by"] = self.reference(other.as_ref());
            }
        }
        self.add_at(at, event);
    }

    /// An accepted invite or a provisioning of an unknown person.
    fn arrival_of_no_one(&mut self) {
        let name = *self.random.pick(&["app_admin_join", "admin_provisioned"]);
        let mut event = self.by(name, None);
        if self.random.chance(30) {
            event["performed_by"] = json!({ "type": "app", "id": "scim", "email": null });
        }
        self.add(event);
    }

    /// Failed sign-ins, close to the definition of a burst.
    pub(super) fn failures(&mut self) {
        let person = self.random_person();
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
        let unnamed = self.reference(None);
        for number in 0..count {
            let performer = if one_person { person.clone() } else { self.random_person() };
            let mut event = self.by("admin_login_failure", performer.as_ref());
            if one_person && performer.is_none() {
                event["performed_by"] = unnamed.clone();
            }
            if event["performed_by"].is_object() {
                // Without a person, only one address makes it one case.
                let one = one_address || performer.is_none();
                let address = format!("203.0.113.{}", if one { 77 } else { number });
                let spellings =
                    [address.clone(), format!("{address}:{}", 1024 + number), format!("::ffff:{address}")];
                event["performed_by"]["ip"] = self.random.pick(&spellings).clone().into();
                if one_person && performer.is_some() && self.random.chance(10) {
                    event["metadata"] = json!({ "admin": event["performed_by"] });
                    event["performed_by"] = Value::Null;
                }
            }
            self.add_at(last - span + number * span / (count - 1), event);
        }
    }
}
