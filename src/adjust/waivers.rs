//! Waivers: decisions to live with a finding for a while. They never change a status.

use jiff::civil::Date;

use super::reviews::{Named, NamedEvents};
use crate::assessment::Assessment;
use crate::casefold::same_name;
use crate::config;
use crate::toml_document::Located;
use crate::verdict::{Finding, Status, counts};

/// What a waiver meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Met {
    Something,
    Nothing,
    /// The subject is that of so many events, and names none of them.
    Events(usize),
    /// Different events of the log share the id.
    SharedEvent,
}

/// What a waiver of a subject, of an event, or of the whole control meets among the findings. `is_shared` says whether
/// different events have that id.
pub(crate) fn met(
    status: Status,
    findings: &[Finding],
    subject: Option<&str>,
    event: Option<&str>,
    is_shared: bool,
) -> Met {
    let named = || findings.iter().filter(|finding| finding.is_named(event, subject));
    let events = named().filter(|finding| finding.event.is_some()).count();
    let there = match (event, subject, status) {
        (Some(_), ..) if is_shared => return Met::SharedEvent,
        // What a review took out was there to be waived.
        (.., Status::Pass) => named().any(Finding::is_reviewed),
        (None, None, _) => true,
        (_, Some(_), _) if events > 1 => return Met::Events(events),
        // Of an unknown control it cannot be told what there would be to cover.
        (.., status) => status == Status::Unknown || named().next().is_some(),
    };
    if there { Met::Something } else { Met::Nothing }
}

/// Marks what the waivers cover, and says for each waiver what it met. One for a control that was not evaluated is not
/// blamed for it.
pub(super) fn apply(
    assessments: &mut [Assessment],
    waivers: &[Located<config::Waiver>],
    events: &NamedEvents,
    today: Date,
) -> Vec<Met> {
    waivers.iter().map(|waiver| cover(assessments, waiver, events, today)).collect()
}

fn cover(assessments: &mut [Assessment], waiver: &config::Waiver, events: &NamedEvents, today: Date) -> Met {
    let is_meant = |assessment: &&mut Assessment| same_name(&assessment.control.id, &waiver.control);
    let Some(assessment) = assessments.iter_mut().find(is_meant) else { return Met::Something };
    let (subject, event) = (waiver.subject.as_deref(), waiver.event.as_deref());
    let is_shared = event.is_some_and(|event| events.named(event) == Named::Several);
    let verdict = &mut assessment.verdict;
    let met = met(verdict.status, &verdict.findings, subject, event, is_shared);
    let valid = counts(waiver.waiver.on, waiver.waiver.expires, today);
    if met != Met::Something || verdict.status == Status::Pass || !valid {
        return met;
    }
    if subject.is_none() && event.is_none() {
        assessment.waived = Some(waiver.waiver.clone());
    } else {
        let named = verdict.findings.iter_mut().filter(|finding| finding.is_named(event, subject));
        named.for_each(|finding| finding.waived = Some(waiver.waiver.clone()));
    }
    met
}
