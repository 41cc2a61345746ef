//! The findings of failing controls, and what is told about the scan itself.

use serde::Serialize;

use super::{MESSAGE_COLUMNS, line, location::location, message, rules};
use crate::report::item::{Item, items_of};
use crate::report::json::object;
use crate::report::words::counted;
use crate::report::{Control, Report};
use crate::verdict::{Review, Status, Waiver};

/// The results, that many at most, and how many were left out: what does not fail the gate, what is waived or reviewed first of all.
pub(super) fn results(report: &Report, max_results: usize) -> (Vec<impl Serialize>, usize) {
    let all = report.controls.iter().enumerate();
    let items = all.flat_map(|(index, one)| items_of(one).map(move |item| (index, item)));
    // What is reviewed stays in sight, also where it leaves nothing that fails.
    let mut found: Vec<_> =
        items.filter(|(_, item)| item.control.status == Status::Fail || item.reviewed().is_some()).collect();
    let left_out = found.len().saturating_sub(max_results);
    if left_out > 0 {
        found.sort_by_cached_key(|(_, item)| (!item.violates(&report.gate), item.is_set_aside()));
        found.truncate(max_results);
        found.sort_by_key(|(index, _)| *index);
    }
    // SARIF asks that either all results of a run say whether they are suppressed or new, or none.
    let any_set_aside = found.iter().any(|(_, item)| item.is_set_aside());
    let any_in_baseline = found.iter().any(|(_, item)| item.in_baseline());
    let results = found.into_iter().map(|(index, item)| {
        let control = item.control;
        let fingerprint = item.fingerprint();
        object! {
            "ruleId": &control.id,
            "ruleIndex": index,
            "level": rules::level(control.level),
            "message": message(line(&item.sentence(), MESSAGE_COLUMNS)),
            "locations": [location(report, item)],
            "partialFingerprints": object! {
                "finding/v1": fingerprint.as_str().to_owned(),
                // The one that code scanning goes by; it would otherwise be made of the line that the result is shown at,
                // which all of them share.
                "primaryLocationLineHash": format!("{}:1", fingerprint.as_str()),
            },
            "baselineState"?: any_in_baseline.then(|| if item.in_baseline() { "unchanged" } else { "new" }),
            "suppressions"?: any_set_aside.then(|| suppressions(item)),
            "properties": object! {
                "basis": &control.basis,
                "reason": &control.reason,
                "violatesGate": item.violates(&report.gate),
                "evidence"?: item.finding.map(|finding| &finding.evidence).filter(|row| !row.is_empty()),
            },
        }
    });
    (results.collect(), left_out)
}

/// A review that counts, and a waiver.
fn suppressions(item: Item<'_>) -> Vec<impl Serialize> {
    let reviewed = item.reviewed().map(|Review { by, on, note }| {
        (note.clone().unwrap_or_else(|| "reviewed".to_owned()), by, Some(*on), None)
    });
    let waived =
        item.waived().map(|Waiver { reason, by, on, expires }| (reason.clone(), by, *on, Some(*expires)));
    let suppression = |(justification, by, on, expires)| {
        object! {
            "kind": "external",
            "status": "accepted",
            "justification": justification,
            "properties": object! { "by": by, "on": on, "expires"?: expires },
        }
    };
    reviewed.into_iter().chain(waived).map(suppression).collect()
}

/// Everything worth a notification, gravest first.
pub(super) fn notifications(report: &Report, left_out: usize) -> Vec<impl Serialize> {
    let sources = report
        .failures()
        .map(|(names, why)| note("error", &format!("Not all could be read of {names}: {why}"), None));
    let cut = (left_out > 0).then(|| {
        let what = counted(left_out as u64, "result");
        let text = format!("{what} left out, since code scanning accepts no more; the JSON report has all.");
        note("warning", &text, None)
    });
    let warnings = report.warnings.iter().map(|warning| note("warning", warning, None));
    let undecided = report.controls.iter().enumerate().filter_map(|(index, control)| {
        let (level, what) = match control.status {
            Status::Unknown => ("warning", "could not be decided"),
            Status::Manual => ("note", "waits for a person"),
            Status::Pass | Status::Fail => return None,
        };
        let text = format!("{} {what}: {}", control.id, control.reason);
        Some(note(level, &text, Some((index, control))))
    });
    sources.chain(cut).chain(warnings).chain(undecided).collect()
}

/// A notification, with the control that it is about.
fn note<'a>(
    level: &'static str,
    text: &str,
    about: Option<(usize, &'a Control)>,
) -> impl Serialize + use<'a> {
    object! {
        "level": level,
        "message": message(line(text, MESSAGE_COLUMNS)),
        "associatedRule"?: about.map(|(index, control)| object! { "id": &control.id, "index": index }),
    }
}
