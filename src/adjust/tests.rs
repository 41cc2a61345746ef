use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::reviews::Named;
use super::waivers::Met;
use super::*;
use crate::api::record::Record;
use crate::assessment::Assessment;
use crate::config::{Attestation, Waiver};
use crate::controls::{Control, Origin};
use crate::level::Level;
use crate::reason::{Observation, Reason};
use crate::sources::Feed;
use crate::toml_document::Located;
use crate::verdict::{Attested, Basis, Evidence, Finding, Fingerprint, Status, Verdict};

const TODAY: Date = date(2026, 8, 1);

fn located<T>(value: T) -> Located<T> {
    Located { value, line: 1 }
}

fn attested(result: Attested, on: Date, expires: Date) -> Located<Attestation> {
    located(Attestation {
        control: "1.3".to_owned(),
        result,
        by: "Dana Ruiz".to_owned(),
        on,
        expires,
        evidence: None,
        evidence_file: None,
        note: None,
    })
}

fn waiver(subject: Option<&str>, expires: Date) -> Located<Waiver> {
    let (reason, by) = ("moving away from it".to_owned(), "Dana Ruiz".to_owned());
    located(Waiver {
        control: "1.3".to_owned(),
        subject: subject.map(str::to_owned),
        event: None,
        waiver: crate::verdict::Waiver { reason, by, on: None, expires },
    })
}

fn verdict(status: Status, subjects: &[&str]) -> Verdict {
    let finding = |subject: &&str| {
        Finding::new(
            Fingerprint::new("1.3", "a", [*subject]),
            (*subject).to_owned(),
            String::new(),
            Evidence::default(),
        )
    };
    let decided = matches!(status, Status::Pass | Status::Fail);
    Verdict {
        status,
        basis: if decided { vec![Basis::Api] } else { Vec::new() },
        reason: Reason::Text("the data says so".to_owned()),
        findings: subjects.iter().map(finding).collect(),
        context: Vec::new(),
        headline: None,
        next_step: None,
        attestation: None,
    }
}

/// Whether it counts against a gate.
fn violates(assessment: &Assessment, strict: bool) -> bool {
    crate::report::Control::from(assessment.clone()).violates(strict)
}

fn assessment(status: Status, subjects: &[&str]) -> Assessment {
    let control = Control {
        id: "1.3".to_owned(),
        slug: String::new(),
        references: Vec::new(),
        columns: Vec::new(),
        digest: String::new(),
        title: "Title".to_owned(),
        level: Level::L1,
        section: "Section".to_owned(),
        since: None,
        description: "Description".to_owned(),
        rationale: "Rationale".to_owned(),
        prerequisites: Vec::new(),
        effort: String::new(),
        attest_for: 180,
        reviewable: Vec::new(),
        sources: Vec::new(),
        frameworks: BTreeMap::new(),
        own_mappings: Vec::new(),
        steps: Vec::new(),
        params: BTreeMap::new(),
        pack: None,
        origin: Origin::BuiltIn,
    };
    Assessment::new(Arc::new(control), verdict(status, subjects))
}

fn enter(status: Status, attestations: &[Located<Attestation>], today: Date) -> Verdict {
    attestations::enter("1.3", verdict(status, &[]), attestations, today)
}

#[test]
fn the_newest_attestation_counts() {
    let old = attested(Attested::Fail, date(2026, 7, 1), date(2026, 12, 31));
    let new = attested(Attested::Pass, date(2026, 7, 2), date(2026, 12, 31));
    assert_eq!(enter(Status::Manual, &[new, old], TODAY).status, Status::Pass);
}

#[test]
fn what_a_newer_attestation_took_over_from_does_not_come_back_when_that_expires() {
    let pass = attested(Attested::Pass, date(2026, 1, 1), date(2026, 12, 31));
    let fail = attested(Attested::Fail, date(2026, 2, 1), date(2026, 3, 1));
    let verdict = enter(Status::Manual, &[pass.clone(), fail], TODAY);
    assert_eq!(verdict.status, Status::Manual);
    assert!(
        verdict.context[0]
            .to_string()
            .contains("Dana Ruiz attested fail on 2026-02-01; it expired on 2026-03-01."),
        "{:?}",
        verdict.context
    );
    // One that is dated ahead took over from nothing yet.
    let ahead = attested(Attested::Fail, date(2026, 9, 1), date(2026, 12, 31));
    assert_eq!(enter(Status::Manual, &[pass, ahead], TODAY).status, Status::Pass);
}

#[test]
fn what_data_left_to_a_person_stays_visible_when_the_person_says_pass() {
    let manual = verdict(Status::Manual, &["ana@acme.example"]);
    let verdict = attestations::enter("1.3", manual, &[attested(Attested::Pass, TODAY, TODAY)], TODAY);
    assert_eq!((verdict.status, verdict.findings.len()), (Status::Pass, 0));
    assert!(
        verdict.context.iter().any(|line| line.to_string().contains("ana@acme.example")),
        "{:?}",
        verdict.context
    );
}

#[test]
fn data_that_says_fail_stays_a_fail_and_the_contradiction_shows() {
    // First of all, since a table shows no more than a few.
    let mut failing = verdict(Status::Fail, &[]);
    failing.context = vec![Observation::Text("an observation".to_owned())];
    let verdict = attestations::enter("1.3", failing, &[attested(Attested::Pass, TODAY, TODAY)], TODAY);
    assert_eq!((verdict.status, verdict.basis.as_slice()), (Status::Fail, &[Basis::Api][..]));
    assert!(
        verdict.context[0]
            .to_string()
            .starts_with("Contradiction: Dana Ruiz attested pass on 2026-08-01, but the data says fail."),
        "{:?}",
        verdict.context
    );
}

#[test]
fn a_person_who_saw_it_fail_outweighs_data_that_passes() {
    let verdict = enter(Status::Pass, &[attested(Attested::Fail, TODAY, TODAY)], TODAY);
    assert_eq!((verdict.status, verdict.findings.len()), (Status::Fail, 1));
}

#[test]
fn nothing_lifts_an_unknown() {
    let verdict = enter(Status::Unknown, &[attested(Attested::Pass, TODAY, TODAY)], TODAY);
    assert_eq!(verdict.status, Status::Unknown);
    assert!(verdict.attestation.is_some());
}

#[test]
fn an_expired_attestation_is_remembered_and_does_not_count() {
    let expired = attested(Attested::Pass, date(2026, 1, 1), date(2026, 7, 31));
    let verdict = enter(Status::Manual, &[expired], TODAY);
    assert_eq!(verdict.status, Status::Manual);
    assert!(
        verdict.context[0].to_string().contains("expired on 2026-07-31")
            && verdict.context[0].to_string().contains("Dana Ruiz")
    );
    let future = attested(Attested::Pass, date(2026, 8, 2), date(2026, 9, 1));
    assert_eq!(enter(Status::Manual, &[future], TODAY).status, Status::Manual);
}

#[test]
fn a_waiver_that_is_over_waives_nothing() {
    let mut all = [assessment(Status::Fail, &["ana@acme.example"])];
    let matched =
        waivers::apply(&mut all, &[waiver(None, date(2026, 7, 31))], &NamedEvents::default(), TODAY);
    assert!(matched[0] == Met::Something && violates(&all[0], false));
    // A control that passes needs no waiver: one for it is stale.
    let mut passing = [assessment(Status::Pass, &[])];
    assert_eq!(
        waivers::apply(&mut passing, &[waiver(None, TODAY)], &NamedEvents::default(), TODAY),
        [Met::Nothing]
    );
    // Of a control that was left out of the scan, nothing is known.
    assert_eq!(
        waivers::apply(&mut [], &[waiver(None, TODAY)], &NamedEvents::default(), TODAY),
        [Met::Something]
    );
}

#[test]
fn a_waiver_is_not_blamed_while_nothing_can_be_read() {
    let mut unread = [assessment(Status::Unknown, &[])];
    assert_eq!(
        waivers::apply(
            &mut unread,
            &[waiver(Some("ana@acme.example"), TODAY)],
            &NamedEvents::default(),
            TODAY
        ),
        [Met::Something]
    );
    assert!(violates(&unread[0], true), "what is unknown is not waived by it");
}

#[test]
fn an_id_names_one_event_however_often_the_log_repeats_it_and_two_where_type_or_time_differ() {
    let mut events = NamedEvents::of(["a", "b", "c"]);
    let mut note = |id: &str, activity_type: &str, second: i64| {
        let at = 1_785_000_000 + second;
        let json = format!(r#"{{"id":"{id}","activity_type":"{activity_type}","created_at":{at}}}"#);
        events.note(&Record::Event(Feed::LogWindow, &serde_json::from_str(&json).unwrap()));
    };
    for (id, activity_type, at) in [
        ("a", "x", 1),
        ("a", "x", 1),
        ("b", "x", 1),
        ("b", "y", 1),
        ("c", "x", 1),
        ("c", "x", 2),
        ("d", "x", 1),
    ] {
        note(id, activity_type, at);
    }
    assert_eq!(events.named("a"), Named::One("x".to_owned()));
    assert_eq!(["b", "c", "d"].map(|id| events.named(id)), [Named::Several, Named::Several, Named::None]);
}

fn any_status() -> impl Strategy<Value = Status> {
    prop::sample::select(Status::ALL.to_vec())
}

fn any_day() -> impl Strategy<Value = Date> {
    (-40_i64..40).prop_map(|days| TODAY.saturating_add(jiff::Span::new().days(days)))
}

proptest! {
    /// A decision is not an observation.
    #[test]
    fn a_waiver_never_changes_a_status(
        status in any_status(),
        expires in prop::collection::vec((any_day(), prop::bool::ANY), 0..5),
    ) {
        let mut all = [assessment(status, &["ana@acme.example"])];
        let before = all[0].verdict.status;
        let waivers: Vec<_> = expires
            .into_iter()
            .map(|(day, whole)| waiver((!whole).then_some("ana@acme.example"), day))
            .collect();
        waivers::apply(&mut all, &waivers, &NamedEvents::default(), TODAY);
        prop_assert_eq!(all[0].verdict.status, before);
        prop_assert_eq!(all[0].verdict.findings.len(), 1);
    }

    /// What data shows to be wrong stays wrong, and what could not be read stays unknown.
    #[test]
    fn attestations_never_make_a_pass_of_a_fail_or_an_unknown(
        status in prop::sample::select(vec![Status::Fail, Status::Unknown]),
        signed in prop::collection::vec((any_day(), any_day(), prop::bool::ANY), 0..6),
    ) {
        let result = |pass| if pass { Attested::Pass } else { Attested::Fail };
        let attestations: Vec<_> =
            signed.into_iter().map(|(on, expires, pass)| attested(result(pass), on, expires)).collect();
        prop_assert_eq!(enter(status, &attestations, TODAY).status, status);
    }
}
