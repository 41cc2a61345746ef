//! Making rows and the values in them.

use jiff::Timestamp;
use serde_json::{Number, Value};

use super::Row;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// A row with these columns.
pub(super) fn row<const N: usize>(cells: [(&'static str, Value); N]) -> Row {
    cells.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A time as RFC 3339 text in UTC; null where there is none, or none that a calendar knows.
pub(super) fn time(seconds: impl Into<Option<i64>>) -> Value {
    let time = seconds.into().and_then(|seconds| Timestamp::from_second(seconds).ok());
    time.map_or(Value::Null, |time| Value::String(time.to_string()))
}

/// A span of seconds in days: an integer where it is whole.
pub(super) fn days(seconds: i64) -> Value {
    if seconds % DAY == 0 {
        return Value::from(seconds / DAY);
    }
    // Exact: spans of seconds that fit a calendar fit the mantissa.
    Number::from_f64(seconds as f64 / DAY as f64).map_or(Value::Null, Value::Number)
}

/// The part of a whole; null where there is no whole.
pub(super) fn share(part: usize, whole: usize) -> Value {
    match (part, whole) {
        (_, 0) => Value::Null,
        (part, whole) if part % whole == 0 => Value::from(part / whole),
        (part, whole) => Value::from(part as f64 / whole as f64),
    }
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
}
