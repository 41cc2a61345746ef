//! Who an event is put down to, and what that says about teammates.

use super::*;

fn permissions(names: &[&str]) -> Value {
    json!({"admin": {"id": 1}, "after": granted(names)})
}

#[test]
fn integer_and_string_ids_are_the_same_person() {
    let facts = Workspace::of_jo()
        .window(
            "admin_login_success",
            NOW,
            Value::Null,
            json!({"admin": {"id": 1}, "sign_in_method": "SAML"}),
        )
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
    for nameless in [Value::Null, json!({}), json!({"id": "", "email": "no address"}), json!({"id": null})] {
        assert_eq!(sign_in(nameless), json!([[null, false, null]]));
    }
    for odd in [json!([]), json!(true), json!(1.5)] {
        let (by, affected) = (json!({"id": odd, "email": "jo@acme.example"}), json!({"admin": {"id": 1}}));
        for by in [by, odd] {
            let facts = Workspace::of_jo().window("admin_login_success", NOW, by, affected.clone()).facts();
            assert_eq!(cells(&facts, "sign_ins", &["person", "teammate"]), json!([[null, false]]));
        }
    }
    let nameless = || Workspace::new(json!([{"email": "İ@ß.example"}]));
    for (by, is_teammate) in [
        (json!({"email": "i\u{307}@ß.EXAMPLE"}), true),
        (json!({"id": "4", "email": "i\u{307}@ß.EXAMPLE"}), false),
    ] {
        let facts = nameless().window("admin_login_success", NOW, by, Value::Null).facts();
        assert_eq!(only(&facts, "sign_ins")["teammate"], json!(is_teammate));
        assert_eq!(only(&facts, "teammates")["domain"], json!("xn--zca.example"));
    }
}

#[test]
fn the_address_of_the_bot_is_a_teammates_where_an_entry_with_the_id_has_another() {
    let entry = |id: &str, email: &str| json!({"id": id, "email": email});
    let bot = "operator+x1@intercom.io";
    let both = [entry("1", bot), entry("1", "jo@acme.example")];
    let mut last = both.to_vec();
    last.push(entry("9", bot));
    for (admins, app) in
        [(&both[..], Some("x1")), (&both[..], None), (&last[..], Some("x1")), (&last[..], None)]
    {
        let mut workspace = Workspace::new(json!(admins)).window(
            "admin_login_success",
            NOW,
            json!({"email": bot}),
            Value::Null,
        );
        workspace.app = app.map(str::to_owned);
        let facts = workspace.facts();
        assert_eq!(cells(&facts, "sign_ins", &["person", "teammate"]), json!([["1", true]]));
        assert_eq!(facts.value("workspace.teammates"), &json!(1));
    }
}

#[test]
fn what_the_bot_does_counts_nowhere_and_what_it_changes_does() {
    let workspace = Workspace::of_jo()
        .window("admin_login_success", NOW, json!({"id": "9"}), Value::Null)
        .window("admin_login_failure", NOW, json!({"id": "9", "ip": "192.0.2.1"}), Value::Null)
        .window("app_admin_join", NOW, json!({"id": "9"}), Value::Null)
        .window("app_data_export", NOW, json!({"email": "operator+X1@INTERCOM.io"}), Value::Null);
    let facts = workspace.facts();
    assert_eq!(facts.value("log.events"), &json!(0));
    assert_eq!(facts.value("log.newest"), &Value::Null);
    for table in ["sign_ins", "exports", "joins", "failed_sign_ins"] {
        assert!(rows(&facts, table).is_empty(), "{table}");
    }
    assert_eq!(facts.value("workspace.teammates"), &json!(1));
    assert!(facts.changes.is_empty() && facts.warnings.is_empty());
    let facts = workspace
        .window("security_settings_change", NOW - 1, json!({"id": "9"}), Value::Null)
        .window(
            "admin_permission_change",
            NOW - 2,
            by("1"),
            json!({"admin": {"id": 9}, "after": granted(&[])}),
        )
        .facts();
    assert_eq!(facts.value("log.events"), &json!(2));
    assert_eq!(rows(&facts, "setting_changes").len(), 1);
    assert!(rows(&facts, "permission_snapshots").is_empty());
    assert_eq!(only(&facts, "teammates")["privilege"], json!("unprivileged"));
}

#[test]
fn the_bot_is_one_account() {
    let entry = |id: &str, email: &str| json!({"id": id, "email": email, "role": {"name": "Admin"}});
    let (first, second) = (entry("8", "operator+abc1@intercom.io"), entry("9", "operator+x1@intercom.io"));
    let teammates = |app: Option<&str>, admins: Value| {
        let mut workspace = Workspace::new(admins);
        workspace.app = app.map(str::to_owned);
        let facts = workspace.window("admin_login_success", NOW, json!({"id": "9"}), Value::Null).facts();
        let ids: Vec<_> = rows(&facts, "teammates").iter().map(|row| row["id"].clone()).collect();
        (json!(ids), facts.value("log.sign_ins") == 1, facts.warnings.len())
    };
    assert_eq!(teammates(Some("x1"), json!([first, second])), (json!(["8"]), false, 0));
    assert_eq!(teammates(Some("X1"), json!([first])), (json!(["8"]), true, 0), "a person who left");
    assert_eq!(teammates(None, json!([second])), (json!([]), false, 0));
    assert_eq!(teammates(None, json!([first, second])), (json!(["8", "9"]), true, 1));
    assert_eq!(teammates(None, json!([entry("9", "operator+jo.a@intercom.io")])), (json!(["9"]), true, 0));
    let also_jo = json!([second, entry("9", "jo@acme.example")]);
    assert_eq!(
        teammates(Some("x1"), also_jo),
        (json!(["9"]), true, 0),
        "not all of its addresses are the bot's"
    );
    let other_id = entry("7", "Operator+X1@intercom.io");
    assert_eq!(teammates(Some("x1"), json!([second, other_id])), (json!(["9", "7"]), true, 1));
}

#[test]
fn entries_with_one_id_are_one_teammate() {
    let entry = |email: &str, role: Value| json!({"id": "1", "name": "Jo", "email": email, "role": role});
    let (agent, odd, owner) =
        (json!({"name": "Agent"}), json!({"name": "Ops lead"}), json!({"name": "Owner"}));
    for (one, other, privilege, role) in [
        (&agent, &owner, "privileged", "Owner"),
        (&odd, &agent, "unknown", "Ops lead"),
        (&Value::Null, &agent, "unknown", "Agent"),
        (&agent, &agent, "unprivileged", "Agent"),
    ] {
        let admins = json!([entry("jo@acme.example", one.clone()), entry("Jo@other.example", other.clone())]);
        let mut workspace = Workspace::new(admins).window(
            "admin_login_success",
            NOW,
            json!({"email": "jo@other.example"}),
            Value::Null,
        );
        workspace.settings.organization.allowed_domains = Some(vec!["acme.example".to_owned()]);
        let facts = workspace.facts();
        let jo = only(&facts, "teammates");
        assert_eq!((jo["privilege"].as_str(), jo["role"].as_str()), (Some(privilege), Some(role)));
        assert_eq!(jo["domains"], json!(["acme.example", "other.example"]));
        assert_eq!((&jo["domain_allowed"], &jo["sign_ins"]), (&json!(false), &json!(1)));
        assert_eq!(jo["shared_mailbox"], Value::Null);
        assert_eq!(facts.value("workspace.teammates"), &json!(1));
        assert_eq!(facts.value("log.sign_in_coverage"), &json!(1));
    }
}

#[test]
fn performer_and_affected_person_are_two() {
    let change = json!({"admin": {"id": "1"}, "after": granted(&["manage_teammates"])});
    let privilege = |workspace: Workspace| only(&workspace.facts(), "teammates")["privilege"].clone();
    let changed = |metadata: Value| {
        privilege(Workspace::of_jo().window("admin_permission_change", NOW, by("1"), metadata))
    };
    assert_eq!(changed(change), json!("privileged"));
    let of_gone =
        json!({"admin": {"id": 77, "email": "jo@acme.example"}, "after": granted(&["manage_teammates"])});
    assert_eq!(changed(of_gone), json!("unprivileged"), "a person who left, whatever the address");
    let by_address = json!({"admin": {"email": "JO@acme.example"}, "after": granted(&["manage_teammates"])});
    assert_eq!(changed(by_address), json!("privileged"));

    let off = json!({"enabled": false});
    let two_factor = |metadata: Value| {
        let workspace = Workspace::of_jo().window("admin_two_factor_auth_change", NOW, by("1"), metadata);
        only(&workspace.facts(), "teammates")["two_factor"].clone()
    };
    assert_eq!(two_factor(off), json!("off"));
    assert_eq!(two_factor(json!({"admin": {"id": 5}, "enabled": false})), Value::Null);
    assert_eq!(two_factor(json!({"admin": [1], "enabled": false})), Value::Null);
}

#[test]
fn a_change_of_an_unknown_person_may_be_any_teammates() {
    let change = "admin_permission_change";
    let of_jo = json!({"admin": {"id": 1}, "after": granted(&["export_data"])});
    for odd in [
        json!({"after": granted(&[])}),
        json!({"admin": null, "after": granted(&[])}),
        json!({"admin": {"email": "gone@acme.example"}, "after": granted(&[])}),
        json!({"admin": {"id": {}, "email": "jo@acme.example"}, "after": granted(&[])}),
        json!({"admin": [1], "after": granted(&[])}),
        json!([]),
        Value::Null,
    ] {
        let odd = |workspace: Workspace| workspace.window(change, NOW - 10, by("1"), odd.clone());
        let before = odd(Workspace::of_jo()).window(change, NOW - 20, by("2"), of_jo.clone()).facts();
        let jo = only(&before, "teammates");
        assert_eq!(jo["privilege"], json!("unknown"));
        assert!(jo["privilege_reason"].as_str().unwrap().contains("does not say whose"), "{jo:?}");
        let since = odd(Workspace::of_jo().window(change, NOW - 5, by("2"), of_jo.clone())).facts();
        assert_eq!(only(&since, "teammates")["privilege"], json!("unprivileged"));
    }
}

#[test]
fn a_change_that_is_not_understood_is_not_absent() {
    for odd in [
        json!(null),
        json!("all"),
        json!({"permissions": null}),
        json!({"permissions": ["manage_teammates"]}),
        json!([{"permissions": {}}]),
        json!({"permissions": {}}),
        json!({"permissions": {"manage_teammates": false, "access_workspace_settings": null}}),
        json!({"permissions": {"manage_teammates": "true", "access_workspace_settings": false}}),
    ] {
        let metadata = json!({"admin": {"id": 1}, "after": odd});
        let facts = Workspace::of_jo()
            .window("admin_permission_change", NOW, by("2"), metadata)
            .window("admin_permission_change", NOW - 9, by("2"), permissions(&["export_data"]))
            .facts();
        let jo = only(&facts, "teammates");
        assert_eq!(jo["privilege"], json!("unknown"), "{odd}");
        assert!(jo["privilege_reason"].as_str().unwrap().contains("not understood"), "{jo:?}");
        assert_eq!(facts.feed(Feed::LogWindow).status, SourceStatus::Complete);
    }
}

#[test]
fn a_role_that_changed_since_leaves_the_snapshot_behind() {
    let mut workspace = Workspace::of_jo().window("role_change", NOW - 5, by("2"), Value::Null);
    workspace.settings.facts.unprivileged_roles = Vec::new();
    let privilege = |names: &[&str], at: i64| {
        let workspace = workspace.clone().window("admin_permission_change", at, by("2"), permissions(names));
        only(&workspace.facts(), "teammates")["privilege"].clone()
    };
    assert_eq!(privilege(&["export_data"], NOW - 9), json!("unknown"));
    assert_eq!(privilege(&["export_data"], NOW), json!("unprivileged"));
    assert_eq!(privilege(&["manage_teammates"], NOW - 9), json!("privileged"));
}

#[test]
fn strangers_are_told_apart_by_id_and_by_address_where_there_is_none() {
    let mut workspace = Workspace::of_jo();
    for by in [
        json!({"email": "gone@acme.example"}),
        json!({"email": "GONE@acme.example."}),
        json!({"id": "77", "email": "gone@acme.example"}),
        json!({"type": "app", "id": "1"}),
        json!({"type": "admin", "id": "", "email": "gone"}),
    ] {
        workspace = workspace.window("bulk_export", NOW, by, Value::Null);
    }
    let found = json!([[null, 2], ["77", 1], ["gone@acme.example", 2]]);
    assert_eq!(cells(&workspace.facts(), "exports", &["person", "count"]), found);
    workspace.admins = None;
    let facts = workspace.ended(Feed::Admins, SourceStatus::Failed).facts();
    assert_eq!(cells(&facts, "exports", &["person", "count"]), found);
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
    assert!(facts.value("roles.advice").as_str().unwrap().contains("\"member\", \" OPS LEAD\"]"));
    workspace.settings.facts.unprivileged_roles.push("ops LEAD".to_owned());
    assert_eq!(workspace.facts().value("roles.advice"), &Value::Null);
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
    let alone = "role Agent; the role alone decides, because the activity log may not be read";
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
        cells(&workspace.facts(), "teammates", &["domain_allowed", "shared_mailbox", "local_parts"]),
        json!([
            [true, "jo@ACME.example", ["jo"]],
            [true, "Jo+a@acme.example", ["jo"]],
            [false, null, ["x"]],
            [null, null, []]
        ])
    );
}

#[test]
fn a_shared_mailbox_is_named_by_the_address_that_reaches_it() {
    let workspace = Workspace::new(json!([
        {"id": "1", "email": "team@acme.example"},
        {"id": "2", "email": "bo@acme.example"}, {"id": "2", "email": "Team+bo@acme.example"},
    ]));
    assert_eq!(
        cells(&workspace.facts(), "teammates", &["id", "shared_mailbox"]),
        json!([["1", "Team+bo@acme.example"], ["2", "team@acme.example"]])
    );
}
