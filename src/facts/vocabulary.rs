//! The declared vocabulary: every table, column and value a control may name.

use crate::snapshot::Feed;

/// The type of a column or value; each may also be null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
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
    pub const fn as_str(self) -> &'static str {
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
pub struct Field {
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
pub struct Table {
    /// The name used in `over = "…"`.
    pub name: &'static str,
    /// What a row is.
    pub meaning: &'static str,
    /// The columns that tell one row from another.
    pub key: &'static [&'static str],
    /// What has to be complete for no row to be missing.
    pub feeds: &'static [Feed],
    /// Its columns.
    pub columns: &'static [Field],
}

impl Table {
    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&'static Field> {
        self.columns.iter().find(|column| column.name == name)
    }
}
