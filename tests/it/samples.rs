//! The shapes a live workspace once answered with: missing fields, empty objects, integer beside text ids.

use crate::intercom::Api;
use crate::program::scan;
use crate::workspace::Workspace;

#[test]
fn recorded_shapes_are_read_in_full() {
    let workspace = Workspace::from_fixture(include_str!("../../fixtures/workspaces/recorded.json"));
    let server = Api::new(workspace).serve();
    // Wide enough for every event to lie inside the window.
    let run = scan(&server.origin()).args(["--since", "2021-01-01"]).run();
    let report = run.report();
    report.assert_source("activity-log", "complete");
    assert_eq!(report.source("activity-log")["records"], 4, "every record is read");
    assert_eq!(report.0["workspace"]["teammates"], 2, "the bot is not counted");
    report.assert("2.1", "manual");
    report.assert("2.3", "pass");
    assert!(!report.0["controls"].to_string().contains("operator+"), "the bot is judged nowhere");
}

#[test]
fn old_snapshots_are_found_without_a_wide_window() {
    let workspace = Workspace::from_fixture(include_str!("../../fixtures/workspaces/recorded.json"));
    let server = Api::new(workspace).serve();
    let report = scan(&server.origin()).run().report();
    report.assert("2.3", "pass");
    report.assert("2.1", "manual");
    report.assert("1.1", "manual");
}
