//! Judging: observations in, problems and forecasts out.

use jiff::Timestamp;

use super::access::{Opening, recommended};
use super::*;
use crate::api::diagnose::Vitals;
use crate::api::error::Cause;
use crate::api::error::{Answer, ApiError};
use crate::api::model::Me;
use crate::controls::Catalog;
use crate::report::json_text;
use crate::sources::SourceId;
use crate::terminal::Style;

fn answer(status: u16) -> Answer {
    let message = Some("as the server words it".to_owned());
    Answer { endpoint: "GET /x".to_owned(), status, code: None, message, request_id: None }
}

fn unauthorized() -> ApiError {
    ApiError::Unauthorized(answer(401))
}

fn forbidden() -> ApiError {
    ApiError::Forbidden(answer(403))
}

fn server_error() -> ApiError {
    ApiError::Server(answer(500))
}

fn me(region: &str) -> Me {
    let app = serde_json::json!({ "app": { "name": "Acme", "region": region } });
    serde_json::from_str(&app.to_string()).unwrap()
}

fn vitals(behind: i64) -> Vitals {
    let received = Timestamp::from_second(1_785_585_600).unwrap();
    Vitals {
        received,
        date: Timestamp::from_second(received.as_second() + behind).ok(),
        limit: Some(1_000),
        remaining: Some(990),
        reset: None,
        version: None,
        content_type: "application/json".to_owned(),
    }
}

/// Everything as it should be.
fn well() -> Situation {
    Situation {
        region: Region::Us,
        origin: "https://api.intercom.io".to_owned(),
        is_intercom: true,
        is_encrypted: true,
        proxy: None,
        token: TokenState::WellFormed,
        pinned: None,
        without_probe: false,
        seen: Observations {
            me: Some(Ok(me("US"))),
            admins: Some(Ok(())),
            listed: false,
            log: Some(Ok(())),
            allowlist: Some(Err(forbidden())),
            probe: vec![("/tags", Err(forbidden())), ("/segments", Err(ApiError::NotFound(answer(404))))],
            vitals: Some(vitals(0)),
        },
        warnings: Vec::new(),
        saved: None,
    }
}

fn seeing(change: impl FnOnce(&mut Observations)) -> Situation {
    let mut situation = well();
    change(&mut situation.seen);
    situation
}

/// Only `/me`, and `/admins` where given, were asked.
fn stopped(me: ApiError, admins: Option<ApiError>) -> Situation {
    let seen = Observations { me: Some(Err(me)), admins: admins.map(Err), ..Observations::default() };
    Situation { seen, ..well() }
}

fn judge(situation: Situation) -> Diagnosis {
    let catalog = Catalog::load(&[]).unwrap();
    diagnose(situation, |access| forecast(catalog.of_policy(false), access, |_| false))
}

fn ids(diagnosis: &Diagnosis) -> Vec<&'static str> {
    diagnosis.problems.iter().map(|problem| problem.id).collect()
}

#[test]
fn what_ends_everything_is_told_apart() {
    let restricted = || ApiError::PlanRestricted(answer(402));
    for (id, situation) in [
        ("bad-token", stopped(unauthorized(), Some(unauthorized()))),
        ("no-admins-permission", stopped(forbidden(), Some(unauthorized()))),
        ("no-admins-permission", stopped(unauthorized(), Some(forbidden()))),
        ("plan", stopped(restricted(), Some(restricted()))),
        (
            "timeout",
            stopped(ApiError::Broken { endpoint: "GET /me".to_owned(), cause: Cause::Timeout }, None),
        ),
        ("failed", stopped(server_error(), Some(server_error()))),
    ] {
        let diagnosis = judge(situation);
        assert_eq!(ids(&diagnosis), [id]);
        assert_eq!(diagnosis.exit, Exit::Incomplete, "{id}");
        assert!(diagnosis.summary.starts_with("cannot scan: "), "{}", diagnosis.summary);
        assert!(diagnosis.summary.contains(". Fix: "), "{}", diagnosis.summary);
        assert!(!diagnosis.summary.contains("words it"), "the server does not speak in the first line");
        assert!(!diagnosis.forecasts_observed, "{id}");
    }
}

#[test]
fn usage_comes_before_what_blocks_and_what_limits() {
    let diagnosis = judge(seeing(|seen| {
        seen.me = Some(Ok(me("AU")));
        seen.log = Some(Err(forbidden()));
        seen.probe = vec![("/tags", Ok(())), ("/segments", Err(server_error()))];
    }));
    assert_eq!(ids(&diagnosis), ["wrong-region", "source-failed", "no-log-permission", "too-powerful"]);
    assert_eq!(diagnosis.exit, Exit::Usage);
    assert!(diagnosis.summary.contains("--region au"), "{}", diagnosis.summary);
}

#[test]
fn an_unknown_region_is_no_mismatch() {
    for region in ["", "us", "MARS"] {
        assert_eq!(ids(&judge(seeing(|seen| seen.me = Some(Ok(me(region)))))), [""; 0], "{region}");
    }
}

#[test]
fn clocks_may_be_five_minutes_apart() {
    for (behind, found) in [(0, false), (299, false), (-299, false), (300, true), (-300, true)] {
        let diagnosis = judge(seeing(|seen| seen.vitals = Some(vitals(behind))));
        assert_eq!(ids(&diagnosis) == ["clock"], found, "{behind}");
        assert_eq!(diagnosis.exit, Exit::Success);
    }
    let summary = |behind| judge(seeing(|seen| seen.vitals = Some(vitals(behind)))).summary;
    assert!(summary(7_200).contains("2 hours behind"), "{}", summary(7_200));
    assert!(summary(-600).contains("10 minutes ahead of"), "{}", summary(-600));
}

#[test]
fn only_an_answer_to_the_probe_is_a_grant() {
    for error in [unauthorized(), forbidden(), ApiError::PlanRestricted(answer(402))] {
        assert_eq!(ids(&judge(seeing(|seen| seen.probe = vec![("/tags", Err(error))]))), [""; 0]);
    }
    let granted = judge(seeing(|seen| seen.probe = vec![("/tags", Ok(())), ("/segments", Err(forbidden()))]));
    assert_eq!(ids(&granted), ["too-powerful"]);
    assert!(
        granted.summary.contains("/tags") && !granted.summary.contains("/segments"),
        "{}",
        granted.summary
    );
    assert_eq!(granted.exit, Exit::Success);
    let broken = judge(seeing(|seen| seen.probe = vec![("/tags", Err(server_error()))]));
    assert_eq!((ids(&broken), broken.exit), (vec!["source-failed"], Exit::Incomplete));
}

fn outlook(access: &[Access], id: &str, configured: bool) -> (Decided, String) {
    let catalog = Catalog::load(&[]).unwrap();
    let found = forecast(catalog.of_policy(false), access, |_| configured);
    let found = found.into_iter().find(|forecast| forecast.id == id).unwrap();
    (found.outlook, found.reasons.join("; "))
}

#[test]
fn controls_are_forecast_from_access_and_configuration() {
    let usual = recommended(false);
    for (id, configured, expected) in [
        ("1.1", false, Decided::Data),
        ("1.2", false, Decided::ViolationsOnly),
        ("1.3", true, Decided::Person),
        ("1.4", true, Decided::Person),
        ("2.3", false, Decided::Data),
        ("4.1", true, Decided::Person),
        ("E1", false, Decided::ViolationsOnly),
        ("E1", true, Decided::Data),
        ("E4", false, Decided::Data),
        ("E10", false, Decided::Person),
        ("E10", true, Decided::Data),
    ] {
        assert_eq!(outlook(&usual, id, configured).0, expected, "{id}, configured: {configured}");
    }
    assert!(outlook(&usual, "E10", false).1.contains("approved_networks is not configured"));
    let (without, why) = outlook(&recommended(true), "E4", false);
    assert!(without == Decided::Person && why.contains("--no-probe"), "{why}");
}

#[test]
fn a_closed_log_leaves_what_roles_decide() {
    let with = |opening: Opening| {
        let mut access = recommended(false);
        let log = access.iter_mut().find(|access| access.source == SourceId::ActivityLog).unwrap();
        log.opening = opening;
        access
    };
    for (opening, why) in [
        (Opening::Refused, "Read admin activity logs"),
        (Opening::Plan, "plan does not include"),
        (Opening::Failed, "could not be read"),
    ] {
        let (found, reasons) = outlook(&with(opening), "E3", false);
        assert!(found == Decided::Person && reasons.contains(why), "{reasons}");
    }
    assert_eq!(outlook(&with(Opening::Refused), "2.3", false).0, Decided::Data);
}

#[test]
fn the_first_line_is_one_line_and_the_forms_agree() {
    let odd = Situation {
        token: TokenState::Unusable { problem: "two\nlines \u{1b}[2J".to_owned(), fix: "x".repeat(300) },
        seen: Observations::default(),
        ..well()
    };
    let diagnosis = judge(odd);
    let shown = table(&diagnosis, Style::plain(60));
    let first = shown.lines().next().unwrap();
    assert!(first.starts_with("not set up: two\\nlines") && first.ends_with(&"x".repeat(300)), "{first}");
    assert!(!shown.contains('\u{1b}'));
    let json: serde_json::Value = serde_json::from_str(&json_text(&diagnosis).unwrap()).unwrap();
    assert_eq!(json["exit_code"], 2);
    assert_eq!(json["problems"][0]["id"], "unusable-token");
    assert_eq!(json["onboarding"], serde_json::json!([]), "a person with a token knows how to get one");
}
