//! Attestations: what a person saw in the web app and signed for, as evidence where the data shows nothing.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::evidence::Judged;
use crate::assessment::Assessment;
use crate::casefold::same_name;
use crate::config;
use crate::reason::{Attestation, Attested, Observation, Reason};
use crate::toml_document::Located;
use crate::verdict::{Basis, Evidence, Finding, Fingerprint, Status, Verdict, WORKSPACE, counts};

/// The name that stands for a check where an attestation found something.
const CHECK: &str = "attestation";

/// Lets the attestations that count enter the verdicts they are about, and mentions the files that are not there.
pub(super) fn enter_all(assessments: &mut [Assessment], judged: &Judged, today: Date) {
    for assessment in assessments {
        let control = &assessment.control.id;
        let signed = judged.sound.iter().filter(|attestation| same_name(&attestation.control, control));
        let signed: Vec<_> = signed
            .map(|attestation| {
                let mut limited = attestation.clone();
                limited.value.expires = valid_until(attestation, assessment.control.attest_for);
                limited
            })
            .collect();
        let verdict = assessment.verdict.clone();
        assessment.verdict = enter(control, verdict, &signed, today);
        let absent = judged.absent.iter().filter(|(id, _)| same_name(id, control));
        assessment.verdict.context.extend(absent.map(|(_, file)| Observation::AbsentEvidence(file.clone())));
    }
}

/// The last day on which an attestation counts: the one it names, or so many days after it was signed as its control
/// allows.
pub(crate) fn valid_until(attestation: &config::Attestation, attest_for: u16) -> Date {
    let expires = attestation.expires;
    limit_of(attestation.on, attest_for).map_or(expires, |limit| limit.min(expires))
}

/// The last day on which an attestation of that day may count; none beyond what a calendar knows.
pub(crate) fn limit_of(on: Date, attest_for: u16) -> Option<Date> {
    on.checked_add(i64::from(attest_for).days()).ok()
}

/// The attestation that speaks for a control: the newest, and of several of one day the one written last.
pub(crate) fn newest<'a>(
    all: impl IntoIterator<Item = &'a Located<config::Attestation>>,
    today: Date,
) -> Option<&'a Located<config::Attestation>> {
    all.into_iter().filter(|one| one.on <= today).max_by_key(|one| (one.on, one.line))
}

/// Lets the attestations of a control enter its verdict.
///
/// The newest takes over from all before it, also when it has expired: what it contradicted does not come back.
/// It decides a manual control. Data that says fail beats an attested pass, an attested fail beats data that says
/// pass, and nothing lifts an unknown; a contradiction is reported.
pub(super) fn enter(
    control: &str,
    mut verdict: Verdict,
    attestations: &[Located<config::Attestation>],
    today: Date,
) -> Verdict {
    match newest(attestations, today) {
        Some(newest) if counts(Some(newest.on), newest.expires, today) => decide(control, verdict, newest),
        // Still worth knowing: a person looked once.
        Some(expired) => {
            verdict.context.insert(0, Observation::Expired(reported(expired)));
            verdict
        }
        None => verdict,
    }
}

fn decide(control: &str, mut verdict: Verdict, attestation: &config::Attestation) -> Verdict {
    let signed = reported(attestation);
    verdict.attestation = Some(signed.clone());
    match (verdict.status, attestation.result) {
        // What does not apply is not decided either; the data goes on to say what it leaves open.
        (Status::Manual, Attested::NotApplicable) => {
            verdict.context.insert(0, Observation::Attested(signed));
        }
        (Status::Manual, result) => {
            let reason = std::mem::replace(&mut verdict.reason, Reason::Attested(signed));
            verdict.context.insert(0, Observation::NotShown(reason));
            verdict.basis = vec![Basis::Attestation];
            match result {
                Attested::Pass => {
                    verdict.status = Status::Pass;
                    let (reviewed, judged): (Vec<_>, Vec<_>) =
                        verdict.findings.drain(..).partition(Finding::is_reviewed);
                    verdict.findings = reviewed;
                    let judged = judged.iter().map(Finding::sentence);
                    verdict.context.extend(judged.map(Observation::Judged));
                }
                Attested::Fail | Attested::NotApplicable => {
                    verdict.status = Status::Fail;
                    verdict.findings.push(finding(control, attestation));
                }
            }
        }
        (Status::Pass, Attested::Fail) => {
            let reason = std::mem::replace(&mut verdict.reason, Reason::Attested(signed));
            verdict.context.push(Observation::DataPasses(reason));
            verdict.status = Status::Fail;
            verdict.basis.push(Basis::Attestation);
            verdict.findings.push(finding(control, attestation));
        }
        (Status::Fail, Attested::Pass | Attested::NotApplicable) => {
            verdict.context.insert(0, Observation::DataFails(signed))
        }
        (Status::Unknown, _) => verdict.context.push(Observation::NoSubstitute(signed)),
        (Status::Pass, Attested::Pass | Attested::NotApplicable) | (Status::Fail, Attested::Fail) => {
            verdict.context.push(Observation::Attested(signed));
        }
    }
    verdict
}

fn finding(control: &str, attestation: &config::Attestation) -> Finding {
    let message =
        attestation.note.clone().unwrap_or_else(|| "the requirement was seen not to be met".to_owned());
    let fingerprint = Fingerprint::new(control, CHECK, [WORKSPACE]);
    let found = Finding::new(fingerprint, WORKSPACE.to_owned(), message, Evidence::default());
    Finding { check: CHECK.to_owned(), ..found }
}

fn reported(attestation: &config::Attestation) -> Attestation {
    let file = attestation.evidence_file.as_ref();
    let file = file.map(|file| format!("{} (sha256:{})", file.path.display(), file.sha256));
    let evidence: Vec<String> = attestation.evidence.iter().cloned().chain(file).collect();
    Attestation {
        result: attestation.result,
        by: attestation.by.clone(),
        on: attestation.on,
        expires: attestation.expires,
        evidence: (!evidence.is_empty()).then(|| evidence.join(", ")),
        note: attestation.note.clone(),
    }
}
