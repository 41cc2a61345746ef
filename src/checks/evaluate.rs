//! From checks to a verdict.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::state::State;
use super::{Basis, Check, Facts, Kind, Rules, Ruling, Scene, Status, Verdict, count, every, manual, value};
use crate::expression::EvaluationError;
use crate::facts::Change;
use crate::verdict::Finding;

/// Decides one control.
///
/// It fails if one check fails; else it is unknown if one is unknown, manual if one is manual, and
/// passes only if all pass. Call it inside `on_deep_stack`.
pub(crate) fn evaluate(
    control: &str,
    params: &BTreeMap<String, serde_json::Value>,
    rules: &Rules,
    facts: &Facts,
) -> Verdict {
    let scene = Scene::new(control, params, facts);
    let rulings: Vec<_> =
        rules.checks.iter().enumerate().filter_map(|(index, check)| check.rule(index, &scene)).collect();
    let status = weakest(&rulings);
    let (deciding, others): (Vec<_>, Vec<_>) =
        rulings.into_iter().partition(|ruling| ruling.status == status);
    let mut context = lines(rules, &scene);
    for ruling in others.iter().filter(|ruling| ruling.status != Status::Pass) {
        let line = format!("undecided: {}", ruling.reason);
        if !context.contains(&line) {
            context.push(line);
        }
    }
    if status != Status::Pass
        && let Some(change) = facts.last_change(&rules.relevant)
    {
        context.push(describe(change));
    }
    let mut basis: Vec<Basis> = deciding.iter().flat_map(|ruling| ruling.basis.iter().copied()).collect();
    basis.sort_unstable();
    basis.dedup();
    Verdict {
        status,
        basis,
        reason: reason(status, &deciding),
        findings: deciding.into_iter().flat_map(|ruling| ruling.findings).collect(),
        context,
        next_step: None,
        attestation: None,
    }
}

/// Fail outweighs unknown, unknown outweighs manual, manual outweighs pass. No check decides nothing.
fn weakest(rulings: &[Ruling]) -> Status {
    let order = [Status::Fail, Status::Unknown, Status::Manual, Status::Pass];
    let first = order.into_iter().find(|status| rulings.iter().any(|ruling| ruling.status == *status));
    first.unwrap_or(Status::Manual)
}

/// What the deciding checks say, each once: all of it for a pass or a fail, which rest on all of it; where nothing
/// was decided, what came first is the reason, and the rest would only repeat it.
fn reason(status: Status, deciding: &[Ruling]) -> String {
    let mut unique: Vec<&str> = Vec::new();
    for reason in deciding.iter().map(|ruling| ruling.reason.as_str()).filter(|reason| !reason.is_empty()) {
        if !unique.contains(&reason) {
            unique.push(reason);
        }
    }
    match status {
        Status::Pass | Status::Fail => unique.join("; "),
        Status::Manual | Status::Unknown => unique.first().copied().unwrap_or_default().to_owned(),
    }
}

fn lines(rules: &Rules, scene: &Scene<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for line in &rules.context {
        let shown = line.when.as_ref().map_or(Ok(true), |when| when.is_true(&scene.context));
        match shown.and_then(|shown| if shown { line.show.text(&scene.context) } else { Ok(String::new()) }) {
            Ok(text) if text.is_empty() => {}
            Ok(text) => lines.push(text),
            Err(error) => lines.push(format!("context could not be shown: {error}")),
        }
    }
    lines
}

/// What the line about the newest change begins with.
pub(crate) const LAST_CHANGE: &str = "last relevant change: ";

fn describe(change: &Change) -> String {
    let at = Timestamp::from_second(change.at).map_or_else(|_| change.at.to_string(), |at| at.to_string());
    let by = change.by.as_deref().unwrap_or("somebody unknown");
    let what = if change.description.is_empty() { &change.activity_type } else { &change.description };
    format!("{LAST_CHANGE}{what} ({}, by {by}, {at})", change.activity_type)
}

impl Check {
    /// What the check says; nothing where it takes no part.
    fn rule(&self, index: usize, scene: &Scene<'_>) -> Option<Ruling> {
        match self.when.as_ref().map(|when| when.is_true(&scene.context)) {
            Some(Ok(false)) => None,
            Some(Err(error)) => Some(Ruling::from(error)),
            Some(Ok(true)) | None => Some(self.rule_on(index, scene)),
        }
    }

    fn rule_on(&self, index: usize, scene: &Scene<'_>) -> Ruling {
        self.unmet_need(scene)
            .and_then(|unmet| match unmet {
                Some(ruling) => Ok(ruling),
                None => match &self.kind {
                    Kind::Every(every) => every::rule(self, every, index, scene),
                    Kind::Count(count) => count::rule(self, count, index, scene),
                    Kind::Value(value) => value::rule(self, value, index, scene),
                    Kind::Manual => Ok(manual::rule(self)),
                },
            })
            .unwrap_or_else(Ruling::from)
    }

    /// What `needs` says where it does not hold, or cannot be told.
    fn unmet_need(&self, scene: &Scene<'_>) -> Result<Option<Ruling>, EvaluationError> {
        for need in &self.needs {
            let mut state = State::default();
            state.add_values(need, scene.facts);
            if !state.is_complete() {
                let (status, reason) = state.undecided(scene.facts);
                return Ok(Some(Ruling::undecided(status, reason)));
            }
            if !need.is_true(&scene.context)? {
                return Ok(Some(Ruling::undecided(Status::Manual, self.note())));
            }
        }
        Ok(None)
    }

    /// Why a person has to look.
    pub(super) fn note(&self) -> String {
        self.note.clone().unwrap_or_else(|| "the data does not settle this".to_owned())
    }

    /// What it means that there was nothing to look at.
    pub(super) fn ruling_when_empty(
        &self,
        index: usize,
        basis: Vec<Basis>,
        scene: &Scene<'_>,
    ) -> Result<Ruling, EvaluationError> {
        match self.when_empty {
            Status::Pass => self.ruling(true, basis, Vec::new(), scene),
            Status::Fail => {
                let nothing = value::whole(scene, index, None, "nothing was observed".to_owned());
                self.ruling(false, basis, vec![nothing], scene)
            }
            Status::Manual | Status::Unknown => Ok(Ruling::undecided(Status::Manual, self.note())),
        }
    }

    /// The ruling on a requirement that was evaluated.
    pub(super) fn ruling(
        &self,
        holds: bool,
        basis: Vec<Basis>,
        findings: Vec<Finding>,
        scene: &Scene<'_>,
    ) -> Result<Ruling, EvaluationError> {
        let status = if holds { Status::Pass } else { self.otherwise };
        let expression = if holds { &self.on_pass } else { &self.on_fail };
        let reason = match expression {
            Some(expression) => expression.text(&scene.context)?,
            None if status == Status::Manual => self.note(),
            None => default_reason(holds, &findings),
        };
        let basis = if matches!(status, Status::Pass | Status::Fail) {
            self.basis.clone().unwrap_or(basis)
        } else {
            Vec::new()
        };
        Ok(Ruling { status, basis, reason, findings })
    }
}

fn default_reason(holds: bool, findings: &[Finding]) -> String {
    match (holds, findings) {
        (true, _) | (false, []) => String::new(),
        (false, [only]) => format!("{}: {}", only.subject, only.message),
        (false, all) => format!("{} findings, the first: {}: {}", all.len(), all[0].subject, all[0].message),
    }
}
