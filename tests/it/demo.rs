//! `scan --demo`: the main job with no account and no network.

use crate::program::{NOW, Program, program};

fn demo() -> Program {
    program().args(["scan", "--demo"]).now(NOW)
}

#[test]
fn demo_needs_nothing_and_gates_nothing() {
    let run = demo().run().exits(0);
    assert!(run.stdout.contains("Kestrel Parcel"), "{}", run.stdout);
    for id in ["1.1", "2.3", "E12"] {
        assert!(run.stdout.contains(id), "{id}: {}", run.stdout);
    }
    demo().by_the_clock().run().exits(0);
}

#[test]
fn json_is_reproducible() {
    let once = demo().args(["--format", "json"]).run().exits(0).stdout;
    assert!(once == demo().args(["--format", "json"]).run().exits(0).stdout, "two runs differ");
    let json: serde_json::Value = serde_json::from_str(&once).unwrap();
    assert_eq!(json["scan"]["source"], "demo");
    assert_eq!(json["scan"]["duration_ms"], serde_json::Value::Null);
}

#[test]
fn verdicts_do_not_depend_on_the_day() {
    let statuses = |now: &str| -> Vec<String> {
        let report = program().args(["scan", "--demo", "--format", "json"]).now(now).run().exits(0).json();
        let controls = report["controls"].as_array().unwrap();
        controls.iter().map(|control| format!("{} {}", control["id"], control["status"])).collect()
    };
    assert_eq!(statuses(NOW), statuses("2027-02-28T23:59:59Z"), "the sample's dates are relative to now");
}

#[test]
fn table_fits_eighty_columns() {
    let run = demo().env("COLUMNS", "80").run().exits(0);
    let too_wide = run.stdout.lines().find(|line| line.chars().count() > 80);
    assert_eq!(too_wide, None, "\n{}", run.stdout);
}
