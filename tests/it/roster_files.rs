//! Directory exports (rosters) of vendors: every format, odd encodings, hostile cells, and missing columns.

use serde_json::json;

use crate::program::{NOW, Program, live, program};
use crate::report::Report;
use crate::server::Server;
use crate::workspace::Workspace;

const POLICY: &str = "
[rbac.roles.Agent]
permissions = ['read', 'write']
[rbac.groups]
Support = 'Agent'
";

/// `rbac roster` over the sample workspace, with the policy that is made for it.
fn over_sample(fixtures: &[&str]) -> Report {
    let policy = include_str!("../../fixtures/configs/kestrel-parcel.toml").replace("../saml", "saml");
    let run = program().args(["rbac", "roster", "--demo", "--format", "json"]).now(NOW).config(policy);
    let run = run.fixture("saml/sample-idp-metadata.xml", "saml/sample-idp-metadata.xml");
    let with =
        fixtures.iter().fold(run, |run, name| run.fixture(name, &format!("rosters/{name}")).arg(*name));
    with.run().exits(0).report()
}

/// `rbac roster` over a server, with a file that the test wrote.
fn over(server: &Server, bytes: impl AsRef<[u8]>, policy: &str) -> Program {
    live(&server.origin(), &["rbac", "roster", "people.csv"]).file("people.csv", bytes).config(policy)
}

fn serve(teammates: &[&str]) -> Server {
    let add = |workspace: Workspace, email: &&str| workspace.teammate(email, "Agent");
    teammates.iter().fold(Workspace::new(), add).serve()
}

fn report(program: Program) -> Report {
    program.args(["--format", "json"]).run().report()
}

/// Addresses at the sample workspace.
fn kestrels(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!("{name}@kestrelparcel.example")).collect()
}

#[test]
fn the_sample_roster_differs_as_it_is_meant_to() {
    let report = over_sample(&["sample-okta.csv"]);
    for (id, people) in [
        ("R4", &["joris.beck", "otis.marlow"][..]),
        ("R5", &["bram.castell", "niels.ortega"]),
        ("R6", &["alma.prasad", "freya.duarte"]),
        ("R7", &["tomas.okafor"]),
        ("R8", &["signe.halloran"]),
        ("R9", &[]),
    ] {
        assert_eq!(report.subjects(id), kestrels(people), "{id}");
        report.assert(id, if id == "R9" { "pass" } else { "fail" });
    }
    assert_eq!(report.warnings(), "");
}

#[test]
fn every_vendor_is_told_by_its_header_and_says_who_is_shut_out() {
    for (fixtures, kind, people, shut_out) in [
        (&["okta-users.csv"][..], "okta", 7, &["bram.castell", "niels.ortega"][..]),
        (&["okta-users.csv", "okta-groups.csv"], "okta", 7, &["bram.castell", "niels.ortega"]),
        (&["entra-users.csv", "entra-group-members.csv"], "entra", 4, &["lars.quist"]),
        (&["google-users.csv"], "google", 4, &["bram.castell", "joris.beck"]),
        (&["generic.csv"], "generic", 3, &["jonas.petit"]),
        (&["scim-users.json", "scim-groups.json"], "scim", 4, &["niels.ortega"]),
    ] {
        let report = over_sample(fixtures);
        let roster = &report.0["scan"]["rosters"][0];
        assert_eq!((&roster["kind"], &roster["people"]), (&json!(kind), &json!(people)), "{fixtures:?}");
        assert_eq!(roster["unreadable"], 0, "{fixtures:?}");
        let shut_out = kestrels(shut_out);
        assert_eq!(report.subjects("R5"), shut_out, "{fixtures:?}");
        // Teammates missing from this short list are orphans; the listed ones are not.
        let orphans = report.subjects("R4");
        assert!(orphans.len() > 30 && !orphans.contains(&shut_out[0]), "{fixtures:?}: {orphans:?}");
    }
}

#[test]
fn groups_of_a_second_file_reach_the_people_of_the_first() {
    let report = over_sample(&["scim-groups.json", "scim-users.json"]);
    // A group within a group, and a member in no list of users: their meaning is unknown, so nothing passes.
    for id in ["R6", "R7", "R8", "R9"] {
        report.assert(id, "manual");
        assert!(report.subjects(id).contains(&"directory export".into()), "{id}: {:?}", report.subjects(id));
    }
    // Administrators missing from this short list lead to no finding.
    assert!(report.subjects("R7").contains(&"idris.vale@kestrelparcel.example".to_owned()));
    let warnings = report.warnings();
    assert!(warnings.contains("is in no list of users"), "{warnings}");
    let report = over_sample(&["okta-users.csv", "okta-groups.csv"]);
    let evidence = &report.control("R5")["findings"][0]["evidence"];
    assert_eq!((&evidence["groups"], &evidence["roster"]), (&json!(["Support"]), &json!("okta-users.csv:5")));
}

#[test]
fn the_list_that_intercom_exports_is_no_identity_provider() {
    let report = over_sample(&["intercom-teammates.csv"]);
    for control in report.0["controls"].as_array().unwrap() {
        assert_eq!(control["status"], "manual", "{control}");
    }
    assert!(report.warnings().contains("not the identity provider"), "{}", report.warnings());
    // Next to the identity provider's list it adds no people.
    let report = over_sample(&["intercom-teammates.csv", "google-users.csv"]);
    assert!(report.subjects("R4").contains(&"sol.amari@kestrelparcel.example".to_owned()));
}

#[test]
fn formulas_and_escape_sequences_stay_text() {
    let server = serve(&["ana@acme.example"]);
    let group = "=HYPERLINK(\"\"http://x.example\"\")";
    let hostile = "Mal\u{1b}[2Jlory\u{202e}";
    let people = format!(
        "email,name,status,groups\nana@acme.example,Ana,active,Support\n\
         mal@acme.example,{hostile},active,\"{group};Support\"\nodd@acme.example,Odd,{hostile},Support\n"
    );
    let report = report(over(&server, &people, POLICY));
    let evidence = report.control("R8")["findings"][0]["evidence"].clone();
    assert_eq!(evidence["name"], hostile);
    assert_eq!(evidence["groups"], json!(["=HYPERLINK(\"http://x.example\")", "Support"]));
    for format in ["table", "json"] {
        let run = over(&server, &people, POLICY).args(["--format", format]).run();
        for stream in [&run.stdout, &run.stderr] {
            assert!(!stream.contains(['\u{1b}', '\u{202e}']), "{format}: {}", run.streams());
        }
    }
    // A formula where the address should be is reported and not followed.
    let people = "email,status\n=cmd|' /C calc'!A0,active\nana@acme.example,active\n";
    let run = over(&server, people, POLICY).run().exits(0);
    assert!(run.stdout.contains("people.csv:2: row not read: `=cmd|"), "{}", run.stdout);
}

#[test]
fn aliases_make_one_person_of_two_addresses_only_where_declared() {
    let server = serve(&["ana+eu@acme.example", "bo@acme.co"]);
    let people = "email,status,groups\nana@acme.example,active,Support\nbo@acme.example,active,Support\n";
    let plain = report(over(&server, people, POLICY));
    assert_eq!(plain.subjects("R4"), ["ana+eu@acme.example", "bo@acme.co"]);
    let identities =
        "[rbac.identities]\nplus_aliases = true\ndomain_aliases = { 'acme.co' = 'acme.example' }\n";
    let aliased = report(over(&server, people, &format!("{POLICY}{identities}")));
    for id in ["R4", "R6", "R8", "R9"] {
        aliased.assert(id, "pass");
    }
    let weakens = aliased.0["scan"]["config"]["weakens"].to_string();
    assert!(weakens.contains("plus_aliases") && weakens.contains("acme.co"), "{weakens}");
}

#[test]
fn what_a_roster_does_not_say_stays_manual() {
    let server = serve(&["ana@acme.example"]);
    for (people, expected) in [
        // Neither status nor groups, groups alone, and a status that is not understood.
        ("email\nana@acme.example\n", ["pass", "manual", "manual", "manual", "manual", "pass"]),
        ("email,groups\nana@acme.example,Support\n", ["pass", "manual", "pass", "pass", "pass", "pass"]),
        (
            "email,status\nana@acme.example,on sabbatical\n",
            ["pass", "manual", "manual", "manual", "manual", "pass"],
        ),
    ] {
        let report = report(over(&server, people, POLICY));
        assert_eq!(["R4", "R5", "R6", "R7", "R8", "R9"].map(|id| report.status(id)), expected, "{people}");
    }
}

#[test]
fn a_baseline_knows_the_differences_of_before() {
    let server = serve(&["ana@acme.example", "gone@acme.example"]);
    let people = "email,status,groups\nana@acme.example,active,Support\n";
    let before = over(&server, people, POLICY).args(["--format", "json"]).run().exits(1);
    let with = |people: &str| {
        over(&server, people, POLICY).baseline(&before.stdout).args(["--format", "json"]).run()
    };
    let again = with(people).exits(0).report();
    again.assert("R4", "fail");
    assert_eq!(again.control("R4")["findings"][0]["in_baseline"], true);
    let worse = with("email,status,groups\nana@acme.example,suspended,Support\n").exits(1).report();
    assert_eq!(worse.control("R5")["findings"][0]["in_baseline"], false);
}

#[test]
fn waive_covers_a_difference_by_name() {
    let server = serve(&["ana@acme.example", "gone@acme.example"]);
    let people = "email,status,groups\nana@acme.example,active,Support\n";
    let waived = program()
        .args(["waive", "R4", "--subject", "gone@acme.example", "--reason", "break glass", "--by", "CISO"])
        .args(["--expires", "2026-12-31"])
        .file("intercom-harden.toml", POLICY)
        .now(NOW)
        .run()
        .exits(0);
    let policy = waived.read("intercom-harden.toml").unwrap();
    over(&server, people, POLICY).run().exits(1);
    let run = over(&server, people, &policy).args(["--format", "table"]).run().exits(0);
    assert!(run.stdout.contains("break glass"), "{}", run.stdout);
    // No control of the guide was evaluated, and the heading does not name the guide.
    assert!(run.stdout.contains(" controls up to L3, declared policy"), "{}", run.stdout);
}

#[test]
fn half_a_character_or_a_nul_in_a_name_costs_no_one_else() {
    let plain = std::fs::read_to_string("fixtures/rosters/scim-users.json").unwrap();
    let judged = |text: &str| {
        let roster = program().file("users.json", text).args(["rbac", "roster", "users.json", "--demo"]);
        let run = roster.args(["--format", "json"]).now(NOW).run();
        let mut report = run.json();
        report["scan"]["rosters"][0]["digest"] = json!(null);
        (report, run.stderr)
    };
    let expected = judged(&plain);
    for written in [r"\ud800", r"\udfff\ud83d", r"\u0000"] {
        let found = judged(&plain.replace("\"Maren\"", &format!("\"Ma{written}ren\"")));
        assert!(found == expected, "{written}: {}", found.1);
    }
}
