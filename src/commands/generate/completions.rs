//! Scripts that complete commands, options and their values in a shell.

use std::fmt::Write as _;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Arg, Command, CommandFactory as _, ValueHint};
use clap_complete::Shell;

use crate::cli::Cli;
use crate::controls::Catalog;
use crate::report::grouping::Grouping;

/// The name of the program.
const NAME: &str = env!("CARGO_PKG_NAME");

/// What the functions of the script for fish are named after.
const FUNCTION: &str = "intercom_harden";

/// The options and arguments that take the id of a control.
const TAKE_CONTROL: [&str; 3] = ["id", "control", "skip"];

/// The script of a shell, which knows the ids of these controls. For Bash, clap_complete spells the name of a program with a
/// dash in two ways, so that nothing below the program would be completed.
pub(super) fn script(shell: Shell, catalog: &Catalog) -> String {
    let mut script = Vec::new();
    let mut command = with_values(Cli::command(), catalog);
    clap_complete::generate(shell, &mut command, NAME, &mut script);
    let mut script = String::from_utf8_lossy(&script).into_owned();
    match shell {
        Shell::Bash => script = script.replace(&NAME.replace('-', "__subcmd__"), &NAME.replace('-', "__")),
        Shell::Fish => positionals(&command, &mut Vec::new(), &mut script),
        _ => {}
    }
    script
}

/// Adds the values of arguments without an option, which clap_complete leaves out for fish.
fn positionals<'c>(command: &'c Command, above: &mut Vec<&'c str>, script: &mut String) {
    let condition = match above.as_slice() {
        [] => None,
        [first] => Some(format!("__fish_{FUNCTION}_using_subcommand {first}")),
        [first, rest @ ..] => {
            let seen = format!("; and __fish_seen_subcommand_from {}", rest.join(" "));
            Some(format!("__fish_{FUNCTION}_using_subcommand {first}{seen}"))
        }
    };
    let values = command.get_positionals().flat_map(|argument| argument.get_possible_values());
    for (value, condition) in values.filter_map(|value| Some((value, condition.as_ref()?))) {
        let help = value.get_help().map(ToString::to_string).unwrap_or_default();
        let help = help.replace('\\', "\\\\").replace('\'', "\\'");
        // Writing to a string cannot fail.
        let _ = writeln!(
            script,
            "complete -c {NAME} -n \"{condition}\" -f -a \"{}\" -d '{help}'",
            value.get_name()
        );
    }
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        above.push(below.get_name());
        positionals(below, above, script);
        above.pop();
    }
}

/// A command whose arguments have the values that the catalog tells, as those below it.
fn with_values(command: Command, catalog: &Catalog) -> Command {
    command
        .mut_args(|argument| completed(argument, catalog))
        .mut_subcommands(|below| with_values(below, catalog))
}

fn completed(argument: Arg, catalog: &Catalog) -> Arg {
    let takes_values = argument.get_action().takes_values();
    match argument.get_id().as_str() {
        name if TAKE_CONTROL.contains(&name) => {
            let ids = catalog.of_policy(false).chain(catalog.of_policy(true)).map(|definition| {
                let control = &definition.control;
                PossibleValue::new(control.id.clone()).help(control.title.clone())
            });
            argument.value_parser(PossibleValuesParser::new(ids))
        }
        "by" if is_grouping(&argument) => {
            let frameworks =
                catalog.of_policy(false).flat_map(|definition| definition.control.frameworks.keys());
            let names = Grouping::names(frameworks).into_iter().map(str::to_owned);
            argument.value_parser(PossibleValuesParser::new(names))
        }
        "output" => argument.value_hint(ValueHint::FilePath),
        // A shell offers files where it knows nothing better.
        _ if takes_values && argument.get_value_hint() == ValueHint::Unknown => {
            argument.value_hint(ValueHint::Other)
        }
        _ => argument,
    }
}

/// Whether `--by` groups a report; elsewhere it names a person.
fn is_grouping(argument: &Arg) -> bool {
    argument.get_value_names().is_some_and(|names| names.iter().any(|name| name == "GROUPING"))
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;

    #[test]
    fn every_shell_completes_ids_formats_levels_and_frameworks() {
        let catalog = Catalog::load(&[]).unwrap();
        for shell in Shell::value_variants() {
            let script = script(*shell, &catalog);
            // PowerShell and Elvish complete commands and options, and no values.
            let of_values = matches!(shell, Shell::Bash | Shell::Zsh | Shell::Fish);
            for word in ["fail-on", "completions", "reference"] {
                assert!(script.contains(word), "{shell}: {word}");
            }
            for word in ["2.3", "E13", "R4", "ndjson", "l2", "nist-800-53"] {
                assert!(!of_values || script.contains(word), "{shell}: {word}");
            }
        }
    }

    #[test]
    fn bash_and_fish_complete_what_is_below_a_command() {
        let catalog = Catalog::load(&[]).unwrap();
        let bash = script(Shell::Bash, &catalog);
        let named = bash.matches("cmd=\"intercom__harden__subcmd__scan\"").count();
        assert_eq!((named, bash.matches(" intercom__harden__subcmd__scan)\n").count()), (1, 1));
        let fish = script(Shell::Fish, &catalog);
        let line = "-n \"__fish_intercom_harden_using_subcommand controls; and __fish_seen_subcommand_from show\" -f -a \"2.3\"";
        assert!(fish.contains(line));
        assert!(fish.contains("function __fish_intercom_harden_using_subcommand"));
    }

    #[test]
    fn every_argument_that_takes_a_control_is_known() {
        fn walk(command: &Command, seen: &mut Vec<String>) {
            for argument in command.get_arguments() {
                let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
                let name = argument.get_id().as_str();
                let named = help.starts_with("The control's id") || help.contains(" this control");
                assert_eq!(named, TAKE_CONTROL.contains(&name), "{} {name}: {help}", command.get_name());
                if named {
                    seen.push(format!("{} {name}", command.get_name()));
                }
            }
            command.get_subcommands().for_each(|below| walk(below, seen));
        }
        let mut seen = Vec::new();
        walk(&Cli::command(), &mut seen);
        assert!(seen.len() >= 8, "{seen:?}");
    }
}
