//! The sample workspace of `--demo`: a parcel carrier that does not exist, written by arithmetic alone.
//!
//! `fixtures/workspaces/sample.json` is this generator's output. A test compares the two, and rewrites the file
//! when `UPDATE_FIXTURES=1` is set. Times are seconds since 1970 around the anchor, 2026-08-01T12:00:00Z; the
//! program shifts them so that the anchor falls on the instant of evaluation.

use std::fmt::Write;
use std::path::Path;

use serde_json::{Value, json};

use crate::intercom::Api;
use crate::program::{NOW, NOW_SECONDS, TOKEN, program, scan};
use crate::workspace::{DAY, HOUR, Workspace};

const DOMAIN: &str = "kestrelparcel.example";

/// Given name, family name, role. Five are privileged by role; everybody has a role.
const PEOPLE: [(&str, &str, &str); 41] = [
    ("Maren", "Holt", "Owner"),
    ("Idris", "Vale", "Admin"),
    ("Petra", "Lindqvist", "Admin"),
    ("Tomas", "Okafor", "Admin"),
    ("Yuki", "Brandt", "Super admin"),
    ("Sol", "Amari", "Support agent"),
    ("Nadia", "Ferro", "Support agent"),
    ("Lars", "Quist", "Support agent"),
    ("Oona", "Pell", "Support agent"),
    ("Ravi", "Santos", "Support agent"),
    ("Greta", "Mbeki", "Support agent"),
    ("Emil", "Tran", "Support agent"),
    ("Zofia", "Reyes", "Support agent"),
    ("Dario", "Kemp", "Support agent"),
    ("Hana", "Novak", "Support agent"),
    ("Bram", "Castell", "Support agent"),
    ("Ines", "Dahl", "Support agent"),
    ("Otis", "Marlow", "Support agent"),
    ("Lena", "Abebe", "Support agent"),
    ("Kofi", "Strand", "Support agent"),
    ("Vera", "Lomax", "Support agent"),
    ("Jonas", "Petit", "Support agent"),
    ("Amina", "Rowe", "Support agent"),
    ("Cleo", "Varga", "Support agent"),
    ("Niels", "Ortega", "Support agent"),
    ("Rosa", "Whitlock", "Support agent"),
    ("Taavi", "Moreau", "Support agent"),
    ("Linh", "Ashby", "Support agent"),
    ("Pavel", "Grant", "Support agent"),
    ("Esme", "Kuroda", "Support agent"),
    ("Anton", "Silva", "Teammate"),
    ("Mira", "Joffe", "Teammate"),
    ("Caleb", "Nyman", "Teammate"),
    ("Freya", "Duarte", "Teammate"),
    ("Samir", "Holm", "Teammate"),
    ("Wanda", "Iyer", "Teammate"),
    ("Ruben", "Eklund", "Viewer"),
    ("Tess", "Moyo", "Viewer"),
    ("Hugo", "Larsen", "Viewer"),
    ("Alma", "Prasad", "Viewer"),
    ("Joris", "Beck", "Read only"),
];

/// Who came in the last months, and how many days ago; the others were there from the start.
const ARRIVALS: [(usize, i64); 5] = [(38, 6), (39, 11), (INVITED, 20), (36, 75), (35, 130)];

/// The one of them who accepted an invite, the person nobody has seen for months, and the two who sign in by
/// password.
const INVITED: usize = 33;
const DORMANT: usize = 40;
const BY_PASSWORD: [usize; 2] = [3, 17];

/// A person who has left: in the log, but no longer in the list.
const LEFT: (&str, &str, &str) = ("Corin", "Blake", "9099");

struct Log {
    events: Vec<Value>,
}

fn id(person: usize) -> String {
    (9001 + person).to_string()
}

fn email(person: usize) -> String {
    let (given, family, _) = PEOPLE[person];
    format!("{}.{}@{DOMAIN}", given.to_lowercase(), family.to_lowercase())
}

fn name(person: usize) -> String {
    let (given, family, _) = PEOPLE[person];
    format!("{given} {family}")
}

/// The office's address for most, a home address for some, IPv6 for a few.
fn address(person: usize, day: i64) -> String {
    match (person as i64 + day) % 7 {
        0 => format!("198.51.100.{}", 10 + person),
        1 => format!("2001:db8:40::{:x}", 16 + person),
        _ => format!("192.0.2.{}", 1 + person % 4),
    }
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
    fn sign_ins(&mut self) {
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
                self.by(
                    person,
                    day * DAY + clock / 2,
                    "admin_away_mode_change",
                    "changed their away mode",
                    json!({}),
                );
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

    /// Twelve wrong passwords in under eight minutes, across a clock-aligned border, and a few honest typos.
    fn failures(&mut self) {
        for attempt in 0..12 {
            let by = json!({ "type": "admin", "id": id(17), "email": email(17), "ip": "203.0.113.200" });
            let at = NOW_SECONDS - 6 * DAY - 4 * HOUR - 240 + attempt * 41;
            self.add(by, at, "admin_login_failure", "A sign-in failed.".to_owned(), json!({}));
        }
        for person in (0..30).step_by(6) {
            self.by(
                person,
                (person as i64 + 2) * DAY + HOUR,
                "admin_login_failure",
                "failed to sign in",
                json!({}),
            );
        }
    }

    fn people(&mut self) {
        for (person, days) in ARRIVALS.into_iter().filter(|(person, _)| *person != INVITED) {
            let admin = json!({ "admin": { "id": 9001 + person, "first_name": PEOPLE[person].0 } });
            let by = json!({ "type": "admin", "id": id(person), "email": email(person), "ip": null });
            let said = format!("{} was provisioned.", name(person));
            self.add(by, NOW_SECONDS - days * DAY, "admin_provisioned", said, admin);
        }
        self.by(
            2,
            21 * DAY,
            "admin_invite_creation",
            "invited a teammate",
            json!({ "email": email(INVITED) }),
        );
        self.by(INVITED, 20 * DAY, "app_admin_join", "accepted an invite", json!({}));
        self.by(
            2,
            600 * DAY,
            "role_creation",
            "created a role",
            json!({ "role": { "name": "Support agent" } }),
        );
        self.by(
            2,
            210 * DAY,
            "role_change",
            "changed a role",
            json!({ "role": { "name": "Support agent" } }),
        );
    }

    fn permissions(&mut self) {
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
                |name: &&str| privileged || everyday.contains(name) || (exporter && *name == "export_data");
            let after: Value =
                names.iter().map(|name| ((*name).to_owned(), Value::from(granted(name)))).collect();
            let before: Value =
                names.iter().map(|name| ((*name).to_owned(), Value::from(everyday.contains(name)))).collect();
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

    fn settings(&mut self) {
        self.by(1, 690 * DAY, "app_authentication_method_change", "changed the sign-in methods", json!({}));
        self.by(1, 520 * DAY, "security_settings_change", "changed the security settings", json!({}));
        self.by(2, 8 * DAY, "trusted_domains_setting_change", "changed the trusted domains", json!({}));
        self.by(4, 400 * DAY, "content_redaction_rule_creation", "created a redaction rule", json!({}));
        self.by(4, 398 * DAY, "content_redaction_rule_creation", "created a redaction rule", json!({}));
        self.by(4, 180 * DAY, "content_redaction_rule_deletion", "deleted a redaction rule", json!({}));
        self.by(4, 390 * DAY, "conversation_deletion_schedule_creation", "scheduled deletion", json!({}));
        let two_factor = json!({ "enabled": true });
        for person in [0, 1, 2] {
            let did = "turned two-factor authentication on";
            self.by(person, 300 * DAY, "admin_two_factor_auth_change", did, two_factor.clone());
        }
    }

    fn exports_and_apps(&mut self) {
        self.by(0, 5 * DAY, "app_data_export", "exported conversation data", json!({}));
        self.by(1, 17 * DAY, "bulk_export", "exported 1,204 contacts", json!({ "count": 1204 }));
        self.by(12, 13 * DAY, "conversation_pdf_export", "exported a conversation as PDF", json!({}));
        self.by(2, 70 * DAY, "macro_usage_export", "exported macro usage", json!({}));
        self.by(
            3,
            16 * DAY,
            "app_package_installation",
            "installed Route Planner",
            json!({ "app": "Route Planner" }),
        );
        self.by(3, 260 * DAY, "app_package_installation", "installed Surveys", json!({ "app": "Surveys" }));
        let consent = json!({ "consent_id": 4411, "expired_at": NOW_SECONDS - 9 * DAY });
        self.by(0, 10 * DAY, "admin_impersonation_consent_approved", "let Intercom staff in", consent);
        for week in 0..40 {
            let person = 5 + (week * 3) % 25;
            self.by(person, (week as i64 * 7 + 1) * DAY, "macro_update", "updated a macro", json!({}));
        }
    }

    /// Newest first, as the API lists them, each with an id.
    fn finish(mut self) -> Vec<Value> {
        self.events.sort_by_key(|event| std::cmp::Reverse(event["created_at"].as_i64()));
        for (place, event) in self.events.iter_mut().enumerate() {
            let scattered = (place as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16;
            event["id"] = format!("5a3e1c00-{:04x}-4000-8000-{scattered:012x}", place).into();
        }
        self.events
    }
}

fn admins() -> Vec<Value> {
    let entry = |id: String, name: String, email: String, role: Value, seat: bool| {
        json!({
            "type": "admin", "id": id, "name": name, "email": email, "role": role,
            "has_inbox_seat": seat, "away_mode_enabled": false, "away_mode_reassign": false, "team_ids": [],
        })
    };
    let roles = ["Owner", "Admin", "Super admin", "Support agent", "Teammate", "Viewer", "Read only"];
    let person = |person: usize| {
        let role = PEOPLE[person].2;
        let number = roles.iter().position(|name| *name == role).map(|place| (100 + place).to_string());
        let role = json!({ "type": "role", "id": number, "name": role });
        entry(id(person), name(person), email(person), role, person < 36)
    };
    let bot = entry(
        "9000".to_owned(),
        "Fin".to_owned(),
        "operator+kp7demo1@intercom.io".to_owned(),
        Value::Null,
        false,
    );
    std::iter::once(bot).chain((0..PEOPLE.len()).map(person)).collect()
}

/// The fixture: one entry a line.
pub(crate) fn sample() -> String {
    let me = json!({
        "type": "admin", "id": id(1), "name": name(1), "email": email(1), "email_verified": true,
        "has_inbox_seat": true,
        "app": {
            "type": "app", "id_code": "kp7demo1", "name": "Kestrel Parcel", "region": "EU", "secure": false,
            "timezone": "Europe/Copenhagen", "created_at": NOW_SECONDS - 730 * DAY, "identity_verification": true,
        },
    });
    let mut log = Log { events: Vec::new() };
    log.sign_ins();
    log.failures();
    log.people();
    log.permissions();
    log.settings();
    log.exports_and_apps();
    let lines = |entries: &[Value]| entries.iter().map(Value::to_string).collect::<Vec<_>>().join(",\n");
    let mut text = String::new();
    write!(
        text,
        "{{\"me\":{me},\n\"admins\":[\n{}\n],\n\"events\":[\n{}\n]}}\n",
        lines(&admins()),
        lines(&log.finish())
    )
    .unwrap();
    text
}

#[test]
fn sample_workspace_is_what_the_generator_writes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/workspaces/sample.json");
    let expected = sample();
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    // Not assert_eq: a megabyte of difference helps nobody.
    assert!(committed == expected, "{} is stale: run the tests with UPDATE_FIXTURES=1", path.display());
}

#[test]
fn sample_workspace_uses_reserved_names_and_addresses_only() {
    let fixture: Value = serde_json::from_str(&sample()).unwrap();
    let (admins, events) = (fixture["admins"].as_array().unwrap(), fixture["events"].as_array().unwrap());
    assert_eq!(admins.len(), PEOPLE.len() + 1, "everybody and the bot");
    assert!((2000..6000).contains(&events.len()), "a few thousand events, not {}", events.len());
    for event in events {
        let by = &event["performed_by"];
        assert!(by["email"].as_str().unwrap().ends_with(".example"), "{event}");
        let ip = by["ip"].as_str().unwrap_or("192.0.2.1");
        let reserved = ["192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:"];
        assert!(reserved.iter().any(|network| ip.starts_with(network)), "{event}");
        assert!(event["created_at"].as_i64().unwrap() <= NOW_SECONDS, "{event}");
    }
}

#[test]
fn sample_workspace_shows_a_believable_mix() {
    let run = program().args(["scan", "--demo", "--format", "json"]).now(crate::program::NOW).run().exits(0);
    let report = run.report();
    let expected = [
        ("1.1", "fail"),
        ("1.2", "manual"),
        ("1.3", "manual"),
        ("1.5", "fail"),
        ("2.1", "pass"),
        ("2.2", "fail"),
        ("2.3", "fail"),
        ("3.1", "fail"),
        ("3.2", "pass"),
        ("4.1", "pass"),
        ("4.2", "manual"),
        ("5.1", "manual"),
        ("E1", "manual"),
        ("E2", "pass"),
        ("E3", "fail"),
        ("E5", "fail"),
        ("E6", "fail"),
        ("E7", "fail"),
        ("E8", "fail"),
        ("E9", "pass"),
        ("E10", "manual"),
        ("E11", "manual"),
        ("E12", "manual"),
    ];
    for (id, status) in expected {
        report.assert(id, status);
    }
    let privileged: Vec<_> = {
        let mut five: Vec<_> = (0..5).map(email).collect();
        five.sort();
        five
    };
    assert_eq!(report.subjects("2.3"), privileged);
    assert_eq!(report.subjects("E5"), [email(DORMANT)]);
}

/// The sample that is built into the program is what `collect` saves of the sample workspace; reading it back
/// gives the report that the workspace itself gives.
#[test]
fn built_in_sample_is_a_snapshot_of_the_sample_workspace() {
    let server = Api::new(Workspace::from_fixture(&sample())).serve();
    let collect = program()
        .args([
            "collect",
            "--base-url",
            &server.origin(),
            "--region",
            "eu",
            "--since",
            "400d",
            "-o",
            "sample.snapshot",
        ])
        .env("INTERCOM_ACCESS_TOKEN", TOKEN)
        .now(NOW)
        .run()
        .exits(0);
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/snapshots/sample.snapshot");
        collect.copy("sample.snapshot", &path);
    }
    let demo = program().args(["scan", "--demo", "--format", "json", "--since", "400d"]).now(NOW).run();
    let live = scan(&server.origin()).args(["--region", "eu", "--since", "400d", "--fail-on", "never"]).run();
    let (mut demo, mut live) = (demo.json(), live.json());
    for report in [&mut demo, &mut live] {
        report["scan"]["source"] = Value::Null;
    }
    assert!(
        demo == live,
        "the built-in sample is stale: run the tests with UPDATE_FIXTURES=1, build, and try again"
    );
}
