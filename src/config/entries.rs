//! `[[attestation]]`, `[[waiver]]` and `[[reviewed]]`: what people sign for.

use std::path::PathBuf;

use jiff::civil::Date;

use crate::casefold::ascii_lower;
use crate::toml_document::{Located, Table};
use crate::verdict::{self, Attested, Review};

use super::section::{Context, date, filled, required_date};

/// What a person saw in the web app and signs for. It is evidence until the end of its last day, UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attestation {
    /// The control it is about.
    pub control: String,
    pub result: Attested,
    /// Who saw it.
    pub by: String,
    /// The day it was seen.
    pub on: Date,
    /// The last day on which it counts.
    pub expires: Date,
    /// Where the proof is kept.
    pub evidence: Option<String>,
    pub evidence_file: Option<EvidenceFile>,
    pub note: Option<String>,
}

/// A file that proves what was seen, and what it was when the attestation was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EvidenceFile {
    pub path: PathBuf,
    /// The SHA-256 of its bytes, in lower-case hexadecimal digits.
    pub sha256: String,
}

/// A decision to live with a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Waiver {
    /// The control it is about.
    pub control: String,
    /// Who or what the finding is about; the whole control where there is no event either.
    pub subject: Option<String>,
    /// The id of the one event it is about, in the place of a subject.
    pub event: Option<String>,
    pub waiver: verdict::Waiver,
}

/// An event that a person looked at and found in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reviewed {
    /// The event's id, as the log has it.
    pub event: String,
    pub review: Review,
}

pub(super) fn attestation(mut table: Table<'_>, context: &Context) -> Option<Located<Attestation>> {
    let line = table.line();
    let control = table.required_text("control");
    let seen = table.word("result");
    let by = table.required_text("by");
    let on = required_date(&mut table, "on");
    let expires = required_date(&mut table, "expires");
    let evidence = filled(&mut table, "evidence");
    let evidence_file = evidence_file(&mut table, context);
    if seen == Some(Attested::NotApplicable) {
        table.require("note");
    }
    let note = filled(&mut table, "note");
    check_order(&table, on.as_ref(), expires.as_ref());
    table.finish();
    let value = Attestation {
        control: control?.value,
        result: seen.unwrap_or_default(),
        by: by?.value,
        on: on?.value,
        expires: expires?.value,
        evidence: evidence.map(|text| text.value),
        evidence_file,
        note: note.map(|text| text.value),
    };
    Some(Located { value, line })
}

/// Takes the file with the proof; without its digest it proves nothing, and the other way round.
fn evidence_file(table: &mut Table<'_>, context: &Context) -> Option<EvidenceFile> {
    match (table.has("evidence_file"), table.has("evidence_sha256")) {
        (true, false) => table.missing("evidence_sha256"),
        (false, true) => table.missing("evidence_file"),
        _ => {}
    }
    let path = context.file(table, "evidence_file");
    let digest = filled(table, "evidence_sha256")?;
    let sha256 = ascii_lower(digest.trim());
    if sha256.len() != 64 || !sha256.chars().all(|c| c.is_ascii_hexdigit()) {
        let message = "`evidence_sha256` is not a SHA-256: 64 hexadecimal digits";
        table.document().report(digest.line, message);
        return None;
    }
    Some(EvidenceFile { path: path?, sha256 })
}

pub(super) fn waiver(mut table: Table<'_>) -> Option<Located<Waiver>> {
    let line = table.line();
    let control = table.required_text("control");
    let narrowed = table.has("subject") || table.has("event");
    let subject = filled(&mut table, "subject");
    let event = filled(&mut table, "event");
    if let (Some(_), Some(event)) = (&subject, &event) {
        table.document().report(event.line, "a waiver has a `subject` or an `event`, not both");
        return None;
    }
    let reason = table.required_text("reason");
    let by = table.required_text("by");
    let on = date(&mut table, "on");
    let expires = required_date(&mut table, "expires");
    check_order(&table, on.as_ref(), expires.as_ref());
    table.finish();
    // A subject or event that cannot be read must not widen the waiver to the whole control.
    if narrowed && subject.is_none() && event.is_none() {
        return None;
    }
    let waiver = verdict::Waiver {
        reason: reason?.value,
        by: by?.value,
        on: on.map(|on| on.value),
        expires: expires?.value,
    };
    let value = Waiver {
        control: control?.value,
        subject: subject.map(|text| text.value),
        event: event.map(|text| text.value),
        waiver,
    };
    Some(Located { value, line })
}

pub(super) fn reviewed(mut table: Table<'_>) -> Option<Located<Reviewed>> {
    let line = table.line();
    let event = table.required_text("event");
    let by = table.required_text("by");
    let on = required_date(&mut table, "on");
    let note = filled(&mut table, "note");
    table.finish();
    let review = Review { by: by?.value, on: on?.value, note: note.map(|text| text.value) };
    Some(Located { value: Reviewed { event: event?.value, review }, line })
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
