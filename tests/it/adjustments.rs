//! Attestations, waivers and baselines, and their effect on a scan.

use serde_json::{Value, json};

use crate::program::{Program, scan};
use crate::server::Server;
use crate::workspace::Workspace;

/// Four teammates in privileged roles, one more than allowed, and further teammates in another role.
fn crowded() -> Workspace {
    let people = [("ana", "Admin"), ("bo", "Owner"), ("cy", "Admin"), ("di", "Admin"), ("eve", "Viewer")];
    let more = ["gus", "hal", "ira", "joe"].map(|name| (name, "Viewer"));
    people.into_iter().chain(more).fold(Workspace::new(), |workspace, (name, role)| {
        let email = format!("{name}@fixture.example");
        workspace.teammate(&email, role).sign_in(&email, "saml", 3_600)
    })
}

fn with_config(server: &Server, config: &str) -> Program {
    scan(&server.origin()).config(config)
}

fn attestation(control: &str, rest: &str) -> String {
    format!("[[attestation]]\ncontrol = \"{control}\"\nby = \"Dana Ruiz\"\n{rest}\n")
}

fn waiver(control: &str, rest: &str) -> String {
    format!("[[waiver]]\ncontrol = \"{control}\"\nreason = \"known\"\nby = \"CISO\"\n{rest}\n")
}

/// The words of a run's table.
fn table(program: Program, code: i32) -> String {
    let run = program.args(["-o", "table=report.txt"]).run().exits(code);
    run.read("report.txt").unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn attested_pass_makes_a_manual_control_pass() {
    let server = Workspace::healthy().serve();
    let signed =
        attestation("1.3", "on = 2026-07-01\nexpires = 2026-08-01\nevidence = \"https://wiki.example/1\"");
    let report = with_config(&server, &signed).run().exits(0).report();
    report.assert("1.3", "pass");
    let control = report.control("1.3");
    assert_eq!(control["basis"], json!(["attestation"]));
    assert_eq!(control["attestation"]["by"], "Dana Ruiz");
    assert_eq!(control["attestation"]["expires"], "2026-08-01");
    assert_eq!(report.0["summary"]["attested"], 1);
    assert_eq!(report.0["scan"]["config"]["weakens"].as_array().unwrap().len(), 1);
}

#[test]
fn attestation_holds_through_its_last_day_and_no_longer() {
    let server = Workspace::healthy().serve();
    let signed = attestation("4.2", "on = 2026-07-01\nexpires = 2026-07-31");
    for (now, status) in [("2026-07-31T23:59:59Z", "pass"), ("2026-08-01T00:00:00Z", "manual")] {
        // The local time zone must not matter.
        for zone in ["Pacific/Kiritimati", "Pacific/Pago_Pago"] {
            let report = with_config(&server, &signed).now(now).env("TZ", zone).run().report();
            report.assert("4.2", status);
            if status == "manual" {
                assert!(report.text("4.2").contains("Dana Ruiz"), "{}", report.text("4.2"));
                assert!(report.warnings().contains("expired on 2026-07-31"), "{}", report.warnings());
            }
        }
    }
}

#[test]
fn attested_fail_fails_the_gate() {
    let server = Workspace::healthy().serve();
    let signed = attestation("1.2", "result = \"fail\"\non = 2026-07-01\nexpires = 2027-01-01");
    let report = with_config(&server, &signed).run().exits(1).report();
    report.assert("1.2", "fail");
    assert_eq!(report.0["gate"]["violations"], json!(["1.2"]));
}

#[test]
fn waiver_leaves_the_status_and_lifts_the_gate() {
    let server = crowded().serve();
    scan(&server.origin()).run().exits(1).report().assert("2.3", "fail");
    let whole = waiver("2.3", "expires = 2026-12-31");
    let report = with_config(&server, &whole).run().exits(0).report();
    report.assert("2.3", "fail");
    assert_eq!(report.control("2.3")["waived"]["by"], "CISO");
    assert_eq!(report.0["summary"]["waived"], 1);
    assert_eq!(report.0["summary"]["fail"], 1);
    with_config(&server, &whole).arg("--no-waivers").run().exits(1);
    with_config(&server, &waiver("2.3", "expires = 2026-07-31")).run().exits(1);
}

#[test]
fn waiver_of_one_person_covers_that_person() {
    let server = crowded().serve();
    let one = waiver("2.3", "subject = \"DI@fixture.example\"\nexpires = 2026-12-31");
    let report = with_config(&server, &one).run().exits(1).report();
    assert_eq!(report.finding("2.3", "subject", "di@fixture.example")["waived"]["reason"], "known");
    assert_eq!(report.finding("2.3", "subject", "ana@fixture.example")["waived"], Value::Null);
    let of = |name| waiver("2.3", &format!("subject = \"{name}@fixture.example\"\nexpires = 2026-12-31"));
    let all = ["ana", "bo", "cy", "di"].map(of).concat();
    let report = with_config(&server, &all).run().exits(0).report();
    report.assert("2.3", "fail");
    assert_eq!(report.0["summary"]["waived"], 1);
}

#[test]
fn waiver_covers_what_it_names_and_nothing_that_looks_like_it() {
    let people = [
        "kate@bücher.example",
        "ｋate@bücher.example",
        "\u{212a}ate@bücher.example",
        "\u{43a}ate@bücher.example",
    ];
    let near = [
        "kate@bucher.example",
        "k\u{200b}ate@bücher.example",
        "straße@bücher.example",
        "strasse@bücher.example",
    ];
    let workspace = people.iter().chain(&near).fold(Workspace::new(), |workspace, email| {
        workspace.teammate(email, "Admin").sign_in(email, "saml", 3_600)
    });
    let server = workspace.serve();
    for (subject, covered) in [
        ("kate@bücher.example", "kate@bücher.example"),
        ("  KATE@XN--BCHER-KVA.example.", "kate@bücher.example"),
        ("\u{212a}ATE@Bu\u{308}cher.example", "\u{212a}ate@bücher.example"),
        ("STRA\u{1e9e}E@bücher.example", "straße@bücher.example"),
        ("strasse@bücher.example", "strasse@bücher.example"),
        ("kate@bucher.example", "kate@bucher.example"),
    ] {
        let waiver = waiver("２.3", &format!("subject = \"{subject}\"\nexpires = 2026-12-31"));
        let report = with_config(&server, &waiver).run().exits(1).report();
        let mut findings = report.control("2.3")["findings"].as_array().unwrap().clone();
        assert_eq!(findings.len(), 8);
        findings.retain(|finding| !finding["waived"].is_null());
        assert!(findings.len() == 1 && findings[0]["subject"] == covered, "{subject}: {findings:?}");
    }
}

#[test]
fn waiver_of_a_manual_control_satisfies_a_strict_gate() {
    let server = Workspace::healthy().serve();
    let only = ["--strict", "--control", "4.2"];
    scan(&server.origin()).args(only).run().exits(1);
    with_config(&server, &waiver("4.2", "expires = 2026-12-31")).args(only).run().exits(0);
}

#[test]
fn hygiene_fails_the_gate_when_asked_to() {
    let server = Workspace::healthy().serve();
    let clean = attestation("4.2", "on = 2026-07-01\nexpires = 2026-12-31");
    with_config(&server, &clean).arg("--fail-on-hygiene").run().exits(0);
    let stale = [
        (waiver("2.3", "expires = 2026-12-31"), "matches nothing"),
        (waiver("9.9", "expires = 2026-12-31"), "names no control"),
        (attestation("4.2", "on = 2026-06-01\nexpires = 2026-07-01"), "expired on 2026-07-01"),
        (attestation("4.2", "on = 2026-06-01\nexpires = 2026-08-15"), "expires on 2026-08-15"),
        (attestation("4.2", "on = 2026-09-01\nexpires = 2026-12-31"), "in the future"),
        (clean.repeat(2), "is there twice"),
    ];
    for (config, phrase) in stale {
        let lenient = with_config(&server, &config).run().exits(0);
        assert!(lenient.report().warnings().contains(phrase), "{phrase}: {}", lenient.report().warnings());
        let strict = with_config(&server, &config).arg("--fail-on-hygiene").run().exits(1);
        assert_eq!(strict.report().0["gate"]["stale"], true);
        let table = table(with_config(&server, &config), 0);
        assert!(table.contains(phrase), "{phrase}: {table}");
    }
}

#[test]
fn baseline_of_an_unchanged_workspace_passes() {
    let server = crowded().serve();
    let before = scan(&server.origin()).run().exits(1);
    let report = scan(&server.origin()).baseline(&before.stdout).run().exits(0).report();
    report.assert("2.3", "fail");
    assert_eq!(report.0["gate"]["violations"], json!([]));
    let table = table(scan(&server.origin()).baseline(&before.stdout), 0);
    assert!(table.contains("none fails, but for 1 control waived, reviewed or in the baseline"), "{table}");
}

#[test]
fn one_new_administrator_is_all_that_is_listed() {
    let before = scan(&crowded().serve().origin()).run().exits(1);
    let email = "fay@fixture.example";
    let server = crowded().teammate(email, "Admin").sign_in(email, "saml", 3_600).serve();
    let report = scan(&server.origin()).baseline(&before.stdout).run().exits(1).report();
    assert_eq!(report.0["gate"]["violations"], json!(["2.3"]));
    assert_eq!(report.finding("2.3", "subject", email)["in_baseline"], false);
    assert_eq!(report.finding("2.3", "subject", "ana@fixture.example")["in_baseline"], true);
    let table = table(scan(&server.origin()).baseline(&before.stdout), 1);
    assert!(table.contains(email) && !table.contains("ana@fixture.example"), "{table}");
}

#[test]
fn baseline_has_to_be_a_report() {
    let server = Workspace::healthy().serve();
    let refused = |text: &str| {
        let run = scan(&server.origin()).baseline(text).run();
        run.exits(2).says("before.json")
    };
    refused("").says("not a JSON report");
    refused("{}");
    refused("{\"schema_version\": \"2\", \"controls\": []}").says("schema version");
    scan(&server.origin()).args(["--baseline", "absent.json"]).run().exits(2).says("absent.json");
    assert_eq!(server.seen().len(), 0, "nothing is requested before the baseline is read");
}

#[test]
fn what_was_waived_when_the_baseline_was_made_is_not_known_for_good() {
    let server = crowded().serve();
    let waived = with_config(&server, &waiver("2.3", "expires = 2026-08-31")).run().exits(0);
    scan(&server.origin()).baseline(&waived.stdout).run().exits(1);
    let one = waiver("2.3", "subject = \"di@fixture.example\"\nexpires = 2026-08-31");
    let partly = with_config(&server, &one).run().exits(1);
    let report = scan(&server.origin()).baseline(&partly.stdout).run().exits(1).report();
    assert_eq!(report.finding("2.3", "subject", "di@fixture.example")["in_baseline"], false);
    assert_eq!(report.finding("2.3", "subject", "ana@fixture.example")["in_baseline"], true);
}
