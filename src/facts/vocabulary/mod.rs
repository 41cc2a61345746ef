//! The declared vocabulary: every table, column and value a control may name.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::Value;
use strum::IntoStaticStr;

use crate::sources::Feed;

mod log_tables;
mod settings;
mod tables;
mod values;

pub(crate) use settings::{SETTINGS, Setting};
pub(crate) use values::VALUES;

/// The type of a column or value; each may also be null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    /// A string.
    Text,
    /// An integer or a fraction.
    Number,
    /// True or false.
    Flag,
    /// A list of strings.
    TextList,
}

impl Type {
    /// The word `controls facts` prints.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Flag => "flag",
            Self::TextList => "list of text",
        }
    }

    /// The type of a value; none where it is of none of them.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::String(_) => Some(Self::Text),
            Value::Number(_) => Some(Self::Number),
            Value::Bool(_) => Some(Self::Flag),
            Value::Array(items) => items.iter().all(Value::is_string).then_some(Self::TextList),
            Value::Null | Value::Object(_) => None,
        }
    }
}

/// Whether a column or value identifies a person, and by what. Redaction goes by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "lowercase", const_into_str)]
pub(crate) enum Personal {
    /// A name, or text that people wrote and that may hold one.
    Name,
    /// E-mail or network addresses; an id where a person has no address.
    Address,
    /// The id of a person; an address where the person has no id.
    Id,
    /// Nothing of the kind.
    No,
}

/// A column of a table, or a single value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    /// The name; dotted for a single value (`workspace.region`).
    pub name: &'static str,
    /// Its type.
    pub ty: Type,
    /// What has to be complete for it to be complete; empty for what the configuration gives.
    pub feeds: &'static [Feed],
    /// True when a *forbidden* activity log merely weakens it: what other feeds say then decides alone.
    pub survives_forbidden_log: bool,
    /// Whether it identifies a person; the same for all columns of one name.
    pub personal: Personal,
    /// What it says.
    pub meaning: &'static str,
}

/// A table: rows of columns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FactTable {
    /// The name used in `over = "…"`.
    pub name: &'static str,
    /// What a row is.
    pub meaning: &'static str,
    /// The columns that tell one row from another.
    pub key: &'static [&'static str],
    /// What has to be complete for no row to be missing.
    pub feeds: &'static [Feed],
    /// The column with the id of the event that a row is.
    pub event: Option<&'static str>,
    /// The column with the time of the row's newest evidence, where rows are about the window.
    pub last: Option<&'static str>,
    /// Columns that tell the rows about one person or subject apart.
    pub also: &'static [&'static str],
    /// Columns in which rows about one person differ that make one finding together.
    pub joined: &'static [&'static str],
    /// Its columns.
    pub columns: &'static [Field],
}

impl FactTable {
    const fn new(
        name: &'static str,
        meaning: &'static str,
        key: &'static [&'static str],
        feeds: &'static [Feed],
        columns: &'static [Field],
    ) -> Self {
        Self { name, meaning, key, feeds, event: None, last: None, also: &[], joined: &[], columns }
    }

    const fn event(self, column: &'static str) -> Self {
        Self { event: Some(column), ..self }
    }

    const fn last(self, column: &'static str) -> Self {
        Self { last: Some(column), ..self }
    }

    const fn also(self, columns: &'static [&'static str]) -> Self {
        Self { also: columns, ..self }
    }

    const fn joined(self, columns: &'static [&'static str]) -> Self {
        Self { joined: columns, ..self }
    }

    /// The column of that name.
    pub(crate) fn column(&self, name: &str) -> Option<&'static Field> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// Every table, in the order documentation lists them.
pub(crate) static TABLES: &[FactTable] = &[
    tables::TEAMMATES,
    log_tables::SIGN_INS,
    log_tables::SIGN_IN_ADDRESSES,
    log_tables::EVENTS,
    log_tables::EXPORTS,
    log_tables::JOINS,
    log_tables::SETTING_CHANGES,
    log_tables::PERMISSION_SNAPSHOTS,
    log_tables::FAILED_SIGN_IN_BURSTS,
    log_tables::FAILED_SIGN_INS,
    log_tables::PERMISSION_LOSSES,
    tables::IP_ALLOWLIST,
    tables::TOKEN_PROBE,
    tables::DECLARED_ROLES,
    tables::DECLARED_GROUPS,
    tables::ROSTER_DIFFERENCES,
    tables::SAML_PROBLEMS,
];

/// The table of that name.
pub(crate) fn table(name: &str) -> Option<&'static FactTable> {
    TABLES.iter().find(|table| table.name == name)
}

/// Every single value, those of the settings last.
pub(crate) fn values() -> impl Iterator<Item = &'static Field> {
    VALUES.iter().chain(SETTINGS.iter().map(|setting| &setting.field))
}

/// The single value of that dotted name.
pub(crate) fn value(dotted: &str) -> Option<&'static Field> {
    values().find(|field| field.name == dotted)
}

/// Whether a value may stand in place of another; else what it has to be.
pub(crate) fn replaces(value: &Value, default: &Value) -> Result<(), &'static str> {
    let negative = value.as_f64().is_some_and(|number| !number.is_finite() || number < 0.0);
    match Type::of(default) {
        ty if ty.is_some() && ty == Type::of(value) && !negative => Ok(()),
        Some(Type::Number) => Err("a number that is not negative"),
        Some(Type::TextList) => Err("an array of texts"),
        Some(Type::Flag) => Err("true or false"),
        Some(Type::Text) | None => Err("text"),
    }
}

/// Whether the column or value of that name identifies a person. A name that is not declared is taken for a person's.
pub(crate) fn personal(name: &str) -> Personal {
    static DECLARED: LazyLock<HashMap<&str, Personal>> = LazyLock::new(|| {
        let columns = TABLES.iter().flat_map(|table| table.columns);
        columns.chain(values()).map(|field| (field.name, field.personal)).collect()
    });
    DECLARED.get(name).copied().unwrap_or(Personal::Name)
}

/// Both parts of the log that state is replayed from.
const LOG: &[Feed] = &[Feed::LogWindow, Feed::LogHistory];
/// The teammates, and both parts of the log that state is replayed from.
const ADMINS_AND_LOG: &[Feed] = &[Feed::Admins, Feed::LogWindow, Feed::LogHistory];
/// Where sign-ins and arrivals are seen.
const PRESENCE: &[Feed] = &[Feed::LogWindow, Feed::LogArrivals];
/// Where anything is seen that a teammate did.
const ACTIVITY: &[Feed] = &[Feed::LogWindow, Feed::LogHistory, Feed::LogArrivals];
/// The window alone.
const WINDOW: &[Feed] = &[Feed::LogWindow];
/// The teammates, and the window.
const ADMINS_AND_WINDOW: &[Feed] = &[Feed::Admins, Feed::LogWindow];
/// The teammates alone.
const ADMINS: &[Feed] = &[Feed::Admins];

/// Declares a column or value.
const fn field(
    name: &'static str,
    ty: Type,
    feeds: &'static [Feed],
    personal: Personal,
    meaning: &'static str,
) -> Field {
    Field { name, ty, feeds, survives_forbidden_log: false, personal, meaning }
}

/// Declares a column or value about privilege, which roles decide alone where the log is forbidden.
const fn by_roles(name: &'static str, ty: Type, personal: Personal, meaning: &'static str) -> Field {
    Field { survives_forbidden_log: true, ..field(name, ty, ADMINS_AND_LOG, personal, meaning) }
}
