//! The gate: what fails a scan, what it decided and why, in the words that every report for people uses.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::words::counted;
use super::{Control, Report, SourceReport};
use crate::exit::Exit;
use crate::level::{FailOn, Level};
use crate::sources::{SourceId, SourceStatus};
use crate::verdict::Status;

/// What fails a scan.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct GateRule {
    /// Controls up to this level count.
    pub fail_on: FailOn,
    /// Whether manual and unknown count too.
    pub strict: bool,
    /// Whether a scan with failed sources may exit 0.
    pub allow_incomplete: bool,
    /// Whether stale attestations and waivers fail the scan.
    pub fail_on_hygiene: bool,
}

/// What decided the exit code.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Gate {
    /// Controls up to this level count.
    pub fail_on: FailOn,
    /// Whether manual and unknown count too.
    pub strict: bool,
    /// Whether no control violates it, and it is not stale.
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
    /// Decides. `hygiene` says whether attestations or waivers are stale.
    pub(crate) fn decide(
        rule: GateRule,
        controls: &[Control],
        sources: &[SourceReport],
        hygiene: bool,
    ) -> Self {
        let counted = |control: &&Control| {
            rule.fail_on.level().is_some_and(|gate| control.level <= gate) && control.violates(rule.strict)
        };
        let violations: Vec<_> = controls.iter().filter(counted).map(|control| control.id.clone()).collect();
        let stale = rule.fail_on_hygiene && hygiene;
        let passed = violations.is_empty() && !stale;
        let failed = sources.iter().any(|source| source.status == SourceStatus::Failed);
        // Without the list of teammates there is no scan to speak of, whatever was allowed.
        let teammates = sources.iter().find(|source| source.id == SourceId::Admins);
        let incomplete = (failed && !rule.allow_incomplete)
            || teammates.is_none_or(|source| source.status != SourceStatus::Complete);
        Self {
            fail_on: rule.fail_on,
            strict: rule.strict,
            passed,
            stale,
            exit_code: Exit::of_scan(!passed, incomplete),
            violations,
        }
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
const STALE: &str = "attestations or waivers need attention, see the warnings";

impl Report {
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
        match (gate.violations.len(), gate.fail_on.level()) {
            (0, _) if gate.stale => STALE.to_owned(),
            (0, None) => "nothing fails the scan (--fail-on never)".to_owned(),
            (0, Some(level)) => {
                let what = if gate.strict { "fails, is manual or is unknown" } else { "fails" };
                let except = match self.excused(level) {
                    0 => String::new(),
                    count => {
                        format!(", but for {} waived or in the baseline", counted(count as u64, "control"))
                    }
                };
                format!("no control up to {} {what}{except}", level.label())
            }
            (count, level) => {
                let up_to = level.map(|level| format!(" up to {}", level.label())).unwrap_or_default();
                let verb = match (gate.strict, count) {
                    (true, _) => "failed, manual or unknown",
                    (false, 1) => "fails",
                    (false, _) => "fail",
                };
                format!("{}{up_to} {verb}", counted(count as u64, "control"))
            }
        }
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

    /// How many controls would fail the gate of that level, were they not waived or known.
    fn excused(&self, level: Level) -> usize {
        let counts = |status| match status {
            Status::Pass => false,
            Status::Fail => true,
            Status::Manual | Status::Unknown => self.gate.strict,
        };
        let excused = self.controls.iter().filter(|control| {
            control.level <= level && counts(control.status) && !control.violates(self.gate.strict)
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
