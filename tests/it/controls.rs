//! Control files: every mistake at once, hostile expressions refused, built-in controls replaced openly.

use serde_json::Value;

use crate::program::{Program, built_in, demo, evaluated, program};
use crate::workspace::Workspace;

/// A valid control with these lines in its check.
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

/// Asserts that the program prints all of this.
#[track_caller]
fn prints(args: &[&str], parts: &[&str]) -> String {
    let shown = program().args(args.to_vec()).run().exits(0).stdout;
    for part in parts {
        assert!(shown.contains(part), "{args:?} does not show {part}\n{shown}");
    }
    shown
}

/// The ids at the start of a list's lines.
fn listed(list: &str) -> Vec<&str> {
    list.lines().filter_map(|line| line.split_whitespace().next()).collect()
}

#[test]
fn built_in_controls_are_listed_and_sound() {
    let list = prints(&["controls", "list"], &[]);
    for id in ["1.1", "1.5", "2.3", "3.2", "4.2", "5.1", "E1", "E12"] {
        assert!(listed(&list).contains(&id), "{list}");
    }
    // Controls of the declared policy have their own list.
    let policy = prints(&["controls", "list", "--rbac"], &[]);
    for number in 1..=built_in(&["rbac"]) {
        let id = format!("R{number}");
        assert!(listed(&policy).contains(&&*id) && !listed(&list).contains(&&*id), "{id}: {policy}");
    }
    prints(&["controls", "check"], &[]);
    let facts = ["teammates", "sign_ins", "events", "GET /admins", "Read admin activity logs"];
    prints(&["controls", "facts"], &facts);
}

#[test]
fn a_condition_may_not_ask_for_what_has_to_be_read() {
    let check = |when: &str| {
        let example = "[[example]]\nfacts = {}\nexpect = \"manual\"\n";
        let body = format!("[check.manual]\nnote = \"look\"\nwhen = {when:?}\n{example}");
        check().file("own/X1.toml", control("X1", &body)).run()
    };
    check("facts.roster.people == null").exits(0);
    for name in ["facts.workspace.teammates", "facts.history.readings"] {
        let refused = check(&format!("{name} > 3")).exits(2);
        refused.says(&format!("`when` uses `{name}`, which a source has to provide; use `needs` instead"));
    }
}

#[test]
fn a_check_leads_to_steps_that_exist() {
    let check = |keys: &str| {
        let example = "[[example]]\nfacts = {}\nexpect = \"manual\"\n";
        let body = format!("{keys}\n[check.manual]\nnote = \"look\"\n{example}");
        check().file("own/X1.toml", control("X1", &body)).run()
    };
    check("next_step = 1").exits(0);
    check("next_step = 2").exits(2).says("`next_step` is 2, and the number of [[steps]] is 1");
    check("needs_step = 0").exits(2).says("`needs_step` is 0, and the number of [[steps]] is 1");
    check("needs_step = 1").exits(2).says("`needs_step` goes with `needs` only");
}

#[test]
fn unknown_ids_come_with_a_suggestion() {
    program().args(["controls", "show", "2.33"]).run().exits(2).says("2.3");
    for option in ["--control", "--skip"] {
        demo().args([option, "E33"]).run().exits(2).says("E3");
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
        let place = format!("{name}:");
        let is_line = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
        let with_line = said.split(&place).skip(1).any(is_line);
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
    let hostile = [
        format!("{}true{}", "(".repeat(10_000), ")".repeat(10_000)),
        format!("row.email{} == ''", ".trim()".repeat(5_000)),
        "[1].all(a, [1].all(b, [1].all(c, [1].all(d, a + b + c + d == 4))))".to_owned(),
        "row['ro' + 'le'] != null".to_owned(),
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
    let all_have_roles = every("row.role != null");
    let program = Workspace::healthy().scan().args(["--controls", "own"]);
    let program = program.file("own/X1-roles.toml", control("X1", &all_have_roles));
    let report = program.file("own/2.3-ours.toml", control("2.3", &all_have_roles)).run().exits(0).report();
    report.assert("X1", "pass");
    assert_eq!(report.control("2.3")["title"], "A control of ours");
    assert!(report.control("2.3")["origin"].to_string().contains("2.3-ours.toml"), "{}", report.text("2.3"));
    assert!(report.control("1.1")["origin"].to_string().contains("built-in"), "{}", report.text("1.1"));
    assert_eq!(report.0["catalog"]["controls"], evaluated() + 1);
}

#[test]
fn directories_that_are_not_there_are_usage_errors() {
    demo().args(["--controls", "absent"]).run().exits(2).says("absent");
    program().args(["controls", "check", "absent"]).run().exits(2).says("absent");
}

#[test]
fn every_control_is_explained_down_to_how_it_is_decided() {
    let list = program().args(["controls", "list", "--format", "json"]).run().exits(0).json();
    assert_eq!(list["schema_version"], "1");
    let controls = list["controls"].as_array().unwrap();
    assert_eq!(controls.len(), evaluated());
    for control in controls {
        let id = control["id"].as_str().unwrap();
        let words = ["What it asks for", "Why", "How it is decided", "What it needs", "Frameworks"];
        let shown = prints(&["controls", "show", id], &words);
        for command in [format!("attest {id} --by"), format!("waive {id} --reason")] {
            assert!(shown.contains(&format!("intercom-harden {command}")), "{shown}");
        }
        match id {
            "2.3" => assert_eq!(control["decided"], "data"),
            "2.2" => assert_eq!(control["decided"], "violations-only"),
            "4.2" => assert_eq!(control["decided"], "person"),
            _ => {}
        }
    }
    prints(&["controls", "show", "2.3"], &["2.3", "max_admins", "AC-6(1)"]);
    let parts = [
        "require: row.approved == true",
        "needs: facts.organization.approved_networks != null",
        "next step then: 1",
        "nothing to look at: pass",
        "next step: 2",
        "permission \"Read admin activity logs\"",
        "approved_networks under [organization]",
    ];
    prints(&["controls", "show", "e10"], &parts);
}

#[test]
fn parameters_are_shown_as_they_are_in_force() {
    let config = "[params.\"2.3\"]\nmax_admins = 7\n";
    let show = || program().args(["controls", "show", "2.3"]).file("intercom-harden.toml", config);
    assert!(show().run().exits(0).stdout.contains("max_admins = 7"));
    assert!(show().arg("--no-config").run().exits(0).stdout.contains("max_admins = 3"));
}

#[test]
fn a_control_in_the_place_of_another_changes_no_fact() {
    let demo = || demo().args(["--format", "json"]);
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
        let run = demo().file("intercom-harden.toml", was);
        run.run().exits(2).says(&format!("did you mean `{now}`?"));
    }
    let run = demo().file("intercom-harden.toml", "[facts]\nburst_cuont = 3");
    run.run().exits(2).says("did you mean `burst_count`?");
}
