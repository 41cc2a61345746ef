//! Control files: every mistake at once, hostile expressions refused, built-in controls replaced openly.

use serde_json::Value;

use crate::intercom::Api;
use crate::program::{Program, built_in, evaluated, program, scan};
use crate::workspace::Workspace;

/// A control that is right, with these lines in its check.
fn control(id: &str, check: &str) -> String {
    format!(
        "id = \"{id}\"\ntitle = \"A control of ours\"\nlevel = \"L1\"\nsection = \"House rules\"\n\
         description = \"What we ask for.\"\nrationale = \"Why we ask for it.\"\nprerequisites = []\n\
         effort = \"5 minutes\"\nframeworks = {{}}\n\
         [[steps]]\ntitle = \"Look\"\npath = [\"Settings\"]\nactions = [\"Look there.\"]\n\
         [[check]]\nname = \"found\"\n{check}\n"
    )
}

fn every(require: &str) -> String {
    format!(
        "[check.every]\nover = \"teammates\"\nrequire = {require:?}\nsubject = \"row.email\"\nmessage = \"'no'\"\n\
         [[example]]\nfacts = {{ teammates = [] }}\nexpect = \"manual\"\n"
    )
}

fn check() -> Program {
    program().args(["controls", "check", "own"])
}

#[test]
fn built_in_controls_are_listed_shown_and_sound() {
    let list = program().args(["controls", "list"]).run().exits(0);
    for id in ["1.1", "1.5", "2.3", "3.2", "4.2", "5.1", "E1", "E12"] {
        assert!(
            list.stdout.lines().any(|line| line.split_whitespace().any(|word| word == id)),
            "{}",
            list.stdout
        );
    }
    let shown = program().args(["controls", "show", "2.3"]).run().exits(0);
    for part in ["2.3", "max_admins", "AC-6(1)"] {
        assert!(shown.stdout.contains(part), "{part}: {}", shown.stdout);
    }
    program().args(["controls", "check"]).run().exits(0);
    let facts = program().args(["controls", "facts"]).run().exits(0);
    for name in ["teammates", "sign_ins", "events", "GET /admins", "Read admin activity logs"] {
        assert!(facts.stdout.contains(name), "{name}: {}", facts.stdout);
    }
}

#[test]
fn a_condition_may_not_ask_for_what_has_to_be_read() {
    let body = |when: &str| {
        format!(
            "[check.manual]\nnote = \"look\"\nwhen = {when:?}\n[[example]]\nfacts = {{}}\nexpect = \"manual\"\n"
        )
    };
    check().file("own/X1.toml", control("X1", &body("facts.roster.people == null"))).run().exits(0);
    check()
        .file("own/X1.toml", control("X1", &body("facts.workspace.teammates > 3")))
        .run()
        .exits(2)
        .says("`when` asks for `facts.workspace.teammates`, which has to be read");
}

#[test]
fn the_controls_of_declared_policy_are_listed_apart() {
    let ids = |list: &str| {
        let word = |line: &str| line.split_whitespace().next().unwrap_or_default().to_owned();
        list.lines().map(word).filter(|id| id.starts_with('R') && id.len() <= 3).collect::<Vec<_>>()
    };
    let list = program().args(["controls", "list"]).run().exits(0);
    assert!(ids(&list.stdout).is_empty(), "{}", list.stdout);
    let policy = program().args(["controls", "list", "--rbac"]).run().exits(0);
    assert_eq!(ids(&policy.stdout).len(), built_in(&["rbac"]), "{}", policy.stdout);
}

#[test]
fn unknown_ids_come_with_a_suggestion() {
    program().args(["controls", "show", "2.33"]).run().exits(2).says("2.3");
    for option in ["--control", "--skip"] {
        program().args(["scan", "--demo", option, "E33"]).run().exits(2).says("E3");
    }
}

#[test]
fn ten_mistakes_in_several_files_are_reported_at_once() {
    let good = every("row.role != null");
    let swap = |id: &str, from: &str, to: &str| control(id, &good).replace(from, to);
    let files = [
        ("X1-key.toml", swap("X1", "effort =", "efort ="), "efort"),
        ("X2-type.toml", swap("X2", "title = \"A control of ours\"", "title = 7"), "title"),
        ("X3-level.toml", swap("X3", "\"L1\"", "\"L7\""), "L7"),
        ("X4-name.toml", control("X40", &good), "X40"),
        ("X5-table.toml", swap("X5", "\"teammates\"", "\"teammate\""), "teammates"),
        ("X6-field.toml", control("X6", &every("row.emial != null")), "email"),
        ("X7-function.toml", control("X7", &every("lowr(row.email) == 'a'")), "lowr"),
        ("X8-variable.toml", control("X8", &every("rows.role != null")), "rows"),
        ("X9-syntax.toml", control("X9", &every("row.role != null &&")), "X9-syntax.toml"),
        ("X10-example.toml", swap("X10", "expect = \"manual\"", "expect = \"fail\""), "X10-example.toml"),
    ];
    let program =
        files.iter().fold(check(), |program, (name, text, _)| program.file(&format!("own/{name}"), text));
    let run = program.run().exits(2);
    let said = format!("{}{}", run.stdout, run.stderr);
    for (name, _, mention) in &files {
        let with_line = said.lines().any(|line| {
            line.split(&format!("{name}:"))
                .nth(1)
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        });
        assert!(with_line, "{name} is not reported with a line\n{said}");
        assert!(said.contains(mention), "{mention} is not mentioned\n{said}");
    }
}

#[test]
fn duplicate_ids_are_refused() {
    let text = control("X1", &every("row.role != null"));
    check().file("own/X1-one.toml", &text).file("own/X1-two.toml", &text).run().exits(2);
}

#[test]
fn hostile_expressions_are_refused_when_the_catalog_loads() {
    let nested = "[1].all(a, [1].all(b, [1].all(c, [1].all(d, a + b + c + d == 4))))";
    let hostile = [
        format!("{}true{}", "(".repeat(10_000), ")".repeat(10_000)),
        format!("1{} > 0", "+1".repeat(5_000)),
        format!("row.email{} == ''", "[0]".repeat(5_000)),
        format!("row.email{} == ''", ".trim()".repeat(5_000)),
        format!("{}true", "!".repeat(1_000)),
        format!("{}true{}", "(".repeat(500), ")".repeat(500)),
        nested.to_owned(),
        "row['ro' + 'le'] != null".to_owned(),
        "facts.no_such_value == 1".to_owned(),
    ];
    for expression in hostile {
        let run = check().file("own/X1-hostile.toml", control("X1", &every(&expression))).run().exits(2);
        let said = format!("{}{}", run.stdout, run.stderr);
        assert!(said.contains("X1-hostile.toml"), "{}: {said}", &expression[..20]);
        assert!(said.len() < 20_000, "the message repeats the expression");
    }
}

#[test]
fn controls_are_added_and_replaced_openly() {
    let server = Api::new(Workspace::healthy()).serve();
    let all_have_roles = every("row.role != null");
    let program = scan(&server.origin()).args(["--controls", "own"]);
    let program = program.file("own/X1-roles.toml", control("X1", &all_have_roles));
    let report = program.file("own/2.3-ours.toml", control("2.3", &all_have_roles)).run().exits(0).report();
    report.assert("X1", "pass");
    assert_eq!(report.control("2.3")["title"], "A control of ours");
    assert!(report.control("2.3")["origin"].to_string().contains("2.3-ours.toml"), "{}", report.text("2.3"));
    assert!(report.control("1.1")["origin"].to_string().contains("built-in"), "{}", report.text("1.1"));
    assert_eq!(report.0["catalog"]["controls"], 26);
}

#[test]
fn directories_that_are_not_there_are_usage_errors() {
    program().args(["scan", "--demo", "--controls", "absent"]).run().exits(2).says("absent");
    program().args(["controls", "check", "absent"]).run().exits(2).says("absent");
}

#[test]
fn count_of_privileged_rows_is_a_control() {
    let check = "[check.count]\nover = \"teammates\"\nwhere = \"row.privileged\"\nmax = \"params.max_admins\"\n\
                 subject = \"row.email\"\nmessage = \"'privileged: role ' + text(row.role)\"\n\
                 [params]\nmax_admins = 1\n";
    let server = Api::new(Workspace::healthy()).serve();
    let run =
        scan(&server.origin()).args(["--controls", "own"]).file("own/X1-few.toml", control("X1", check));
    let report = run.run().exits(1).report();
    assert_eq!(report.subjects("X1"), ["ana@fixture.example", "bo@fixture.example"]);
}

#[test]
fn every_control_is_explained_down_to_how_it_is_decided() {
    let list = program().args(["controls", "list", "--format", "json"]).run().exits(0).json();
    let ids = list["controls"].as_array().unwrap().iter().map(|control| control["id"].as_str().unwrap());
    for id in ids {
        let shown = program().args(["controls", "show", id]).run().exits(0).stdout;
        for part in [
            "What it asks for",
            "Why",
            "How it is decided",
            "What it needs",
            "Frameworks",
            &format!("intercom-harden attest {id} --by"),
            &format!("intercom-harden waive {id} --reason"),
        ] {
            assert!(shown.contains(part), "{id} does not show {part}\n{shown}");
        }
    }
    let shown = program().args(["controls", "show", "e10"]).run().exits(0).stdout;
    for part in [
        "require: row.approved == true",
        "needs: facts.organization.approved_networks != null",
        "nothing to look at: pass",
        "permission \"Read admin activity logs\"",
        "approved_networks under [organization]",
    ] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
}

#[test]
fn parameters_are_shown_as_they_are_in_force() {
    let show = || {
        program()
            .args(["controls", "show", "2.3"])
            .file("intercom-harden.toml", "[params.\"2.3\"]\nmax_admins = 7\n")
    };
    assert!(show().run().exits(0).stdout.contains("max_admins = 7"));
    assert!(show().arg("--no-config").run().exits(0).stdout.contains("max_admins = 3"));
}

#[test]
fn the_list_comes_as_json_too() {
    let list = program().args(["controls", "list", "--format", "json"]).run().exits(0).json();
    assert_eq!(list["schema_version"], "1");
    let controls = list["controls"].as_array().unwrap();
    let decided = |id: &str| controls.iter().find(|control| control["id"] == id).unwrap()["decided"].clone();
    assert_eq!(controls.len(), evaluated());
    assert_eq!(
        (decided("2.3"), decided("2.2"), decided("4.2")),
        ("data".into(), "violations-only".into(), "person".into())
    );
}

#[test]
fn a_control_in_the_place_of_another_changes_no_fact() {
    let demo = || program().args(["scan", "--demo", "--now", "2026-11-25T12:00:00Z", "--format", "json"]);
    let said = |run: Program| {
        let report = run.run().json();
        let controls = report["controls"].as_array().unwrap().iter().filter(|control| control["id"] != "2.3");
        let decided = |control: &Value| {
            ["id", "status", "reason", "findings", "context", "digest"].map(|key| control[key].clone())
        };
        let mut people = report["people"].clone();
        people.as_array_mut().unwrap().iter_mut().for_each(|person| person["findings"] = Value::Null);
        (people, controls.map(decided).collect::<Vec<_>>())
    };
    let ours = control("2.3", &every("row.role != null"));
    let replaced = demo().args(["--controls", "own"]).file("own/2.3.toml", ours);
    assert!(said(replaced) == said(demo()));
}

#[test]
fn parameters_that_are_settings_now_are_named_by_their_new_place() {
    for (was, now) in [
        ("[params.'2.3']\nprivileged_roles = ['Owner']", "facts.privileged_roles"),
        ("[params.e6]\nburst_count = 3", "facts.burst_count"),
    ] {
        let run = program().args(["scan", "--demo"]).file("intercom-harden.toml", was);
        run.run().exits(2).says(&format!("did you mean `{now}`?"));
    }
    let run = program().args(["scan", "--demo"]).file("intercom-harden.toml", "[facts]\nburst_cuont = 3");
    run.run().exits(2).says("did you mean `burst_count`?");
}
