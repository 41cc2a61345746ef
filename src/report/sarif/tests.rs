//! The log, field by field.

use serde_json::Value;

use super::*;
use crate::report::hostile;
use crate::report::json::in_memory;
use crate::report::sample::sample;

fn run(report: &Report) -> Value {
    let written = in_memory(|out| write(report, out)).unwrap();
    let log: Value = serde_json::from_str(&written).unwrap();
    assert_eq!(log["version"], "2.1.0");
    log["runs"][0].clone()
}

#[test]
fn a_control_is_a_rule_and_a_finding_a_result() {
    let run = run(&sample());
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert_eq!((rules.len(), results.len()), (6, 6));
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
    let rule = &rules[2];
    assert_eq!(rule["name"], "LimitAdminAccessTo23People");
    assert_eq!(rule["shortDescription"]["text"], "Limit admin access to 2–3 people.");
    assert_eq!(rule["defaultConfiguration"]["level"], "error");
    assert_eq!(rule["properties"]["security-severity"], "8.0");
    assert_eq!(rule["properties"]["tags"], serde_json::json!(["security", "l1", "cis-v8/5.4"]));
    assert!(rule["help"]["text"].as_str().unwrap().contains("\n1. Take the admin role away"));
    assert!(
        rule["help"]["markdown"].as_str().unwrap().contains("\n## What to do\n\n1. Take the admin role away")
    );
}

/// What is wrong, and what to do.
const MESSAGE: &str = "ada@example.com: privileged: role Owner. Next: Settings > Workspace > Teammates: Open each teammate of \
                       the list and choose a narrower role.";

#[test]
fn what_is_found_about_a_person_is_one_alert_that_keeps_its_fingerprint() {
    let mut report = sample();
    let findings = &mut report.controls[2].findings;
    findings[0].person = Some("7".to_owned());
    let alone = run(&report)["results"][0]["partialFingerprints"].clone();
    for finding in &mut report.controls[2].findings[1..3] {
        finding.person = Some("7".to_owned());
    }
    report.controls[2].findings[1].subject = "ada@example.com".to_owned();
    let results = |report: &Report| run(report)["results"].as_array().unwrap().clone();
    let found = results(&report);
    assert_eq!(found.len(), 4);
    let text = |results: &[Value]| results[0]["message"]["text"].as_str().unwrap().to_owned();
    let three = "ada@example.com: privileged: role Owner; privileged: role Admin; katherine.johnson@example.com: privileged: its \
                 newest permission snapshot has manage_teammates. Next: Settings > ";
    assert!(text(&found).starts_with(three), "{}", text(&found));
    assert_eq!(found[0]["partialFingerprints"], alone);
    assert_eq!(found[0]["properties"]["findings"].as_array().unwrap().len(), 3);

    report.controls[2].findings[0].waived = Some(hostile::waiver("until March"));
    report.scan.baseline = Some(hostile::baseline("last-week.json"));
    report.controls[2].findings[1].in_baseline = true;
    let found = results(&report);
    assert!(found.iter().all(|result| result.get("suppressions").is_none()), "a part of it is left");
    assert!(
        text(&found).starts_with("ada@example.com: privileged: role Admin; katherine"),
        "{}",
        text(&found)
    );
    assert_eq!(found[0]["baselineState"], "updated");
    for finding in &mut report.controls[2].findings[1..3] {
        finding.waived = Some(hostile::waiver("until March"));
    }
    let found = results(&report);
    assert_eq!(found[0]["suppressions"].as_array().unwrap().len(), 1, "the same decision is told once");
    assert_eq!(found[0]["partialFingerprints"], alone);
}

#[test]
fn a_long_list_about_a_person_is_cut_and_the_next_step_is_not() {
    let mut report = hostile::many(40);
    for finding in &mut report.controls[2].findings {
        finding.person = Some("7".to_owned());
        finding.message = "x".repeat(500);
    }
    let text = run(&report)["results"][0]["message"]["text"].as_str().unwrap().to_owned();
    assert!(text.ends_with(
        " Next: Settings > Workspace > Teammates: Open each teammate of the list and choose a narrower role."
    ));
    for finding in &mut report.controls[2].findings {
        finding.message = "x".to_owned();
    }
    let text = run(&report)["results"][0]["message"]["text"].as_str().unwrap().to_owned();
    assert!(text.contains("; and 35 more. Next: "), "{text}");
}

#[test]
fn every_rule_and_the_tool_have_a_page() {
    let mut report = sample();
    report.controls[2].pack = None;
    report.controls[2].references = vec!["https://www.intercom.com/help".to_owned()];
    report.controls[3].id = "../3.1".to_owned();
    report.controls[3].references.clear();
    let run_of = run(&report);
    let driver = &run_of["tool"]["driver"];
    assert_eq!(driver["informationUri"], "https://howtoharden.com/guides/intercom");
    for (index, rule) in driver["rules"].as_array().unwrap().iter().enumerate() {
        let control = &report.controls[index];
        let own = format!("/docs/controls/{}-{}.md", control.id, control.slug);
        match index {
            2 => assert_eq!(rule["helpUri"], "https://www.intercom.com/help"),
            _ if index == 3 || control.replaces_built_in => {
                assert_eq!(rule["helpUri"], "https://howtoharden.com/guides/intercom");
            }
            _ => assert!(rule["helpUri"].as_str().unwrap().ends_with(&own), "{rule}"),
        }
    }
    report.catalog.guide_url = "javascript:alert(1)".to_owned();
    report.controls[2].references = vec!["javascript:alert(1)".to_owned()];
    let run_of = run(&report);
    assert_eq!(run_of["tool"]["driver"].get("informationUri"), None);
    assert_eq!(run_of["tool"]["driver"]["rules"][2].get("helpUri"), None);
}

#[test]
fn a_result_in_full() {
    let place = serde_json::json!({
        "physicalLocation": {
            "artifactLocation": { "uri": "intercom-harden.toml" },
            "region": { "startLine": 1 },
        },
        "logicalLocations": [{ "name": "ada@example.com", "kind": "resource" }],
    });
    let result = serde_json::json!({
        "ruleId": "2.3",
        "ruleIndex": 2,
        "level": "error",
        "message": { "text": MESSAGE },
        "locations": [place],
        "partialFingerprints": {
            "alert/v1": "aab9a02453c7085429bced82",
            "primaryLocationLineHash": "aab9a02453c7085429bced82:1",
        },
        "properties": {
            "basis": ["api", "activity-log"],
            "reason": "5 of 12 teammates are privileged; at most 3 should be.",
            "violatesGate": true,
            "findings": [{
                "fingerprint": "aab9a02453c7085429bced82",
                "check": "",
                "subject": "ada@example.com",
                "message": "privileged: role Owner",
                "evidence": { "count": 3, "email": "ada@example.com" },
            }],
        },
    });
    assert_eq!(run(&sample())["results"][0], result);
}

#[test]
fn a_waiver_is_a_suppression_and_then_every_result_says_so() {
    assert_eq!(run(&sample())["results"][0].get("suppressions"), None);
    let mut report = sample();
    report.controls[2].findings[0].waived = Some(hostile::waiver("until March"));
    report.controls[2].findings[1].in_baseline = true;
    report.scan.baseline = Some(hostile::baseline("last-week.json"));
    let run = run(&report);
    let suppression = &run["results"][0]["suppressions"][0];
    assert_eq!((&suppression["kind"], &suppression["status"]), (&"external".into(), &"accepted".into()));
    assert_eq!(suppression["justification"], "until March");
    assert_eq!(suppression["properties"]["expires"], "2026-03-01");
    for result in &run["results"].as_array().unwrap()[1..] {
        assert_eq!(result["suppressions"], Value::Array(Vec::new()));
    }
    assert_eq!(run["results"][0]["baselineState"], "new");
    assert_eq!(run["results"][1]["baselineState"], "unchanged");
}

#[test]
fn a_failing_control_without_findings_is_a_result_about_the_workspace() {
    let mut report = sample();
    report.controls[4].findings.clear();
    let run = run(&report);
    let result = run["results"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(result["ruleId"], "E6");
    assert_eq!(result["locations"][0]["logicalLocations"][0]["name"], "workspace");
}

#[test]
fn the_place_is_the_configuration_in_the_repository_or_what_stands_in_for_it() {
    let mut report = sample();
    let place = |report: &Report, index: usize| {
        run(report)["results"][index]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].clone()
    };
    let config = report.scan.config.as_mut().unwrap();
    config.path = "/srv/build/ci/intercom.toml".to_owned();
    assert_eq!(place(&report, 0), "intercom.toml");
    report.scan.config.as_mut().unwrap().repository_path = Some("ci/intercom.toml".to_owned());
    assert_eq!(place(&report, 0), "ci/intercom.toml");
    report.scan.config = None;
    assert_eq!(place(&report, 0), "intercom-harden.toml");
    assert_eq!(place(&report, 5), "ours/E6-bursts.toml");
}

#[test]
fn scans_and_checks_of_the_policy_leave_each_others_alerts_alone() {
    let mut report = sample();
    assert_eq!(run(&report)["automationDetails"]["id"], "intercom-harden/ab12cd34/");
    for control in &mut report.controls {
        control.pack = Some(crate::controls::Pack::Rbac);
    }
    assert_eq!(run(&report)["automationDetails"]["id"], "intercom-harden-rbac/ab12cd34/");
}

#[test]
fn what_no_one_decided_is_a_notification() {
    let run = run(&sample());
    let invocation = &run["invocations"][0];
    assert_eq!((&invocation["executionSuccessful"], &invocation["exitCode"]), (&false.into(), &1.into()));
    assert_eq!(invocation["endTimeUtc"], "2026-02-01T12:00:00Z");
    let notes = invocation["toolExecutionNotifications"].as_array().unwrap();
    let of = |level: &str| notes.iter().filter(|note| note["level"] == level).count();
    assert_eq!((of("error"), of("warning"), of("note")), (1, 2, 2));
    let unknown = notes.iter().find(|note| note["associatedRule"]["id"] == "X1").unwrap();
    assert_eq!((&unknown["level"], &unknown["associatedRule"]["index"]), (&"warning".into(), &5.into()));
}

#[test]
fn no_more_results_than_code_scanning_accepts() {
    let mut report = hostile::many(30);
    report.controls[2].findings[3].waived = Some(hostile::waiver("x"));
    let log = serde_json::to_value(log(&report, 30)).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 30);
    // What is waived goes before what fails the gate, and what does not fail it goes too.
    assert_eq!(results.iter().filter(|result| result["ruleId"] == "E6").count(), 1);
    assert!(results.iter().all(|result| result["suppressions"].get(0).is_none()));
    let notes = log["runs"][0]["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(notes.contains("1 result left out"), "{notes}");
}

#[test]
fn whatever_a_file_is_called_its_uri_is_relative_and_links_are_escaped() {
    for text in hostile::texts() {
        let mut report = hostile::report(&text);
        let with_config = run(&report);
        report.scan.config = None;
        for result in [with_config, run(&report)].iter().flat_map(|run| run["results"].as_array().unwrap()) {
            let message = result["message"]["text"].as_str().unwrap();
            assert!(!message.replace("\\[", "").replace("\\]", "").contains(['[', ']']), "{message}");
            assert!(message.len() < 10_000);
            let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
            let fine = |ch: char| ch.is_ascii_alphanumeric() || "-._*%/".contains(ch);
            assert!(uri.chars().all(fine) && !uri.starts_with('/') && !uri.contains(".."), "{uri}");
            assert!(url::Url::parse("https://a.example/b/").unwrap().join(uri).is_ok());
        }
    }
}
