//! `rbac check` and `rbac roster`: the workspace against the declared policy and the rosters, as a scan of the
//! controls for that.

use std::path::PathBuf;

use crate::cli::{PolicyArgs, RbacCheckArgs, RbacRosterArgs};
use crate::commands::resolve::{chosen, everything};
use crate::commands::scan::{ScanRequest, perform};
use crate::controls::{Pack, Selection};
use crate::error::Error;
use crate::exit::Exit;

/// Compares the workspace with everything that was declared and given.
///
/// # Errors
/// As a scan has them.
pub(super) fn check(args: &RbacCheckArgs) -> Result<Exit, Error> {
    let report = perform(&request(&args.options, &args.roster), |config| {
        Ok(Selection { pack: Some(Pack::Rbac), ..chosen(&args.chosen, config)? })
    })?;
    Ok(report.gate.exit_code)
}

/// Compares the teammates with the rosters alone.
///
/// # Errors
/// As a scan has them.
pub(super) fn roster(args: &RbacRosterArgs) -> Result<Exit, Error> {
    let report = perform(&request(&args.options, &args.files), |config| {
        Ok(Selection { pack: Some(Pack::Rbac), needs_roster: true, ..everything(config) })
    })?;
    Ok(report.gate.exit_code)
}

fn request<'a>(args: &'a PolicyArgs, rosters: &'a [PathBuf]) -> ScanRequest<'a> {
    ScanRequest {
        source: &args.source,
        rosters,
        controls: &[],
        gate: &args.gate,
        report: &args.report,
        keep: None,
        config: &args.config,
    }
}
