//! Rows, their values, and the limits that bound memory.

pub(crate) use crate::verdict::Row;

use std::borrow::Cow;

use jiff::Timestamp;
use serde_json::{Number, Value, json};
use sha2::{Digest, Sha256};

/// The rows of one table.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Rows {
    /// The rows, in a stable order.
    pub rows: Vec<Row>,
    /// Whether rows beyond the limit were left out: the rest may prove a fail, never a pass.
    pub truncated: bool,
}

impl Rows {
    /// The rows up to the limit of a table.
    pub(super) fn bounded(rows: impl IntoIterator<Item = Row>) -> Self {
        let mut rows = rows.into_iter();
        Self { rows: rows.by_ref().take(MAX_ROWS).collect(), truncated: rows.next().is_some() }
    }

    /// The rows ordered by these text columns, null first, then by all columns, so that the order of events does not matter.
    pub(super) fn sorted(rows: impl Iterator<Item = Row>, columns: &[&str], truncated: bool) -> Self {
        let mut rows: Vec<Row> = rows.collect();
        rows.sort_by(|one, other| {
            let mut orders = columns.iter().map(|column| text(one, column).cmp(&text(other, column)));
            orders
                .find(|order| order.is_ne())
                .unwrap_or_else(|| json!(one).to_string().cmp(&json!(other).to_string()))
        });
        let truncated = truncated || rows.len() > MAX_ROWS;
        rows.truncate(MAX_ROWS);
        Self { rows, truncated }
    }
}

pub(super) const DAY: i64 = 86_400;

pub(crate) fn text<'a>(row: &'a Row, column: &str) -> Option<&'a str> {
    row.get(column)?.as_str()
}

/// The texts of a list in a row; empty if there is no list.
pub(crate) fn texts<'a>(row: &'a Row, column: &str) -> Vec<&'a str> {
    row.get(column).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// A row with these columns.
pub(super) fn row<const N: usize>(cells: [(&'static str, Value); N]) -> Row {
    cells.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A time as RFC 3339 text in UTC; null if there is none, or it is out of range.
pub(super) fn time(seconds: impl Into<Option<i64>>) -> Value {
    let time = seconds.into().and_then(|seconds| Timestamp::from_second(seconds).ok());
    time.map_or(Value::Null, |time| Value::String(time.to_string()))
}

/// Seconds in days, as an integer if whole.
pub(super) fn days(seconds: i64) -> Value {
    if seconds % DAY == 0 {
        return Value::from(seconds / DAY);
    }
    // Exact, because seconds within a calendar's range fit the mantissa.
    Number::from_f64(seconds as f64 / DAY as f64).map_or(Value::Null, Value::Number)
}

/// The ratio; null if the whole is zero.
pub(super) fn share(part: usize, whole: usize) -> Value {
    match (part, whole) {
        (_, 0) => Value::Null,
        (part, whole) if part % whole == 0 => Value::from(part / whole),
        (part, whole) => Value::from(part as f64 / whole as f64),
    }
}

/// The most rows of a table; further rows are left out and the table is marked as truncated.
pub(super) const MAX_ROWS: usize = 10_000;

/// The most bytes of a text to keep.
const MAX_TEXT: usize = 512;

/// A text of at most 512 bytes. A longer one ends in a digest, so that different texts stay different.
pub(super) fn bounded(full: &str) -> Cow<'_, str> {
    if full.len() <= MAX_TEXT {
        return Cow::Borrowed(full);
    }
    let digest: String = Sha256::digest(full).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let mut cut = MAX_TEXT - digest.len() - '…'.len_utf8();
    while !full.is_char_boundary(cut) {
        cut -= 1;
    }
    Cow::Owned(format!("{}…{digest}", &full[..cut]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_integers() {
        assert_eq!(days(90 * DAY), Value::from(90));
        assert!(days(90 * DAY + 1).as_f64().unwrap() > 90.0);
        assert_eq!(share(3, 3), Value::from(1));
        assert_eq!(share(1, 2), Value::from(0.5));
        assert_eq!(share(0, 0), Value::Null);
    }

    #[test]
    fn times_are_rfc_3339() {
        assert_eq!(time(0), Value::from("1970-01-01T00:00:00Z"));
        assert_eq!(time(i64::MAX), Value::Null);
        assert_eq!(time(None), Value::Null);
    }

    #[test]
    fn long_texts_are_cut_and_stay_different() {
        let (one, other) = ("é".repeat(5000) + "1", "é".repeat(5000) + "2");
        assert!(bounded(&one).len() <= MAX_TEXT);
        assert_ne!(bounded(&one), bounded(&other));
        assert_eq!(bounded(&bounded(&one)), bounded(&one));
        assert_eq!(bounded("short"), "short");
    }
}
