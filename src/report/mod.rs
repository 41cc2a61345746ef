//! The report: what a scan found, ready to be rendered.
//!
//! Renderers take `&Report` and return text; only commands write.

use std::sync::Arc;

use jiff::Timestamp;

use crate::controls::{Control, Pack};
use crate::directory;
use crate::exit::Exit;
use crate::facts::Activity;
use crate::level::Level;
use crate::sources::{SourceId, SourceStatus};
use crate::verdict::{Basis, Decision, Status, Verdict};

mod assemble;
mod csv;
pub(crate) mod explain;
mod format;
mod gate;
mod github;
pub(crate) mod grouping;
mod html;
mod item;
pub(crate) mod json;
mod junit;
pub(crate) mod listing;
mod markdown;
mod ndjson;
mod ocsf;
mod plan;
mod sarif;
mod table;
mod words;

#[cfg(test)]
pub(crate) mod hostile;
#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod schemas;

pub(crate) use crate::terminal::{Style, Surroundings};
pub(crate) use assemble::GateRule;
pub(crate) use format::{Format, Options, Output, Place, RenderError, render};
pub(crate) use json::json_text;

/// Where the facts came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A live workspace.
    Api,
    /// A saved snapshot.
    Snapshot,
    /// The built-in sample workspace.
    Demo,
}

/// The catalog that was evaluated.
#[derive(Debug, Clone)]
pub(crate) struct CatalogInfo {
    /// The guide's version.
    pub guide_version: String,
    /// `sha256:` and the digest of every control file in force.
    pub digest: String,
    /// How many controls were evaluated.
    pub controls: usize,
}

/// The configuration in force.
#[derive(Debug, Clone)]
pub(crate) struct ConfigInfo {
    /// Its path as given.
    pub path: String,
    /// `sha256:` and its digest.
    pub digest: String,
    /// The settings in it that loosen the verdict.
    pub loosens: Vec<String>,
}

/// A roster that the teammates were compared with.
#[derive(Debug, Clone)]
pub(crate) struct RosterInfo {
    /// Its path as given.
    pub path: String,
    /// `sha256:` and its digest.
    pub digest: String,
    /// Whose export it was taken for.
    pub kind: directory::Kind,
    /// How many people it lists.
    pub people: usize,
    /// How many of its rows could not be read.
    pub unreadable: usize,
}

/// How the scan was run.
#[derive(Debug, Clone)]
pub(crate) struct ScanInfo {
    /// The instant of evaluation.
    pub at: Timestamp,
    /// Where the facts came from.
    pub origin: Origin,
    /// The highest level evaluated.
    pub level: Level,
    /// Start of the window, included.
    pub since: Timestamp,
    /// End of the window, included.
    pub until: Timestamp,
    /// Wall time; none where output has to be reproducible.
    pub duration_ms: Option<u64>,
    /// The configuration, where there is one.
    pub config: Option<ConfigInfo>,
    /// The rosters that the teammates were compared with.
    pub rosters: Vec<RosterInfo>,
    /// Whether people and addresses in it are pseudonyms.
    pub redacted: bool,
    /// Tells the keys of pseudonyms apart, where it is redacted.
    pub redaction_key: Option<String>,
}

/// The workspace, as far as it could be read.
#[derive(Debug, Clone, Default)]
pub(crate) struct WorkspaceInfo {
    /// Its id.
    pub id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// `US`, `EU` or `AU`, as the API says.
    pub region: Option<String>,
    /// How many teammates it has, Intercom's bot not counted; none where the list was not readable.
    pub teammates: Option<u64>,
}

/// A source and how reading it ended.
#[derive(Debug, Clone)]
pub(crate) struct SourceReport {
    /// Which source.
    pub id: SourceId,
    /// How it ended.
    pub status: SourceStatus,
    /// How many records were read.
    pub records: u64,
    /// How many requests it took.
    pub requests: u64,
    /// What the server or the network said, where it did not end well.
    pub detail: Option<String>,
}

/// A control and what the scan says about it.
#[derive(Debug, Clone)]
pub(crate) struct Assessment {
    /// The control.
    pub control: Arc<Control>,
    /// What the scan says.
    pub verdict: Verdict,
    /// The decision to live with the control as a whole, where there is one.
    pub waived: Option<Decision>,
    /// Whether the baseline has the control with the same status.
    pub known: bool,
}

impl Assessment {
    /// An assessment over which nothing is laid yet.
    pub(crate) const fn new(control: Arc<Control>, verdict: Verdict) -> Self {
        Self { control, verdict, waived: None, known: false }
    }

    /// Whether decisions cover all that is wrong with the control.
    pub(crate) fn is_waived(&self) -> bool {
        let findings = &self.verdict.findings;
        self.waived.is_some()
            || (self.verdict.status == Status::Fail
                && !findings.is_empty()
                && findings.iter().all(|finding| finding.waived.is_some()))
    }

    /// Whether an attestation decided the control.
    pub(crate) fn is_attested(&self) -> bool {
        self.verdict.basis.contains(&Basis::Attestation)
    }

    /// Whether the control counts against a gate that it belongs to: something is wrong with it that is neither
    /// waived nor known. A strict gate counts what was not decided as wrong.
    pub(crate) fn violates(&self, strict: bool) -> bool {
        let findings = &self.verdict.findings;
        match self.verdict.status {
            Status::Pass => false,
            _ if self.waived.is_some() => false,
            Status::Fail if findings.is_empty() => !self.known,
            Status::Fail => findings.iter().any(|finding| finding.waived.is_none() && !finding.known),
            Status::Manual | Status::Unknown => strict && !self.known,
        }
    }
}

/// How many controls ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Tally {
    /// Controls that passed.
    pub pass: usize,
    /// Controls that failed.
    pub fail: usize,
    /// Controls a person has to look at.
    pub manual: usize,
    /// Controls that an error kept from being decided.
    pub unknown: usize,
    /// Controls that decisions took out of the gate, whatever their status.
    pub waived: usize,
    /// Controls that an attestation decided, among those that passed or failed.
    pub attested: usize,
}

impl Tally {
    /// Counts the assessments.
    pub(crate) fn of<'a>(assessments: impl IntoIterator<Item = &'a Assessment>) -> Self {
        let mut tally = Self::default();
        for assessment in assessments {
            match assessment.verdict.status {
                Status::Pass => tally.pass += 1,
                Status::Fail => tally.fail += 1,
                Status::Manual => tally.manual += 1,
                Status::Unknown => tally.unknown += 1,
            }
            tally.waived += usize::from(assessment.is_waived());
            tally.attested += usize::from(assessment.is_attested());
        }
        tally
    }

    /// The share of controls that data decided; none where there are no controls.
    pub(crate) fn coverage(&self) -> Option<f64> {
        let total = self.pass + self.fail + self.manual + self.unknown;
        (total > 0).then(|| (self.pass + self.fail) as f64 / total as f64)
    }
}

/// What fails the scan.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    /// Controls up to this level count; none with `--fail-on never`.
    pub fail_on: Option<Level>,
    /// Whether manual and unknown count too.
    pub strict: bool,
    /// Whether the gate passed.
    pub passed: bool,
    /// The ids of the controls that failed it.
    pub violations: Vec<String>,
    /// Whether stale attestations and waivers failed it, as was asked for.
    pub stale: bool,
    /// How the scan ends.
    pub exit: Exit,
}

/// What a scan found.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    /// The version of the program that made it: a saved report may be older than the program that renders it.
    pub version: String,
    /// The catalog.
    pub catalog: CatalogInfo,
    /// The scan.
    pub scan: ScanInfo,
    /// The workspace.
    pub workspace: WorkspaceInfo,
    /// The sources, in order.
    pub sources: Vec<SourceReport>,
    /// What went on in the window; none where nothing of it could be read.
    pub activity: Option<Activity>,
    /// The controls, in catalog order.
    pub assessments: Vec<Assessment>,
    /// The gate.
    pub gate: Gate,
    /// What the reader should know before believing the rest.
    pub warnings: Vec<String>,
}

impl Report {
    /// Counts all controls.
    pub(crate) fn tally(&self) -> Tally {
        Tally::of(&self.assessments)
    }

    /// Whether only the declared policy was asked about, and the guide not at all.
    pub(crate) fn is_of_policy(&self) -> bool {
        let mut packs = self.assessments.iter().map(|assessment| assessment.control.pack).peekable();
        packs.peek().is_some() && packs.all(|pack| pack == Some(Pack::Rbac))
    }

    /// Counts the controls of one level.
    pub(crate) fn tally_of(&self, level: Level) -> Tally {
        Tally::of(self.assessments.iter().filter(|assessment| assessment.control.level == level))
    }
}
