//! The subcommands, one file each. They alone read the clock and the environment, and write.

use crate::cli::{AlertCommand, Cli, Command, meant};
use crate::controls::{Catalog, GUIDE_STATUS, GUIDE_TITLE, GUIDE_URL, GUIDE_VERSION};
use crate::error::Error;
use crate::exit::Exit;
use crate::standard_error;
use resolve::redaction;

/// How many columns of a word an error repeats.
const ECHO_COLUMNS: usize = 60;

mod alerts;
mod attest;
mod collect;
mod controls;
mod destinations;
mod dialogue;
mod diff;
mod doctor;
mod environment;
mod generate;
mod heartbeat;
mod history;
mod init;
mod keeping;
mod look;
mod rbac;
mod render;
mod resolve;
mod review;
mod sample;
mod scan;
pub(crate) mod secrets;
mod signals;
mod waive;
mod watch;

/// Runs the command that was asked for.
///
/// # Errors
/// Whatever kept it from doing its work.
pub(crate) fn run(cli: Cli) -> Result<Exit, Error> {
    environment::keep(cli.terminal);
    signals::watch()?;
    match cli.command {
        Command::Scan(args) => scan::run(&args),
        Command::Watch(args) => watch::run(&args),
        Command::Render(args) => render::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::History(command) => history::run(command),
        Command::Collect(args) => collect::run(&args),
        Command::Attest(args) => attest::run(&args),
        Command::Waive(args) => waive::run(&args),
        Command::Review(args) => review::run(&args),
        Command::Init(args) => init::run(&args),
        Command::Explain(args) => controls::explained(&args),
        Command::Controls(command) => controls::run(command),
        Command::Doctor(args) => doctor::run(&args),
        Command::Rbac(command) => rbac::run(command),
        Command::Alert(AlertCommand::Test(args)) => alerts::test(&args),
        Command::Generate(command) => generate::run(&command),
    }
}

/// Gives what the command line asked for instead of a command, such as its help, or says what is wrong with it.
pub(crate) fn answer(answer: &clap::Error) -> Exit {
    use clap::error::ErrorKind::{DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand, DisplayVersion};
    if let Some((word, meant)) = typed(answer) {
        let error = format!("error: there is no command \"{}\"", crate::text::line(word, ECHO_COLUMNS));
        let hint = format!("hint: intercom-harden {meant}");
        complain_in_lines([error.as_str(), hint.as_str()].into_iter());
        return Exit::Usage;
    }
    if answer.use_stderr() {
        heartbeat::never_started(&answer.to_string());
    }
    match answer.kind() {
        DisplayVersion if std::env::args_os().skip(1).any(|word| asks_for_more(&word)) => {
            let _ = destinations::print(&version());
        }
        DisplayHelp | DisplayVersion | DisplayHelpOnMissingArgumentOrSubcommand => {
            // A reader who has seen enough is no error.
            let _ = answer.print();
        }
        // A mistake quotes what was typed, or what a script passed on.
        _ => complain_in_lines(answer.to_string().lines()),
    }
    if answer.use_stderr() { Exit::Usage } else { Exit::Success }
}

/// The word of another tool that stands in the place of a command, and the command line that is meant.
fn typed(answer: &clap::Error) -> Option<(&str, &'static str)> {
    use clap::error::{ContextKind, ContextValue};
    match answer.get(ContextKind::InvalidSubcommand)? {
        ContextValue::String(word) => Some((word, meant(word)?)),
        _ => None,
    }
}

/// Whether a word of the command line asks for more than the version alone: `-v`, `--verbose`, `-Vv`.
fn asks_for_more(word: &std::ffi::OsStr) -> bool {
    let word = word.to_string_lossy();
    let short = word.strip_prefix('-').filter(|letters| letters.contains('v'));
    word == "--verbose"
        || short.is_some_and(|letters| letters.chars().all(|letter| matches!(letter, 'v' | 'V')))
}

/// Everything that a report of a fault should name.
fn version() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let controls = Catalog::load(&[]);
    let controls = controls.map(|all| {
        let count = all.of_policy(false).chain(all.of_policy(true)).count();
        format!("{count}, {}", all.digest())
    });
    format!(
        "intercom-harden {version}\n\
         commit:   {}\n\
         guide:    {GUIDE_TITLE} {GUIDE_VERSION} ({GUIDE_STATUS}), {GUIDE_URL}\n\
         controls: {}\n\
         target:   {}\n",
        env!("INTERCOM_HARDEN_COMMIT"),
        controls.unwrap_or_else(|error| error.to_string()),
        env!("INTERCOM_HARDEN_TARGET"),
    )
}

/// Says on standard error what went wrong and what to do.
pub(crate) fn complain(error: &Error) {
    let problems = error.problems().map(ToString::to_string).unwrap_or_default();
    let hint = error.hint().map(|hint| format!("hint: {hint}")).unwrap_or_default();
    let message = format!("error: {error}");
    let [message, problems] = [&message, &problems].map(|text| redaction::error(text));
    complain_in_lines(std::iter::once(&*message).chain(problems.lines()).chain(hint.lines()));
}

fn complain_in_lines<'a>(lines: impl Iterator<Item = &'a str>) {
    lines.for_each(standard_error::say);
}
