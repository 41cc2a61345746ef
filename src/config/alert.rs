//! `[[alert]]`: where what is new goes. Addresses and secrets are never here, only where they are kept.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::casefold::same_name;
use crate::confidential::Place;
use crate::level::Level;
use crate::toml_document::{Located, Table, excerpt};

use super::section::{Context, filled};

/// The kinds of receivers.
const KINDS: [&str; 3] = ["webhook", "slack", "command"];
/// What only those have that are sent something over HTTP.
const URL_OR_SECRET: [&str; 4] = ["url_env", "url_file", "secret_env", "secret_file"];
/// The longest name, in characters.
const LONGEST_NAME: usize = 60;

/// A destination of messages, and what it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Alert {
    /// Its name, which no other has.
    pub name: String,
    /// Who takes the messages.
    pub receiver: Receiver,
    /// Findings of controls up to this level are told.
    pub level: Level,
    /// What it is told of.
    pub on: Vec<Occasion>,
    /// Only these controls; all, if empty.
    pub controls: Vec<Located<String>>,
}

/// Who takes messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Receiver {
    /// A webhook after the rules of Standard Webhooks, and the secret that signs what it is sent.
    Webhook { url: Place, secret: Option<Place> },
    /// An incoming webhook of Slack, or a service that takes the same.
    Slack { url: Place },
    /// A program, which reads the message from standard input.
    Command { program: PathBuf, arguments: Vec<String> },
}

/// What there is to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Occasion {
    /// A finding is there that was not.
    New,
    /// A finding is fixed or reviewed.
    Resolved,
    /// A control is no longer decided.
    Undecided,
    /// A source can no longer be read.
    Incomplete,
}

/// Reads the entries. Those of a configuration that was found are refused.
pub(super) fn alerts(tables: Vec<Table<'_>>, context: &Context) -> Vec<Alert> {
    let mut alerts: Vec<Alert> = Vec::new();
    for table in tables {
        let (document, line) = (table.document(), table.line());
        let is_trusted = context.trusts(&table, "[[alert]]", line);
        let Some(alert) = alert(table, context).filter(|_| is_trusted) else { continue };
        if alerts.iter().any(|other| same_name(&other.name, &alert.name)) {
            document.report(line, format!("two alerts have the name `{}`", excerpt(&alert.name)));
        }
        alerts.push(alert);
    }
    alerts
}

fn alert(mut table: Table<'_>, context: &Context) -> Option<Alert> {
    let name = table.required_text("name");
    if let Some(name) = name.as_ref().filter(|name| name.chars().count() > LONGEST_NAME) {
        table.document().report(name.line, format!("`name` is longer than {LONGEST_NAME} characters"));
    }
    let level = table.word("level").unwrap_or(Level::L1);
    let on = occasions(&mut table);
    let controls = table.texts("controls").map(|controls| controls.value).unwrap_or_default();
    let receiver = receiver(&mut table, context);
    table.finish();
    Some(Alert { name: name?.value, receiver: receiver?, level, on, controls })
}

fn occasions(table: &mut Table<'_>) -> Vec<Occasion> {
    let Some(words) = table.texts("on") else { return vec![Occasion::New, Occasion::Incomplete] };
    if words.value.is_empty() {
        table.document().report(words.line, "`on` is empty: this alert would never send a message");
    }
    words.value.iter().filter_map(|word| table.document().word("`on`", word)).collect()
}

/// Takes what says who takes the messages: the keys of its kind, and of no other.
fn receiver(table: &mut Table<'_>, context: &Context) -> Option<Receiver> {
    table.require("kind");
    let kind = table.one_of("kind", &KINDS);
    let document = table.document();
    let foreign: &[(&str, &[&str])] = &[
        ("webhook", &["command"]),
        ("slack", &["secret_env", "secret_file", "command"]),
        ("command", &URL_OR_SECRET),
    ];
    let foreign = foreign.iter().find(|(name, _)| kind.as_ref().is_some_and(|kind| kind.value == *name));
    for key in foreign.iter().flat_map(|(_, keys)| keys.iter()).filter(|key| table.has(key)) {
        document.report(table.line(), format!("`{key}` has no effect on an alert of this kind"));
    }
    let has_url = table.has("url_env") || table.has("url_file");
    let url = place(table, context, "url_env", "url_file");
    let secret = place(table, context, "secret_env", "secret_file");
    let command = table.texts("command");
    match kind?.value {
        "command" => {
            let words = command.or_else(|| {
                table.missing("command");
                None
            })?;
            let mut parts = words.value.into_iter().map(|word| word.value);
            let Some(program) = parts.next().filter(|program| !program.trim().is_empty()) else {
                document.report(words.line, "`command` names no program");
                return None;
            };
            // A name alone is looked for in PATH; a path starts where every path of the configuration does.
            let is_path = program.contains(std::path::is_separator);
            let program = if is_path { context.path(&program) } else { program.into() };
            Some(Receiver::Command { program, arguments: parts.collect() })
        }
        _ if !has_url => {
            table.missing("url_env` or `url_file");
            None
        }
        "slack" => Some(Receiver::Slack { url: url? }),
        _ => Some(Receiver::Webhook { url: url?, secret }),
    }
}

/// Takes where something confidential is: in the variable or the file that one of two keys names.
fn place(
    table: &mut Table<'_>,
    context: &Context,
    variable: &'static str,
    file: &'static str,
) -> Option<Place> {
    let (name, path) = (filled(table, variable), filled(table, file));
    let document = table.document();
    match (name, path) {
        (Some(_), Some(path)) => {
            document.report(path.line, format!("`{variable}` and `{file}` are both there: leave one out"));
            None
        }
        (Some(name), None) => {
            let is_part = |ch: char| ch.is_ascii_alphanumeric() || ch == '_';
            if name.starts_with(|ch: char| ch.is_ascii_digit()) || !name.chars().all(is_part) {
                // What stands there instead may be the address itself: it is not repeated.
                let message =
                    format!("`{variable}` is not the name of an environment variable, such as `ALERT_URL`");
                document.report(name.line, message);
                return None;
            }
            Some(Place::Variable(name.value))
        }
        (None, path) => path.map(|path| Place::File(context.path(&path.value))),
    }
}
