//! `count`: the number of rows that `where` keeps must lie between `min` and `max`.

use super::rows::Selection;
use super::value::whole;
use super::{Check, Count, Ruling, Scene};
use crate::expression::{EvaluationError, Expression};
use crate::verdict::Status;

pub(super) fn rule(
    check: &Check,
    count: &Count,
    index: usize,
    scene: &Scene<'_>,
) -> Result<Ruling, EvaluationError> {
    let bounds: Vec<&Expression> = count.min.iter().chain(&count.max).collect();
    let rows = Selection::new(&count.over, &bounds, scene);
    let bound = |expression: &Option<Expression>| {
        expression.as_ref().map(|expression| expression.number(&scene.context)).transpose()
    };
    let (min, max) = (bound(&count.min)?, bound(&count.max)?);
    let kept = rows.kept(scene)?;
    let certain = kept.iter().filter(|row| rows.decides(row)).count() as f64;
    let too_many = max.is_some_and(|max| certain > max);
    let proven = too_many && check.otherwise == Status::Fail;
    if !rows.is_complete() && !proven {
        let (status, reason) = rows.state.undecided(scene.facts);
        return Ok(Ruling::undecided(status, reason));
    }
    if rows.is_empty() {
        return check.ruling_when_empty(index, rows.state.basis(), scene);
    }
    let too_few = min.is_some_and(|min| certain < min);
    let findings = if too_many {
        kept.iter().map(|row| rows.finding(row, index, scene)).collect::<Result<_, _>>()?
    } else if too_few {
        let min = min.unwrap_or_default();
        vec![whole(scene, index, count.min.as_ref(), format!("{certain} where at least {min} are asked for"))]
    } else {
        Vec::new()
    };
    check.ruling(!too_many && !too_few, rows.state.basis(), findings, scene)
}
