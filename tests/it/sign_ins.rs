//! Controls 1.1, 4.1, E5 and E6: what sign-ins and failed sign-ins show.

use serde_json::json;

use crate::intercom::Api;
use crate::program::scan;
use crate::report::Report;
use crate::workspace::{DAY, Event, HOUR, Workspace};

fn report(workspace: Workspace) -> Report {
    let server = Api::new(workspace).serve();
    scan(&server.origin()).args(["--fail-on", "never"]).run().exits(0).report()
}

fn staff() -> Workspace {
    ["ana", "bo", "cy", "di"].iter().fold(Workspace::new(), |workspace, name| {
        workspace.teammate(&format!("{name}@fixture.example"), "Viewer")
    })
}

#[test]
fn one_password_among_five_hundred_is_found() {
    let workspace = (0..500).fold(Workspace::healthy(), |workspace, number| {
        workspace.sign_in("ana@fixture.example", "saml", 60 + number * 600)
    });
    let report = report(workspace.sign_in("cy@fixture.example", "email_password", DAY));
    assert_eq!(report.subjects("1.1"), ["cy@fixture.example"]);
    let text = report.text("1.1");
    for part in ["email_password", "2026-07-31"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn case_of_a_method_does_not_matter() {
    let workspace = Workspace::healthy().sign_in("ana@fixture.example", "SAML", 60);
    report(workspace.sign_in("ana@fixture.example", "Saml_SSO", 60)).assert("1.1", "pass");
}

#[test]
fn missing_method_never_passes() {
    for metadata in
        [json!({}), json!({ "sign_in_method": "" }), json!({ "sign_in_method": null }), json!(null)]
    {
        let nameless = Event::new("admin_login_success").by("ana@fixture.example").metadata(metadata.clone());
        let report = report(Workspace::healthy().event(nameless));
        assert_eq!(report.status("1.1"), "manual", "{metadata}");
    }
}

#[test]
fn last_month_does_not_count() {
    report(Workspace::healthy().sign_in("cy@fixture.example", "email_password", 31 * DAY))
        .assert("1.1", "pass");
}

#[test]
fn people_who_left_show_that_a_method_is_open() {
    let report = report(Workspace::healthy().sign_in("left@fixture.example", "email_password", DAY));
    assert_eq!(report.subjects("1.1"), ["left@fixture.example"]);
}

#[test]
fn few_sign_ins_prove_little() {
    report(staff()).assert("1.1", "manual");
    report(staff().sign_in("ana@fixture.example", "saml", 60)).assert("1.1", "manual");
    let half = staff().sign_in("ana@fixture.example", "saml", 60).sign_in("bo@fixture.example", "saml", 60);
    report(half).assert("1.1", "pass");
}

#[test]
fn bots_sign_in_nowhere() {
    let workspace = Workspace::healthy().bot();
    report(workspace.sign_in("operator+fixture1@intercom.io", "email_password", 60)).assert("1.1", "pass");
}

#[test]
fn silence_of_the_log_fails() {
    report(staff().sign_in("ana@fixture.example", "saml", 7 * DAY)).assert("4.1", "pass");
    report(staff().sign_in("ana@fixture.example", "saml", 7 * DAY + 1)).assert("4.1", "fail");
    report(staff().event(Event::new("macro_update"))).assert("4.1", "fail");
}

#[test]
fn absence_of_ninety_days_fails() {
    let workspace = |days: i64| {
        Workspace::healthy().teammate("eve@fixture.example", "Viewer").sign_in(
            "eve@fixture.example",
            "saml",
            days * DAY + HOUR,
        )
    };
    report(workspace(80)).assert("E5", "pass");
    assert_eq!(report(workspace(91)).subjects("E5"), ["eve@fixture.example"]);
}

/// Failures of one person, this many seconds apart, beginning on a clock-aligned border less 300 s.
fn failures(count: i64, spread: i64, addresses: bool) -> Workspace {
    (0..count).rev().fold(Workspace::healthy(), |workspace, number| {
        let at = 3 * DAY + 300 - number * spread / (count - 1);
        let person =
            if addresses { format!("someone{number}@fixture.example") } else { "cy@fixture.example".into() };
        let address = if addresses { "203.0.113.9".to_owned() } else { format!("203.0.113.{number}") };
        workspace.event(Event::new("admin_login_failure").by(&person).from(address).ago(at))
    })
}

#[test]
fn ten_failures_in_ten_minutes_are_a_burst() {
    for (addresses, who) in [(false, "cy@fixture.example"), (true, "203.0.113.9")] {
        let subjects = report(failures(10, 600, addresses)).subjects("E6");
        let day = subjects[0].strip_prefix(who).and_then(|rest| rest.strip_prefix(" on "));
        assert!(subjects.len() == 1 && day.is_some_and(|day| day.len() == 10), "{subjects:?}");
    }
}

#[test]
fn nine_failures_or_a_second_more_are_none() {
    report(failures(9, 600, false)).assert("E6", "pass");
    report(failures(10, 601, false)).assert("E6", "pass");
}
