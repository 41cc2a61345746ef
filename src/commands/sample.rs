//! The report of the built-in sample workspace, as it is or as it was.

use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};

use super::{environment, resolve};
use crate::cli::SourceArgs;
use crate::config::Config;
use crate::error::Error;
use crate::report::Report;
use crate::scan::Target;

/// Scans the sample as it was so long before an instant; the clock's, where none is given.
///
/// # Errors
/// Whatever is wrong with control files and configuration.
pub(super) fn report(
    controls: &[PathBuf],
    config: Option<Config>,
    now: Option<Timestamp>,
    ago: SignedDuration,
) -> Result<Report, Error> {
    let source = SourceArgs { demo: true, ..SourceArgs::default() };
    let selection = resolve::everything(config.as_ref());
    let mut resolved = resolve::job(&source, controls, &[], Some(&selection), config)?;
    let now = now.unwrap_or_else(environment::clock);
    resolved.job.target = Target::Demo { ago };
    resolved.now = Some(now.saturating_sub(ago).unwrap_or(now));
    let run = resolved.run(&environment::progress())?;
    Ok(Report::of(&resolved.job, run, true))
}
