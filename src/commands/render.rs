//! `render`: a saved report in any format, without a scan.

use super::destinations::Destinations;
use super::{environment, look, resolve::redaction};
use crate::cli::RenderArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::report::Format;

/// Renders a saved report, with the gate that follows from its controls. That one failed does not matter here: it was
/// the scan's to exit with.
///
/// # Errors
/// When the report cannot be read back, or a place for it cannot be written to.
pub(super) fn run(args: &RenderArgs) -> Result<Exit, Error> {
    let redactor = redaction::of_report(&args.report.redact, &environment::progress())?;
    let mut destinations = Destinations::open(&args.report, environment::style())?;
    let mut report = look::saved_or_stdin(&args.saved)?;
    destinations.resolve_grouping(report.controls.iter().flat_map(|control| control.frameworks.keys()))?;
    if let Some(redactor) = redactor {
        report = redactor.report(report);
    }
    if !destinations.shows(&[Format::Summary, Format::Table]) {
        environment::warn(&report, &environment::progress());
    }
    destinations.write(&report)?;
    Ok(Exit::Success)
}
