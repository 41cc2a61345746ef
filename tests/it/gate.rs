//! What the gate judges and leaves out, in every format for people, and in saved reports.

use serde_json::{Value, json};

use crate::cases::side_by_side;
use crate::intercom::Api;
use crate::program::{Program, demo, program};
use crate::server::Answer;
use crate::workspace::Workspace;

/// The formats that show the gate's decision in words.
const WORDED: [&str; 5] = ["table", "html", "markdown", "junit", "github"];

/// The sentence of each of those formats.
fn worded(scan: Program) -> Vec<String> {
    let run =
        WORDED.iter().fold(scan, |scan, format| scan.args(["-o", &format!("{format}={format}.out")])).run();
    let text = |format: &&str| run.said(&format!("{format}.out"));
    WORDED.iter().map(text).map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

fn healthy() -> Program {
    Workspace::healthy().scan()
}

fn left_out(scan: Program) -> Value {
    scan.run().report().0["gate"]["left_out"].clone()
}

#[test]
fn what_was_left_out_stands_beside_the_result() {
    for text in worded(healthy().args(["--skip", "2.3", "--skip", "e6"])) {
        assert!(text.to_lowercase().contains("controls evaluated, none fails"), "{text}");
        assert!(text.contains("1 control by --level, --skip, --control or the configuration: 2.3"), "{text}");
    }
    assert_eq!(left_out(healthy()), json!([]));
    assert_eq!(left_out(healthy().args(["--skip", "2.3", "--skip", "E6"])), json!(["2.3"]), "E6 is L2");
    assert_eq!(left_out(healthy().args(["--skip", "2.3", "--fail-on", "never"])), json!([]));
    let above = left_out(healthy().args(["--level", "l1", "--fail-on", "l2"]));
    let above = above.as_array().unwrap();
    assert!(above.contains(&json!("1.4")) && above.contains(&json!("E6")), "{above:?}");
    assert!(!above.contains(&json!("1.1")) && !above.contains(&json!("E10")), "{above:?}");
    let by_file = healthy().config("[scan]\nlevel = \"l1\"\nfail_on = \"l2\"\n");
    assert_eq!(left_out(by_file).as_array().unwrap(), above);
    let one = left_out(healthy().args(["--control", "2.3", "--pack", "guide"]));
    assert!(
        one.as_array().unwrap().contains(&json!("1.1")) && !one.as_array().unwrap().contains(&json!("2.3"))
    );
    assert!(!one.as_array().unwrap().contains(&json!("E1")), "{one}");
}

#[test]
fn the_gate_says_of_how_many_controls_none_fails() {
    let report = healthy().run().exits(0).report();
    let judged =
        report.0["controls"].as_array().unwrap().iter().filter(|control| control["level"] == "l1").count();
    let said = format!("of {} controls evaluated, none fails", judged - 1);
    for text in worded(healthy().args(["--skip", "1.3"])) {
        assert!(text.contains(&said), "{said}: {text}");
    }
}

#[test]
fn a_gate_that_judges_nothing_warns() {
    let only = ["--control", "E9", "--fail-on", "l1"];
    let report = healthy().args(only).run().exits(0).report();
    assert_eq!(report.warnings(), "The gate judges no control: none up to L1 was evaluated.");
    for text in worded(healthy().args(only)) {
        assert!(text.contains("no control was evaluated"), "{text}");
    }
    assert_eq!(healthy().args(["--control", "E9", "--fail-on", "l2"]).run().report().warnings(), "");
    assert_eq!(healthy().args(["--control", "E9", "--fail-on", "never"]).run().report().warnings(), "");
}

#[test]
fn too_few_decided_controls_fail_the_gate() {
    let few = |least: &str| healthy().args(["--min-coverage", least]).run();
    let report = few("100").exits(1).report();
    assert_eq!(report.0["gate"]["min_coverage"], 100);
    assert_eq!(report.0["gate"]["violations"], json!([]));
    few("0").exits(0);
    few("101").exits(2);
    healthy().args(["--fail-on", "never"]).config("[scan]\nmin_coverage = 99\n").run().exits(1);
    healthy().config("[scan]\nmin_coverage = 99\n").args(["--min-coverage", "1"]).run().exits(0);
}

fn attested(result: &str, control: &str) -> String {
    format!(
        "[[attestation]]\ncontrol = \"{control}\"\nresult = \"{result}\"\nby = \"Dana Ruiz\"\non = 2026-07-01\n\
         expires = 2026-12-31\nnote = \"no such feature\"\n"
    )
}

#[test]
fn what_does_not_apply_stays_manual_and_does_not_count() {
    let only = ["--control", "4.2", "--control", "1.3"];
    let before = healthy().args(only).run().exits(0).report();
    assert_eq!(before.0["summary"]["coverage"], 0.0);
    let run = healthy().args(only).arg("--strict").config(attested("n/a", "4.2")).run().exits(1);
    let report = run.report();
    report.assert("4.2", "manual");
    assert_eq!(report.control("4.2")["attestation"]["result"], "n/a");
    assert_eq!(report.control("4.2")["basis"], json!([]));
    assert_eq!(report.control("4.2")["reason"], before.control("4.2")["reason"]);
    let summary = &report.0["summary"];
    assert_eq!([&summary["manual"], &summary["not_applicable"], &summary["attested"]], [2, 1, 0]);
    assert_eq!(report.0["gate"]["violations"], json!(["1.3"]), "--strict does not count it");
    let weakens = report.0["scan"]["config"]["weakens"].to_string();
    assert!(weakens.contains("attests 4.2 as n/a until 2026-09-29"), "{weakens}");
    let both = [attested("n/a", "4.2"), attested("N/A", "1.3")].concat();
    let report = healthy().args(only).arg("--strict").config(both).run().exits(0).report();
    assert_eq!(report.0["summary"]["coverage"], Value::Null);
    // It expires like every attestation.
    let later =
        healthy().args(only).arg("--strict").config(attested("n/a", "4.2")).now("2027-01-01T00:00:00Z");
    assert_eq!(later.run().exits(1).report().0["summary"]["not_applicable"], 0);
    healthy()
        .config(attested("n/a", "4.2").replace("note", "evidence"))
        .run()
        .exits(2)
        .says("`note` is missing");
}

#[test]
fn data_that_fails_still_fails() {
    let report = Workspace::crowded().scan().config(attested("n/a", "2.3")).run().exits(1).report();
    report.assert("2.3", "fail");
    assert!(
        report.text("2.3").contains("Contradiction: Dana Ruiz attested n/a on"),
        "{}",
        report.text("2.3")
    );
    assert_eq!(report.0["summary"]["not_applicable"], 0);
}

#[test]
fn attest_takes_what_does_not_apply_with_a_note() {
    let attest = |words: &[&str]| {
        let words = ["attest", "3.2", "--by", "Dana Ruiz", "--result", "N/A"].iter().chain(words).copied();
        program().args(words).now("2026-08-01T12:00:00Z").run()
    };
    attest(&[]).exits(2).says("--note");
    let text = attest(&["--note", "no personal data"]).exits(0).read("intercom-harden.toml").unwrap();
    assert!(text.contains("result = \"n/a\""), "{text}");
}

/// Renders a saved report with changed values.
fn tampered(report: &Value, changes: &[(&str, Value)]) -> crate::run::Run {
    let mut report = report.clone();
    for (place, value) in changes {
        *report.pointer_mut(place).unwrap() = value.clone();
    }
    program()
        .file("report.json", report.to_string())
        .args(["render", "report.json", "--format", "json"])
        .run()
}

#[test]
fn render_decides_the_gate_anew() {
    let only = ["--control", "2.3", "--control", "4.2"];
    let report = Workspace::crowded().scan().args(only).run().exits(1).json();
    let at =
        report["controls"].as_array().unwrap().iter().position(|control| control["id"] == "2.3").unwrap();
    let place = |field: &str| format!("/controls/{at}{field}");
    let honest = tampered(&report, &[]).exits(0);
    assert_eq!((honest.json(), honest.stderr.as_str()), (report.clone(), ""));
    let lies =
        [("/gate/passed", json!(true)), ("/gate/violations", json!([])), ("/gate/exit_code", json!(0))];
    let run = tampered(&report, &lies).exits(0).says("The saved report says: gate passed, 0 violations");
    assert_eq!(run.json()["gate"], report["gate"]);
    assert!(run.report().warnings().contains("exit code 1"), "{}", run.report().warnings());
    let run = tampered(&report, &[(&place("/status"), json!("pass"))]).exits(0).says("the saved report says");
    assert_eq!(run.json()["gate"]["exit_code"], 0);
    let mut known = report["controls"][at]["findings"].clone();
    known.as_array_mut().unwrap().iter_mut().for_each(|finding| finding["in_baseline"] = json!(true));
    let baseline = json!({ "path": "before.json", "digest": "sha256:77" });
    let with_baseline =
        tampered(&report, &[(&place("/findings"), known.clone()), ("/scan/baseline", baseline)]);
    assert_eq!(with_baseline.exits(0).json()["gate"]["passed"], true);
    // Values that no scan of that day would have.
    let signed = |on: &str, expires: &str| json!({ "reason": "r", "by": "b", "on": on, "expires": expires });
    let reviewed = |on: &str| json!({ "by": "b", "on": on });
    let marked = |field: &str, mark: Value| {
        let mut findings = report["controls"][at]["findings"].clone();
        findings.as_array_mut().unwrap().iter_mut().for_each(|finding| finding[field] = mark.clone());
        findings
    };
    for (field, value) in [
        ("/findings", known),
        ("/findings", marked("waived", signed("2026-07-01", "2026-07-31"))),
        ("/findings", marked("waived", signed("2026-08-02", "2026-12-31"))),
        ("/findings", marked("reviewed", reviewed("2026-07-01"))),
        ("/waived", signed("2026-07-01", "2026-07-31")),
    ] {
        let run = tampered(&report, &[(&place(field), value.clone())]).exits(0);
        assert_eq!(run.json()["gate"]["violations"], report["gate"]["violations"], "{value}");
    }
    let run = tampered(&report, &[("/sources/2/status", json!("failed")), (&place("/level"), json!("l2"))])
        .exits(0);
    assert_eq!(run.json()["gate"]["exit_code"], 3);
    let run =
        tampered(&report, &[("/gate/min_coverage", json!(100)), (&place("/level"), json!("l2"))]).exits(0);
    assert_eq!(
        (&run.json()["gate"]["passed"], &run.json()["gate"]["violations"]),
        (&json!(false), &json!([]))
    );
}

#[test]
fn what_was_allowed_is_part_of_the_report() {
    let report = demo().args(["--format", "json", "--allow-incomplete"]).run().exits(0).json();
    assert_eq!(report["gate"]["allow_incomplete"], true);
}

#[test]
fn too_little_coverage_is_not_certain_where_a_source_failed() {
    let broken = Answer::error(500, "server_error", "Broken");
    let server = Api::new(Workspace::healthy()).log_fault(&broken).serve();
    let scan = |least: &str| {
        crate::program::scan(&server.origin())
            .args(["--timeout", "12s", "--fail-on", "never", "--min-coverage", least])
            .run()
    };
    let report = scan("90").exits(3).report();
    assert_eq!([&report.0["gate"]["passed"], &report.0["gate"]["min_coverage"]], [&json!(false), &json!(90)]);
    let allowed = |least: &str| {
        let run = crate::program::scan(&server.origin()).args([
            "--timeout",
            "12s",
            "--fail-on",
            "never",
            "--allow-incomplete",
        ]);
        run.config(format!("[scan]\nmin_coverage = {least}\n")).run()
    };
    side_by_side([("90", 3), ("1", 0)], |(least, code)| allowed(least).exits(code));
}
