//! What an edit of the configuration is checked against: a saved report, or a scan of its own.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::environment;
use super::resolve::{self, inputs};
use crate::cli::{ConfigArgs, SourceArgs};
use crate::edit::Target;
use crate::error::Error;
use crate::report::{Report, read};
use crate::scan::{Job, Run};
use crate::time::day_of;

/// A scan, and the day by which entries count.
pub(super) struct Look {
    pub(super) job: Job,
    pub(super) run: Run,
    pub(super) today: Date,
}

/// Scans with the configuration that is edited, where there is one.
///
/// # Errors
/// When the configuration is wrong, or the workspace cannot be read.
pub(super) fn scan(source: &SourceArgs, controls: &[PathBuf], target: &Target) -> Result<Look, Error> {
    let progress = environment::progress();
    let none = !target.exists();
    let config = ConfigArgs { config: target.named().filter(|_| !none), no_config: none };
    let config = inputs::load(&config, &progress)?;
    let selection = resolve::everything(config.as_ref());
    let mut resolved = resolve::job(source, controls, &[], Some(&selection), config)?;
    // Who signs today signs today, however old the snapshot is that was looked at.
    let today = day_of(resolved.now.unwrap_or_else(environment::clock));
    let adjustments = &mut resolved.job.adjustments;
    adjustments.today = Some(today);
    adjustments.evidence = inputs::evidence_files(resolved.job.config.as_ref());
    let run = resolved.run(&progress)?;
    Ok(Look { job: resolved.job, run, today })
}

/// Reads a report that `scan -o json=FILE` wrote.
///
/// # Errors
/// When it cannot be read back.
pub(super) fn saved(path: &Path) -> Result<Report, Error> {
    let load = || Report::from_json(&read::bytes_of(path)?);
    load().map_err(|source| Error::SavedReport { name: path.display().to_string(), source })
}
