//! The report: what a scan found. It is the JSON document, field for field: what stands here is serialised, read back
//! and described by the schema, and every other format is rendered from it.
//!
//! Renderers take `&Report` and return text; only commands write. A saved report may be older than a field: those that
//! came later have a default. Fields may be added under schema version 1; to remove one or to change its meaning takes
//! version 2.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::controls::Pack;
use crate::facts::Activity;
use crate::posture::{Person, SettingChange};
use crate::sentence::Quoted;
use crate::sources::{SourceId, SourceStatus};

mod about;
mod answers;
mod control;
mod counters;
mod csv;
pub(crate) mod explain;
mod format;
mod gate;
mod github;
pub(crate) mod grouping;
pub(crate) mod html;
mod item;
pub(crate) mod json;
mod junit;
pub(crate) mod listing;
mod markdown;
mod metrics;
mod ndjson;
mod ocsf;
mod people;
mod plan;
mod read;
pub(crate) mod reference;
mod sarif;
mod saved;
mod summary;
mod table;
pub(crate) mod words;

#[cfg(test)]
pub(crate) mod hostile;
#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod schemas;

pub(crate) use crate::terminal::{Style, Surroundings};
pub(crate) use about::{
    BaselineInfo, CatalogInfo, ConfigInfo, ScanInfo, SchemaVersion, SourceReport, Tool, Window, WorkspaceInfo,
};
pub(crate) use control::{BUILT_IN, Control};
pub(crate) use counters::{Counters, Summary};
pub(crate) use csv::table as csv_table;
#[cfg(test)]
pub(crate) use format::render;
pub(crate) use format::{Destination, Format, Options, Output, write};
pub(crate) use gate::{Gate, GateRule};
pub(crate) use item::{Item, items_of};
pub(crate) use json::json_text;
pub(crate) use markdown::{Comment, escape as escape_markdown};
pub(crate) use ndjson::write_findings;
pub(crate) use plan::PlanRow;
pub(crate) use saved::ReadError;

/// What a scan found.
///
/// Fields may be added under version 1; readers ignore those that they do not know. A field that is removed, or
/// comes to mean something else, raises the version.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "The JSON report of intercom-harden, schema version 1")]
pub(crate) struct Report {
    /// The version of this format.
    pub schema_version: SchemaVersion,
    /// The program that made the report.
    pub tool: Tool,
    /// The controls that were in force.
    pub catalog: CatalogInfo,
    /// How the scan was run.
    pub scan: ScanInfo,
    /// The workspace, as far as it could be read.
    pub workspace: WorkspaceInfo,
    /// What was read, and how that ended.
    #[serde(deserialize_with = "read::sources")]
    pub sources: Vec<SourceReport>,
    /// How many controls ended how.
    // Counted anew when a report is read: it follows from the controls.
    #[serde(skip_deserializing)]
    pub summary: Summary,
    /// The verdicts, in the order of ids.
    #[serde(deserialize_with = "read::controls")]
    pub controls: Vec<Control>,
    /// The current teammates; empty where the list could not be read.
    #[serde(default)]
    pub people: Vec<Person>,
    /// The newest change of each type of setting, ever.
    #[serde(default)]
    pub settings: Vec<SettingChange>,
    /// What decided the exit code. Of a saved report it is decided anew.
    pub gate: Gate,
    /// Sentences that the reader should know before believing the rest.
    pub warnings: Vec<String>,
    /// What sentences of the report quote: redaction goes by it, and leaves none.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub quoted: BTreeSet<Quoted>,
    /// Sign-ins by method, and events by group and period; null where nothing of the window was read.
    #[serde(default)]
    pub activity: Option<Activity>,
}

impl Report {
    /// The sources that something kept from being read in full, each cause once with all that it is the cause of.
    pub(crate) fn by_cause(
        &self,
        cause: impl Fn(&SourceReport) -> Option<String>,
    ) -> Vec<(Vec<&SourceReport>, String)> {
        let mut causes: Vec<(Vec<&SourceReport>, String)> = Vec::new();
        for source in &self.sources {
            let Some(why) = cause(source) else { continue };
            match causes.iter_mut().find(|(_, known)| *known == why) {
                Some((sources, _)) => sources.push(source),
                None => causes.push((vec![source], why)),
            }
        }
        causes
    }

    /// What each failure was, with the sources that it kept from being read in full, in a sentence each.
    pub(crate) fn failures(&self) -> impl Iterator<Item = String> {
        let failed = self.by_cause(|source| {
            let detail = source.detail.as_deref().unwrap_or("no reason was given");
            (source.status == SourceStatus::Failed).then(|| detail.to_owned())
        });
        failed.into_iter().map(|(sources, why)| {
            let names: Vec<_> = sources.iter().map(|source| source.id.describe()).collect();
            format!("Not all could be read of {}: {why}", names.join(", "))
        })
    }

    /// Whether the scan succeeded: the list of teammates was read in full, without which there is nothing to compare.
    pub(crate) fn is_good(&self) -> bool {
        self.sources.iter().any(|one| one.id == SourceId::Admins && one.status == SourceStatus::Complete)
    }

    /// Whether only the declared policy was asked about, and the guide not at all.
    pub(crate) fn is_of_policy(&self) -> bool {
        !self.controls.is_empty() && self.controls.iter().all(|control| control.pack == Some(Pack::Rbac))
    }
}
