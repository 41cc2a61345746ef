//! What is told, and how Slack shows it.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::*;
use crate::config::{self, Occasion};
use crate::report::Report;
use crate::report::hostile;
use crate::report::sample::{finding, recounted, sample};
use crate::sources::{SourceId, SourceStatus};
use crate::store::tests::entry;
use crate::store::{Message, Store};
use crate::toml_document::Located;
use crate::verdict::Evidence;

fn alert(level: Level, on: &[Occasion], controls: &[&str]) -> config::Alert {
    let receiver = config::Receiver::Command { program: "true".into(), arguments: Vec::new() };
    let controls = controls.iter().map(|id| Located { value: (*id).to_owned(), line: 1 }).collect();
    config::Alert { name: "ops".to_owned(), receiver, level, on: on.to_vec(), controls }
}

fn everything() -> config::Alert {
    let all = [Occasion::New, Occasion::Resolved, Occasion::Undecided, Occasion::Incomplete];
    alert(Level::L3, &all, &[])
}

/// The sample report so many days later, with all sources complete.
fn report(day: i64) -> Report {
    let mut report = sample();
    report.scan.at = report.scan.at.saturating_add(SignedDuration::from_hours(24 * day)).unwrap();
    report.sources.iter_mut().for_each(|source| source.status = SourceStatus::Complete);
    report
}

fn control<'r>(report: &'r mut Report, id: &str) -> &'r mut crate::report::Control {
    report.controls.iter_mut().find(|control| control.id == id).unwrap()
}

/// What the last of these reports is told as.
fn messages(alert: &config::Alert, reports: &[Report]) -> Vec<Message> {
    let mut store = Store::in_memory().unwrap();
    let mut told = Vec::new();
    for report in reports {
        let facts = RunFacts { workspace: "ab12cd34", at: report.scan.at, outcome: Ok(report) };
        store
            .keep(&entry(report), None, |run, changes| {
                told = compose([alert], facts, run, changes);
                told.clone()
            })
            .unwrap();
    }
    told
}

fn told(alert: &config::Alert, reports: &[Report]) -> Option<AlertMessage> {
    let messages = messages(alert, reports);
    assert!(messages.len() <= 1);
    messages.first().map(|message| serde_json::from_str(&message.body).unwrap())
}

/// Two days: on the second an administrator and an event are new, an administrator is gone, the log fails, and a control is
/// left to a person.
fn two_days() -> [Report; 2] {
    let (first, mut second) = (report(0), report(1));
    let admins = control(&mut second, "2.3");
    admins.findings.remove(0);
    admins.findings.push(finding("2.3", "noor@example.com", "privileged: role Owner"));
    let bursts = control(&mut second, "E6");
    let mut event = finding("E6", "app_installation at 2026-02-02T09:00:00Z", "by ada@example.com");
    let row = serde_json::json!({ "by": "ada@example.com", "at": "2026-02-02T09:00:00Z" });
    event.evidence = Evidence::from(row.as_object().unwrap());
    event.event = Some("e1".to_owned());
    bursts.findings.push(event);
    control(&mut second, "1.1").status = Status::Manual;
    let log = second.sources.iter_mut().find(|source| source.id == SourceId::ActivityLog).unwrap();
    log.status = SourceStatus::Failed;
    [first, recounted(second)]
}

#[test]
fn a_message_has_who_what_when_and_the_next_step() {
    let alert = told(&everything(), &two_days()).unwrap();
    let new: Vec<_> = alert.new.iter().map(|one| (&*one.control.id, &*one.subject, one.why)).collect();
    assert_eq!(
        new,
        [("2.3", "noor@example.com", Why::New), ("E6", "app_installation at 2026-02-02T09:00:00Z", Why::New)]
    );
    let event = &alert.new[1];
    assert_eq!(event.by.as_deref(), Some("ada@example.com"));
    assert_eq!(event.at, Some("2026-02-02T09:00:00Z".parse().unwrap()));
    let next = "Settings > Workspace > Teammates: Open each teammate of the list and choose a narrower role.";
    assert_eq!(event.next.as_deref(), Some(next));
    assert_eq!((alert.resolved[0].how, &*alert.resolved[0].subject), (How::Fixed, "ada@example.com"));
    assert_eq!((&*alert.undecided[0].control.id, alert.undecided[0].status), ("1.1", Status::Manual));
    let unread = &alert.incomplete[0];
    assert_eq!((&*unread.source, unread.status), ("activity-log", Some(SourceStatus::Failed)));
    assert_eq!(unread.reason.as_deref(), Some("HTTP 500 (request id 0001abcd)"));
    let workspace = alert.workspace.unwrap();
    assert_eq!((&*workspace.id, workspace.name.as_deref()), ("ab12cd34", Some("Example Support")));
    assert!(alert.id.starts_with("msg_") && alert.run == Some(2) && !alert.test && alert.omitted == 0);
}

#[test]
fn level_occasions_and_controls_choose() {
    let two_days = two_days();
    let new = |alert: &config::Alert| {
        let told = told(alert, &two_days);
        told.map(|told| told.new.into_iter().map(|one| one.control.id).collect::<Vec<_>>())
            .unwrap_or_default()
    };
    assert_eq!(new(&alert(Level::L1, &[Occasion::New], &[])), ["2.3"]);
    assert_eq!(new(&alert(Level::L2, &[Occasion::New], &[])), ["2.3", "E6"]);
    assert_eq!(new(&alert(Level::L3, &[Occasion::New], &["e6"])), ["E6"]);
    assert!(told(&alert(Level::L1, &[Occasion::New], &["1.1"]), &two_days).is_none());
    let unread = |controls: &[&str]| told(&alert(Level::L1, &[Occasion::Incomplete], controls), &two_days);
    assert_eq!(unread(&[]).unwrap().incomplete.len(), 1);
    assert!(unread(&["2.3"]).is_none(), "it does not read the log");
}

#[test]
fn the_first_run_is_silent_and_so_is_one_without_news() {
    let [first, second] = two_days();
    assert!(messages(&everything(), std::slice::from_ref(&first)).is_empty());
    let mut third = second.clone();
    third.scan.at = report(2).scan.at;
    assert!(told(&everything(), &[first, second, third]).is_none());
}

#[test]
fn what_was_waived_or_cannot_be_compared_says_so() {
    let mut waived = report(1);
    control(&mut waived, "2.3").findings[0].waived = Some(hostile::waiver("until March"));
    let ended = told(&everything(), &[report(0), waived.clone(), report(2)]).unwrap();
    assert_eq!((&*ended.new[0].subject, ended.new[0].why), ("ada@example.com", Why::WaiverEnded));
    assert!(told(&everything(), &[report(0), waived]).is_none(), "what is waived is not resolved");
    let mut other = report(1);
    control(&mut other, "2.3").digest = "sha256:33".to_owned();
    let told = told(&everything(), &[report(0), other]).unwrap();
    assert_eq!((told.new.len(), told.new[0].why), (1, Why::Incomparable));
    assert_eq!(told.new[0].message, "5 of 12 teammates are privileged; at most 3 should be.");
}

#[test]
fn lists_and_texts_are_bounded() {
    let mut second = report(1);
    let admins = control(&mut second, "2.3");
    let many = (0..1_200).map(|number| finding("2.3", &format!("p{number}@example.com"), &"x".repeat(5_000)));
    admins.findings.extend(many);
    let alert = told(&everything(), &[report(0), recounted(second)]).unwrap();
    assert_eq!((alert.new.len(), alert.omitted), (1_000, 200));
    assert!(alert.new.iter().all(|one| one.message.chars().count() <= 1_001));
}

#[test]
fn a_message_is_what_the_schema_says() {
    let schema: Value = serde_json::from_str(&schema().unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let test = test_message("ops", Timestamp::from_millisecond(1_767_225_600_123).unwrap()).unwrap();
    let run = messages(&everything(), &two_days()).remove(0);
    for message in [test, run] {
        let body: Value = serde_json::from_str(&message.body).unwrap();
        let problems: Vec<_> = validator.iter_errors(&body).map(|error| error.to_string()).collect();
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!((&body["id"], &body["alert"]), (&message.id.into(), &"ops".into()));
    }
}

/// What Slack allows, as its documentation has it.
#[track_caller]
fn assert_within_limits(message: &Value) {
    let blocks = message["blocks"].as_array().unwrap();
    assert!((1..=50).contains(&blocks.len()), "{} blocks", blocks.len());
    for block in blocks {
        let (kind, text) = (&block["type"], block["text"]["text"].as_str().unwrap());
        let most = if kind == "header" { 150 } else { 3_000 };
        assert!((1..=most).contains(&text.chars().count()), "{kind} of {}", text.chars().count());
        assert!(!text.contains(['<', '>']), "{text}");
        let escapes = ["&amp;", "&lt;", "&gt;"];
        let rest = escapes.iter().fold(text.to_owned(), |text, escape| text.replace(escape, ""));
        assert!(!rest.contains('&'), "half an escape: {text}");
    }
    let text = message["text"].as_str().unwrap();
    assert!((1..=4_000).contains(&text.chars().count()));
}

#[test]
fn slack_shows_what_matters_and_has_a_text_without_blocks() {
    let alert = told(&everything(), &two_days()).unwrap();
    let message = slack::render(&alert);
    assert_within_limits(&message);
    insta::assert_snapshot!(message["text"].as_str().unwrap(), @r"
    *Example Support: 2 new findings, 1 source cannot be read, 1 control no longer decided, 1 resolved*

    *2.3 Limit admin access to 2–3 people* (L1)
    • noor@example.com: privileged: role Owner
    Next: Settings &gt; Workspace &gt; Teammates: Open each teammate of the list and choose a narrower role.

    *E6 No burst of failed sign-ins goes unexplained* (L2)
    • app_installation at 2026-02-02T09:00:00Z: by ada@example.com
    Next: Settings &gt; Workspace &gt; Teammates: Open each teammate of the list and choose a narrower role.

    *Incomplete:* the activity log (failed): HTTP 500 (request id 0001abcd)

    *1.1 Configure SAML single sign-on* (L1)
    No longer decided: All 312 sign-ins by 11 of 12 teammates used SAML; enforcement itself is not readable.

    Resolved: *2.3 Limit admin access to 2–3 people* (L1)
    • ada@example.com: privileged: role Owner (fixed)

    Run 2 of 2026-02-02 12:00 UTC, alert ops
    ");
    let blocks = message["blocks"].as_array().unwrap();
    assert_eq!(blocks[0]["type"], "header");
    assert!(blocks[1..].iter().all(|block| block["text"]["verbatim"] == true));
}

#[test]
fn slack_keeps_its_limits_whatever_is_found() {
    let usual = told(&everything(), &two_days()).unwrap();
    let long = ["<!channel>".repeat(200), "&".repeat(5_000), "x".repeat(9_000)];
    for text in hostile::texts().into_iter().chain(long) {
        for per_control in [1, 4] {
            let mut alert = usual.clone();
            alert.workspace.as_mut().unwrap().name = Some(text.clone());
            let finding = |number: usize| {
                let mut finding = usual.new[0].clone();
                finding.control.id = format!("Y{}", number / per_control);
                finding.control.title.clone_from(&text);
                finding.subject = format!("{number} {text}");
                finding.message.clone_from(&text);
                finding.next = Some(text.clone());
                finding
            };
            alert.new = (0..200).map(finding).collect();
            let message = slack::render(&alert);
            assert_within_limits(&message);
            let blocks = message["blocks"].as_array().unwrap();
            assert_eq!(blocks.len(), 50);
            assert!(
                blocks[48]["text"]["text"]
                    .as_str()
                    .unwrap()
                    .ends_with(" more: intercom-harden history show 2")
            );
            assert!(blocks[49]["text"]["text"].as_str().unwrap().starts_with("Run 2 of 2026-02-02"));
        }
    }
    let test = test_message("a & b", report(0).scan.at).unwrap();
    let message = slack::render(&serde_json::from_str(&test.body).unwrap());
    assert_within_limits(&message);
    assert_eq!(message["blocks"][0]["text"]["text"], "Test of alert a &amp; b");
}
