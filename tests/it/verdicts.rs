//! Verdicts on workspaces over HTTP: a row for each status that a control can reach, and findings where they matter. The
//! differential test generates rare combinations.

use serde_json::{Value, json};

use crate::intercom::{Api, PROBED};
use crate::report::Report;
use crate::server::Answer;
use crate::workspace::{DAY, Event, HOUR, Workspace};

const ANA: &str = "ana@fixture.example";
const CY: &str = "cy@fixture.example";

/// A control, a workspace, a configuration, and the expected status.
type Case = (&'static str, Workspace, &'static str, &'static str);

fn report(workspace: Workspace, config: &str) -> Report {
    let scan = workspace.scan().args(["--fail-on", "never"]).file("intercom-harden.toml", config);
    scan.run().exits(0).report()
}

#[track_caller]
fn assert_statuses(cases: impl IntoIterator<Item = Case>) {
    for (number, (id, workspace, config, status)) in cases.into_iter().enumerate() {
        let report = report(workspace, config);
        assert_eq!(report.status(id), status, "case {number}: {:#}", report.control(id));
    }
}

#[track_caller]
fn assert_mentions(report: &Report, id: &str, parts: &[&str]) {
    for part in parts {
        assert!(report.text(id).contains(part), "{id}: {part}: {}", report.text(id));
    }
}

/// The healthy workspace with these events, this number of days ago.
fn with(events: &[(&str, i64)]) -> Workspace {
    events.iter().fold(Workspace::healthy(), |workspace, (name, days)| {
        workspace.event(Event::new(name).by(ANA).ago(days * DAY))
    })
}

fn healthy_and(event: Event) -> Workspace {
    Workspace::healthy().event(event)
}

/// Four teammates without activity.
fn staff() -> Workspace {
    ["ana", "bo", "cy", "di"].iter().fold(Workspace::new(), |workspace, name| {
        workspace.teammate(&format!("{name}@fixture.example"), "Viewer")
    })
}

/// Twelve teammates: the first have these roles, the rest have unprivileged roles.
fn twelve(roles: &[&str]) -> Workspace {
    const HARMLESS: &str = "teammate,AGENT,Support Agent,support,Viewer,Read only,read-only,Lite,Member";
    let roles = roles.iter().copied().chain(HARMLESS.split(',').cycle().skip(roles.len()));
    roles.take(12).enumerate().fold(Workspace::new().bot(), |workspace, (person, role)| {
        let email = format!("person{person}@fixture.example");
        workspace.teammate(&email, role).sign_in(&email, "saml", HOUR)
    })
}

#[test]
fn sign_ins_show_the_methods_that_are_open() {
    let busy = (0..500)
        .fold(Workspace::healthy(), |workspace, number| workspace.sign_in(ANA, "saml", 60 + number * 600));
    for (workspace, email) in [
        (busy.sign_in(CY, "email_password", DAY), CY),
        (Workspace::healthy().sign_in("left@fixture.example", "email_password", DAY), "left@fixture.example"),
    ] {
        let report = report(workspace, "");
        assert_eq!(report.subjects("1.1"), [email]);
        assert_mentions(&report, "1.1", &["email_password", "2026-07-31"]);
    }
    let bot = "operator+fixture1@intercom.io";
    let spelt = Workspace::healthy().sign_in(ANA, "SAML", 60).sign_in(ANA, "Saml_SSO", 60);
    assert_statuses([
        ("1.1", spelt, "", "pass"),
        ("1.1", Workspace::healthy().sign_in(CY, "email_password", 31 * DAY), "", "pass"),
        ("1.1", Workspace::healthy().bot().sign_in(bot, "email_password", 60), "", "pass"),
        ("1.1", staff(), "", "manual"),
        ("1.1", staff().sign_in(ANA, "saml", 60), "", "manual"),
        ("1.1", staff().sign_in(ANA, "saml", 60).sign_in(CY, "saml", 60), "", "pass"),
    ]);
    let nameless = Event::new("admin_login_success").by(ANA).metadata(json!({ "sign_in_method": null }));
    assert_statuses([("1.1", healthy_and(nameless), "", "manual")]);
}

#[test]
fn silence_and_absence_fail() {
    let absent = |days: i64| {
        let email = "eve@fixture.example";
        Workspace::healthy().teammate(email, "Viewer").sign_in(email, "saml", days * DAY + HOUR)
    };
    assert_statuses([
        ("4.1", staff().sign_in(ANA, "saml", 30 * DAY), "", "manual"),
        ("4.1", staff().sign_in(ANA, "saml", 30 * DAY + 1), "", "fail"),
        ("4.1", staff().sign_in(ANA, "saml", 20 * DAY), "[scan]\nsince = \"7d\"", "manual"),
        ("4.1", staff().sign_in(ANA, "saml", 31 * DAY), "[scan]\nsince = \"7d\"", "fail"),
        ("4.1", staff().sign_in(ANA, "saml", 31 * DAY), "[scan]\nsince = \"60d\"", "fail"),
        ("4.1", staff().event(Event::new("macro_update")), "", "fail"),
        ("E5", absent(80), "", "pass"),
    ]);
    assert_eq!(report(absent(91), "").subjects("E5"), ["eve@fixture.example"]);
}

/// Failures of one person, this many seconds apart, beginning on a clock-aligned border less 300 s.
fn failures(count: i64, spread: i64, addresses: bool) -> Workspace {
    (0..count).rev().fold(Workspace::healthy(), |workspace, number| {
        let at = 3 * DAY + 300 - number * spread / (count - 1);
        let person = if addresses { format!("someone{number}@fixture.example") } else { CY.into() };
        let address = if addresses { "203.0.113.9".to_owned() } else { format!("203.0.113.{number}") };
        workspace.event(Event::new("admin_login_failure").by(&person).from(address).ago(at))
    })
}

#[test]
fn ten_failures_in_ten_minutes_are_a_burst() {
    for (addresses, who) in [(false, CY), (true, "203.0.113.9")] {
        let subjects = report(failures(10, 600, addresses), "").subjects("E6");
        let day = subjects[0].strip_prefix(who).and_then(|rest| rest.strip_prefix(" on "));
        assert!(subjects.len() == 1 && day.is_some_and(|day| day.len() == 10), "{subjects:?}");
    }
    // Nine failures are no burst, nor are ten in a second more.
    assert_statuses([
        ("E6", failures(9, 600, false), "", "pass"),
        ("E6", failures(10, 601, false), "", "pass"),
    ]);
}

#[test]
fn two_factor_authentication_switched_off() {
    let change = |metadata: Value, days: i64| {
        Event::new("admin_two_factor_auth_change").by(ANA).metadata(metadata).ago(days * DAY)
    };
    // The API writes "Off" in its own letters, which the generated workspaces do not.
    let off = healthy_and(change(json!({ "after": "Off" }), 200));
    let again = off.clone().event(change(json!({ "enabled": true }), 100));
    assert_statuses([("1.2", off, "", "fail"), ("1.2", again, "", "manual")]);
}

#[test]
fn settings_of_the_workspace() {
    let allows = |enabled, ranges: &[&str]| Workspace::healthy().allowlist(enabled, ranges);
    let required = "[organization]\nrequired_region = \"EU\"";
    assert_statuses([
        ("1.4", allows(true, &["192.0.2.0/24"]), "", "manual"),
        ("1.4", Workspace::healthy(), "", "manual"),
        ("5.1", allows(true, &["192.0.2.0/24", "2001:db8::/48"]), "", "pass"),
        ("5.1", allows(false, &["192.0.2.0/24"]), "", "fail"),
        ("5.1", allows(true, &[]), "", "fail"),
        ("5.1", allows(true, &["2001::/16"]), "", "fail"),
        ("5.1", allows(true, &["0.0.0.0/1", "128.0.0.0/1"]), "", "fail"),
        ("5.1", allows(true, &["192.0.2.0/24", "head office"]), "", "manual"),
        ("5.1", Workspace::healthy(), "", "manual"),
        ("E9", Workspace::healthy().app("identity_verification", true), "", "pass"),
        ("E12", Workspace::healthy().app("region", "EU"), required, "pass"),
        ("E12", Workspace::healthy().app("region", Value::Null), required, "manual"),
    ]);
}

#[test]
fn what_happened_is_reviewed_and_counted() {
    let (rule, schedule) = ("content_redaction_rule_creation", "conversation_deletion_schedule_creation");
    let dropped = "content_redaction_rule_deletion";
    let unplanned = "conversation_deletion_schedule_deletion";
    let switched = "conversation_deletion_schedule_state_change";
    assert_statuses([
        ("1.5", with(&[("app_admin_join", 2)]), "", "fail"),
        ("1.5", with(&[("admin_provisioned", 2), ("app_admin_join", 1)]), "", "pass"),
        ("1.5", with(&[("admin_provisioned", 80), ("app_admin_join", 1)]), "", "manual"),
        ("1.5", with(&[("admin_provisioned", 1), ("app_admin_join", 2)]), "", "pass"),
        ("1.5", with(&[("admin_provisioned", 1), ("app_admin_join", 3)]), "", "fail"),
        ("1.5", healthy_and(Event::new("app_admin_join")), "", "manual"),
        ("1.5", with(&[("app_admin_join", 31)]), "", "manual"),
        ("3.2", with(&[(rule, 900), (schedule, 800)]), "", "pass"),
        ("3.2", with(&[(rule, 900), (schedule, 800), (dropped, 700)]), "", "fail"),
        ("3.2", with(&[(rule, 900)]), "", "manual"),
        ("3.2", with(&[(rule, 900), (schedule, 800), (unplanned, 700)]), "", "fail"),
        ("3.2", with(&[(rule, 900), (schedule, 800), (switched, 700)]), "", "manual"),
        ("3.2", with(&[(rule, 900), (schedule, 700), (switched, 800)]), "", "pass"),
        ("3.2", with(&[(dropped, 700)]), "", "fail"),
    ]);
    for (id, name) in [
        ("E3", "admin_impersonation_consent_approved"),
        ("E7", "conversation_deletion_schedule_deletion"),
        ("E8", "messenger_api_secret_creation"),
        ("E13", "bulk_delete"),
    ] {
        assert_statuses([(id, with(&[(name, 30)]), "", "fail"), (id, with(&[(name, 31)]), "", "pass")]);
    }
}

#[test]
fn a_change_of_settings_says_what_it_changed() {
    let change = |metadata| healthy_and(Event::new("role_change").by(ANA).metadata(metadata));
    let changes = json!({ "changes": { "manage_tags": { "before": false, "after": true } } });
    let message = |workspace| {
        let report = report(workspace, "");
        report.control("E7")["findings"][0]["message"].as_str().unwrap().to_owned()
    };
    assert!(message(change(changes)).contains(&format!("by {ANA}, manage_tags from false to true (")));
    assert!(message(change(json!({ "enabled": false }))).contains("switched off"));
    assert!(message(healthy_and(Event::new("role_change"))).contains("an unknown person"));
    assert_statuses([
        ("E7", change(json!({})), "[params.\"E7\"]\nexcept = [\"role_change\"]\n", "pass"),
        ("E7", change(json!({})), "[params.\"E7\"]\nexcept = [\"role_creation\"]\n", "fail"),
    ]);
}

#[test]
fn six_lists_and_the_allowlist_show_what_the_token_may_read() {
    let refused = |status| Answer::error(status, "token_unauthorized", "No");
    let api = || Api::new(Workspace::healthy());
    let every = |api: Api, status| PROBED.iter().fold(api, |api, path| api.fault(path, refused(status)));
    let status = |api: Api, options: &[&str]| {
        api.scan()
            .args(["--fail-on", "never"])
            .args(options.iter().copied())
            .run()
            .exits(0)
            .report()
            .status("E4")
            .to_owned()
    };
    assert_eq!(status(every(api(), 403), &[]), "pass");
    assert_eq!(status(every(api(), 403).fault("/tags", refused(402)), &[]), "pass");
    assert_eq!(status(every(api(), 402), &[]), "manual", "no list says that a permission is missing");
    let open = || Api::new(Workspace::healthy().allowlist(true, &["192.0.2.0/24"]));
    assert_eq!(status(every(open(), 401), &[]), "fail");
    assert_eq!(status(open(), &["--no-probe"]), "fail");
    assert_eq!(status(api(), &["--no-probe"]), "manual");
}

#[test]
fn networks_that_hold_too_much_restrict_nothing() {
    let sign_in = || {
        let metadata = json!({ "sign_in_method": "saml" });
        let by = Event::new("admin_login_success").by(ANA).from("[::ffff:198.51.100.9%3]:443");
        Workspace::healthy().event(by.metadata(metadata))
    };
    let networks = |list: &str| format!("[organization]\napproved_networks = [{list}]");
    for (list, status) in [
        ("\"192.0.2.0/24\", \"::ffff:198.51.100.0/120\"", "pass"),
        ("\"192.0.2.0/24\", \"198.51.100.0/29\"", "fail"),
        ("\"0.0.0.0/1\", \"128.0.0.0/1\"", "manual"),
        ("\"10.0.0.0/8\", \"192.0.2.0/24\"", "manual"),
        ("\"192.0.2.0/24\", \"::/0\"", "manual"),
        ("\"192.0.2.0/24\", \"::ffff:0:0/95\"", "manual"),
    ] {
        report(sign_in(), &networks(list)).assert("E10", status);
    }
}

#[test]
fn what_the_organization_says_decides() {
    let consumer = || Workspace::healthy().teammate("eve@GMail.com", "Viewer");
    let also = |email: &str| Workspace::healthy().teammate(email, "Viewer");
    let near = "[organization]\napproved_networks = [\"192.0.2.0/24\"]";
    let sign_in = |address: Value| {
        let metadata = json!({ "sign_in_method": "saml" });
        healthy_and(Event::new("admin_login_success").by(ANA).from(address).metadata(metadata))
    };
    let named = "[organization]\nexport_approvers = [\"Ana@Fixture.example\"]";
    assert_statuses([
        ("E1", consumer(), "", "fail"),
        ("E1", Workspace::healthy(), "", "manual"),
        ("E1", Workspace::healthy(), "[organization]\nallowed_domains = ['fixture.example']", "pass"),
        ("E1", consumer(), "[organization]\nallowed_domains = ['fixture.example', 'gmail.com']", "pass"),
        ("E1", Workspace::healthy(), "[organization]\nallowed_domains = ['*.fixture.example']", "fail"),
        ("E2", also("Support@fixture.example"), "", "fail"),
        ("E2", also("ANA+two@fixture.example"), "", "fail"),
        ("E2", also("help+emea@fixture.example"), "", "fail"),
        ("E10", sign_in(json!("203.0.113.5")), near, "fail"),
        ("E10", sign_in(json!("nowhere")), near, "manual"),
        ("E10", sign_in(json!("203.0.113.5")), "", "manual"),
        ("E11", with(&[("macro_usage_export", 1)]), named, "pass"),
        ("E11", healthy_and(Event::new("bulk_export").by(CY)), named, "fail"),
        ("E11", healthy_and(Event::new("bulk_export")), named, "fail"),
    ]);
}

#[test]
fn five_of_twelve_are_too_many_and_are_listed() {
    let workspace = twelve(&["Owner", "ADMIN", "administrator", "Super Admin", "superadmin"]);
    let report = workspace.scan().run().exits(1).report();
    report.assert("2.3", "fail");
    let five: Vec<_> = (0..5).map(|person| format!("person{person}@fixture.example")).collect();
    assert_eq!(report.subjects("2.3"), five);
    assert_eq!(report.0["gate"]["violations"], json!(["2.3"]));
    assert_eq!(report.0["workspace"]["teammates"], 12);
}

#[test]
fn two_or_three_are_right_and_roles_that_no_list_has_are_open() {
    // A role that only looks like a privileged one is unknown.
    let like = |role| twelve(&["Owner", role]).permissions("person1@fixture.example", &["export_data"], DAY);
    let unprivileged = "[facts]\nunprivileged_roles = [\"OPS LEAD\", \"teammate\", \"agent\", \"support agent\", \
                        \"support\", \"viewer\", \"read only\", \"read-only\", \"lite\", \"member\"]\n";
    let without = Workspace::new().bot().without_role("a@fixture.example").without_role("b@fixture.example");
    assert_statuses([
        ("2.3", twelve(&["Owner"]), "", "fail"),
        ("2.3", twelve(&["Owner", "Admin"]), "", "pass"),
        ("2.3", twelve(&["Owner", "Admin", "Admin"]), "", "pass"),
        ("2.3", twelve(&["Owner", "Admin", "Admin", "Admin", "Ops lead"]), "", "fail"),
        ("2.3", twelve(&["Owner", "Admin", "Ops lead"]), unprivileged, "pass"),
        ("2.3", like("\u{410}dmin"), "", "manual"),
        ("2.3", like("Adm1n"), "", "manual"),
        ("2.3", like("ＡＤＭＩＮ\u{200b} "), "", "pass"),
        ("2.3", like("Ops"), "", "fail"),
        ("2.3", without.clone(), "", "manual"),
        ("2.1", without, "", "manual"),
    ]);
    let ours = "[facts]\nprivileged_roles = [\"owner\", \"администратор\"]\n";
    for (roles, config, parts) in [
        (
            ["Owner", "Admin", "Ops lead"],
            "",
            &["person2@fixture.example", "Ops lead", "unprivileged_roles"][..],
        ),
        (["Owner", "АДМИНИСТРАТОР", "ADMİN"], ours, &["person2@"]),
    ] {
        let report = report(twelve(&roles), config);
        report.assert("2.3", "manual");
        assert_mentions(&report, "2.3", parts);
    }
}

#[test]
fn more_than_half_privileged_is_one_finding_about_the_workspace() {
    let many = twelve(&["Owner", "Admin", "Admin", "Admin", "Admin", "Admin", "Admin"]);
    let by_permission = twelve(&["Owner", "Admin", "Admin", "Admin", "Admin", "Admin"]).permissions(
        "person7@fixture.example",
        &["manage_teammates"],
        DAY,
    );
    for workspace in [many, by_permission] {
        let report = report(workspace, "");
        report.assert("2.1", "fail");
        assert_eq!(report.subjects("2.1"), ["workspace"]);
        assert_mentions(&report, "2.1", &["7 of 12 teammates"]);
    }
    let half = twelve(&["Owner", "Admin", "Admin", "Admin", "Admin", "Admin"]);
    assert_statuses([("2.1", half, "", "manual"), ("2.1", twelve(&["Owner", "Admin"]), "", "manual")]);
}

#[test]
fn what_one_person_did_is_one_finding() {
    let workspace = twelve(&["Owner", "Admin"])
        .sign_in("person3@fixture.example", "email_password", DAY)
        .sign_in("person3@fixture.example", "google", 2 * DAY)
        .event(Event::new("bulk_export").by("person4@fixture.example").ago(DAY))
        .event(Event::new("app_data_export").by("person4@fixture.example").ago(DAY));
    let report = report(workspace, "");
    assert_eq!(report.subjects("1.1"), ["person3@fixture.example"]);
    assert_mentions(&report, "1.1", &["email_password", "google", "1 of 12 people"]);
    assert_eq!(report.subjects("3.1"), ["person4@fixture.example"]);
    assert_mentions(&report, "3.1", &["bulk_export", "app_data_export", "1 of 10 unprivileged"]);
}

#[test]
fn the_newest_snapshot_decides_where_the_role_does_not() {
    let email = "quiet@fixture.example";
    for (newest, older, status) in [
        (&["manage_teammates"][..], &[][..], "fail"),
        (&["access_workspace_settings"], &[], "fail"),
        (&[], &["manage_teammates"], "pass"),
    ] {
        let workspace = twelve(&["Owner", "Admin", "Admin"]).without_role(email).sign_in(email, "saml", 60);
        let workspace = workspace.permissions(email, newest, 300 * DAY).permissions(email, older, 400 * DAY);
        let report = report(workspace, "");
        report.assert("2.3", status);
        assert_eq!(report.subjects("2.3").contains(&email.to_owned()), status == "fail", "{newest:?}");
    }
    let admin = twelve(&["Owner", "Admin", "Admin", "Admin"]);
    assert_statuses([("2.3", admin.permissions("person3@fixture.example", &[], DAY), "", "fail")]);
}

#[test]
fn no_role_is_not_harmless_and_a_bot_is_no_teammate() {
    let email = "stranger@fixture.example";
    let report = report(twelve(&["Owner", "Admin"]).without_role(email).sign_in(email, "saml", 60), "");
    report.assert("2.3", "manual");
    assert_mentions(&report, "2.3", &[email]);
    report.assert("2.1", "fail");
    assert_eq!(report.subjects("2.1"), [email]);
    let report = self::report(Workspace::new().bot(), "");
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
    let report = report(workspace, "");
    assert_eq!(report.subjects("2.2"), ["person4@fixture.example"]);
    assert_eq!(report.subjects("3.1"), ["person5@fixture.example", "person6@fixture.example"]);
}
