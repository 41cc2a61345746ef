//! A whole scan: the requests it sends, the report it prints, the options that narrow it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::intercom::{Api, LOG, PROBED, SEARCH};
use crate::program::{TOKEN, built_in, demo, evaluated, scan};
use crate::server::Answer;
use crate::workspace::{DAY, Event, Workspace};

/// A healthy workspace with this number of further events in the window.
pub(crate) fn busy(events: i64) -> Workspace {
    (0..events).fold(Workspace::healthy(), |workspace, number| {
        workspace.event(Event::new("macro_update").by("ana@fixture.example").ago(60 + number * 30))
    })
}

#[test]
fn report_follows_the_contract() {
    let workspace = Workspace::healthy().bot().app("region", "EU");
    let report = workspace.scan().args(["--region", "eu"]).run().exits(0).report();
    assert_eq!(report.0["catalog"]["controls"], evaluated());
    assert_eq!(report.0["controls"].as_array().unwrap().len(), evaluated());
    assert_eq!(report.0["scan"]["source"], "api");
    assert_eq!(report.0["scan"]["duration_ms"], Value::Null, "--now makes output reproducible");
    assert_eq!(report.0["workspace"]["region"], "EU");
    assert_eq!(report.0["workspace"]["teammates"], 4, "the bot is not counted");
    assert_eq!(report.0["gate"]["passed"], true);
    for id in ["me", "admins", "activity-log", "token-probe"] {
        report.assert_source(id, "complete");
    }
    report.assert_source("ip-allowlist", "forbidden");
    for id in ["1.1", "2.3", "E2", "E3", "E4", "E5", "E6", "E7", "E8"] {
        report.assert(id, "pass");
    }
    let manual = "1.2 1.3 1.4 1.5 2.1 2.2 3.1 3.2 4.1 4.2 5.1 E1 E9 E10 E11 E12";
    for id in manual.split_whitespace() {
        report.assert(id, "manual");
    }
}

#[test]
fn report_of_failures_follows_the_contract() {
    let summary = &demo().args(["--format", "json"]).run().exits(0).json()["summary"];
    let total = |counters: &Value| -> u64 {
        ["pass", "fail", "manual", "unknown"].iter().filter_map(|status| counters[status].as_u64()).sum()
    };
    let count = evaluated() as u64;
    assert_eq!(total(summary), count);
    let levels = ["l1", "l2", "l3"].iter().map(|level| total(&summary["by_level"][level]));
    assert_eq!(levels.sum::<u64>(), count, "each control has one level");
    let decided = (summary["pass"].as_u64().unwrap() + summary["fail"].as_u64().unwrap()) as f64;
    assert!((summary["coverage"].as_f64().unwrap() - decided / count as f64).abs() < 0.006, "{summary}");
}

#[test]
fn requests_are_the_documented_ones() {
    let server = Workspace::healthy().serve();
    scan(&server.origin()).run().exits(0);
    let mut paths = BTreeSet::new();
    for seen in server.seen() {
        paths.insert(format!("{} {}", seen.method, seen.path));
        let header = |name: &str| seen.headers.get(name).map(String::as_str);
        assert_eq!(header("authorization"), Some(format!("Bearer {TOKEN}").as_str()), "{seen:?}");
        assert_eq!(header("intercom-version"), Some("2.16"), "{seen:?}");
        assert_eq!(header("accept"), Some("application/json"), "{seen:?}");
    }
    let mut expected: BTreeSet<_> = PROBED.iter().map(|path| format!("GET {path}")).collect();
    expected.extend(["GET /me", "GET /admins", "GET /ip_allowlist"].map(str::to_owned));
    expected.insert(format!("POST {SEARCH}"));
    assert_eq!(paths, expected, "nothing but these is asked, customer data least of all");
    for seen in server.seen_at(SEARCH) {
        assert!(seen.body["created_at_after"].is_i64(), "{}", seen.body);
        assert!(seen.body["created_at_before"].is_i64(), "the range is pinned: {}", seen.body);
        assert!(seen.body["per_page"].as_i64().is_some_and(|size| size <= 250), "{}", seen.body);
        assert!(seen.headers["content-type"].starts_with("application/json"), "{seen:?}");
    }
}

#[test]
fn probe_can_be_left_out() {
    let report = Api::new(Workspace::healthy()).readable("/tags").scan().run().exits(1).report();
    report.assert("E4", "fail");
    assert!(report.text("E4").contains("/tags"), "{}", report.text("E4"));
    let server = Api::new(Workspace::healthy()).readable("/tags").serve();
    let report = scan(&server.origin()).arg("--no-probe").run().exits(0).report();
    report.assert("E4", "manual");
    report.assert_source("token-probe", "skipped");
    assert!(server.seen().iter().all(|seen| !PROBED.contains(&seen.path.as_str())));
}

#[test]
fn pages_that_say_nothing_lose_no_event_unnoticed() {
    let report = Api::new(busy(700)).without_pages().scan().run().report();
    // Without totals, reading may stop early, but then the log must not be complete.
    let source = report.source("activity-log");
    assert!(source["status"] != "complete" || source["records"] == 704, "{source}");
}

#[test]
fn listing_is_used_where_search_is_not_available() {
    for status in [400, 404] {
        let refusal = Answer::error(status, "not_found", "The requested resource was not found");
        let server = Api::new(busy(90)).fault(SEARCH, refusal).serve();
        let report = scan(&server.origin()).run().exits(0).report();
        report.assert_source("activity-log", "complete");
        assert_eq!(report.source("activity-log")["records"], 94, "search answers {status}");
        assert!(server.seen_at(LOG).len() >= 5, "twenty events a page");
        assert_eq!(report.source("activity-log")["endpoint"], "GET /admins/activity_logs");
        report.assert("1.1", "pass");
    }
}

#[test]
fn narrowing_options_narrow() {
    let server = Workspace::healthy().serve();
    let ids = |args: &[&str]| -> Vec<String> {
        let report = scan(&server.origin()).args(args.iter().copied()).run().exits(0).json();
        let controls = report["controls"].as_array().unwrap();
        controls.iter().map(|control| control["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&["--pack", "guide"]).len(), built_in(&["guide"]));
    assert_eq!(ids(&["--pack", "extended"]).len(), built_in(&["extended"]));
    let (l1, l2) = (ids(&["--level", "l1"]), ids(&["--level", "l2"]));
    assert!(l1.len() < l2.len() && l1.iter().all(|id| l2.contains(id)), "levels are cumulative");
    assert_eq!(ids(&["--control", "2.3", "--control", "E2"]), ["2.3", "E2"]);
    assert_eq!(ids(&["--pack", "guide", "--skip", "2.3"]).len(), built_in(&["guide"]) - 1);
}

#[test]
fn gate_follows_its_level() {
    let workspace = Workspace::healthy().event(Event::new("app_webhook_creation"));
    for (args, code) in [
        (&["--fail-on", "l1"][..], 0),
        (&["--fail-on", "l2"], 1),
        (&["--fail-on", "never"], 0),
        (&["--strict"], 1),
        (&["--strict", "--fail-on", "never"], 0),
        (&["--fail-on", "l2", "--level", "l1"], 0),
    ] {
        let report = workspace.clone().scan().args(args.iter().copied()).run().exits(code).report();
        assert_eq!(report.0["gate"]["exit_code"], code, "{args:?}");
        assert_eq!(report.0["gate"]["passed"], code == 0, "{args:?}");
    }
}

#[test]
fn since_widens_the_window() {
    let server = Workspace::healthy().sign_in("bo@fixture.example", "email_password", 40 * DAY).serve();
    scan(&server.origin()).run().exits(0).report().assert("1.1", "pass");
    for since in ["60d", "2026-06-01"] {
        let report = scan(&server.origin()).args(["--since", since]).run().exits(1).report();
        report.assert("1.1", "fail");
    }
}

#[test]
fn odd_records_are_kept_and_harm_nothing() {
    let workspace = Workspace::healthy()
        .event(Event::new("a_type_of_the_year_2031").metadata(json!([1, "two", null])))
        .event(Event::new("admin_permission_change").metadata(json!({ "before": "old", "after": "new" })))
        .event(Event::new("admin_permission_change").field("metadata", Value::Null))
        .event(Event::new("admin_login_failure").field("performed_by", json!({ "id": 12, "email": null })));
    let report = workspace.scan().run().exits(0).report();
    report.assert_source("activity-log", "complete");
    assert_eq!(report.source("activity-log")["records"], 8);
}
