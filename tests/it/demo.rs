//! `scan --demo`: the main job with no account and no network.

use crate::program::{NOW, demo};

#[test]
fn demo_needs_nothing_and_gates_nothing() {
    let run = demo().run().exits(0);
    assert!(run.stdout.contains("Kestrel Parcel"), "{}", run.stdout);
    for id in ["1.1", "2.3", "E3"] {
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
        let report = demo().args(["--format", "json"]).now(now).run().exits(0).json();
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

/// No observation repeats a finding, the reason or another observation.
#[test]
fn no_sentence_stands_twice_in_the_block_of_a_control() {
    let report = demo().args(["--format", "json"]).run().exits(0).json();
    for control in report["controls"].as_array().unwrap() {
        let texts = |list: &serde_json::Value, text: fn(&serde_json::Value) -> &serde_json::Value| {
            list.as_array().unwrap().iter().filter_map(|one| text(one).as_str().map(str::to_owned)).collect()
        };
        let told: Vec<String> = texts(&control["findings"], |finding| &finding["evidence"]["description"]);
        let context: Vec<String> = texts(&control["context"], |line| line);
        let mut sentences =
            control["reason"].as_str().unwrap().split_inclusive(". ").chain(told.iter().map(String::as_str));
        let again = sentences.find(|sentence| context.iter().any(|line| line.contains(sentence.trim())));
        assert_eq!(again, None, "{}: {context:?}", control["id"]);
    }
}

#[test]
fn mappings_that_are_not_the_guides_are_told_apart_where_a_framework_is_shown() {
    for format in ["table", "markdown", "html"] {
        let by = |framework| demo().args(["--format", format, "--by", framework]).run().exits(0).stdout;
        let own = "own mapping, not the guide";
        assert!(by("SOC2").to_lowercase().contains(own), "{format}");
        assert!(format == "html" || !by("level").to_lowercase().contains(own), "{format}");
    }
}
