//! What outlasts a scan: the store.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::resolve::{inputs, redaction};
use super::{alerts, environment};
use crate::alert::{AlertDestination, RunFacts, compose};
use crate::cli::KeepArgs;
use crate::config::Occasion;
use crate::error::Error;
use crate::facts::History;
use crate::level::Level;
use crate::progress::Progress;
use crate::redact::Redactor;
use crate::report::Report;
use crate::report::words::minute;
use crate::scan::{Job, Target};
use crate::sources::Provenance;
use crate::store::{RunEntry, Store};

/// Where runs are kept, for how long, and where what they bring is told.
pub(super) struct Keeping {
    store: Store,
    keep: Option<SignedDuration>,
    redaction_key: Option<String>,
    alerts: Vec<AlertDestination>,
}

impl Keeping {
    /// Opens the store that the flags, the environment or the configuration name; none where none does.
    ///
    /// # Errors
    /// When it cannot be opened, or the address or secret of an alert is missing.
    pub(super) fn open(
        args: &KeepArgs,
        job: &Job,
        redactor: Option<&Redactor>,
        progress: &Progress,
    ) -> Result<Option<Self>, Error> {
        let config = job.config.as_ref();
        let Some(path) = inputs::store(args.store.as_deref(), config) else {
            if config.is_some_and(|config| !config.alerts.is_empty()) {
                progress.warn("No alert is sent without a store. Give --store FILE, or set file in [store].");
            }
            return Ok(None);
        };
        let alerts = alerts::open(config, &job.plan.catalog, progress)?;
        let keep = config.and_then(|config| config.store.keep);
        let redaction_key = redactor.map(Redactor::key_name);
        Ok(Some(Self { store: Store::open(&path)?, keep, redaction_key, alerts }))
    }

    /// Keeps a run, with the messages about what it brings. Of one that is older than the newest, it says when that was.
    fn keep(&mut self, entry: RunEntry<'_>) -> Result<Option<Timestamp>, Error> {
        let Self { store, keep, redaction_key, alerts } = self;
        let entry = RunEntry { redaction_key: redaction_key.as_deref(), ..entry };
        let RunEntry { workspace, at, outcome, .. } = entry;
        let facts = RunFacts { workspace, at, outcome };
        let told = alerts.iter().map(|destination| &destination.alert);
        Ok(store.keep(&entry, *keep, |run, changes| compose(told, facts, run, changes))?)
    }

    /// Sends the messages that wait, also those of earlier runs.
    pub(super) fn deliver(&self, workspace: Option<&str>, now: Option<Timestamp>, progress: &Progress) {
        let Some(workspace) = workspace.filter(|_| !self.alerts.is_empty()) else { return };
        let at = now.unwrap_or_else(environment::clock);
        match self.store.outbox(workspace, self.redaction_key.as_deref()) {
            Ok(Some(outbox)) => alerts::deliver(&self.store, &outbox, &self.alerts, at, progress),
            Ok(None) => {}
            Err(error) => progress.warn(error),
        }
    }

    /// What the store knows of each workspace, as evidence of a run at that instant.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn history(&self, now: Timestamp) -> Result<Arc<BTreeMap<String, History>>, Error> {
        let alerts = self.alerts.iter().map(|destination| &destination.alert);
        let alerts = alerts.filter(|alert| alert.on.contains(&Occasion::New) && alert.controls.is_empty());
        let names: Vec<&str> = alerts.map(|alert| alert.name.as_str()).collect();
        Ok(Arc::new(self.store.histories(now, &names)?))
    }

    /// Keeps a report.
    ///
    /// # Errors
    /// When the store cannot be written, or the report does not say of which workspace it is.
    pub(super) fn report(&mut self, job: &Job, report: &Report, progress: &Progress) -> Result<(), Error> {
        let workspace = report.workspace.known_id().ok_or(Error::NoIdToKeep)?;
        let selection = job.selection();
        let entry = RunEntry {
            workspace,
            redaction_key: None,
            at: report.scan.at,
            catalog: &report.catalog.digest,
            selection: &selection,
            source: report.scan.source,
            exit: report.gate.exit_code,
            outcome: Ok(report),
            is_in_force: &|id| job.is_in_force(id),
        };
        if let Some(newest) = self.keep(entry)? {
            progress.warn(format!(
                "This run ({} UTC) is older than the newest in the store ({} UTC). It is kept, but not compared or alerted \
                 on. If you did not expect this, check this machine's clock.",
                minute(report.scan.at),
                minute(newest)
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
        let Some(workspace) = inputs::pinned(job.config.as_ref()) else { return Ok(()) };
        let (selection, catalog, why) = (job.selection(), job.plan.catalog.digest(), error.to_string());
        let why = redaction::error(&why);
        let at = now.unwrap_or_else(environment::clock);
        let entry = RunEntry {
            workspace,
            redaction_key: None,
            at,
            catalog: &catalog,
            selection: &selection,
            source: if matches!(job.target, Target::Snapshot(_)) {
                Provenance::Snapshot
            } else {
                Provenance::Api
            },
            exit: error.exit(),
            outcome: Err(&why),
            is_in_force: &|_| true,
        };
        self.keep(entry).map(drop)
    }
}
