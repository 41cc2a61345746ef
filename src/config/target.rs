//! `[[workspaces]]` and `[[alert]]`: several workspaces, and whom to tell.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

use crate::level::Level;
use crate::toml_document::{Located, Table, excerpt};

use super::scan::refuse_token;
use super::section::{self, Context, filled};

/// One of several workspaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedWorkspace {
    /// Its name, unique in the file.
    pub name: Located<String>,
    /// Where it is hosted: `us`, `eu` or `au`.
    pub region: Option<&'static str>,
    /// Where its token is.
    pub token: TokenSource,
}

/// Where a token is to be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TokenSource {
    /// In this environment variable.
    Env(String),
    /// In this file.
    File(PathBuf),
}

/// Where a regression goes.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Alert {
    /// Its name.
    pub name: Option<String>,
    /// A webhook to post to; whoever knows the address may post, so it is a secret.
    pub webhook: Option<String>,
    /// Another address to post to; a secret as well.
    pub url: Option<String>,
    /// A program and its arguments.
    pub command: Vec<String>,
    /// What it reacts to.
    pub on: Vec<String>,
    /// How the message is written.
    pub format: Option<String>,
    /// Regressions above this level are left out.
    pub level: Option<Level>,
    /// The line it starts on.
    pub line: usize,
}

impl fmt::Debug for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Alert").field("name", &self.name).field("line", &self.line).finish_non_exhaustive()
    }
}

pub(super) fn workspaces(tables: Vec<Table<'_>>, context: &Context) -> Vec<NamedWorkspace> {
    let mut names = BTreeSet::new();
    let mut workspaces = Vec::new();
    for table in tables {
        let document = table.document();
        let Some(workspace) = workspace(table, context) else { continue };
        if !names.insert(workspace.name.value.to_lowercase()) {
            let message = format!("there is another workspace `{}`", excerpt(&workspace.name));
            document.report(workspace.name.line, message);
        }
        workspaces.push(workspace);
    }
    workspaces
}

fn workspace(mut table: Table<'_>, context: &Context) -> Option<NamedWorkspace> {
    refuse_token(&mut table);
    let name = table.required_text("name");
    let region = section::region(&mut table, "region");
    match (table.has("token_env"), table.has("token_file")) {
        (true, true) => {
            table.document().report(table.line(), "`token_env` and `token_file` exclude each other");
        }
        (false, false) => table.missing("token_env` or `token_file"),
        _ => {}
    }
    let variable = token_env(&mut table, context).map(TokenSource::Env);
    let file = context.token_file(&mut table).map(TokenSource::File);
    table.finish();
    Some(NamedWorkspace { name: name?, region, token: variable.or(file)? })
}

/// Takes the name of an environment variable. What is written there instead may be the token: never quoted.
fn token_env(table: &mut Table<'_>, context: &Context) -> Option<String> {
    let text = filled(table, "token_env")?;
    if !context.allows(table, "token_env", text.line) {
        return None;
    }
    let starts_well = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if !starts_well || !text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        let message =
            "`token_env` is not the name of an environment variable; the token itself never goes here";
        table.document().report(text.line, message);
        return None;
    }
    Some(text.value)
}

pub(super) fn alert(mut table: Table<'_>, context: &Context) -> Alert {
    let line = table.line();
    let texts = |list: Option<Located<Vec<Located<String>>>>| -> Vec<String> {
        list.map(|list| list.value.into_iter().map(|text| text.value).collect()).unwrap_or_default()
    };
    let refused = ["webhook", "url", "command"].map(|key| {
        let given = table.keys().into_iter().find(|given| given.value == key);
        given.is_some_and(|given| !context.allows(&table, key, given.line))
    });
    let mut alert = Alert {
        name: filled(&mut table, "name").map(|text| text.value),
        webhook: filled(&mut table, "webhook").map(|text| text.value),
        url: filled(&mut table, "url").map(|text| text.value),
        command: texts(table.text_or_texts("command")),
        on: texts(table.text_or_texts("on")),
        format: filled(&mut table, "format").map(|text| text.value),
        level: section::word(&mut table, "level", &["l1", "l2", "l3"])
            .and_then(|word| Level::parse(word.value)),
        line,
    };
    table.finish();
    if refused.contains(&true) {
        (alert.webhook, alert.url, alert.command) = (None, None, Vec::new());
    }
    alert
}
