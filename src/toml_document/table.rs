//! A table whose keys are taken one by one, each with its required type.

use std::collections::{BTreeMap, BTreeSet};

use clap::ValueEnum;
use serde_json::Value;

#[cfg(test)]
use super::asked;
use super::document::{Document, MOST_PROBLEMS};
use super::problem::Located;
use super::suggestion::{closest, excerpt};
use super::tree::{KeyValue, Node, NodeKind};

/// Matches the kinds of values, and returns any other value.
macro_rules! take {
    ($kind:pat => $value:expr) => {
        |kind| match kind {
            $kind => Ok($value),
            other => Err(other),
        }
    };
}

impl Document {
    /// The top table; none if the file could not be parsed.
    pub(crate) fn root(&self) -> Option<Table<'_>> {
        Some(Table::new(self, String::new(), 1, self.entries.clone()?))
    }
}

/// A table of a [`Document`]. Taking a key removes it; keys left at the end are unknown.
#[derive(Debug)]
pub(crate) struct Table<'d> {
    document: &'d Document,
    name: String,
    line: usize,
    entries: BTreeMap<String, KeyValue>,
    asked: BTreeSet<&'static str>,
}

impl<'d> Table<'d> {
    fn new(document: &'d Document, name: String, line: usize, entries: Vec<KeyValue>) -> Self {
        let entries = entries.into_iter().map(|entry| (entry.key.clone(), entry)).collect();
        Self { document, name, line, entries, asked: BTreeSet::new() }
    }

    /// The document, to report further mistakes.
    pub(crate) const fn document(&self) -> &'d Document {
        self.document
    }

    /// Its first line.
    pub(crate) const fn line(&self) -> usize {
        self.line
    }

    /// The keys left, in the order of the file.
    pub(crate) fn keys(&self) -> Vec<Located<String>> {
        self.ordered().into_iter().map(|e| Located { value: e.key.clone(), line: e.line }).collect()
    }

    /// Whether a key is left.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Takes a text.
    pub(crate) fn text(&mut self, key: &'static str) -> Option<Located<String>> {
        self.typed(key, "text", take!(NodeKind::Text(text) => text))
    }

    /// Takes a required, non-empty text.
    pub(crate) fn required_text(&mut self, key: &'static str) -> Option<Located<String>> {
        self.require(key);
        let text = self.text(key)?;
        if text.trim().is_empty() {
            self.document.report(text.line, format!("`{key}` must not be empty"));
            return None;
        }
        Some(text)
    }

    /// Takes a whole number.
    pub(crate) fn integer(&mut self, key: &'static str) -> Option<Located<i64>> {
        self.typed(key, "a whole number", take!(NodeKind::Integer(integer) => integer))
    }

    /// Takes a number or a text, such as a limit that may be an expression.
    pub(crate) fn number_or_text(&mut self, key: &'static str) -> Option<Located<Value>> {
        self.typed(
            key,
            "a number or text",
            take!(kind @ (NodeKind::Integer(_) | NodeKind::Number(_) | NodeKind::Text(_)) => kind.into_json()),
        )
    }

    /// Takes `true` or `false`.
    pub(crate) fn flag(&mut self, key: &'static str) -> Option<Located<bool>> {
        self.typed(key, "true or false", take!(NodeKind::Flag(flag) => flag))
    }

    /// Takes a date written as a TOML date or as text; the caller parses it.
    pub(crate) fn date_text(&mut self, key: &'static str) -> Option<Located<String>> {
        self.typed(key, "a date", take!(NodeKind::Text(text) | NodeKind::Date(text) => text))
    }

    /// Takes an array of texts; reports items of another type and leaves them out.
    pub(crate) fn texts(&mut self, key: &'static str) -> Option<Located<Vec<Located<String>>>> {
        let array = self.array(key, "an array of texts")?;
        Some(array.map(|nodes| texts_of(self.document, key, nodes)))
    }

    /// Takes an array of texts, or a single text as an array of one.
    pub(crate) fn text_or_texts(&mut self, key: &'static str) -> Option<Located<Vec<Located<String>>>> {
        let document = self.document;
        let array = self.typed(key, "text or an array of texts", |kind| match kind {
            NodeKind::Text(_) => Ok(Err(kind)),
            NodeKind::Array(nodes) => Ok(Ok(nodes)),
            other => Err(other),
        })?;
        let line = array.line;
        Some(array.map(|either| {
            let nodes = either.unwrap_or_else(|kind| vec![Node { line, kind }]);
            texts_of(document, key, nodes)
        }))
    }

    /// Takes a text that is one of a few words.
    pub(crate) fn one_of(
        &mut self,
        key: &'static str,
        words: &[&'static str],
    ) -> Option<Located<&'static str>> {
        #[cfg(test)]
        asked::note(&self.name, key, |asked| asked.words = words.iter().map(ToString::to_string).collect());
        let text = self.text(key)?;
        let value = self.document.one_of(&format!("`{key}`"), &text, words)?;
        Some(Located { value, line: text.line })
    }

    /// Takes a word of an enum, in any letter case.
    pub(crate) fn word<E: ValueEnum>(&mut self, key: &'static str) -> Option<E> {
        #[cfg(test)]
        asked::note(&self.name, key, |asked| {
            let values = E::value_variants().iter().filter_map(E::to_possible_value);
            asked.words = values.map(|value| value.get_name().to_owned()).collect();
        });
        let text = self.text(key)?;
        self.document.word(&format!("`{key}`"), &text)
    }

    /// Takes a table.
    pub(crate) fn table(&mut self, key: &'static str) -> Option<Self> {
        self.ask(key, "a table");
        self.table_at(key)
    }

    /// Takes a table under one of [`Self::keys`].
    pub(crate) fn table_at(&mut self, key: &str) -> Option<Self> {
        let name = self.name_of(key);
        let document = self.document;
        let table = self.typed_at(key, "a table", take!(NodeKind::Table(entries) => entries))?;
        Some(Self::new(document, name, table.line, table.value))
    }

    /// Takes an array of tables, or an empty one; reports items of another type.
    pub(crate) fn tables(&mut self, key: &'static str) -> Vec<Self> {
        let name = self.name_of(key);
        let document = self.document;
        let Some(array) = self.array(key, "an array of tables") else { return Vec::new() };
        let mut tables = Vec::new();
        for Node { line, kind } in array.value {
            match kind {
                NodeKind::Table(entries) => tables.push(Self::new(document, name.clone(), line, entries)),
                NodeKind::Reported => {}
                other => {
                    document.report(line, format!("`{key}` must hold tables only, not {}", other.name()))
                }
            }
        }
        tables
    }

    /// Takes a table of text arrays with arbitrary keys.
    pub(crate) fn text_lists(
        &mut self,
        key: &'static str,
    ) -> Option<Located<BTreeMap<String, Vec<Located<String>>>>> {
        let table = self.table(key)?;
        let mut lists = BTreeMap::new();
        for KeyValue { key, node, .. } in table.entries.into_values() {
            match node.kind {
                NodeKind::Array(nodes) => {
                    let texts = texts_of(table.document, &key, nodes);
                    lists.insert(key, texts);
                }
                NodeKind::Reported => {}
                other => table.document.report(node.line, wrong_type(&key, "an array of texts", &other)),
            }
        }
        Some(Located { value: lists, line: table.line })
    }

    /// Takes any value under one of [`Self::keys`].
    pub(crate) fn value_at(&mut self, key: &str) -> Option<Located<Value>> {
        self.typed_at(key, "a value", |kind| Ok(kind.into_json()))
    }

    /// Takes the table as it is; the caller knows the names in it.
    pub(crate) fn values(self) -> BTreeMap<String, Located<Value>> {
        let values = self.entries.into_values().filter(|entry| entry.node.kind != NodeKind::Reported);
        values
            .map(|KeyValue { key, line, node, .. }| (key, Located { value: node.kind.into_json(), line }))
            .collect()
    }

    /// Takes a text under one of [`Self::keys`].
    pub(crate) fn text_at(&mut self, key: &str) -> Option<Located<String>> {
        self.typed_at(key, "text", take!(NodeKind::Text(text) => text))
    }

    /// Reports a key that is missing.
    pub(crate) fn require(&self, key: &str) {
        if !self.has(key) {
            self.missing(key);
        }
    }

    /// Reports a missing key, unless a syntax error may hide it.
    pub(crate) fn missing(&self, key: &str) {
        #[cfg(test)]
        asked::note(&self.name, key, |asked| asked.is_required = true);
        if !self.document.may_hide(key) {
            let message = format!("`{key}` is missing{}", self.place(" from"));
            // Not `report`: the line is that of the table, even if it has other mistakes.
            self.document.add(self.line, message, None);
        }
    }

    /// Reports every key that was not taken.
    pub(crate) fn finish(self) {
        for entry in self.ordered().into_iter().take(MOST_PROBLEMS) {
            let message = format!("unknown key `{}`{}", excerpt(&entry.key), self.place(" in"));
            let suggestion = closest(&entry.key, self.asked.iter().copied());
            self.document.report_with(entry.line, message, suggestion);
        }
    }

    fn ordered(&self) -> Vec<&KeyValue> {
        let mut entries: Vec<_> = self.entries.values().collect();
        entries.sort_by_key(|entry| entry.offset);
        entries
    }

    fn place(&self, word: &str) -> String {
        if self.name.is_empty() { String::new() } else { format!("{word} `{}`", excerpt(&self.name)) }
    }

    fn name_of(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    fn array(&mut self, key: &'static str, expected: &str) -> Option<Located<Vec<Node>>> {
        self.typed(key, expected, take!(NodeKind::Array(nodes) => nodes))
    }

    fn typed<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        convert: impl FnOnce(NodeKind) -> Result<T, NodeKind>,
    ) -> Option<Located<T>> {
        self.ask(key, expected);
        self.typed_at(key, expected, convert)
    }

    /// Makes a key known.
    fn ask(&mut self, key: &'static str, expected: &str) {
        self.asked.insert(key);
        #[cfg(test)]
        asked::note(&self.name, key, |asked| expected.clone_into(&mut asked.expected));
        #[cfg(not(test))]
        let _ = expected;
    }

    fn typed_at<T>(
        &mut self,
        key: &str,
        expected: &str,
        convert: impl FnOnce(NodeKind) -> Result<T, NodeKind>,
    ) -> Option<Located<T>> {
        let Node { line, kind } = self.entries.remove(key)?.node;
        if kind == NodeKind::Reported {
            return None;
        }
        match convert(kind) {
            Ok(value) => Some(Located { value, line }),
            Err(kind) => {
                self.document.report(line, wrong_type(key, expected, &kind));
                None
            }
        }
    }
}

fn texts_of(document: &Document, key: &str, nodes: Vec<Node>) -> Vec<Located<String>> {
    let mut texts = Vec::new();
    for Node { line, kind } in nodes {
        match kind {
            NodeKind::Text(value) => texts.push(Located { value, line }),
            NodeKind::Reported => {}
            other => {
                let message = format!("`{}` must hold texts only, not {}", excerpt(key), other.name());
                document.report(line, message);
            }
        }
    }
    texts
}

fn wrong_type(key: &str, expected: &str, kind: &NodeKind) -> String {
    let found = match kind {
        NodeKind::Number(_) if expected == "a whole number" => "a fraction",
        other => other.name(),
    };
    format!("`{}` must be {expected}, not {found}", excerpt(key))
}
