//! The findings of failing controls, and what is told about the scan itself.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{MESSAGE_COLUMNS, line, location::location, message, rules};
use crate::report::item::{Item, items_of};
use crate::report::json::object;
use crate::report::words::{action, counted, next_step};
use crate::report::{Control, Report};
use crate::verdict::{Fingerprint, Review, Status, Waiver};

/// How many findings about one person an alert tells.
const MAX_MESSAGES: usize = 20;

/// What one alert is about: a person, or what has no person, and the findings of one control about it.
struct Alert<'a> {
    index: usize,
    first: Item<'a>,
    further: Vec<Item<'a>>,
}

impl<'a> Alert<'a> {
    fn items(&self) -> impl Iterator<Item = Item<'a>> {
        std::iter::once(self.first).chain(self.further.iter().copied())
    }

    /// Its findings that count; all of them where none does.
    fn telling(&self) -> impl Iterator<Item = Item<'a>> {
        let all = self.is_set_aside();
        self.items().filter(move |item| all || !item.is_set_aside())
    }

    fn is_set_aside(&self) -> bool {
        self.items().all(|item| item.is_set_aside())
    }

    fn in_baseline(&self) -> bool {
        self.telling().all(|item| item.in_baseline())
    }

    fn violates(&self, report: &Report) -> bool {
        self.items().any(|item| item.violates(&report.gate))
    }

    /// The same across runs, also where the person has another finding more or less.
    fn fingerprint(&self) -> Fingerprint {
        match self.first.person() {
            Some(person) => Fingerprint::new(&self.first.control.id, "person", [person]),
            None => self.first.fingerprint(),
        }
    }

    /// Who it is about, what is wrong, and what to do first.
    fn message(&self) -> String {
        let mut telling = self.telling();
        let first = telling.next().map(|item| item.sentence()).unwrap_or_default();
        let told = telling.take(MAX_MESSAGES).fold(first, |told, item| format!("{told}; {}", item.message()));
        let next =
            next_step(self.first.control).map(|step| format!(" Next: {}", action(step))).unwrap_or_default();
        let stop = if told.ends_with('.') || next.is_empty() { "" } else { "." };
        format!("{told}{stop}{next}")
    }
}

/// The alerts of a control, in the order of their first findings.
fn alerts(index: usize, control: &Control) -> Vec<Alert<'_>> {
    let mut alerts: Vec<Alert<'_>> = Vec::new();
    let mut of_person: BTreeMap<&str, usize> = BTreeMap::new();
    // What is reviewed stays in sight, also where it leaves nothing that fails.
    let found = |item: &Item<'_>| item.control.status == Status::Fail || item.reviewed().is_some();
    for item in items_of(control).filter(found) {
        let known = item.person().and_then(|person| of_person.get(person).copied());
        match known.and_then(|place| alerts.get_mut(place)) {
            Some(alert) => alert.further.push(item),
            None => {
                item.person().map(|person| of_person.insert(person, alerts.len()));
                alerts.push(Alert { index, first: item, further: Vec::new() });
            }
        }
    }
    alerts
}

/// An alert for each person that a control fails for, and for each finding about something else; those that violate the
/// gate first where there are too many, and how many were left out.
pub(super) fn results(report: &Report, max_results: usize) -> (Vec<impl Serialize>, usize) {
    let all = report.controls.iter().enumerate();
    let mut found: Vec<_> = all.flat_map(|(index, control)| alerts(index, control)).collect();
    let left_out = found.len().saturating_sub(max_results);
    if left_out > 0 {
        found.sort_by_cached_key(|alert| (!alert.violates(report), alert.is_set_aside()));
        found.truncate(max_results);
        found.sort_by_key(|alert| alert.index);
    }
    // SARIF asks that either all results of a run say whether they are suppressed or new, or none.
    let any_set_aside = found.iter().any(Alert::is_set_aside);
    let any_in_baseline = found.iter().any(Alert::in_baseline);
    let results = found.into_iter().map(|alert| {
        let control = alert.first.control;
        let fingerprint = alert.fingerprint();
        let finding = |item: Item<'_>| {
            object! {
                "fingerprint": item.fingerprint(),
                "message": item.message().to_owned(),
                "evidence"?: item.finding.map(|finding| finding.evidence.clone()).filter(|row| !row.is_empty()),
            }
        };
        object! {
            "ruleId": &control.id,
            "ruleIndex": alert.index,
            "level": rules::level(control.level),
            "message": message(line(&alert.message(), MESSAGE_COLUMNS)),
            "locations": [location(report, alert.first)],
            "partialFingerprints": object! {
                "finding/v1": fingerprint.as_str().to_owned(),
                // The one that code scanning goes by; it would otherwise be made of the line that the result is shown at,
                // which all of them share.
                "primaryLocationLineHash": format!("{}:1", fingerprint.as_str()),
            },
            "baselineState"?: any_in_baseline.then(|| if alert.in_baseline() { "unchanged" } else { "new" }),
            "suppressions"?: any_set_aside.then(|| {
                if alert.is_set_aside() { suppressions(alert.first) } else { Vec::new() }
            }),
            "properties": object! {
                "basis": &control.basis,
                "reason": &control.reason,
                "violatesGate": alert.violates(report),
                "findings": alert.items().take(MAX_MESSAGES).map(finding).collect::<Vec<_>>(),
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
