//! Unreadable data is not absent, a refusal midway is a failure, and the server's clock is checked.

use serde_json::{Value, json};

use crate::intercom::{Api, LOG, SEARCH};
use crate::program::{NOW, NOW_SECONDS, live};
use crate::replay::{Saved, assert_replays};
use crate::report::Report;
use crate::run::Run;
use crate::server::Answer;
use crate::workspace::{DAY, Event, HOUR, Workspace};

/// Rules that pass in a healthy workspace and use the window of the log.
const OF_THE_WINDOW: [&str; 6] = ["1.1", "E3", "E6", "E7", "E8", "2.3"];

fn scan(api: Api, code: i32) -> Report {
    api.scan().run().exits(code).report()
}

fn statuses(report: &Report, ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| report.status(id).to_owned()).collect()
}

/// Unreadable entries, and how the report shows the first.
fn odd_entries() -> Vec<(Value, &'static str)> {
    let at = NOW_SECONDS - 2 * DAY;
    vec![
        (json!(null), "null"),
        (json!(41), "41"),
        (json!(["admin_impersonation_start", at]), "admin_impersonation_start"),
        (json!({}), r#"{\"id\":null,"#),
        (json!({"id": "odd-1", "activity_type": "role_change"}), "odd-1"),
        (json!({"id": "odd-2", "activity_type": "bulk_export", "created_at": "yesterday"}), "yesterday"),
        (json!({"id": "odd-3", "activity_type": "role_change", "created_at": at * 1000}), "odd-3"),
        (json!({"id": "odd-4", "activity_type": "role_change", "created_at": 0}), "odd-4"),
        (json!({"id": "odd-5", "activity_type": null, "created_at": at}), "odd-5"),
        (json!({"id": "odd-6", "activity_type": ["role_change"], "created_at": at}), "odd-6"),
        (json!({"id": "odd-7", "activity_type": " ", "created_at": at}), "odd-7"),
    ]
}

#[test]
fn an_entry_that_may_be_any_event_leaves_no_pass_on_its_range() {
    for (entry, shown) in odd_entries() {
        let report = scan(Api::new(Workspace::healthy().raw_event(entry.clone())), 3);
        report.assert_source("activity-log", "failed");
        let detail = report.source("activity-log")["detail"].to_string();
        assert!(detail.contains("1 entry has no readable type or time"), "{entry}: {detail}");
        assert!(detail.contains(&shown.replace('"', "\\\"")) || detail.contains(shown), "{entry}: {detail}");
        assert_eq!(statuses(&report, &OF_THE_WINDOW), ["unknown"; 6], "{entry}");
        let read = scan(Api::new(Workspace::crowded().raw_event(entry.clone())), 1);
        read.assert("2.3", "fail");
    }
}

#[test]
fn a_time_outside_the_window_leaves_the_window_alone() {
    let old = json!({"id": "odd", "activity_type": {}, "created_at": NOW_SECONDS - 45 * DAY});
    let report = scan(Api::new(Workspace::healthy().raw_event(old)), 3);
    report.assert_source("activity-log", "failed");
    assert_eq!(statuses(&report, &["1.1", "E3", "E6", "E7", "E8"]), ["pass"; 5]);
    assert_eq!(statuses(&report, &["2.3", "E5"]), ["unknown"; 2], "they go by older events too");
    let later = json!({"id": "odd", "activity_type": {}, "created_at": NOW_SECONDS + 60});
    scan(Api::new(Workspace::healthy().raw_event(later)), 0).assert_source("activity-log", "complete");
}

#[test]
fn every_unreadable_entry_is_counted_once_and_what_is_reviewed_is_absent() {
    let entries = odd_entries();
    let count = entries.len();
    let workspace =
        || odd_entries().into_iter().fold(Workspace::healthy(), |all, (entry, _)| all.raw_event(entry));
    let detail = scan(Api::new(workspace()), 3).source("activity-log")["detail"].to_string();
    assert!(
        detail.contains(&format!("{count} entries have no readable type or time; the newest is ")),
        "{detail}"
    );
    let reviewed = |id: &str, on: &str| format!("[[reviewed]]\nevent = \"{id}\"\nby = \"Dana\"\non = {on}\n");
    let config = |on: &str| (1..=7).map(|number| reviewed(&format!("odd-{number}"), on)).collect::<String>();
    let run = Api::new(workspace()).scan().config(config("2026-07-31")).run().exits(3);
    let detail = run.report().source("activity-log")["detail"].to_string();
    assert!(detail.contains(&format!("{} entries", count - 7)), "{detail}");
    let odd = json!({"id": "odd-1", "activity_type": "role_change"});
    let one = || Api::new(Workspace::healthy().raw_event(odd.clone()));
    let run = one().scan().config(config("2026-08-01")).run().exits(0);
    run.report().assert_source("activity-log", "complete");
    run.report().assert("E7", "pass");
    one().scan().config(config("2026-08-02")).run().exits(3);
}

#[test]
fn a_field_that_decides_nothing_costs_no_event() {
    let (ana, at) = ("ana@fixture.example", NOW_SECONDS - HOUR);
    let start = |description: &str, by: &str| {
        format!(
            r#"{{"id":"i","activity_type":"admin_impersonation_start","created_at":{at},"activity_description":{description},"performed_by":{by},"metadata":{{}}}}"#
        )
    };
    for entry in [
        start(r#""half \ud83d""#, "null"),
        start(r#"{"deep":[[[1e999]]]}"#, "null"),
        start("null", r#"{"id":"1","email":["x"],"ip":{}}"#),
        start("null", r#"{"id":"1","email":"\udc00@x","ip":"not an address"}"#),
        start("null", r#"["1"]"#),
    ] {
        let page =
            format!(r#"{{"activity_logs":[{entry}],"pages":{{"page":1,"per_page":250,"total_pages":1}}}}"#);
        let workspace = Workspace::new().teammate(ana, "Admin");
        let report = scan(Api::new(workspace).log_fault(&Answer::bytes(200, page)), 1);
        report.assert_source("activity-log", "complete");
        report.assert("E3", "fail");
    }
}

#[test]
fn different_events_with_one_id_are_all_there() {
    let event = |kind: &str, ago: i64| Event::new(kind).field("id", json!("same")).ago(ago);
    let workspace = Workspace::healthy()
        .event(event("admin_impersonation_start", HOUR))
        .event(event("admin_impersonation_start", 2 * HOUR))
        .event(event("custom_authentication_token_creation", HOUR))
        .event(event("custom_authentication_token_creation", HOUR));
    let report = scan(Api::new(workspace), 1);
    let findings = |id: &str| report.control(id)["findings"].as_array().unwrap().len();
    assert_eq!((findings("E3"), findings("E8")), (2, 1));
}

#[test]
fn a_list_of_teammates_that_is_not_whole_passes_nothing() {
    let admins = Workspace::healthy().admins;
    let with = |extra: Value| {
        let mut body = json!({"type": "admin.list", "admins": admins});
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        body
    };
    let but = |admin: Value| {
        let mut admins = admins.clone();
        admins.push(admin);
        json!({"admins": admins})
    };
    for body in [
        json!({"admins": null}),
        json!([admins]),
        but(json!(null)),
        but(json!(["1009", "ed@fixture.example"])),
        but(json!({"id": "1009", "email": "ed@fixture.example", "role": "Admin"})),
        but(json!({"id": "1009", "email": "ed@fixture.example", "role": {"name": {"en": "Admin"}}})),
        with(json!({"pages": {"next": "https://api.intercom.io/admins?page=2"}})),
        with(json!({"pages": {"page": 1, "total_pages": 2}})),
        with(json!({"total_count": admins.len() + 1})),
    ] {
        let answer = Answer::json(200, &body);
        let report = scan(Api::new(Workspace::healthy()).fault("/admins", answer.clone()), 3);
        report.assert_source("admins", "failed");
        for id in ["2.1", "2.3", "4.1", "E1", "E2", "E5"] {
            assert_ne!(report.status(id), "pass", "{id} {body}");
        }
        let scan = Api::new(Workspace::healthy()).fault("/admins", answer).scan();
        scan.args(["--allow-incomplete", "--fail-on", "never"]).run().exits(3);
    }
    let said = scan(Api::new(Workspace::healthy().raw_admin(json!({"id": "1009", "role": "Admin"}))), 3);
    let detail = said.source("admins")["detail"].to_string();
    assert!(detail.contains("1 of 5 entries") && detail.contains("1009"), "{detail}");
}

#[test]
fn settings_of_an_odd_shape_pass_nothing() {
    for body in [
        json!([true, ["192.0.2.1"]]),
        json!({"enabled": "true", "ip_allowlist": ["192.0.2.1"]}),
        json!({"enabled": true, "ip_allowlist": null}),
        json!({"enabled": true, "ip_allowlist": "192.0.2.1"}),
        json!({"enabled": true, "ip_allowlist": ["192.0.2.1"], "pages": {"total_pages": 2}}),
    ] {
        let api = Api::new(Workspace::healthy()).fault("/ip_allowlist", Answer::json(200, &body));
        let report = api.scan().args(["--fail-on", "never"]).run().exits(3).report();
        report.assert_source("ip-allowlist", "failed");
        assert_ne!(report.status("5.1"), "pass", "{body}");
    }
    for body in [json!([]), json!({"app": ["EU"]}), json!({"type": "error.list", "errors": []})] {
        let api = Api::new(Workspace::healthy()).fault("/me", Answer::json(200, &body));
        let report = scan(api, 3);
        report.assert_source("me", "failed");
        report.assert("E9", "unknown");
    }
}

fn refusals() -> Vec<Answer> {
    let blocked = "Your IP address is not on the allowlist for API access";
    vec![
        Answer::error(401, "unauthorized", "Access Token Invalid"),
        Answer::error(402, "payment_required", "Pay"),
        Answer::error(403, "token_unauthorized", "Not authorized"),
        Answer::error(403, "forbidden", blocked),
        Answer::error(404, "not_found", "Not found"),
        Answer::bytes(403, "<html>blocked</html>").html(),
        Answer::bytes(200, "<html>sign in</html>").html(),
    ]
}

#[test]
fn a_log_that_is_refused_midway_has_failed() {
    // Two pages of the window, the second refused; the first still counts.
    let long = || {
        let start = Event::new("admin_impersonation_start").ago(60);
        (0..300).fold(Workspace::healthy().event(start), |all, number| {
            all.sign_in("bo@fixture.example", "saml", 4 * HOUR + number)
        })
    };
    for refusal in refusals() {
        for (after, workspace) in [(3, long()), (1, Workspace::healthy()), (2, Workspace::healthy())] {
            let api =
                Api::new(workspace).fault_after(SEARCH, after, refusal.clone()).fault(LOG, refusal.clone());
            let run = api.scan().args(["--concurrency", "1", "--fail-on", "never"]).run().exits(3);
            let report = run.report();
            report.assert_source("activity-log", "failed");
            if after == 1 {
                assert_eq!(report.status("2.3"), "unknown", "roles alone decide nothing: {refusal:?}");
            }
            if after == 3 {
                report.assert("E3", "fail");
                assert_eq!(report.status("E8"), "unknown", "{refusal:?}");
            }
        }
    }
}

#[test]
fn pages_that_say_nothing_of_their_number_are_not_taken_for_all() {
    for at_most in [20, 60, 100] {
        for count in [40, 60, 97, 200] {
            let workspace = (0..count - 1).fold(Workspace::healthy(), |all, number| {
                all.sign_in("bo@fixture.example", "saml", 4 * HOUR + number)
            });
            let last = Event::new("admin_impersonation_start").ago(20 * DAY);
            let report = scan(Api::new(workspace.event(last)).without_pages().at_most(at_most), 1);
            report.assert_source("activity-log", "complete");
            report.assert("E3", "fail");
        }
    }
}

/// Scans, by this machine's clock, a workspace whose clock is ahead.
fn by_the_clock(ahead: i64) -> Run {
    Api::new(Workspace::healthy())
        .ahead(ahead)
        .scan()
        .by_the_clock()
        .args(["--fail-on", "never"])
        .run()
        .exits(0)
}

fn seconds(value: &Value) -> i64 {
    value.as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_second()
}

#[expect(clippy::disallowed_methods, reason = "this machine's clock is what is compared")]
fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

#[test]
fn the_window_ends_by_the_server_where_this_clock_is_far_ahead() {
    for (ahead, warned, moved) in [
        (0, None, false),
        (-240, None, false),
        (-420, Some("7 minutes ahead of"), false),
        (600, Some("10 minutes behind"), false),
        (3 * HOUR, Some("3 hours behind"), false),
        (-50 * 60, Some("50 minutes ahead of"), false),
        (-3 * HOUR, Some("3 hours ahead of"), true),
        (-40 * DAY, Some("40 days ahead of"), true),
    ] {
        let report = by_the_clock(ahead).report();
        let warnings = report.warnings();
        match warned {
            Some(phrase) => assert!(warnings.contains(phrase), "{ahead}: {warnings}"),
            None => assert_eq!(warnings, "", "{ahead}"),
        }
        let until = seconds(&report.0["scan"]["window"]["until"]);
        let expected = if moved { now() + ahead } else { now() };
        assert!((until - expected).abs() < 30, "{ahead}: {until} {expected}");
        assert_eq!(until - seconds(&report.0["scan"]["window"]["since"]), 30 * DAY);
    }
}

#[test]
fn a_given_instant_stays_and_the_clocks_are_compared_all_the_same() {
    let server = Api::new(Workspace::healthy()).ahead(-3 * HOUR).serve();
    let run = crate::program::scan(&server.origin()).run().exits(0);
    assert_eq!(run.report().0["scan"]["window"]["until"], NOW);
    assert!(run.report().warnings().contains("3 hours ahead of"), "{}", run.report().warnings());
    assert_replays(&server, &["--fail-on", "never"], &[], 0);
    let run = live(&server.origin(), &["doctor", "--format", "json"]).run();
    let clock = run.json()["checks"].as_array().unwrap().iter().find(|check| check["id"] == "clock").cloned();
    let clock = clock.unwrap();
    assert_eq!(clock["status"], "bad", "{clock}");
    assert!(clock["detail"].as_str().unwrap().contains("3 hours ahead of"), "{clock}");
}

#[test]
fn a_snapshot_is_of_the_time_that_a_scan_would_be_of() {
    let server = Api::new(Workspace::healthy()).ahead(-5 * HOUR).serve();
    let run = live(&server.origin(), &["collect", "-o", "ws.snapshot"]).by_the_clock().run().exits(0);
    run.says("5 hours ahead of");
    let run = live(&server.origin(), &["collect", "-o", "ws.snapshot"]).by_the_clock().run().exits(0);
    let saved = Saved::of(&run);
    let report = saved.scan().args(["--fail-on", "never"]).run().exits(0).report();
    assert!((seconds(&report.0["scan"]["at"]) - (now() - 5 * HOUR)).abs() < 60);
    assert!(report.warnings().contains("5 hours ahead of"));
}

#[test]
fn nothing_but_what_the_catalog_names_is_asked_for() {
    let server = Api::new(Workspace::healthy()).readable("/teams").serve();
    crate::program::scan(&server.origin()).run().exits(0);
    live(&server.origin(), &["doctor"]).run();
    live(&server.origin(), &["collect", "-o", "ws.snapshot"]).run().exits(0);
    assert!(server.seen_at("/teams").is_empty());
    assert_eq!(server.seen_at("/ip_allowlist").len(), 3);
    let probed = server.seen_at("/tags").len();
    crate::program::scan(&server.origin()).arg("--no-probe").run().exits(0);
    assert_eq!((server.seen_at("/tags").len(), server.seen_at("/ip_allowlist").len()), (probed, 4));
}

#[test]
fn every_other_answer_of_a_probed_list_is_an_answer() {
    for (status, expected) in [(302, "complete"), (400, "complete"), (410, "complete"), (451, "complete")] {
        let answer = Answer::error(status, "odd", "Odd");
        let report = scan(Api::new(Workspace::healthy()).fault("/segments", answer), 0);
        report.assert_source("token-probe", expected);
        report.assert("E4", "manual");
    }
}

/// A scan of a snapshot reports the same unreadable data as a scan of the workspace.
#[test]
fn snapshots_keep_what_was_not_understood() {
    let odd = odd_entries();
    for seed in 0..12_usize {
        let mut workspace = Workspace::healthy().bot();
        for (number, (entry, _)) in odd.iter().enumerate() {
            if (seed * 7 + number * 5) % 3 == 0 {
                workspace = workspace.raw_event(entry.clone());
            }
        }
        if seed % 4 == 1 {
            workspace = workspace.raw_admin(json!({"id": "1099", "role": "Admin"}));
        }
        if seed % 5 == 2 {
            workspace.ip_allowlist = Some(json!({"enabled": true, "ip_allowlist": null}));
        }
        let args = ["--fail-on", "never"];
        let server = Api::new(workspace).serve();
        let code = crate::program::scan(&server.origin()).args(args).run().code;
        assert_replays(&server, &args, &[], code);
    }
}

#[test]
fn a_snapshot_that_was_refused_midway_says_so() {
    for refusal in refusals() {
        let api = || {
            Api::new(Workspace::healthy()).fault_after(SEARCH, 1, refusal.clone()).fault(LOG, refusal.clone())
        };
        let args = ["--concurrency", "1"];
        let live = api().scan().args(args).run().exits(3).report();
        let replay = Saved::collect(&api().serve().origin(), &args, 3).scan().run().exits(3).report();
        assert_eq!(live.0["sources"], replay.0["sources"], "{refusal:?}");
        assert_eq!(live.0["controls"], replay.0["controls"], "{refusal:?}");
    }
}
