//! Man pages: one for each command, with its exit codes, the files and the variables that it reads.

use clap::{Arg, Command, CommandFactory as _};
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};

use crate::cli::Cli;

/// A variable or file, what it is, and which commands it concerns.
struct Entry {
    name: &'static str,
    meaning: &'static str,
    concerns: fn(&str, &Command) -> bool,
}

/// The variables that the program reads.
const ENVIRONMENT: [Entry; 12] = [
    entry_of(
        "INTERCOM_ACCESS_TOKEN",
        "The access token, where neither --token-file nor --token-stdin is given.",
        named,
    ),
    entry_of(
        "INTERCOM_REGION",
        "Where the workspace is hosted: us, eu or au. --region and --login-url take precedence.",
        named,
    ),
    entry_of("INTERCOM_HARDEN_STORE", "The database that keeps results, where --store is not given.", named),
    entry_of(
        "INTERCOM_HARDEN_REDACT_KEY",
        "The key of the pseudonyms, where --redact-key-file is not given.",
        named,
    ),
    entry_of(
        "INTERCOM_HARDEN_HEARTBEAT",
        "The file that holds the address of the heartbeat, where --heartbeat-file is not given.",
        named,
    ),
    entry_of(
        "HTTPS_PROXY, ALL_PROXY",
        "The proxy for requests to Intercom, to receivers of alerts and for the heartbeat.",
        uses_network,
    ),
    entry_of("NO_PROXY", "Hosts that are reached without a proxy.", uses_network),
    entry_of(
        "SSL_CERT_FILE, SSL_CERT_DIR",
        "Certificates that are trusted in place of the system's.",
        uses_network,
    ),
    entry_of("NO_COLOR", "Where it is not empty, nothing is coloured unless --color says so.", every),
    entry_of(
        "CLICOLOR_FORCE",
        "Where it is neither empty nor 0, output is coloured although it goes to no terminal.",
        every,
    ),
    entry_of("COLUMNS", "How wide output is.", every),
    entry_of("LC_ALL, LC_CTYPE, LANG", "Where the locale is C or POSIX, output is plain ASCII.", every),
];

/// The files that the program reads or writes without being told their names.
const FILES: [Entry; 2] = [
    entry_of(
        "./intercom-harden.toml",
        "The configuration, where neither --config nor --no-config is given. It may not name token files, stores or files \
         outside its folder, and what weakens the result is listed.",
        |_, command| has(command, "no_config"),
    ),
    entry_of(
        "./intercom-harden.toml",
        "The configuration that is written, where --config is not given.",
        |_, command| help_of(command, "config").contains("to write"),
    ),
];

const fn entry_of(name: &'static str, meaning: &'static str, concerns: fn(&str, &Command) -> bool) -> Entry {
    Entry { name, meaning, concerns }
}

const fn every(_: &str, _: &Command) -> bool {
    true
}

/// Whether the help of an option names it.
fn named(name: &str, command: &Command) -> bool {
    command.get_arguments().any(|argument| !argument.is_hide_set() && help(argument).contains(name))
}

fn uses_network(_: &str, command: &Command) -> bool {
    has(command, "region") || command.get_display_name() == Some("intercom-harden-alert-test")
}

fn has(command: &Command, option: &str) -> bool {
    command.get_arguments().any(|argument| argument.get_id() == option)
}

fn help(argument: &Arg) -> String {
    argument.get_help().map(ToString::to_string).unwrap_or_default()
}

fn help_of(command: &Command, option: &str) -> String {
    command.get_arguments().find(|argument| argument.get_id() == option).map(help).unwrap_or_default()
}

/// Every page: the name of its file, and its text.
pub(super) fn pages() -> Vec<(String, String)> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let mut pages = Vec::new();
    add(&command, None, &mut pages);
    pages
}

fn add(command: &Command, above: Option<&str>, pages: &mut Vec<(String, String)>) {
    let name = name_of(command);
    pages.push((format!("{name}.1"), page(command, above)));
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        add(below, Some(name), pages);
    }
}

/// The name of a command's page: `intercom-harden-rbac-can`.
fn name_of(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

fn page(command: &Command, above: Option<&str>) -> String {
    let version = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.clone())
        .title(crate::casefold::ascii_upper(name_of(command)))
        .date(env!("INTERCOM_HARDEN_DATE"))
        .source(version)
        .manual("User Commands");
    let mut text = Vec::new();
    // Writing to memory does not fail.
    let _ = man.render_title(&mut text);
    let _ = man.render_name_section(&mut text);
    let _ = synopsis(command).to_writer(&mut text);
    let _ = man.render_description_section(&mut text);
    let _ = man.render_options_section(&mut text);
    let mut roff = Roff::new();
    below(&mut roff, command);
    exit_codes(&mut roff, command);
    entries(&mut roff, "ENVIRONMENT", &ENVIRONMENT, command);
    entries(&mut roff, "FILES", &FILES, command);
    see_also(&mut roff, command, above);
    let text = String::from_utf8_lossy(&text).into_owned() + &roff.to_roff();
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// How a command is called, as its help begins.
fn synopsis(command: &Command) -> Roff {
    let usage = command.clone().render_usage().to_string();
    let mut roff = Roff::new();
    roff.control("SH", ["SYNOPSIS"]);
    let lines = usage.trim_start_matches("Usage:").lines().map(str::trim).filter(|line| !line.is_empty());
    for (number, line) in lines.enumerate() {
        if number > 0 {
            roff.control("br", []);
        }
        roff.text([roman(line)]);
    }
    roff
}

/// The commands below one.
fn below(roff: &mut Roff, command: &Command) {
    let commands: Vec<_> = command.get_subcommands().filter(|below| !below.is_hide_set()).collect();
    if !commands.is_empty() {
        roff.control("SH", ["COMMANDS"]);
    }
    for below in commands {
        let about = below.get_about().map(ToString::to_string).unwrap_or_default();
        entry(roff, reference(name_of(below)), &about);
    }
}

/// The exit codes, as the command's help lists them.
fn exit_codes(roff: &mut Roff, command: &Command) {
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let codes = help.lines().filter_map(|line| line.trim_start().split_once("  "));
    let codes: Vec<_> = codes.filter(|(code, _)| code.parse::<u8>().is_ok()).collect();
    if !codes.is_empty() {
        roff.control("SH", ["EXIT STATUS"]);
    }
    for (code, meaning) in codes {
        entry(roff, vec![bold(code)], meaning);
    }
}

/// Those that concern a command.
fn entries(roff: &mut Roff, title: &str, known: &[Entry], command: &Command) {
    let known: Vec<_> = known.iter().filter(|known| (known.concerns)(known.name, command)).collect();
    if !known.is_empty() {
        roff.control("SH", [title]);
    }
    for Entry { name, meaning, .. } in known {
        entry(roff, vec![bold(*name)], meaning);
    }
}

fn see_also(roff: &mut Roff, command: &Command, above: Option<&str>) {
    let commands = command.get_subcommands().filter(|below| !below.is_hide_set()).map(name_of);
    let names: Vec<&str> = above.into_iter().chain(commands).collect();
    roff.control("SH", ["SEE ALSO"]);
    let mut line: Vec<Inline> = Vec::new();
    for name in names {
        line.extend(reference(name));
        line.push(roman(", "));
    }
    line.push(italic(env!("CARGO_PKG_REPOSITORY")));
    roff.text(line);
}

/// A reference to a page.
fn reference(name: &str) -> Vec<Inline> {
    vec![bold(name), roman("(1)")]
}

fn entry(roff: &mut Roff, head: Vec<Inline>, text: &str) {
    roff.control("TP", []);
    roff.text(head);
    roff.text([roman(text)]);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_command_has_a_page_with_what_it_goes_by() {
        let pages = pages();
        let page = |name: &str| &pages.iter().find(|(file, _)| file == name).unwrap().1;
        let scan = page("intercom-harden-scan.1");
        for part in [".SH \"EXIT STATUS\"", "INTERCOM_ACCESS_TOKEN", ".SH FILES", "intercom\\-harden.toml"] {
            assert!(scan.contains(part), "no {part} in\n{scan}");
        }
        let facts = page("intercom-harden-controls-facts.1");
        assert!(facts.contains(".SH \"EXIT STATUS\"") && !facts.contains("INTERCOM_ACCESS_TOKEN"), "{facts}");
        assert!(page("intercom-harden.1").contains("intercom\\-harden\\-rbac"));
        let compared = page("intercom-harden-diff.1");
        assert!(compared.contains("store") && !compared.contains("INTERCOM_HARDEN_STORE"), "{compared}");
        let names: BTreeSet<_> = pages.iter().map(|(name, _)| name).collect();
        assert!(names.len() == pages.len() && names.len() > 20, "{names:?}");
        assert!(pages.iter().all(|(_, page)| !page.contains(".br\n.SH")), "a break that breaks nothing");
    }

    #[test]
    fn every_variable_and_file_concerns_a_command_and_is_told_in_its_page() {
        let pages = pages();
        let told = |entry: &Entry| {
            let meaning = entry.meaning.replace('-', "\\-");
            pages.iter().filter(|(_, page)| page.contains(&*meaning)).count()
        };
        for entry in ENVIRONMENT.iter().chain(&FILES) {
            assert!(told(entry) > 0, "{}", entry.name);
        }
        let page = |name: &str| &pages.iter().find(|(file, _)| file == name).unwrap().1;
        assert!(page("intercom-harden-alert-test.1").contains("HTTPS_PROXY"));
        assert!(!page("intercom-harden-attest.1").contains("no\\-config"));
        assert!(page("intercom-harden-attest.1").contains("The configuration that is written"));
    }
}
