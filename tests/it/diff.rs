//! What changed between two reports: of files, of a store, of the sample.

use serde_json::{Value, json};

use crate::program::{NOW, Program, demo, program};
use crate::workspace::{DAY, Workspace};

/// The instant a week before the one that tests run at.
const WEEK_BEFORE: &str = "2026-07-25T12:00:00Z";

/// What a scan of a workspace says.
fn report(workspace: Workspace) -> String {
    workspace.scan().run().stdout
}

/// A healthy workspace, a week before.
fn earlier() -> String {
    Workspace::healthy().scan().now(WEEK_BEFORE).run().stdout
}

fn diff(old: impl AsRef<[u8]>, new: impl AsRef<[u8]>) -> Program {
    program().args(["diff", "old.json", "new.json"]).file("old.json", old).file("new.json", new)
}

/// The same with every value of the key replaced.
fn changed(report: &str, pointer: &str, value: impl Into<Value>) -> String {
    let mut report: Value = serde_json::from_str(report).unwrap();
    *report.pointer_mut(pointer).unwrap() = value.into();
    report.to_string()
}

fn crowded() -> Workspace {
    Workspace::healthy().teammate("one@acme.example", "Admin").teammate("two@acme.example", "Admin")
}

#[test]
fn what_regressed_and_who_joined_is_told_and_fails() {
    let (old, new) = (report(Workspace::healthy()), report(crowded()));
    let run = diff(&old, &new).run().exits(1).says("");
    let text = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("Gate failed: "), "{text}");
    assert!(text.contains("Regressed (") && text.contains("2.3 L1"), "{text}");
    assert!(text.contains("joined one@acme.example (role Admin, administrator)"), "{text}");
    let json = diff(&old, &new).args(["--format", "json"]).run().exits(1).json();
    let schema = program().args(["generate", "schema", "diff"]).run().exits(0).json();
    let problems: Vec<_> = jsonschema::validator_for(&schema)
        .unwrap()
        .iter_errors(&json)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(problems.is_empty(), "{problems:#?}");
    let outcome = |id: &str| {
        let controls = json["controls"].as_array().unwrap();
        controls.iter().find(|control| control["id"] == id).map(|control| control["outcome"].clone())
    };
    assert_eq!(outcome("2.3"), Some("regressed".into()));
    assert_eq!(json["gate"]["exit_code"], 1);
    let joined: Vec<_> =
        json["people"].as_array().unwrap().iter().map(|one| (&one["name"], &one["fate"])).collect();
    assert!(joined.contains(&(&json!("two@acme.example"), &json!("joined"))), "{joined:?}");
    // The other way round it was fixed, which fails nothing.
    let back = diff(&new, &old).args(["--format", "json"]).run().exits(0).json();
    assert!(
        back["controls"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["id"] == "2.3" && one["outcome"] == "fixed")
    );
    diff(&old, &new).args(["--fail-on", "never"]).run().exits(0);
}

#[test]
fn nothing_changed_is_one_line() {
    let report = report(Workspace::healthy());
    let run = diff(&report, &report).run().exits(0);
    let line = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(line.starts_with("Nothing changed in ") && line.ends_with(" controls."), "{line}");
    assert_eq!(run.stderr, "");
}

#[test]
fn what_left_the_window_aged_out_and_is_not_fixed() {
    let burst = |workspace: Workspace| {
        (0..12).fold(workspace, |workspace, attempt| {
            let failed = crate::workspace::Event::new("admin_login_failure");
            workspace.event(failed.by("root@acme.example").from("203.0.113.9").ago(29 * DAY + attempt * 20))
        })
    };
    let old = burst(Workspace::healthy()).scan().run().stdout;
    let new = burst(Workspace::healthy()).scan().now("2026-08-06T12:00:00Z").run().stdout;
    let json = diff(&old, &new).args(["--format", "json", "--fail-on", "l3"]).run().json();
    let controls = json["controls"].as_array().unwrap();
    let burst = controls.iter().find(|control| control["id"] == "E6").unwrap();
    assert_eq!(burst["outcome"], "aged-out");
    let gone = json["findings"].as_array().unwrap().iter().filter(|one| one["control"] == "E6");
    let why: Vec<_> = gone.map(|one| (&one["fate"], &one["why"])).collect();
    assert!(!why.is_empty() && why.iter().all(|why| *why == (&json!("gone"), &json!("aged-out"))), "{why:?}");
    for format in ["summary", "markdown", "html"] {
        let text = diff(&old, &new).args(["--format", format]).run().stdout;
        assert!(text.contains("Aged out, not fixed"), "{text}");
        assert!(!text.contains("Fixed"), "{text}");
    }
}

#[test]
fn formats_go_to_files_and_the_new_findings_are_lines() {
    let (old, new) = (report(Workspace::healthy()), report(crowded()));
    let outputs =
        ["-o", "diff.md", "-o", "diff.html", "-o", "new.ndjson", "-o", "diff.json", "--format", "none"];
    let run = diff(&old, &new).args(outputs).run().exits(1);
    assert_eq!(run.stdout, "");
    assert!(run.said("diff.md").starts_with("## intercom-harden: what changed, gate failed\n"));
    let page = run.said("diff.html");
    assert!(page.contains("script-src 'none'") && !page.contains("<script"), "a page without a script");
    let lines: Vec<Value> =
        run.said("new.ndjson").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(!lines.is_empty() && lines.iter().all(|line| line["record"] == "finding"));
    assert!(lines.iter().any(|line| line["subject"] == "one@acme.example"));
    #[cfg(unix)]
    assert_eq!(run.mode("diff.md"), 0o600, "it names people");
    diff(&old, &new)
        .args(["--format", "sarif"])
        .run()
        .exits(2)
        .says("this command does not write sarif; it writes summary, ");
}

#[test]
fn reports_that_do_not_belong_together_are_refused() {
    let report = report(Workspace::healthy());
    let other = changed(&report, "/workspace/id", "zz99yy88");
    diff(&report, &other).run().exits(2).says("the reports are of two workspaces").says("hint: ");
    let unknown = changed(&report, "/workspace/id", Value::Null);
    diff(&unknown, &report).run().exits(2).says("the first report does not say which workspace it is about");
    let redacted = Workspace::healthy().scan().arg("--redact").run().stdout;
    diff(&report, &redacted).run().exits(2).says("not redacted with the same key");
    diff("{}", &report).run().exits(2).says("old.json").says("not a JSON report");
    program()
        .args(["diff", "absent.json", "new.json"])
        .file("new.json", &report)
        .run()
        .exits(2)
        .says("absent.json");
    program()
        .args(["diff", "-", "-"])
        .stdin(report.clone())
        .run()
        .exits(2)
        .says("standard input holds one report");
    program().args(["diff", "-", "new.json"]).stdin(report.clone()).file("new.json", &report).run().exits(0);
    program().args(["diff", "only.json"]).file("only.json", &report).run().exits(2);
}

#[test]
fn what_cannot_be_compared_says_why_and_is_exit_3_where_it_fails() {
    let new = report(crowded());
    let mut old: Value = serde_json::from_str(&report(crowded())).unwrap();
    let control = old["controls"].as_array_mut().unwrap().iter_mut().find(|one| one["id"] == "2.3").unwrap();
    control["digest"] = "sha256:00".into();
    let run = diff(old.to_string(), &new).run().exits(3);
    let text = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("Cannot be compared (1)"), "{text}");
    assert!(
        text.contains("1 control Its level, checks, parameters or settings are not the same. 2.3"),
        "{text}"
    );
    assert!(text.contains("Failing, but cannot be compared: 2.3."), "{text}");
}

#[test]
fn the_sample_is_compared_with_what_it_was() {
    let run = program().args(["diff", "--demo", "--now", NOW]).run().exits(0);
    let text = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        "Kestrel Parcel 2026-07-18 12:00 UTC compared with 2026-08-01 12:00 UTC",
        "joined hugo.larsen@kestrelparcel.example (role Viewer)",
        "left corin.blake@kestrelparcel.example (had role Support agent)",
        "trusted_domains_setting_change changed on 2026-07-24 12:00 UTC by petra.lindqvist@kestrelparcel.example",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let page = program().args(["diff", "--demo", "--now", NOW, "--format", "html"]).run().stdout;
    assert!(page.contains("<p>Nothing fails the comparison"), "a sentence begins with a capital");
    let today = demo().args(["--format", "json"]).run().report();
    let compared = program().args(["diff", "--demo", "--now", NOW, "--format", "json"]).run().json();
    let new: Vec<_> =
        compared["findings"].as_array().unwrap().iter().filter(|one| one["fate"] == "new").collect();
    let levels: Vec<_> = new.iter().map(|one| one["level"].as_str().unwrap()).collect();
    assert!(levels.is_sorted() && levels.first() < levels.last(), "the most urgent come first: {levels:?}");
    let regressed =
        compared["controls"].as_array().unwrap().iter().filter(|one| one["outcome"] == "regressed");
    for control in regressed {
        today.assert(control["id"].as_str().unwrap(), "fail");
    }
}

#[test]
fn runs_of_a_store_are_compared_by_word_number_and_date() {
    let first = Workspace::healthy().scan().now(WEEK_BEFORE).args(["--store", "posture.db"]).run();
    let store = first.bytes("posture.db");
    #[cfg(unix)]
    assert_eq!(first.mode("posture.db"), 0o600);
    let second = crowded().scan().file("posture.db", &store).args(["--store", "posture.db"]).run().exits(1);
    let store = second.bytes("posture.db");
    let diff = |words: &[&str]| {
        let program = program().file("posture.db", &store).args(["diff", "--store", "posture.db"]);
        program.args(words.iter().copied())
    };
    let usual = diff(&[]).run().exits(1).stdout;
    assert!(usual.contains("2026-07-25 12:00 UTC compared with 2026-08-01 12:00 UTC"), "{usual}");
    for words in [["previous", "latest"], ["1", "2"], ["2026-07-25", "2026-08-01"], ["2026-07-31", NOW]] {
        assert_eq!(diff(&words).run().exits(1).stdout, usual, "{words:?}");
    }
    diff(&["2026-07-24"]).run().exits(2).says("has no run \"2026-07-24\"").says("history list");
    let late = Workspace::healthy().scan().file("posture.db", &store).args(["--store", "posture.db"]);
    let late = late.now("2026-07-28T12:00:00Z").run().bytes("posture.db");
    let of_late = program().file("posture.db", late).args(["diff", "--store", "posture.db", "3", "latest"]);
    of_late
        .run()
        .exits(2)
        .says("run 3 of the store posture.db is not compared: it was kept after a newer run");
    diff(&["--workspace", "other"]).run().exits(2).says("holds no workspace other");
    program().args(["diff", "--store", "absent.db"]).run().exits(2).says("absent.db");
    let text = program().file("text.db", "no database").args(["diff", "--store", "text.db"]).run().exits(2);
    text.says("text.db");
}

#[test]
fn a_baseline_of_a_sarif_report_says_what_is_new() {
    let scan = crowded().scan().baseline(earlier()).args(["-o", "r.sarif"]).run().exits(1);
    let log: Value = serde_json::from_str(&scan.said("r.sarif")).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert!(!results.is_empty());
    assert!(results.iter().all(|result| result["baselineState"].is_string()), "all or none");
    assert!(results.iter().any(|result| result["baselineState"] == "new"));
}
