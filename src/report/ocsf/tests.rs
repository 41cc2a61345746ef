//! The events, attribute by attribute.

use serde_json::Value;

use super::*;
use crate::report::hostile;
use crate::report::json::in_memory;
use crate::report::sample::sample;

fn events(report: &Report) -> Vec<Value> {
    let rendered = in_memory(|out| write(report, out)).unwrap();
    rendered.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn of<'a>(events: &'a [Value], control: &str) -> Vec<&'a Value> {
    events.iter().filter(|event| event["compliance"]["control"] == control).collect()
}

#[test]
fn a_failing_control_is_an_event_for_each_finding() {
    let events = events(&sample());
    assert_eq!(["1.1", "1.3", "2.3", "5.1", "E6", "X1"].map(|id| of(&events, id).len()), [1, 1, 5, 1, 1, 1]);
    let ada = of(&events, "2.3")[0];
    assert_eq!(ada["finding_info"]["uid"], "aab9a02453c7085429bced82");
    assert_eq!(ada["time"], 1_769_947_200_000_i64);
    assert_eq!(ada["metadata"]["tenant_uid"], "ab12cd34");
    assert_eq!(ada["compliance"]["requirements"][0], "cis-v8 5.4");
    let outsider = serde_json::json!({
        "uid": "ada@example.com", "name": "ada@example.com", "email_addr": "ada@example.com", "type_id": 0, "type": "Unknown",
        "account": { "uid": "ada@example.com", "name": "ada@example.com", "type_id": 0, "type": "Unknown" },
    });
    assert_eq!(ada["resources"][0]["owner"], outsider);
    let next =
        "Next: Settings > Workspace > Teammates: Open each teammate of the list and choose a narrower role.";
    let message =
        format!("2.3 Limit admin access to 2–3 people: ada@example.com: privileged: role Owner. {next}");
    assert_eq!(ada["message"], *message);
    let details = &ada["compliance"]["status_details"];
    assert_eq!(details[0], "5 of 12 teammates are privileged; at most 3 should be.");
    assert!(details[1].as_str().unwrap().starts_with("Newest change: "));
    assert_eq!(ada["observables"][0]["type_id"], 5);
    assert_eq!(ada["evidences"][0]["data"]["count"], 3);
    assert_eq!(ada["unmapped"]["violates_gate"], true);
    assert!(ada["remediation"]["desc"].as_str().unwrap().starts_with("1. Take the admin role away"));
    let address = of(&events, "E6")[0];
    assert_eq!(address["resources"][0]["ip"], "203.0.113.7");
    assert_eq!(address["observables"][0]["type_id"], 2);
}

#[test]
fn a_teammate_has_a_type_and_the_account_is_the_workspace() {
    let mut report = sample();
    let person = |id: &str, privilege: &str| {
        let json = serde_json::json!({
            "id": id, "email": format!("p{id}@example.com"), "privilege": privilege, "sign_in_methods": [], "findings": [],
        });
        serde_json::from_value::<Person>(json).unwrap()
    };
    report.people = vec![person("7", "privileged"), person("8", "unprivileged")];
    for (finding, id) in report.controls[2].findings.iter_mut().zip(["7", "8"]) {
        finding.person = Some(id.to_owned());
    }
    for (id, type_id, kind) in [("7", 2, "Admin"), ("8", 1, "User")] {
        let events = events(&report);
        let about = |event: &&&Value| event["resources"][0]["uid"] == id;
        let events = of(&events, "2.3");
        let owner = &events.iter().find(about).unwrap()["resources"][0]["owner"];
        assert_eq!((&owner["type_id"], &owner["type"]), (&type_id.into(), &kind.into()));
        assert_eq!((&owner["uid"], &owner["name"]), (&id.into(), &format!("p{id}@example.com").into()));
        let account = serde_json::json!({
            "uid": "ab12cd34", "name": "Example Support", "type_id": 99, "type": "Intercom workspace",
        });
        assert_eq!(owner["account"], account);
    }
    report.workspace = WorkspaceInfo::default();
    let events = events(&report);
    assert_eq!(of(&events, "2.3")[0]["resources"][0]["owner"]["account"]["uid"], WORKSPACE);
}

#[test]
fn what_passes_asks_for_nothing_and_deprecated_fields_are_not_used() {
    let events = events(&sample());
    assert!(!of(&events, "1.1")[0]["message"].as_str().unwrap().contains("Next:"));
    for event in &events {
        assert_eq!(event["compliance"].get("status_detail"), None);
        assert!(event["compliance"]["status_details"].is_array());
    }
}

#[test]
fn statuses_and_severities_follow_the_schema() {
    let events = events(&sample());
    let brief = |id: &str| {
        let event = of(&events, id)[0];
        let number = |value: &Value| value.as_u64().unwrap();
        [&event["compliance"]["status_id"], &event["status_id"], &event["severity_id"]].map(number)
    };
    assert_eq!(brief("1.1"), [1, 4, 1]);
    assert_eq!(brief("1.3"), [99, 1, 1]);
    assert_eq!(brief("2.3"), [3, 1, 4]);
    assert_eq!(brief("E6"), [3, 1, 3]);
    assert_eq!(brief("X1"), [0, 1, 1]);
}

#[test]
fn what_is_waived_is_suppressed() {
    let mut report = sample();
    report.controls[4].waived = Some(hostile::waiver("until March"));
    let events = events(&report);
    let event = of(&events, "E6")[0];
    assert_eq!((&event["status_id"], &event["compliance"]["status_id"]), (&3.into(), &3.into()));
    assert_eq!(event["unmapped"]["waived"]["expires"], "2026-03-01");
    assert!(event["status_detail"].as_str().unwrap().contains("until March"));
}

#[test]
fn a_control_without_findings_or_steps_is_about_the_workspace() {
    let events = events(&sample());
    let unknown = of(&events, "X1")[0];
    assert_eq!(unknown["resources"][0]["uid"], "ab12cd34");
    assert_eq!(unknown.get("remediation"), None);
    assert_eq!(unknown.get("observables"), None);
}

#[test]
fn an_undecided_control_is_one_event_of_bounded_size() {
    let mut report = hostile::many(150);
    report.controls[2].status = Status::Manual;
    let events = events(&report);
    let [event] = of(&events, "2.3")[..] else { panic!("a manual control is one event") };
    assert_eq!(event["evidences"].as_array().map(Vec::len), Some(100));
}
