//! What people type who know other tools, and what it is called here.

/// Words in the place of a command, each with the command line that does it.
const TYPED: [(&str, &str); 28] = [
    ("audit", "scan"),
    ("can", "rbac can"),
    ("check", "controls check"),
    ("completion", "generate completions"),
    ("completions", "generate completions"),
    ("compliance", "scan --by cis-v8"),
    ("config", "init"),
    ("daemon", "watch"),
    ("demo", "scan --demo"),
    ("diagnose", "rbac diagnose"),
    ("export", "render"),
    ("facts", "controls facts"),
    ("fix", "explain"),
    ("lint", "controls check"),
    ("list", "controls list"),
    ("login", "doctor"),
    ("monitor", "watch"),
    ("remediate", "explain"),
    ("report", "render"),
    ("roles", "rbac check"),
    ("roster", "rbac roster"),
    ("run", "scan"),
    ("schema", "generate schema"),
    ("show", "controls show"),
    ("snapshot", "collect"),
    ("suppress", "waive"),
    ("validate", "controls check"),
    ("version", "--version"),
];

/// The command line that is meant by a word in the place of a command.
pub(crate) fn meant(word: &str) -> Option<&'static str> {
    TYPED.iter().find(|(typed, _)| crate::casefold::same_name(typed, word)).map(|(_, meant)| *meant)
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn what_is_meant_exists_and_what_is_typed_does_not() {
        for (typed, meant) in TYPED {
            assert!(Cli::command().find_subcommand(typed).is_none(), "{typed}");
            let words = std::iter::once("intercom-harden").chain(meant.split(' '));
            if let Err(error) = Cli::try_parse_from(words) {
                use clap::error::ErrorKind as Kind;
                let known = [
                    Kind::MissingRequiredArgument,
                    Kind::DisplayVersion,
                    Kind::DisplayHelpOnMissingArgumentOrSubcommand,
                ];
                assert!(known.contains(&error.kind()), "{meant}: {error}");
            }
        }
        assert!(TYPED.is_sorted());
        assert_eq!((meant("LIST"), meant("scan")), (Some("controls list"), None));
    }

    /// The options of a command and of those below it.
    fn each(command: &clap::Command, look: &mut impl FnMut(&clap::Command, &clap::Arg)) {
        command.get_arguments().for_each(|argument| look(command, argument));
        command.get_subcommands().for_each(|below| each(below, look));
    }

    #[test]
    fn the_help_of_every_command_names_the_exit_codes() {
        fn check(command: &clap::Command) {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let group = command.get_subcommands().next().is_some();
            assert!(group || help.starts_with("Exit codes:\n  0  "), "{}", command.get_name());
            command.get_subcommands().for_each(check);
        }
        check(&Cli::command());
    }

    #[test]
    fn words_are_taken_in_any_case() {
        let mut seen = 0;
        each(&Cli::command(), &mut |command, argument| {
            if argument.get_action().takes_values() && !argument.get_possible_values().is_empty() {
                seen += 1;
                assert!(argument.is_ignore_case_set(), "{} --{}", command.get_name(), argument.get_id());
            }
        });
        assert!(seen > 10, "{seen}");
    }
}
