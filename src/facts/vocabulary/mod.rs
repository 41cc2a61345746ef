//! The vocabulary: every table, column and value that a control may use.

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

/// The type of a column or value. Any value may be null.
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
    /// The word that `controls facts` prints.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Flag => "flag",
            Self::TextList => "list of text",
        }
    }

    /// The type of a value, if it has one of these.
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

/// How a column or value identifies a person, for redaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "lowercase", const_into_str)]
pub(crate) enum Personal {
    /// A name, or free text that may contain one.
    Name,
    /// An e-mail or IP address; an id if a person has no address.
    Address,
    /// The id of a person; an address if a person has no id.
    Id,
    /// Not personal.
    No,
}

/// A column of a table, or a single value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    /// Dotted for a single value (`workspace.region`).
    pub name: &'static str,
    pub ty: Type,
    /// The feeds it rests on; none for configured values.
    pub feeds: &'static [Feed],
    /// Whether it does without the activity log if that is *forbidden*: the other feeds then decide alone.
    pub survives_forbidden_log: bool,
    /// The same for all columns of one name.
    pub personal: Personal,
    pub meaning: &'static str,
}

impl Field {
    /// Whether the store has it: what earlier runs showed, and this one.
    pub(crate) fn is_history(&self) -> bool {
        self.name.starts_with("history.")
    }
}

/// A table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FactTable {
    /// The name in `over = "…"`.
    pub name: &'static str,
    /// The meaning of a row.
    pub meaning: &'static str,
    /// The columns that identify a row.
    pub key: &'static [&'static str],
    /// The feeds that must be complete for no row to be missing.
    pub feeds: &'static [Feed],
    /// The column with the event's id, if a row is an event.
    pub event: Option<&'static str>,
    /// The column with the time of the newest evidence, if rows are about the window.
    pub last: Option<&'static str>,
    /// Columns that distinguish the rows about one person or subject.
    pub also: &'static [&'static str],
    /// Columns whose different values are merged into one finding per person.
    pub joined: &'static [&'static str],
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

    pub(crate) fn column(&self, name: &str) -> Option<&'static Field> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// Every table, in the order of the documentation.
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

pub(crate) fn table(name: &str) -> Option<&'static FactTable> {
    TABLES.iter().find(|table| table.name == name)
}

/// Every single value, settings last.
pub(crate) fn values() -> impl Iterator<Item = &'static Field> {
    VALUES.iter().chain(SETTINGS.iter().map(|setting| &setting.field))
}

pub(crate) fn value(dotted: &str) -> Option<&'static Field> {
    values().find(|field| field.name == dotted)
}

/// Whether a value may replace a default; else the required type.
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

/// How the column or value of that name identifies a person. An undeclared name counts as personal.
pub(crate) fn personal(name: &str) -> Personal {
    static DECLARED: LazyLock<HashMap<&str, Personal>> = LazyLock::new(|| {
        let columns = TABLES.iter().flat_map(|table| table.columns);
        columns.chain(values()).map(|field| (field.name, field.personal)).collect()
    });
    DECLARED.get(name).copied().unwrap_or(Personal::Name)
}

/// Both parts of the log with state-setting events.
const LOG: &[Feed] = &[Feed::LogWindow, Feed::LogHistory];
/// The teammates, and both parts of the log with state-setting events.
const ADMINS_AND_LOG: &[Feed] = &[Feed::Admins, Feed::LogWindow, Feed::LogHistory];
/// The parts of the log with sign-ins, accepted invites and provisioning.
const PRESENCE: &[Feed] = &[Feed::LogWindow, Feed::LogArrivals];
/// The parts of the log with any activity of teammates.
const ACTIVITY: &[Feed] = &[Feed::LogWindow, Feed::LogHistory, Feed::LogArrivals];
/// The window only.
const WINDOW: &[Feed] = &[Feed::LogWindow];
/// The teammates and the window.
const ADMINS_AND_WINDOW: &[Feed] = &[Feed::Admins, Feed::LogWindow];
/// The teammates only.
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

/// Declares a column or value about privilege, which roles alone decide if the log is forbidden.
const fn by_roles(name: &'static str, ty: Type, personal: Personal, meaning: &'static str) -> Field {
    Field { survives_forbidden_log: true, ..field(name, ty, ADMINS_AND_LOG, personal, meaning) }
}
