//! What an edit of the configuration is checked against: a saved report, or a scan of its own.

use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::environment;
use super::resolve::{self, inputs};
use crate::cli::SourceArgs;
use crate::config::Config;
use crate::error::Error;
use crate::report::Report;
use crate::scan::{Job, Run};
use crate::time::{TimeError, parse_date};

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
pub(super) fn scan(source: &SourceArgs, controls: &[PathBuf], config: Option<Config>) -> Result<Look, Error> {
    let progress = environment::progress();
    if let Some(config) = &config {
        inputs::announce(config, &progress);
    }
    let selection = resolve::everything(config.as_ref());
    let mut resolved = resolve::job(source, controls, &[], Some(&selection), config)?;
    // Who signs today signs today, however old the snapshot is that was looked at.
    let today = environment::today(resolved.now);
    let adjustments = &mut resolved.job.adjustments;
    adjustments.today = Some(today);
    adjustments.evidence = inputs::evidence_files(resolved.job.config.as_ref());
    let run = resolved.run(&progress)?;
    Ok(Look { job: resolved.job, run, today })
}

/// The day on which a person signs that they saw something: the one given with `--on`, else today.
///
/// # Errors
/// When the text is no day, or one that has not come: nothing can have been seen on it.
pub(super) fn day_seen(on: Option<&str>, today: Date) -> Result<Date, Error> {
    let read = |text: &str| match parse_date(text)? {
        on if on > today => Err(TimeError::Future),
        on => Ok(on),
    };
    on.map_or(Ok(today), read).map_err(|source| Error::Time { option: "--on", source })
}

/// Reads a report that `scan -o json=FILE` wrote.
///
/// # Errors
/// When it cannot be read back.
pub(super) fn saved(path: &Path) -> Result<Report, Error> {
    Report::open(path).map_err(|source| Error::SavedReport { name: path.display().to_string(), source })
}

/// Reads such a report, from standard input where the path is `-`.
///
/// # Errors
/// When it cannot be read back.
pub(super) fn saved_or_stdin(path: &Path) -> Result<Report, Error> {
    if !is_stdin(path) {
        return saved(path);
    }
    let named = |source| Error::SavedReport { name: "on standard input".to_owned(), source };
    Report::read(io::stdin().lock()).map_err(named)
}

/// Whether a path stands for standard input.
pub(super) fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}
