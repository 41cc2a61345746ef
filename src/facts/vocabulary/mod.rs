//! The declared vocabulary: every table, column and value a control may name.

use crate::sources::Feed;

mod log_tables;
mod policy_tables;
mod tables;
mod values;

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
    /// What it says.
    pub meaning: &'static str,
}

/// A table: rows of columns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Table {
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
    /// Its columns.
    pub columns: &'static [Field],
}

impl Table {
    /// The column of that name.
    pub(crate) fn column(&self, name: &str) -> Option<&'static Field> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// Every table, in the order documentation lists them.
pub(crate) static TABLES: &[Table] = &[
    tables::TEAMMATES,
    log_tables::SIGN_INS,
    log_tables::SIGN_IN_ADDRESSES,
    log_tables::EVENTS,
    log_tables::EXPORTS,
    log_tables::JOINS,
    log_tables::SETTING_CHANGES,
    log_tables::PERMISSION_SNAPSHOTS,
    log_tables::FAILED_SIGN_IN_BURSTS,
    log_tables::SIGN_IN_TROUBLE,
    log_tables::PERMISSION_LOSSES,
    tables::IP_ALLOWLIST,
    tables::TOKEN_PROBE,
    policy_tables::DECLARED_ROLES,
    policy_tables::DECLARED_GROUPS,
    policy_tables::ROSTER_DIFFERENCES,
    policy_tables::SAML_PROBLEMS,
];

/// The table of that name.
pub(crate) fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}

/// The single value of that dotted name.
pub(crate) fn value(dotted: &str) -> Option<&'static Field> {
    VALUES.iter().find(|field| field.name == dotted)
}

/// Both parts of the log that state is replayed from.
const LOG: &[Feed] = &[Feed::LogWindow, Feed::LogHistory];
/// The teammates, and both parts of the log that state is replayed from.
const ADMINS_AND_LOG: &[Feed] = &[Feed::Admins, Feed::LogWindow, Feed::LogHistory];
/// Where sign-ins and arrivals are seen.
const PRESENCE: &[Feed] = &[Feed::LogWindow, Feed::LogArrivals];
/// The window alone.
const WINDOW: &[Feed] = &[Feed::LogWindow];
/// The teammates, and the window.
const ADMINS_AND_WINDOW: &[Feed] = &[Feed::Admins, Feed::LogWindow];
/// The teammates alone.
const ADMINS: &[Feed] = &[Feed::Admins];

/// Declares a column or value.
const fn field(name: &'static str, ty: Type, feeds: &'static [Feed], meaning: &'static str) -> Field {
    Field { name, ty, feeds, survives_forbidden_log: false, meaning }
}

/// Declares a column or value about privilege, which roles decide alone where the log is forbidden.
const fn by_roles(name: &'static str, ty: Type, meaning: &'static str) -> Field {
    Field { name, ty, feeds: ADMINS_AND_LOG, survives_forbidden_log: true, meaning }
}
