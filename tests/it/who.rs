//! Performers, affected people and the bot over HTTP; unreadable data is not absent.

use serde_json::{Value, json};

use crate::report::Report;
use crate::workspace::{DAY, Event, HOUR, Workspace};

const ANA: &str = "ana@fixture.example";
const CY: &str = "cy@fixture.example";
const EVE: &str = "eve@fixture.example";

fn report(workspace: Workspace) -> Report {
    workspace.scan().args(["--fail-on", "never"]).run().exits(0).report()
}

/// The privilege of a teammate, and its reason.
#[track_caller]
fn privilege(report: &Report, email: &str) -> (String, String) {
    let people = report.0["people"].as_array().expect("people is a list");
    let person = people.iter().find(|person| person["email"] == email).expect("a teammate");
    let text = |field: &str| person[field].as_str().unwrap_or_default().to_owned();
    (text("privilege"), text("privilege_reason"))
}

fn map(granted: &[&str]) -> Value {
    let names = ["access_workspace_settings", "export_data", "manage_teammates"];
    names.iter().map(|name| ((*name).to_owned(), Value::from(granted.contains(name)))).collect()
}

/// A change of permissions to these, with the affected person in the metadata.
fn change(admin: Value, granted: &[&str]) -> Event {
    let metadata = json!({ "admin": admin, "after": { "permissions": map(granted) } });
    Event::new("admin_permission_change").by("owner@fixture.example").ago(2 * DAY).metadata(metadata)
}

#[test]
fn a_change_of_no_one_known_leaves_every_older_privilege_open() {
    let of_cy = |ago| Workspace::healthy().snapshot(CY, &["export_data"], "assigned", ago);
    let gone = json!({ "id": 4_400_001, "email": CY });
    report(Workspace::healthy().event(change(gone, &["manage_teammates"]))).assert("2.3", "pass");
    for admin in [
        Value::Null,
        json!({}),
        json!([7]),
        json!({ "email": "gone@fixture.example" }),
        json!({ "id": [1003], "email": CY }),
    ] {
        for granted in [&["manage_teammates"][..], &[]] {
            let report = report(of_cy(9 * DAY).event(change(admin.clone(), granted)));
            report.assert("2.3", "manual");
            report.assert_source("activity-log", "complete");
            let (privilege, reason) = privilege(&report, CY);
            assert_eq!(privilege, "unknown", "{admin}");
            assert!(reason.contains("2026-"), "{reason}");
            assert_eq!(self::privilege(&report, ANA).0, "privileged", "a role proves it");
        }
        let report = report(of_cy(HOUR).event(change(admin, &[])));
        assert_eq!(privilege(&report, CY).0, "unprivileged", "seen since");
    }
}

#[test]
fn a_change_that_is_not_understood_leaves_that_teammate_open() {
    let cy = || json!({ "id": 1003 });
    for after in [
        json!("everything"),
        json!(null),
        json!({ "permissions": null }),
        json!({ "permissions": ["manage_teammates"] }),
        json!({ "permissions": { "manage_teammates": 1 } }),
    ] {
        let odd = Event::new("admin_permission_change").by(ANA).ago(HOUR);
        let odd = odd.metadata(json!({ "admin": cy(), "after": after }));
        let workspace = Workspace::healthy().snapshot(CY, &["export_data"], "all", DAY).event(odd);
        let report = report(workspace);
        report.assert("2.3", "manual");
        let (privilege, reason) = privilege(&report, CY);
        assert_eq!(privilege, "unknown", "{after}");
        assert!(reason.contains("not understood"), "{reason}");
    }
}

#[test]
fn a_snapshot_older_than_a_change_of_roles_shows_no_harmlessness() {
    let workspace = |granted, ago| {
        let workspace = Workspace::healthy().teammate(EVE, "Queue lead").sign_in(EVE, "saml", HOUR);
        let workspace = workspace.snapshot(EVE, granted, "assigned", ago);
        report(workspace.event(Event::new("role_change").by(ANA).ago(40 * DAY)))
    };
    let older = workspace(&["export_data"], 60 * DAY);
    older.assert("2.3", "manual");
    assert_eq!(privilege(&older, EVE).0, "unknown");
    workspace(&["export_data"], 20 * DAY).assert("2.3", "pass");
    assert_eq!(privilege(&workspace(&["manage_teammates"], 60 * DAY), EVE).0, "privileged");
}

#[test]
fn entries_with_one_id_are_one_teammate() {
    let entry = |role: &str| json!({ "type": "admin", "id": "1003", "email": "cy@other.example", "role": { "name": role } });
    let report = report(Workspace::healthy().raw_admin(entry("Owner")));
    assert_eq!(report.0["workspace"]["teammates"], 4);
    assert_eq!(privilege(&report, CY), ("privileged".to_owned(), "role Owner".to_owned()));
    let unclear = self::report(Workspace::healthy().raw_admin(entry("Queue lead")));
    unclear.assert("2.3", "manual");
}

#[test]
fn the_bot_is_one_account_and_what_it_changes_counts() {
    let other = json!({ "type": "admin", "id": "5001", "email": "operator+fixture2@intercom.io", "role": { "name": "Owner" } });
    let bot_id = json!({ "type": "admin", "id": "1005", "email": "operator+fixture1@intercom.io" });
    let by_bot = |name: &str| Event::new(name).ago(HOUR).field("performed_by", bot_id.clone());
    let changed =
        change(json!({ "id": "1003" }), &["manage_teammates"]).field("performed_by", bot_id.clone());
    let workspace = Workspace::healthy()
        .bot()
        .raw_admin(other.clone())
        .event(changed)
        .event(by_bot("admin_login_success").metadata(json!({ "sign_in_method": "email_password" })))
        .event(by_bot("security_settings_change"));
    let found = report(workspace);
    assert_eq!(found.0["workspace"]["teammates"], 5, "another operator is a teammate");
    assert_eq!(privilege(&found, CY).0, "privileged");
    found.assert("1.1", "pass");
    found.assert("2.3", "fail");
    found.assert("E7", "fail");

    let two = report(Workspace::healthy().app("id_code", Value::Null).bot().raw_admin(other));
    assert_eq!(two.0["workspace"]["teammates"], 6);
    let warnings = two.0["warnings"].to_string();
    assert!(warnings.contains("operator+fixture1@intercom.io, operator+fixture2@intercom.io"), "{warnings}");
}

#[test]
fn a_person_is_known_by_the_id_and_by_the_address_only_where_none_is_given() {
    let by = |id: Value, email: &str| json!({ "type": "admin", "id": id, "email": email, "ip": "192.0.2.9" });
    let sign_in = |by: Value| {
        let password = json!({ "sign_in_method": "email_password" });
        let event = Event::new("admin_login_success").field("performed_by", by).metadata(password);
        let report = report(Workspace::healthy().event(event));
        report.control("1.1")["findings"][0]["person"].clone()
    };
    assert_eq!(sign_in(by(json!(""), "Cy@fixture.example")), "1003");
    assert_eq!(sign_in(by(json!("1003"), ANA)), "1003");
    assert_eq!(sign_in(by(json!("4400001"), CY)), "4400001", "a person who left");
    assert_eq!(sign_in(by(json!(""), "gone@fixture.example")), "gone@fixture.example");
    assert_eq!(sign_in(json!({ "type": "app", "id": "1003" })), Value::Null);
}
