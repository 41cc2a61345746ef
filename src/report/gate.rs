//! The gate: what fails a scan, what it decided and why, in the words that every report for people uses.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::words::counted;
use super::{Control, Counters, Report, SourceReport, Summary};
use crate::casefold::fold;
use crate::controls;
use crate::exit::Exit;
use crate::level::{FailOn, Level};
use crate::sources::{SourceId, SourceStatus};
use crate::verdict::Status;
use crate::warning::Warning;

/// What fails a scan.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct GateRule {
    /// Controls up to this level count.
    pub fail_on: FailOn,
    /// Whether manual and unknown count too.
    pub strict: bool,
    /// The least share of the controls that pass or fail, in percent.
    pub min_coverage: Option<u8>,
    /// Whether a scan with failed sources may exit 0.
    pub allow_incomplete: bool,
    /// Whether stale attestations and waivers fail the scan.
    pub fail_on_hygiene: bool,
}

/// What decided the exit code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Gate {
    /// Controls up to this level count.
    pub fail_on: FailOn,
    /// Whether manual and unknown count too.
    pub strict: bool,
    /// The least share of the controls that pass or fail, in percent; null where none is asked for.
    #[serde(default)]
    #[schemars(range(min = 0, max = 100))]
    pub min_coverage: Option<u8>,
    /// Whether a scan with failed sources may exit 0.
    #[serde(default)]
    pub allow_incomplete: bool,
    /// The ids up to its level that `--level`, `--skip`, `--control` or the configuration left out: they were not judged.
    #[serde(default)]
    pub left_out: Vec<String>,
    /// Whether no control violates it, enough of them pass or fail, and it is not stale.
    pub passed: bool,
    /// The ids of the controls that violate it.
    pub violations: Vec<String>,
    /// The exit code of the scan.
    pub exit_code: Exit,
    /// Whether stale attestations and waivers failed it, as was asked for.
    #[serde(default)]
    pub stale: bool,
}

impl Gate {
    /// Decides. `hygiene` says whether attestations, waivers or reviews are stale.
    pub(crate) fn decide(
        rule: GateRule,
        controls: &[Control],
        sources: &[SourceReport],
        hygiene: bool,
    ) -> Self {
        let GateRule { fail_on, strict, min_coverage, allow_incomplete, fail_on_hygiene } = rule;
        let counted = |control: &&Control| {
            fail_on.level().is_some_and(|gate| control.level <= gate) && control.violates(strict)
        };
        let violations: Vec<_> = controls.iter().filter(counted).map(|control| control.id.clone()).collect();
        let stale = fail_on_hygiene && hygiene;
        let uncovered = is_uncovered(min_coverage, controls);
        let failed = sources.iter().any(|source| source.status == SourceStatus::Failed);
        // Without the list of teammates there is no scan to speak of, whatever was allowed.
        let teammates = sources.iter().find(|source| source.id == SourceId::Admins);
        let unlisted = teammates.is_none_or(|source| source.status != SourceStatus::Complete);
        // How much would have been decided is not known where a source failed.
        let violation = !violations.is_empty() || stale || (uncovered && !failed);
        let incomplete = unlisted || (failed && (uncovered || !allow_incomplete));
        Self {
            fail_on,
            strict,
            min_coverage,
            allow_incomplete,
            left_out: Vec::new(),
            passed: violations.is_empty() && !stale && !uncovered,
            stale,
            exit_code: Exit::of_scan(violation, incomplete),
            violations,
        }
    }

    /// Names the controls that were left out.
    pub(crate) fn without(self, left_out: Vec<String>) -> Self {
        Self { left_out, ..self }
    }

    /// Decides anew by the same rule. What was left out and whether entries were stale does not follow from the controls.
    fn again(&self, controls: &[Control], sources: &[SourceReport]) -> Self {
        let Self { fail_on, strict, min_coverage, allow_incomplete, stale, .. } = *self;
        let rule = GateRule { fail_on, strict, min_coverage, allow_incomplete, fail_on_hygiene: stale };
        let known: BTreeSet<_> = controls.iter().map(|control| fold(&control.id)).collect();
        let left_out = self.left_out.iter().filter(|id| controls::is_id(id) && !known.contains(&fold(id)));
        Self::decide(rule, controls, sources, stale).without(left_out.cloned().collect())
    }

    /// The level at or below which a control comes first: L1 where nothing fails the scan.
    pub(crate) fn level(&self) -> Level {
        self.fail_on.level().unwrap_or(Level::L1)
    }

    /// What it says, in short.
    fn claim(&self) -> String {
        let Self { passed, violations, left_out, exit_code, .. } = self;
        let word = if *passed { "passed" } else { "failed" };
        let violations = counted(violations.len() as u64, "violation");
        let left_out = counted(left_out.len() as u64, "control");
        format!("gate {word}, {violations}, {left_out} left out, exit code {}", exit_code.code())
    }
}

/// Whether fewer of the controls pass or fail than are asked for.
fn is_uncovered(min_coverage: Option<u8>, controls: &[Control]) -> bool {
    let Some(least) = min_coverage.map(usize::from) else { return false };
    let all = Summary::of(controls).all;
    match all.applicable() {
        0 => least > 0,
        applicable => (all.pass + all.fail) * 100 < least * applicable,
    }
}

/// What the gate decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "lowercase", const_into_str)]
pub(super) enum GateOutcome {
    /// Nothing could fail it.
    Off,
    /// Nothing failed it.
    Passed,
    /// Something failed it.
    Failed,
}

/// What stale decisions of people ask for.
const STALE: &str = "attestations, waivers or reviews need attention, see the warnings";

impl Report {
    /// Decides the gate anew, and warns where the report said otherwise: a saved one may say anything.
    pub(super) fn decide_again(&mut self) {
        let again = self.gate.again(&self.controls, &self.sources);
        let said = std::mem::replace(&mut self.gate, again);
        if said != self.gate {
            self.warnings
                .push(Warning::OtherGate { said: said.claim(), decided: self.gate.claim() }.to_string());
        }
    }

    /// What the gate decided.
    pub(super) const fn outcome(&self) -> GateOutcome {
        match (self.gate.passed, self.gate.fail_on) {
            (false, _) => GateOutcome::Failed,
            (true, FailOn::Never) => GateOutcome::Off,
            (true, _) => GateOutcome::Passed,
        }
    }

    /// Why, without naming the controls that failed it: they come next.
    pub(super) fn why(&self) -> String {
        let gate = &self.gate;
        let Some(level) = gate.fail_on.level() else {
            return match (gate.stale, self.uncovered()) {
                (true, _) => STALE.to_owned(),
                (false, Some(uncovered)) => uncovered,
                (false, None) => "nothing fails the scan (--fail-on never)".to_owned(),
            };
        };
        let judged = self.controls.iter().filter(|control| control.level <= level).count();
        let evaluated = counted(judged as u64, "control");
        let up_to = level.label();
        match (gate.violations.len(), gate.strict) {
            (0, _) if gate.stale => STALE.to_owned(),
            (0, _) if judged == 0 => format!("up to {up_to}, no control was evaluated"),
            (0, strict) => {
                let what = if strict { "none fails, is manual or is unknown" } else { "none fails" };
                let except = match self.excused(level) {
                    0 => String::new(),
                    count => format!(
                        ", but for {} waived, reviewed or in the baseline",
                        counted(count as u64, "control")
                    ),
                };
                let uncovered = self.uncovered().map(|why| format!("; {why}")).unwrap_or_default();
                format!("up to {up_to}, of {evaluated} evaluated, {what}{except}{uncovered}")
            }
            (count, strict) => {
                let verb = match (strict, count) {
                    (true, _) => "failed, manual or unknown",
                    (false, 1) => "fails",
                    (false, _) => "fail",
                };
                format!("{count} of {evaluated} evaluated up to {up_to} {verb}")
            }
        }
    }

    /// The controls up to the gate's level that were not evaluated; none where there are none.
    pub(super) fn left_out(&self) -> Option<String> {
        let ids = &self.gate.left_out;
        let count = counted(ids.len() as u64, "control");
        (!ids.is_empty()).then(|| {
            format!("{count} by --level, --skip, --control or the configuration: {}", ids.join(", "))
        })
    }

    /// That too few controls pass or fail, where the gate asks for more.
    fn uncovered(&self) -> Option<String> {
        let least =
            self.gate.min_coverage.filter(|_| is_uncovered(self.gate.min_coverage, &self.controls))?;
        let Counters { pass, fail, .. } = self.summary.all;
        let all = counted(self.summary.all.applicable() as u64, "control");
        Some(format!("{} of {all} pass or fail, less than {least} %", pass + fail))
    }

    /// What else failed it beside the controls; none where that is the reason already.
    pub(super) fn stale_too(&self) -> Option<&'static str> {
        (self.gate.stale && !self.gate.violations.is_empty()).then_some(STALE)
    }

    /// What kept the scan from being whole; none where nothing did.
    pub(super) fn incomplete(&self) -> Option<String> {
        let unread: Vec<_> = self.unread().map(SourceId::describe).collect();
        (!unread.is_empty()).then(|| format!("not all could be read of {}", unread.join(" and of ")))
    }

    /// How many controls would fail the gate of that level, were they not waived, reviewed or in the baseline.
    fn excused(&self, level: Level) -> usize {
        let counts = |status| match status {
            Status::Pass => false,
            Status::Fail => true,
            Status::Manual | Status::Unknown => self.gate.strict,
        };
        let excused = self.controls.iter().filter(|control| {
            let counts = counts(control.status) && !control.is_not_applicable();
            control.level <= level && counts && !control.violates(self.gate.strict)
        });
        excused.count()
    }

    /// The sources that the scan would have needed: those that broke, and the list of teammates whatever
    /// kept it. Others may be forbidden, which makes their controls manual.
    fn unread(&self) -> impl Iterator<Item = SourceId> {
        let unread = self.sources.iter().filter(|source| match source.id {
            SourceId::Admins => source.status != SourceStatus::Complete,
            _ => source.status == SourceStatus::Failed,
        });
        unread.map(|source| source.id)
    }
}

#[cfg(test)]
mod tests;
