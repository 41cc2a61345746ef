//! Parsed TOML as an owned tree with lines, at most [`DEEPEST`] levels deep.
//!
//! The parser limits brackets and dotted keys separately, so both together can nest thousands of tables. It therefore runs
//! on its own stack and returns a shallow tree.

use serde_json::{Map, Number, Value};
use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::suggestion::excerpt;

/// The deepest nesting of tables and arrays.
const DEEPEST: usize = 24;

/// Enough for the deepest nesting that the parser accepts (measured: under 2 MiB unoptimized).
const STACK: usize = 16 << 20;

/// The most syntax errors to report.
const SYNTAX_ERRORS: usize = 200;

/// A value and its first line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) kind: NodeKind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum NodeKind {
    Text(String),
    Integer(i64),
    Number(f64),
    Flag(bool),
    Date(String),
    Array(Vec<Node>),
    Table(Vec<KeyValue>),
    /// A value that was already reported.
    Reported,
}

/// A key of a table and its value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct KeyValue {
    pub(super) key: String,
    /// Its offset in the file, for the order of keys.
    pub(super) offset: usize,
    pub(super) line: usize,
    pub(super) node: Node,
}

impl NodeKind {
    /// The name of the kind in messages.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Integer(_) | Self::Number(_) => "a number",
            Self::Flag(_) => "true or false",
            Self::Date(_) => "a date",
            Self::Array(_) => "an array",
            Self::Table(_) | Self::Reported => "a table",
        }
    }

    /// The value as JSON, dates as text.
    pub(super) fn into_json(self) -> Value {
        match self {
            Self::Text(text) | Self::Date(text) => Value::String(text),
            Self::Integer(integer) => Value::from(integer),
            Self::Number(number) => Number::from_f64(number).map_or(Value::Null, Value::Number),
            Self::Flag(flag) => Value::Bool(flag),
            Self::Array(nodes) => nodes.into_iter().map(|node| node.kind.into_json()).collect(),
            Self::Table(entries) => {
                let pairs = entries.into_iter().map(|entry| (entry.key, entry.node.kind.into_json()));
                Value::Object(pairs.collect::<Map<_, _>>())
            }
            Self::Reported => Value::Null,
        }
    }
}

/// A mistake found while parsing: line and message.
pub(super) type Mistake = (usize, String);

pub(super) struct Parsed {
    pub(super) entries: Vec<KeyValue>,
    pub(super) syntax: Vec<Mistake>,
    pub(super) values: Vec<Mistake>,
    /// The last line with a key.
    pub(super) last_line: usize,
}

/// Parses a document as far as possible; none if the parser could not run.
pub(super) fn parse(text: &str) -> Option<Parsed> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK);
        thread.spawn_scoped(scope, || parse_here(text)).ok()?.join().ok()
    })
}

fn parse_here(text: &str) -> Parsed {
    let lines = Lines::of(text);
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut syntax = Vec::new();
    for error in errors.iter().take(SYNTAX_ERRORS) {
        let span = error.span();
        let line = span.as_ref().map_or(1, |span| lines.at(span.start));
        let message = match (error.message(), span.and_then(|span| text.get(span))) {
            ("duplicate key", Some(key)) => format!("`{}` is given twice", excerpt(key)),
            (message, _) => format!("not valid TOML: {}", excerpt(message)),
        };
        syntax.push((line, message));
    }
    let mut reader = TreeBuilder { lines, values: Vec::new(), last_line: 0 };
    let entries = reader.entries(root.into_inner(), 0);
    Parsed { entries, syntax, values: reader.values, last_line: reader.last_line }
}

/// The offsets of lines in a text.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    fn at(&self, offset: usize) -> usize {
        self.0.partition_point(|start| *start <= offset)
    }
}

struct TreeBuilder {
    lines: Lines,
    values: Vec<Mistake>,
    last_line: usize,
}

impl TreeBuilder {
    fn entries(&mut self, table: DeTable<'_>, depth: usize) -> Vec<KeyValue> {
        table
            .into_iter()
            .map(|(key, value)| {
                let offset = key.span().start;
                let line = self.lines.at(offset);
                self.last_line = self.last_line.max(line);
                let key = key.into_inner().into_owned();
                let node = self.node(value, line, depth + 1);
                KeyValue { key, offset, line, node }
            })
            .collect()
    }

    /// Converts a value; `around` is the line of its container, for values without a position.
    fn node(&mut self, value: Spanned<DeValue<'_>>, around: usize, depth: usize) -> Node {
        let span = value.span();
        let line = if span.is_empty() { around } else { self.lines.at(span.start) };
        if depth > DEEPEST {
            self.values.push((line, format!("nested more than {DEEPEST} levels deep")));
            return Node { line, kind: NodeKind::Reported };
        }
        let kind = match value.into_inner() {
            DeValue::String(text) => NodeKind::Text(text.into_owned()),
            DeValue::Integer(integer) => self.integer(&integer, line),
            DeValue::Float(float) => match float.as_str().parse::<f64>() {
                Ok(number) if number.is_finite() => NodeKind::Number(number),
                _ => self.wrong(line, float.as_str(), "is not a finite number"),
            },
            DeValue::Boolean(flag) => NodeKind::Flag(flag),
            DeValue::Datetime(date) => NodeKind::Date(date.to_string()),
            DeValue::Array(items) => {
                NodeKind::Array(items.into_iter().map(|item| self.node(item, line, depth + 1)).collect())
            }
            DeValue::Table(table) => NodeKind::Table(self.entries(table, depth)),
        };
        Node { line, kind }
    }

    fn integer(&mut self, integer: &DeInteger<'_>, line: usize) -> NodeKind {
        match i64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(value) => NodeKind::Integer(value),
            Err(_) => self.wrong(line, integer.as_str(), "does not fit into 64 bits"),
        }
    }

    fn wrong(&mut self, line: usize, value: &str, why: &str) -> NodeKind {
        self.values.push((line, format!("`{}` {why}", excerpt(value))));
        NodeKind::Reported
    }
}
