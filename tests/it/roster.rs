//! Teammates compared with directory exports (rosters): findings, commands and exit codes.

use serde_json::{Value, json};

use crate::program::{Program, evaluated, live, scan};
use crate::report::Report;
use crate::run::Run;
use crate::server::Server;
use crate::workspace::Workspace;

/// The groups and roles of the hundred teammates.
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

/// Their directory export: three are missing, two are suspended, four are in a group that grants another role, and one
/// administrator is in no group that grants administration.
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

fn reconcile(server: &Server, roster: &str) -> Program {
    let words = ["rbac", "roster", "people.csv", "--format", "json"];
    live(&server.origin(), &words).file("people.csv", roster).config(POLICY)
}

/// Control, subject and message of every finding.
fn findings(run: &Run) -> Vec<(String, String, String)> {
    let report = run.json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut all = Vec::new();
    for control in report["controls"].as_array().unwrap() {
        for finding in control["findings"].as_array().unwrap() {
            all.push((text(&control["id"]), text(&finding["subject"]), text(&finding["message"])));
        }
    }
    all
}

#[test]
fn a_hundred_teammates_show_exactly_the_ten_differences() {
    let server = hundred().serve();
    let run = reconcile(&server, &roster()).run().exits(1);
    let suspended = "is SUSPENDED in the identity provider, still a teammate";
    let by_nothing = "is privileged (role Admin), which no group grants; expected is a group that grants it";
    let expected = [
        ("R4", 10..13, "is not in the directory export (roster)"),
        ("R5", 20..22, suspended),
        ("R6", 30..34, "has role Agent; expected is role Viewer (group Auditors)"),
        ("R7", 1..2, by_nothing),
    ];
    let all = expected.into_iter().flat_map(|(control, people, said)| {
        people.map(move |number| (control.to_owned(), address(number), said.to_owned()))
    });
    assert_eq!(findings(&run), all.collect::<Vec<_>>());
    // Each has a remedy and the row that shows it.
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

fn two() -> Workspace {
    Workspace::new().teammate("ana@acme.example", "Admin").teammate("bo@acme.example", "Agent")
}

#[test]
fn no_difference_passes() {
    let server = two().teammate("cy@acme.example", "Viewer").serve();
    let people = "email,status,groups\nAna@ACME.example,active,Platform-Admins\n\
                  bo@acme.example,active,Support\ncy@acme.example,active,Auditors\n";
    let run = reconcile(&server, people).run().exits(0);
    assert_eq!(findings(&run), []);
    assert_eq!(run.json()["summary"]["pass"], 6);
}

#[test]
fn a_scan_takes_a_roster_as_evidence() {
    let server = hundred().serve();
    let plain = scan(&server.origin()).config(POLICY).run().report();
    let with = scan(&server.origin()).config(POLICY).file("people.csv", roster());
    let report = with.args(["--roster", "people.csv"]).run().exits(1).report();
    for (id, count) in [("1.5", 5), ("2.1", 4), ("2.3", 1)] {
        report.assert(id, "fail");
        assert_ne!(plain.control(id)["status"], "fail", "{id} fails by the roster alone");
        assert_eq!(report.control(id)["findings"].as_array().unwrap().len(), count, "{id}");
        assert!(report.control(id)["basis"].as_array().unwrap().contains(&json!("roster")), "{id}");
    }
    let rest = |report: &Report| {
        let mut controls = report.0["controls"].as_array().unwrap().clone();
        controls.retain(|control| !["1.5", "2.1", "2.3"].contains(&control["id"].as_str().unwrap()));
        controls.iter().map(|c| format!("{} {}", c["id"], c["status"])).collect::<Vec<_>>()
    };
    assert_eq!(rest(&plain), rest(&report));
    assert_eq!(report.0["controls"].as_array().unwrap().len(), evaluated());
}

#[test]
fn a_second_factor_that_the_roster_misses_fails_its_control() {
    let server = two().serve();
    for (enrolled, code, status) in [("no", 1, "fail"), ("yes", 0, "manual")] {
        let people = format!("email,mfa enrolled\nana@acme.example,yes\nbo@acme.example,{enrolled}\n");
        let scan = scan(&server.origin()).file("people.csv", people);
        let report = scan.args(["--roster", "people.csv", "--control", "1.2"]).run().exits(code).report();
        report.assert("1.2", status);
        assert_eq!(report.subjects("1.2") == ["bo@acme.example"], code == 1);
    }
}

#[test]
fn rows_that_cannot_be_read_are_named_and_leave_nothing_passed() {
    let server = Workspace::new().teammate("ana@acme.example", "Agent").serve();
    let people = "email,status,groups\nana@acme.example,active,Support\n,active,Support\n";
    let run = reconcile(&server, people).run().exits(0);
    assert_eq!(run.json()["summary"]["pass"], 0);
    assert_eq!(run.json()["scan"]["rosters"][0]["unreadable"], 1);
    let warnings = run.json()["warnings"].to_string();
    assert!(warnings.contains("people.csv:3: row not read"), "{warnings}");
}

#[test]
fn what_is_no_roster_ends_before_anything_is_read() {
    let server = hundred().serve();
    for (name, text, words) in [
        ("people.csv", "name,team\nAna,Support\n", "no column holds e-mail addresses"),
        ("people.csv", "", "people.csv"),
        ("people.json", "{\"schemas\":[]}", "people.json"),
    ] {
        let scan = scan(&server.origin()).file(name, text).args(["--roster", name]);
        assert_eq!(scan.run().exits(2).says(words).stdout, "");
    }
    for (name, words) in [("absent.csv", "absent.csv"), (".", "not a regular file")] {
        scan(&server.origin()).args(["--roster", name]).run().exits(2).says(words);
    }
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
    let server = workspace.serve();
    let words = ["rbac", "check", "--format", "json"];
    let run = live(&server.origin(), &words).config(policy).run().exits(1);
    let found: Vec<_> = findings(&run).into_iter().map(|(control, subject, _)| (control, subject)).collect();
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
    assert_eq!(found, expected.map(|(control, subject)| (control.to_owned(), subject.to_owned())));
    let manual = &run.json()["summary"]["manual"];
    assert_eq!(manual, 7, "without a roster and a certificate a person has to look");
}
