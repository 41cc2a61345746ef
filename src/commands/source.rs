//! Where the records of a scan come from: a live workspace, a snapshot, or the built-in sample.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use super::connection::Connection;
use crate::cli::ConnectionArgs;
use crate::config::Config;
use crate::error::Error;
use crate::facts::{Facts, Observer, Settings};
use crate::progress::Progress;
use crate::report::Origin;
use crate::snapshot::{Outcomes, Ranges, Replay};

/// The workspace that `--demo` scans.
const SAMPLE: &[u8] = include_bytes!("../../fixtures/snapshots/sample.snapshot");

/// Where the records come from.
pub(super) enum Source {
    Live(Box<Connection>),
    Snapshot(Replay<File>),
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
                let file = File::open(path).map_err(unreadable)?;
                Ok(Self::Snapshot(Replay::open(file)?))
            }
            None if demo => Ok(Self::Sample(Replay::open(SAMPLE)?)),
            None => Ok(Self::Live(Box::new(Connection::new(connection, config)?))),
        }
    }

    /// What kind of source it is.
    pub(super) const fn origin(&self) -> Origin {
        match self {
            Self::Live(_) => Origin::Api,
            Self::Snapshot(_) => Origin::Snapshot,
            Self::Sample(_) => Origin::Demo,
        }
    }

    /// The instant of evaluation unless another is given: a snapshot's own, otherwise the clock's.
    pub(super) fn now(&self) -> Timestamp {
        match self {
            Self::Snapshot(snapshot) => snapshot.header.at,
            Self::Live(_) | Self::Sample(_) => super::clock(),
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
            Self::Snapshot(snapshot) => snapshot.run(ranges, &mut |record| observer.observe(record))?,
            Self::Sample(sample) => {
                sample.moved_to(ranges.now).run(ranges, &mut |record| observer.observe(record))?
            }
        };
        progress.finish();
        Ok((observer.finish(&outcomes), outcomes))
    }
}
