//! What a scan reads: sources, the feeds they are read in, and how each of them ended.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::warning::Warning;

/// A place the program reads from.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    JsonSchema,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub(crate) enum SourceId {
    /// The workspace's own record.
    Me,
    /// The list of teammates.
    Admins,
    /// The activity log.
    ActivityLog,
    /// The IP allowlist.
    IpAllowlist,
    /// What else the token can read.
    TokenProbe,
}

impl SourceId {
    /// Every source, in report order.
    pub(crate) const ALL: &[Self] = Self::VARIANTS;

    /// The id used in reports and control files.
    pub(crate) const fn as_str(self) -> &'static str {
        self.into_str()
    }

    /// The request that reads it.
    pub(crate) const fn endpoint(self) -> &'static str {
        match self {
            Self::Me => "GET /me",
            Self::Admins => "GET /admins",
            Self::ActivityLog => "POST /admins/activity_logs/search",
            Self::IpAllowlist => "GET /ip_allowlist",
            Self::TokenProbe => "GET /tags and five other configuration lists",
        }
    }

    /// The permission of the Intercom app that opens it, as the Developer Hub names it.
    pub(crate) const fn scope(self) -> &'static str {
        match self {
            Self::Me | Self::Admins => "Read admins",
            Self::ActivityLog => "Read admin activity logs",
            Self::IpAllowlist => "manage_ip_allowlist",
            Self::TokenProbe => "none: a token for scans should be refused",
        }
    }

    /// The request that reads it where the workspace does not offer the search of the log.
    pub(crate) const fn endpoint_without_search(self) -> &'static str {
        match self {
            Self::ActivityLog => "GET /admins/activity_logs",
            other => other.endpoint(),
        }
    }

    /// What it is called in a sentence.
    pub(crate) const fn describe(self) -> &'static str {
        match self {
            Self::Me => "the workspace's own record",
            Self::Admins => "the list of teammates",
            Self::ActivityLog => "the activity log",
            Self::IpAllowlist => "the IP allowlist",
            Self::TokenProbe => "the token probe",
        }
    }
}

/// Where the facts came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Provenance {
    /// The workspace itself, through the API.
    Api,
    /// A saved snapshot.
    Snapshot,
    /// The built-in sample workspace.
    Demo,
}

/// A part of a source that is read, and can fail, on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, VariantArray)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Feed {
    /// `GET /me`.
    Me,
    /// `GET /admins`.
    Admins,
    /// Every event of the log inside the window.
    LogWindow,
    /// State-setting events older than the window.
    LogHistory,
    /// Sign-ins and arrivals older than the window, as far back as a teammate may be silent.
    LogArrivals,
    /// `GET /ip_allowlist`.
    IpAllowlist,
    /// The token probe.
    TokenProbe,
}

impl Feed {
    /// Every feed.
    pub(crate) const ALL: &[Self] = Self::VARIANTS;

    /// The source it is a part of.
    pub(crate) const fn source(self) -> SourceId {
        match self {
            Self::Me => SourceId::Me,
            Self::Admins => SourceId::Admins,
            Self::LogWindow | Self::LogHistory | Self::LogArrivals => SourceId::ActivityLog,
            Self::IpAllowlist => SourceId::IpAllowlist,
            Self::TokenProbe => SourceId::TokenProbe,
        }
    }
}

/// How reading a source or a feed ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SourceStatus {
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
pub(crate) struct Outcome {
    /// How it ended.
    pub status: SourceStatus,
    /// What kept it from being read, or a part of it.
    pub failure: Option<Failure>,
    /// How many records were read.
    pub records: u64,
    /// How many requests it took, retries included.
    pub requests: u64,
}

/// What kept a feed, or a part of it, from being read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The API did not accept the token (401). The text is the server's.
    TokenRefused(String),
    /// Another refusal or error, as the API or the network told it.
    Api(String),
    /// So many entries of the log have no readable type or no readable time.
    UnreadEntries {
        entries: u64,
        /// The newest, as it shows itself.
        first: String,
        /// What else there was.
        besides: Option<Box<Self>>,
    },
    /// The snapshot knows sign-ins and arrivals from here on.
    SnapshotSince(Timestamp),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TokenRefused(text) | Self::Api(text) => f.write_str(text),
            Self::UnreadEntries { entries, first, besides } => {
                if let Some(besides) = besides {
                    write!(f, "{besides}; ")?;
                }
                match entries {
                    1 => f.write_str("1 entry has no readable type or time: ")?,
                    n => write!(f, "{n} entries have no readable type or time; the newest is ")?,
                }
                f.write_str(first)
            }
            Self::SnapshotSince(since) => {
                write!(f, "the snapshot has sign-ins and accepted invites only from {since} on")
            }
        }
    }
}

impl Outcome {
    /// A feed that was not asked for.
    pub(crate) const fn skipped() -> Self {
        Self { status: SourceStatus::Skipped, failure: None, records: 0, requests: 0 }
    }
}

/// How a collection or a replay ended, feed by feed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Outcomes {
    /// How each feed ended.
    pub feeds: BTreeMap<Feed, Outcome>,
    /// Whether the workspace does not offer the search of the log, so that it was read by the older endpoint.
    pub without_search: bool,
    /// What the person who runs the scan should know about the reading.
    pub warnings: Vec<Warning>,
}

impl Outcomes {
    /// How a source ended: as the worst of its feeds did, of those that were asked for.
    pub(crate) fn worst(&self, id: SourceId) -> Option<&Outcome> {
        let feeds = self.feeds.iter().filter(|(feed, _)| feed.source() == id).map(|(_, outcome)| outcome);
        feeds.max_by_key(|outcome| (outcome.status != SourceStatus::Skipped, outcome.status))
    }

    /// Whether all of a source was read.
    pub(crate) fn is_complete(&self, id: SourceId) -> bool {
        let mut feeds = self.feeds.iter().filter(|(feed, _)| feed.source() == id).peekable();
        feeds.peek().is_some() && feeds.all(|(_, outcome)| outcome.status == SourceStatus::Complete)
    }
}

/// The ranges of the activity log that a scan reads. All bounds are whole seconds and included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ranges {
    /// The instant of evaluation, and the end of the window.
    pub now: Timestamp,
    /// The start of the window: everything from here to `now` is read.
    pub since: Timestamp,
    /// Sign-ins and arrivals are read back to here; equal to `since` or later where the window reaches far enough.
    pub arrivals_since: Timestamp,
}
