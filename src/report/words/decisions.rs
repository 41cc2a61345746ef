//! What people decided: attestations, waivers and reviews, and the commands that record them.

use std::borrow::Cow;

use crate::report::Control;
use crate::verdict::{Attestation, Review, Status, Waiver};

/// A waiver in a few words.
pub(in crate::report) fn waived(waiver: &Waiver) -> String {
    format!("waived by {} until {}: {}", waiver.by, waiver.expires, waiver.reason)
}

/// An attestation in a few words, with where the proof is and what was noted.
pub(in crate::report) fn attested(attestation: &Attestation) -> String {
    let Attestation { result, by, on, expires, evidence, note } = attestation;
    let evidence = evidence.as_ref().map(|evidence| format!("; evidence: {evidence}")).unwrap_or_default();
    let note = note.as_ref().map(|note| format!("; note: {note}")).unwrap_or_default();
    format!("{by} attested {} on {on}, valid until {expires}{evidence}{note}", result.into_str())
}

/// A review in a few words.
fn reviewed(review: &Review) -> String {
    let note = review.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
    format!("reviewed by {} on {}{note}", review.by, review.on)
}

/// Why a control ended so, and what a person attested; that alone where it decided.
pub(in crate::report) fn reason(control: &Control) -> Cow<'_, str> {
    match &control.attestation {
        Some(signed) if control.is_attested() || control.is_not_applicable() => attested(signed).into(),
        Some(signed) => format!("{} ({})", control.reason, attested(signed)).into(),
        None => (&*control.reason).into(),
    }
}

/// The command that records what a person saw of a control.
pub(in crate::report) fn attest_command(id: &str) -> String {
    format!("intercom-harden attest {id} --by \"Your Name\"")
}

/// Why a failing control does not fail the gate, for the line that says what is wrong; empty where it may.
pub(in crate::report) fn covered(control: &Control) -> &'static str {
    match (control.is_waived(), control.status) {
        (true, _) => "[waived] ",
        (false, Status::Fail) if !control.violates(false) => "[nothing new] ",
        _ => "",
    }
}

/// The command that records a review of an event.
pub(in crate::report) fn review_command(event: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let quoted = if event.chars().all(plain) && !event.starts_with('-') {
        event.to_owned()
    } else {
        format!("-- '{}'", event.replace('\'', r"'\''"))
    };
    format!("intercom-harden review --by \"Your Name\" --note \"…\" {quoted}")
}

/// The review of a finding's event, or else its waiver, in a few words; none where there is neither.
pub(in crate::report) fn set_aside(review: Option<&Review>, waiver: Option<&Waiver>) -> Option<String> {
    review.map(reviewed).or_else(|| waiver.map(waived))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::hostile;

    #[test]
    fn an_attestation_stands_in_for_the_reason_where_it_decided_and_beside_it_elsewhere() {
        let mut control = hostile::report("x").controls[2].clone();
        let attested = "x attested pass on 2026-02-01, valid until 2026-03-01; evidence: x; note: x";
        assert_eq!(reason(&control), format!("x ({attested})"));
        control.basis = vec![crate::verdict::Basis::Attestation];
        assert_eq!(reason(&control), attested);
        control.attestation = None;
        assert_eq!(reason(&control), "x");
    }
}
