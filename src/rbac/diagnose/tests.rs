//! Problems that are found, not found or unknown.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::config::Trust;
use crate::facts::Rows;
use crate::report::json_text;
use crate::sources::{Failure, Outcome, SourceStatus};
use crate::terminal::Style;

const SIGN_IN: &str = "sso-login";
const PERMISSION: &str = "permission-denied";
const TOKEN: &str = "token-refused";
const GAPS: &str = "audit-gaps";

/// A workspace without a problem, to add problems to.
struct Stage {
    facts: Facts,
    outcomes: Outcomes,
    config: Option<Config>,
}

fn api(said: &str) -> Failure {
    Failure::Api(said.to_owned())
}

impl Stage {
    fn new() -> Self {
        let mut facts = Facts {
            values: json!({
                "workspace": {"id": "w1", "name": "Fixture"},
                "window": {"days": 30, "since": "2026-07-02T12:00:00Z", "until": "2026-08-01T12:00:00Z"},
                "log": {"events": 90, "newest_age_days": 0.2, "longest_silence_days": 2, "silence_since": "2026-07-10T12:00:00Z"},
            }),
            ..Facts::default()
        };
        let complete = Outcome { status: SourceStatus::Complete, ..Outcome::skipped() };
        facts.feeds = Feed::ALL.iter().map(|feed| (*feed, complete.clone())).collect();
        let policy = "[rbac.roles.Agent]\npermissions = ['read']\n";
        let stage = Self { facts, outcomes: Outcomes::default(), config: None }.policy(policy);
        stage.table("teammates", json!([{"id": "1", "email": "ana@acme.example", "role": "AGENT"}]))
    }

    fn policy(mut self, text: &str) -> Self {
        self.config = Some(Config::parse("p.toml".as_ref(), text.as_bytes(), Trust::Named).unwrap());
        self
    }

    fn table(mut self, name: &'static str, rows: Value) -> Self {
        let rows = serde_json::from_value(rows).unwrap();
        self.facts.tables.insert(name, Rows { rows, truncated: false });
        self
    }

    fn log(mut self, name: &str, value: Value) -> Self {
        self.facts.values["log"][name] = value;
        self
    }

    /// A feed that ended in this way after so many records.
    fn ended(mut self, feed: Feed, status: SourceStatus, records: u64, failure: Failure) -> Self {
        let outcome = Outcome { status, failure: Some(failure), records, ..Outcome::skipped() };
        self.facts.feeds.insert(feed, outcome.clone());
        self.outcomes.feeds.insert(feed, outcome);
        self
    }

    fn diagnose(&self) -> Diagnosis {
        let (facts, outcomes, config) = (&self.facts, &self.outcomes, self.config.as_ref());
        Diagnosis::of(&DiagnosisInput { facts, outcomes, config, max_silence: 7.0 })
    }

    fn case(&self, id: &str) -> AccessProblem {
        self.diagnose().problems.into_iter().find(|case| case.id == id).unwrap()
    }

    fn states(&self) -> Vec<ProblemState> {
        self.diagnose().problems.iter().map(|case| case.state).collect()
    }
}

fn trouble(who: &str, failed: &str, signed_in: Option<&str>, teammate: bool) -> Value {
    json!({"person": who, "email": format!("{who}@acme.example"), "failures": 2, "unauthorized": 1, "methods": ["saml"],
        "last_failure": failed, "last_sign_in": signed_in, "teammate": teammate})
}

#[test]
fn people_who_got_in_since_have_no_problem() {
    let rows = json!([
        trouble("in", "2026-07-20T08:00:00Z", Some("2026-07-20T08:00:01Z"), true),
        trouble("out", "2026-07-20T08:00:00Z", Some("2026-07-20T07:59:59Z"), true),
        trouble("never", "2026-07-30T08:00:00Z", None, true),
        trouble("stranger", "2026-07-30T08:00:00Z", None, false),
    ]);
    let case = Stage::new().table("failed_sign_ins", rows).case(SIGN_IN);
    assert_eq!(case.state, ProblemState::Found);
    let who: Vec<_> = case.affected.iter().map(|affected| affected.who.as_str()).collect();
    assert_eq!(who, ["out@acme.example", "never@acme.example"]);
    assert_eq!(
        case.affected[0].evidence,
        "2 failed sign-ins and 1 attempt by a method that is not allowed (saml), last on 2026-07-20, and no sign-in since"
    );
    assert_eq!(
        (case.evidence.len(), case.notes.len()),
        (0, 1),
        "the stranger is mentioned: {:?}",
        case.notes
    );
    let stranger = json!([trouble("stranger", "2026-07-30T08:00:00Z", None, false)]);
    let case = Stage::new().table("failed_sign_ins", stranger).case(SIGN_IN);
    assert_eq!(case.state, ProblemState::NotFound, "a guessed address is no problem of single sign-on");
    assert_eq!(case.notes.len(), 1);
    let mut nameless = trouble("x", "2026-07-30T08:00:00Z", None, false);
    nameless["person"] = Value::Null;
    let case = Stage::new().table("failed_sign_ins", json!([nameless])).case(SIGN_IN);
    assert_eq!(case.state, ProblemState::NotFound, "events without a person affect no person");
}

#[test]
fn many_at_once_point_at_the_identity_provider() {
    let hint = |times: [&str; 3]| {
        let rows: Vec<Value> =
            times.iter().zip(["a", "b", "c"]).map(|(time, who)| trouble(who, time, None, true)).collect();
        let case = Stage::new().table("failed_sign_ins", Value::Array(rows)).case(SIGN_IN);
        case.evidence.iter().any(|evidence| evidence.contains("configuration or the ACS URL"))
    };
    assert!(hint(["2026-07-20T08:00:00Z", "2026-07-21T08:00:00Z", "2026-07-20T23:00:00Z"]));
    assert!(!hint(["2026-07-20T08:00:00Z", "2026-07-21T08:00:01Z", "2026-07-20T23:00:00Z"]));
}

#[test]
fn changes_of_the_sign_in_settings_in_the_window_are_named_beside_the_people() {
    let change = |name: &str, in_window: bool| json!({"type": name, "at": "2026-07-20T07:00:00Z", "by": "bo@acme.example", "in_window": in_window});
    let changes = json!([
        change("app_authentication_method_change", true),
        change("security_settings_change", false),
        change("content_redaction_rule_deletion", true),
    ]);
    let stage = Stage::new().table("setting_changes", changes);
    assert_eq!(stage.case(SIGN_IN).state, ProblemState::NotFound, "a change alone is no problem");
    let stage = stage.table("failed_sign_ins", json!([trouble("a", "2026-07-20T08:00:00Z", None, true)]));
    let evidence = stage.case(SIGN_IN).evidence;
    assert_eq!(evidence, ["app_authentication_method_change on 2026-07-20 by bo@acme.example"]);
}

#[test]
fn missing_mappings_are_roles_no_one_declared() {
    let policy = "[organization]\ndefault_role = 'Guest'\n[rbac.roles.Agent]\npermissions = []\n\
                  [rbac.groups]\nops = 'Operator'\nagents = ' agent '\n";
    let team = json!([
        {"id": "1", "email": "ana@acme.example", "role": "agent"},
        {"id": "2", "email": "bo@acme.example", "role": "Lead"},
        {"id": "3", "email": null, "role": null},
    ]);
    let case = Stage::new().policy(policy).table("teammates", team).case(PERMISSION);
    let affected: Vec<_> = case.affected.iter().map(|a| format!("{}: {}", a.who, a.evidence)).collect();
    assert_eq!(
        affected,
        ["bo@acme.example: has the role Lead, which is not declared", "3: has no role in Intercom"]
    );
    assert_eq!(
        case.evidence,
        [
            "the group ops gives the role Operator, which is not declared (p.toml:6)",
            "organization.default_role is Guest, which is not declared",
        ]
    );
}

#[test]
fn lost_permissions_are_found_and_a_missing_policy_leaves_the_rest_open() {
    let loss = |teammate: bool| {
        json!([{"person": "1", "email": "ana@acme.example", "permissions": ["export_data"], "at": "2026-07-20T07:00:00Z",
            "by": "bo@acme.example", "teammate": teammate}])
    };
    let case = Stage::new().table("permission_losses", loss(true)).case(PERMISSION);
    assert_eq!(case.affected[0].evidence, "lost export_data on 2026-07-20 by bo@acme.example");
    assert_eq!(
        Stage::new().table("permission_losses", loss(false)).case(PERMISSION).state,
        ProblemState::NotFound
    );

    let mut undeclared = Stage::new();
    undeclared.config = None;
    assert_eq!(undeclared.case(PERMISSION).state, ProblemState::Unknown);
    assert_eq!(undeclared.diagnose().exit.code(), 0, "nothing failed: the policy is merely silent");
    assert_eq!(undeclared.table("permission_losses", loss(true)).case(PERMISSION).state, ProblemState::Found);
}

#[test]
fn a_401_midway_is_a_refused_token_and_one_from_the_start_may_be_a_permission() {
    let said = || Failure::TokenRefused("POST /admins/activity_logs/search answered 401".to_owned());
    let refused = SourceStatus::Forbidden;
    let midway = Stage::new().ended(Feed::LogWindow, refused, 250, said()).case(TOKEN);
    assert_eq!(midway.state, ProblemState::Found);
    assert!(midway.evidence[0].contains("midway"), "{:?}", midway.evidence);
    let another = Stage::new().ended(Feed::LogWindow, SourceStatus::Complete, 9, api("")).ended(
        Feed::LogHistory,
        refused,
        0,
        said(),
    );
    assert_eq!(another.case(TOKEN).state, ProblemState::Found, "the log was open a moment ago");
    assert_eq!(
        Stage::new().ended(Feed::LogWindow, refused, 0, said()).case(TOKEN).state,
        ProblemState::Unknown
    );
    let forbidden = api("the token may not read this: the token was not accepted: GET /me");
    assert_eq!(
        Stage::new().ended(Feed::LogWindow, refused, 9, forbidden).case(TOKEN).state,
        ProblemState::Unknown
    );
    let from_the_start = Diagnosis::of_refused_token("GET /admins answered 401");
    let states: Vec<_> = from_the_start.problems.iter().map(|case| case.state).collect();
    assert_eq!(
        states,
        [ProblemState::Unknown, ProblemState::Unknown, ProblemState::Found, ProblemState::Unknown]
    );
    assert_eq!(from_the_start.exit.code(), 1);
}

#[test]
fn replaced_tokens_are_named() {
    let mut stage = Stage::new();
    for (name, day) in [("app_package_token_regeneration", "20"), ("oauth_token_revocation", "21")] {
        let row = json!({"type": name, "at": format!("2026-07-{day}T07:00:00Z"), "by": "bo@acme.example", "description": "Sync app"});
        let rows = vec![row.as_object().unwrap().clone()];
        stage.facts.events.insert(name.to_owned(), Rows { rows, truncated: false });
    }
    assert_eq!(
        stage.case(TOKEN).evidence,
        [
            "a token was revoked on 2026-07-21 by bo@acme.example, and no longer works: Sync app",
            "a token was regenerated on 2026-07-20 by bo@acme.example, and no longer works: Sync app",
        ]
    );
}

#[test]
fn a_log_that_may_not_be_read_is_a_gap_and_leaves_the_others_open() {
    for (status, audit) in
        [(SourceStatus::Forbidden, ProblemState::Found), (SourceStatus::Failed, ProblemState::Unknown)]
    {
        let stage = Stage::new().ended(Feed::LogWindow, status, 0, api("a server said no"));
        assert_eq!(
            stage.states(),
            [ProblemState::Unknown, ProblemState::Unknown, ProblemState::Unknown, audit],
            "{status:?}"
        );
        // Events read before the log failed may be out of date.
        let stage = stage.table("failed_sign_ins", json!([trouble("a", "2026-07-20T08:00:00Z", None, true)]));
        assert_eq!(stage.case(SIGN_IN).state, ProblemState::Unknown);
    }
    let skipped = Stage::new().ended(Feed::LogWindow, SourceStatus::Skipped, 0, api(""));
    assert_eq!(skipped.states(), [ProblemState::Unknown; 4]);
    assert_eq!(skipped.diagnose().exit.code(), 3);
    let admins = Stage::new().ended(Feed::Admins, SourceStatus::Failed, 0, api("broken"));
    assert_eq!(admins.case(PERMISSION).state, ProblemState::Unknown);
    assert_eq!(admins.diagnose().exit.code(), 3);
}

#[test]
fn silence_is_a_gap_once_it_is_longer_than_is_usual() {
    let evidence = |stage: Stage| stage.case(GAPS).evidence;
    let silent = |days: i64| Stage::new().log("longest_silence_days", json!(days));
    assert_eq!(evidence(silent(7)), Vec::<String>::new());
    assert_eq!(evidence(silent(8)), ["the log recorded nothing for 8 days, starting 2026-07-10"]);
    let old = Stage::new().log("newest_age_days", json!(9.7));
    assert_eq!(evidence(old), ["the newest event of the log is 9 days old"]);
    let empty = Stage::new().log("events", json!(0)).log("newest_age_days", Value::Null);
    assert_eq!(evidence(empty), ["the log recorded nothing in the 30 days of the window"]);
}

#[test]
fn a_table_that_overflowed_proves_nothing() {
    let mut stage = Stage::new();
    stage.facts.tables.insert("failed_sign_ins", Rows { rows: Vec::new(), truncated: true });
    stage.facts.tables.insert("permission_losses", Rows { rows: Vec::new(), truncated: true });
    assert_eq!(stage.states()[..2], [ProblemState::Unknown, ProblemState::Unknown]);
}

#[test]
fn hostile_names_stay_on_their_line_and_many_people_are_counted() {
    let evil = "x\u{1b}[2J\nToken expired: found\u{202e}";
    let team: Vec<Value> =
        (0..50).map(|id| json!({"id": id.to_string(), "email": evil, "role": evil})).collect();
    let stage = Stage::new().table("teammates", Value::Array(team));
    let diagnosis = stage.diagnose();
    let shown = table(&diagnosis, Style::plain(80));
    assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{shown}");
    assert!(!shown.lines().any(|line| line.starts_with("Token expired: found")), "{shown}");
    assert!(shown.contains("and 30 more"), "{shown}");
    let json: Value = serde_json::from_str(&json_text(&diagnosis).unwrap()).unwrap();
    assert_eq!(json["problems"][1]["affected"].as_array().map(Vec::len), Some(50));
    let states: BTreeMap<_, _> = json["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|case| (case["id"].as_str(), case["state"].as_str()))
        .collect();
    assert_eq!(states[&Some("permission-denied")], Some("found"));
    assert_eq!(states[&Some("audit-gaps")], Some("not_found"));
}
