//! The activity of the carrier's people, by arithmetic.

use serde_json::{Value, json};

use super::people::*;
use crate::program::NOW_SECONDS;
use crate::workspace::{DAY, HOUR};

pub(super) struct Log {
    pub(super) events: Vec<Value>,
}

impl Log {
    fn add(&mut self, by: Value, at: i64, activity_type: &str, description: String, metadata: Value) {
        self.events.push(json!({
            "id": null, "performed_by": by, "created_at": at, "activity_type": activity_type,
            "activity_description": description, "metadata": metadata,
        }));
    }

    fn by(&mut self, person: usize, ago: i64, activity_type: &str, did: &str, metadata: Value) {
        let by = json!({
            "type": "admin", "id": id(person), "email": email(person), "ip": address(person, ago / DAY),
        });
        let description = format!("{} {did}.", name(person));
        self.add(by, NOW_SECONDS - ago, activity_type, description, metadata);
    }

    /// Two years of sign-ins: daily in the window and weekly before it, so that the file stays small.
    pub(super) fn sign_ins(&mut self) {
        for person in 0..PEOPLE.len() {
            let clock = HOUR + (person as i64 * 397) % (7 * HOUR);
            let first_day = if person == DORMANT { 140 } else { 0 };
            let arrived = ARRIVALS.iter().find(|(who, _)| *who == person).map_or(720, |(_, days)| *days);
            let recent = (first_day..31).filter(|day| !(*day == 0 && person % 3 == 0) && day % 7 < 5);
            let earlier = (31.max(first_day)..720).filter(|day| (day + person as i64) % 14 == 0);
            for day in recent.chain(earlier).filter(|day| *day < arrived) {
                let password = BY_PASSWORD.contains(&person) && (day + person as i64) % 4 == 0;
                let method = if password { "email_password" } else { "saml" };
                let metadata = json!({ "sign_in_method": method });
                self.by(person, day * DAY + clock, "admin_login_success", "signed in", metadata);
            }
            for day in (first_day..31.min(arrived)).filter(|day| (day + person as i64) % 9 == 0) {
                let ago = day * DAY + clock / 2;
                self.by(person, ago, "admin_away_mode_change", "changed their away mode", json!({}));
            }
        }
        let (given, family, former) = LEFT;
        let address = format!("{}.{}@{DOMAIN}", given.to_lowercase(), family.to_lowercase());
        for day in [12, 15, 19, 26] {
            let by = json!({ "type": "admin", "id": former, "email": address, "ip": "203.0.113.77" });
            let at = NOW_SECONDS - day * DAY - 2 * HOUR;
            let metadata = json!({ "sign_in_method": "saml" });
            self.add(by, at, "admin_login_success", format!("{given} {family} signed in."), metadata);
        }
        let admin = json!({ "admin": { "id": 9099, "first_name": given, "last_name": family } });
        self.by(1, 9 * DAY, "admin_deletion", "removed a teammate", admin);
    }

    /// Twelve wrong passwords in under eight minutes, across a clock-aligned border, and a few typos.
    pub(super) fn failures(&mut self) {
        for attempt in 0..12 {
            let by = json!({ "type": "admin", "id": id(17), "email": email(17), "ip": "203.0.113.200" });
            let at = NOW_SECONDS - 6 * DAY - 4 * HOUR - 240 + attempt * 41;
            self.add(by, at, "admin_login_failure", "A sign-in failed.".to_owned(), json!({}));
        }
        for person in (0..30).step_by(6) {
            let ago = (person as i64 + 2) * DAY + HOUR;
            self.by(person, ago, "admin_login_failure", "failed to sign in", json!({}));
        }
    }

    pub(super) fn people(&mut self) {
        for (person, days) in ARRIVALS.into_iter().filter(|(person, _)| *person != INVITED) {
            let admin = json!({ "admin": { "id": 9001 + person, "first_name": PEOPLE[person].0 } });
            let by = json!({ "type": "admin", "id": id(person), "email": email(person), "ip": null });
            let said = format!("{} was provisioned.", name(person));
            self.add(by, NOW_SECONDS - days * DAY, "admin_provisioned", said, admin);
        }
        let (invited, role) =
            (json!({ "email": email(INVITED) }), json!({ "role": { "name": "Support agent" } }));
        self.by(2, 21 * DAY, "admin_invite_creation", "invited a teammate", invited);
        self.by(INVITED, 20 * DAY, "app_admin_join", "accepted an invite", json!({}));
        self.by(2, 600 * DAY, "role_creation", "created a role", role.clone());
        self.by(2, 210 * DAY, "role_change", "changed a role", role);
    }

    pub(super) fn permissions(&mut self) {
        let names = [
            "access_billing_settings",
            "access_developer_hub",
            "access_reporting",
            "access_workspace_settings",
            "create_and_edit_bots",
            "export_data",
            "manage_articles",
            "manage_saved_replies",
            "manage_tags",
            "manage_teammates",
            "reassign_conversations",
            "redact_conversation_parts",
            "send_messages",
        ];
        let everyday = ["manage_saved_replies", "manage_tags", "reassign_conversations", "send_messages"];
        for (turn, person) in [0, 1, 2, 3, 4, 6, 9, 12, 15, 18, 21, 24, 30, 34].into_iter().enumerate() {
            let privileged = person < 5;
            let exporter = person == 12;
            let granted =
                |name: &str| privileged || everyday.contains(&name) || (exporter && name == "export_data");
            let map = |granted: &dyn Fn(&str) -> bool| -> Value {
                names.iter().map(|name| ((*name).to_owned(), Value::from(granted(name)))).collect()
            };
            let (after, before) = (map(&granted), map(&|name| everyday.contains(&name)));
            let access = if privileged || person == 21 { "all" } else { "assigned" };
            let metadata = json!({
                "admin": { "id": 9001 + person, "first_name": PEOPLE[person].0, "last_name": PEOPLE[person].1 },
                "before": { "permissions": before, "conversation_access": {} },
                "after": {
                    "permissions": after,
                    "conversation_access": {
                        "access_type": access, "assignee_blocked_list": null, "include_unassigned": false,
                    },
                },
            });
            let did = format!("changed {}'s permissions", name(person));
            self.by(0, (40 + 47 * turn as i64) * DAY, "admin_permission_change", &did, metadata);
        }
    }

    pub(super) fn settings(&mut self) {
        for (person, days, name, did) in [
            (1, 690, "app_authentication_method_change", "changed the sign-in methods"),
            (1, 520, "security_settings_change", "changed the security settings"),
            (2, 8, "trusted_domains_setting_change", "changed the trusted domains"),
            (4, 400, "content_redaction_rule_creation", "created a redaction rule"),
            (4, 398, "content_redaction_rule_creation", "created a redaction rule"),
            (4, 180, "content_redaction_rule_deletion", "deleted a redaction rule"),
            (4, 390, "conversation_deletion_schedule_creation", "scheduled deletion"),
        ] {
            self.by(person, days * DAY, name, did, json!({}));
        }
        let two_factor = json!({ "enabled": true });
        for person in [0, 1, 2] {
            let did = "turned two-factor authentication on";
            self.by(person, 300 * DAY, "admin_two_factor_auth_change", did, two_factor.clone());
        }
    }

    pub(super) fn exports_and_apps(&mut self) {
        self.by(0, 5 * DAY, "app_data_export", "exported conversation data", json!({}));
        self.by(1, 17 * DAY, "bulk_export", "exported 1,204 contacts", json!({ "count": 1204 }));
        self.by(12, 13 * DAY, "conversation_pdf_export", "exported a conversation as PDF", json!({}));
        self.by(2, 70 * DAY, "macro_usage_export", "exported macro usage", json!({}));
        for (days, app) in [(16, "Route Planner"), (260, "Surveys")] {
            let did = format!("installed {app}");
            self.by(3, days * DAY, "app_package_installation", &did, json!({ "app": app }));
        }
        let consent = json!({ "consent_id": 4411, "expired_at": NOW_SECONDS - 9 * DAY });
        self.by(0, 10 * DAY, "admin_impersonation_consent_approved", "let Intercom staff in", consent);
        for week in 0..40 {
            let person = 5 + (week * 3) % 25;
            self.by(person, (week as i64 * 7 + 1) * DAY, "macro_update", "updated a macro", json!({}));
        }
    }

    /// Newest first, as the API lists them, each with an id.
    pub(super) fn finish(mut self) -> Vec<Value> {
        self.events.sort_by_key(|event| std::cmp::Reverse(event["created_at"].as_i64()));
        for (place, event) in self.events.iter_mut().enumerate() {
            let scattered = (place as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16;
            event["id"] = format!("5a3e1c00-{:04x}-4000-8000-{scattered:012x}", place).into();
        }
        self.events
    }
}
