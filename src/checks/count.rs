//! `count`: the number of rows that `where` keeps must lie between `min` and `max`.

use super::rows::TableRows;
use super::value::whole;
use super::{Check, CheckResult, Count, EvalContext};
use crate::expression::{EvaluationError, Expression};
use crate::verdict::Status;

pub(super) fn decide<'a>(
    check: &'a Check,
    count: &Count,
    context: &EvalContext<'_>,
) -> Result<CheckResult<'a>, EvaluationError> {
    let bounds: Vec<&Expression> = count.min.iter().chain(&count.max).collect();
    let rows = TableRows::new(&count.over, &bounds, context);
    let bound = |expression: &Option<Expression>| {
        expression.as_ref().map(|expression| expression.number(&context.cel)).transpose()
    };
    let (min, max) = (bound(&count.min)?, bound(&count.max)?);
    let kept = rows.kept(context)?;
    let certain = kept.iter().filter(|row| rows.decides(row)).count() as f64;
    let too_many = max.is_some_and(|max| certain > max);
    let proven = too_many && check.otherwise == Status::Fail;
    if !rows.is_complete() && !proven {
        let (status, reason) = rows.state.undecided(context.facts);
        return Ok(check.undecided(status, reason));
    }
    if rows.is_empty() {
        return check.when_empty(rows.state.basis(), context);
    }
    let too_few = min.is_some_and(|min| certain < min);
    let findings = if too_many {
        let all = kept.iter().map(|row| rows.finding(row, check, context)).collect::<Result<_, _>>()?;
        rows.joined(all)
    } else if too_few {
        let min = min.unwrap_or_default();
        vec![whole(context, check, count.min.as_ref(), format!("{certain} found, at least {min} expected"))]
    } else {
        Vec::new()
    };
    check.result(!too_many && !too_few, rows.state.basis(), findings, rows.size(), context)
}
