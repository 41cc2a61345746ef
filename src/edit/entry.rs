//! What is added to a configuration: an attestation or a waiver, as a table of TOML.

use jiff::civil::Date;
use toml_edit::{Datetime, InlineTable, Table, Value};

use crate::config::Attested;

/// An attestation that is being signed.
#[derive(Debug, Clone)]
pub(crate) struct NewAttestation {
    /// The control's id.
    pub control: String,
    /// What was seen.
    pub result: Attested,
    /// Who saw it.
    pub by: String,
    /// The day it was seen, UTC.
    pub on: Date,
    /// The last day on which it counts, UTC.
    pub expires: Date,
    /// Where the proof is kept.
    pub evidence: Option<String>,
    /// The file with the proof as the configuration names it, and its SHA-256.
    pub evidence_file: Option<(String, String)>,
    /// What else is worth knowing.
    pub note: Option<String>,
}

/// A waiver that is being decided.
#[derive(Debug, Clone)]
pub(crate) struct NewWaiver {
    /// The control's id.
    pub control: String,
    /// The one finding it is about; the whole control where it is none.
    pub subject: Option<String>,
    /// Why.
    pub reason: String,
    /// Who decided.
    pub by: String,
    /// The day of the decision, UTC.
    pub on: Date,
    /// The last day on which it counts, UTC.
    pub expires: Date,
}

/// One table of an array of tables.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// The array's key.
    pub(super) key: &'static str,
    fields: Vec<(&'static str, Value)>,
}

impl From<NewAttestation> for Entry {
    fn from(new: NewAttestation) -> Self {
        let (file, digest) = new.evidence_file.unzip();
        let fields = [
            ("control", Some(new.control.into())),
            ("result", Some(new.result.into_str().into())),
            ("by", Some(new.by.into())),
            ("on", Some(day(new.on))),
            ("expires", Some(day(new.expires))),
            ("evidence", new.evidence.map(Value::from)),
            ("evidence_file", file.map(Value::from)),
            ("evidence_sha256", digest.map(Value::from)),
            ("note", new.note.map(Value::from)),
        ];
        Self::of("attestation", fields)
    }
}

impl From<NewWaiver> for Entry {
    fn from(new: NewWaiver) -> Self {
        let fields = [
            ("control", Some(new.control.into())),
            ("subject", new.subject.map(Value::from)),
            ("reason", Some(new.reason.into())),
            ("by", Some(new.by.into())),
            ("on", Some(day(new.on))),
            ("expires", Some(day(new.expires))),
        ];
        Self::of("waiver", fields)
    }
}

impl Entry {
    fn of<const N: usize>(key: &'static str, fields: [(&'static str, Option<Value>); N]) -> Self {
        let given = fields.into_iter().filter_map(|(key, value)| Some((key, value?)));
        Self { key, fields: given.collect() }
    }

    /// The entry with a header of its own, ending in a line break.
    pub(super) fn table(&self) -> String {
        let mut table = Table::new();
        for (key, value) in &self.fields {
            table.insert(key, toml_edit::Item::Value(value.clone()));
        }
        format!("[[{}]]\n{table}", self.key)
    }

    /// The entry within braces, for a file that has them on one line each.
    pub(super) fn inline(&self) -> InlineTable {
        self.fields.iter().map(|(key, value)| (*key, value.clone())).collect()
    }
}

fn day(date: Date) -> Value {
    let text = date.to_string();
    text.parse::<Datetime>().map_or_else(|_| Value::from(text), Value::from)
}
