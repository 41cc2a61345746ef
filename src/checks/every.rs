//! `every`: each row that `where` keeps must satisfy `require`.

use super::rows::Selection;
use super::{Check, Every, Ruling, Scene};
use crate::expression::EvaluationError;
use crate::verdict::Status;

pub(super) fn rule(
    check: &Check,
    every: &Every,
    index: usize,
    scene: &Scene<'_>,
) -> Result<Ruling, EvaluationError> {
    let rows = Selection::new(&every.over, &[&every.require], scene);
    let kept = rows.kept(scene)?;
    let complete = rows.is_complete();
    let mut findings = Vec::new();
    for row in kept.iter().filter(|row| rows.decides(row)) {
        if !every.require.is_true(&rows.bind(row, &every.require, scene))? {
            findings.push(rows.finding(row, index, scene)?);
        }
    }
    if !complete && (findings.is_empty() || check.otherwise != Status::Fail) {
        let (status, reason) = rows.state.undecided(scene.facts);
        return Ok(Ruling::undecided(status, reason));
    }
    if kept.is_empty() {
        return check.ruling_when_empty(index, rows.state.basis(), scene);
    }
    check.ruling(findings.is_empty(), rows.state.basis(), findings, scene)
}
