//! What the token may not read, and what an error keeps from being read: manual, unknown, and the exit code.

use crate::intercom::Api;
use crate::program::scan;
use crate::server::Answer;
use crate::workspace::Workspace;

const LOG_SCOPE: &str = "Read admin activity logs";

fn server_error() -> Answer {
    Answer::error(500, "server_error", "Something went wrong")
}

#[test]
fn refused_log_makes_its_controls_manual_and_names_the_scope() {
    for (status, code) in [(401, "unauthorized"), (401, "token_unauthorized"), (403, "forbidden")] {
        let refusal = Answer::error(status, code, "Not authorized");
        let server = Api::new(Workspace::healthy()).log_fault(&refusal).serve();
        let report = scan(&server.origin()).run().exits(0).report();
        report.assert_source("activity-log", "forbidden");
        assert_eq!(report.source("activity-log")["scope"], LOG_SCOPE);
        for id in ["1.1", "1.5", "3.2", "4.1", "E3", "E5", "E6", "E7", "E8"] {
            report.assert(id, "manual");
            assert!(report.text(id).contains(LOG_SCOPE), "{id} names the scope: {}", report.text(id));
        }
        report.assert("2.1", "pass");
        report.assert("2.3", "pass");
    }
}

#[test]
fn refused_log_does_not_hide_a_violation() {
    let server =
        Api::new(Workspace::crowded()).log_fault(&Answer::error(403, "forbidden", "Not authorized")).serve();
    let report = scan(&server.origin()).run().exits(1).report();
    report.assert("2.3", "fail");
    report.assert("4.1", "manual");
}

#[test]
fn bad_token_is_one_clear_message() {
    let server =
        Api::new(Workspace::healthy()).fault("*", Answer::error(401, "unauthorized", "Access Token Invalid"));
    let server = server.serve();
    let run = scan(&server.origin()).run().exits(3).says("token");
    assert_eq!(run.stdout, "", "there is nothing to report");
    assert!(run.stderr.contains("req-401-unauthorized"), "the request id helps support: {}", run.stderr);
}

#[test]
fn failing_log_is_unknown_and_incomplete() {
    let serve = |workspace| Api::new(workspace).log_fault(&server_error()).serve();
    let server = serve(Workspace::healthy().app("created_at", 1_785_000_000));
    let report = scan(&server.origin()).args(["--timeout", "12s"]).run().exits(3).report();
    report.assert_source("activity-log", "failed");
    for id in ["1.1", "4.1", "E3", "E6", "E8", "2.3"] {
        report.assert(id, "unknown");
    }
    report.assert("2.1", "pass");
    let allowed = scan(&server.origin()).args(["--timeout", "12s", "--allow-incomplete"]).run();
    assert_eq!(allowed.exits(0).report().status("1.1"), "unknown");
}

#[test]
fn violation_outweighs_a_failing_log() {
    let server = Api::new(Workspace::crowded()).log_fault(&server_error()).serve();
    let report = scan(&server.origin()).args(["--timeout", "12s"]).run().exits(1).report();
    report.assert("2.3", "fail");
    report.assert("1.1", "unknown");
}

#[test]
fn refused_me_is_a_warning() {
    for status in [401, 403] {
        let server =
            Api::new(Workspace::healthy()).fault("/me", Answer::error(status, "unauthorized", "No")).serve();
        let report = scan(&server.origin()).run().exits(0).report();
        report.assert_source("me", "forbidden");
        report.assert("2.3", "pass");
        report.assert("E9", "manual");
        assert!(report.warnings().to_lowercase().contains("workspace"), "{}", report.warnings());
    }
}

#[test]
fn failed_me_is_incomplete() {
    let server = Api::new(Workspace::healthy()).fault("/me", server_error()).serve();
    let report = scan(&server.origin()).args(["--timeout", "12s"]).run().exits(3).report();
    report.assert_source("me", "failed");
    report.assert("E9", "unknown");
    report.assert("2.3", "pass");
}

#[test]
fn teammates_are_not_optional() {
    let refusal = Answer::error(403, "forbidden", "Not authorized");
    let server = Api::new(Workspace::healthy()).fault("/admins", refusal).serve();
    scan(&server.origin()).run().exits(3);
}

#[test]
fn plan_without_the_log_is_said_to_be_the_plan() {
    for status in [402, 403] {
        let refusal =
            Answer::error(status, "api_plan_restricted", "This feature is not yet available to your app");
        let server = Api::new(Workspace::healthy()).log_fault(&refusal).serve();
        let run = scan(&server.origin()).run().exits(0);
        run.report().assert_source("activity-log", "forbidden");
        let detail = run.report().source("activity-log").to_string() + &run.report().warnings();
        assert!(detail.to_lowercase().contains("plan"), "{detail}");
    }
}

#[test]
fn probe_that_stays_5xx_is_unknown() {
    let server = Api::new(Workspace::healthy()).fault("/segments", server_error()).serve();
    let report = scan(&server.origin()).args(["--timeout", "15s"]).run().exits(3).report();
    report.assert("E4", "unknown");
}

#[test]
fn endpoints_that_are_not_offered_are_no_failure() {
    for (status, code) in [(404, "not_found"), (400, "intercom_version_invalid")] {
        let missing = || Answer::error(status, code, "Not offered");
        let server = Api::new(Workspace::healthy())
            .fault("/ip_allowlist", missing())
            .fault("/tags", missing())
            .serve();
        let report = scan(&server.origin()).run().exits(0).report();
        report.assert_source("ip-allowlist", "forbidden");
        report.assert("1.4", "manual");
        report.assert_source("token-probe", "complete");
        report.assert("E4", if status == 404 { "pass" } else { "manual" });
    }
}
