//! Shapes of answers recorded from a live workspace: missing fields, empty objects, integer and text ids.

use crate::workspace::Workspace;

#[test]
fn recorded_shapes_are_read_in_full() {
    let workspace = || Workspace::from_fixture(include_str!("../../fixtures/workspaces/recorded.json"));
    // Long enough for every event to be inside the window.
    for since in ["2021-01-01", "30d"] {
        let report = workspace().scan().args(["--since", since]).run().report();
        report.assert_source("activity-log", "complete");
        report.assert("2.1", "manual");
        report.assert("2.3", "pass");
        assert_eq!(report.0["workspace"]["teammates"], 2, "the bot is not counted");
        assert!(!report.0["controls"].to_string().contains("operator+"), "the bot is judged nowhere");
        if since == "30d" {
            report.assert("1.1", "manual");
        } else {
            assert_eq!(report.source("activity-log")["records"], 4, "every record is read");
        }
    }
}
