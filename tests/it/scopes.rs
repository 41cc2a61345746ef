//! Forbidden and failing sources: manual, unknown, and the exit code.

use crate::cases::side_by_side;
use crate::intercom::Api;
use crate::program::Program;
use crate::report::Report;
use crate::server::Answer;
use crate::workspace::Workspace;

const LOG_SCOPE: &str = "Read admin activity logs";

fn healthy() -> Api {
    Api::new(Workspace::healthy())
}

fn server_error() -> Answer {
    Answer::error(500, "server_error", "Something went wrong")
}

fn refusal(status: u16) -> Answer {
    Answer::error(status, "forbidden", "Not authorized")
}

/// The report of a scan with retries.
fn patient(api: Api, code: i32) -> Report {
    api.scan().args(["--timeout", "12s"]).run().exits(code).report()
}

#[track_caller]
fn assert_all(report: &Report, ids: &[&str], status: &str) {
    ids.iter().for_each(|id| report.assert(id, status));
}

#[test]
fn refused_log_makes_its_controls_manual_and_names_the_scope() {
    for (status, code) in [(401, "unauthorized"), (401, "token_unauthorized"), (403, "forbidden")] {
        let refusal = Answer::error(status, code, "Not authorized");
        let report = healthy().log_fault(&refusal).scan().run().exits(0).report();
        report.assert_source("activity-log", "forbidden");
        assert_eq!(report.source("activity-log")["scope"], LOG_SCOPE);
        for id in ["1.1", "1.5", "3.2", "4.1", "E3", "E5", "E6", "E7", "E8"] {
            report.assert(id, "manual");
            assert!(report.text(id).contains(LOG_SCOPE), "{id} names the scope: {}", report.text(id));
        }
        report.assert("2.1", "manual");
        report.assert("2.3", "pass");
    }
}

#[test]
fn what_cannot_be_read_does_not_hide_a_violation() {
    for (answer, other, status) in [(refusal(403), "4.1", "manual"), (server_error(), "1.1", "unknown")] {
        let report = patient(Api::new(Workspace::crowded()).log_fault(&answer), 1);
        report.assert("2.3", "fail");
        report.assert(other, status);
    }
}

#[test]
fn bad_token_is_one_clear_message() {
    let refused = Answer::error(401, "unauthorized", "Access Token Invalid");
    let run = healthy().fault("*", refused).scan().run().exits(3).says("token");
    assert_eq!(run.stdout, "", "there is nothing to report");
    assert!(run.stderr.contains("req-401-unauthorized"), "the request id helps support: {}", run.stderr);
}

#[test]
fn failing_log_is_unknown_and_incomplete() {
    let scan = || -> Program {
        let workspace = Workspace::healthy().app("created_at", 1_785_000_000);
        Api::new(workspace).log_fault(&server_error()).scan().args(["--timeout", "12s"])
    };
    side_by_side([(&[][..], 3), (&["--allow-incomplete"], 0)], |(options, code)| {
        let report = scan().args(options.iter().copied()).run().exits(code).report();
        report.assert_source("activity-log", "failed");
        assert_all(&report, &["1.1", "4.1", "E3", "E6", "E8", "2.3"], "unknown");
        report.assert("2.1", "manual");
    });
}

#[test]
fn refused_me_is_a_warning_and_failed_me_incomplete() {
    for status in [401, 403] {
        let refused = Answer::error(status, "unauthorized", "No");
        let report = healthy().fault("/me", refused).scan().run().exits(0).report();
        report.assert_source("me", "forbidden");
        report.assert("2.3", "pass");
        report.assert("E9", "manual");
        assert!(report.warnings().to_lowercase().contains("workspace"), "{}", report.warnings());
    }
    let report = patient(healthy().fault("/me", server_error()), 3);
    report.assert_source("me", "failed");
    report.assert("E9", "unknown");
    report.assert("2.3", "pass");
}

#[test]
fn teammates_are_not_optional() {
    healthy().fault("/admins", refusal(403)).scan().run().exits(3);
}

#[test]
fn plan_without_the_log_is_said_to_be_the_plan() {
    for status in [402, 403] {
        let refusal = Answer::error(status, "api_plan_restricted", "Not yet available to your app");
        let report = healthy().log_fault(&refusal).scan().run().exits(0).report();
        report.assert_source("activity-log", "forbidden");
        let detail = report.source("activity-log").to_string() + &report.warnings();
        assert!(detail.to_lowercase().contains("plan"), "{detail}");
    }
}

#[test]
fn probes_that_stay_5xx_are_unknown_and_what_is_not_offered_is_no_failure() {
    patient(healthy().fault("/segments", server_error()), 3).assert("E4", "unknown");
    for (status, code, probe) in [(404, "not_found", "pass"), (400, "intercom_version_invalid", "manual")] {
        let missing = Answer::error(status, code, "Not offered");
        let api = healthy().fault("/ip_allowlist", missing.clone()).fault("/tags", missing);
        let report = api.scan().run().exits(0).report();
        report.assert_source("ip-allowlist", "forbidden");
        report.assert("1.4", "manual");
        report.assert_source("token-probe", "complete");
        report.assert("E4", probe);
    }
}
