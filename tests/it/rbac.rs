//! `rbac can`, `rbac diagnose` and `init --rbac`.

use serde_json::{Value, json};

use crate::intercom::{Api, SEARCH};
use crate::program::{FILE, NOW, demo, live, program};
use crate::server::Answer;
use crate::workspace::{DAY, Event, HOUR, Workspace};

/// The four roles that the starter writes.
fn four_roles() -> String {
    program().args(["init", "--rbac", "--stdout"]).now(NOW).run().exits(0).stdout
}

/// A workspace with a teammate in each of the four roles, one in an undeclared role and one without.
fn team() -> Workspace {
    Workspace::new()
        .teammate("ana@fixture.example", "admin")
        .teammate("dev@fixture.example", "Developer")
        .teammate("vi@fixture.example", "Viewer")
        .teammate("bot@fixture.example", " SERVICE ")
        .teammate("odd@fixture.example", "Intern")
        .without_role("none@fixture.example")
}

/// The file of a saved snapshot of a workspace.
fn snapshot(workspace: Workspace) -> Vec<u8> {
    let server = workspace.serve();
    let collect = live(&server.origin(), &["collect", "-o", "w.snapshot"]);
    collect.run().exits(0).bytes("w.snapshot")
}

#[test]
fn a_live_workspace_answers_with_two_requests() {
    let server = team().serve();
    let policy = four_roles();
    for (who, action, code, word) in [
        ("ana@fixture.example", "admin", 0, "allowed: "),
        ("DEV@Fixture.example", "delete", 1, "denied: "),
        ("1003", "read", 0, "allowed: "),
        ("bot@fixture.example", "admin", 1, "denied: "),
    ] {
        let run = live(&server.origin(), &["rbac", "can", who, action]).file(FILE, &policy).run().exits(code);
        assert!(run.stdout.starts_with(word) && run.stdout.lines().count() == 1, "{}", run.streams());
        let rule = run.stdout.contains("[rbac.roles.") && run.stdout.contains("intercom-harden.toml:");
        assert!(rule, "{}", run.stdout);
    }
    let paths: std::collections::BTreeSet<String> = server.seen().into_iter().map(|seen| seen.path).collect();
    assert_eq!(paths.into_iter().collect::<Vec<_>>(), ["/admins", "/me"]);
}

#[test]
fn what_cannot_be_resolved_is_never_allowed() {
    let file = snapshot(team());
    let policy = four_roles();
    let twice = "[rbac.roles.Admin]\npermissions = ['read']\n[rbac.roles.admin]\npermissions = []\n";
    for (who, action, policy, said) in [
        ("anna", "read", policy.as_str(), "did you mean ana@fixture.example?"),
        ("odd", "read", &policy, "has the role Intern, which is not declared"),
        ("none", "read", &policy, "has no role in Intercom"),
        ("ana", "reed", &policy, "a similar value exists: 'read'"),
        ("ana", "read", "[scan]\n", "no role is declared"),
        ("ana", "read", twice, "intercom-harden.toml:3: the role admin is declared on line 1"),
    ] {
        let who = format!("{who}@fixture.example");
        let run = program().args(["rbac", "can", &who, action, "--snapshot", "w.snapshot"]);
        let run = run.file("w.snapshot", &file).file(FILE, policy).run().exits(2).says(said);
        assert_eq!(run.stdout, "", "{}", run.streams());
    }
}

#[test]
fn people_that_the_provider_keeps_out_are_denied() {
    let server = team().serve();
    let roster =
        "login,firstName,status\nANA@fixture.example,Ana,SUSPENDED\ndev@fixture.example,Dev,ACTIVE\n";
    let ask = |who: &str, file: &str, code: i32| {
        let run = live(
            &server.origin(),
            &["rbac", "can", who, "read", "--roster", "people.csv", "--format", "json"],
        );
        run.file(FILE, four_roles()).file("people.csv", file).run().exits(code)
    };
    let suspended = ask("ana@fixture.example", roster, 1).json();
    assert_eq!((&suspended["allowed"], &suspended["account_status"]), (&json!(false), &json!("suspended")));
    assert!(suspended["reason"].as_str().unwrap().contains("is suspended in the identity provider"));
    assert_eq!(ask("dev@fixture.example", roster, 0).json()["account_status"], json!("active"));
    assert_eq!(ask("vi@fixture.example", roster, 1).json()["account_status"], json!("absent"));
    // Intercom's own list has no account statuses, and allows nothing.
    let own = "name,email,role,permissions\nDev,dev@fixture.example,Developer,x\n";
    let run = ask("dev@fixture.example", own, 2);
    assert!(run.stdout.is_empty() && run.stderr.contains("not the identity provider's"), "{}", run.streams());
}

#[test]
fn teammates_that_cannot_be_read_answer_nothing() {
    let api = Api::new(team()).fault("/admins", Answer::error(403, "forbidden", "Not authorized"));
    let server = api.serve();
    let run =
        live(&server.origin(), &["rbac", "can", "ana@fixture.example", "read"]).file(FILE, four_roles());
    let run = run.run().exits(3).says("could not be read in full");
    assert_eq!(run.stdout, "");
    let server = Api::new(team().raw_admin(json!("odd"))).serve();
    live(&server.origin(), &["rbac", "can", "ana@fixture.example", "read"])
        .file(FILE, four_roles())
        .run()
        .exits(3);
}

/// The states of the four problems, in order.
fn states(diagnosis: &Value) -> Vec<String> {
    let cases = diagnosis["problems"].as_array().unwrap();
    cases.iter().map(|case| case["state"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_healthy_workspace_has_no_case() {
    let workspace = (0..30).fold(Workspace::healthy(), |workspace, day| {
        workspace.sign_in("ana@fixture.example", "saml", day * DAY + HOUR)
    });
    let server = workspace.serve();
    let policy = ["Admin", "Owner", "Support agent", "Viewer"]
        .map(|role| format!("[rbac.roles.'{role}']\npermissions = ['read']\n"))
        .concat();
    let diagnose = || live(&server.origin(), &["rbac", "diagnose"]).file(FILE, &policy);
    assert!(diagnose().run().exits(0).stdout.starts_with("No problem found.\n"));
    let run = diagnose().args(["--format", "json"]).run().exits(0);
    assert_eq!(states(&run.json()), ["not_found"; 4]);
    let settings = server.seen().into_iter().any(|seen| seen.path == "/ip_allowlist" || seen.path == "/tags");
    assert!(!settings, "only teammates and the log are read");
}

#[test]
fn every_case_is_found_with_its_people() {
    let out = "bo@fixture.example";
    let workspace = Workspace::healthy()
        .event(Event::new("admin_unauthorized_sign_in_method").by(out).ago(HOUR))
        .event(Event::new("app_package_token_regeneration").by("ana@fixture.example").ago(DAY))
        .permissions("cy@fixture.example", &["export_data"], 40 * DAY);
    let taken = json!({
        "admin": { "id": 1003 },
        "before": { "permissions": { "export_data": true } },
        "after": { "permissions": { "export_data": false } },
    });
    let taken = Event::new("admin_permission_change").by("ana@fixture.example").ago(DAY).metadata(taken);
    let file = snapshot(workspace.event(taken));
    let diagnose =
        || program().args(["rbac", "diagnose", "--snapshot", "w.snapshot"]).file("w.snapshot", &file);
    let found = diagnose().args(["--format", "json"]).run().exits(1).json();
    assert_eq!(states(&found), ["found"; 4]);
    assert_eq!(found["problems"][0]["affected"][0]["who"], out);
    assert_eq!(found["problems"][1]["affected"][0]["who"], "cy@fixture.example");
    assert!(found["problems"][2]["evidence"][0].as_str().unwrap().contains("was regenerated on 2026-07-31"));
    assert!(found["problems"][3]["evidence"][0].as_str().unwrap().contains("29 days"), "{found:#}");
    let table = diagnose().run().exits(1).stdout;
    let all = "Found: SSO login fails, Permission denied, Token expired, Audit gaps.\n";
    assert!(table.starts_with(all), "{table}");
}

#[test]
fn a_refused_token_is_a_case_and_the_rest_is_left_open() {
    let server = Workspace::healthy().serve();
    let diagnose = live(&server.origin(), &["rbac", "diagnose", "--format", "json"]);
    let run = diagnose.env("INTERCOM_ACCESS_TOKEN", "wrong").run().exits(1);
    assert_eq!(states(&run.json()), ["unknown", "unknown", "found", "unknown"]);
}

#[test]
fn a_token_that_is_refused_midway_is_a_case() {
    let workspace = (1..4)
        .fold(Workspace::healthy(), |workspace, month| {
            workspace.sign_in("ana@fixture.example", "saml", (29 + month * 9) * DAY)
        })
        .event(Event::new("role_change").by("ana@fixture.example").ago(200 * DAY));
    let refused = Answer::error(401, "unauthorized", "Access Token Invalid");
    // Whichever part of the log is asked for first is refused; the rest shows that it was open.
    let server = Api::new(workspace).fault_times(SEARCH, 1, refused).serve();
    let run = live(&server.origin(), &["rbac", "diagnose", "--format", "json"]).run().exits(1);
    let found = run.json();
    assert_eq!(found["problems"][2]["state"], "found", "{found:#}");
    assert!(found["problems"][2]["evidence"][0].as_str().unwrap().contains("401 midway"), "{found:#}");
}

#[test]
fn a_log_that_may_not_be_read_is_never_in_order() {
    let refused = Answer::error(403, "token_unauthorized", "Not authorized to access resource");
    let server = Api::new(Workspace::healthy()).log_fault(&refused).serve();
    let run = live(&server.origin(), &["rbac", "diagnose", "--format", "json"]).run().exits(1);
    assert_eq!(states(&run.json()), ["unknown", "unknown", "unknown", "found"]);
    let server = Api::new(Workspace::healthy()).fault("*", Answer::error(503, "down", "Down")).serve();
    let run = live(&server.origin(), &["rbac", "diagnose", "--timeout", "1s"]).run().exits(3);
    let open = "No problem found, but not everything could be checked.\n";
    assert!(run.stdout.starts_with(open), "{}", run.streams());
}

#[test]
fn the_demo_is_diagnosed_without_a_network() {
    let run = program().args(["rbac", "diagnose", "--demo"]).now(NOW).run().exits(0);
    assert!(run.stdout.contains("Kestrel Parcel"), "{}", run.stdout);
    assert_eq!(run.files(), Vec::<String>::new());
}

#[test]
fn the_policy_to_start_from_is_valid_whole() {
    let run = program().args(["init", "--rbac", "--demo"]).now(NOW).run().exits(0);
    let text = run.read(FILE).unwrap();
    let parsed: toml::Table = text.parse().unwrap();
    let roles: Vec<_> = parsed["rbac"]["roles"].as_table().unwrap().keys().cloned().collect();
    assert_eq!(roles.len(), 4, "{roles:?}");
    assert!(text.contains("#[rbac.roles.\"Super admin\"]"), "{text}");
    assert!(!text.contains("#[rbac.roles.Admin]"), "what is in force is no example: {text}");

    let scan = demo().args(["--format", "json"]).file(FILE, &text).run().exits(0);
    let report = scan.json();
    assert_eq!(scan.stderr.matches("rbac").count(), 1, "{}", scan.stderr);
    assert!(scan.stderr.contains("it weakens the result: rbac.roles = ["), "{}", scan.stderr);
    assert!(!report["warnings"].to_string().contains("rbac"), "{}", report["warnings"]);
}

#[test]
fn a_workspace_writes_no_roles_of_its_own_into_the_policy() {
    let workspace = Workspace::healthy()
        .teammate("one@fixture.example", "x\"]\npermissions = [\"admin\"]\n[rbac.roles.\"y")
        .teammate("two@fixture.example", "It's \"odd\" # really")
        .teammate("three@fixture.example", "ADMIN");
    let server = workspace.serve();
    let text = live(&server.origin(), &["init", "--rbac"]).run().exits(0).read(FILE).unwrap();
    let parsed: toml::Table = text.parse().unwrap();
    assert_eq!(parsed["rbac"]["roles"].as_table().map(toml::Table::len), Some(4), "{text}");
    assert!(!text.contains("ADMIN\"]") && text.contains("odd"), "{text}");
}

/// The verdicts of `rbac check` on the starter policy fit the sample's people.
#[test]
fn the_policy_to_start_from_is_judged_in_true_sentences() {
    let text = program().args(["init", "--rbac", "--demo", "--stdout"]).now(NOW).run().exits(0).stdout;
    let run =
        program().args(["rbac", "check", "--demo", "--format", "json"]).now(NOW).file(FILE, &text).run();
    let report = run.report();
    let json = run.json();
    let people = json["people"].as_array().unwrap();
    let with = |role: &str| people.iter().filter(|person| person["role"] == role).count();
    let four = ["Admin", "Developer", "Viewer", "Service"];
    let undeclared = people.len()
        - four.iter().map(|role| with(role)).sum::<usize>()
        - people.iter().filter(|p| p["role"].is_null()).count();
    let unused = four.iter().filter(|role| with(role) == 0).count();
    let privileged = people.iter().filter(|person| person["privilege"] == "privileged");
    let (as_declared, beyond): (Vec<_>, Vec<_>) = privileged.partition(|person| person["role"] == "Admin");
    for (id, status, reason) in [
        ("R1", "pass", "4 of 4 roles are declared once.".to_owned()),
        (
            "R2",
            "fail",
            format!(
                "{undeclared} of {} teammates have a role that the policy does not declare.",
                people.len()
            ),
        ),
        (
            "R3",
            "fail",
            format!(
                "{} of {} administrators have no role that is declared with admin.",
                beyond.len(),
                as_declared.len() + beyond.len()
            ),
        ),
        ("R10", "fail", format!("{unused} of 4 declared roles have no teammate.")),
    ] {
        report.assert(id, status);
        assert_eq!(report.control(id)["reason"], json!(reason), "{id}");
    }
    assert_eq!(report.subjects("R2").len(), undeclared);
    for id in ["R4", "R5", "R6", "R7", "R8", "R9", "R11", "R12", "R13"] {
        report.assert(id, "manual");
    }
}

#[test]
fn rbac_check_narrows_as_a_scan_does() {
    let check = |options: &[&str]| {
        program()
            .args(["rbac", "check", "--demo", "--format", "json"])
            .args(options.iter().copied())
            .now(NOW)
            .run()
    };
    let ids = |options: &[&str]| -> Vec<String> {
        let report = check(options).exits(0).report();
        report.0["controls"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let all = ids(&[]);
    assert_eq!(ids(&["--control", "r1", "--control", "R3"]), ["R1", "R3"]);
    assert_eq!(ids(&["--skip", "R1"]), all[1..]);
    assert!(ids(&["--level", "l1"]).len() < all.len());
    let gate = check(&["--skip", "R1", "--fail-on", "l3"]).report().0["gate"]["left_out"].clone();
    assert_eq!(gate, serde_json::json!(["R1"]));
    check(&["--control", "R33"]).exits(2).says("there is no control `R33` (did you mean `R3`?)");
    check(&["--control", "2.3"]).exits(2).says("no control is left to evaluate").says("controls list --rbac");
}
