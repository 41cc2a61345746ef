//! A server that fails, lies or stalls: the right status, no hang, and the token goes nowhere else.

use std::time::Duration;

use crate::intercom::{Api, LOG, Next, SEARCH};
use crate::program::{Run, scan};
use crate::scan::busy;
use crate::server::{Answer, Behaviour, Server};
use crate::workspace::Workspace;

fn rate_limited() -> Answer {
    Answer::error(429, "rate_limit_exceeded", "Exceeded rate limit")
}

#[track_caller]
fn assert_log_failed(run: Run) {
    let report = run.exits(3).report();
    report.assert_source("activity-log", "failed");
    report.assert("1.1", "unknown");
    report.assert("2.1", "pass");
}

#[test]
fn storm_of_429_is_waited_out() {
    let storm = rate_limited().header("Retry-After", 1);
    let server = Api::new(Workspace::healthy()).fault_times("*", 6, storm).serve();
    let run = scan(&server.origin()).args(["--timeout", "40s"]).run().exits(0).says("rate limit");
    run.report().assert_source("activity-log", "complete");
}

#[test]
fn endless_429_ends_at_the_deadline() {
    let storm = rate_limited().header("Retry-After", 86_400).header("X-RateLimit-Reset", 4_102_444_800_u64);
    let server = Api::new(Workspace::healthy()).fault("*", storm).serve();
    let run = scan(&server.origin()).args(["--timeout", "4s"]).run().exits(3).says("rate limit");
    assert!(run.elapsed < Duration::from_secs(15), "took {:?}", run.elapsed);
}

#[test]
fn hostile_rate_limit_headers_do_no_harm() {
    let storm = rate_limited()
        .header("Retry-After", "99999999999999999999999")
        .header("X-RateLimit-Reset", "-1")
        .header("X-RateLimit-Limit", "0")
        .header("X-RateLimit-Remaining", "many");
    let server = Api::new(Workspace::healthy()).fault_times("/admins", 1, storm).serve();
    let run = scan(&server.origin()).args(["--timeout", "10s"]).run();
    assert!([0, 3].contains(&run.code), "{}", run.streams());
    assert!(run.elapsed < Duration::from_secs(20), "took {:?}", run.elapsed);
}

#[test]
fn flaky_500s_are_retried() {
    let oops = Answer::error(500, "server_error", "Oops");
    let api = Api::new(busy(600)).fault_times(SEARCH, 2, oops.clone()).fault_times("/admins", 2, oops);
    let server = api.serve();
    let report = scan(&server.origin()).run().exits(0).report();
    report.assert_source("activity-log", "complete");
    assert_eq!(report.source("activity-log")["records"], 604);
}

#[test]
fn truncated_json_fails_the_source() {
    let cut = Answer::bytes(200, r#"{"type":"activity_log.list","activity_logs":[{"id":"a""#);
    let server = Api::new(Workspace::healthy()).log_fault(&cut).serve();
    assert_log_failed(scan(&server.origin()).args(["--timeout", "12s"]).run());
}

#[test]
fn html_instead_of_json_fails_the_source() {
    let page = Answer::bytes(200, "<html><body>Please sign in\u{1b}[2J</body></html>").html();
    let server = Api::new(Workspace::healthy()).log_fault(&page).serve();
    let run = scan(&server.origin()).args(["--timeout", "12s"]).run();
    assert!(!run.stderr.contains('\u{1b}'), "no escape reaches the terminal: {:?}", run.stderr);
    assert_log_failed(run);
}

#[test]
fn empty_answer_is_retried() {
    let empty = Answer::bytes(200, "");
    let server = Api::new(Workspace::healthy()).fault_times(SEARCH, 2, empty.clone()).serve();
    scan(&server.origin()).run().exits(0).report().assert_source("activity-log", "complete");
    let server = Api::new(Workspace::healthy()).log_fault(&empty).serve();
    assert_log_failed(scan(&server.origin()).args(["--timeout", "12s"]).run());
}

#[test]
fn next_on_another_host_is_never_followed() {
    let elsewhere = Api::new(Workspace::healthy()).serve();
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
    assert_log_failed(scan(&server.origin()).args(["--timeout", "20s"]).run());
    assert!(server.seen_at(SEARCH).len() + server.seen_at(LOG).len() < 2000, "it went round and round");
}

#[test]
fn redirects_are_not_followed() {
    let elsewhere = Api::new(Workspace::healthy()).serve();
    for status in [301, 302, 307, 308] {
        let away = Answer::bytes(status, "").header("Location", format!("{}{SEARCH}", elsewhere.origin()));
        let server = Api::new(Workspace::healthy()).log_fault(&away).serve();
        let run = scan(&server.origin()).args(["--timeout", "10s"]).run();
        assert!(elsewhere.seen().is_empty(), "the redirect was followed: {:?}", elsewhere.seen());
        assert_log_failed(run);
    }
}

#[test]
fn connections_that_break_fail_the_source() {
    for behaviour in [Behaviour::ResetMidBody, Behaviour::Hangup] {
        let api = Api::new(Workspace::healthy());
        let server = Server::start(api, &[(SEARCH, behaviour), (LOG, behaviour)]);
        assert_log_failed(scan(&server.origin()).args(["--timeout", "12s"]).run());
        assert!(server.seen().len() > 3, "{behaviour:?}");
    }
}

#[test]
fn endless_body_is_cut_off() {
    let api = Api::new(Workspace::healthy());
    let server = Server::start(api, &[(SEARCH, Behaviour::Endless), (LOG, Behaviour::Endless)]);
    assert_log_failed(scan(&server.origin()).args(["--timeout", "20s"]).run());
}

#[test]
fn stalling_server_ends_at_the_deadline() {
    for behaviour in [Behaviour::Trickle, Behaviour::Silence] {
        let api = Api::new(Workspace::healthy());
        let server = Server::start(api, &[(SEARCH, behaviour), (LOG, behaviour)]);
        let run = scan(&server.origin()).args(["--timeout", "5s"]).run();
        assert!(run.elapsed < Duration::from_secs(15), "{behaviour:?} took {:?}", run.elapsed);
        assert_log_failed(run);
    }
}

#[test]
fn slow_answers_are_waited_for() {
    let late = Answer::error(429, "rate_limit_exceeded", "Slow down").late(Duration::from_millis(300));
    let server =
        Api::new(Workspace::healthy()).fault_times("/admins", 1, late.header("Retry-After", 1)).serve();
    scan(&server.origin()).run().exits(0);
}

#[test]
fn refused_connection_says_where() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let run = scan(&origin).args(["--timeout", "5s"]).run().exits(3);
    assert!(run.stderr.contains("127.0.0.1"), "{}", run.stderr);
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
    let server =
        Api::new(Workspace::healthy()).fault("*", Answer::error(401, "unauthorized", message)).serve();
    let run = scan(&server.origin()).run().exits(3);
    let raw = ['\u{1b}', '\u{7}', '\u{202e}', '\r'];
    assert!(!run.stderr.contains(raw), "{:?}", run.stderr);
    assert!(run.stderr.lines().all(|line| !line.starts_with("fake line")), "{:?}", run.stderr);
}
