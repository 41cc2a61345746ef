//! Where the records of a scan come from: a live workspace, a snapshot, or the built-in sample.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use super::connection::Connection;
use super::ranges;
use crate::bounded_file;
use crate::cli::ConnectionArgs;
use crate::config::Config;
use crate::error::Error;
use crate::facts::{Facts, Observer, Settings};
use crate::progress::Progress;
use crate::report::Origin;
use crate::snapshot::collect::ReadScope;
use crate::snapshot::{Replay, SnapshotError};
use crate::sources::{Outcomes, Ranges};

/// The workspace that `--demo` scans.
const SAMPLE: &[u8] = include_bytes!("../../fixtures/snapshots/sample.snapshot");

/// Where the records come from.
pub(super) enum Source {
    Live(Box<Connection>),
    Snapshot(PathBuf, Replay<File>),
    Sample(Replay<&'static [u8]>),
}

impl Source {
    /// Opens the snapshot, else the sample, else the live workspace.
    ///
    /// # Errors
    /// When the snapshot is not usable, or nothing says how to reach the workspace.
    pub(super) fn open(
        snapshot: Option<&Path>,
        demo: bool,
        connection: &ConnectionArgs,
        config: Option<&Config>,
    ) -> Result<Self, Error> {
        match snapshot {
            Some(path) => {
                let unreadable = |source| Error::Unreadable { path: path.to_path_buf(), source };
                let snapshot =
                    Replay::open(bounded_file::open(path).map_err(|refusal| unreadable(refusal.into()))?);
                Ok(Self::Snapshot(path.to_path_buf(), snapshot.map_err(|source| unusable(path, source))?))
            }
            None if demo => Ok(Self::Sample(Replay::open(SAMPLE).map_err(unusable_sample)?)),
            None => Ok(Self::Live(Box::new(Connection::new(connection, config)?))),
        }
    }

    /// Asks a live workspace for no more than this. What is saved already is there anyway.
    #[must_use]
    pub(super) fn reaching(self, scope: ReadScope) -> Self {
        match self {
            Self::Live(connection) => Self::Live(Box::new(connection.reaching(scope))),
            saved => saved,
        }
    }

    /// What kind of source it is.
    pub(super) const fn origin(&self) -> Origin {
        match self {
            Self::Live(_) => Origin::Api,
            Self::Snapshot(..) => Origin::Snapshot,
            Self::Sample(_) => Origin::Demo,
        }
    }

    /// Whether people and addresses in it are pseudonyms.
    pub(super) const fn is_redacted(&self) -> bool {
        match self {
            Self::Snapshot(_, snapshot) => snapshot.header.redaction_key.is_some(),
            Self::Live(_) | Self::Sample(_) => false,
        }
    }

    /// The instant of evaluation unless another is given: a snapshot's own, otherwise the clock's.
    fn now(&self) -> Timestamp {
        match self {
            Self::Snapshot(_, snapshot) => snapshot.header.at,
            Self::Live(_) | Self::Sample(_) => super::clock(),
        }
    }

    /// The ranges of the log to read: as the flags say, else the configuration, else what is usual for the source.
    ///
    /// # Errors
    /// When the window is not a duration or a date, lies in the future, or is longer than ten years.
    pub(super) fn ranges(
        &self,
        connection: &ConnectionArgs,
        config: Option<&Config>,
        stale_after_days: u64,
    ) -> Result<Ranges, Error> {
        let since = connection.since.as_deref();
        let configured = config.and_then(|config| config.scan.since.as_deref());
        let now = connection.now.unwrap_or_else(|| self.now());
        ranges::decide(ranges::Wanted { since, configured, reach: self.reach() }, now, stale_after_days)
    }

    /// How far back it knows everything, where that is settled.
    const fn reach(&self) -> Option<Timestamp> {
        match self {
            Self::Snapshot(_, snapshot) => Some(snapshot.header.since),
            Self::Live(_) | Self::Sample(_) => None,
        }
    }

    /// Reads everything, and says how its sources ended.
    ///
    /// # Errors
    /// When the workspace cannot be read at all, or the person interrupts.
    pub(super) fn read(
        self,
        settings: Settings,
        ranges: &Ranges,
        progress: &Arc<Progress>,
    ) -> Result<(Facts, Outcomes), Error> {
        let mut observer = Observer::new(settings, *ranges);
        let outcomes = match self {
            Self::Live(connection) => connection.read(ranges, progress, &mut |record| {
                observer.observe(record);
                Ok(())
            })?,
            Self::Snapshot(path, snapshot) => snapshot
                .run(ranges, &mut |record| observer.observe(record))
                .map_err(|source| unusable(&path, source))?,
            Self::Sample(sample) => sample
                .moved_to(ranges.now)
                .run(ranges, &mut |record| observer.observe(record))
                .map_err(unusable_sample)?,
        };
        progress.finish();
        Ok((observer.finish(&outcomes), outcomes))
    }
}

fn unusable(path: &Path, source: SnapshotError) -> Error {
    Error::Snapshot { what: path.display().to_string(), source }
}

fn unusable_sample(source: SnapshotError) -> Error {
    Error::Snapshot { what: "the sample workspace".to_owned(), source }
}
