//! Deciding a control from facts: one file per check kind, one exhaustive `match`.
//!
//! Every kind goes through the same order: `needs`, then the state of what it reads, then the rows,
//! then the predicate. What is not complete may prove a fail, never a pass.

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
    /// What it finds, in a word or two; part of each finding's fingerprint.
    pub name: String,
    /// Which of the control's steps puts right what it finds, counted from 0; none where the control has no steps.
    pub next_step: Option<usize>,
    /// Which of them brings about what `needs` asks for; `next_step` where none is named.
    pub needs_step: Option<usize>,
    /// Whether a person may review the events it finds, each of which is then no violation.
    pub reviewable: bool,
    /// Where this does not hold, the control is decided as if the check were not there: what it looks at was not given.
    pub when: Option<Expression>,
    /// What has to hold before the check means anything; the first that is false makes it manual. Each is asked only
    /// where those before it hold, so that what could not be read matters only where it would be looked at.
    pub needs: Vec<Expression>,
    /// The reason given when the check ends manual.
    pub note: Option<String>,
    /// What it means when there is nothing to look at.
    pub when_empty: Status,
    /// What it means when the requirement does not hold: fail or manual.
    pub otherwise: Status,
    /// What a decision rests on, where that is not plain from the names used.
    pub basis: Option<Vec<Basis>>,
    /// The reason given when the check passes.
    pub on_pass: Option<Expression>,
    /// The reason given when the requirement does not hold.
    pub on_fail: Option<Expression>,
    /// What is checked.
    pub kind: CheckKind,
}

/// What a check looks at. The words of control files are the names of the variants.
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
    /// Only a person can tell.
    Manual,
}

/// The rows a check is over, and how a finding about one of them reads.
#[derive(Debug)]
pub(crate) struct Over {
    /// The table.
    pub table: &'static crate::facts::vocabulary::FactTable,
    /// The event types, for the table `events`.
    pub types: Vec<String>,
    /// Which rows count.
    pub filter: Option<Expression>,
    /// The id of the person a finding is about.
    pub person: Option<Expression>,
    /// Who or what a finding is about.
    pub subject: Option<Expression>,
    /// What is wrong with it.
    pub message: Option<Expression>,
}

/// The parts of an `every` check.
#[derive(Debug)]
pub(crate) struct Every {
    /// The rows.
    pub over: Over,
    /// What each of them must satisfy.
    pub require: Expression,
}

/// The parts of a `count` check.
#[derive(Debug)]
pub(crate) struct Count {
    /// The rows.
    pub over: Over,
    /// The smallest number allowed.
    pub min: Option<Expression>,
    /// The largest number allowed.
    pub max: Option<Expression>,
}

/// The parts of a `value` check.
#[derive(Debug)]
pub(crate) struct Value {
    /// What must hold.
    pub require: Expression,
    /// Who or what the finding is about.
    pub subject: Option<Expression>,
    /// What is wrong.
    pub message: Option<Expression>,
}

/// A control's program: its checks, and the lines of context it shows.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    /// The checks, in file order.
    pub checks: Vec<Check>,
    /// Event types whose newest event is named when the control is not passed.
    pub relevant: Vec<String>,
    /// Lines shown whatever the outcome.
    pub context: Vec<ContextLine>,
}

impl Check {
    /// The rows that the check is over.
    pub(crate) const fn over(&self) -> Option<&Over> {
        match &self.kind {
            CheckKind::Every(Every { over, .. }) | CheckKind::Count(Count { over, .. }) => Some(over),
            CheckKind::Value(_) | CheckKind::Manual => None,
        }
    }

    /// Whether each of its findings is about one event.
    pub(crate) const fn finds_events(&self) -> bool {
        matches!(&self.kind, CheckKind::Every(every) if every.over.table.event.is_some())
    }

    /// Whether a person decides, whatever the data say.
    pub(crate) const fn is_for_person(&self) -> bool {
        matches!(self.kind, CheckKind::Manual)
    }

    /// The expressions that decide, by the keys they are written under.
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

    /// What decides, without the sentences about it.
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

    /// The table, columns and values that decide.
    pub(crate) fn names_read(&self) -> BTreeSet<&'static str> {
        let read = self.expressions().map(|(_, expression)| expression.references());
        let names = read.flat_map(|read| read.columns.iter().chain(&read.values).copied());
        names.chain(self.over().map(|over| over.table.name)).collect()
    }
}

impl Rules {
    /// The types of raw events that the checks look at.
    pub(crate) fn event_types(&self) -> impl Iterator<Item = String> {
        self.checks.iter().filter_map(Check::over).flat_map(|over| over.types.clone())
    }

    /// The sources without which nothing is decided.
    pub(crate) fn sources(&self) -> BTreeSet<SourceId> {
        self.checks.iter().flat_map(|check| check.reads().sources).collect()
    }

    /// The checks whose events a person may review.
    pub(crate) fn reviewable(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| check.reviewable)
    }

    /// The types of these events.
    pub(crate) fn reviewable_types(&self) -> impl Iterator<Item = &str> {
        let types = self.reviewable().filter_map(Check::over);
        types.flat_map(|over| over.types.iter().map(String::as_str))
    }

    /// The statuses that data can give the control: pass when no check is left to a person, fail when one may fail.
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
    /// When to show it; always, if absent.
    pub when: Option<Expression>,
    /// The line; an empty one is not shown.
    pub show: Expression,
}

/// What a check is evaluated in: the facts, and the same as CEL variables.
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
