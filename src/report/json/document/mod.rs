//! The shape of the JSON report, apart from the program's own types, so that those may change.
//!
//! The order of the fields is the order in the output. Words are spelt out here wherever a type of the
//! program could come to be called otherwise. What is documented here, users read in the JSON Schema.
//!
//! A report that is read back may be older than a field: those that came later have a default.

use std::borrow::Cow;
use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

mod activity;
mod control;
mod convert;
mod restore;
mod values;

use crate::sources::{SourceId, SourceStatus};
use activity::Activity;
use control::Control;
use values::{ExitCode, FailOn, Instant, Level, Origin, RosterKind, SchemaVersion, ToolName, distinct};

/// What a scan found.
///
/// Fields may be added under version 1; readers ignore those that they do not know. A field that is removed, or
/// comes to mean something else, raises the version.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "The JSON report of intercom-harden, schema version 1")]
pub(super) struct Document<'a> {
    /// The version of this format.
    schema_version: SchemaVersion,
    /// The program that made the report.
    tool: Tool<'a>,
    /// The controls that were in force.
    catalog: Catalog<'a>,
    /// How the scan was run.
    scan: Scan<'a>,
    /// The workspace, as far as it could be read.
    workspace: Workspace<'a>,
    /// What was read, and how that ended.
    #[serde(deserialize_with = "sources")]
    sources: Vec<Source<'a>>,
    /// How many controls ended how.
    // Counted anew when a report is read: it follows from the controls.
    #[serde(skip_deserializing)]
    summary: Summary,
    /// The verdicts, in the order of ids.
    #[serde(deserialize_with = "control::controls")]
    controls: Vec<Control<'a>>,
    /// What decided the exit code.
    gate: Gate<'a>,
    /// Sentences that the reader should know before believing the rest.
    warnings: Cow<'a, [String]>,
    /// Sign-ins by method, and events by group and period; null where nothing of the window was read.
    #[serde(default)]
    activity: Option<Activity<'a>>,
}

/// The program that made the report.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Tool<'a> {
    /// Its name.
    name: ToolName,
    /// Its version.
    version: Cow<'a, str>,
}

/// The controls that were in force.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Catalog<'a> {
    /// The version of the hardening guide.
    guide_version: Cow<'a, str>,
    /// `sha256:` and the digest of all control files in force, evaluated or not.
    #[schemars(extend("pattern" = "^sha256:[0-9a-f]{64}$"))]
    digest: Cow<'a, str>,
    /// How many controls were evaluated.
    controls: usize,
}

/// How the scan was run.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Scan<'a> {
    /// The instant of evaluation.
    at: Instant,
    /// Where the facts came from.
    source: Origin,
    /// The highest level evaluated.
    level: Level,
    /// The window in which high-volume events were read.
    window: Window,
    /// Wall time in milliseconds; null where output has to be reproducible.
    #[serde(default)]
    duration_ms: Option<u64>,
    /// The configuration in force; null where there is none.
    #[serde(default)]
    config: Option<Config<'a>>,
    /// The rosters that the teammates were compared with.
    #[serde(default)]
    rosters: Vec<Roster<'a>>,
    /// Whether people and addresses are pseudonyms, and fingerprints keyed.
    #[serde(default)]
    redacted: bool,
    /// Tells the keys of pseudonyms apart: only reports with the same one can be compared. Null where nothing is redacted.
    #[serde(default)]
    redaction_key: Option<Cow<'a, str>>,
}

/// A window of time, both ends included.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Window {
    /// Its start.
    since: Instant,
    /// Its end.
    until: Instant,
}

/// The configuration in force.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Config<'a> {
    /// Its path as given.
    path: Cow<'a, str>,
    /// `sha256:` and its digest.
    #[schemars(extend("pattern" = "^sha256:[0-9a-f]{64}$"))]
    digest: Cow<'a, str>,
    /// A sentence for each setting in it that may make the result look better.
    #[serde(default)]
    loosens: Cow<'a, [String]>,
}

/// A roster that the teammates were compared with.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Roster<'a> {
    /// Its path as given.
    path: Cow<'a, str>,
    /// `sha256:` and its digest.
    #[schemars(extend("pattern" = "^sha256:[0-9a-f]{64}$"))]
    digest: Cow<'a, str>,
    /// Whose export it was taken for.
    kind: RosterKind,
    /// How many people it lists.
    people: usize,
    /// How many of its rows could not be read.
    unreadable: usize,
}

/// The workspace, as far as it could be read.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Workspace<'a> {
    /// Its id; null where it could not be read.
    #[serde(default)]
    id: Option<Cow<'a, str>>,
    /// Its name; null where it could not be read.
    #[serde(default)]
    name: Option<Cow<'a, str>>,
    /// Where it is hosted: `US`, `EU` or `AU`; null where it could not be read.
    #[serde(default)]
    region: Option<Cow<'a, str>>,
    /// How many teammates it has, Intercom's bot not counted; null where the list could not be read.
    #[serde(default)]
    teammates: Option<u64>,
}

/// A source, and how reading it ended.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Source<'a> {
    /// Which source.
    id: SourceId,
    /// The request that reads it.
    #[serde(default)]
    endpoint: Cow<'a, str>,
    /// How it ended.
    status: SourceStatus,
    /// How many records were read.
    records: u64,
    /// How many requests it took, repeated ones included.
    requests: u64,
    /// The permission it takes.
    #[serde(default)]
    scope: Cow<'a, str>,
    /// Why it did not end well, or what is wrong with it although it did; null where there is nothing to say.
    #[serde(default)]
    detail: Option<Cow<'a, str>>,
}

/// How many controls ended how, altogether and by level.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct Summary {
    #[serde(flatten)]
    all: Counters,
    /// The same by level.
    by_level: ByLevel,
}

/// How many controls ended how.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct Counters {
    /// Controls that pass.
    pass: usize,
    /// Controls that fail.
    fail: usize,
    /// Controls a person has to look at.
    manual: usize,
    /// Controls that an error kept from being decided.
    unknown: usize,
    /// Controls that a decision took out of the gate, whatever their status.
    waived: usize,
    /// Controls that an attestation decided.
    attested: usize,
    /// The share that passes or fails; null where nothing was evaluated.
    #[schemars(range(min = 0, max = 1))]
    coverage: Option<f64>,
}

/// The counters of each level.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct ByLevel {
    /// Baseline.
    l1: Counters,
    /// Hardened.
    l2: Counters,
    /// Maximum security.
    l3: Counters,
}

/// What decided the exit code.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Gate<'a> {
    /// Controls up to this level count.
    fail_on: FailOn,
    /// Whether manual and unknown count too.
    strict: bool,
    /// Whether no control violates it, and it is not stale.
    passed: bool,
    /// The ids of the controls that violate it.
    violations: Cow<'a, [String]>,
    /// The exit code of the scan.
    exit_code: ExitCode,
    /// Whether stale attestations and waivers failed it, as was asked for.
    #[serde(default)]
    stale: bool,
}

impl Document<'_> {
    /// Makes sure that the gate names controls of the report, each of them once: formats look them up for every
    /// finding, and link to them.
    ///
    /// # Errors
    /// When it does not; the text repeats the report.
    pub(super) fn check(&self) -> Result<(), String> {
        let controls: BTreeSet<&str> = self.controls.iter().map(|control| &*control.id).collect();
        let mut named = BTreeSet::new();
        for id in &*self.gate.violations {
            if !controls.contains(id.as_str()) {
                return Err(format!("its gate names the control \"{id}\", which is not in it"));
            }
            if !named.insert(id) {
                return Err(format!("its gate names the control {id} twice"));
            }
        }
        Ok(())
    }
}

/// Reads the sources, each of which is there once.
fn sources<'de, 'a, D: Deserializer<'de>>(input: D) -> Result<Vec<Source<'a>>, D::Error> {
    let sources: Vec<Source<'a>> = Vec::deserialize(input)?;
    let names = sources.iter().map(|source| source.id.as_str());
    distinct("source", names)?;
    Ok(sources)
}
