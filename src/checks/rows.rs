//! The rows of a table in a check: filtering, binding to `row`, making findings.

use std::collections::{BTreeSet, HashMap};

use cel::Context;
use jiff::Timestamp;
use serde_json::Value as Json;

use super::state::SourceState;
use super::{Check, EvalContext, Over};
use crate::expression::{EvaluationError, Expression, to_cel};
use crate::facts::Row;
use crate::facts::vocabulary::FactTable;
use crate::verdict::{Evidence, Finding, Fingerprint};

/// The first part of a fingerprint without an event or a person.
pub(super) const SUBJECT: &str = "subject";
/// The columns that identify an event without an id.
const EVENT_WITHOUT_ID: [&str; 3] = ["type", "at", "by"];
/// The longest subject or message of a finding, in characters.
const MAX_TEXT: usize = 300;

/// The rows of a check, with the state of their sources.
pub(super) struct TableRows<'a> {
    over: &'a Over,
    rows: Vec<&'a Row>,
    truncated: bool,
    /// The state of what `filter` and the check's predicate read.
    pub(super) state: SourceState,
    /// Columns that `filter` and the check's predicate read.
    decisive: BTreeSet<&'static str>,
}

impl<'a> TableRows<'a> {
    /// `predicates` are those of the check, besides the filter.
    pub(super) fn new(over: &'a Over, predicates: &[&Expression], context: &EvalContext<'a>) -> Self {
        let view = context.facts.rows(over.table.name, &over.types);
        let mut state = SourceState::default();
        let mut decisive = BTreeSet::new();
        state.add_feeds(over.table.feeds, context.facts);
        for expression in over.filter.iter().chain(predicates.iter().copied()) {
            state.add_values(expression, context.facts);
            decisive.extend(expression.references().columns.iter().copied());
        }
        for column in decisive.iter().filter_map(|name| over.table.column(name)) {
            state.add_field(column, context.facts);
        }
        Self { over, rows: view.rows, truncated: view.truncated, state, decisive }
    }

    /// Whether no row can be missing and every column was read.
    pub(super) fn is_complete(&self) -> bool {
        self.state.is_complete() && !self.truncated
    }

    /// Whether the table has no row, even before the filter.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows that `filter` keeps.
    pub(super) fn kept(&self, context: &EvalContext<'_>) -> Result<Vec<&'a Row>, EvaluationError> {
        let mut kept = Vec::new();
        for row in self.rows.iter().copied() {
            let keep =
                self.over.filter.as_ref().map(|filter| filter.is_true(&self.bind(row, filter, context)));
            match keep.unwrap_or(Ok(true)) {
                Ok(true) => kept.push(row),
                // Unread columns are null, and most operators fail on null: such a row proves nothing.
                Err(error) if self.decides(row) => return Err(error),
                Ok(false) | Err(_) => {}
            }
        }
        Ok(kept)
    }

    /// A scope with the columns that `expression` reads as `row`.
    pub(super) fn bind<'s>(
        &self,
        row: &Row,
        expression: &Expression,
        context: &'s EvalContext<'_>,
    ) -> Context<'s, 'static> {
        let mut scope = context.cel.new_inner_scope();
        let columns = expression.references().columns.iter();
        let columns = columns.map(|name| ((*name).to_owned(), row.get(*name).cloned().unwrap_or(Json::Null)));
        scope.add_variable_from_value("row", to_cel(&Json::Object(columns.collect())));
        scope
    }

    /// Whether a row can decide: all its decisive columns were read or have a value.
    pub(super) fn decides(&self, row: &Row) -> bool {
        let mut columns = self.decisive.iter().filter_map(|name| self.over.table.column(name));
        columns.all(|column| !self.state.is_gap(column) || row.get(column.name).is_some_and(|v| !v.is_null()))
    }

    /// Makes a finding of a row.
    pub(super) fn finding(
        &self,
        row: &Row,
        check: &Check,
        context: &EvalContext<'_>,
    ) -> Result<Finding, EvaluationError> {
        let render = |expression: &Option<Expression>| match expression {
            Some(expression) => expression.text(&self.bind(row, expression, context)),
            None => Ok(String::new()),
        };
        let table = self.over.table;
        let cell = |name: &&str| plain(row.get(*name));
        let mut subject = render(&self.over.subject)?;
        if subject.is_empty() {
            let key = table.key.first().map(cell).filter(|key| !key.is_empty());
            subject = key.unwrap_or_else(|| "unknown".to_owned());
        }
        let person = Some(render(&self.over.person)?).filter(|person| !person.is_empty());
        let event = table.event.as_ref().map(cell).filter(|event| !event.is_empty());
        let mut identity: Vec<String> = match (table.event, &event, &person) {
            (Some(_), Some(event), _) => vec!["event".to_owned(), event.clone()],
            (Some(_), None, _) => EVENT_WITHOUT_ID.iter().map(cell).collect(),
            (None, _, Some(person)) => vec!["person".to_owned(), person.clone()],
            (None, _, None) => vec![SUBJECT.to_owned(), subject.clone()],
        };
        identity.extend(table.also.iter().map(cell));
        let fingerprint = Fingerprint::new(context.control, &check.name, identity.iter().map(String::as_str));
        let message = bounded(&check.message_or_name(render(&self.over.message)?));
        let last = table.last.as_ref().and_then(|name| cell(name).parse::<Timestamp>().ok());
        let found = Finding::new(fingerprint, bounded(&subject), message, Evidence::from(row));
        Ok(Finding { check: check.name.clone(), person, event, last, ..found })
    }
}

impl TableRows<'_> {
    /// The number of people or things that these rows are about.
    pub(super) fn told_apart(&self, rows: &[&Row]) -> usize {
        let table = self.over.table;
        if table.joined.is_empty() {
            return rows.len();
        }
        let key = table.key.iter().filter(|column| !table.joined.contains(column));
        let keys =
            rows.iter().map(|row| key.clone().map(|column| plain(row.get(*column))).collect::<Vec<_>>());
        keys.collect::<BTreeSet<_>>().len()
    }

    /// The number of people or things that the whole table is about.
    pub(super) fn size(&self) -> usize {
        self.told_apart(&self.rows)
    }

    /// Merges findings about one person, for tables with several rows per person.
    pub(super) fn joined(&self, findings: Vec<Finding>) -> Vec<Finding> {
        let table = self.over.table;
        if table.joined.is_empty() {
            return findings;
        }
        let mut all: Vec<Finding> = Vec::new();
        let mut places: HashMap<Fingerprint, usize> = HashMap::new();
        let mut rows: HashMap<usize, Row> = HashMap::new();
        for finding in findings {
            let place = *places.entry(finding.fingerprint.clone()).or_insert(all.len());
            match all.get_mut(place) {
                Some(known) => {
                    let row = rows.entry(place).or_insert_with(|| known.evidence.row());
                    join(known, row, finding, table);
                }
                None => all.push(finding),
            }
        }
        for (place, row) in rows {
            if let Some(known) = all.get_mut(place) {
                known.evidence = Evidence::from(&row);
            }
        }
        all
    }
}

/// Merges a finding about the same person: messages, values that differ, and sums. The row is the known one's evidence.
fn join(known: &mut Finding, row: &mut Row, other: Finding, table: &FactTable) {
    if known.message != other.message {
        known.message = bounded(&format!("{}; {}", known.message, other.message));
    }
    known.last = known.last.max(other.last);
    for (column, value) in other.evidence.row() {
        let Some(cell) = row.get_mut(&column) else { continue };
        if table.joined.contains(&column.as_str()) {
            let mut values = as_list(cell.take());
            values.extend(
                as_list(value).into_iter().filter(|value| !values.contains(value)).collect::<Vec<_>>(),
            );
            *cell = Json::Array(values);
        } else if let (Some(one), Some(another)) = (cell.as_u64(), value.as_u64()) {
            *cell = Json::from(one.saturating_add(another));
        } else if table.last == Some(column.as_str()) && cell.as_str() < value.as_str() {
            *cell = value;
        }
    }
}

fn as_list(value: Json) -> Vec<Json> {
    match value {
        Json::Array(values) => values,
        Json::Null => Vec::new(),
        value => vec![value],
    }
}

/// Limits the length of a text that comes from the workspace.
pub(super) fn bounded(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn plain(value: Option<&Json>) -> String {
    match value {
        None | Some(Json::Null) => String::new(),
        Some(Json::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
