//! Who an event is put down to, and what that says about teammates.

use super::*;

fn permissions(names: &[&str]) -> Value {
    json!({"admin": {"id": 1}, "after": granted(names)})
}

#[test]
fn integer_and_string_ids_are_the_same_person() {
    let facts = Workspace::of_jo()
        .window("admin_login_success", NOW, by("5"), json!({"admin": {"id": 1}, "sign_in_method": "SAML"}))
        .window("admin_login_success", NOW - 5, by("1"), json!({"sign_in_method": "saml"}))
        .facts();
    assert_eq!(
        cells(&facts, "sign_ins", &["person", "count", "email", "method"]),
        json!([["1", 2, "Jo@Acme.example", "saml"]])
    );
    assert_eq!(only(&facts, "teammates")["sign_ins"], json!(2));
    assert_eq!(facts.value("log.sign_in_coverage"), &json!(1));
}

#[test]
fn the_address_serves_where_an_id_is_missing_and_only_there() {
    let sign_in = |by: Value| {
        let facts = Workspace::of_jo().window("admin_login_success", NOW, by, Value::Null).facts();
        cells(&facts, "sign_ins", &["person", "teammate", "method"])
    };
    assert_eq!(sign_in(json!({"email": "JO@ACME.EXAMPLE"})), json!([["1", true, null]]));
    assert_eq!(sign_in(json!({"id": "77", "email": "jo@acme.example"})), json!([["77", false, null]]));
    for nameless in [Value::Null, json!({}), json!({"id": "", "email": "nobody"}), json!({"id": null})] {
        assert_eq!(sign_in(nameless), json!([[null, false, null]]));
    }
    let facts = Workspace::new(json!([{"email": "İ@ß.example"}]))
        .window("admin_login_success", NOW, json!({"id": "4", "email": "i\u{307}@ß.EXAMPLE"}), Value::Null)
        .facts();
    assert_eq!(only(&facts, "sign_ins")["teammate"], json!(true));
    assert_eq!(only(&facts, "teammates")["domain"], json!("xn--zca.example"));
}

#[test]
fn what_the_bot_does_counts_nowhere() {
    let facts = Workspace::of_jo()
        .window("admin_login_success", NOW, json!({"id": "9"}), Value::Null)
        .window("app_data_export", NOW, json!({"email": "operator+zz@INTERCOM.io"}), Value::Null)
        .window("admin_away_mode_change", NOW, json!({"id": "9"}), Value::Null)
        .facts();
    assert_eq!(facts.value("log.events"), &json!(0));
    assert_eq!(facts.value("log.newest"), &Value::Null);
    assert!(rows(&facts, "sign_ins").is_empty() && rows(&facts, "exports").is_empty());
    assert_eq!(facts.value("workspace.teammates"), &json!(1));
    assert!(facts.changes.is_empty());
}

#[test]
fn the_newest_snapshot_decides_and_ties_go_to_the_first_listed() {
    let change = "admin_permission_change";
    let facts = Workspace::of_jo()
        .event(Feed::LogHistory, change, SINCE - 5, by("2"), permissions(&["manage_teammates"]))
        .event(Feed::LogHistory, change, SINCE - 5, by("2"), permissions(&[]))
        .facts();
    let jo = only(&facts, "teammates");
    assert_eq!(jo["privilege"], json!("privileged"));
    assert_eq!(jo["permissions"], json!(["manage_teammates"]));
    assert_eq!(jo["conversation_access"], json!("all"));
    let reason = jo["privilege_reason"].as_str().unwrap();
    assert!(reason.starts_with("permission manage_teammates granted 20"), "{reason}");
    let facts = Workspace::of_jo()
        .event(Feed::LogHistory, change, SINCE - 5, by("2"), permissions(&["manage_teammates"]))
        .window(change, SINCE, by("2"), permissions(&["export_data"]))
        .window(change, NOW, by("2"), json!({"admin": {"id": 1}, "after": "none"}))
        .facts();
    assert_eq!(only(&facts, "teammates")["privilege"], json!("unprivileged"));
    assert_eq!(facts.value("log.permissions_known"), &json!(1));
}

#[test]
fn the_newest_two_factor_change_decides_whatever_it_says() {
    let change = "admin_two_factor_auth_change";
    let off = || Workspace::of_jo().window(change, NOW - 9, by("1"), json!({"enabled": false}));
    assert_eq!(only(&off().facts(), "teammates")["two_factor"], json!("off"));
    let later = off().window(change, NOW - 1, by("1"), json!({"shape": 1})).facts();
    assert_eq!(only(&later, "teammates")["two_factor"], Value::Null);
    assert_eq!(later.value("log.two_factor_known"), &json!(1));
}

#[test]
fn unclassified_roles_are_named_with_what_classifies_them() {
    let role = |name: &str| json!({"id": name, "email": "a@b.c", "role": {"name": name}});
    let mut workspace =
        Workspace::new(json!([role("Ops lead"), role(" OPS LEAD"), role("AGENT"), {"id": "x"}]));
    let facts = workspace.facts();
    assert_eq!(facts.value("unknown_privilege"), &json!(3));
    assert_eq!(facts.value("unprivileged"), &json!(1));
    assert_eq!(facts.value("workspace.with_role"), &json!(3));
    assert_eq!(facts.value("roles.unclassified").as_array().unwrap().len(), 1);
    assert!(facts.value("roles.settle").as_str().unwrap().contains("\"member\", \" OPS LEAD\"]"));
    workspace.settings.facts.unprivileged_roles.push("ops LEAD".to_owned());
    assert_eq!(workspace.facts().value("roles.settle"), &Value::Null);
}

#[test]
fn a_log_that_is_forbidden_leaves_roles_and_one_that_failed_leaves_what_is_proven() {
    let workspace = Workspace::new(
        json!([{"id": "1", "role": {"name": "Agent"}}, {"id": "2", "role": {"name": "owner"}}]),
    );
    let privileges = |workspace: Workspace| {
        let facts = workspace.facts();
        assert_eq!(facts.value("log.sign_ins"), &Value::Null);
        cells(&facts, "teammates", &["privilege", "privilege_reason"])
    };
    let forbidden = workspace.clone().log_ended(SourceStatus::Forbidden);
    let alone = "role Agent; roles decide alone, since the activity log may not be read";
    assert_eq!(privileges(forbidden), json!([["unprivileged", alone], ["privileged", "role owner"]]));
    let failed = workspace.log_ended(SourceStatus::Failed);
    let unread = "role Agent; the activity log could not be read in full";
    assert_eq!(privileges(failed), json!([[null, unread], ["privileged", "role owner"]]));
}

#[test]
fn what_a_missing_part_of_the_log_could_overrule_is_null() {
    let change = "admin_permission_change";
    let old = Workspace::of_jo().event(Feed::LogHistory, change, SINCE - 1, by("2"), permissions(&[]));
    let failed = |workspace: Workspace, feed| {
        only(&workspace.ended(feed, SourceStatus::Failed).facts(), "teammates")["permissions"].clone()
    };
    assert_eq!(failed(old.clone(), Feed::LogWindow), Value::Null);
    assert_eq!(failed(old.clone(), Feed::LogHistory), Value::Null);
    let new = old.window(change, NOW, by("2"), permissions(&["a"]));
    assert_eq!(failed(new, Feed::LogHistory), json!(["a"]));
}

#[test]
fn last_seen_reaches_beyond_the_window_and_counts_do_not() {
    let workspace = Workspace::of_jo()
        .event(Feed::LogArrivals, "app_admin_join", NOW - 89 * DAY, by("1"), Value::Null)
        .event(Feed::LogArrivals, "admin_login_success", NOW - 90 * DAY, by("1"), Value::Null);
    let facts = workspace.facts();
    let jo = only(&facts, "teammates");
    assert_eq!((&jo["sign_ins"], &jo["last_seen_days"]), (&json!(0), &json!(89)));
    assert_eq!(jo["last_sign_in"], json!(Timestamp::from_second(NOW - 90 * DAY).unwrap().to_string()));
    assert!(rows(&facts, "joins").is_empty() && rows(&facts, "sign_ins").is_empty());
    let failed = workspace.ended(Feed::LogArrivals, SourceStatus::Failed).facts();
    assert_eq!(only(&failed, "teammates")["last_seen"], Value::Null);
}

#[test]
fn addresses_are_compared_by_mailbox_and_domain() {
    let mut workspace = Workspace::new(json!([
        {"id": "1", "email": "Jo+a@acme.example"}, {"id": "2", "email": "jo@ACME.example"}, {"id": "3", "email": "x@evil.example"},
        {"id": "4", "email": "broken"},
    ]));
    workspace.settings.organization.allowed_domains = Some(vec!["acme.example".to_owned()]);
    assert_eq!(
        cells(&workspace.facts(), "teammates", &["domain_allowed", "shared_mailbox", "local_part"]),
        json!([
            [true, "jo@ACME.example", "jo"],
            [true, "Jo+a@acme.example", "jo"],
            [false, null, "x"],
            [null, null, null]
        ])
    );
}
