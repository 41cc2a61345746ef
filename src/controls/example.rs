//! Examples: small sets of facts with the expected status.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::control::Control;
use crate::checks::{Rules, evaluate};
use crate::facts::{Facts, Row, Rows, vocabulary};
use crate::sources::{Feed, Outcome, SourceId, SourceStatus};
use crate::toml_document::{Document, Located, Problem, Table, closest, excerpt};
use crate::verdict::{Reviews, Status, Verdict};

#[derive(Debug)]
pub(super) struct Example {
    line: usize,
    name: Option<String>,
    facts: Facts,
    params: BTreeMap<String, Value>,
    /// None if it could not be read; the document has the reason.
    pub(super) expect: Option<Status>,
}

/// Reads an `[[example]]`.
pub(super) fn read(mut table: Table<'_>) -> Example {
    let line = table.line();
    let name = table.text("name").map(|name| name.value);
    let mut facts = blank();
    if let Some(given) = table.table("facts") {
        fill(given, &mut facts);
    }
    if let Some(feeds) = table.table("feeds") {
        end_feeds(feeds, &mut facts);
    }
    let params = table.table("params").map(Table::values).unwrap_or_default();
    let params = params.into_iter().map(|(name, value)| (name, value.value)).collect();
    table.require("expect");
    let words = Status::ALL.iter().map(|status| status.as_str()).collect::<Vec<_>>();
    let expect = table.one_of("expect", &words).and_then(|word| word.value.parse().ok());
    table.finish();
    Example { line, name, facts, params, expect }
}

impl Example {
    /// The verdict over its facts.
    pub(super) fn judge(&self, control: &Control, rules: &Rules) -> Verdict {
        let mut params = control.params.clone();
        params.extend(self.params.clone());
        evaluate(&control.id, &params, rules, &self.facts, &Reviews::new())
    }

    /// The mistake, if the status differs from the expected one.
    pub(super) fn run(&self, control: &Control, rules: &Rules, path: &str) -> Option<Problem> {
        let verdict = self.judge(control, rules);
        let expected = self.expect?;
        (verdict.status != expected).then(|| Problem {
            path: path.to_owned(),
            line: self.line,
            message: format!(
                "the example{} expects {}, the control says {}: {}",
                self.name.as_ref().map(|name| format!(" \"{}\"", excerpt(name))).unwrap_or_default(),
                expected.as_str(),
                verdict.status.as_str(),
                verdict.reason,
            ),
            suggestion: None,
        })
    }
}

/// Empty facts of a workspace whose sources were all read.
fn blank() -> Facts {
    let complete = || Outcome { status: SourceStatus::Complete, ..Outcome::skipped() };
    let mut facts = Facts {
        feeds: Feed::ALL.iter().map(|feed| (*feed, complete())).collect(),
        values: Value::Object(Map::new()),
        ..Facts::default()
    };
    for field in vocabulary::VALUES {
        set(&mut facts.values, field.name, Value::Null);
    }
    for setting in vocabulary::SETTINGS.iter() {
        set(&mut facts.values, setting.field.name, setting.default.clone());
    }
    facts
}

/// Inserts a value at a dotted name.
fn set(tree: &mut Value, name: &str, value: Value) {
    let mut node = tree;
    for part in name.split('.') {
        if !node.is_object() {
            *node = Value::Object(Map::new());
        }
        let Value::Object(entries) = node else { return };
        node = entries.entry(part).or_insert(Value::Null);
    }
    *node = value;
}

fn fill(mut given: Table<'_>, facts: &mut Facts) {
    let document = given.document();
    for key in given.keys() {
        let Some(value) = given.value_at(&key.value) else { continue };
        match (vocabulary::table(&key.value), value.value) {
            (Some(table), Value::Array(rows)) => {
                let rows = rows.into_iter().filter_map(|row| complete(table, row, key.line, document));
                let rows: Vec<Row> = rows.collect();
                if table.name == "events" {
                    by_type(rows, &mut facts.events);
                } else {
                    facts.tables.insert(table.name, Rows { rows, truncated: false });
                }
            }
            (_, value) => nested(&key.value, value, key.line, document, facts),
        }
    }
}

/// A row with every declared column; missing ones are null.
fn complete(
    table: &'static vocabulary::FactTable,
    row: Value,
    line: usize,
    document: &Document,
) -> Option<Row> {
    let Value::Object(given) = row else {
        document.report(line, format!("`{}` must hold rows", table.name));
        return None;
    };
    for name in given.keys().filter(|name| table.column(name).is_none()) {
        let message = format!("table `{}` has no column `{}`", table.name, excerpt(name));
        let known = table.columns.iter().map(|column| column.name);
        document.report_with(line, message, closest(name, known));
    }
    let columns = table.columns.iter();
    Some(columns.map(|c| (c.name.to_owned(), given.get(c.name).cloned().unwrap_or(Value::Null))).collect())
}

fn by_type(rows: Vec<Row>, events: &mut BTreeMap<String, Rows>) {
    for row in rows {
        let name = row.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        events.entry(name).or_default().rows.push(row);
    }
}

fn nested(name: &str, value: Value, line: usize, document: &Document, facts: &mut Facts) {
    match (vocabulary::value(name), value) {
        (Some(field), value) => set(&mut facts.values, field.name, value),
        (None, Value::Object(entries)) => {
            for (key, value) in entries {
                nested(&format!("{name}.{key}"), value, line, document, facts);
            }
        }
        (None, _) => {
            let known = vocabulary::values().map(|field| field.name);
            let known = known.chain(vocabulary::TABLES.iter().map(|table| table.name));
            let message = format!("unknown table or value `{}`", excerpt(name));
            document.report_with(line, message, closest(name, known));
        }
    }
}

fn end_feeds(mut feeds: Table<'_>, facts: &mut Facts) {
    let document = feeds.document();
    for key in feeds.keys() {
        let Some(source) = SourceId::ALL.iter().copied().find(|source| source.as_str() == key.value) else {
            let known = SourceId::ALL.iter().map(|source| source.as_str());
            let message = format!("unknown source `{}`", excerpt(&key));
            document.report_with(key.line, message, closest(&key, known));
            feeds.value_at(&key.value);
            continue;
        };
        let Some(word) = feeds.text_at(&key.value) else { continue };
        match ended(&word) {
            Some(status) => {
                for feed in Feed::ALL.iter().copied().filter(|feed| feed.source() == source) {
                    facts.feeds.insert(feed, Outcome { status, ..Outcome::skipped() });
                }
            }
            None => document.report(word.line, "a source is complete, forbidden, failed or skipped"),
        }
    }
}

fn ended(word: &Located<String>) -> Option<SourceStatus> {
    match word.as_str() {
        "complete" => Some(SourceStatus::Complete),
        "forbidden" => Some(SourceStatus::Forbidden),
        "failed" => Some(SourceStatus::Failed),
        "skipped" => Some(SourceStatus::Skipped),
        _ => None,
    }
}
