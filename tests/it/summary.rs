//! The summary, the default format: what to do first, and who is concerned, in 40 lines.

use serde_json::json;

use crate::intercom::Api;
use crate::program::{NOW, demo, live, program};
use crate::server::Answer;
use crate::workspace::{DAY, Event, HOUR, Workspace};

/// 60 teammates, 11 of them administrators; 52 sign in without SAML, 10 administrators among them, and much else is wrong.
fn neglected() -> Workspace {
    let address = |number: usize| format!("person.number{number:02}@fixture.example");
    let mut workspace = (0..60).fold(Workspace::new(), |workspace, number| {
        let role = if number < 11 { "Admin" } else { "Support agent" };
        let method = if (10..18).contains(&number) { "saml" } else { "email_password" };
        workspace.teammate(&address(number), role).sign_in(&address(number), method, 5 * HOUR)
    });
    for number in 20..28 {
        workspace = workspace.snapshot(&address(number), &["export_data"], "all", 90 * DAY);
    }
    for (number, event_type) in [
        (1, "admin_impersonation_consent_approved"),
        (1, "app_authentication_method_change"),
        (2, "app_team_creation"),
        (3, "app_webhook_creation"),
        (24, "bulk_export"),
    ] {
        workspace = workspace.event(Event::new(event_type).by(&address(number)).ago(3 * DAY));
    }
    (0..30).fold(workspace, |workspace, number| {
        let failed = Event::new("admin_login_failure").by(&address(40)).from("203.0.113.9");
        workspace.event(failed.ago(2 * DAY + 10 * number).metadata(json!({ "reason": "invalid_password" })))
    })
}

#[test]
fn sixty_teammates_fit_forty_lines_and_the_worst_is_named_in_numbers() {
    let server = neglected().serve();
    let run = live(&server.origin(), &["scan"]).env("COLUMNS", "100").run().exits(1);
    let lines: Vec<_> = run.stdout.lines().collect();
    assert!(lines.len() <= 40, "{} lines\n{}", lines.len(), run.stdout);
    assert!(lines[0].contains("60 teammates") && lines[0].contains("US"), "{}", run.stdout);
    let text = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in ["52 of 60", "10 of 11 administrators among them", "11 of 60 teammates", "Next: "] {
        assert!(text.contains(part), "no {part} in\n{}", run.stdout);
    }
    let order =
        ["Gate failed: ", "Do first", "People to look at", "Also failing", "Ask a person: ", "More: "];
    let places: Vec<_> =
        order.iter().map(|part| lines.iter().position(|line| line.starts_with(part))).collect();
    assert!(places.is_sorted() && places.iter().all(Option::is_some), "{places:?}\n{}", run.stdout);
}

#[test]
fn every_width_shows_whole_words() {
    let words = |columns: &str| -> Vec<String> {
        let run = demo().env("COLUMNS", columns).run().exits(0);
        let widest = run.stdout.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= columns.parse().unwrap(), "{widest} columns\n{}", run.stdout);
        run.stdout.split_whitespace().map(str::to_owned).collect()
    };
    let at_100 = words("100");
    assert!(at_100.iter().any(|word| word == "tomas.okafor@kestrelparcel.example"), "{at_100:?}");
    // A narrower terminal shows the same on more lines; a wider one cuts less off.
    assert_eq!(words("60"), at_100);
    assert_eq!(words("80"), at_100);
    assert!(words("160").len() >= at_100.len());
}

#[test]
fn every_format_for_people_says_the_same_first() {
    let run = demo().args(["-o", "json=r.json", "-o", "markdown=r.md", "-o", "html=r.html"]).run().exits(0);
    let report: serde_json::Value = serde_json::from_str(&run.read("r.json").unwrap()).unwrap();
    let controls = report["controls"].as_array().unwrap();
    let first = controls.iter().find(|control| control["priority"] == 1).unwrap();
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let headline = first["headline"].as_str().unwrap();
    let action = first["next_step"]["actions"][0].as_str().unwrap();
    for text in [run.stdout.clone(), run.read("r.md").unwrap(), run.said("r.html")] {
        let text = plain(&text);
        let (first, then) = (text.find(headline), text.find(action));
        assert!(first.is_some() && then.is_some(), "no {headline:?} or {action:?} in\n{text}");
        assert!(text.find("Do first") < first && first < then && then < text.find("Also failing"), "{text}");
    }
    for control in controls {
        assert_eq!(control["headline"].is_null(), control["status"] == "pass", "{}", control["id"]);
        assert_eq!(control["priority"].is_null(), control["status"] == "pass", "{}", control["id"]);
    }
}

#[test]
fn groups_are_shown_in_the_long_form_unless_a_format_is_named() {
    let run = demo().args(["--by", "level"]).run().exits(0);
    assert!(run.stdout.contains("By level") && run.stdout.contains("What failed"), "{}", run.stdout);
    demo().args(["--by", "level", "--format", "summary"]).run().exits(2);
}

#[test]
fn the_sheet_of_people_is_evidence_for_the_access_review() {
    let review = demo().args(["-o", "people=people.csv"]).run().exits(0);
    let people = review.read("people.csv").unwrap();
    assert!(
        people.lines().count() == 42 && people.lines().nth(1).unwrap().contains("privileged"),
        "{people}"
    );
    let signed = program()
        .args(["attest", "2.1", "--by", "Ana", "--evidence-file", "people.csv", "--note", "All roles fit."])
        .file("people.csv", people.clone())
        .now(NOW)
        .run()
        .exits(0);
    let outputs = ["-o", "csv=r.csv", "-o", "markdown=r.md", "-o", "junit=r.xml", "--format", "table"];
    let config = signed.read("intercom-harden.toml").unwrap();
    let json = demo().args(["--format", "json"]).file("people.csv", people.clone());
    let report = json.config(config.clone()).run().json();
    let control = report["controls"].as_array().unwrap().iter().find(|one| one["id"] == "2.1").unwrap();
    assert_eq!((&control["status"], &control["basis"]), (&json!("pass"), &json!(["attestation"])));
    assert!(control["attestation"]["evidence"].as_str().unwrap().contains("people.csv"), "{control}");
    let run = demo().args(outputs).file("people.csv", people).config(config).run().exits(0);
    for text in [
        run.stdout.clone(),
        run.read("r.csv").unwrap(),
        run.read("r.md").unwrap(),
        run.read("r.xml").unwrap(),
    ] {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in ["Ana", "people.csv", "All roles fit"] {
            assert!(text.contains(part), "no {part} in\n{text}");
        }
    }
}

#[test]
fn options_of_spreadsheets_need_one() {
    let run = demo()
        .args(["--excel", "-o", "plan=plan.csv", "-o", "people=people.csv", "-o", "json=r.json"])
        .run()
        .exits(0);
    for file in ["plan.csv", "people.csv"] {
        assert!(run.read(file).unwrap().starts_with('\u{feff}'), "{file}");
    }
    assert!(run.read("r.json").unwrap().starts_with('{'));
    let run = demo().args(["--excel", "--format", "json"]).run().exits(2);
    assert!(
        run.stderr.contains("--excel has no effect on json") && run.stderr.contains("csv, plan, people"),
        "{}",
        run.stderr
    );
    let run = demo().args(["--per", "finding"]).run().exits(2);
    assert!(run.stderr.contains("--per has no effect on summary"), "{}", run.stderr);
    let per = |row: &str| demo().args(["--format", "plan", "--per", row]).run().exits(0).stdout;
    assert!(per("finding").lines().count() > per("CONTROL").lines().count());
}

#[test]
fn the_plan_lists_what_fails_before_what_waits_for_a_person() {
    let plan = demo().args(["--format", "plan"]).run().exits(0).stdout;
    let mut reader = csv::Reader::from_reader(plan.as_bytes());
    let names = reader.headers().unwrap().clone();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    let column = |row: &csv::StringRecord, name: &str| {
        row[names.iter().position(|one| one == name).unwrap()].to_owned()
    };
    let order: Vec<(bool, u32)> = rows
        .iter()
        .map(|row| (column(row, "status") != "fail", column(row, "priority").parse().unwrap()))
        .collect();
    assert!(order.is_sorted() && order.iter().any(|(waits, _)| *waits), "{order:?}");
    for row in &rows {
        let (id, about) = (column(row, "control"), column(row, "who"));
        let attest = format!("intercom-harden attest {id} --by ");
        assert_eq!(column(row, "next_step").contains(&attest), column(row, "status") == "manual", "{row:?}");
        let people = about.split(", ").filter(|one| one.contains('@')).count();
        assert_eq!(column(row, "people"), people.to_string(), "{row:?}");
    }
}

#[test]
fn explain_says_what_the_sample_shows_of_one_control() {
    let run = program().args(["explain", "2.3", "--demo"]).run().exits(0);
    for part in ["FAIL 5 of 41 teammates", "maren.holt@kestrelparcel.example", "next: Settings > Workspace"] {
        assert!(run.stdout.contains(part), "no {part} in\n{}", run.stdout);
    }
    let shown = program().args(["controls", "show", "2.3"]).run().exits(0).stdout;
    assert!(shown.lines().all(|line| run.stdout.contains(line)), "explain leaves something out of\n{shown}");
}

#[test]
fn what_could_not_be_read_is_said_with_its_cause() {
    let server = Api::new(Workspace::healthy()).log_fault(&Answer::error(400, "odd", "not today")).serve();
    let run = live(&server.origin(), &["scan"]).run().exits(3);
    assert!(run.stdout.contains("! Not all could be read of the activity log: "), "{}", run.stdout);
}
