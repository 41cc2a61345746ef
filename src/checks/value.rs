//! `value`: a requirement over single values.

use super::rows::bounded;
use super::state::State;
use super::{Check, Ruling, Scene, Value};
use crate::expression::{EvaluationError, Expression};
use crate::facts::Row;
use crate::verdict::{Finding, Fingerprint, WORKSPACE};

pub(super) fn rule(
    check: &Check,
    value: &Value,
    index: usize,
    scene: &Scene<'_>,
) -> Result<Ruling, EvaluationError> {
    let mut state = State::default();
    state.add_values(&value.require, scene.facts);
    if !state.is_complete() {
        let (status, reason) = state.undecided(scene.facts);
        return Ok(Ruling::undecided(status, reason));
    }
    let holds = value.require.is_true(&scene.context)?;
    let mut findings = Vec::new();
    if !holds {
        let text = |expression: &Option<Expression>| {
            expression.as_ref().map(|expression| expression.text(&scene.context)).transpose()
        };
        let mut finding =
            whole(scene, index, Some(&value.require), text(&value.message)?.unwrap_or_default());
        if let Some(subject) = text(&value.subject)?.filter(|subject| !subject.is_empty()) {
            finding.fingerprint = Fingerprint::new(scene.control, index, [subject.as_str()]);
            finding.subject = bounded(&subject);
        }
        findings.push(finding);
    }
    check.ruling(holds, state.basis(), findings, scene)
}

/// A finding about the workspace as a whole; its evidence is the values that `expression` reads.
pub(super) fn whole(
    scene: &Scene<'_>,
    index: usize,
    expression: Option<&Expression>,
    message: String,
) -> Finding {
    let names = expression.into_iter().flat_map(|expression| &expression.references().values);
    let evidence: Row = names.map(|name| ((*name).to_owned(), scene.facts.value(name).clone())).collect();
    let fingerprint = Fingerprint::new(scene.control, index, [WORKSPACE]);
    Finding::new(fingerprint, WORKSPACE.to_owned(), bounded(&message), evidence)
}
