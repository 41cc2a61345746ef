//! Evaluating the checks of a control to a verdict.

use std::collections::{BTreeMap, BTreeSet};

use cel::Context;
use serde_json::json;

use super::state::SourceState;
use super::{
    Basis, Check, CheckKind, CheckResult, EvalContext, Facts, Reviews, Rules, Status, Verdict, count, every,
    value,
};
use crate::expression::{COUNTS, EvaluationError, to_cel};
use crate::facts::Change;
use crate::reason::{Observation, Reason};
use crate::verdict::{Finding, Headline};

/// Decides one control.
///
/// It fails if one check fails; else it is unknown if one is unknown, manual if one is manual, and
/// passes only if all pass.
pub(crate) fn evaluate(
    control: &str,
    params: &BTreeMap<String, serde_json::Value>,
    rules: &Rules,
    facts: &Facts,
    reviews: &Reviews,
) -> Verdict {
    let scope = EvalContext::new(control, params, facts, reviews);
    let results: Vec<_> = rules.checks.iter().filter_map(|check| check.decide(&scope)).collect();
    let status = weakest(&results);
    let (deciding, rest): (Vec<_>, Vec<_>) = results.into_iter().partition(|result| result.status == status);
    let mut context = lines(rules, &scope);
    for result in rest.iter().filter(|result| result.status != Status::Pass) {
        let line = Observation::Undecided(result.reason.clone());
        if !context.contains(&line) {
            context.push(line);
        }
    }
    let of_rest = rest.into_iter().flat_map(|result| result.findings).filter(Finding::is_reviewed);
    let of_rest: Vec<Finding> = of_rest.collect();
    if status != Status::Pass {
        let found = || deciding.iter().flat_map(|result| &result.findings).chain(&of_rest);
        // Findings about events show what changed, and later than an older change.
        let tells_events = found().any(|finding| finding.event.is_some());
        let change = facts.last_change(&rules.relevant).filter(|_| !tells_events);
        context.extend(change.map(last_change));
        match found().filter(|finding| finding.is_reviewed()).count() {
            0 => {}
            reviewed => context.push(Observation::Text(format!(
                "{reviewed} of {} findings {} reviewed.",
                found().count(),
                if reviewed == 1 { "is" } else { "are" }
            ))),
        }
    }
    let mut basis: Vec<Basis> = deciding.iter().flat_map(|result| result.basis.iter().copied()).collect();
    basis.sort_unstable();
    basis.dedup();
    let first = leading(status, &deciding);
    Verdict {
        status,
        basis,
        reason: Reason::Text(reason(status, &deciding)),
        headline: first
            .filter(|_| status == Status::Fail)
            .map(|result| Headline { check: result.check.name.clone(), text: result.reason.clone() }),
        next_step: first.and_then(|result| result.next_step),
        findings: deciding.into_iter().flat_map(|result| result.findings).chain(of_rest).collect(),
        context,
        attestation: None,
    }
}

/// The worst status: fail, then unknown, then manual, then pass. Without checks, manual.
fn weakest(results: &[CheckResult<'_>]) -> Status {
    let first =
        Status::WORST_FIRST.into_iter().find(|status| results.iter().any(|result| result.status == *status));
    first.unwrap_or(Status::Manual)
}

/// The check that speaks for the control: of a fail the one with most findings, of equals the first by name; where
/// nothing was decided, the one whose reason is given.
fn leading<'r, 'a>(status: Status, deciding: &'r [CheckResult<'a>]) -> Option<&'r CheckResult<'a>> {
    let most_findings = |one: &&CheckResult<'_>, other: &&CheckResult<'_>| {
        let more = other.findings.len().cmp(&one.findings.len());
        more.then_with(|| one.check.name.cmp(&other.check.name))
    };
    match status {
        Status::Pass => None,
        Status::Fail => deciding.iter().min_by(most_findings),
        Status::Manual | Status::Unknown => deciding.first(),
    }
}

/// The distinct reasons of the deciding checks: all of them for a pass or a fail, otherwise the first.
fn reason(status: Status, deciding: &[CheckResult<'_>]) -> String {
    let mut unique: Vec<&str> = Vec::new();
    for reason in deciding.iter().map(|result| result.reason.as_str()).filter(|reason| !reason.is_empty()) {
        if !unique.contains(&reason) {
            unique.push(reason);
        }
    }
    match status {
        Status::Pass | Status::Fail => unique.into_iter().fold(String::new(), |before, reason| {
            let between = match before.as_str() {
                "" => "",
                whole if whole.ends_with('.') => " ",
                _ => "; ",
            };
            before + between + reason
        }),
        Status::Manual | Status::Unknown => unique.first().copied().unwrap_or_default().to_owned(),
    }
}

fn lines(rules: &Rules, scope: &EvalContext<'_>) -> Vec<Observation> {
    let mut lines = Vec::new();
    for line in &rules.context {
        let shown = line.when.as_ref().map_or(Ok(true), |when| when.is_true(&scope.cel));
        match shown.and_then(|shown| if shown { line.show.text(&scope.cel) } else { Ok(String::new()) }) {
            Ok(text) if text.is_empty() => {}
            Ok(text) => lines.push(Observation::Text(text)),
            Err(error) => lines.push(Observation::Failed(error.to_string())),
        }
    }
    lines
}

fn last_change(change: &Change) -> Observation {
    Observation::LastChange {
        description: change.description.clone().unwrap_or_default(),
        event_type: change.activity_type.clone(),
        by: change.by.clone(),
        at: change.at,
    }
}

/// Whether the needs of a check are met, with the result of the check if they are not, or not for certain.
enum Need<'a> {
    Met,
    MetSoFar(CheckResult<'a>),
    Unmet(CheckResult<'a>),
}

impl Check {
    /// The result of the check; none if its `when` is false.
    fn decide<'a>(&'a self, context: &EvalContext<'_>) -> Option<CheckResult<'a>> {
        let decided = match self.when.as_ref().map(|when| when.is_true(&context.cel)) {
            Some(Ok(false)) => return None,
            Some(Err(error)) => Err(error),
            Some(Ok(true)) | None => self.decide_on(context),
        };
        // A predicate that fails to evaluate makes the check unknown.
        Some(decided.unwrap_or_else(|error| {
            self.undecided(Status::Unknown, format!("The check could not be evaluated: {error}."))
        }))
    }

    fn decide_on<'a>(&'a self, context: &EvalContext<'_>) -> Result<CheckResult<'a>, EvaluationError> {
        let doubt = match self.needs(context)? {
            Need::Met => None,
            Need::MetSoFar(doubt) => Some(doubt),
            Need::Unmet(unmet) => return Ok(unmet),
        };
        let result = match &self.kind {
            CheckKind::Every(every) => every::decide(self, every, context),
            CheckKind::Count(count) => count::decide(self, count, context),
            CheckKind::Value(value) => value::decide(self, value, context),
            CheckKind::Manual => Ok(self.undecided(Status::Manual, self.question(context)?)),
        }?;
        Ok(doubt.filter(|_| result.status != Status::Fail).unwrap_or(result))
    }

    /// Why a person must look, with the observed values if the check shows them.
    fn question(&self, context: &EvalContext<'_>) -> Result<String, EvaluationError> {
        let shown = self.on_fail.as_ref().map(|shown| shown.text(&context.cel)).transpose()?;
        Ok(shown.filter(|shown| !shown.is_empty()).unwrap_or_else(|| self.note()))
    }

    /// Evaluates `needs`. An incomplete source may prove a fail, never a pass.
    fn needs<'a>(&'a self, context: &EvalContext<'_>) -> Result<Need<'a>, EvaluationError> {
        let mut doubt = None;
        for need in &self.needs {
            let mut state = SourceState::default();
            state.add_values(need, context.facts);
            let complete = state.is_complete();
            let holds = need.is_true(&context.cel);
            if !complete {
                let (status, reason) = state.undecided(context.facts);
                let undecided = self.undecided(status, reason);
                if holds != Ok(true) {
                    return Ok(Need::Unmet(undecided));
                }
                doubt.get_or_insert(undecided);
            } else if !holds? {
                let next_step = self.needs_step.or(self.next_step);
                let unmet = self.undecided(Status::Manual, self.note());
                return Ok(Need::Unmet(CheckResult { next_step, ..unmet }));
            }
        }
        Ok(doubt.map_or(Need::Met, Need::MetSoFar))
    }

    /// A manual or unknown result, without evidence.
    pub(super) const fn undecided(&self, status: Status, reason: String) -> CheckResult<'_> {
        CheckResult {
            check: self,
            next_step: self.next_step,
            status,
            basis: Vec::new(),
            reason,
            findings: Vec::new(),
        }
    }

    /// Why a person must look.
    pub(super) fn note(&self) -> String {
        self.note.clone().unwrap_or_else(|| "The data does not decide this.".to_owned())
    }

    /// The result if there was nothing to check.
    pub(super) fn when_empty<'a>(
        &'a self,
        basis: Vec<Basis>,
        context: &EvalContext<'_>,
    ) -> Result<CheckResult<'a>, EvaluationError> {
        match self.when_empty {
            Status::Pass => self.result(true, basis, Vec::new(), 0, context),
            Status::Fail => {
                let nothing = value::whole(context, self, None, "nothing was found to check".to_owned());
                self.result(false, basis, vec![nothing], 0, context)
            }
            Status::Manual | Status::Unknown => Ok(self.undecided(Status::Manual, self.note())),
        }
    }

    /// The message, or the name of the check if there is none.
    pub(super) fn message_or_name(&self, message: String) -> String {
        if message.is_empty() { self.name.replace('-', " ") } else { message }
    }

    /// The result of a requirement that holds or fails over `seen` rows.
    pub(super) fn result<'a>(
        &'a self,
        holds: bool,
        basis: Vec<Basis>,
        findings: Vec<Finding>,
        seen: usize,
        context: &EvalContext<'_>,
    ) -> Result<CheckResult<'a>, EvaluationError> {
        let status = if holds { Status::Pass } else { self.otherwise };
        let expression = if holds { &self.on_pass } else { &self.on_fail };
        let reason = match expression {
            // The control's `on_pass` says that there were no findings.
            _ if holds && !findings.is_empty() => all_reviewed(findings.len()),
            Some(expression) => expression.text(&counted(&findings, seen, context))?,
            None if status == Status::Manual => self.note(),
            None => default_reason(holds, &findings),
        };
        let basis = if matches!(status, Status::Pass | Status::Fail) {
            self.basis.clone().unwrap_or(basis)
        } else {
            Vec::new()
        };
        Ok(CheckResult { check: self, next_step: self.next_step, status, basis, reason, findings })
    }
}

/// A scope with the numbers of findings, subjects and rows as variables.
fn counted<'s>(findings: &[Finding], seen: usize, context: &'s EvalContext<'_>) -> Context<'s, 'static> {
    let open: Vec<_> = findings.iter().filter(|finding| !finding.is_reviewed()).collect();
    let subjects: BTreeSet<&str> = open.iter().map(|finding| finding.subject.as_str()).collect();
    let mut scope = context.cel.new_inner_scope();
    for (name, count) in COUNTS.into_iter().zip([open.len(), subjects.len(), seen]) {
        scope.add_variable_from_value(name, to_cel(&json!(count)));
    }
    scope
}

fn all_reviewed(events: usize) -> String {
    match events {
        1 => "The 1 event found is reviewed.".to_owned(),
        events => format!("All {events} events found are reviewed."),
    }
}

fn default_reason(holds: bool, findings: &[Finding]) -> String {
    let open: Vec<_> = findings.iter().filter(|finding| !finding.is_reviewed()).collect();
    match (holds, open.as_slice()) {
        (true, _) | (false, []) => String::new(),
        (false, [only]) => format!("{}.", only.sentence()),
        (false, [first, ..]) => format!("{} findings, the first: {}.", open.len(), first.sentence()),
    }
}
