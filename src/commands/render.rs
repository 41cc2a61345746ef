//! `render`: a saved report in any format, without a scan.

use std::io;
use std::path::Path;

use super::destinations::Destinations;
use super::{environment, resolve::redaction};
use crate::cli::RenderArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::report::{ReadError, Report};

/// Renders a saved report, with the gate that follows from its controls. That one failed does not matter here: it was
/// the scan's to exit with.
///
/// # Errors
/// When the report cannot be read back, or a place for it cannot be written to.
pub(super) fn run(args: &RenderArgs) -> Result<Exit, Error> {
    let redactor = redaction::of_report(&args.report.redact, &environment::progress())?;
    let mut destinations = Destinations::open(&args.report, environment::style())?;
    let mut report =
        load(&args.saved).map_err(|source| Error::SavedReport { name: name(&args.saved), source })?;
    destinations.resolve_grouping(report.controls.iter().flat_map(|control| control.frameworks.keys()))?;
    if let Some(redactor) = redactor {
        report = redactor.report(report);
    }
    if !destinations.shows_warnings() {
        environment::warn(&report, &environment::progress());
    }
    destinations.write(&report)?;
    Ok(Exit::Success)
}

fn load(saved: &Path) -> Result<Report, ReadError> {
    if is_stdin(saved) { Report::read(io::stdin().lock()) } else { Report::open(saved) }
}

fn is_stdin(saved: &Path) -> bool {
    saved == Path::new("-")
}

fn name(saved: &Path) -> String {
    if is_stdin(saved) { "on standard input".to_owned() } else { saved.display().to_string() }
}
