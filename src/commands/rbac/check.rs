//! `rbac check` and `rbac roster`: the workspace against the declared policy and the rosters, as a scan of the
//! controls for that.

use std::path::PathBuf;

use crate::cli::{PolicyArgs, RbacCheckArgs, RbacRosterArgs};
use crate::commands::resolve::everything;
use crate::commands::scan::{ScanRequest, perform};
use crate::config::Config;
use crate::controls::{Pack, Selection};
use crate::error::Error;
use crate::exit::Exit;

/// Compares the workspace with everything that was declared and given.
///
/// # Errors
/// As a scan has them.
pub(super) fn check(args: &RbacCheckArgs) -> Result<Exit, Error> {
    perform(&request(&args.options, &args.roster), |config| of_policy(config, false))
}

/// Compares the teammates with the rosters alone.
///
/// # Errors
/// As a scan has them.
pub(super) fn roster(args: &RbacRosterArgs) -> Result<Exit, Error> {
    perform(&request(&args.options, &args.files), |config| of_policy(config, true))
}

fn request<'a>(args: &'a PolicyArgs, rosters: &'a [PathBuf]) -> ScanRequest<'a> {
    ScanRequest {
        source: &args.source,
        rosters,
        controls: &[],
        gate: &args.gate,
        report: &args.report,
        config: &args.config,
    }
}

/// The controls of declared policy; only those about the roster, if asked.
fn of_policy(config: Option<&Config>, needs_roster: bool) -> Selection {
    Selection { pack: Some(Pack::Rbac), needs_roster, ..everything(config) }
}
