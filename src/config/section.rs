//! What the sections of the file have in common: files they name, dates, regions and e-mail addresses,
//! and what a configuration may not say where it was found.

use std::path::{Component, Path, PathBuf};

use jiff::civil::Date;

use crate::casefold::same_name;
use crate::toml_document::{Located, Table, closest, excerpt};

use super::Trust;
use super::load::stays_inside;
use super::time::parse_date;

/// Where a configuration comes from.
#[derive(Debug, Clone)]
pub(super) struct Context {
    pub(super) trust: Trust,
    /// The folder of the file: relative paths in it start there.
    pub(super) folder: PathBuf,
}

impl Context {
    /// Reports a setting that only a named configuration may make. Says whether it is allowed.
    pub(super) fn allows(&self, table: &Table<'_>, key: &str, line: usize) -> bool {
        let allowed = self.trust == Trust::Named;
        if !allowed {
            table.document().report(
                line,
                format!("`{key}` is refused in a configuration found in the working directory: needs --config PATH"),
            );
        }
        allowed
    }

    /// Takes the path of a file; a found configuration may only name files below its own folder.
    pub(super) fn file(&self, table: &mut Table<'_>, key: &'static str) -> Option<PathBuf> {
        let text = filled(table, key)?;
        let relative = Path::new(&text.value);
        let path = self.folder.join(relative);
        if self.trust == Trust::Found {
            let descends =
                relative.components().all(|c| matches!(c, Component::Normal(_) | Component::CurDir));
            // A link is only followed where there is one; a file that is missing is missed when it is read.
            let linked_away = path.symlink_metadata().is_ok() && !stays_inside(&path, &self.folder);
            if !descends || linked_away {
                table.document().report(
                    text.line,
                    format!(
                        "`{key}` names a file outside the folder of a configuration found in the working \
                         directory: needs --config PATH"
                    ),
                );
                return None;
            }
        }
        Some(path)
    }

    /// Takes the path of a token file: read only where the configuration was named.
    pub(super) fn token_file(&self, table: &mut Table<'_>) -> Option<PathBuf> {
        let text = filled(table, "token_file")?;
        self.allows(table, "token_file", text.line).then(|| self.folder.join(text.value))
    }
}

/// Takes a text that says something if it is there.
pub(super) fn filled(table: &mut Table<'_>, key: &'static str) -> Option<Located<String>> {
    // Asking for the text makes the key known even where it is absent.
    if table.has(key) { table.required_text(key) } else { table.text(key) }
}

/// Takes a UTC date.
pub(super) fn date(table: &mut Table<'_>, key: &'static str) -> Option<Located<Date>> {
    let text = table.date_text(key)?;
    match parse_date(&text) {
        Ok(value) => Some(Located { value, line: text.line }),
        Err(error) => {
            table.document().report(text.line, format!("`{key}` is `{}`, {error}", excerpt(&text)));
            None
        }
    }
}

/// Takes a UTC date that has to be there.
pub(super) fn required_date(table: &mut Table<'_>, key: &'static str) -> Option<Located<Date>> {
    if !table.has(key) {
        table.missing(key);
    }
    date(table, key)
}

/// Takes a word in any case; answers with the canonical spelling.
pub(super) fn word(
    table: &mut Table<'_>,
    key: &'static str,
    words: &[&'static str],
) -> Option<Located<&'static str>> {
    let text = table.text(key)?;
    if let Some(word) = words.iter().find(|word| same_name(word, &text)) {
        return Some(Located { value: word, line: text.line });
    }
    let list: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    let message = format!("`{key}` is one of {}, not `{}`", list.join(", "), excerpt(&text));
    table.document().report_with(text.line, message, closest(&text, words.iter().copied()));
    None
}

/// Takes the region of a workspace: `us`, `eu` or `au`.
pub(super) fn region(table: &mut Table<'_>, key: &'static str) -> Option<&'static str> {
    word(table, key, &["us", "eu", "au"]).map(|region| region.value)
}

/// Whether a text has the shape of an e-mail address.
pub(super) fn is_email(text: &str) -> bool {
    let unusual = |c: char| c.is_whitespace() || c.is_control() || matches!(c, ',' | ';' | '<' | '>' | '"');
    match text.split_once('@') {
        Some((person, host)) => !person.is_empty() && is_domain(host) && !person.contains(unusual),
        None => false,
    }
}

/// Whether a text has the shape of a domain with at least two labels.
pub(crate) fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-') && label.len() <= 63
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(is_label)
}
