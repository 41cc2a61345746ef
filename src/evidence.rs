//! The row of data that shows a finding, kept as text: a report may have hundreds of thousands, and few are looked into.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::bounded_json;

/// One row of a table: column name to value. A column that was not observed is null.
pub(crate) type Row = serde_json::Map<String, serde_json::Value>;

/// The longest row of a saved report, in bytes: while one is read, it costs many times that.
const LONGEST: usize = 4 << 20;

/// A row as compact JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Evidence(Box<str>);

impl Evidence {
    /// The row itself.
    pub(crate) fn row(&self) -> Row {
        serde_json::from_str(&self.0).unwrap_or_default()
    }

    /// The row as compact JSON.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl From<&Row> for Evidence {
    fn from(row: &Row) -> Self {
        // Copied, since what a buffer was too large would stay between the rows.
        serde_json::to_string(row).map_or_else(|_| Self::default(), |text| Self(text.as_str().into()))
    }
}

impl Default for Evidence {
    fn default() -> Self {
        Self("{}".into())
    }
}

impl Serialize for Evidence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.row().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Evidence {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        if raw.get().len() > LONGEST {
            let limit = LONGEST >> 20;
            return Err(D::Error::custom(format_args!("evidence is longer than {limit} MiB")));
        }
        // Its place in the row would be taken for the one in the report.
        let wrong = |error| D::Error::custom(bounded_json::message(&error));
        let row = serde_json::from_str::<Row>(raw.get()).map_err(wrong)?;
        Ok(Self::from(&row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_the_same_however_it_is_written() {
        let evidence: Evidence = serde_json::from_str("{ \"b\": [1, null],\n \"a\": \"x y\" }").unwrap();
        assert_eq!(evidence.as_str(), r#"{"a":"x y","b":[1,null]}"#);
        assert_eq!(Evidence::from(&evidence.row()), evidence);
        assert!(serde_json::from_str::<Evidence>(" { } ").unwrap().is_empty());
    }

    #[test]
    fn what_is_no_row_or_too_long_is_refused() {
        let long = format!("{{\"a\": [{}1]}}", "1,".repeat(LONGEST / 2));
        for (json, why) in [("[]", "invalid type"), ("null", "invalid type"), (&long, "longer than 4 MiB")] {
            let error = serde_json::from_str::<Evidence>(json).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
