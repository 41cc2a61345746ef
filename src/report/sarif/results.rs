//! The findings of failing controls, and what is told about the scan itself.

use std::collections::BTreeMap;

use super::document::{
    Decided, Message, Notification, ResultObject, ResultProperties, RuleReference, Suppression,
};
use super::{location, rules};
use crate::report::item::{Item, items_of};
use crate::report::words::counted;
use crate::report::{Control, Report};
use crate::sources::SourceStatus;
use crate::verdict::{Status, Waiver};

/// A finding with the rule and the file that it belongs to.
struct Found<'f, 'a> {
    rule_index: usize,
    file: &'f str,
    item: Item<'a>,
}

/// The results, that many at most, and how many were left out: what does not fail the gate, waived ones first of all.
pub(super) fn results(report: &Report, max_results: usize) -> (Vec<ResultObject<'_>>, usize) {
    let failing = report.controls.iter().enumerate().filter(|(_, one)| one.status == Status::Fail);
    let failing: Vec<_> = failing.map(|(index, one)| (index, one, location::file(report, one))).collect();
    let mut found: Vec<_> = failing
        .iter()
        .flat_map(|(index, one, file)| {
            items_of(one).map(move |item| Found { rule_index: *index, file, item })
        })
        .collect();
    let left_out = found.len().saturating_sub(max_results);
    if left_out > 0 {
        found.sort_by_cached_key(|one| (!one.item.violates(&report.gate), one.item.waived().is_some()));
        found.truncate(max_results);
        found.sort_by_key(|one| one.rule_index);
    }
    // SARIF asks that either all results of a run say whether they are suppressed or new, or none.
    let any_waived = found.iter().any(|one| one.item.waived().is_some());
    let any_in_baseline = found.iter().any(|one| one.item.in_baseline());
    let results = found.into_iter().map(|one| ResultObject {
        baseline_state: any_in_baseline.then(|| if one.item.in_baseline() { "unchanged" } else { "new" }),
        suppressions: any_waived.then(|| one.item.waived().map(suppression).into_iter().collect()),
        ..result(report, one)
    });
    (results.collect(), left_out)
}

fn result<'a>(report: &'a Report, found: Found<'_, 'a>) -> ResultObject<'a> {
    let Found { rule_index, file, item } = found;
    let control = item.control;
    let fingerprint = item.fingerprint();
    ResultObject {
        rule_id: &control.id,
        rule_index,
        level: rules::level(control.level),
        message: Message::line(&item.sentence()),
        locations: [location::location(file, item.subject())],
        partial_fingerprints: BTreeMap::from([
            // The one that code scanning goes by; it would otherwise be made of the line that the result is shown at,
            // which all of them share.
            ("primaryLocationLineHash", format!("{}:1", fingerprint.as_str())),
            ("finding/v1", fingerprint.as_str().to_owned()),
        ]),
        baseline_state: None,
        suppressions: None,
        properties: ResultProperties {
            basis: &control.basis,
            reason: &control.reason,
            violates_gate: item.violates(&report.gate),
            evidence: item.finding.map(|finding| &finding.evidence).filter(|evidence| !evidence.is_empty()),
        },
    }
}

fn suppression(waiver: &Waiver) -> Suppression<'_> {
    Suppression {
        kind: "external",
        status: "accepted",
        justification: &waiver.reason,
        properties: Decided { by: &waiver.by, on: waiver.on, expires: waiver.expires },
    }
}

/// Everything worth a notification, gravest first.
pub(super) fn notifications(report: &Report, left_out: usize) -> Vec<Notification<'_>> {
    let sources =
        report.sources.iter().filter(|source| source.status == SourceStatus::Failed).map(|source| {
            let detail = source.detail.as_deref().unwrap_or("no detail");
            note("error", &format!("Not all could be read of {}: {detail}", source.id.describe()))
        });
    let cut = (left_out > 0).then(|| {
        let what = counted(left_out as u64, "result");
        note(
            "warning",
            &format!("{what} left out, since code scanning accepts no more; the JSON report has all."),
        )
    });
    let warnings = report.warnings.iter().map(|warning| note("warning", warning));
    let undecided = report.controls.iter().enumerate().filter_map(|(index, one)| undecided(index, one));
    sources.chain(cut).chain(warnings).chain(undecided).collect()
}

fn undecided(index: usize, control: &Control) -> Option<Notification<'_>> {
    let (level, what) = match control.status {
        Status::Unknown => ("warning", "could not be decided"),
        Status::Manual => ("note", "waits for a person"),
        Status::Pass | Status::Fail => return None,
    };
    let sentence = format!("{} {what}: {}", control.id, control.reason);
    Some(Notification {
        associated_rule: Some(RuleReference { id: &control.id, index }),
        ..note(level, &sentence)
    })
}

fn note<'a>(level: &'static str, text: &str) -> Notification<'a> {
    Notification { level, message: Message::line(text), associated_rule: None }
}
