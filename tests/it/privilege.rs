//! Controls 2.1, 2.2, 2.3 and 3.1: who is privileged, by role and by the newest permission snapshot.

use serde_json::json;

use crate::intercom::Api;
use crate::program::scan;
use crate::report::Report;
use crate::workspace::{DAY, Event, Workspace};

/// Twelve teammates, the first of them with these roles, the others in roles known to be unprivileged.
fn twelve(roles: &[&str]) -> Workspace {
    let harmless = [
        "teammate",
        "AGENT",
        "Support Agent",
        "support",
        "Viewer",
        "Read only",
        "read-only",
        "Lite",
        "Member",
    ];
    (0..12).fold(Workspace::new().bot(), |workspace, person| {
        let role = roles.get(person).copied().unwrap_or(harmless[person % harmless.len()]);
        let email = format!("person{person}@fixture.example");
        workspace.teammate(&email, role).sign_in(&email, "saml", 3600)
    })
}

fn report(workspace: Workspace, code: i32) -> Report {
    let server = Api::new(workspace).serve();
    scan(&server.origin()).run().exits(code).report()
}

#[test]
fn five_of_twelve_fail_and_are_listed() {
    let report = report(twelve(&["Owner", "ADMIN", "administrator", "Super Admin", "superadmin"]), 1);
    report.assert("2.3", "fail");
    let five: Vec<_> = (0..5).map(|person| format!("person{person}@fixture.example")).collect();
    assert_eq!(report.subjects("2.3"), five);
    assert_eq!(report.0["gate"]["violations"], json!(["2.3"]));
    assert_eq!(report.0["workspace"]["teammates"], 12);
}

#[test]
fn a_role_that_looks_like_a_privileged_one_is_unknown() {
    for (role, status) in
        [("\u{410}dmin", "manual"), ("Adm1n", "manual"), ("ＡＤＭＩＮ\u{200b} ", "pass"), ("Ops", "fail")]
    {
        let workspace =
            twelve(&["Owner", role]).permissions("person1@fixture.example", &["export_data"], DAY);
        let server = Api::new(workspace).serve();
        let report = scan(&server.origin()).run().report();
        report.assert("2.3", status);
    }
}

#[test]
fn two_or_three_administrators_are_right_whoever_else_is_unknown() {
    for (roles, code, status) in [
        (&["Owner"][..], 1, "fail"),
        (&["Owner", "Admin"], 0, "pass"),
        (&["Owner", "Admin", "Admin"], 0, "pass"),
        (&["Owner", "Admin", "Admin", "Admin", "Ops lead"], 1, "fail"),
    ] {
        report(twelve(roles), code).assert("2.3", status);
    }
}

#[test]
fn the_newest_snapshot_decides_where_the_role_does_not() {
    let email = "quiet@fixture.example";
    for (newest, older, status) in [
        (&["manage_teammates"][..], &[][..], "fail"),
        (&["access_workspace_settings"], &[], "fail"),
        (&[], &["manage_teammates"], "pass"),
    ] {
        let workspace = twelve(&["Owner", "Admin", "Admin"])
            .without_role(email)
            .sign_in(email, "saml", 60)
            .permissions(email, newest, 300 * DAY)
            .permissions(email, older, 400 * DAY);
        let report = report(workspace, 1);
        report.assert("2.3", status);
        assert_eq!(report.subjects("2.3").contains(&email.to_owned()), status == "fail", "{newest:?}");
    }
    let workspace =
        twelve(&["Owner", "Admin", "Admin", "Admin"]).permissions("person3@fixture.example", &[], DAY);
    report(workspace, 1).assert("2.3", "fail");
}

#[test]
fn nobody_classified_ops_lead() {
    let report = report(twelve(&["Owner", "Admin", "Ops lead"]), 0);
    report.assert("2.3", "manual");
    let text = report.text("2.3");
    for part in ["person2@fixture.example", "Ops lead", "unprivileged_roles"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn configuration_classifies_a_role() {
    let server = Api::new(twelve(&["Owner", "Admin", "Ops lead"])).serve();
    let line = "[facts]\nunprivileged_roles = [\"OPS LEAD\", \"teammate\", \"agent\", \"support agent\", \
                \"support\", \"viewer\", \"read only\", \"read-only\", \"lite\", \"member\"]\n";
    let report = scan(&server.origin()).file("intercom-harden.toml", line).run().exits(0).report();
    report.assert("2.3", "pass");
}

#[test]
fn no_role_is_not_harmless() {
    let workspace = twelve(&["Owner", "Admin"]).without_role("nobody@fixture.example");
    let report = report(workspace.sign_in("nobody@fixture.example", "saml", 60), 1);
    report.assert("2.3", "manual");
    assert!(report.text("2.3").contains("nobody@fixture.example"), "{}", report.text("2.3"));
    report.assert("2.1", "fail");
    assert_eq!(report.subjects("2.1"), ["nobody@fixture.example"]);
}

#[test]
fn role_names_in_other_scripts_are_compared_in_any_case() {
    let server = Api::new(twelve(&["Owner", "АДМИНИСТРАТОР", "ADMİN"])).serve();
    let line = "[facts]\nprivileged_roles = [\"owner\", \"администратор\"]\n";
    let report = scan(&server.origin()).file("intercom-harden.toml", line).run().exits(0).report();
    report.assert("2.3", "manual");
    assert!(report.text("2.3").contains("person2@"), "{}", report.text("2.3"));
}

#[test]
fn workspace_without_roles_is_manual() {
    let workspace =
        Workspace::new().bot().without_role("a@fixture.example").without_role("b@fixture.example");
    let report = report(workspace, 1);
    report.assert("2.1", "manual");
    report.assert("2.3", "manual");
}

#[test]
fn nobody_but_the_bot_is_nobody() {
    let report = report(Workspace::new().bot(), 0);
    for id in ["1.1", "2.1", "2.3", "4.1", "E1", "E2", "E5"] {
        report.assert(id, "manual");
    }
}

#[test]
fn snapshots_show_conversation_access_and_export_rights() {
    let workspace = twelve(&["Owner", "Admin"])
        .snapshot("person4@fixture.example", &[], "all", 90 * DAY)
        .snapshot("person5@fixture.example", &["export_data"], "assigned", 90 * DAY)
        .snapshot("person0@fixture.example", &["export_data"], "all", 90 * DAY)
        .event(Event::new("bulk_export").by("person6@fixture.example").ago(DAY))
        .event(Event::new("bulk_export").by("person1@fixture.example").ago(DAY))
        .event(Event::new("bulk_export").by("left@fixture.example").ago(DAY));
    let report = report(workspace, 0);
    assert_eq!(report.subjects("2.2"), ["person4@fixture.example"]);
    assert_eq!(report.subjects("3.1"), ["person5@fixture.example", "person6@fixture.example"]);
}
