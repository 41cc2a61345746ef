//! Reviewed events: what a review excludes, and the command that writes one.

use serde_json::{Value, json};

use crate::cases::side_by_side;
use crate::intercom::Api;
use crate::program::{FILE, NOW, Program, program, scan};
use crate::run::Run;
use crate::server::{Answer, Server};
use crate::workspace::{Event, Workspace};

const DAY: i64 = 86_400;
fn event(id: &str, activity_type: &str, seconds_ago: i64) -> Event {
    Event::new(activity_type).field("id", json!(id)).by("ana@fixture.example").ago(seconds_ago)
}

/// Two new webhooks and an impersonation, in one second.
fn eventful() -> Workspace {
    ["hook-1", "hook-2"]
        .into_iter()
        .fold(Workspace::healthy(), |workspace, id| workspace.event(event(id, "app_webhook_creation", DAY)))
        .event(event("visit", "admin_impersonation_start", DAY))
}

fn review(event: &str, on: &str) -> String {
    format!("[[reviewed]]\nevent = \"{event}\"\nby = \"Dana Ruiz\"\non = {on}\nnote = \"CASE-7\"\n")
}

fn waiver(event: &str) -> String {
    format!(
        "[[waiver]]\ncontrol = \"E8\"\nevent = \"{event}\"\nreason = \"known\"\nby = \"CISO\"\non = 2026-07-31\n\
         expires = 2026-12-31\n"
    )
}

fn with(server: &Server, config: &str) -> Run {
    scan(&server.origin()).args(["--fail-on", "l2"]).config(config).run()
}

#[test]
fn a_control_passes_when_every_event_is_reviewed() {
    let server = eventful().serve();
    let one = review("hook-1", "2026-08-01");
    let report = with(&server, &one).exits(1).report();
    report.assert("E8", "fail");
    assert_eq!(
        report.finding("E8", "event", "hook-1")["reviewed"],
        json!({ "by": "Dana Ruiz", "on": "2026-08-01", "note": "CASE-7" })
    );
    assert_eq!(report.finding("E8", "event", "hook-2")["reviewed"], Value::Null);
    assert!(report.text("E8").contains("1 of 2 findings is reviewed."), "{}", report.text("E8"));

    let all = one + &review("hook-2", "2026-07-31") + &review("visit", "2026-08-01");
    let report = with(&server, &all).exits(0).report();
    report.assert("E8", "pass");
    report.assert("E3", "pass");
    assert_eq!(report.control("E8")["reason"], "All 2 events found are reviewed.");
    assert_eq!(report.control("E8")["findings"].as_array().unwrap().len(), 2, "the findings stay");
    assert_eq!(report.control("E8")["basis"], json!(["activity-log"]));
    let weakens = report.0["scan"]["config"]["weakens"].to_string();
    assert!(weakens.contains("hook-2") && weakens.contains("visit"), "{weakens}");
    assert_eq!(report.warnings(), "");
}

#[test]
fn a_review_counts_from_its_day() {
    let server = eventful().serve();
    let ahead = review("visit", "2026-08-02");
    let report = with(&server, &ahead).exits(1).report();
    report.assert("E3", "fail");
    assert!(report.warnings().contains("does not count yet"), "{}", report.warnings());
    let tomorrow = scan(&server.origin()).config(ahead).now("2026-08-02T00:00:00Z").run().report();
    tomorrow.assert("E3", "pass");
}

#[test]
fn events_of_other_controls_are_not_reviewed() {
    let server = Workspace::healthy().event(event("leaver", "admin_deletion", DAY)).serve();
    let report = with(&server, &review("leaver", "2026-08-01")).report();
    assert!(
        report.warnings().contains("no control accepts reviews of the event type admin_deletion."),
        "{}",
        report.warnings()
    );
    let failed = scan(&server.origin()).config(review("leaver", "2026-08-01"));
    failed.arg("--fail-on-hygiene").run().exits(1);
}

#[test]
fn an_entry_about_an_event_may_outlive_the_window() {
    let server = Workspace::healthy().serve();
    for (on, silent) in [("2026-07-01", true), ("2026-07-02", false), ("2026-07-31", false)] {
        let warnings = with(&server, &review("gone", on)).report().warnings();
        assert_eq!(warnings.is_empty(), silent, "{on}: {warnings}");
        let warnings = with(&server, &waiver("gone").replace("2026-07-31", on)).report().warnings();
        assert_eq!(warnings.is_empty(), silent, "{on}: {warnings}");
    }
    let twice = review("gone", "2026-06-01") + &review("gone", "2026-06-02");
    let warnings = with(&server, &twice).report().warnings();
    assert!(warnings.contains("is there twice"), "{warnings}");
}

#[test]
fn a_waiver_names_one_event_of_two_in_one_second() {
    let server = eventful().serve();
    let report = with(&server, &waiver("hook-2")).exits(1).report();
    assert_eq!(report.finding("E8", "event", "hook-1")["waived"], Value::Null);
    assert_eq!(report.finding("E8", "event", "hook-2")["waived"]["by"], "CISO");
    for near in ["hook-2 ", "HOOK-2", "hook\u{200b}-2"] {
        let report = with(&server, &waiver(near)).exits(1).report();
        assert_eq!(report.finding("E8", "event", "hook-2")["waived"], Value::Null, "{near}");
        assert!(report.warnings().contains("matches nothing"), "{}", report.warnings());
    }
    // An id of two events identifies neither.
    let subject = report.finding("E8", "event", "hook-2")["subject"].as_str().unwrap().to_owned();
    if report.finding("E8", "event", "hook-1")["subject"] == subject.as_str() {
        let both = waiver("x").replace("event = \"x\"", &format!("subject = \"{subject}\""));
        let report = with(&server, &both).exits(1).report();
        assert_eq!(report.finding("E8", "event", "hook-2")["waived"], Value::Null);
        assert!(report.warnings().contains("2 events have that subject"), "{}", report.warnings());
    }
    let neither = waiver("hook-2").replace("event =", "subject = \"x\"\nevent =");
    with(&server, &neither).exits(2).says("not both");
}

#[test]
fn what_is_reviewed_is_in_every_format_and_fails_nothing() {
    let server = eventful().serve();
    let config = ["hook-1", "visit"].map(|id| review(id, "2026-08-01")).concat();
    let outputs =
        ["sarif=s.json", "junit=j.xml", "table=t.txt", "markdown=m.md", "html=h.html", "ndjson=n.json"];
    let outputs = outputs.into_iter().flat_map(|output| ["-o", output]);
    let run = scan(&server.origin()).args(outputs).config(config).run();
    let sarif: Value = serde_json::from_str(&run.read("s.json").unwrap()).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let of = |id: &str| results.iter().filter(|result| result["ruleId"] == id).collect::<Vec<_>>();
    assert_eq!(of("E3")[0]["suppressions"][0]["justification"], "CASE-7", "the control passes");
    let suppressed = of("E8").iter().filter(|one| one["suppressions"] != json!([])).count();
    assert_eq!((of("E8").len(), suppressed), (2, 1));
    let junit = run.read("j.xml").unwrap();
    let case = junit.split("<testcase name=\"E3 ").nth(1).unwrap();
    assert!(case.split_once('>').unwrap().0.ends_with('/'), "E3 has no failure");
    for (name, word) in [
        ("j.xml", "reviewed by Dana Ruiz"),
        ("t.txt", "reviewed by Dana Ruiz"),
        ("m.md", "reviewed by Dana Ruiz"),
        ("h.html", "By Dana Ruiz on 2026-08-01"),
        ("n.json", "\"reviewed\":{\"by\":\"Dana Ruiz\""),
    ] {
        let text = run.read(name).unwrap();
        assert!(text.contains(word), "{name}: {text}");
    }
    // The line to paste is shown for open findings only.
    let table = run.read("t.txt").unwrap();
    assert!(table.contains("review --by") && table.contains("hook-2"), "{table}");
    assert!(!table.lines().any(|line| line.contains("review --by") && line.contains("hook-1")), "{table}");
}

#[test]
fn an_attestation_holds_no_longer_than_its_control_allows() {
    let server = Workspace::healthy().serve();
    // 4.2 allows 90 days.
    let signed = "[[attestation]]\ncontrol = '4.2'\nby = 'D'\non = 2026-05-03\nexpires = 2027-05-01\n";
    let at = |now: &str| scan(&server.origin()).config(signed).now(now).run().report();
    let last = at("2026-08-01T23:59:59Z");
    last.assert("4.2", "pass");
    assert_eq!(last.control("4.2")["attestation"]["expires"], "2026-08-01");
    let weakens = &last.0["scan"]["config"]["weakens"];
    assert_eq!(weakens, &serde_json::json!(["attests 4.2 as pass until 2026-08-01, by D"]));
    assert!(last.warnings().contains("expires on 2026-08-01, 90 days after"), "{}", last.warnings());
    let over = at("2026-08-02T00:00:00Z");
    over.assert("4.2", "manual");
    assert!(over.warnings().contains("expired on 2026-08-01, 90 days after"), "{}", over.warnings());
}

fn reviewing(events: &[&str]) -> Program {
    program().args(["review", "--by", "Dana Ruiz", "--note", "CASE-9"]).args(events.iter().copied()).now(NOW)
}

#[test]
fn reviews_are_written_and_the_next_scan_takes_them() {
    let server = eventful().serve();
    let old = "# ours\n[scan]\nlevel = 'l2'\n";
    let run = reviewing(&["hook-1", "hook-2", "hook-1"]).file(FILE, old).run().exits(0);
    let written = run.read(FILE).unwrap();
    assert!(written.starts_with(old) && written.matches("[[reviewed]]").count() == 2, "{written}");
    with(&server, &written).report().assert("E8", "pass");
    let again = reviewing(&["hook-2"]).file(FILE, &written).run().exits(0).says("reviewed already");
    assert_eq!(again.read(FILE).unwrap(), written);
    reviewing(&["hook-1"]).args(["--on", "2026-08-02"]).run().exits(2).says("--on");
}

#[test]
fn what_will_not_count_is_said_at_once() {
    let shared = eventful().event(event("hook-1", "app_package_installation", 2 * DAY)).serve();
    let report = scan(&shared.origin()).run().stdout;
    let against = |program: Program| {
        let run = program.file("last.json", &report).args(["--report", "last.json"]).run();
        run.exits(0)
    };
    let waive = |words: &[&str]| {
        let rest = ["--reason", "r", "--by", "D", "--expires", "30d"];
        program().arg("waive").args(words.iter().copied()).args(rest).now(NOW)
    };
    against(reviewing(&["absent"])).says("absent is not among the findings");
    against(reviewing(&["hook-1"])).says("different events of the report");
    against(waive(&["E8", "--event", "hook-1"])).says("does not count");
    let fine = against(reviewing(&["hook-2"]));
    assert!(!fine.streams().contains("does not count"), "{}", fine.streams());
    against(waive(&["E8", "--event", "absent"])).says("matches nothing");
    against(waive(&["E9", "--subject", "x"])).says("matches nothing");
    program()
        .arg("waive")
        .args(["E8", "--reason", "r", "--by", "D", "--expires", "30d", "--report", "no.json"])
        .run()
        .exits(2)
        .says("cannot read the report no.json: ");
    let attest =
        |words: &[&str]| program().arg("attest").args(words.iter().copied()).args(["--by", "D"]).now(NOW);
    against(attest(&["E8"])).says("data counts");
    against(attest(&["4.2", "--expires", "200d"])).says("counts until 2026-10-30 only");
    attest(&["4.2", "--on", "2026-03-01", "--expires", "2026-12-01"]).run().exits(0).says("does not count");
}

/// The message after writing a waiver agrees with the next scan.
#[test]
fn a_waiver_is_judged_alike_when_written_and_when_scanned() {
    let broken = Answer::error(500, "server_error", "Broken");
    let unread = Api::new(Workspace::healthy()).log_fault(&broken).serve();
    let reviewed = eventful().serve();
    let review = "[[reviewed]]\nevent = \"hook-1\"\nby = \"D\"\non = 2026-08-01\n\
                  [[reviewed]]\nevent = \"hook-2\"\nby = \"D\"\non = 2026-08-01\n";
    let cases = [
        // The log could not be read, so the finding may exist.
        (&unread, "", "E8", "--subject", "x", false),
        // A review made the control pass, and its finding is still there.
        (&reviewed, review, "E8", "--event", "hook-1", false),
        (&reviewed, review, "E8", "--event", "absent", true),
        (&reviewed, "", "E8", "--event", "absent", true),
        (&reviewed, "", "E8", "--event", "hook-1", false),
    ];
    side_by_side(cases, |(server, config, control, option, value, nothing)| {
        let scan = |config: &str| {
            scan(&server.origin()).args(["--timeout", "12s"]).file(FILE, config).run().report()
        };
        let waive = program().args([
            "waive",
            control,
            option,
            value,
            "--reason",
            "r",
            "--by",
            "D",
            "--expires",
            "30d",
        ]);
        let waive = waive.args(["--report", "last.json"]).file("last.json", scan(config).0.to_string());
        let run = waive.file(FILE, config).now(NOW).run().exits(0);
        assert_eq!(run.stderr.contains("matches nothing"), nothing, "{control} {value}: {}", run.stderr);
        let warnings = scan(&run.read(FILE).unwrap()).warnings();
        assert_eq!(warnings.contains("matches nothing"), nothing, "{control} {value}: {warnings}");
    });
}

#[test]
fn the_sample_can_be_checked_against() {
    let run = program().args(["scan", "--demo", "--format", "json"]).now(NOW).run();
    let report = run.report();
    let findings = report.control("E8")["findings"].as_array().unwrap().clone();
    let event = findings[0]["event"].as_str().unwrap();
    let run = reviewing(&[event, "absent"]).arg("--demo").run().exits(0).says("absent is not among");
    assert!(run.read(FILE).unwrap().contains(event));
    let explained =
        program().args(["explain", "E8", "--report", "r.json"]).file("r.json", report.0.to_string()).run();
    assert!(
        explained.stdout.contains("review --by") && explained.stdout.contains(event),
        "{}",
        explained.stdout
    );
}
#[test]
fn an_id_that_different_events_share_is_reviewed_for_none_of_them() {
    // By an event of no control, too.
    for other in ["app_webhook_creation", "admin_login_success"] {
        let server = eventful().event(event("visit", other, 2 * DAY)).serve();
        let report = with(&server, &review("visit", "2026-08-01")).exits(1).report();
        report.assert("E3", "fail");
        assert!(
            report.warnings().contains("several events of the log share that id."),
            "{}",
            report.warnings()
        );
    }
    let server = eventful().event(event("visit", "app_webhook_creation", 2 * DAY)).serve();
    let table = scan(&server.origin()).args(["-o", "table=t.txt"]).run().read("t.txt").unwrap();
    assert!(table.contains("review --by"), "{table}");
    assert!(!table.lines().any(|line| line.contains("review --by") && line.contains("visit")), "{table}");
}

#[test]
fn an_unreadable_entry_under_the_id_of_an_event_is_not_absent() {
    let odd = json!({ "id": "visit", "activity_type": "role_change" });
    let server = eventful().raw_event(odd).serve();
    let report = with(&server, &review("visit", "2026-08-01")).exits(1).report();
    report.assert("E3", "fail");
    report.assert_source("activity-log", "failed");
}
