//! Where the records of a scan come from: a live workspace, a snapshot, or the built-in sample.

use std::fs::File;
use std::io;
use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::ScanError;
use super::sample::{self, SAMPLE};
use crate::api::client::{Client, ClientError, ClientOptions, Limits};
use crate::api::notice::Notify;
use crate::api::origin::ApiOrigin;
use crate::api::proxy::Proxy;
use crate::api::record::{Receive, Record};
use crate::api::token::Token;
use crate::bounded_file;
use crate::region::Region;
use crate::snapshot::Replay;
use crate::snapshot::collect::{CollectError, CollectOptions, ReadScope, collect};
use crate::sources::{Outcomes, Provenance, Ranges};
use crate::time::ClockSkew;

/// Which workspace to read.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    /// A live one.
    Live(Box<Connection>),
    /// A saved one.
    Snapshot(PathBuf),
    /// The built-in sample, as it was so long ago.
    Demo { ago: SignedDuration },
}

/// How a live workspace is reached.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    /// Where it is said to be hosted.
    pub region: Region,
    /// The address of the API.
    pub origin: ApiOrigin,
    /// Who asks.
    pub token: Token,
    /// The proxy in between, as the environment tells.
    pub proxy: Option<Proxy>,
    /// When the whole reading ends.
    pub deadline: Instant,
    /// Requests in flight at once.
    pub concurrency: usize,
    /// The share of the app's rate limit to use, from 0 to 1.
    pub rate_share: f64,
    /// Whether to find out what else the token can read.
    pub probe: bool,
}

impl Connection {
    /// A client for it.
    pub(crate) fn client(&self, notify: Notify) -> Result<Client, ClientError> {
        Client::new(ClientOptions {
            origin: self.origin.clone(),
            token: self.token.clone(),
            proxy: self.proxy.clone(),
            deadline: self.deadline,
            concurrency: self.concurrency,
            rate_share: self.rate_share,
            notify,
            limits: Limits::default(),
        })
    }
}

/// The instant that a source is evaluated as of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Now {
    /// One that was asked for.
    Given(Timestamp),
    /// What this machine's clock shows.
    Clock(Timestamp),
}

impl Now {
    /// Whether it hangs on this machine's clock.
    pub(crate) const fn is_by_clock(self) -> bool {
        matches!(self, Self::Clock(_))
    }

    /// The same instant by the server's clock.
    pub(crate) fn by_server(self, skew: ClockSkew) -> Self {
        Self::Given(skew.server_time(self.instant()))
    }

    pub(crate) const fn instant(self) -> Timestamp {
        let (Self::Given(at) | Self::Clock(at)) = self;
        at
    }
}

/// A workspace that is ready to be read.
pub(crate) enum Source {
    /// A live one.
    Live(Box<Connection>, Notify),
    /// A snapshot whose header has been read.
    Snapshot(PathBuf, Box<Replay<File>>),
    /// The built-in sample, and how long ago it is evaluated.
    Demo(Box<Replay<&'static [u8]>>, SignedDuration),
}

impl Source {
    /// Opens the target. No request is sent yet.
    pub(crate) fn open(target: &Target, notify: Notify) -> Result<Self, ScanError> {
        Ok(match target {
            Target::Live(connection) => Self::Live(connection.clone(), notify),
            Target::Snapshot(path) => {
                let unreadable = |source: io::Error| ScanError::Unreadable { path: path.clone(), source };
                let file = bounded_file::open(path).map_err(|refusal| unreadable(refusal.into()))?;
                let replay = Replay::open(file).map_err(|source| unusable(path.display(), source))?;
                Self::Snapshot(path.clone(), Box::new(replay))
            }
            &Target::Demo { ago } => {
                Self::Demo(Box::new(Replay::open(SAMPLE).map_err(unusable_sample)?), ago)
            }
        })
    }

    /// What kind of source it is.
    pub(crate) const fn provenance(&self) -> Provenance {
        match self {
            Self::Live(..) => Provenance::Api,
            Self::Snapshot(..) => Provenance::Snapshot,
            Self::Demo(..) => Provenance::Demo,
        }
    }

    /// When a snapshot was taken; none where the workspace is as it is now.
    pub(crate) const fn taken_at(&self) -> Option<Timestamp> {
        match self {
            Self::Snapshot(_, replay) => Some(replay.header.at),
            Self::Live(..) | Self::Demo(..) => None,
        }
    }

    /// How far back a snapshot knows everything.
    pub(crate) const fn known_since(&self) -> Option<Timestamp> {
        match self {
            Self::Snapshot(_, replay) => Some(replay.header.since),
            Self::Live(..) | Self::Demo(..) => None,
        }
    }

    /// Whether people and addresses in it are pseudonyms.
    pub(crate) const fn is_redacted(&self) -> bool {
        match self {
            Self::Snapshot(_, replay) => replay.header.redaction_key.is_some(),
            Self::Live(..) | Self::Demo(..) => false,
        }
    }

    /// The region that a live workspace is asked in.
    pub(crate) fn region(&self) -> Option<Region> {
        match self {
            Self::Live(connection, ..) => Some(connection.region),
            Self::Snapshot(..) | Self::Demo(..) => None,
        }
    }

    /// The same live workspace once more; none of what can be read only once.
    pub(crate) fn again(&self) -> Option<Self> {
        match self {
            Self::Live(connection, notify) => Some(Self::Live(connection.clone(), notify.clone())),
            Self::Snapshot(..) | Self::Demo(..) => None,
        }
    }

    /// Hands every record to `receive`, and says how the sources ended. What is saved already is handed on whole, whatever
    /// the scope.
    ///
    /// # Errors
    /// [`ScanError::Clock`] where the ranges end by this machine's clock and that is far ahead of the workspace's.
    pub(crate) async fn read(
        self,
        ranges: &Ranges,
        by_clock: bool,
        scope: ReadScope,
        receive: &mut Receive<'_>,
    ) -> Result<Outcomes, ScanError> {
        match self {
            Self::Live(connection, notify) => {
                let client = connection.client(notify)?;
                let options = CollectOptions { scope, probe: connection.probe, by_clock };
                let read = collect(&client, ranges, &options, receive).await;
                read.map_err(|error| match error {
                    CollectError::Clock(skew) => ScanError::Clock(skew),
                    error => Box::new(error).into(),
                })
            }
            Self::Snapshot(path, replay) => {
                replay.run(ranges, receive).map_err(|source| unusable(path.display(), source))
            }
            Self::Demo(replay, ago) => {
                let now = ranges.now.saturating_add(ago).unwrap_or(ranges.now);
                let mut receive = |record: Record<'_>| match record {
                    Record::Admins(admins) => receive(Record::Admins(&sample::teammates(admins, ago))),
                    other => receive(other),
                };
                replay.shifted_to(now).run(ranges, &mut receive).map_err(unusable_sample)
            }
        }
    }
}

fn unusable(what: impl ToString, source: crate::snapshot::SnapshotError) -> ScanError {
    ScanError::Snapshot { what: what.to_string(), source }
}

fn unusable_sample(source: crate::snapshot::SnapshotError) -> ScanError {
    unusable("the sample workspace", source)
}
