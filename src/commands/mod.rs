//! The subcommands, one file each. They alone read the clock and the environment, and write.

use std::io::Write as _;

use crate::cli::{Cli, Command};
use crate::error::Error;
use crate::exit::Exit;

mod attest;
mod collect;
mod controls;
mod destinations;
mod dialogue;
mod doctor;
mod environment;
mod generate;
mod init;
mod look;
mod rbac;
mod render;
mod resolve;
mod review;
mod scan;
mod waive;

/// Runs the command that was asked for.
///
/// # Errors
/// Whatever kept it from doing its work.
pub(crate) fn run(cli: Cli) -> Result<Exit, Error> {
    match cli.command {
        Command::Scan(args) => scan::run(&args),
        Command::Render(args) => render::run(&args),
        Command::Collect(args) => collect::run(&args),
        Command::Attest(args) => attest::run(&args),
        Command::Waive(args) => waive::run(&args),
        Command::Review(args) => review::run(&args),
        Command::Init(args) => init::run(&args),
        Command::Explain(args) => controls::explained(&args),
        Command::Controls(command) => controls::run(command),
        Command::Doctor(args) => doctor::run(&args),
        Command::Rbac(command) => rbac::run(command),
        Command::Generate(command) => generate::run(&command),
    }
}

/// Gives what the command line asked for instead of a command, such as its help, or says what is wrong with it.
pub(crate) fn answer(answer: &clap::Error) -> Exit {
    use clap::error::ErrorKind::{DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand, DisplayVersion};
    match answer.kind() {
        DisplayHelp | DisplayVersion | DisplayHelpOnMissingArgumentOrSubcommand => {
            // A reader who has seen enough is no error.
            let _ = answer.print();
        }
        // A mistake quotes what was typed, or what a script passed on.
        _ => complain_in_lines(answer.to_string().lines()),
    }
    if answer.use_stderr() { Exit::Usage } else { Exit::Success }
}

/// Says on standard error what went wrong and what to do.
///
/// An error may quote a server or a file: each message stays on the one line it gets.
pub(crate) fn complain(error: &Error) {
    let problems = error.problems().map(ToString::to_string).unwrap_or_default();
    let hint = error.hint().map(|hint| format!("hint: {hint}")).unwrap_or_default();
    let message = format!("error: {error}");
    complain_in_lines(std::iter::once(message.as_str()).chain(problems.lines()).chain(hint.lines()));
}

fn complain_in_lines<'a>(lines: impl Iterator<Item = &'a str>) {
    for line in lines {
        // Nobody is left to tell when standard error is closed.
        let _ = writeln!(std::io::stderr(), "{}", crate::text::terminal(line));
    }
}
