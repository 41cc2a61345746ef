//! `generate`: what the program can say about itself, for other programs.

use super::destinations::print;
use clap::CommandFactory as _;

use crate::alert;
use crate::cli::{Cli, GenerateCommand, SchemaName};
use crate::diff;
use crate::error::Error;
use crate::exit::Exit;
use crate::report::json;

/// Runs a subcommand of `generate`.
///
/// # Errors
/// When standard output cannot be written.
pub(super) fn run(command: &GenerateCommand) -> Result<Exit, Error> {
    match command {
        GenerateCommand::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), env!("CARGO_PKG_NAME"), &mut script);
            print(&String::from_utf8_lossy(&script))
        }
        GenerateCommand::Schema { what } => {
            let schema = match what {
                SchemaName::Report => json::schema(),
                SchemaName::Diff => diff::schema(),
                SchemaName::Alert => alert::schema(),
            };
            print(&schema.map_err(Error::Stdout)?)
        }
    }
    .map(|()| Exit::Success)
}
