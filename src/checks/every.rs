//! `every`: each row that `where` keeps must satisfy `require`.

use super::rows::TableRows;
use super::{Check, CheckResult, EvalContext, Every};
use crate::expression::EvaluationError;
use crate::verdict::{Finding, Status};

pub(super) fn decide<'a>(
    check: &'a Check,
    every: &Every,
    context: &EvalContext<'_>,
) -> Result<CheckResult<'a>, EvaluationError> {
    let rows = TableRows::new(&every.over, &[&every.require], context);
    let kept = rows.kept(context)?;
    let complete = rows.is_complete();
    let mut findings = Vec::new();
    for row in kept.iter().filter(|row| rows.decides(row)) {
        if !every.require.is_true(&rows.bind(row, &every.require, context))? {
            let mut finding = rows.finding(row, check, context)?;
            if check.reviewable {
                finding.reviewed =
                    finding.event.as_ref().and_then(|event| context.reviews.get(event)).cloned();
            }
            findings.push(finding);
        }
    }
    let holds = findings.iter().all(Finding::is_reviewed);
    if !complete && (holds || check.otherwise != Status::Fail) {
        let (status, reason) = rows.state.undecided(context.facts);
        findings.retain(Finding::is_reviewed);
        return Ok(CheckResult { findings, ..check.undecided(status, reason) });
    }
    if kept.is_empty() {
        return check.when_empty(rows.state.basis(), context);
    }
    let findings = rows.joined(findings);
    check.result(holds, rows.state.basis(), findings, rows.told_apart(&kept), context)
}
