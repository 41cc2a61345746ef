//! `[[attestation]]` and `[[waiver]]`: what people sign for.

use jiff::civil::Date;

use crate::document::{Located, Table};

use super::section::{self, date, filled, required_date};

/// What somebody saw in the web app and signs for. It is evidence until the end of its last day, UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attestation {
    /// The control it is about.
    pub control: Located<String>,
    /// What was seen.
    pub result: Attested,
    /// Who saw it.
    pub by: String,
    /// The day it was seen.
    pub on: Located<Date>,
    /// The last day on which it counts.
    pub expires: Located<Date>,
    /// Where the proof is kept.
    pub evidence: Option<String>,
    /// What else is worth knowing.
    pub note: Option<String>,
    /// The line it starts on.
    pub line: usize,
}

/// What an attestation attests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attested {
    /// The requirement holds.
    Pass,
    /// The requirement does not hold.
    Fail,
}

/// A decision to live with a finding, until the end of its last day, UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Waiver {
    /// The control it is about.
    pub control: Located<String>,
    /// The one finding it is about; the whole control where it is none.
    pub subject: Option<String>,
    /// Why.
    pub reason: String,
    /// Who decided.
    pub by: String,
    /// The day of the decision.
    pub on: Option<Located<Date>>,
    /// The last day on which it counts.
    pub expires: Located<Date>,
    /// The line it starts on.
    pub line: usize,
}

pub(super) fn attestation(mut table: Table<'_>) -> Option<Attestation> {
    let line = table.line();
    let control = table.required_text("control");
    let seen = section::word(&mut table, "result", &["pass", "fail"]);
    let by = table.required_text("by");
    let on = required_date(&mut table, "on");
    let expires = required_date(&mut table, "expires");
    let evidence = filled(&mut table, "evidence");
    let note = filled(&mut table, "note");
    check_order(&table, on.as_ref(), expires.as_ref());
    table.finish();
    Some(Attestation {
        control: control?,
        result: if seen.is_some_and(|word| word.value == "fail") { Attested::Fail } else { Attested::Pass },
        by: by?.value,
        on: on?,
        expires: expires?,
        evidence: evidence.map(|text| text.value),
        note: note.map(|text| text.value),
        line,
    })
}

pub(super) fn waiver(mut table: Table<'_>) -> Option<Waiver> {
    let line = table.line();
    let control = table.required_text("control");
    let narrowed = table.has("subject");
    let subject = filled(&mut table, "subject");
    let reason = table.required_text("reason");
    let by = table.required_text("by");
    let on = date(&mut table, "on");
    let expires = required_date(&mut table, "expires");
    check_order(&table, on.as_ref(), expires.as_ref());
    table.finish();
    // A subject that cannot be read must not widen the waiver to the whole control.
    if narrowed && subject.is_none() {
        return None;
    }
    Some(Waiver {
        control: control?,
        subject: subject.map(|text| text.value),
        reason: reason?.value,
        by: by?.value,
        on,
        expires: expires?,
        line,
    })
}

fn check_order(table: &Table<'_>, on: Option<&Located<Date>>, expires: Option<&Located<Date>>) {
    if let (Some(on), Some(expires)) = (on, expires)
        && expires.value < on.value
    {
        table.document().report(
            expires.line,
            format!("`expires` is {}, before `on`, which is {}", expires.value, on.value),
        );
    }
}
