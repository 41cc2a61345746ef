//! Teammates against rosters: what is found, by which command, and how it ends.

use serde_json::{Value, json};

use crate::intercom::Api;
use crate::program::{NOW, Program, Run, TOKEN, evaluated, program, scan};
use crate::server::Server;
use crate::workspace::Workspace;

/// Groups and roles that the hundred go by.
const POLICY: &str = r#"
[rbac.roles.Admin]
permissions = ["read", "write", "delete", "admin"]
[rbac.roles.Agent]
permissions = ["read", "write"]
[rbac.roles.Viewer]
permissions = ["read"]
[rbac.groups]
Platform-Admins = "Admin"
Support = "Agent"
Auditors = "Viewer"
"#;

fn address(number: usize) -> String {
    format!("person{number:03}@acme.example")
}

/// A hundred teammates: two administrators, 88 agents, ten viewers.
fn hundred() -> Workspace {
    (0..100).fold(Workspace::new(), |workspace, number| {
        let role = match number {
            0 | 1 => "Admin",
            90.. => "Viewer",
            _ => "Agent",
        };
        workspace.teammate(&address(number), role)
    })
}

/// Their roster: three are missing, two suspended, four in a group that gives another role, and one administrator
/// is in no group that makes one.
fn roster() -> String {
    let rows = (0..100).filter(|number| !(10..13).contains(number)).map(|number| {
        let status = if matches!(number, 20 | 21) { "SUSPENDED" } else { "ACTIVE" };
        let group = match number {
            0 => "Platform-Admins",
            1 => "Everyone",
            30..34 => "Auditors",
            90.. => "Auditors",
            _ => "Support",
        };
        format!("{},First,Last{number},{status},{group}\n", address(number).to_uppercase())
    });
    format!("login,firstName,lastName,status,groups\n{}", rows.collect::<String>())
}

/// `rbac` against a server, as [`scan`] is.
fn rbac() -> Program {
    program().arg("rbac").env("INTERCOM_ACCESS_TOKEN", TOKEN).now(NOW)
}

fn reconcile(server: &Server, roster: &str, policy: &str) -> Program {
    rbac()
        .file("people.csv", roster)
        .file("own.toml", policy)
        .args(["roster", "people.csv", "--config", "own.toml", "--base-url", &server.origin()])
        .args(["--format", "json"])
}

/// Control, subject and message of every finding.
fn findings(run: &Run) -> Vec<(String, String, String)> {
    let report = run.json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let controls = report["controls"].as_array().unwrap().iter();
    controls
        .flat_map(|control| {
            let findings = control["findings"].as_array().unwrap().iter();
            findings
                .map(|finding| (text(&control["id"]), text(&finding["subject"]), text(&finding["message"])))
        })
        .collect()
}

#[test]
fn a_hundred_teammates_show_exactly_the_ten_differences() {
    let server = Api::new(hundred()).serve();
    let run = reconcile(&server, &roster(), POLICY).run().exits(1);
    let expected = |number: usize, control: &str, expected: &str, actual: &str| {
        (control.to_owned(), address(number), format!("expected: {expected}, actual: {actual}"))
    };
    let mut all = Vec::new();
    for number in 10..13 {
        all.push(expected(number, "R4", "a person on the roster", "not on it"));
    }
    for number in 20..22 {
        let actual = "SUSPENDED in the identity provider, still a teammate";
        all.push(expected(number, "R5", "no account", actual));
    }
    for number in 30..34 {
        all.push(expected(number, "R6", "role Viewer (group Auditors)", "role Agent"));
    }
    let actual = "privileged (role Admin), granted by no group";
    all.push(expected(1, "R7", "a group that grants it", actual));
    assert_eq!(findings(&run), all);
    // Each comes with what to do about it, and with the row that shows it.
    for control in run.json()["controls"].as_array().unwrap() {
        assert!(!control["remediation"][0]["actions"].as_array().unwrap().is_empty());
        for finding in control["findings"].as_array().unwrap() {
            assert_eq!(control["basis"], json!(["api", "roster"]));
            assert!(finding["evidence"]["expected"].is_string() && finding["evidence"]["actual"].is_string());
        }
    }
    let roster = &run.json()["scan"]["rosters"][0];
    assert_eq!(
        (&roster["path"], &roster["kind"], &roster["people"]),
        (&json!("people.csv"), &json!("okta"), &json!(97))
    );
}

#[test]
fn nobody_missing_and_nobody_wrong_passes() {
    let workspace =
        Workspace::new().teammate("ana@acme.example", "Admin").teammate("bo@acme.example", "Agent");
    let server = Api::new(workspace).serve();
    let people =
        "email,status,groups\nAna@ACME.example,active,Platform-Admins\nbo@acme.example,active,Support\n";
    let run = reconcile(&server, people, POLICY).run().exits(0);
    assert_eq!(findings(&run), []);
    assert_eq!(run.json()["summary"]["pass"], 6);
}

#[test]
fn a_scan_takes_a_roster_as_evidence() {
    let server = Api::new(hundred()).serve();
    let plain = scan(&server.origin()).file("own.toml", POLICY).args(["--config", "own.toml"]).run().report();
    let run = scan(&server.origin())
        .file("people.csv", roster())
        .file("own.toml", POLICY)
        .args(["--config", "own.toml", "--roster", "people.csv"])
        .run()
        .exits(1);
    let report = run.report();
    for (id, count) in [("1.5", 5), ("2.1", 4), ("2.3", 1)] {
        report.assert(id, "fail");
        assert_ne!(plain.control(id)["status"], "fail", "{id} fails by the roster alone");
        assert_eq!(report.control(id)["findings"].as_array().unwrap().len(), count, "{id}");
        assert!(report.control(id)["basis"].as_array().unwrap().contains(&json!("roster")), "{id}");
    }
    let others = |report: &crate::report::Report| {
        let controls = report.0["controls"].as_array().unwrap().iter();
        let others =
            controls.filter(|control| !["1.5", "2.1", "2.3"].contains(&control["id"].as_str().unwrap()));
        others.map(|control| (control["id"].clone(), control["status"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(others(&plain), others(&report));
    assert_eq!(report.0["controls"].as_array().unwrap().len(), evaluated());
}

#[test]
fn a_second_factor_that_the_roster_misses_fails_its_control() {
    let workspace =
        Workspace::new().teammate("ana@acme.example", "Admin").teammate("bo@acme.example", "Agent");
    let server = Api::new(workspace).serve();
    let with = |people: &str| {
        scan(&server.origin())
            .file("people.csv", people)
            .args(["--roster", "people.csv", "--control", "1.2"])
            .run()
    };
    let report = with("email,mfa enrolled\nana@acme.example,yes\nbo@acme.example,no\n").exits(1).report();
    report.assert("1.2", "fail");
    assert_eq!(report.control("1.2")["findings"][0]["subject"], "bo@acme.example");
    with("email,mfa enrolled\nana@acme.example,yes\nbo@acme.example,yes\n")
        .exits(0)
        .report()
        .assert("1.2", "manual");
}

#[test]
fn rows_that_cannot_be_read_are_named_and_leave_nothing_passed() {
    let workspace = Workspace::new().teammate("ana@acme.example", "Agent");
    let server = Api::new(workspace).serve();
    let people = "email,status,groups\nana@acme.example,active,Support\n,active,Support\n";
    let run = reconcile(&server, people, POLICY).run().exits(0);
    assert_eq!(run.json()["summary"]["pass"], 0);
    assert_eq!(run.json()["scan"]["rosters"][0]["unreadable"], 1);
    let warnings = run.json()["warnings"].to_string();
    assert!(warnings.contains("people.csv:3: row not read"), "{warnings}");
}

#[test]
fn what_is_no_roster_ends_before_anything_is_read() {
    let server = Api::new(hundred()).serve();
    let refused = |name: &str, text: &str, words: &str| {
        let run = scan(&server.origin()).file(name, text).args(["--roster", name]).run().exits(2).says(words);
        assert!(run.stdout.is_empty());
    };
    refused("people.csv", "name,team\nAna,Support\n", "no column holds e-mail addresses");
    refused("people.csv", "", "people.csv");
    refused("people.json", "{\"schemas\":[]}", "people.json");
    scan(&server.origin()).args(["--roster", "absent.csv"]).run().exits(2).says("absent.csv");
    scan(&server.origin()).args(["--roster", "."]).run().exits(2).says("not a regular file");
    assert!(server.seen().is_empty(), "nothing was asked of the workspace");
}

#[test]
fn policy_and_workspace_are_compared() {
    let policy = r#"
[organization]
default_role = "Owner"
sso = "enforced"
allowed_domains = ["acme.example"]
[rbac.roles.Agent]
permissions = ["read", "write"]
intercom = ["read_conversations"]
[rbac.roles.agent]
permissions = ["read"]
[rbac.roles.Owner]
permissions = ["read", "write", "delete", "admin"]
[rbac.roles.Service]
permissions = ["read"]
[rbac.groups]
Data-Team = "Analyst"
"data-team" = "Agent"
"#;
    let workspace = Workspace::new()
        .teammate("ana@acme.example", "Agent")
        .teammate("bo@partner.example", "Ops")
        .permissions("ana@acme.example", &["manage_teammates", "export_data"], 86_400)
        .sign_in("ana@acme.example", "email_password", 3_600);
    let server = Api::new(workspace).serve();
    let run = rbac()
        .file("own.toml", policy)
        .args(["check", "--config", "own.toml", "--base-url", &server.origin(), "--format", "json"])
        .run()
        .exits(1);
    let found: Vec<(String, String)> =
        findings(&run).into_iter().map(|(control, subject, _)| (control, subject)).collect();
    let expected = [
        ("R1", "role Agent"),
        ("R1", "role agent"),
        ("R1", "group Data-Team"),
        ("R1", "group Data-Team"),
        ("R1", "group data-team"),
        ("R1", "default role Owner"),
        ("R2", "bo@partner.example"),
        ("R3", "ana@acme.example"),
        ("R3", "ana@acme.example"),
        ("R10", "role Owner"),
        ("R10", "role Service"),
        ("R12", "ana@acme.example"),
        ("R13", "bo@partner.example"),
    ];
    let expected = expected.map(|(control, subject)| (control.to_owned(), subject.to_owned()));
    assert_eq!(found, expected);
    let manual =
        run.json()["controls"].as_array().unwrap().iter().filter(|c| c["status"] == "manual").count();
    assert_eq!(manual, 7, "without a roster and a certificate a person has to look");
}
