//! What an entry that is being written will be worth: why it will not count, said at once instead of by the next scan.

use jiff::civil::Date;

use crate::adjust::{Met, limit_of, met};
use crate::casefold::same_name;
use crate::checks::Decided;
use crate::config::{Attestation, Config, Reviewed, Waiver};
use crate::controls::Definition;
use crate::report::Report;
use crate::time::day_of;
use crate::verdict::{Attested, Status};

/// What stands in the way of an attestation. The report is the last one, where there is one.
pub(crate) fn of_attestation(
    new: &Attestation,
    definition: &Definition,
    config: Option<&Config>,
    report: Option<&Report>,
    today: Date,
) -> Vec<String> {
    let control = &definition.control;
    let id = &control.id;
    let mut doubts = Vec::new();
    let days = control.attest_for;
    if let Some(limit) = limit_of(new.on, days).filter(|limit| *limit < new.expires) {
        doubts.push(if limit < today {
            format!(
                "This attestation does not count: one of {id} is valid for {days} days at most, until {limit}."
            )
        } else {
            format!("This attestation counts until {limit} only: one of {id} is valid for {days} days at most.")
        });
    }
    let signed = config.map(|config| config.attestations.as_slice()).unwrap_or_default();
    let newer = signed.iter().find(|one| same_name(&one.control, id) && one.on > new.on && one.on <= today);
    if let Some(newer) = newer {
        let (day, line) = (newer.on, newer.line);
        doubts.push(format!("This attestation does not count: the one of {day} in line {line} is newer."));
    }
    let Some(report) = report else {
        // Unless its sources may not be read, which only a scan can tell.
        if new.result == Attested::Pass && Decided::by(&definition.rules) == Decided::Data {
            doubts.push(format!("Data decides {id}: an attested pass counts only while a scan says manual."));
        }
        return doubts;
    };
    let of = name_of(report);
    let Some(control) = report.control(id) else {
        doubts.push(format!("The control {id} is not in {of}."));
        return doubts;
    };
    doubts.extend(match (control.status, new.result) {
        // What an earlier attestation decided, this one decides now.
        _ if control.is_attested() => None,
        (Status::Fail, Attested::Pass | Attested::NotApplicable) => {
            Some(format!("This attestation changes nothing: {id} fails by data in {of}, and data counts."))
        }
        (Status::Unknown, _) => Some(format!(
            "This attestation decides nothing: the data could not be read in {of}, and that comes first."
        )),
        (Status::Pass, Attested::Pass | Attested::NotApplicable) => {
            Some(format!("This attestation adds nothing: {id} passes by data in {of}."))
        }
        _ => None,
    });
    doubts
}

/// What stands in the way of a waiver.
pub(crate) fn of_waiver(new: &Waiver, report: Option<&Report>) -> Vec<String> {
    let Some(report) = report else { return Vec::new() };
    let of = name_of(report);
    let Some(control) = report.control(&new.control) else {
        return vec![format!("The control {} is not in {of}.", new.control)];
    };
    let (subject, event) = (new.subject.as_deref(), new.event.as_deref());
    // People and addresses in it are pseudonyms.
    if report.scan.redacted && event.is_none() && subject.is_some() {
        return Vec::new();
    }
    let is_shared = event.is_some_and(|event| report.shared_events().contains(event));
    match met(control.status, &control.findings, subject, event, is_shared) {
        Met::Something => Vec::new(),
        Met::Nothing if control.status == Status::Pass => {
            vec![format!("This waiver matches nothing: {} passes in {of}.", control.id)]
        }
        Met::Nothing => {
            vec![format!("This waiver matches nothing: {} has no such finding in {of}.", control.id)]
        }
        Met::Events(events) => vec![format!(
            "This waiver does not count: {events} events of {of} have that subject; name one with --event."
        )],
        Met::SharedEvent => {
            let event = event.unwrap_or_default();
            vec![format!("This waiver does not count: different events of {of} share the id {event}.")]
        }
    }
}

/// What stands in the way of a review.
pub(crate) fn of_review(new: &Reviewed, report: Option<&Report>) -> Option<String> {
    let (event, report) = (&new.event, report?);
    let of = name_of(report);
    let found: Vec<_> = report.about_event(event).collect();
    if found.is_empty() {
        Some(format!("{event} is not among the findings of {of}: check the id."))
    } else if report.shared_events().contains(&**event) {
        Some(format!("The review of {event} does not count: different events of {of} share that id."))
    } else if !found.iter().any(|(control, finding)| control.reviewable.contains(&finding.check)) {
        let ids: Vec<_> = found.iter().map(|(control, _)| control.id.as_str()).collect();
        Some(format!(
            "The review of {event} does not count: events of {} cannot be reviewed; waive them instead.",
            ids.join(", ")
        ))
    } else {
        None
    }
}

fn name_of(report: &Report) -> String {
    format!("the report of {}", day_of(report.scan.at))
}
