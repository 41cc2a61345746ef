//! The `[[check]]` and `[[context]]` tables of a control file.

use std::sync::Arc;

use crate::checks::{Check, ContextLine, Count, Every, Kind, Over, Value};
use crate::controls::read::unknown;
use crate::expression::{Expression, Place, Scope};
use crate::facts::vocabulary;
use crate::toml_document::{Located, Table};
use crate::verdict::{Basis, Status};

const KINDS: [&str; 4] = ["every", "count", "value", "manual"];

/// Reads one check. None when it is too broken to be used; the document says why.
pub(super) fn check(mut table: Table<'_>, path: &Arc<str>, params: &[String]) -> Option<Check> {
    let kinds: Vec<&'static str> = KINDS.into_iter().filter(|kind| table.has(kind)).collect();
    let document = table.document();
    let (line, check) = (table.line(), kinds.first().and_then(|kind| table.table(kind)));
    match kinds.as_slice() {
        [kind] => {
            table.finish();
            Reader { table: check?, path, params }.check(kind)
        }
        [] => {
            for key in table.keys() {
                let message =
                    format!("unknown check kind `{}`: it is one of {}", key.value, KINDS.join(", "));
                unknown(document, key.line, message, &key.value, KINDS);
            }
            if table.keys().is_empty() {
                document.report(line, format!("a check has one of the kinds {}", KINDS.join(", ")));
            }
            None
        }
        several => {
            document.report(line, format!("a check has exactly one kind, not {}", several.join(" and ")));
            None
        }
    }
}

/// Reads one line of context.
pub(super) fn context_line(table: Table<'_>, path: &Arc<str>, params: &[String]) -> Option<ContextLine> {
    let mut reader = Reader { table, path, params };
    let when = reader.expression("when", None);
    let show = reader.required("show", None);
    reader.table.finish();
    Some(ContextLine { when, show: show? })
}

struct Reader<'d, 'a> {
    table: Table<'d>,
    path: &'a Arc<str>,
    params: &'a [String],
}

type OverTable = Option<&'static vocabulary::Table>;

impl Reader<'_, '_> {
    fn check(mut self, kind: &str) -> Option<Check> {
        let kind = match kind {
            "every" => self.every(),
            "count" => self.count(),
            "value" => self.value(),
            _ => self.manual(),
        };
        let when = self.given();
        let needs = self.needs();
        let on_pass = self.expression("on_pass", None);
        let on_fail = self.expression("on_fail", None);
        let note = self.table.text("note").map(|note| note.value.trim().to_owned());
        let when_empty = self.status("when_empty", &["manual", "pass", "fail"], Status::Manual);
        let otherwise = self.status("otherwise", &["fail", "manual"], Status::Fail);
        let basis = self.basis();
        self.table.finish();
        Some(Check { when, needs, note, when_empty, otherwise, basis, on_pass, on_fail, kind: kind? })
    }

    /// The condition under which the check takes part. It may only ask what was given to the scan, which is always
    /// known: a check that an unread source could silence would turn a gap into a pass.
    fn given(&mut self) -> Option<Expression> {
        let source = self.table.text("when")?;
        let when = self.compile("when", &source, source.line, None)?;
        let values = when.references().values.iter().filter_map(|name| vocabulary::value(name));
        let read: Vec<_> = values.filter(|value| !value.feeds.is_empty()).map(|value| value.name).collect();
        for name in read {
            let message =
                format!("`when` asks for `facts.{name}`, which has to be read; that is for `needs`");
            self.report(source.line, &message);
        }
        Some(when)
    }

    /// One condition, or several in the order in which they are asked.
    fn needs(&mut self) -> Vec<Expression> {
        let sources = self.table.text_or_texts("needs").map(|sources| sources.value).unwrap_or_default();
        let compile = |source: Located<String>| self.compile("needs", &source, source.line, None);
        sources.into_iter().filter_map(compile).collect()
    }

    fn every(&mut self) -> Option<Kind> {
        let (table, over) = self.over();
        let require = self.required("require", table);
        Some(Kind::Every(Every { over: over?, require: require? }))
    }

    fn count(&mut self) -> Option<Kind> {
        let (_, over) = self.over();
        if !self.table.has("min") && !self.table.has("max") {
            self.report(self.table.line(), "a count has a `min`, a `max` or both");
        }
        let (min, max) = (self.bound("min"), self.bound("max"));
        Some(Kind::Count(Count { over: over?, min, max }))
    }

    fn value(&mut self) -> Option<Kind> {
        let require = self.required("require", None);
        let subject = self.expression("subject", None);
        let message = self.expression("message", None);
        Some(Kind::Value(Value { require: require?, subject, message }))
    }

    fn manual(&self) -> Option<Kind> {
        if !self.table.has("note") {
            self.report(self.table.line(), "a manual check has a `note` that says what to look at");
        }
        Some(Kind::Manual)
    }

    fn over(&mut self) -> (OverTable, Option<Over>) {
        let table = self.table.required_text("over").and_then(|name| self.named_table(&name));
        let types = self.table.texts("types");
        if let Some(types) = &types {
            if table.is_some_and(|table| table.name != "events") {
                self.report(types.line, "`types` goes with the table `events` only");
            }
        } else if table.is_some_and(|table| table.name == "events") {
            self.report(self.table.line(), "a check over `events` says which with `types = […]`");
        }
        let filter = self.expression("where", table);
        let subject = self.expression("subject", table);
        let message = self.expression("message", table);
        let types = types.map(|types| types.value).unwrap_or_default();
        let types = types.into_iter().map(|name| name.value).collect();
        (table, table.map(|table| Over { table, types, filter, subject, message }))
    }

    fn named_table(&self, name: &Located<String>) -> OverTable {
        let table = vocabulary::table(name);
        if table.is_none() {
            let known = vocabulary::TABLES.iter().map(|table| table.name);
            unknown(self.table.document(), name.line, format!("unknown table `{}`", name.value), name, known);
        }
        table
    }

    fn bound(&mut self, key: &'static str) -> Option<Expression> {
        let value = self.table.number_or_text(key)?;
        let source = value.as_str().map_or_else(|| value.value.to_string(), str::to_owned);
        self.compile(key, &source, value.line, None)
    }

    fn required(&mut self, key: &'static str, over: OverTable) -> Option<Expression> {
        let source = self.table.required_text(key)?;
        self.compile(key, &source, source.line, over)
    }

    fn expression(&mut self, key: &'static str, over: OverTable) -> Option<Expression> {
        let source = self.table.text(key)?;
        self.compile(key, &source, source.line, over)
    }

    fn compile(&self, key: &str, source: &str, line: usize, over: OverTable) -> Option<Expression> {
        let scope = Scope { table: over, params: self.params };
        let place = Place { path: Arc::clone(self.path), line };
        match Expression::compile(source, place, &scope) {
            Ok(expression) => Some(expression),
            Err(refusals) => {
                for refusal in refusals {
                    let message = format!("`{key}`: {}", refusal.message);
                    self.table.document().report_with(line, message, refusal.suggestion.as_deref());
                }
                None
            }
        }
    }

    fn status(&mut self, key: &'static str, words: &[&'static str], default: Status) -> Status {
        self.table.one_of(key, words).and_then(|word| Status::parse(word.value)).unwrap_or(default)
    }

    fn basis(&mut self) -> Option<Vec<Basis>> {
        let words = self.table.texts("basis")?;
        let mut basis = Vec::new();
        for word in words.value {
            match Basis::parse(&word) {
                Some(known) => basis.push(known),
                None => {
                    let known = Basis::ALL.map(Basis::as_str);
                    unknown(
                        self.table.document(),
                        word.line,
                        format!("unknown basis `{}`", word.value),
                        &word,
                        known,
                    );
                }
            }
        }
        Some(basis)
    }

    fn report(&self, line: usize, message: &str) {
        self.table.document().report(line, message);
    }
}
