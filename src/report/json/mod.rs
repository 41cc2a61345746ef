//! The JSON report: a contract with programs, so it has structs of its own.
//!
//! Fields may be added under schema version 1; to remove one or to change its meaning takes version 2.

use serde::Serialize;

use super::Report;
use crate::text;

mod document;
mod read;
mod schema;

use document::Document;
pub(crate) use read::{ReadError, bytes, bytes_of, parse};
pub(crate) use schema::schema;

/// How many bytes of JSON are looked at together.
const PIECE: usize = 128;

/// Renders the report as indented JSON with a final newline.
pub(super) fn render(report: &Report) -> Result<String, serde_json::Error> {
    json_text(&Document::from(report))
}

/// Writes a document as indented JSON with a final newline, safe to be shown on a terminal.
///
/// # Errors
/// When it holds something that JSON cannot express.
pub(crate) fn json_text(document: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut text = spell_out(&serde_json::to_string_pretty(document)?);
    text.push('\n');
    Ok(text)
}

/// Writes a document as one line of JSON with its newline, safe to be shown on a terminal.
///
/// # Errors
/// When it holds something that JSON cannot express.
pub(super) fn json_line(document: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut text = spell_out(&serde_json::to_string(document)?);
    text.push('\n');
    Ok(text)
}

/// Writes characters that act on a terminal as `\uXXXX`, which means the same to a JSON parser. JSON
/// itself only asks that of the first 32, and they do not occur here outside strings except as newlines.
fn spell_out(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    let mut rest = json;
    // Piece by piece: only the few with such characters are gone through one by one.
    while !rest.is_empty() {
        let mut end = rest.len().min(PIECE);
        while !rest.is_char_boundary(end) {
            end += 1;
        }
        let (piece, tail) = rest.split_at(end);
        if is_plain(piece) {
            safe.push_str(piece);
        } else {
            piece.chars().for_each(|ch| spell_out_one(&mut safe, ch));
        }
        rest = tail;
    }
    safe
}

/// Whether JSON text has nothing but characters that are seen, and line breaks.
fn is_plain(json: &str) -> bool {
    json.is_ascii() && !json.contains('\u{7f}')
}

fn spell_out_one(safe: &mut String, ch: char) {
    if ch == '\n' || !text::is_invisible(ch) {
        safe.push(ch);
    } else {
        for unit in ch.encode_utf16(&mut [0; 2]) {
            safe.push_str(&format!("\\u{unit:04x}"));
        }
    }
}

#[cfg(test)]
mod tests;
