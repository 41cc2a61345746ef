//! The order of evaluation, over facts and controls made for it.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::expression::{Position, Scope};
use crate::facts::{Row, Rows, vocabulary};
use crate::reason::Observation;
use crate::sources::{Feed, Outcome, SourceStatus};
use crate::verdict::Review;

fn expression(source: &str, table: Option<&str>) -> Option<Expression> {
    let counts = table.is_none();
    let scope =
        Scope { table: table.and_then(vocabulary::table), params: ["limit".to_owned()].into(), counts };
    let place = Position { path: "test.toml".into(), line: 1 };
    let expression = Expression::new(source.to_owned(), place, scope);
    assert_eq!(expression.refusals(), []);
    Some(expression)
}

fn check(kind: CheckKind) -> Check {
    Check {
        name: "found".to_owned(),
        next_step: None,
        needs_step: None,
        reviewable: false,
        when: None,
        needs: Vec::new(),
        note: Some("look at it".to_owned()),
        when_empty: Status::Manual,
        otherwise: Status::Fail,
        basis: None,
        on_pass: None,
        on_fail: None,
        kind,
    }
}

#[test]
fn a_check_whose_condition_does_not_hold_takes_no_part() {
    let facts = Facts { values: json!({"roster": {"people": null}}), ..Facts::default() };
    let manual = |when: &str| {
        let given = Check { when: expression(when, None), ..check(CheckKind::Manual) };
        let always = check(CheckKind::Value(Value {
            require: expression("true", None).unwrap(),
            subject: None,
            message: None,
        }));
        let rules = Rules { checks: vec![always, given], ..Rules::default() };
        evaluate("X", &BTreeMap::new(), &rules, &facts, &Reviews::new()).status
    };
    assert_eq!(manual("facts.roster.people != null"), Status::Pass);
    assert_eq!(manual("facts.roster.people == null"), Status::Manual);
    // A failing `when` makes the control unknown; the check is not ignored.
    assert_eq!(manual("facts.roster.people > 1"), Status::Unknown);
}

fn over(table: &str, filter: Option<&str>) -> Over {
    Over {
        table: vocabulary::table(table).unwrap(),
        types: Vec::new(),
        filter: filter.and_then(|filter| expression(filter, Some(table))),
        person: expression(if table == "teammates" { "row.id" } else { "row.person" }, Some(table)),
        subject: expression("row.email", Some(table)),
        message: None,
    }
}

fn every(table: &str, filter: Option<&str>, require: &str) -> CheckKind {
    CheckKind::Every(Every { over: over(table, filter), require: expression(require, Some(table)).unwrap() })
}

fn count(filter: &str, min: Option<&str>, max: Option<&str>) -> CheckKind {
    let bound = |source: Option<&str>| source.and_then(|source| expression(source, None));
    CheckKind::Count(Count { over: over("teammates", Some(filter)), min: bound(min), max: bound(max) })
}

fn teammates(rows: serde_json::Value) -> Facts {
    let rows: Vec<Row> = serde_json::from_value(rows).unwrap();
    let complete = || Outcome { status: SourceStatus::Complete, ..Outcome::skipped() };
    Facts {
        tables: BTreeMap::from([("teammates", Rows { rows, truncated: false })]),
        feeds: Feed::ALL.iter().copied().map(|feed| (feed, complete())).collect(),
        values: json!({"workspace": {"teammates": 2}}),
        ..Facts::default()
    }
}

fn ended(mut facts: Facts, feeds: &[Feed], status: SourceStatus) -> Facts {
    for feed in feeds {
        facts.feeds.insert(*feed, Outcome { status, ..Outcome::skipped() });
    }
    facts
}

fn judge(checks: Vec<Check>, facts: &Facts) -> Verdict {
    let params = BTreeMap::from([("limit".to_owned(), json!(1))]);
    let rules = Rules { checks, ..Rules::default() };
    evaluate("T1", &params, &rules, facts, &Reviews::new())
}

fn two() -> Facts {
    teammates(json!([
        {"id": "1", "email": "ana@acme.example", "privilege": "privileged", "last_seen_days": 3},
        {"id": "2", "email": "bo@acme.example", "privilege": "unprivileged", "last_seen_days": null},
    ]))
}

const LOG: [Feed; 3] = [Feed::LogWindow, Feed::LogHistory, Feed::LogArrivals];

#[test]
fn every_row_that_counts_must_satisfy_the_requirement() {
    let verdict = judge(vec![check(every("teammates", None, "row.privilege == 'privileged'"))], &two());
    assert_eq!(verdict.status, Status::Fail);
    assert_eq!(verdict.findings.len(), 1);
    assert_eq!(verdict.findings[0].subject, "bo@acme.example");
    assert_eq!(verdict.basis, [Basis::Api, Basis::ActivityLog]);
    let filtered = every("teammates", Some("row.id == '1'"), "row.privilege == 'privileged'");
    assert_eq!(judge(vec![check(filtered)], &two()).status, Status::Pass);
}

#[test]
fn a_reviewed_event_is_no_violation_and_makes_no_source_complete() {
    let row = |event: &str| json!({"event": event, "type": "t", "at": "2026-09-20T09:00:00Z"});
    let rows: Vec<Row> = serde_json::from_value(json!([row("e1"), row("e2")])).unwrap();
    let mut facts = teammates(json!([]));
    facts.events.insert("t".to_owned(), Rows { rows, truncated: false });
    let judge = |events: &[&str], reviewable: bool, log: SourceStatus| {
        let review = Review { by: "Dana Ruiz".to_owned(), on: jiff::civil::date(2026, 9, 21), note: None };
        let reviews: Reviews = events.iter().map(|event| ((*event).to_owned(), review.clone())).collect();
        let over = Over {
            table: vocabulary::table("events").unwrap(),
            types: vec!["t".to_owned()],
            filter: None,
            person: None,
            subject: None,
            message: None,
        };
        let kind = CheckKind::Every(Every { over, require: expression("false", Some("events")).unwrap() });
        let rules = Rules { checks: vec![Check { reviewable, ..check(kind) }], ..Rules::default() };
        let facts = ended(facts.clone(), &LOG, log);
        let verdict = evaluate("X", &BTreeMap::new(), &rules, &facts, &reviews);
        (verdict.status, verdict.findings.iter().filter(|finding| finding.is_reviewed()).count())
    };
    let (both, complete) = (["e1", "e2"], SourceStatus::Complete);
    assert_eq!(judge(&[], true, complete), (Status::Fail, 0));
    assert_eq!(judge(&["e1", "e3"], true, complete), (Status::Fail, 1));
    assert_eq!(judge(&both, true, complete), (Status::Pass, 2));
    assert_eq!(judge(&both, false, complete), (Status::Fail, 0));
    assert_eq!(judge(&both, true, SourceStatus::Failed), (Status::Unknown, 2));
    assert_eq!(judge(&both, true, SourceStatus::Forbidden), (Status::Manual, 2));
    assert_eq!(judge(&["e1"], true, SourceStatus::Failed), (Status::Fail, 1));
}

#[test]
fn nothing_observed_proves_nothing() {
    let kept_none = || every("teammates", Some("row.id == '9'"), "false");
    let verdict = judge(vec![check(kept_none())], &two());
    assert_eq!((verdict.status, verdict.reason.to_string().as_str()), (Status::Manual, "look at it"));
    let passes = Check { when_empty: Status::Pass, ..check(kept_none()) };
    assert_eq!(judge(vec![passes], &two()).status, Status::Pass);
    let fails = Check { when_empty: Status::Fail, ..check(kept_none()) };
    let verdict = judge(vec![fails], &two());
    assert_eq!((verdict.status, verdict.findings.len()), (Status::Fail, 1));
    // A count looks at the table before the filter: no privileged teammate among two is an observation.
    assert_eq!(judge(vec![check(count("row.id == '9'", None, Some("1")))], &two()).status, Status::Pass);
    let empty = teammates(json!([]));
    assert_eq!(judge(vec![check(count("row.id == '9'", None, Some("1")))], &empty).status, Status::Manual);
}

#[test]
fn what_is_not_complete_may_prove_a_fail_and_never_a_pass() {
    let seen = || check(every("teammates", None, "row.last_seen_days != null && row.last_seen_days <= 2"));
    // The teammate without any activity proves nothing; the one last seen three days ago does.
    let facts = ended(two(), &LOG, SourceStatus::Failed);
    let verdict = judge(vec![seen()], &facts);
    assert_eq!((verdict.status, verdict.findings.len()), (Status::Fail, 1));
    assert_eq!(verdict.findings[0].subject, "ana@acme.example");
    let fine = || check(every("teammates", None, "row.last_seen_days != null && row.last_seen_days <= 9"));
    assert_eq!(judge(vec![fine()], &facts).status, Status::Unknown);
    let verdict = judge(vec![fine()], &ended(two(), &LOG, SourceStatus::Forbidden));
    assert_eq!(verdict.status, Status::Manual);
    assert!(verdict.reason.to_string().contains("Read admin activity logs"), "{}", verdict.reason);
    assert!(verdict.basis.is_empty());
}

#[test]
fn a_count_that_is_exceeded_stays_exceeded() {
    let facts = ended(two(), &LOG, SourceStatus::Failed);
    let privileged = |max| check(count("row.privilege == 'privileged'", None, Some(max)));
    assert_eq!(judge(vec![privileged("0")], &facts).status, Status::Fail);
    assert_eq!(judge(vec![privileged("params.limit")], &facts).status, Status::Unknown);
    assert_eq!(judge(vec![privileged("params.limit")], &two()).status, Status::Pass);
    let at_least = check(count("row.privilege == 'privileged'", Some("2"), None));
    assert_eq!(judge(vec![at_least], &facts).status, Status::Unknown);
}

#[test]
fn roles_decide_alone_where_the_log_is_forbidden() {
    let facts = ended(two(), &LOG, SourceStatus::Forbidden);
    let verdict = judge(vec![check(count("row.privilege == 'privileged'", None, Some("1")))], &facts);
    assert_eq!((verdict.status, verdict.basis.as_slice()), (Status::Pass, &[Basis::Api][..]));
}

#[test]
fn rows_that_were_not_kept_cannot_pass() {
    let mut facts = two();
    facts.tables.get_mut("teammates").unwrap().truncated = true;
    assert_eq!(judge(vec![check(every("teammates", None, "true"))], &facts).status, Status::Unknown);
    assert_eq!(judge(vec![check(every("teammates", None, "row.id == '1'"))], &facts).status, Status::Fail);
}

#[test]
fn needs_come_before_everything() {
    let needy = || Check {
        needs: expression("facts.workspace.teammates > 5", None).into_iter().collect(),
        ..check(every("teammates", None, "false"))
    };
    assert_eq!(judge(vec![needy()], &two()).status, Status::Manual);
    // What the need itself rests on was not read: it is not known whether it is met.
    let facts = ended(two(), &[Feed::Admins], SourceStatus::Failed);
    assert_eq!(judge(vec![needy()], &facts).status, Status::Unknown);
}

#[test]
fn the_next_step_is_that_of_the_check_that_found_most() {
    let found =
        |name: &str, step, kind| Check { name: name.to_owned(), next_step: Some(step), ..check(kind) };
    let all = |name: &str, step| found(name, step, every("teammates", None, "false"));
    let one = |name: &str, step| found(name, step, every("teammates", None, "row.id == '1'"));
    let next_step = |checks| judge(checks, &two()).next_step;
    assert_eq!(next_step(vec![one("a", 1), all("b", 2)]), Some(2));
    assert_eq!(next_step(vec![all("b", 1), all("a", 2)]), Some(2), "of equals the first by name");
    assert_eq!(next_step(vec![one("a", 1), found("b", 2, CheckKind::Manual)]), Some(1), "a fail outweighs");
    assert_eq!(next_step(vec![found("a", 1, CheckKind::Manual)]), Some(1));
    assert_eq!(next_step(vec![found("a", 1, every("teammates", None, "true"))]), None);
    let needy = |needs_step| {
        let needs = expression("facts.workspace.teammates > 5", None).into_iter().collect();
        Check { needs, needs_step, ..all("a", 1) }
    };
    assert_eq!(next_step(vec![needy(Some(0))]), Some(0), "what is needed comes first");
    assert_eq!(next_step(vec![needy(None)]), Some(1), "the check's own brings it about");
}

#[test]
fn a_finding_is_identified_by_event_else_person_else_subject() {
    let only = |verdict: Verdict| verdict.findings.into_iter().next().unwrap();
    let finding = |over: Over, rows: serde_json::Value| {
        let mut facts = teammates(json!([]));
        let rows = serde_json::from_value(rows).unwrap();
        facts.tables.insert(over.table.name, Rows { rows, truncated: false });
        let require = expression("false", None).unwrap();
        only(judge(vec![check(CheckKind::Every(Every { over, require }))], &facts))
    };
    let person = |row| finding(over("teammates", None), json!([row]));
    let ana = person(json!({"id": "1", "email": "ana@acme.example"}));
    assert_eq!((ana.check.as_str(), ana.person.as_deref(), ana.last), ("found", Some("1"), None));
    assert_eq!(ana.fingerprint, person(json!({"id": "1", "email": "anna@acme.example"})).fingerprint);
    assert_ne!(ana.fingerprint, person(json!({"id": "2", "email": "ana@acme.example"})).fingerprint);
    let unnamed = |email: &str| person(json!({"id": null, "email": email})).fingerprint;
    assert_ne!(unnamed("a@acme.example"), unnamed("b@acme.example"));
    let sign_in = |method: &str, last: &str| {
        finding(over("sign_ins", None), json!([{"person": "1", "method": method, "count": 3, "last": last}]))
    };
    let password = sign_in("email_password", "2026-09-20T09:00:00Z");
    assert_eq!(password.last, "2026-09-20T09:00:00Z".parse().ok());
    assert_eq!(password.fingerprint, sign_in("email_password", "2026-09-21T09:00:00Z").fingerprint);
    assert_eq!(password.fingerprint, sign_in("google", "2026-09-20T09:00:00Z").fingerprint);
}

#[test]
fn rows_about_one_person_make_one_finding() {
    let mut facts = teammates(json!([]));
    let rows = json!([
        {"person": "1", "email": "a@b.c", "method": "password", "count": 2, "last": "2026-09-20T09:00:00Z"},
        {"person": "2", "email": "d@e.f", "method": "password", "count": 7, "last": "2026-09-01T09:00:00Z"},
        {"person": "1", "email": "a@b.c", "method": "google", "count": 3, "last": "2026-09-21T09:00:00Z"},
        {"person": "3", "email": "g@h.i", "method": "saml", "count": 1, "last": "2026-09-21T09:00:00Z"},
    ]);
    let rows = serde_json::from_value(rows).unwrap();
    facts.tables.insert("sign_ins", Rows { rows, truncated: false });
    let message = expression("row.method + ' ' + text(row.count)", Some("sign_ins"));
    let person = expression("row.person", Some("sign_ins"));
    let over = Over { message, person, ..over("sign_ins", None) };
    let require = expression("row.method == 'saml'", Some("sign_ins")).unwrap();
    let on_fail = expression("text(found) + ' of ' + text(seen)", None);
    let every = CheckKind::Every(Every { over, require });
    let verdict = judge(vec![Check { on_fail, ..check(every) }], &facts);
    assert_eq!(verdict.reason.to_string(), "2 of 3");
    let [one, other] = verdict.findings.as_slice() else { panic!("{:?}", verdict.findings) };
    assert_eq!((one.message.as_str(), other.message.as_str()), ("password 2; google 3", "password 7"));
    let row = one.evidence.row();
    assert_eq!(row["method"], json!(["password", "google"]));
    assert_eq!((&row["count"], &row["last"]), (&json!(5), &json!("2026-09-21T09:00:00Z")));
    assert_eq!(one.last, "2026-09-21T09:00:00Z".parse().ok());
}

#[test]
fn a_finding_without_a_message_names_what_found_it() {
    let kind = every("teammates", None, "false");
    let named = Check { name: "has-no-role".to_owned(), ..check(kind) };
    let findings = judge(vec![named], &teammates(json!([{"id": "1"}]))).findings;
    assert_eq!(findings[0].message, "has no role");
}

#[test]
fn needs_are_asked_in_order() {
    let asking = |sources: [&str; 2]| Check {
        needs: sources.into_iter().filter_map(|source| expression(source, None)).collect(),
        ..check(every("teammates", None, "true"))
    };
    let facts = ended(two(), &[Feed::LogWindow], SourceStatus::Failed);
    let (unmet, unread) = ("facts.workspace.teammates > 5", "facts.log.sign_ins != null");
    assert_eq!(judge(vec![asking([unmet, unread])], &facts).status, Status::Manual);
    assert_eq!(judge(vec![asking([unread, unmet])], &facts).status, Status::Unknown);
    assert_eq!(judge(vec![asking(["true", unread])], &facts).status, Status::Unknown);
    assert_eq!(judge(vec![asking(["true", "true"])], &facts).status, Status::Pass);
}

#[test]
fn fail_outweighs_unknown_outweighs_manual_outweighs_pass() {
    let pass = || check(every("teammates", None, "true"));
    let fail = || check(every("teammates", None, "false"));
    let manual = || check(CheckKind::Manual);
    let broken = || check(every("teammates", None, "row.last_seen_days > 1"));
    let status = |checks| judge(checks, &two()).status;
    assert_eq!(status(vec![pass(), manual(), broken(), fail()]), Status::Fail);
    assert_eq!(status(vec![pass(), manual(), broken()]), Status::Unknown);
    assert_eq!(status(vec![pass(), manual()]), Status::Manual);
    assert_eq!(status(vec![pass(), pass()]), Status::Pass);
    assert_eq!(status(Vec::new()), Status::Manual);
    let verdict = judge(vec![manual(), fail()], &two());
    assert_eq!(verdict.context, [Observation::Undecided("look at it".to_owned())]);
    assert_eq!(verdict.findings.len(), 2);
}

#[test]
fn a_predicate_that_cannot_be_evaluated_is_unknown_with_its_place() {
    let verdict = judge(vec![check(every("teammates", None, "row.last_seen_days > 1"))], &two());
    assert_eq!(verdict.status, Status::Unknown);
    assert!(verdict.reason.to_string().contains("test.toml:1"), "{}", verdict.reason);
    let verdict = judge(vec![check(every("teammates", None, "row.id"))], &two());
    assert!(verdict.reason.to_string().contains("expected true or false"), "{}", verdict.reason);
}

#[test]
fn reasons_count_what_was_found() {
    let sentence = "text(found) + ' findings, ' + text(subjects) + ' subjects, ' + text(facts.workspace.teammates) + ' teammates'";
    let facts = teammates(
        json!([{"id": "1", "email": "a@b.c"}, {"id": "2", "email": "a@b.c"}, {"id": "3", "email": "d@e.f"}]),
    );
    let reason = |require: &str| {
        let [on_pass, on_fail] = [(); 2].map(|()| expression(sentence, None));
        judge(vec![Check { on_pass, on_fail, ..check(every("teammates", None, require)) }], &facts)
            .reason
            .to_string()
    };
    assert_eq!(reason("false"), "3 findings, 2 subjects, 2 teammates");
    assert_eq!(reason("true"), "0 findings, 0 subjects, 2 teammates");
}

#[test]
fn a_requirement_may_leave_the_rest_to_a_person() {
    let soft = Check { otherwise: Status::Manual, ..check(every("teammates", None, "row.id == '1'")) };
    let verdict = judge(vec![soft], &two());
    assert_eq!((verdict.status, verdict.findings.len()), (Status::Manual, 1));
    assert!(verdict.basis.is_empty());
}

#[test]
fn the_last_relevant_change_is_named() {
    let mut facts = two();
    let change = |activity_type: &str, at| crate::facts::Change {
        activity_type: activity_type.to_owned(),
        event: "e1".to_owned(),
        description: Some("Ana changed the security settings.".to_owned()),
        by: Some("ana@acme.example".to_owned()),
        at,
    };
    facts.changes.insert("a".to_owned(), change("a", 10));
    facts.changes.insert("b".to_owned(), change("b", 20));
    let rules = |kind| Rules {
        checks: vec![check(kind)],
        relevant: vec!["a".to_owned(), "b".to_owned(), "c".to_owned()],
        context: Vec::new(),
    };
    let judge = |kind| evaluate("T1", &BTreeMap::new(), &rules(kind), &facts, &Reviews::new());
    assert_eq!(judge(CheckKind::Manual).context.len(), 1);
    assert!(judge(CheckKind::Manual).context[0].to_string().ends_with(", 1970-01-01)."));
    assert!(judge(every("teammates", None, "true")).context.is_empty());
}
