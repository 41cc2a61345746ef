//! What is added to a configuration: an attestation, a waiver or a review, as a table of TOML at the end of the file.

use jiff::civil::Date;
use toml_edit::{Datetime, Document, Item, Table, Value};

use crate::verdict::Attested;

/// An attestation that is being signed.
#[derive(Debug, Clone)]
pub(crate) struct NewAttestation {
    pub control: String,
    pub result: Attested,
    pub by: String,
    pub on: Date,
    pub expires: Date,
    pub evidence: Option<String>,
    /// The file with the proof as the configuration names it, and its SHA-256.
    pub evidence_file: Option<(String, String)>,
    pub note: Option<String>,
}

/// A waiver that is being decided.
#[derive(Debug, Clone)]
pub(crate) struct NewWaiver {
    pub control: String,
    /// The one finding it is about; the whole control where it is none.
    pub subject: Option<String>,
    /// The id of the one event it is about.
    pub event: Option<String>,
    pub reason: String,
    pub by: String,
    pub on: Date,
    pub expires: Date,
}

/// A review of an event.
#[derive(Debug, Clone)]
pub(crate) struct NewReview {
    pub event: String,
    pub by: String,
    pub on: Date,
    pub note: Option<String>,
}

/// One table of an array of tables.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(super) key: &'static str,
    table: Table,
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
            ("event", new.event.map(Value::from)),
            ("reason", Some(new.reason.into())),
            ("by", Some(new.by.into())),
            ("on", Some(day(new.on))),
            ("expires", Some(day(new.expires))),
        ];
        Self::of("waiver", fields)
    }
}

impl From<NewReview> for Entry {
    fn from(new: NewReview) -> Self {
        let fields = [
            ("event", Some(new.event.into())),
            ("by", Some(new.by.into())),
            ("on", Some(day(new.on))),
            ("note", new.note.map(Value::from)),
        ];
        Self::of("reviewed", fields)
    }
}

impl Entry {
    fn of<const N: usize>(key: &'static str, fields: [(&'static str, Option<Value>); N]) -> Self {
        let given = fields.into_iter().filter_map(|(key, value)| Some((key, value?)));
        Self { key, table: given.collect() }
    }

    /// The text of a configuration with the entry at its end; none where its like stand in an array in brackets, which
    /// is complete where it ends.
    pub(super) fn added_to(&self, text: &str) -> Option<String> {
        let inline = |document: Document<_>| document.get(self.key).is_some_and(Item::is_value);
        if Document::parse(text).is_ok_and(inline) {
            return None;
        }
        let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let apart = match text {
            "" => "",
            text if text.ends_with('\n') => line_break,
            _ => &line_break.repeat(2),
        };
        let entry = format!("[[{}]]\n{}", self.key, self.table).replace('\n', line_break);
        Some(format!("{text}{apart}{entry}"))
    }
}

fn day(date: Date) -> Value {
    let text = date.to_string();
    text.parse::<Datetime>().map_or_else(|_| Value::from(text), Value::from)
}
