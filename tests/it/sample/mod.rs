//! The sample workspace of `--demo`: a parcel carrier that does not exist, written by arithmetic alone.
//!
//! `fixtures/workspaces/sample.json` is this generator's output. A test compares the two, and rewrites the file
//! when `UPDATE_FIXTURES=1` is set. Times are seconds since 1970 around the anchor, 2026-08-01T12:00:00Z; the
//! program shifts them so that the anchor falls on the instant of evaluation.

use std::fmt::Write;
use std::path::Path;

use serde_json::{Value, json};

use crate::program::{NOW_SECONDS, demo, live, scan};
use crate::workspace::{DAY, Workspace};
use log::Log;
use people::{DORMANT, PEOPLE, email, id, name};

mod log;
mod people;

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
    // Not assert_eq: a megabyte of differences is unreadable.
    assert!(committed == expected, "{} is stale: run the tests with UPDATE_FIXTURES=1", path.display());
}

#[test]
fn sample_workspace_uses_reserved_names_and_addresses_only() {
    let fixture: Value = serde_json::from_str(&sample()).unwrap();
    let (admins, events) = (fixture["admins"].as_array().unwrap(), fixture["events"].as_array().unwrap());
    assert_eq!(admins.len(), PEOPLE.len() + 1, "all people and the bot");
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
    let report = demo().args(["--format", "json"]).run().exits(0).report();
    for (status, ids) in [
        ("pass", &["3.2", "E2", "E9"][..]),
        ("fail", &["1.1", "1.5", "2.2", "2.3", "3.1", "E3", "E5", "E6", "E7", "E8"]),
        ("manual", &["1.2", "1.3", "2.1", "4.1", "4.2", "5.1", "E1", "E10", "E11", "E12"]),
    ] {
        ids.iter().for_each(|id| report.assert(id, status));
    }
    let mut privileged: Vec<_> = (0..5).map(email).collect();
    privileged.sort();
    assert_eq!(report.subjects("2.3"), privileged);
    assert_eq!(report.subjects("E5"), [email(DORMANT)]);
}

/// The sample that is built into the program is what `collect` saves of the sample workspace; reading it back
/// gives the report that the workspace itself gives.
#[test]
fn built_in_sample_is_a_snapshot_of_the_sample_workspace() {
    let server = Workspace::from_fixture(&sample()).serve();
    let options = ["--region", "eu", "--since", "400d"];
    let collect = live(&server.origin(), &["collect", "-o", "sample.snapshot"]).args(options).run().exits(0);
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/snapshots/sample.snapshot");
        std::fs::write(path, collect.bytes("sample.snapshot")).unwrap();
    }
    let mut saved = demo().args(["--format", "json", "--since", "400d"]).run().json();
    let live = scan(&server.origin()).args(options).args(["--fail-on", "never"]).run().json();
    saved["scan"]["source"] = "api".into();
    assert!(
        saved == live,
        "the built-in sample is stale: run the tests with UPDATE_FIXTURES=1, build, and again"
    );
}
