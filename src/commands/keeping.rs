//! What outlasts a scan: the store.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::environment;
use crate::cli::KeepArgs;
use crate::config::Config;
use crate::error::Error;
use crate::facts::History;
use crate::level::Level;
use crate::progress::Progress;
use crate::redact::Redactor;
use crate::report::Report;
use crate::scan::Job;
use crate::sources::Provenance;
use crate::store::{Entry, Kept, Message, Store};

/// Where runs are kept, and for how long.
pub(super) struct Keeping {
    store: Store,
    keep: Option<SignedDuration>,
    redaction_key: Option<String>,
}

/// The store that a flag, the environment or the configuration names, in that order.
pub(super) fn store_file(flag: Option<&Path>, config: Option<&Config>) -> Option<PathBuf> {
    let variable = || env::var_os("INTERCOM_HARDEN_STORE").filter(|path| !path.is_empty()).map(PathBuf::from);
    let configured = || config.and_then(|config| config.store.file.clone());
    flag.map(Path::to_path_buf).or_else(variable).or_else(configured)
}

impl Keeping {
    /// Opens the store that the flags, the environment or the configuration name; none where none does.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub(super) fn open(
        args: &KeepArgs,
        config: Option<&Config>,
        redactor: Option<&Redactor>,
    ) -> Result<Option<Self>, Error> {
        let Some(path) = store_file(args.store.as_deref(), config) else { return Ok(None) };
        let keep = config.and_then(|config| config.store.keep);
        let redaction_key = redactor.map(Redactor::key_name);
        Ok(Some(Self { store: Store::open(&path)?, keep, redaction_key }))
    }

    /// What the store knows of each workspace, as evidence of a run at that instant.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn history(
        &self,
        now: Timestamp,
        config: Option<&Config>,
    ) -> Result<Arc<BTreeMap<String, History>>, Error> {
        let destinations: Vec<&str> = Vec::new();
        let _ = config;
        Ok(Arc::new(self.store.histories(now, &destinations)?))
    }

    /// Keeps a report.
    ///
    /// # Errors
    /// When the store cannot be written, or the report does not say of which workspace it is.
    pub(super) fn report(&mut self, job: &Job, report: &Report, progress: &Progress) -> Result<(), Error> {
        let workspace = report.workspace.known_id().ok_or(Error::NoIdToKeep)?;
        let selection = job.selection();
        let entry = Entry {
            workspace,
            redaction_key: self.redaction_key.as_deref(),
            at: report.scan.at,
            catalog: &report.catalog.digest,
            selection: &selection,
            source: report.scan.source,
            exit: report.gate.exit_code,
            outcome: Ok(report),
        };
        let kept = self.store.keep(&entry, self.keep, |_, _| Vec::<Message>::new())?;
        if let Kept::Late { newest } = kept {
            progress.warn(format!(
                "This run is of {}, and the store has one of {newest}: it is kept in its place, and neither compared nor \
                 alerted on. If it was not meant to be, check the clock of this machine.",
                report.scan.at
            ));
        }
        Ok(())
    }

    /// Since when the oldest finding of each level is open in the workspace of a report that is kept.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn oldest(&self, report: &Report) -> Result<BTreeMap<Level, Timestamp>, Error> {
        let workspace = report.workspace.known_id().ok_or(Error::NoIdToKeep)?;
        Ok(self.store.oldest_open(workspace, self.redaction_key.as_deref())?)
    }

    /// Keeps that a scan failed, where the configuration pins the workspace: of which one it would have been is not known
    /// otherwise.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub(super) fn failure(&mut self, job: &Job, now: Option<Timestamp>, error: &Error) -> Result<(), Error> {
        let pinned = job.config.as_ref().and_then(|config| config.workspace.id.as_deref());
        let Some(workspace) = pinned else { return Ok(()) };
        let (selection, catalog, why) = (job.selection(), job.plan.catalog.digest(), error.to_string());
        let at = now.unwrap_or_else(environment::clock);
        let entry = Entry {
            workspace,
            redaction_key: self.redaction_key.as_deref(),
            at,
            catalog: &catalog,
            selection: &selection,
            source: Provenance::Api,
            exit: error.exit(),
            outcome: Err(&why),
        };
        self.store.keep(&entry, self.keep, |_, _| Vec::<Message>::new())?;
        Ok(())
    }
}
