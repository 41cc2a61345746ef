//! What is added to a configuration: an attestation, a waiver or a review, as a table of TOML at the end of the file.

use jiff::civil::Date;
use toml_edit::{Datetime, Document, Item, Table, Value};

use crate::config::{Attestation, Reviewed, Waiver};

/// One table of an array of tables.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(super) key: &'static str,
    table: Table,
}

impl From<Attestation> for Entry {
    fn from(new: Attestation) -> Self {
        let file = new.evidence_file.map(|file| (file.path.display().to_string(), file.sha256));
        let (file, digest) = file.unzip();
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

impl From<Waiver> for Entry {
    fn from(new: Waiver) -> Self {
        let Waiver { control, subject, event, waiver } = new;
        let fields = [
            ("control", Some(control.into())),
            ("subject", subject.map(Value::from)),
            ("event", event.map(Value::from)),
            ("reason", Some(waiver.reason.into())),
            ("by", Some(waiver.by.into())),
            ("on", waiver.on.map(day)),
            ("expires", Some(day(waiver.expires))),
        ];
        Self::of("waiver", fields)
    }
}

impl From<Reviewed> for Entry {
    fn from(new: Reviewed) -> Self {
        let Reviewed { event, review } = new;
        let fields = [
            ("event", Some(event.into())),
            ("by", Some(review.by.into())),
            ("on", Some(day(review.on))),
            ("note", review.note.map(Value::from)),
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
