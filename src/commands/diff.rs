//! `diff`: what changed between two reports.

use std::path::PathBuf;

use jiff::SignedDuration;

use super::destinations::Destinations;
use super::{environment, look, sample};
use crate::cli::DiffArgs;
use crate::diff::{self, Diff};
use crate::error::Error;
use crate::exit::Exit;
use crate::level::FailOn;
use crate::report::{Format, Report};
use crate::store::Store;

/// How long before now the sample is compared with itself: two weeks.
const SAMPLE_AGO: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Compares two reports, or the sample workspace with what it was two weeks before.
///
/// # Errors
/// When a report cannot be read, the two cannot be compared, or a place cannot be written to.
pub(super) fn run(args: &DiffArgs) -> Result<Exit, Error> {
    let destinations = Destinations::among(&diff::FORMATS, args.format, &args.output, environment::style())?;
    let (old, new) = reports(args)?;
    let usual = if args.demo { FailOn::Never } else { FailOn::default() };
    let diff = Diff::between(&old, &new, args.fail_on.unwrap_or(usual))?;
    if !destinations.shows(&[Format::Summary]) || diff.is_empty() {
        let messages = environment::messages();
        diff.warnings.iter().for_each(|warning| messages.warn(warning));
    }
    destinations.write_each(|format, options, out| diff::write(&diff, &new, format, options, out))?;
    Ok(diff.gate.exit_code)
}

/// The two reports: of files, of a store, or of the sample.
fn reports(args: &DiffArgs) -> Result<(Report, Report), Error> {
    if let Some(path) = &args.store {
        let store = Store::open_to_read(path)?;
        let workspace = store.workspace(args.workspace.as_deref())?;
        let report = |asked: &Option<PathBuf>, usual| {
            let asked = asked.as_ref().map_or(usual, |asked| asked.to_str().unwrap_or_default());
            store.report(&store.compared_run(&workspace, asked)?)
        };
        return Ok((report(&args.old, "previous")?, report(&args.new, "latest")?));
    }
    match (&args.old, &args.new) {
        (Some(old), Some(new)) if look::is_stdin(old) && look::is_stdin(new) => Err(Error::StdinTwice),
        (Some(old), Some(new)) => Ok((look::saved_or_stdin(old)?, look::saved_or_stdin(new)?)),
        _ => {
            let now = Some(args.now.unwrap_or_else(environment::clock));
            let report = |ago| sample::report(&[], None, now, ago);
            Ok((report(SAMPLE_AGO)?, report(SignedDuration::ZERO)?))
        }
    }
}
