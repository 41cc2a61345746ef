//! A server that fails, lies or stalls: the right status, no hang, and the token goes nowhere else.

use std::time::Duration;

use crate::intercom::{Api, LOG, Next, SEARCH};
use crate::program::{program, scan};
use crate::scan::busy;
use crate::server::{Answer, Behaviour, Server};
use crate::workspace::{Event, Workspace};

fn rate_limited() -> Answer {
    Answer::error(429, "rate_limit_exceeded", "Exceeded rate limit")
}

fn healthy() -> Api {
    Api::new(Workspace::healthy())
}

/// Asserts that a scan continues without the log, reports it as failed, and ends in time.
#[track_caller]
fn assert_log_fails(server: &Server, timeout: &str) {
    let run = scan(&server.origin()).args(["--timeout", timeout]).run().exits(3);
    assert!(!run.stderr.contains('\u{1b}'), "no escape reaches the terminal: {:?}", run.stderr);
    assert!(run.elapsed < Duration::from_secs(30), "took {:?}", run.elapsed);
    let report = run.report();
    report.assert_source("activity-log", "failed");
    report.assert("1.1", "unknown");
    report.assert("2.1", "manual");
}

#[test]
fn storm_of_429_is_waited_out() {
    let api = healthy().fault_times("*", 6, rate_limited().header("Retry-After", 1));
    let run = api.scan().args(["--timeout", "40s"]).run().exits(0).says("rate limit");
    run.report().assert_source("activity-log", "complete");
    // The answer is also slow.
    let late = rate_limited().header("Retry-After", 1).late(Duration::from_millis(300));
    healthy().fault_times("/admins", 1, late).scan().run().exits(0);
}

#[test]
fn endless_429_ends_at_the_deadline() {
    let storm = rate_limited().header("Retry-After", 86_400).header("X-RateLimit-Reset", 4_102_444_800_u64);
    let scan = healthy().fault("*", storm).scan().args(["--timeout", "4s"]);
    let run = scan.run().exits(3).says("rate limit");
    assert!(run.elapsed < Duration::from_secs(15), "took {:?}", run.elapsed);
}

#[test]
fn hostile_rate_limit_headers_do_no_harm() {
    let storm = rate_limited()
        .header("Retry-After", "99999999999999999999999")
        .header("X-RateLimit-Reset", "-1")
        .header("X-RateLimit-Limit", "0")
        .header("X-RateLimit-Remaining", "many");
    let run = healthy().fault_times("/admins", 1, storm).scan().args(["--timeout", "10s"]).run();
    assert!([0, 3].contains(&run.code), "{}", run.streams());
    assert!(run.elapsed < Duration::from_secs(20), "took {:?}", run.elapsed);
}

#[test]
fn passing_failures_are_retried() {
    for answer in [Answer::error(500, "server_error", "Oops"), Answer::bytes(200, "")] {
        let api = Api::new(busy(600)).fault_times(SEARCH, 2, answer.clone());
        let report = api.fault_times("/admins", 2, answer).scan().run().exits(0).report();
        report.assert_source("activity-log", "complete");
        assert_eq!(report.source("activity-log")["records"], 604);
    }
}

#[test]
fn next_on_another_host_is_never_followed() {
    let elsewhere = Workspace::healthy().serve();
    for search_is_there in [true, false] {
        let api = Api::new(busy(600)).next(Next::Elsewhere(elsewhere.origin()));
        let not_found = Answer::error(404, "not_found", "Not found");
        let server = if search_is_there { api } else { api.fault(SEARCH, not_found) }.serve();
        let report = scan(&server.origin()).run().report();
        assert!(elsewhere.seen().is_empty(), "the other host was asked: {:?}", elsewhere.seen());
        let source = report.source("activity-log");
        assert!(source["status"] == "failed" || source["records"] == 604, "{source}");
    }
}

#[test]
fn looping_next_is_noticed() {
    let server = Api::new(busy(600)).next(Next::Loop).serve();
    assert_log_fails(&server, "20s");
    assert!(server.seen_at(SEARCH).len() + server.seen_at(LOG).len() < 2000, "it went round and round");
}

#[test]
fn redirects_are_not_followed() {
    let elsewhere = Workspace::healthy().serve();
    for status in [301, 302, 307, 308] {
        let away = Answer::bytes(status, "").header("Location", format!("{}{SEARCH}", elsewhere.origin()));
        assert_log_fails(&healthy().log_fault(&away).serve(), "10s");
        assert!(elsewhere.seen().is_empty(), "the redirect was followed: {:?}", elsewhere.seen());
    }
}

#[test]
fn refused_connection_says_where() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let run = scan(&origin).args(["--timeout", "5s"]).run().exits(3);
    let said: Vec<_> =
        run.stderr.lines().filter(|line| line.contains("the connection was refused")).collect();
    let [again, error] = said[..] else {
        panic!("once that it is tried again, once that it failed: {said:?}")
    };
    assert!(again.starts_with("Trying again in "), "{again}");
    assert!(error.starts_with("error: the API could not be reached: GET /me and GET /admins: "), "{error}");
}

#[test]
fn what_breaks_several_sources_is_said_once() {
    let broken =
        [(SEARCH, Behaviour::Hangup), (LOG, Behaviour::Hangup), ("/ip_allowlist", Behaviour::Hangup)];
    let server = Server::start(healthy(), &broken);
    let run = scan(&server.origin()).args(["--timeout", "12s", "-o", "table=report.txt"]).run().exits(3);
    let said: Vec<_> =
        run.stderr.lines().filter(|line| line.starts_with("warning: Not all could be read")).collect();
    let [said] = said[..] else { panic!("{}", run.stderr) };
    assert!(said.contains("of the activity log, the IP allowlist: the connection broke ("), "{said}");
    let table = run.read("report.txt").unwrap();
    assert!(table.contains("activity-log, ip-allowlist: the connection broke ("), "{table}");
    let report = run.report();
    assert_eq!(report.source("activity-log")["detail"], report.source("ip-allowlist")["detail"]);
}

#[test]
fn budget_of_the_workspace_is_respected() {
    let server = Api::new(busy(2000)).budget(200).serve();
    scan(&server.origin()).run().exits(0).report().assert_source("activity-log", "complete");
    let asked = server.seen().len();
    assert!(asked <= 100, "half of 200 requests in a window of ten seconds, not {asked}");
}

#[test]
fn hostile_error_messages_are_escaped() {
    let message = "denied\u{1b}]0;owned\u{7}\u{202e}\r\nfake line";
    let run = healthy().fault("*", Answer::error(401, "unauthorized", message)).scan().run().exits(3);
    let raw = ['\u{1b}', '\u{7}', '\u{202e}', '\r'];
    assert!(!run.stderr.contains(raw), "{:?}", run.stderr);
    assert!(run.stderr.lines().all(|line| !line.starts_with("fake line")), "{:?}", run.stderr);
}

#[test]
fn half_a_character_or_a_nul_costs_the_text_that_it_stands_in_and_nothing_else() {
    const MARK: &str = "TO-BE-REWRITTEN";
    for (written, shown) in
        [(r"\ud800", "\u{fffd}"), (r"\udfff\ud83d", "\u{fffd}\u{fffd}"), (r"\u0000", "\0")]
    {
        let name = format!("Ana {MARK}");
        let described = Event::new("app_name_change").by("bo@fixture.example").ago(60);
        let described = described.field("activity_description", name.as_str().into());
        let mut workspace = Workspace::healthy().app("name", name.as_str()).event(described);
        workspace.admins.iter_mut().for_each(|admin| admin["name"] = name.as_str().into());
        let plain = workspace.clone().scan().run();
        let run = Api::new(workspace).rewritten(MARK, written).scan().run().exits(plain.code);
        let (report, plain) = (run.json(), plain.json());
        assert_eq!(report["workspace"]["name"], format!("Ana {shown}"), "{written}");
        for (person, other) in
            report["people"].as_array().unwrap().iter().zip(plain["people"].as_array().unwrap())
        {
            assert_eq!(person["name"], format!("Ana {shown}"), "{written}");
            assert_eq!(
                (&person["role"], &person["last_seen"]),
                (&other["role"], &other["last_seen"]),
                "{written}"
            );
        }
        let statuses = |report: &serde_json::Value| {
            let controls = report["controls"].as_array().unwrap().iter();
            controls.map(|control| control["status"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(statuses(&report), statuses(&plain), "{written}");
        let counts = |report: &serde_json::Value| report["sources"].clone();
        assert_eq!(counts(&report), counts(&plain), "{written}");
        let saved =
            program().file("report.json", &run.stdout).args(["render", "report.json", "--format", "table"]);
        let table = saved.run().exits(0).stdout;
        assert!(!table.contains('\0') && table.contains("Ana "), "{table}");
    }
}
