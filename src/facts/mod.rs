//! Facts: the named values and tables that controls are written over.
//!
//! [`vocabulary`] declares every name with its type and the feeds it rests on; the other modules fill
//! the tables in. Nothing here reads the network or the clock.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::snapshot::{Feed, SourceStatus};

pub(crate) mod vocabulary;

/// One row of a table: column name to value. A column that was not observed is null.
pub type Row = serde_json::Map<String, Value>;

/// How a feed ended, as far as verdicts care.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedState {
    /// How it ended.
    pub status: SourceStatus,
    /// What the server or the network said.
    pub detail: Option<String>,
}

/// The rows of one table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rows {
    /// The rows, in a stable order.
    pub rows: Vec<Row>,
    /// True when there were more rows than the program keeps: they may prove a fail, never a pass.
    pub truncated: bool,
}

/// The newest event that changed something: what, by whom, when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The event type.
    pub activity_type: String,
    /// Intercom's sentence about it.
    pub description: String,
    /// The e-mail or id of the person who did it, where known.
    pub by: Option<String>,
    /// When, in seconds since 1970.
    pub at: i64,
}

/// The named values and tables of one workspace at one instant.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Tables by name, without `events`.
    pub tables: BTreeMap<&'static str, Rows>,
    /// Raw events by type, for the types that controls declare.
    pub events: BTreeMap<String, Rows>,
    /// Single values, nested as their dotted names are: `workspace.region` is `values["workspace"]["region"]`.
    pub values: Value,
    /// How each feed ended.
    pub feeds: BTreeMap<Feed, FeedState>,
    /// The newest event of each type ever seen.
    pub changes: BTreeMap<String, Change>,
}
