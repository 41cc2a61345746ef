//! Entries of a generated log that are repeated, or cannot be read.

use serde_json::{Value, json};

use super::happenings::Happenings;
use crate::oracle::extended::SETTINGS;
use crate::program::NOW_SECONDS;

impl Happenings<'_> {
    /// Lists an event again, or gives its id to another event.
    pub(super) fn repeat(&mut self) {
        let within = |event: &Value| {
            event["created_at"]
                .as_i64()
                .is_some_and(|at| (NOW_SECONDS - self.since..=NOW_SECONDS).contains(&at))
        };
        let events: Vec<Value> = self.events.iter().filter(|event| within(event)).cloned().collect();
        if events.is_empty() {
            return;
        }
        for _ in 0..1 + self.random.below(12) {
            let mut event = self.random.pick(&events).clone();
            let at = event["created_at"].as_i64().unwrap();
            match self.random.below(3) {
                // Different events with one id: same second, one second apart, or of another type.
                0 if at < NOW_SECONDS => event["created_at"] = (at + 1).into(),
                1 if event["activity_type"] != "admin_login_success" => {
                    event["activity_type"] = (*self.random.pick(&SETTINGS)).into();
                    if event["activity_type"] == "role_change" {
                        event["activity_type"] = "role_creation".into();
                    }
                    if event["activity_type"] == "conversation_deletion_schedule_state_change" {
                        event["activity_type"] = "conversation_deletion_schedule_update".into();
                    }
                }
                _ => {}
            }
            self.events.push(event);
        }
    }

    /// Entries without a type, or a time, that can be read.
    pub(super) fn unreadable(&mut self) {
        for number in 0..1 + self.random.below(2) {
            let mut event = self.by_random_person("macro_update");
            event["id"] = format!("eeeeeeee-0000-4000-8000-{number:012x}").into();
            let odd = json!([null, {}, [], "", "yesterday"]);
            if self.random.chance(60) {
                let odd = json!([null, 7, {}, [], ""]);
                // An empty type matches a request for every type.
                let all = event["created_at"].as_i64().unwrap() >= NOW_SECONDS - self.since;
                event["activity_type"] = odd[self.random.below(if all { 5 } else { 4 })].clone();
            } else {
                event["created_at"] = self.random.pick(odd.as_array().unwrap()).clone();
                let names = ["macro_update", "admin_login_success", "admin_permission_change"];
                event["activity_type"] = (*self.random.pick(&names)).into();
            }
            if self.random.chance(20) {
                event.as_object_mut().unwrap().retain(|_, value| !value.is_null());
            }
            if self.random.chance(10) {
                event = self.random.pick(&[Value::Null, json!([]), json!("macro_update"), json!({})]).clone();
            }
            self.events.push(event);
        }
    }
}
