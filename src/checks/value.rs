//! `value`: a requirement over single values.

use super::rows::{SUBJECT, bounded};
use super::state::SourceState;
use super::{Check, CheckResult, EvalContext, Value};
use crate::expression::{EvaluationError, Expression};
use crate::facts::Row;
use crate::verdict::{Evidence, Finding, Fingerprint, Status, WORKSPACE};

pub(super) fn decide<'a>(
    check: &'a Check,
    value: &Value,
    context: &EvalContext<'_>,
) -> Result<CheckResult<'a>, EvaluationError> {
    let mut state = SourceState::default();
    state.add_values(&value.require, context.facts);
    if !state.is_complete() {
        let (status, reason) = state.undecided(context.facts);
        return Ok(check.undecided(status, reason));
    }
    let holds = value.require.is_true(&context.cel)?;
    let mut findings = Vec::new();
    // What is left to a person and says nothing of its own is no finding.
    let is_finding = check.otherwise == Status::Fail || value.message.is_some();
    if !holds && is_finding {
        let text = |expression: &Option<Expression>| {
            expression.as_ref().map(|expression| expression.text(&context.cel)).transpose()
        };
        let mut finding =
            whole(context, check, Some(&value.require), text(&value.message)?.unwrap_or_default());
        if let Some(subject) = text(&value.subject)?.filter(|subject| !subject.is_empty()) {
            finding.fingerprint = Fingerprint::new(context.control, &check.name, [SUBJECT, &subject]);
            finding.subject = bounded(&subject);
        }
        findings.push(finding);
    }
    check.result(holds, state.basis(), findings, 1, context)
}

/// A finding about the whole workspace, with the values that `expression` reads as evidence.
pub(super) fn whole(
    context: &EvalContext<'_>,
    check: &Check,
    expression: Option<&Expression>,
    message: String,
) -> Finding {
    let names = expression.into_iter().flat_map(|expression| &expression.references().values);
    let evidence: Row = names.map(|name| ((*name).to_owned(), context.facts.value(name).clone())).collect();
    let fingerprint = Fingerprint::new(context.control, &check.name, [SUBJECT, WORKSPACE]);
    let message = bounded(&check.message_or_name(message));
    let found = Finding::new(fingerprint, WORKSPACE.to_owned(), message, Evidence::from(&evidence));
    Finding { check: check.name.clone(), ..found }
}
