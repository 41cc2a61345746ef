//! What happened in the window.

use super::*;

#[test]
fn both_ends_of_the_window_are_included() {
    let mut workspace = Workspace::of_jo();
    for at in [SINCE - 1, SINCE, NOW, NOW + 1] {
        workspace = workspace.window("admin_login_success", at, by("1"), json!({"sign_in_method": ""}));
    }
    let facts = workspace.facts();
    assert_eq!(facts.value("log.sign_ins"), &json!(2));
    assert_eq!(only(&facts, "sign_ins")["method"], Value::Null);
    assert_eq!(facts.value("log.newest_age_days"), &json!(0));
    assert_eq!(facts.value("window.days"), &json!(30));
}

#[test]
fn activity_counts_events_by_group_and_sign_ins_by_method() {
    let workspace = Workspace::of_jo()
        .window("admin_login_success", NOW, by("1"), json!({"sign_in_method": "SAML"}))
        .window("admin_login_success", NOW, by("5"), json!({"sign_in_method": "saml"}))
        .window("admin_login_success", NOW - DAY, by("1"), Value::Null)
        .window("admin_login_failure", NOW, by("1"), Value::Null)
        .window("role_change", NOW, by("1"), Value::Null)
        .window("bulk_export", NOW, by("1"), Value::Null)
        .window("app_webhook_creation", NOW, by("1"), Value::Null)
        .window("never_heard_of", NOW, Value::Null, Value::Null)
        .window("admin_login_success", NOW, by("9"), Value::Null)
        .event(Feed::LogHistory, "role_change", SINCE - 9, by("1"), Value::Null);
    let activity = workspace.facts().activity.unwrap();
    assert!(activity.complete);
    let methods: Vec<_> =
        activity.sign_ins.iter().map(|method| (method.method.as_deref(), method.count)).collect();
    assert_eq!(methods, [(Some("saml"), 2), (None, 1)], "spelt as one, the bot left out");
    let last = activity.periods.last().unwrap().events;
    assert_eq!(
        (last.authentication, last.roles, last.exports, last.configuration, last.other),
        (3, 1, 1, 1, 1)
    );
    let all: u64 = activity.periods.iter().map(|period| period.events.authentication).sum();
    assert_eq!((activity.periods.len(), all), (31, 4));

    let partial = workspace.log_ended(SourceStatus::Failed).facts().activity.unwrap();
    assert!(!partial.complete, "what was read is a lower bound");
    let nothing = Workspace::of_jo().log_ended(SourceStatus::Forbidden).facts().activity;
    assert_eq!(nothing, None, "nothing read is not a quiet month");
}

#[test]
fn sign_ins_from_approved_networks_are_one_row() {
    let mut workspace = Workspace::of_jo();
    workspace.settings.organization.approved_networks =
        Some(vec!["203.0.113.0/24".parse().unwrap(), "2001:db8::/32".parse().unwrap()]);
    for ip in ["203.0.113.9", "::ffff:203.0.113.9", "2001:db8::1", "198.51.100.1", "10.0.0.300"] {
        let by = json!({"id": "1", "ip": ip});
        workspace = workspace.window("admin_login_success", NOW, by, Value::Null);
    }
    assert_eq!(
        cells(&workspace.facts(), "sign_in_addresses", &["address", "approved", "count"]),
        json!([[null, null, 1], ["198.51.100.1", false, 1], [null, true, 3]])
    );
}

#[test]
fn exports_name_performer_and_privilege_and_their_events_the_approval() {
    let mut workspace = Workspace::of_jo()
        .window("bulk_export", NOW, by("1"), Value::Null)
        .window("bulk_export", NOW - 3, by("1"), Value::Null)
        .window("app_data_export", NOW, by("7"), Value::Null)
        .window("app_data_export", NOW, Value::Null, Value::Null);
    workspace.settings.organization.export_approvers = Some(vec!["JO@acme.example".to_owned()]);
    workspace.settings.event_types.extend(["bulk_export", "app_data_export"].map(str::to_owned));
    let facts = workspace.facts();
    assert_eq!(
        cells(&facts, "exports", &["person", "count", "performer_known", "privilege"]),
        json!([[null, 1, false, null], ["1", 2, true, "unprivileged"], ["7", 1, true, null]])
    );
    // Those of approvers are not kept.
    assert_eq!(cells(&facts, "events", &["person", "approved"]), json!([["7", false], [null, false]]));
    assert_eq!(facts.value("log.exports"), &json!(4));
}

#[test]
fn a_join_belongs_to_the_provisioning_before_it_or_within_a_day() {
    let join = "app_admin_join";
    let provisioned = |feed, at| {
        let of_jo = json!({"admin": {"id": 1}});
        Workspace::of_jo().event(feed, "admin_provisioned", at, by("7"), of_jo)
    };
    let covered =
        |workspace: Workspace| cells(&workspace.facts(), "joins", &["person", "covered", "teammate"]);
    for (feed, at, expected) in [
        (Feed::LogWindow, NOW - 5 * DAY + DAY, true),
        (Feed::LogWindow, NOW - 5 * DAY + DAY + 1, false),
        (Feed::LogWindow, NOW - 6 * DAY, true),
        (Feed::LogArrivals, SINCE - 9 * DAY, true),
    ] {
        let workspace = provisioned(feed, at).window(join, NOW - 5 * DAY, by("1"), Value::Null);
        assert_eq!(covered(workspace.clone()), json!([["1", expected, true]]), "{at}");
        let unread = workspace.ended(Feed::LogArrivals, SourceStatus::Failed);
        assert_eq!(covered(unread), json!([["1", expected.then_some(true), true]]), "{at}");
    }
    let twice = provisioned(Feed::LogWindow, NOW - DAY).window(join, NOW, by("1"), Value::Null).window(
        join,
        NOW - 9 * DAY,
        by("1"),
        Value::Null,
    );
    assert_eq!(covered(twice), json!([["1", false, true]]), "the older invite belongs to none");
    let before = Workspace::of_jo().event(Feed::LogArrivals, join, SINCE - 1, by("1"), Value::Null);
    assert_eq!(covered(before), json!([]));
}

#[test]
fn one_unknown_person_never_stands_for_another() {
    let odd = |metadata: Value| {
        let facts = Workspace::of_jo()
            .window("app_admin_join", NOW, Value::Null, Value::Null)
            .window("admin_provisioned", NOW - 1, json!({"id": "9"}), metadata)
            .facts();
        cells(&facts, "joins", &["person", "covered"])
    };
    for metadata in [Value::Null, json!({"admin": {"id": []}}), json!({"admin": "jo"})] {
        assert_eq!(odd(metadata.clone()), json!([[null, null]]), "{metadata}");
    }
    assert_eq!(odd(json!({"admin": {"id": "1"}})), json!([[null, null], ["1", null]]));
    let stranger = json!({"admin": {"email": "new@acme.example"}});
    let facts = Workspace::of_jo()
        .window("app_admin_join", NOW, json!({"email": "New@acme.example"}), Value::Null)
        .window("admin_provisioned", NOW - 1, json!({"id": "9"}), stranger)
        .facts();
    assert_eq!(
        cells(&facts, "joins", &["person", "covered", "teammate"]),
        json!([["new@acme.example", true, false]])
    );
}

#[test]
fn bursts_are_found_by_person_and_by_address() {
    let burst = |count: i64, step: i64| {
        let mut workspace = Workspace::of_jo();
        for index in 0..count {
            // Neither ascending nor descending.
            let at = NOW - 1000 + (index * 7 % count) * step;
            workspace = workspace.window("admin_login_failure", at, by("5"), Value::Null);
        }
        cells(&workspace.facts(), "failed_sign_in_bursts", &["kind", "who", "count"])
    };
    let found = json!([["address", "203.0.113.7", 10], ["person", "5@left.example", 10]]);
    assert_eq!(burst(10, 66), found);
    assert_eq!((burst(10, 67), burst(9, 1)), (json!([]), json!([])));
}

#[test]
fn failures_that_name_nothing_are_those_of_one_unknown_person() {
    let mut workspace = Workspace::of_jo();
    workspace.settings.facts.burst_count = 4;
    for (second, by) in [Value::Null, json!({}), json!({"email": "no address"}), json!({"id": "", "ip": "x"})]
        .into_iter()
        .enumerate()
    {
        workspace = workspace.window("admin_login_failure", NOW - second as i64, by, Value::Null);
    }
    let facts = workspace.facts();
    let day = json!(Timestamp::from_second(NOW).unwrap().to_string()[..10].to_owned());
    assert_eq!(
        cells(&facts, "failed_sign_in_bursts", &["kind", "who", "person", "count", "day"]),
        json!([["person", null, null, 4, day]])
    );
    assert_eq!(facts.value("log.failed_sign_ins"), &json!(4));
}

#[test]
fn exports_are_compared_with_the_approvers_by_the_teammates_own_address() {
    let mut workspace = Workspace::of_jo();
    workspace.settings.organization.export_approvers = Some(vec!["jo@ACME.example".to_owned()]);
    workspace.settings.event_types.insert("bulk_export".to_owned());
    for by in [
        json!({"id": "1", "email": "other@acme.example"}),
        json!({"email": "Jo@acme.example."}),
        json!({"id": "7", "email": "jo@acme.example"}),
        json!({"id": "7", "email": "jo@left.example"}),
        json!({"id": "7"}),
        json!({"email": "jo\u{212a}@acme.example"}),
        Value::Null,
    ] {
        workspace = workspace.window("bulk_export", NOW, by, Value::Null);
    }
    // What approvers export is counted, and not kept: there may be much of it.
    assert_eq!(
        cells(&workspace.facts(), "events", &["event", "approved"]),
        json!([["e3", false], ["e4", false], ["e5", false], ["e6", false]])
    );
    assert_eq!(workspace.facts().value("log.exports"), &json!(7));
}

#[test]
fn anything_a_teammate_does_shows_that_they_are_there_but_attempts_in_their_name_do_not() {
    let last_seen = |feed, name: &str, by: Value| {
        let at = if feed == Feed::LogWindow { NOW - DAY } else { SINCE - DAY };
        let facts = Workspace::of_jo().event(feed, name, at, by, Value::Null).facts();
        only(&facts, "teammates")["last_seen_days"].clone()
    };
    let (window, history) = (Feed::LogWindow, Feed::LogHistory);
    assert_eq!(last_seen(window, "macro_update", by("1")), json!(1));
    assert_eq!(last_seen(window, "macro_update", json!({"email": "JO@acme.example"})), json!(1));
    assert_eq!(last_seen(history, "role_change", by("1")), json!(31));
    for name in ["admin_login_failure", "admin_unauthorized_sign_in_method", "admin_password_reset_request"] {
        assert_eq!(last_seen(window, name, by("1")), Value::Null, "{name}");
    }
    let outsider = json!({"id": "7", "email": "jo@acme.example"});
    assert_eq!(last_seen(window, "macro_update", outsider), Value::Null);
    assert_eq!(last_seen(Feed::LogArrivals, "admin_provisioned", by("7")), Value::Null);
}

#[test]
fn an_older_event_proves_an_absence_only_where_nothing_between_is_missing() {
    let workspace =
        Workspace::of_jo().event(Feed::LogHistory, "role_change", SINCE - DAY, by("1"), Value::Null);
    for feed in [Feed::LogWindow, Feed::LogHistory, Feed::LogArrivals] {
        let facts = workspace.clone().ended(feed, SourceStatus::Failed).facts();
        assert_eq!(only(&facts, "teammates")["last_seen"], Value::Null, "{feed:?}");
    }
}

#[test]
fn state_changes_are_counted_ever_and_listed_newest_first() {
    let facts = Workspace::of_jo()
        .window("content_redaction_rule_deletion", NOW, by("1"), Value::Null)
        .event(Feed::LogHistory, "security_settings_change", SINCE - 9, Value::Null, Value::Null)
        .event(Feed::LogHistory, "content_redaction_rule_creation", SINCE - 90, by("1"), Value::Null)
        .facts();
    assert_eq!(facts.value("log.redaction_rules_created"), &json!(1));
    assert_eq!(facts.value("log.redaction_rules_deleted"), &json!(1));
    assert_eq!(facts.value("log.configuration"), &json!(1));
    assert_eq!(cells(&facts, "setting_changes", &["in_window"]), json!([[true], [false], [false]]));
    let names =
        ["security_settings_change", "content_redaction_rule_creation", "unheard_of"].map(str::to_owned);
    assert_eq!(facts.last_change(&names).unwrap().at, SINCE - 9);
    assert_eq!(facts.last_change(&names[2..]), None);
}

#[test]
fn the_newest_switch_of_a_schedule_counts_until_a_newer_creation() {
    let switch = |metadata: Value, created: i64| {
        let facts = Workspace::of_jo()
            .window("conversation_deletion_schedule_state_change", NOW - 5, by("1"), metadata)
            .window("conversation_deletion_schedule_creation", created, by("1"), Value::Null)
            .facts();
        facts.value("log.deletion_schedule_may_be_off").clone()
    };
    for on in
        [json!({"enabled": true}), json!({"after": true}), json!({"after": "Active"}), json!({"after": "on"})]
    {
        assert_eq!(switch(on, NOW - 9), json!(false));
    }
    for odd in
        [json!({"enabled": false}), json!({"after": "paused"}), json!({"enabled": 1}), json!([]), Value::Null]
    {
        assert_eq!(switch(odd.clone(), NOW - 9), json!(true), "{odd}");
        assert_eq!(switch(odd, NOW), json!(false));
    }
}

#[test]
fn events_are_kept_only_where_a_check_asks_for_them() {
    let mut workspace = Workspace::of_jo()
        .window("admin_impersonation_start", NOW, Value::Null, Value::Null)
        .window("app_webhook_creation", NOW - 1, by("1"), Value::Null);
    assert!(rows(&workspace.facts(), "events").is_empty());
    let names = ["admin_impersonation_start", "app_webhook_creation"].map(str::to_owned);
    workspace.settings.event_types.extend(names.clone());
    let facts = workspace.facts();
    assert_eq!(
        cells(&facts, "events", &["by", "person", "teammate"]),
        json!([[null, null, false], ["1@left.example", "1", true]])
    );
    assert_eq!(facts.rows("events", &names[1..]).rows.len(), 1);
}

#[test]
fn a_table_that_overflows_says_so() {
    let mut workspace = Workspace::of_jo();
    for person in 0..10_001 {
        workspace =
            workspace.window("admin_login_success", NOW, json!({"id": format!("p{person}")}), Value::Null);
    }
    let facts = workspace.facts();
    let table = facts.rows("sign_ins", &[]);
    assert_eq!(table.rows.len(), 10_000);
    assert!(table.truncated);
    assert!(!facts.rows("teammates", &[]).truncated);
    assert_eq!(facts.value("log.sign_ins"), &json!(10_001));
}

#[test]
fn what_was_not_read_is_null_and_not_complete() {
    let mut workspace = Workspace::of_jo().window("admin_login_success", NOW, by("1"), Value::Null);
    workspace.admins = None;
    workspace.statuses.remove(&Feed::Admins);
    let facts = workspace.facts();
    assert_eq!(facts.feed(Feed::Admins).status, SourceStatus::Skipped);
    assert_eq!(facts.value("privileged"), &Value::Null);
    assert_eq!(facts.value("workspace.name"), &Value::Null);
    assert_eq!(only(&facts, "sign_ins")["teammate"], Value::Null);
    assert_eq!(Facts::default().feed(Feed::Me).status, SourceStatus::Skipped);
}

#[test]
fn a_person_who_left_and_came_back_under_one_address_is_listed_in_one_order() {
    let fail = |workspace: Workspace, id: &str| {
        (0..10).fold(workspace, |workspace, second| {
            let by = json!({"id": id, "email": "back@acme.example"});
            workspace.window("admin_login_failure", NOW - second - id.len() as i64, by, Value::Null)
        })
    };
    let one = fail(fail(Workspace::of_jo(), "70"), "700").facts();
    let other = fail(fail(Workspace::of_jo(), "700"), "70").facts();
    assert_eq!(rows(&one, "failed_sign_in_bursts").len(), 2);
    assert_eq!(rows(&one, "failed_sign_in_bursts"), rows(&other, "failed_sign_in_bursts"));
}
