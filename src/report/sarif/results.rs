//! The findings of failing controls.

use std::collections::BTreeMap;

use super::document::{Decided, Message, ResultObject, ResultProperties, Suppression};
use super::{MESSAGE_COLUMNS, location, message, rules};
use crate::report::Report;
use crate::report::item::{Item, items_of};
use crate::verdict::{Decision, Status};

/// A finding with the rule and the file that it belongs to.
struct Found<'f, 'a> {
    rule_index: usize,
    file: &'f str,
    item: Item<'a>,
}

/// The results, that many at most, and how many were left out: what does not fail the gate, waived ones first of all.
pub(super) fn results(report: &Report, max_results: usize) -> (Vec<ResultObject<'_>>, usize) {
    let failing = report.assessments.iter().enumerate().filter(|(_, one)| one.verdict.status == Status::Fail);
    let failing: Vec<_> =
        failing.map(|(index, one)| (index, one, location::file(report, &one.control))).collect();
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
    let any_known = found.iter().any(|one| one.item.known());
    let results = found.into_iter().map(|one| ResultObject {
        baseline_state: any_known.then(|| if one.item.known() { "unchanged" } else { "new" }),
        suppressions: any_waived.then(|| one.item.waived().map(suppression).into_iter().collect()),
        ..result(report, one)
    });
    (results.collect(), left_out)
}

fn result<'a>(report: &'a Report, found: Found<'_, 'a>) -> ResultObject<'a> {
    let Found { rule_index, file, item } = found;
    let control = item.control();
    let verdict = &item.assessment.verdict;
    let fingerprint = item.fingerprint();
    ResultObject {
        rule_id: &control.id,
        rule_index,
        level: rules::level(control.level),
        message: Message::plain(message(&item.sentence(), MESSAGE_COLUMNS)),
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
            basis: verdict.basis.iter().map(|basis| basis.as_str()).collect(),
            reason: &verdict.reason,
            violates_gate: item.violates(&report.gate),
            evidence: item.finding.map(|finding| &finding.evidence).filter(|evidence| !evidence.is_empty()),
        },
    }
}

fn suppression(decision: &Decision) -> Suppression<'_> {
    Suppression {
        kind: "external",
        status: "accepted",
        justification: &decision.reason,
        properties: Decided {
            by: &decision.by,
            on: decision.on.map(|on| on.to_string()),
            expires: decision.expires.to_string(),
        },
    }
}
