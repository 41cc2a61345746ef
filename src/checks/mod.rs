//! Deciding a control from facts: one file per check kind, one exhaustive `match`.
//!
//! Every kind evaluates in the same order: `needs`, the state of its sources, the rows, the predicate. An incomplete
//! source may prove a fail, never a pass.

use std::collections::BTreeSet;

use cel::Context;
use serde_json::{Value as Json, json};
use strum::{EnumDiscriminants, IntoStaticStr, VariantArray};

use crate::expression::{self, Expression};
use crate::facts::Facts;
use crate::sources::SourceId;
use crate::verdict::{Basis, Reviews, Status, Verdict};

mod count;
mod decided;
mod evaluate;
mod every;
mod reads;
mod rows;
mod state;
mod value;

pub(crate) use decided::Decided;
pub(crate) use evaluate::evaluate;

/// One check of a control.
#[derive(Debug)]
pub(crate) struct Check {
    /// Names what the check finds; part of each finding's fingerprint.
    pub name: String,
    /// The index of the control's step that corrects the findings; none if the control has no steps.
    pub next_step: Option<usize>,
    /// Which of them brings about what `needs` asks for; `next_step` where none is named.
    pub needs_step: Option<usize>,
    /// Whether a person may review the events it finds; a reviewed event is no violation.
    pub reviewable: bool,
    /// If this is false, the check is ignored, because its input was not given.
    pub when: Option<Expression>,
    /// Preconditions, in order; the first that is false makes the check manual. Later ones are not evaluated, so their
    /// sources do not matter then.
    pub needs: Vec<Expression>,
    /// The reason for a manual result.
    pub note: Option<String>,
    /// The status if there is nothing to check.
    pub when_empty: Status,
    /// The status if the requirement is not met: fail or manual.
    pub otherwise: Status,
    /// What a decision rests on, if the names used do not show it.
    pub basis: Option<Vec<Basis>>,
    /// The reason for a pass.
    pub on_pass: Option<Expression>,
    /// The reason if the requirement is not met.
    pub on_fail: Option<Expression>,
    pub kind: CheckKind,
}

/// The kinds of checks. Control files use the names of the variants.
#[derive(Debug, EnumDiscriminants)]
#[strum_discriminants(name(KindName), vis(pub(crate)))]
#[strum_discriminants(
    derive(IntoStaticStr, VariantArray),
    strum(serialize_all = "lowercase", const_into_str)
)]
#[expect(clippy::large_enum_variant, reason = "a catalog holds a few dozen checks, most of them large")]
pub(crate) enum CheckKind {
    /// Each row that `where` keeps must satisfy `require`.
    Every(Every),
    /// The number of rows that `where` keeps must lie between `min` and `max`.
    Count(Count),
    /// `require` must hold over single values.
    Value(Value),
    /// Only a person can decide.
    Manual,
}

/// The rows of a check, and the texts of a finding about one of them.
#[derive(Debug)]
pub(crate) struct Over {
    pub table: &'static crate::facts::vocabulary::FactTable,
    /// The event types, for the table `events`.
    pub types: Vec<String>,
    /// Keeps the rows that count.
    pub filter: Option<Expression>,
    /// The id of the affected person.
    pub person: Option<Expression>,
    /// The subject of a finding.
    pub subject: Option<Expression>,
    /// What is wrong with the subject.
    pub message: Option<Expression>,
}

/// The parts of an `every` check.
#[derive(Debug)]
pub(crate) struct Every {
    pub over: Over,
    pub require: Expression,
}

/// The parts of a `count` check.
#[derive(Debug)]
pub(crate) struct Count {
    pub over: Over,
    pub min: Option<Expression>,
    pub max: Option<Expression>,
}

/// The parts of a `value` check.
#[derive(Debug)]
pub(crate) struct Value {
    pub require: Expression,
    /// The subject of the finding.
    pub subject: Option<Expression>,
    pub message: Option<Expression>,
}

/// The evaluated part of a control: its checks and lines of context.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    pub checks: Vec<Check>,
    /// Event types whose newest event is shown unless the control passes.
    pub relevant: Vec<String>,
    /// Lines shown for any status.
    pub context: Vec<ContextLine>,
}

impl Check {
    pub(crate) const fn over(&self) -> Option<&Over> {
        match &self.kind {
            CheckKind::Every(Every { over, .. }) | CheckKind::Count(Count { over, .. }) => Some(over),
            CheckKind::Value(_) | CheckKind::Manual => None,
        }
    }

    pub(crate) const fn finds_events(&self) -> bool {
        matches!(&self.kind, CheckKind::Every(every) if every.over.table.event.is_some())
    }

    /// Whether a person decides, whatever the data says.
    pub(crate) const fn is_for_person(&self) -> bool {
        matches!(self.kind, CheckKind::Manual)
    }

    /// The deciding expressions by their keys in the control file.
    fn expressions(&self) -> impl Iterator<Item = (&'static str, &Expression)> {
        let over = self.over();
        let own = match &self.kind {
            CheckKind::Every(every) => [("require", Some(&every.require)), ("max", None)],
            CheckKind::Count(count) => [("min", count.min.as_ref()), ("max", count.max.as_ref())],
            CheckKind::Value(value) => {
                [("require", Some(&value.require)), ("subject", value.subject.as_ref())]
            }
            CheckKind::Manual => [("require", None); 2],
        };
        let rows = [
            ("where", over.and_then(|over| over.filter.as_ref())),
            ("person", over.and_then(|over| over.person.as_ref())),
            ("subject", over.and_then(|over| over.subject.as_ref())),
            ("when", self.when.as_ref()),
        ];
        let all = rows.into_iter().chain(own).filter_map(|(key, expression)| Some((key, expression?)));
        all.chain(self.needs.iter().map(|need| ("needs", need)))
    }

    /// The deciding parts, without texts.
    pub(crate) fn decisive(&self) -> Json {
        let over = self.over();
        json!({
            "name": self.name,
            "reviewable": self.reviewable,
            "table": over.map(|over| over.table.name),
            "types": over.map(|over| over.types.iter().collect::<BTreeSet<_>>()),
            "when_empty": self.when_empty,
            "otherwise": self.otherwise,
            "basis": self.basis,
            "expressions": self.expressions().map(|(key, expression)| (key, expression.source().trim())).collect::<Vec<_>>(),
        })
    }

    /// The names of the deciding table, columns and values.
    pub(crate) fn names_read(&self) -> BTreeSet<&'static str> {
        let read = self.expressions().map(|(_, expression)| expression.references());
        let names = read.flat_map(|read| read.columns.iter().chain(&read.values).copied());
        names.chain(self.over().map(|over| over.table.name)).collect()
    }
}

impl Rules {
    /// The event types that the checks read.
    pub(crate) fn event_types(&self) -> impl Iterator<Item = String> {
        self.checks.iter().filter_map(Check::over).flat_map(|over| over.types.clone())
    }

    /// The sources that every decision needs.
    pub(crate) fn sources(&self) -> BTreeSet<SourceId> {
        self.checks.iter().flat_map(|check| check.reads().sources).collect()
    }

    pub(crate) fn reviewable(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| check.reviewable)
    }

    /// The event types that a person may review.
    pub(crate) fn reviewable_types(&self) -> impl Iterator<Item = &str> {
        let types = self.reviewable().filter_map(Check::over);
        types.flat_map(|over| over.types.iter().map(String::as_str))
    }

    /// The statuses that data can lead to: pass if no check needs a person, fail if a check can fail.
    pub(crate) fn decidable(&self) -> Vec<Status> {
        let may_fail = |check: &Check| {
            !check.is_for_person() && (check.otherwise == Status::Fail || check.when_empty == Status::Fail)
        };
        let mut statuses = Vec::new();
        if !self.checks.is_empty() && !self.checks.iter().any(Check::is_for_person) {
            statuses.push(Status::Pass);
        }
        if self.checks.iter().any(may_fail) {
            statuses.push(Status::Fail);
        }
        statuses
    }
}

/// A line of context.
#[derive(Debug)]
pub(crate) struct ContextLine {
    /// Shows the line only if true; always if absent.
    pub when: Option<Expression>,
    /// The text; an empty one is not shown.
    pub show: Expression,
}

/// The input of an evaluation: the facts, also as CEL variables.
struct EvalContext<'a> {
    control: &'a str,
    facts: &'a Facts,
    reviews: &'a Reviews,
    cel: Context<'static, 'static>,
}

impl<'a> EvalContext<'a> {
    fn new(
        control: &'a str,
        params: &std::collections::BTreeMap<String, serde_json::Value>,
        facts: &'a Facts,
        reviews: &'a Reviews,
    ) -> Self {
        let mut cel = expression::context();
        let params = params.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        cel.add_variable_from_value("params", expression::to_cel(&serde_json::Value::Object(params)));
        cel.add_variable_from_value("facts", expression::to_cel(&facts.values));
        Self { control, facts, reviews, cel }
    }
}

/// What one check says.
struct CheckResult<'a> {
    check: &'a Check,
    /// The step that fits: the check's own, or the one for what it needs.
    next_step: Option<usize>,
    status: Status,
    basis: Vec<Basis>,
    reason: String,
    findings: Vec<crate::verdict::Finding>,
}

#[cfg(test)]
mod tests;
