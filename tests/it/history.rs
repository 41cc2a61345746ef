//! What the store of earlier scans answers: of the fixture that later versions have to open, and of the sample.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::program::{NOW, Program, program, scan};
use crate::run::Run;
use crate::workspace::{DAY, Event, Workspace};

/// The store that version 1 wrote.
pub(crate) fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/stores/v1.db")
}

/// The workspace of the fixture: a burst of failed sign-ins five weeks ago, by a person who is no teammate.
fn quiet() -> Workspace {
    with_past(Workspace::healthy())
}

/// The same with three administrators more, who never sign in.
fn crowded() -> Workspace {
    with_past(Workspace::crowded())
}

fn with_past(workspace: Workspace) -> Workspace {
    let agents = ["ana", "bo", "cy", "di", "kim", "lou", "max"];
    let known: Vec<_> = workspace.admins.iter().map(|admin| admin["email"].clone()).collect();
    let emails = agents.map(|name| format!("{name}@fixture.example"));
    let workspace =
        emails.iter().filter(|email| known.contains(&json!(email))).fold(workspace, |workspace, email| {
            (0..6).fold(workspace, |workspace, week| workspace.sign_in(email, "saml", (week * 7 + 1) * DAY))
        });
    (0..12).fold(workspace, |workspace, attempt| {
        let failed = Event::new("admin_login_failure").by("root@fixture.example").from("203.0.113.9");
        workspace.event(failed.ago(35 * DAY + attempt * 20))
    })
}

/// Adds a run to a store.
fn kept(store: Option<Vec<u8>>, scan: Program, now: &str, configuration: &str) -> Vec<u8> {
    let scan = store.iter().fold(scan, |scan, bytes| scan.file("posture.db", bytes));
    let configuration = format!("[workspace]\nid = \"fixture1\"\n{configuration}");
    let scan = scan.now(now).config(configuration).args(["--store", "posture.db"]);
    scan.run().bytes("posture.db")
}

/// Writes a store with every kind of run and end: fixed, aged out, waived, failed, late.
pub(crate) fn written() -> Vec<u8> {
    let store = kept(None, quiet().scan(), "2026-06-28T12:00:00Z", "");
    let store = kept(Some(store), crowded().scan(), "2026-07-05T12:00:00Z", "");
    let closed = scan("http://127.0.0.1:9").args(["--timeout", "1s"]);
    let store = kept(Some(store), closed, "2026-07-12T12:00:00Z", "");
    let store = kept(Some(store), quiet().scan(), "2026-07-19T12:00:00Z", "");
    let store = kept(Some(store), quiet().scan(), "2026-07-15T12:00:00Z", "");
    let store = kept(Some(store), crowded().scan(), "2026-07-26T12:00:00Z", "");
    let waiver = "[[waiver]]\ncontrol = \"2.3\"\nreason = \"until the audit\"\nby = \"ana@fixture.example\"\n\
                  on = 2026-08-01\nexpires = 2026-08-31\n";
    kept(Some(store), crowded().scan(), NOW, waiver)
}

pub(crate) fn history(words: &[&str]) -> Program {
    let program = program().fixture("posture.db", "stores/v1.db").arg("history").args(words.iter().copied());
    program.args(["--store", "posture.db"]).env("COLUMNS", "100")
}

pub(crate) fn json_of(words: &[&str]) -> Value {
    history(words).args(["--format", "json"]).now(NOW).run().json()
}

#[test]
fn runs_are_listed_with_how_each_ended() {
    let list = json_of(&["list"]);
    assert_eq!(list["workspace"], json!({"id": "fixture1", "name": "Fixture", "redaction_key": ""}));
    let runs = list["runs"].as_array().unwrap();
    let told: Vec<_> = runs
        .iter()
        .map(|run| (run["at"].as_str().unwrap(), run["outcome"].as_str().unwrap(), run["late"] == true))
        .collect();
    assert_eq!(
        told,
        [
            (NOW, "good", false),
            ("2026-07-26T12:00:00Z", "good", false),
            ("2026-07-19T12:00:00Z", "good", false),
            ("2026-07-15T12:00:00Z", "good", true),
            ("2026-07-12T12:00:00Z", "failed", false),
            ("2026-07-05T12:00:00Z", "good", false),
            ("2026-06-28T12:00:00Z", "good", false),
        ]
    );
    assert_eq!((&runs[4]["pass"], &runs[4]["exit_code"]), (&Value::Null, &json!(3)));
    let text = history(&["list"]).run().exits(0).says("").stdout;
    assert!(text.starts_with("Fixture 7 runs, 2026-06-28 to 2026-08-01\n"), "{text}");
    assert!(text.contains("kept after a newer run") && text.contains("failed"), "{text}");
    let csv = history(&["list", "--format", "csv"]).run().exits(0).stdout;
    assert!(csv.starts_with("run,at,outcome,") && csv.lines().count() == 8, "{csv}");
}

#[test]
fn a_run_that_is_late_says_when_the_newest_was() {
    let late = quiet().scan().now("2026-07-14T12:00:00Z").fixture("posture.db", "stores/v1.db");
    late.args(["--store", "posture.db"]).run().says(
        "run (2026-07-14 12:00 UTC) is older than the newest in the store (2026-08-01 12:00 UTC). It is kept, but not",
    );
}

#[test]
fn a_date_stands_in_one_line_where_no_run_has_a_note() {
    let list =
        program().args(["history", "list", "--demo"]).env("COLUMNS", "80").now(NOW).run().exits(0).stdout;
    let rows: Vec<_> =
        list.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_digit())).collect();
    assert!(rows.len() > 3 && rows.iter().all(|row| row.contains(" 12:00 ")), "{list}");
    assert!(!list.contains("Note"), "{list}");
}

#[test]
fn findings_have_a_first_and_a_last_sight_an_age_and_an_end() {
    let all = json_of(&["findings"]);
    let of = |control: &str| -> Vec<(String, String, i64)> {
        let found = all["findings"].as_array().unwrap().iter().filter(|one| one["control"] == control);
        let told = found.map(|one| {
            let end = one["ended_by"].as_str().unwrap_or("open");
            let since = one["open_since"].as_str().unwrap();
            (end.to_owned(), since[..10].to_owned(), one["age_seconds"].as_i64().unwrap() / DAY)
        });
        let mut told: Vec<_> = told.collect();
        told.sort();
        told.dedup();
        told
    };
    assert_eq!(
        of("2.3"),
        [("fixed".into(), "2026-07-05".into(), 14), ("waived".into(), "2026-07-26".into(), 6)]
    );
    let burst = of("E6");
    assert!(
        burst.iter().all(|(end, since, age)| (&**end, &**since, *age) == ("aged-out", "2026-06-28", 34)),
        "{burst:?}"
    );
    assert_eq!(burst.len(), 1);
    let came_back =
        all["findings"].as_array().unwrap().iter().find(|one| one["ended_by"] == "waived").unwrap();
    assert_eq!(came_back["first_seen"], "2026-07-05T12:00:00Z", "it was there before");
    let l1 = &all["levels"]["l1"];
    assert_eq!((&l1["open"], &l1["median_seconds_to_fix"]), (&json!(0), &json!(14 * DAY)));
    let l2 = &all["levels"]["l2"];
    assert_eq!((&l2["open"], &l2["fixed"], &l2["aged_out"]), (&json!(3), &json!(3), &json!(2)));
    assert_eq!(l2["median_seconds_to_fix"], json!(14 * DAY), "what aged out after 34 days was not fixed");
    let open = json_of(&["findings", "--open"]);
    let open: Vec<_> = open["findings"].as_array().unwrap().iter().map(|one| &one["ended_by"]).collect();
    assert_eq!(open, [&Value::Null; 3]);
    let text = history(&["findings"]).now(NOW).run().exits(0).stdout;
    assert!(text.contains("(first seen on 2026-07-05)") && text.contains("14 days"), "{text}");
    assert!(text.contains("That is not fixed, and not in the median."), "{text}");
    let csv = history(&["findings", "--format", "csv"]).now(NOW).run().stdout;
    assert_eq!(csv.lines().count(), 1 + all["findings"].as_array().unwrap().len());
}

#[test]
fn a_trend_is_drawn_in_what_the_locale_can_show() {
    let trend = json_of(&["trend"]);
    let points = trend["points"].as_array().unwrap();
    let open: Vec<_> = points.iter().map(|point| point["open_l1"].as_i64().unwrap()).collect();
    assert!(matches!(open[..], [0, 1..=9, 0, 1..=9, 0]), "{open:?}: neither failed nor late runs are points");
    let drawn = |locale: &str| history(&["trend"]).env("LC_ALL", locale).now(NOW).run().exits(0).stdout;
    assert!(drawn("C.UTF-8").contains("Open L1          ▁█▁█▁ 0 to 0, at most "), "{}", drawn("C.UTF-8"));
    let ascii = drawn("C");
    assert!(ascii.is_ascii() && ascii.contains("Open L1          _#_#_ 0 to 0"), "{ascii}");
    let csv = history(&["trend", "--format", "csv"]).run().stdout;
    assert_eq!(csv.lines().count(), 1 + points.len());
}

#[test]
fn the_report_of_a_run_comes_back() {
    let report = history(&["show", "latest", "--format", "json"]).run().exits(0).json();
    assert_eq!(report["scan"]["at"], NOW);
    for run in ["7", "2026-08-01", "2026-08-05"] {
        assert_eq!(history(&["show", run, "--format", "json"]).run().json(), report, "{run}");
    }
    history(&["show", "latest"]).run().exits(0).says("");
    let csv = history(&["show", "1", "--format", "csv"]).run().exits(0).stdout;
    assert!(csv.starts_with("record,control,title,"), "{csv}");
    history(&["show", "3"]).run().exits(2).says("run 3 of the store posture.db has no report").says("hint: ");
    history(&["show", "99"]).run().exits(2).says("has no run \"99\"");
    let diff = program()
        .fixture("posture.db", "stores/v1.db")
        .args(["diff", "--store", "posture.db"])
        .run()
        .exits(0);
    assert!(
        diff.stdout.contains("2026-07-26 12:00 UTC compared with 2026-08-01 12:00 UTC"),
        "{}",
        diff.stdout
    );
}

#[test]
fn status_ends_with_3_where_no_good_scan_is_recent() {
    let status = |now: &str, words: &[&str]| history(&[&["status"], words].concat()).now(now).run();
    let fine = status("2026-08-02T13:00:00Z", &[]).exits(0);
    assert_eq!(
        fine.stdout,
        "OK: the last good scan of Fixture is 25 hours old (run 7, 2026-08-01 12:00 UTC), at most 26 hours.\n"
    );
    let fresh = status("2026-08-01T12:00:30Z", &[]).exits(0).stdout;
    assert!(fresh.starts_with("OK: the last good scan of Fixture is under a minute old"), "{fresh}");
    let old = status("2026-08-02T14:00:01Z", &[]).exits(3).stdout;
    assert!(old.starts_with("Too old: the last good scan of Fixture is 26 hours old"), "{old}");
    status("2026-08-02T14:00:01Z", &["--max-age", "3d"]).exits(0);
    let future = status("2026-07-31T12:00:00Z", &[]).exits(3).stdout;
    assert!(future.starts_with("In the future: ") && future.contains("Check the clock."), "{future}");
    status("2026-08-01T11:56:00Z", &[]).exits(0);
    status(NOW, &["--max-age", "soon"]).exits(2).says("--max-age");
    let json = status("2026-08-04T12:00:00Z", &["--format", "json"]).exits(3).json();
    assert_eq!(
        (&json["recent"], &json["age_seconds"], &json["last_good"]["run"]),
        (&json!(false), &json!(3 * DAY), &json!(7))
    );

    let failed = kept(None, scan("http://127.0.0.1:9").args(["--timeout", "1s"]), NOW, "");
    let none = program()
        .file("posture.db", failed)
        .args(["history", "status", "--store", "posture.db"])
        .now(NOW)
        .run();
    let none = none.exits(3).stdout;
    assert!(
        none.starts_with("None: no good scan of fixture1 is in the store.\n! The newest scan, of "),
        "{none}"
    );
}

#[test]
fn the_sample_has_one_workspace_and_no_configuration() {
    for option in [["--workspace", "other"], ["--config", "x.toml"], ["--store", "posture.db"]] {
        program().args(["history", "list", "--demo"]).args(option).run().exits(2).says("cannot be used with");
    }
}

#[test]
fn a_store_is_named_by_flag_environment_or_configuration_and_never_found() {
    let bare = || program().fixture("posture.db", "stores/v1.db").args(["history", "status"]).now(NOW);
    bare()
        .run()
        .exits(2)
        .says("no store is named")
        .says("hint: give --store FILE, set INTERCOM_HARDEN_STORE");
    bare().env("INTERCOM_HARDEN_STORE", "posture.db").run().exits(0);
    bare().config("[store]\nfile = \"posture.db\"\n").run().exits(0);
    bare()
        .file("intercom-harden.toml", "[store]\nfile = \"posture.db\"\n")
        .run()
        .exits(2)
        .says("no store is named");
    let absent = bare().args(["--store", "absent.db"]).run().exits(2).says("absent.db");
    assert_eq!(absent.files(), ["posture.db"], "asking makes nothing");
    bare().args(["--store", "posture.db", "--demo"]).run().exits(2);
    for (key, value) in [("keep", "1d"), ("file", "posture.db")] {
        scan("http://127.0.0.1:9")
            .file("intercom-harden.toml", format!("[store]\n{key} = \"{value}\"\n"))
            .run()
            .exits(2)
            .says(&format!("`{key}` is refused in a configuration found"));
    }
}

#[test]
fn a_workspace_is_chosen_where_there_are_several() {
    let other = Workspace::healthy().app("id_code", "other22").app("name", "Other\u{1b}[31m");
    let both = kept_of(other.scan(), std::fs::read(fixture()).unwrap());
    let redacted = quiet()
        .scan()
        .arg("--redact")
        .env("INTERCOM_HARDEN_REDACT_KEY", "a key that only this test knows, and nothing else");
    let all = kept_of(redacted, both);
    let list = |words: &[&str]| {
        program()
            .file("posture.db", &all)
            .args(["history", "list", "--store", "posture.db"])
            .args(words.iter().copied())
            .run()
    };
    let several = list(&[]).exits(2).says("holds 3 workspaces").says("--workspace");
    assert!(
        several.stderr.contains("(redacted, ") && !several.stderr.contains('\u{1b}'),
        "{}",
        several.stderr
    );
    let key = several.stderr.split("(redacted, ").nth(1).unwrap().split(')').next().unwrap().to_owned();
    let runs = |run: Run| run.exits(0).json()["runs"].as_array().unwrap().len();
    assert_eq!(runs(list(&["--workspace", "other22", "--format", "json"])), 1);
    assert_eq!(
        runs(list(&["--workspace", "fixture1", "--format", "json"])),
        7,
        "the one whose people are named"
    );
    assert_eq!(runs(list(&["--workspace", &key, "--format", "json"])), 1);
    list(&["--workspace", "third"]).exits(2).says("holds no workspace third");
}

/// Adds a run of any workspace to a store.
fn kept_of(scan: Program, store: Vec<u8>) -> Vec<u8> {
    scan.file("posture.db", store).args(["--store", "posture.db"]).now(NOW).run().bytes("posture.db")
}

#[test]
fn the_sample_has_a_history() {
    let demo = |words: &[&str]| {
        program()
            .arg("history")
            .args(words.iter().copied())
            .arg("--demo")
            .now(NOW)
            .env("COLUMNS", "100")
            .run()
            .exits(0)
    };
    let list = demo(&["list"]).stdout;
    assert!(list.starts_with("Kestrel Parcel 13 runs, 2026-05-09 to 2026-08-01\n"), "{list}");
    let open = demo(&["findings", "--open", "--format", "json"]).json();
    let today = crate::program::demo().args(["--format", "json"]).run().json();
    let mut failing: Vec<_> = today["controls"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["status"] == "fail")
        .map(|one| one["id"].clone())
        .collect();
    let mut found: Vec<_> =
        open["findings"].as_array().unwrap().iter().map(|one| one["control"].clone()).collect();
    found.dedup();
    for ids in [&mut failing, &mut found] {
        ids.sort_by_key(Value::to_string);
        ids.dedup();
    }
    assert_eq!(found, failing, "what is open is what fails now");
    let trend = demo(&["trend"]).stdout;
    assert!(trend.contains("Open L1") && trend.contains('█'), "{trend}");
    assert!(demo(&["status"]).stdout.starts_with("OK: "));
    demo(&["show", "latest"]);
}
