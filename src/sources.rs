//! The sources of a scan, their feeds, and the outcomes of reading.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::warning::Warning;

/// A source.
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
    /// Other lists that the token can read.
    TokenProbe,
}

impl SourceId {
    /// Every source, in report order.
    pub(crate) const ALL: &[Self] = Self::VARIANTS;

    /// The id used in reports and control files.
    pub(crate) const fn as_str(self) -> &'static str {
        self.into_str()
    }

    /// Its request.
    pub(crate) const fn endpoint(self) -> &'static str {
        match self {
            Self::Me => "GET /me",
            Self::Admins => "GET /admins",
            Self::ActivityLog => "POST /admins/activity_logs/search",
            Self::IpAllowlist => "GET /ip_allowlist",
            Self::TokenProbe => "GET /tags and five other configuration lists",
        }
    }

    /// The permission of the Intercom app, as named in the Developer Hub.
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

    /// The name in a sentence.
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

/// The origin of the facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase", const_into_str)]
pub(crate) enum Provenance {
    /// The workspace itself, through the API.
    Api,
    /// A saved snapshot.
    Snapshot,
    /// The built-in sample workspace.
    Demo,
}

impl Provenance {
    /// The word used in reports.
    pub(crate) const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

impl SourceStatus {
    /// The word used in reports.
    pub(crate) const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

/// A part of a source that is read, and can fail, separately.
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
    /// Sign-ins, accepted invites and provisioning older than the window, as far back as a teammate may be inactive.
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

/// The status of reading a source or a feed.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, IntoStaticStr,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub(crate) enum SourceStatus {
    /// All of it was read.
    Complete,
    /// It was not requested.
    Skipped,
    /// The token, the plan or an allowlist does not allow it.
    Forbidden,
    /// An error prevented reading it, or a part of it.
    Failed,
}

/// The outcome of one feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub status: SourceStatus,
    /// Why it, or a part of it, could not be read.
    pub failure: Option<Failure>,
    /// The number of records read.
    pub records: u64,
    /// The number of requests, retries included.
    pub requests: u64,
}

/// Why a feed, or a part of it, could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The API refused the token (401), with the server's message.
    TokenRefused(String),
    /// Another refusal or error, with the message of the API or the network.
    Api(String),
    /// Entries of the log have no readable type or time.
    UnreadEntries {
        entries: u64,
        /// The newest of them.
        first: String,
        /// A further failure.
        besides: Option<Box<Self>>,
    },
    /// The snapshot has sign-ins, accepted invites and provisioning only from this time on.
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
    /// A feed that was not requested.
    pub(crate) const fn skipped() -> Self {
        Self { status: SourceStatus::Skipped, failure: None, records: 0, requests: 0 }
    }
}

/// The outcomes of a collection or a replay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Outcomes {
    /// The outcomes by feed.
    pub feeds: BTreeMap<Feed, Outcome>,
    /// Whether the workspace does not offer the search of the log, so that it was read by the older endpoint.
    pub without_search: bool,
    /// How much of the app's rate limit was used; none where the server named none, and in a replay.
    pub rate: Option<RateUse>,
    /// Warnings about the reading.
    pub warnings: Vec<Warning>,
}

/// How much of the app's rate limit a scan used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct RateUse {
    /// How many requests Intercom allows the app in ten seconds.
    pub limit: u64,
    /// The most requests that the scan sent in any ten seconds.
    pub busiest: u64,
}

impl Outcomes {
    /// The request that read a source.
    pub(crate) const fn endpoint(&self, id: SourceId) -> &'static str {
        if self.without_search { id.endpoint_without_search() } else { id.endpoint() }
    }

    /// How a source ended: as the worst of its feeds did, of those that were asked for.
    pub(crate) fn worst(&self, id: SourceId) -> Option<&Outcome> {
        let feeds = self.feeds.iter().filter(|(feed, _)| feed.source() == id).map(|(_, outcome)| outcome);
        feeds.max_by_key(|outcome| (outcome.status != SourceStatus::Skipped, outcome.status))
    }
}

/// The ranges of the activity log to read. All bounds are whole seconds and included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ranges {
    /// The instant of evaluation and the end of the window.
    pub now: Timestamp,
    /// The start of the window.
    pub since: Timestamp,
    /// The start of the range for sign-ins, accepted invites and provisioning; not before `since` if the window is long enough.
    pub arrivals_since: Timestamp,
}
