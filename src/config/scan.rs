//! `[workspace]`, `[scan]` and `[params]`: what is scanned, how, and with which limits.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::level::Level;
use crate::toml_document::{Located, Table, excerpt};

use super::Overrides;
use super::section::{self, Context, filled};
use super::time::Window;

/// The workspace to scan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Workspace {
    /// Where it is hosted: `us`, `eu` or `au`.
    pub region: Option<&'static str>,
    /// Its name, for people.
    pub name: Option<String>,
    /// The file that holds the token.
    pub token_file: Option<PathBuf>,
}

/// Settings of the scan; an option on the command line outweighs each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ScanSettings {
    /// The highest level to evaluate.
    pub level: Option<Level>,
    /// The gate: controls up to this level fail the scan, `Some(None)` means that none does.
    pub fail_on: Option<Option<Level>>,
    /// The window for high-volume events.
    pub since: Option<Located<Window>>,
    /// Whether manual and unknown fail the gate too.
    pub strict: Option<bool>,
}

pub(super) fn workspace(mut table: Table<'_>, context: &Context) -> Workspace {
    refuse_token(&mut table);
    let workspace = Workspace {
        region: section::region(&mut table, "region"),
        name: filled(&mut table, "name").map(|name| name.value),
        token_file: context.token_file(&mut table),
    };
    table.finish();
    workspace
}

/// Says plainly that a token must not be written into the file; its value is never repeated.
pub(super) fn refuse_token(table: &mut Table<'_>) {
    for key in ["token", "access_token"] {
        let line = table.keys().iter().find(|known| known.value == key).map(|known| known.line);
        if let Some(line) = line {
            table.value_at(key);
            table.document().report(
                line,
                format!(
                    "`{key}`: a token does not belong into a configuration; revoke this one if it is real, and \
                     pass the new one in INTERCOM_ACCESS_TOKEN or a token file"
                ),
            );
        }
    }
}

pub(super) fn settings(mut table: Table<'_>) -> ScanSettings {
    let level_of = |word: Located<&'static str>| Level::parse(word.value);
    let settings = ScanSettings {
        level: section::word(&mut table, "level", &["l1", "l2", "l3"]).and_then(level_of),
        fail_on: section::word(&mut table, "fail_on", &["l1", "l2", "l3", "never"]).map(level_of),
        since: since(&mut table),
        strict: table.flag("strict").map(|strict| strict.value),
    };
    table.finish();
    settings
}

fn since(table: &mut Table<'_>) -> Option<Located<Window>> {
    let text = table.date_text("since")?;
    match Window::parse(&text) {
        Ok(value) => Some(Located { value, line: text.line }),
        Err(error) => {
            table.document().report(text.line, format!("`since` is `{}`, {error}", excerpt(&text)));
            None
        }
    }
}

/// Takes the parameters of every control; which control has which is for the catalog to say.
pub(super) fn overrides(mut table: Table<'_>) -> Overrides {
    let mut overrides = Overrides::new();
    for control in table.keys() {
        let Some(mut params) = table.table_at(&control.value) else { continue };
        let mut values = BTreeMap::new();
        for key in params.keys() {
            if let Some(value) = params.value_at(&key.value) {
                values.insert(key.value, Located { value: value.value, line: key.line });
            }
        }
        overrides.insert(control.value, Located { value: values, line: params.line() });
    }
    overrides
}
