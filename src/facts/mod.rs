//! Facts: the named values and tables that controls read.
//!
//! [`vocabulary`] declares every name with its type and feeds; the other modules fill the tables. Nothing here uses the
//! network or the clock.

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
mod history;
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
pub(crate) use history::{History, LogReading};
pub(crate) use observe::Observer;
pub(crate) use rows::{Row, Rows, text, texts};
pub(crate) use settings::{FactSettings, SamlFile, Settings};

/// The newest event that changed something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub activity_type: String,
    pub event: String,
    /// Intercom's description of the event.
    pub description: Option<String>,
    /// The e-mail address or id of the performer, if known.
    pub by: Option<String>,
    /// In seconds since 1970.
    pub at: i64,
}

/// The named values and tables of one workspace at one instant.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    /// Tables by name, without `events`.
    pub tables: BTreeMap<&'static str, Rows>,
    /// Raw events by type, for the types that controls list.
    pub events: BTreeMap<String, Rows>,
    /// Single values, nested as their dotted names are: `workspace.region` is `values["workspace"]["region"]`.
    pub values: Value,
    /// How each feed ended.
    pub feeds: BTreeMap<Feed, Outcome>,
    /// The activity in the window; none if nothing of it could be read.
    pub activity: Option<Activity>,
    /// The newest event of each type ever seen.
    pub changes: BTreeMap<String, Change>,
    /// Warnings about these facts.
    pub warnings: Vec<Warning>,
}

/// The rows of a table as a check sees them.
#[derive(Debug, Clone, Default)]
pub(crate) struct RowsView<'a> {
    /// In a stable order.
    pub rows: Vec<&'a Row>,
    /// Whether rows are missing: the rest may prove a fail, never a pass.
    pub truncated: bool,
}

impl Facts {
    /// The rows of a table; for `events`, those of the given types, newest first. An undeclared table has no rows.
    pub(crate) fn rows(&self, table: &str, types: &[String]) -> RowsView<'_> {
        let tables: Vec<&Rows> = if table == "events" {
            let types: BTreeSet<&String> = types.iter().collect();
            types.into_iter().filter_map(|name| self.events.get(name)).collect()
        } else {
            self.tables.get(table).into_iter().collect()
        };
        let mut rows: Vec<&Row> = tables.iter().flat_map(|table| &table.rows).collect();
        if tables.len() > 1 {
            // All times have one format, so they sort as text.
            rows.sort_by_key(|row| Reverse(row.get("at").and_then(Value::as_str)));
        }
        RowsView { rows, truncated: tables.iter().any(|table| table.truncated) }
    }

    /// A value by dotted name; null if it was not observed.
    pub(crate) fn value(&self, dotted: &str) -> &Value {
        let found = dotted.split('.').try_fold(&self.values, |value, part| value.get(part));
        found.unwrap_or(&Value::Null)
    }

    /// How a feed ended; a missing one was not read.
    pub(crate) fn feed(&self, feed: Feed) -> &Outcome {
        static SKIPPED: Outcome = Outcome::skipped();
        self.feeds.get(&feed).unwrap_or(&SKIPPED)
    }

    /// The newest event of any of these types; of equal times, the first type in the list.
    pub(crate) fn last_change(&self, types: &[String]) -> Option<&Change> {
        let changes = types.iter().rev().filter_map(|name| self.changes.get(name));
        changes.max_by_key(|change| change.at)
    }
}
