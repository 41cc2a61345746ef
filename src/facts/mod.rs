//! Facts: the named values and tables that controls are written over.
//!
//! [`vocabulary`] declares every name with its type and the feeds it rests on; the other modules fill
//! the tables in. Nothing here reads the network or the clock.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::sources::{Feed, Outcome};
use crate::warning::Warning;

pub(crate) mod activity;
mod changes;
mod derive;
mod differences;
mod event;
mod failures;
mod observe;
mod permissions;
mod person;
mod policy;
mod privilege;
mod reconcile;
mod rows;
mod settings;
mod settings_read;
mod sign_ins;
mod teammates;
#[cfg(test)]
mod tests;
pub(crate) mod vocabulary;
mod window;

pub(crate) use activity::Activity;
pub(crate) use event::PRIVILEGED_PERMISSIONS;
pub(crate) use observe::Observer;
pub(crate) use rows::{Row, Rows, text, texts};
pub(crate) use settings::{FactSettings, SamlFile, Settings};

/// The newest event that changed something: what, who, when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// The event type.
    pub activity_type: String,
    /// Its id.
    pub event: String,
    /// Intercom's sentence about it.
    pub description: Option<String>,
    /// The e-mail or id of the person who did it, where known.
    pub by: Option<String>,
    /// When, in seconds since 1970.
    pub at: i64,
}

/// The named values and tables of one workspace at one instant.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    /// Tables by name, without `events`.
    pub tables: BTreeMap<&'static str, Rows>,
    /// Raw events by type, for the types that controls declare.
    pub events: BTreeMap<String, Rows>,
    /// Single values, nested as their dotted names are: `workspace.region` is `values["workspace"]["region"]`.
    pub values: Value,
    /// How each feed ended.
    pub feeds: BTreeMap<Feed, Outcome>,
    /// What went on in the window; none where nothing of the log's window could be read.
    pub activity: Option<Activity>,
    /// The newest event of each type ever seen.
    pub changes: BTreeMap<String, Change>,
    /// What the reader of these facts should know about them.
    pub warnings: Vec<Warning>,
}

/// The rows of a table as a check sees them.
#[derive(Debug, Clone, Default)]
pub(crate) struct RowsView<'a> {
    /// The rows, in a stable order.
    pub rows: Vec<&'a Row>,
    /// True when rows are missing: those here may prove a fail, never a pass.
    pub truncated: bool,
}

impl Facts {
    /// The rows of a table; of `events`, those of the given types, newest first. A table that is not declared has no rows.
    pub(crate) fn rows(&self, table: &str, types: &[String]) -> RowsView<'_> {
        let tables: Vec<&Rows> = if table == "events" {
            let types: BTreeSet<&String> = types.iter().collect();
            types.into_iter().filter_map(|name| self.events.get(name)).collect()
        } else {
            self.tables.get(table).into_iter().collect()
        };
        let mut rows: Vec<&Row> = tables.iter().flat_map(|table| &table.rows).collect();
        if tables.len() > 1 {
            // Times are written alike, so their text sorts as they do.
            rows.sort_by_key(|row| Reverse(row.get("at").and_then(Value::as_str)));
        }
        RowsView { rows, truncated: tables.iter().any(|table| table.truncated) }
    }

    /// The value of that dotted name; null where it was not observed.
    pub(crate) fn value(&self, dotted: &str) -> &Value {
        let found = dotted.split('.').try_fold(&self.values, |value, part| value.get(part));
        found.unwrap_or(&Value::Null)
    }

    /// How a feed ended; one that is not mentioned was not read.
    pub(crate) fn feed(&self, feed: Feed) -> &Outcome {
        static SKIPPED: Outcome = Outcome::skipped();
        self.feeds.get(&feed).unwrap_or(&SKIPPED)
    }

    /// The newest event ever of any of these types; of equal times, the type named first.
    pub(crate) fn last_change(&self, types: &[String]) -> Option<&Change> {
        let changes = types.iter().rev().filter_map(|name| self.changes.get(name));
        changes.max_by_key(|change| change.at)
    }
}
