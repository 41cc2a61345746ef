//! What the workspace answered: source by source, with how each ended.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::api::model::{Admin, Me};

pub(crate) mod collect;

/// A place the program reads from, as reports name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceId {
    /// The token's own admin and its workspace.
    Me,
    /// The list of teammates.
    Admins,
    /// The activity log, in all the ranges a scan needs.
    ActivityLog,
}

impl SourceId {
    /// Every source, in report order.
    pub const ALL: [Self; 3] = [Self::Me, Self::Admins, Self::ActivityLog];

    /// The id used in reports and control files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Me => "me",
            Self::Admins => "admins",
            Self::ActivityLog => "activity-log",
        }
    }

    /// The request that reads it.
    pub const fn endpoint(self) -> &'static str {
        match self {
            Self::Me => "GET /me",
            Self::Admins => "GET /admins",
            Self::ActivityLog => "POST /admins/activity_logs/search",
        }
    }

    /// The permission of the Intercom app that opens it, as the Developer Hub names it.
    pub const fn scope(self) -> &'static str {
        match self {
            Self::Me | Self::Admins => "Read admins",
            Self::ActivityLog => "Read admin activity logs",
        }
    }

    /// What it is called in a sentence.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Me => "the workspace's own record",
            Self::Admins => "the list of teammates",
            Self::ActivityLog => "the activity log",
        }
    }
}

/// A part of a source that is read, and can fail, on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feed {
    /// `GET /me`.
    Me,
    /// `GET /admins`.
    Admins,
    /// Every event of the log inside the window.
    LogWindow,
    /// State-setting events older than the window.
    LogHistory,
}

impl Feed {
    /// Every feed.
    pub const ALL: [Self; 4] = [Self::Me, Self::Admins, Self::LogWindow, Self::LogHistory];

    /// The source it is a part of.
    pub const fn source(self) -> SourceId {
        match self {
            Self::Me => SourceId::Me,
            Self::Admins => SourceId::Admins,
            Self::LogWindow | Self::LogHistory => SourceId::ActivityLog,
        }
    }
}

/// How reading a source or a feed ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub enum SourceStatus {
    /// All of it was read.
    Complete,
    /// It was not asked for.
    Skipped,
    /// The token, the plan or an allowlist does not permit it.
    Forbidden,
    /// An error kept it, or a part of it, from being read.
    Failed,
}

/// How one feed ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How it ended.
    pub status: SourceStatus,
    /// What the server or the network said, where it did not end well.
    pub detail: Option<String>,
    /// How many records were read.
    pub records: u64,
    /// How many requests it took, retries included.
    pub requests: u64,
}

impl Outcome {
    /// A feed that was not asked for.
    pub const fn skipped() -> Self {
        Self { status: SourceStatus::Skipped, detail: None, records: 0, requests: 0 }
    }
}

/// What the workspace answered, apart from its events: those stream into the log's observer.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The instant the scan is evaluated at.
    pub at: Timestamp,
    /// `GET /me`, where it was readable.
    pub me: Option<Me>,
    /// `GET /admins`; empty where it was not readable. Intercom's bot is still in it.
    pub admins: Vec<Admin>,
    /// How each feed ended.
    pub outcomes: BTreeMap<Feed, Outcome>,
    /// What the person who runs the scan should know about the reading.
    pub warnings: Vec<String>,
}
