//! The subcommands, one file each. They alone read the clock and the environment, and write.

use std::io::Write as _;

use crate::cli::{Cli, Command};
use crate::error::Error;
use crate::exit::Exit;

mod collect;
mod configuration;
mod connection;
mod controls;
mod destinations;
mod doctor;
mod plan;
mod ranges;
mod scan;
mod terminal;

/// Runs the command that was asked for.
///
/// # Errors
/// Whatever kept it from doing its work.
pub(crate) fn run(cli: Cli) -> Result<Exit, Error> {
    match cli.command {
        Command::Scan(args) => scan::run(&args),
        Command::Collect(args) => collect::run(&args),
        Command::Controls(command) => controls::run(command),
        Command::Doctor(args) => doctor::run(&args),
    }
}

/// The clock: read once, when a command starts.
#[expect(clippy::disallowed_methods, reason = "the one place where the program asks what time it is")]
fn clock() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// Says on standard error what went wrong and what to do.
///
/// An error may quote a server or a file: each message stays on the one line it gets.
pub(crate) fn complain(error: &Error) {
    let problems = error.problems().map(ToString::to_string).unwrap_or_default();
    let hint = error.hint().map(|hint| format!("hint: {hint}")).unwrap_or_default();
    let message = format!("error: {error}");
    for line in std::iter::once(message.as_str()).chain(problems.lines()).chain(hint.lines()) {
        // Nobody is left to tell when standard error is closed.
        let _ = writeln!(std::io::stderr(), "{}", crate::text::terminal(line));
    }
}
