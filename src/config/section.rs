//! What the sections of the file have in common: files they name, dates, regions and e-mail addresses,
//! and what a configuration may not say where it was found.

use std::path::{Component, Path, PathBuf};

use jiff::civil::Date;

use crate::address::fold_domain;
use crate::time::{TimeError, parse_date};
use crate::toml_document::{Located, Table, excerpt};

/// How a configuration came to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    /// The person who runs the scan named it.
    Named,
    /// It lay in the working directory, perhaps as part of a pull request: it may not name commands, addresses to send
    /// to, token sources, or files outside its folder.
    Found,
}

/// Where a configuration comes from.
#[derive(Debug, Clone)]
pub(super) struct Context {
    trust: Trust,
    /// The folder of the file: relative paths in it start there.
    folder: PathBuf,
}

impl Context {
    pub(super) fn of(path: &Path, trust: Trust) -> Self {
        Self { trust, folder: folder_of(path) }
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

    /// The path that a text of the configuration names.
    pub(super) fn path(&self, text: &str) -> PathBuf {
        self.folder.join(text)
    }

    /// Takes the path of a file that only a configuration that was named may name: a token, a store.
    pub(super) fn trusted_file(&self, table: &mut Table<'_>, key: &'static str) -> Option<PathBuf> {
        let text = filled(table, key)?;
        self.trusts(table, key, text.line).then(|| self.path(&text.value))
    }

    /// Whether the configuration was named; one that was found is refused what the key says.
    pub(super) fn trusts(&self, table: &Table<'_>, key: &str, line: usize) -> bool {
        if self.trust == Trust::Found {
            table.document().report(
                line,
                format!("`{key}` is refused in a configuration found in the working directory: needs --config PATH"),
            );
        }
        self.trust == Trust::Named
    }
}

/// Whether an existing file, its links followed, lies below a folder.
pub(super) fn stays_inside(path: &Path, folder: &Path) -> bool {
    match (path.canonicalize(), folder.canonicalize()) {
        (Ok(path), Ok(folder)) => path.starts_with(folder),
        _ => false,
    }
}

/// The folder of a file, where relative paths in it start.
pub(crate) fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Takes a text that says something if it is there.
pub(super) fn filled(table: &mut Table<'_>, key: &'static str) -> Option<Located<String>> {
    // Asking for the text makes the key known even where it is absent.
    if table.has(key) { table.required_text(key) } else { table.text(key) }
}

/// Takes a UTC date.
pub(super) fn date(table: &mut Table<'_>, key: &'static str) -> Option<Located<Date>> {
    timed(table, key, parse_date)
}

/// Takes a time, as the parser reads it.
pub(super) fn timed<T>(
    table: &mut Table<'_>,
    key: &'static str,
    parse: impl Fn(&str) -> Result<T, TimeError>,
) -> Option<Located<T>> {
    let text = table.date_text(key)?;
    match parse(&text) {
        Ok(value) => Some(Located { value, line: text.line }),
        Err(error) => {
            table.document().report(text.line, format!("`{key}` is `{}`, {error}", excerpt(&text)));
            None
        }
    }
}

/// Takes a UTC date that has to be there.
pub(super) fn required_date(table: &mut Table<'_>, key: &'static str) -> Option<Located<Date>> {
    table.require(key);
    date(table, key)
}

/// Whether a text has the shape of an e-mail address.
pub(super) fn is_email(text: &str) -> bool {
    let unusual = |c: char| c.is_whitespace() || c.is_control() || matches!(c, ',' | ';' | '<' | '>' | '"');
    match text.trim().split_once('@') {
        Some((person, host)) => {
            !person.is_empty() && is_domain(&fold_domain(host)) && !person.contains(unusual)
        }
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
