//! `generate`: what the program can say about itself, for other programs.

use super::destinations::print;
use crate::cli::{GenerateCommand, SchemaName};
use crate::error::Error;
use crate::exit::Exit;
use crate::report::{RenderError, json};

/// Runs a subcommand of `generate`.
///
/// # Errors
/// When standard output cannot be written.
pub(super) fn run(command: &GenerateCommand) -> Result<Exit, Error> {
    match command {
        GenerateCommand::Schema { what: SchemaName::Report } => {
            print(&json::schema().map_err(RenderError::from)?)
        }
    }
    .map(|()| Exit::Success)
}
