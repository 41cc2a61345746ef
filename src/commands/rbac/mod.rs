//! `rbac`: checks declared roles, and diagnoses access problems.

use crate::cli::RbacCommand;
use crate::error::Error;
use crate::exit::Exit;

mod can;
mod check;
mod diagnose;

/// Runs a subcommand of `rbac`.
///
/// # Errors
/// Whatever kept it from answering.
pub(super) fn run(command: RbacCommand) -> Result<Exit, Error> {
    match command {
        RbacCommand::Check(args) => check::check(&args),
        RbacCommand::Roster(args) => check::roster(&args),
        RbacCommand::Can(args) => can::run(&args),
        RbacCommand::Diagnose(args) => diagnose::run(&args),
    }
}
