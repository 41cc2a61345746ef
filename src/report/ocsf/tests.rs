//! The events, attribute by attribute.

use serde_json::Value;

use super::*;
use crate::report::hostile;
use crate::report::sample::sample;

fn events(report: &Report) -> Vec<Value> {
    render(report).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
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
    assert_eq!(ada["resources"][0]["owner"]["email_addr"], "ada@example.com");
    assert_eq!(ada["observables"][0]["type_id"], 5);
    assert_eq!(ada["evidences"][0]["data"]["count"], 3);
    assert_eq!(ada["unmapped"]["violates_gate"], true);
    assert!(ada["remediation"]["desc"].as_str().unwrap().starts_with("1. Take the admin role away"));
    let address = of(&events, "E6")[0];
    assert_eq!(address["resources"][0]["ip"], "203.0.113.7");
    assert_eq!(address["observables"][0]["type_id"], 2);
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
