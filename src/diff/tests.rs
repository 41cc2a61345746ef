use super::*;
use crate::posture::Person;
use crate::report::hostile;
use crate::report::sample::{finding, sample};
use crate::sources::{SourceId, SourceStatus};
use crate::verdict::{Review, Status};

/// Two reports of one workspace, a day apart, that say the same.
fn pair() -> (Report, Report) {
    let (mut old, new) = (sample(), sample());
    old.scan.at = before(new.scan.at, 24);
    old.scan.window.until = old.scan.at;
    old.scan.window.since = before(new.scan.window.since, 24);
    // An error keeps the last control of the sample from being compared.
    let decided = |mut report: Report| {
        report.controls.truncate(5);
        report
    };
    (decided(old), decided(new))
}

fn before(at: jiff::Timestamp, hours: i64) -> jiff::Timestamp {
    at.saturating_sub(jiff::SignedDuration::from_hours(hours)).unwrap()
}

fn compared<'a>(old: &'a Report, new: &'a Report) -> Diff<'a> {
    Diff::between(old, new, FailOn::L1).unwrap()
}

/// The controls with what became of them.
fn outcomes(diff: &Diff<'_>) -> Vec<String> {
    diff.controls.iter().map(|one| format!("{} {}", one.id, <&str>::from(one.outcome))).collect()
}

/// The findings with what became of them and why.
fn fates(diff: &Diff<'_>) -> Vec<String> {
    let why = |why: Option<Gone>| why.map(|why| format!(" {}", <&str>::from(why))).unwrap_or_default();
    let one = |one: &FindingChange<'_>| {
        format!("{} {} {}{}", one.control, one.finding.subject, <&str>::from(one.fate), why(one.why))
    };
    diff.findings.iter().map(one).collect()
}

fn set(report: &mut Report, control: usize, status: Status) {
    report.controls[control].status = status;
}

#[test]
fn two_that_say_the_same_have_nothing_to_tell() {
    let (old, new) = pair();
    let diff = compared(&old, &new);
    assert!(diff.is_empty(), "{diff:?}");
    assert_eq!((diff.unchanged, diff.gate.exit_code), (5, Exit::Success));
    let options = crate::report::Options::plain(100);
    let mut text = Vec::new();
    write(&diff, &new, crate::report::Format::Summary, &options, &mut text).unwrap();
    assert_eq!(
        String::from_utf8(text).unwrap(),
        "Nothing changed in Example Support: 2026-01-31 12:00 UTC compared with 2026-02-01 12:00 UTC, 5\ncontrols.\n"
    );
}

#[test]
fn a_control_ends_as_the_first_of_the_contract_that_applies() {
    for (from, to, expected) in [
        (Status::Pass, Status::Fail, Some("regressed")),
        (Status::Manual, Status::Fail, Some("regressed")),
        (Status::Fail, Status::Pass, Some("fixed")),
        (Status::Fail, Status::Manual, Some("fixed")),
        (Status::Pass, Status::Manual, Some("no-longer-decided")),
        (Status::Manual, Status::Pass, Some("now-decided")),
        (Status::Unknown, Status::Fail, Some("incomparable")),
        (Status::Pass, Status::Unknown, Some("incomparable")),
        (Status::Fail, Status::Fail, None),
        (Status::Manual, Status::Manual, None),
    ] {
        let (mut old, mut new) = pair();
        set(&mut old, 0, from);
        set(&mut new, 0, to);
        let expected: Vec<_> = expected.map(|word| format!("1.1 {word}")).into_iter().collect();
        assert_eq!(outcomes(&compared(&old, &new)), expected, "{from:?} to {to:?}");
    }
}

#[test]
fn what_is_not_decided_alike_cannot_be_compared() {
    type Change = fn(&mut Report);
    let changes: [(Change, Incomparable); 4] = [
        (|new| new.controls[0].digest = "sha256:00".to_owned(), Incomparable::DecidedOtherwise),
        (|new| drop(new.controls.remove(0)), Incomparable::NotEvaluatedNow),
        (|new| new.controls[0].status = Status::Unknown, Incomparable::UnknownNow),
        (
            |new| {
                new.sources.iter_mut().for_each(|source| source.status = SourceStatus::Complete);
                new.controls[0].sources = vec![SourceId::ActivityLog];
            },
            Incomparable::OtherSource,
        ),
    ];
    for (change, why) in changes {
        let (old, mut new) = pair();
        change(&mut new);
        let diff = compared(&old, &new);
        assert_eq!(diff.controls[0].why, Some(why));
        assert_eq!(diff.controls[0].outcome, ControlOutcome::Incomparable);
    }
    let (mut old, mut new) = pair();
    old.controls.remove(0);
    set(&mut new, 0, Status::Fail);
    let diff = compared(&old, &new);
    assert_eq!(diff.controls[0].why, Some(Incomparable::NotEvaluatedBefore));
    assert_eq!((diff.gate.passed, diff.gate.exit_code), (true, Exit::Incomplete), "it fails, and may be new");
    assert_eq!(diff.gate.incomparable, ["1.1"]);
    assert_eq!(Diff::between(&old, &new, FailOn::Never).unwrap().gate.exit_code, Exit::Success);
}

#[test]
fn what_aged_out_is_not_fixed() {
    let (mut old, mut new) = pair();
    set(&mut new, 2, Status::Pass);
    let gone = new.controls[2].findings.drain(..).count();
    assert_eq!(outcomes(&compared(&old, &new)), ["2.3 fixed"]);
    assert!(fates(&compared(&old, &new)).iter().all(|fate| fate.ends_with("gone fixed")));
    old.controls[2].findings[3].last = Some(before(new.scan.window.since, 1));
    let diff = compared(&old, &new);
    assert_eq!(outcomes(&diff), ["2.3 aged-out"], "one that aged out is enough");
    let fates = fates(&diff);
    assert_eq!(fates.len(), gone);
    assert_eq!(fates.iter().filter(|fate| fate.ends_with("gone aged-out")).count(), 1);
    old.controls[2].findings[3].last = Some(new.scan.window.since);
    assert_eq!(outcomes(&compared(&old, &new)), ["2.3 fixed"], "it would have been found");
}

#[test]
fn a_new_finding_fails_the_gate_at_its_level_and_one_that_was_not_looked_for_does_not() {
    let (mut old, mut new) = pair();
    new.controls[2].findings.push(finding("2.3", "noor@example.com", "privileged: role Admin"));
    let diff = compared(&old, &new);
    assert_eq!(fates(&diff), ["2.3 noor@example.com new"]);
    assert_eq!((diff.gate.violations.as_slice(), diff.gate.exit_code), (["2.3"].as_slice(), Exit::Violation));
    new.controls[2].findings[5].last = Some(before(old.scan.window.since, 1));
    let diff = compared(&old, &new);
    assert_eq!(fates(&diff), ["2.3 noor@example.com not-looked-for"]);
    assert_eq!(diff.gate.exit_code, Exit::Success);
    new.controls[2].findings[5].last = Some(old.scan.window.since);
    assert_eq!(fates(&compared(&old, &new)), ["2.3 noor@example.com new"]);
    let burst = finding("E6", "203.0.113.9", "11 failures");
    new.controls.truncate(2);
    old.controls.truncate(2);
    for report in [&mut old, &mut new] {
        report.controls[0].status = Status::Fail;
        report.controls[0].level = crate::level::Level::L2;
    }
    new.controls[0].findings.push(burst);
    assert_eq!(compared(&old, &new).gate.exit_code, Exit::Success, "it is above the gate");
    assert_eq!(Diff::between(&old, &new, FailOn::L2).unwrap().gate.exit_code, Exit::Violation);
}

#[test]
fn the_token_probe_is_not_whole_where_the_allowlist_failed() {
    let (mut old, mut new) = pair();
    for report in [&mut old, &mut new] {
        report.controls[2].sources = vec![SourceId::TokenProbe];
        report.sources.iter_mut().for_each(|source| source.status = SourceStatus::Complete);
        let mut probe = report.sources[0].clone();
        probe.id = SourceId::TokenProbe;
        report.sources.retain(|source| source.id != SourceId::TokenProbe);
        report.sources.push(probe);
    }
    let mut end = |status| {
        let allowlist = new.sources.iter_mut().find(|source| source.id == SourceId::IpAllowlist).unwrap();
        allowlist.status = status;
        set(&mut new, 2, Status::Manual);
        outcomes(&compared(&old, &new))
    };
    assert_eq!(end(SourceStatus::Failed), ["2.3 incomparable"]);
    assert_eq!(end(SourceStatus::Forbidden), ["2.3 fixed"]);
}

#[test]
fn what_is_no_longer_reviewed_is_new() {
    let (mut old, new) = pair();
    assert_eq!(fates(&compared(&old, &new)), [""; 0]);
    let on = "2026-01-01".parse().unwrap();
    let review = Review { by: "dana".to_owned(), on, note: None };
    old.controls[2].findings[0].reviewed = Some(review);
    let diff = compared(&old, &new);
    let fates = fates(&diff);
    assert!(matches!(&fates[..], [one] if one.ends_with(" new")), "{fates:?}");
    assert_eq!(diff.gate.exit_code, Exit::Violation);
}

#[test]
fn decisions_of_people_are_told_as_such() {
    let review = Review { by: "Ada".to_owned(), on: "2026-02-01".parse().unwrap(), note: None };
    let (mut old, mut new) = pair();
    new.controls[2].findings[0].reviewed = Some(review);
    new.controls[2].findings[1].waived = Some(hostile::waiver("until March"));
    old.controls[2].findings[2].waived = Some(hostile::waiver("until March"));
    let mut added = finding("2.3", "noor@example.com", "privileged: role Admin");
    added.waived = Some(hostile::waiver("until March"));
    new.controls[2].findings.push(added);
    let diff = compared(&old, &new);
    assert_eq!(
        fates(&diff),
        [
            "2.3 grace@example.com waived",
            "2.3 katherine.johnson@example.com waiver-ended",
            "2.3 noor@example.com waived",
            "2.3 ada@example.com gone reviewed",
        ]
    );
    assert_eq!(diff.gate.exit_code, Exit::Success);
    set(&mut old, 2, Status::Pass);
    old.controls[2].findings.clear();
    new.controls[2].waived = Some(hostile::waiver("until March"));
    let diff = compared(&old, &new);
    assert_eq!(outcomes(&diff), ["2.3 regressed"]);
    assert_eq!(diff.gate.exit_code, Exit::Success, "a waived regression is told and fails nothing");
}

#[test]
fn a_source_that_was_not_complete_closes_nothing() {
    let (old, mut new) = pair();
    new.controls[2].sources = vec![SourceId::ActivityLog];
    let log = new.sources.iter_mut().find(|source| source.id == SourceId::ActivityLog).unwrap();
    log.status = match log.status {
        SourceStatus::Complete => SourceStatus::Failed,
        _ => SourceStatus::Complete,
    };
    new.controls[2].findings.truncate(4);
    let diff = compared(&old, &new);
    assert_eq!(outcomes(&diff), ["2.3 incomparable"]);
    assert_eq!(fates(&diff), ["2.3 margaret@example.com gone incomparable"]);
    // Nor does one that was incomplete both times.
    let (mut old, mut new) = pair();
    for report in [&mut old, &mut new] {
        report.controls[2].sources = vec![SourceId::ActivityLog];
        let log = report.sources.iter_mut().find(|source| source.id == SourceId::ActivityLog).unwrap();
        log.status = SourceStatus::Forbidden;
    }
    new.controls[2].findings.truncate(4);
    assert_eq!(fates(&compared(&old, &new)), ["2.3 margaret@example.com gone incomparable"]);
    set(&mut new, 2, Status::Manual);
    let diff = compared(&old, &new);
    assert_eq!(outcomes(&diff), ["2.3 incomparable"]);
    assert_eq!(diff.controls[0].why, Some(Incomparable::SourceNotRead));
    assert!(fates(&diff).iter().all(|fate| fate.ends_with("gone incomparable")), "{:?}", fates(&diff));
}

fn person(id: &str, role: &str, privilege: &str) -> Person {
    let json = serde_json::json!({
        "id": id, "email": format!("p{id}@example.com"), "role": role, "privilege": privilege, "sign_in_methods": [],
        "findings": [],
    });
    serde_json::from_value(json).unwrap()
}

#[test]
fn people_and_settings_are_compared_where_their_sources_were_complete() {
    let (mut old, mut new) = pair();
    for report in [&mut old, &mut new] {
        report.sources.iter_mut().for_each(|source| source.status = SourceStatus::Complete);
    }
    old.people = vec![
        person("1", "Agent", "unprivileged"),
        person("2", "Owner", "privileged"),
        person("3", "Agent", "unprivileged"),
    ];
    new.people = vec![
        person("1", "Admin", "privileged"),
        person("3", "Agent", "unprivileged"),
        person("4", "Agent", "unprivileged"),
    ];
    let change = |event: &str, at: &str| SettingChange {
        event_type: "security_settings_change".to_owned(),
        at: at.to_owned(),
        by: Some("ada@example.com".to_owned()),
        event: event.to_owned(),
    };
    old.settings = vec![change("a", "2026-01-01T00:00:00Z")];
    new.settings = vec![change("b", "2026-01-20T00:00:00Z")];
    let told =
        |diff: &Diff<'_>| -> Vec<_> { diff.people.iter().map(|one| (one.id.to_owned(), one.fate)).collect() };
    let diff = compared(&old, &new);
    assert_eq!(
        told(&diff),
        [
            ("1".to_owned(), PersonFate::Changed),
            ("2".to_owned(), PersonFate::Left),
            ("4".to_owned(), PersonFate::Joined)
        ]
    );
    assert_eq!(diff.settings.len(), 1);
    for source in &mut old.sources {
        source.status = SourceStatus::Failed;
    }
    let diff = compared(&old, &new);
    assert!(diff.people.is_empty(), "people that the list lacked may have been there");
    assert!(diff.settings.is_empty(), "the change may be older than the first report");
}

#[test]
fn reports_of_two_workspaces_or_two_keys_are_not_compared() {
    let between = |change: fn(&mut Report, &mut Report)| {
        let (mut old, mut new) = pair();
        change(&mut old, &mut new);
        Diff::between(&old, &new, FailOn::L1).unwrap_err()
    };
    let other = between(|_, new| new.workspace.id = Some("zz99".to_owned()));
    assert!(matches!(other, DiffError::OtherWorkspace { .. }));
    assert_eq!(between(|old, _| old.workspace.id = None), DiffError::NoWorkspace { which: "first" });
    assert_eq!(
        between(|_, new| new.workspace.id = Some(" ".to_owned())),
        DiffError::NoWorkspace { which: "second" }
    );
    assert_eq!(between(|old, _| old.scan.redacted = true), DiffError::OtherKey);
    let keys = |old: &mut Report, new: &mut Report| {
        for (report, key) in [(old, "a"), (new, "b")] {
            report.scan.redacted = true;
            report.scan.redaction_key = Some(key.to_owned());
        }
    };
    assert_eq!(between(keys), DiffError::OtherKey);
}
