//! The findings of failing controls, and what is told about the scan itself.

use jiff::civil::Date;
use serde::Serialize;

use super::alerts::{Alert, alerts};
use super::{MESSAGE_COLUMNS, line, location::location, message, rules};
use crate::report::item::Item;
use crate::report::json::object;
use crate::report::words::counted;
use crate::report::{Control, Report};
use crate::verdict::{Finding, Review, Status, Waiver};

/// How many findings a result repeats with their evidence.
const MAX_EVIDENCE: usize = 100;

/// The results, that many at most, and how many were left out: what does not fail the gate, what is waived or reviewed first of all.
pub(super) fn results(report: &Report, max_results: usize) -> (Vec<impl Serialize>, usize) {
    let mut alerts = alerts(report);
    let violates = |alert: &Alert<'_>| alert.items().any(|item| item.violates(&report.gate));
    let left_out = alerts.len().saturating_sub(max_results);
    if left_out > 0 {
        alerts.sort_by_cached_key(|alert| (!violates(alert), alert.is_set_aside()));
        alerts.truncate(max_results);
        alerts.sort_by_key(|alert| alert.rule);
    }
    // SARIF asks that either all results of a run say whether they are suppressed or new, or none.
    let any_set_aside = alerts.iter().any(Alert::is_set_aside);
    let is_compared = report.scan.baseline.is_some();
    let results = alerts.into_iter().map(|alert| {
        let control = alert.first.control;
        let fingerprint = alert.fingerprint();
        object! {
            "ruleId": &control.id,
            "ruleIndex": alert.rule,
            "level": rules::level(control.level),
            "message": message(alert.message()),
            "locations": [location(report, alert.first)],
            "partialFingerprints": object! {
                "alert/v1": fingerprint.as_str().to_owned(),
                // The one that code scanning goes by; it would otherwise be made of the line that the result is shown at,
                // which all of them share.
                "primaryLocationLineHash": format!("{}:1", fingerprint.as_str()),
            },
            "baselineState"?: is_compared.then(|| alert.baseline_state()),
            "suppressions"?: any_set_aside.then(|| suppressions(&alert)),
            "properties": object! {
                "basis": &control.basis,
                "reason": &control.reason,
                "violatesGate": violates(&alert),
                "findings": alert.items().filter_map(|item| item.finding).take(MAX_EVIDENCE).map(found).collect::<Vec<_>>(),
            },
        }
    });
    (results.collect(), left_out)
}

/// A finding, for programs.
fn found(finding: &Finding) -> impl Serialize + use<'_> {
    let Finding { fingerprint, check, subject, message, evidence, .. } = finding;
    object! { "fingerprint": fingerprint, "check": check, "subject": subject, "message": message, "evidence": evidence }
}

/// The reviews and waivers that cover all of an alert; none where a part of it is left.
fn suppressions(alert: &Alert<'_>) -> Vec<impl Serialize + use<>> {
    let covered = if alert.is_set_aside() { alert.items().collect() } else { Vec::new() };
    let mut decisions = Vec::new();
    for decision in covered.into_iter().flat_map(decided) {
        if !decisions.contains(&decision) {
            decisions.push(decision);
        }
    }
    let suppression = |(justification, by, on, expires)| {
        object! {
            "kind": "external",
            "status": "accepted",
            "justification": justification,
            "properties": object! { "by": by, "on": on, "expires"?: expires },
        }
    };
    decisions.into_iter().map(suppression).collect()
}

/// A review that counts, and a waiver: the reason, who decided, the first day and the last.
fn decided(item: Item<'_>) -> impl Iterator<Item = (String, String, Option<Date>, Option<Date>)> {
    let reviewed = item
        .reviewed()
        .cloned()
        .map(|Review { by, on, note }| (note.unwrap_or_else(|| "reviewed".to_owned()), by, Some(on), None));
    let waived =
        item.waived().cloned().map(|Waiver { reason, by, on, expires }| (reason, by, on, Some(expires)));
    reviewed.into_iter().chain(waived)
}

/// Everything worth a notification, gravest first.
pub(super) fn notifications(report: &Report, left_out: usize) -> Vec<impl Serialize> {
    let sources = report.failures().map(|failure| note("error", &failure, None));
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
