//! What a report says of how it came about: the program, the catalog, the scan, the workspace and the sources.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::controls::{GUIDE_STATUS, GUIDE_TITLE, GUIDE_URL};
use crate::directory::RosterInfo;
use crate::level::Level;
use crate::sources::{Provenance, RateUse, SourceId, SourceStatus};

/// The version of the report's format.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
pub(crate) enum SchemaVersion {
    /// The only one so far.
    #[serde(rename = "1")]
    One,
}

/// The program that made the report: a saved report may be older than the program that renders it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Tool {
    /// Its name.
    pub name: ToolName,
    /// Its version.
    pub version: String,
}

impl Tool {
    /// This program.
    pub(crate) fn this() -> Self {
        Self { name: ToolName::IntercomHarden, version: env!("CARGO_PKG_VERSION").to_owned() }
    }
}

/// The program that makes reports.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
pub(crate) enum ToolName {
    /// This one.
    #[serde(rename = "intercom-harden")]
    IntercomHarden,
}

/// The controls that were in force.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct CatalogInfo {
    /// The version of the hardening guide.
    pub guide_version: String,
    /// The title of the guide.
    #[serde(default = "guide_title")]
    pub guide_title: String,
    /// Where the guide is published.
    #[serde(default = "guide_url")]
    pub guide_url: String,
    /// What the guide says of its own maturity.
    #[serde(default = "guide_status")]
    pub guide_status: String,
    /// `sha256:` and the digest of all control files in force, evaluated or not.
    #[schemars(extend("pattern" = "^sha256:[0-9a-f]{64}$"))]
    pub digest: String,
    /// How many controls were evaluated.
    pub controls: usize,
}

fn guide_title() -> String {
    GUIDE_TITLE.to_owned()
}

fn guide_url() -> String {
    GUIDE_URL.to_owned()
}

fn guide_status() -> String {
    GUIDE_STATUS.to_owned()
}

/// How the scan was run.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ScanInfo {
    /// The instant of evaluation.
    pub at: Timestamp,
    /// Where the facts came from.
    pub source: Provenance,
    /// The highest level evaluated.
    pub level: Level,
    /// The window in which high-volume events were read.
    pub window: Window,
    /// Wall time in milliseconds; null where output has to be reproducible.
    #[serde(default)]
    pub duration_ms: Option<u64>,
    /// How much of the app's rate limit was used; null where it is not known, or output has to be reproducible.
    #[serde(default)]
    pub rate: Option<RateUse>,
    /// The ids of the controls that `--skip` left out.
    #[serde(default)]
    pub skipped: Vec<String>,
    /// The earlier report that this one is compared with; null where there is none.
    #[serde(default)]
    pub baseline: Option<BaselineInfo>,
    /// The configuration in force; null where there is none.
    #[serde(default)]
    pub config: Option<ConfigInfo>,
    /// The rosters that the teammates were compared with.
    #[serde(default)]
    pub rosters: Vec<RosterInfo>,
    /// Whether people and addresses are pseudonyms, and fingerprints keyed.
    #[serde(default)]
    pub redacted: bool,
    /// Tells the keys of pseudonyms apart: only reports with the same one can be compared. Null where nothing is redacted.
    #[serde(default)]
    pub redaction_key: Option<String>,
}

impl ScanInfo {
    /// The key of its pseudonyms, which is null where each run has its own; none where nothing is redacted.
    pub(crate) fn redaction(&self) -> Option<Option<&str>> {
        self.redacted.then_some(self.redaction_key.as_deref())
    }
}

/// A window of time, both ends included.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Window {
    /// Its start.
    pub since: Timestamp,
    /// Its end.
    pub until: Timestamp,
}

impl Window {
    /// The hours of an earlier window and this one, if they differ by more than growing from one start.
    pub(crate) fn hours_beside(self, earlier: Self) -> Option<(i64, i64)> {
        let hours = |window: Self| window.until.duration_since(window.since).as_hours();
        let (before, now) = (hours(earlier), hours(self));
        (before != now && earlier.since != self.since).then_some((before, now))
    }
}

/// The earlier report that this one is compared with.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct BaselineInfo {
    /// Its path as given.
    pub path: String,
    /// `sha256:` and its digest.
    #[schemars(extend("pattern" = "^sha256:[0-9a-f]{64}$"))]
    pub digest: String,
}

/// The configuration in force.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ConfigInfo {
    /// Its path as given.
    pub path: String,
    /// Its path from the root of the git repository that holds it; null outside of one.
    #[serde(default)]
    pub repository_path: Option<String>,
    /// `sha256:` and its digest.
    #[schemars(extend("pattern" = "^sha256:[0-9a-f]{64}$"))]
    pub digest: String,
    /// A sentence for each setting in it that may make the result look better.
    #[serde(default)]
    pub weakens: Vec<String>,
}

/// The workspace, as far as it could be read.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct WorkspaceInfo {
    /// Its id; null where it could not be read.
    pub id: Option<String>,
    /// Its name; null where it could not be read.
    pub name: Option<String>,
    /// Where it is hosted: `US`, `EU` or `AU`; null where it could not be read.
    pub region: Option<String>,
    /// How many teammates it has, Intercom's bot not counted; null where the list could not be read.
    pub teammates: Option<u64>,
}

impl WorkspaceInfo {
    /// Its id, unless that is blank.
    pub(crate) fn known_id(&self) -> Option<&str> {
        self.id.as_deref().map(str::trim).filter(|id| !id.is_empty())
    }
}

/// A source, and how reading it ended.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct SourceReport {
    /// Which source.
    pub id: SourceId,
    /// The request that reads it.
    #[serde(default)]
    pub endpoint: String,
    /// How it ended.
    pub status: SourceStatus,
    /// How many records were read.
    pub records: u64,
    /// How many requests it took, repeated ones included.
    pub requests: u64,
    /// The permission it takes.
    #[serde(default)]
    pub scope: String,
    /// Why it did not end well, or what is wrong with it although it did; null where there is nothing to say.
    #[serde(default)]
    pub detail: Option<String>,
}
