//! What changed between two reports of one workspace: it compares, and never guesses. What aged out is not fixed, and a
//! source that was not complete closes nothing.
//!
//! [`Diff`] is the JSON document, field for field; the other formats are rendered from it.

use std::borrow::Cow;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::exit::Exit;
use crate::hint::Hint;
use crate::level::FailOn;
use crate::report::{Report, SchemaVersion, Tool, Window, WorkspaceInfo};
use crate::toml_document::excerpt;

mod comparable;
mod controls;
mod findings;
mod posture;
mod render;
#[cfg(test)]
mod tests;

pub(crate) use comparable::{Comparable, Incomparable, is_read_whole};
pub(crate) use controls::{ControlChange, ControlOutcome};
pub(crate) use findings::{Fate, FindingChange, Gone};
pub(crate) use posture::{Access, PersonChange, PersonFate};
pub(crate) use render::{FORMATS, schema, write};

use crate::posture::SettingChange;

/// What changed between two reports.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "What changed between two reports of intercom-harden, schema version 1")]
pub(crate) struct Diff<'a> {
    /// The version of this format.
    pub schema_version: SchemaVersion,
    /// The program that compared.
    pub tool: Tool,
    /// The workspace, as the newer report has it.
    pub workspace: &'a WorkspaceInfo,
    /// The earlier report.
    pub old: Side<'a>,
    /// The later report.
    pub new: Side<'a>,
    /// The controls that ended otherwise or cannot be compared, the most urgent first.
    pub controls: Vec<ControlChange<'a>>,
    /// What became of single findings, by level and priority of their controls.
    pub findings: Vec<FindingChange<'a>>,
    /// Teammates who joined, left, or changed role or privilege.
    pub people: Vec<PersonChange<'a>>,
    /// Settings that were changed since: who and when.
    pub settings: Vec<&'a SettingChange>,
    /// How many controls could be compared and ended as before.
    pub unchanged: usize,
    /// What decides the exit code.
    pub gate: DiffGate<'a>,
    /// What the reader should know before believing the rest.
    pub warnings: Vec<String>,
}

/// One of the two reports.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub(crate) struct Side<'a> {
    /// The instant of its evaluation.
    pub at: Timestamp,
    /// The window in which it read high-volume events.
    pub window: Window,
    /// The digest of the controls that were in force.
    pub catalog: &'a str,
    /// How many teammates it has; null where their list could not be read.
    pub teammates: Option<u64>,
}

/// What decides the exit code of a comparison.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DiffGate<'a> {
    /// Controls up to this level count.
    pub fail_on: FailOn,
    /// Whether nothing regressed and nothing is new up to that level.
    pub passed: bool,
    /// The ids of the controls that regressed or have new findings, up to that level.
    pub violations: Vec<&'a str>,
    /// The ids of those up to that level that fail now and cannot be compared.
    pub incomparable: Vec<&'a str>,
    /// The exit code.
    pub exit_code: Exit,
}

/// Why two reports cannot be compared.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DiffError {
    /// They are about two workspaces.
    #[error("the reports are of two workspaces: {old} and {new}")]
    OtherWorkspace {
        /// The id in the earlier one.
        old: String,
        /// The id in the later one.
        new: String,
    },
    /// One of them does not say which workspace it is about.
    #[error("the {which} report does not say which workspace it is about")]
    NoWorkspace {
        /// `first` or `second`.
        which: &'static str,
    },
    /// They are redacted with different keys, or only one of them is.
    #[error("the reports are not redacted with the same key, so that no person can be found again")]
    OtherKey,
}

impl Hint for DiffError {
    fn hint(&self) -> Option<Cow<'static, str>> {
        Some(
            match self {
                Self::OtherWorkspace { .. } => "give two reports of one workspace",
                Self::NoWorkspace { .. } => "give reports of scans that could read GET /me",
                Self::OtherKey => "give two reports that were redacted with one key, or two that were not",
            }
            .into(),
        )
    }
}

impl<'a> Side<'a> {
    fn of(report: &'a Report) -> Self {
        Self {
            at: report.scan.at,
            window: report.scan.window,
            catalog: &report.catalog.digest,
            teammates: report.workspace.teammates,
        }
    }
}

impl<'a> Diff<'a> {
    /// Compares two reports. A regression or a new finding up to the level of `fail_on` fails it.
    ///
    /// # Errors
    /// When they are not about one workspace, or not redacted alike.
    pub(crate) fn between(old: &'a Report, new: &'a Report, fail_on: FailOn) -> Result<Self, DiffError> {
        same_workspace(old, new)?;
        let comparable = Comparable::between(&old.sources, &new.sources);
        let (controls, unchanged) = controls::changes(old, new, &comparable);
        let findings = findings::changes(old, new, &comparable);
        let gate = DiffGate::decide(fail_on, &controls, &findings);
        Ok(Self {
            schema_version: SchemaVersion::One,
            tool: Tool::this(),
            workspace: &new.workspace,
            old: Side::of(old),
            new: Side::of(new),
            people: posture::people(old, new),
            settings: posture::settings(old, new),
            warnings: comparable.warnings(old, new),
            controls,
            findings,
            unchanged,
            gate,
        })
    }

    /// Whether nothing changed that can be compared, and all could be.
    pub(crate) const fn is_empty(&self) -> bool {
        self.controls.is_empty()
            && self.findings.is_empty()
            && self.people.is_empty()
            && self.settings.is_empty()
    }
}

impl<'a> DiffGate<'a> {
    fn decide(fail_on: FailOn, controls: &[ControlChange<'a>], findings: &[FindingChange<'a>]) -> Self {
        let counts = |level| fail_on.level().is_some_and(|gate| level <= gate);
        let failing = |outcome: ControlOutcome| {
            let so = controls.iter().filter(move |one| one.outcome == outcome && one.fails());
            so.filter(|one| counts(one.level)).map(|one| one.id)
        };
        let mut violations: Vec<&str> = failing(ControlOutcome::Regressed).collect();
        let found = findings.iter().filter(|one| one.fate == Fate::New && counts(one.level));
        for id in found.map(|one| one.control) {
            if !violations.contains(&id) {
                violations.push(id);
            }
        }
        let incomparable: Vec<&str> = failing(ControlOutcome::Incomparable).collect();
        Self {
            fail_on,
            passed: violations.is_empty(),
            exit_code: Exit::of_scan(!violations.is_empty(), !incomparable.is_empty()),
            violations,
            incomparable,
        }
    }
}

fn same_workspace(old: &Report, new: &Report) -> Result<(), DiffError> {
    match (old.workspace.known_id(), new.workspace.known_id()) {
        (None, _) => Err(DiffError::NoWorkspace { which: "first" }),
        (_, None) => Err(DiffError::NoWorkspace { which: "second" }),
        (Some(old), Some(new)) if old != new => {
            Err(DiffError::OtherWorkspace { old: excerpt(old), new: excerpt(new) })
        }
        _ if old.scan.redaction() != new.scan.redaction() => Err(DiffError::OtherKey),
        _ => Ok(()),
    }
}
