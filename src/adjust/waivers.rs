//! Waivers: decisions to live with a finding for a while. They never change a status.

use jiff::civil::Date;

use super::reviews::{Named, NamedEvents};
use crate::assessment::Assessment;
use crate::casefold::same_name;
use crate::config;
use crate::verdict::{Finding, Status, Waiver, counts};

/// What a waiver met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Met {
    Something,
    Nothing,
    /// The subject is that of so many events, and names none of them.
    Events(usize),
    /// Different events of the log share the id.
    SharedEvent,
}

/// Marks what the waivers cover, and says for each waiver what it met. One for a control that was not evaluated is not
/// blamed for it.
pub(super) fn apply(
    assessments: &mut [Assessment],
    waivers: &[config::Waiver],
    events: &NamedEvents,
    today: Date,
) -> Vec<Met> {
    waivers.iter().map(|waiver| cover(assessments, waiver, events, today)).collect()
}

fn cover(assessments: &mut [Assessment], waiver: &config::Waiver, events: &NamedEvents, today: Date) -> Met {
    let is_meant = |assessment: &Assessment| same_name(&assessment.control.id, &waiver.control);
    let valid = counts(waiver.on.as_ref().map(|on| on.value), waiver.expires.value, today);
    let decision = decision(waiver);
    let Some(assessment) = assessments.iter_mut().find(|assessment| is_meant(assessment)) else {
        return Met::Something;
    };
    if waiver.event.as_ref().is_some_and(|event| events.named(event) == Named::Several) {
        return Met::SharedEvent;
    }
    let status = assessment.verdict.status;
    let is_named = |finding: &Finding| finding.is_named(waiver.event.as_deref(), waiver.subject.as_deref());
    if status == Status::Pass {
        // What a review took out was there to be waived.
        let reviewed = |finding: &Finding| finding.is_reviewed() && is_named(finding);
        let met = assessment.verdict.findings.iter().any(reviewed);
        return if met { Met::Something } else { Met::Nothing };
    }
    if waiver.subject.is_none() && waiver.event.is_none() {
        if valid {
            assessment.waived = Some(decision);
        }
        return Met::Something;
    }
    let findings = assessment.verdict.findings.iter_mut();
    let named: Vec<_> = findings.filter(|finding| is_named(finding)).collect();
    let events = named.iter().filter(|finding| finding.event.is_some()).count();
    if waiver.subject.is_some() && events > 1 {
        return Met::Events(events);
    }
    // Of an unknown control it cannot be told what there would be to cover.
    let met = if named.is_empty() && status != Status::Unknown { Met::Nothing } else { Met::Something };
    if valid {
        named.into_iter().for_each(|finding| finding.waived = Some(decision.clone()));
    }
    met
}

fn decision(waiver: &config::Waiver) -> Waiver {
    Waiver {
        reason: waiver.reason.clone(),
        by: waiver.by.clone(),
        on: waiver.on.as_ref().map(|on| on.value),
        expires: waiver.expires.value,
    }
}
