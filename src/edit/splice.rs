//! Where an entry goes in the text of a configuration. What is there already is copied, never written anew.

use toml_edit::{Array, Decor, Document, DocumentMut, Value};

use super::Entry;

/// The text with the entry in it. None when it is no TOML or has no place for the entry.
pub(super) fn insert(text: &[u8], entry: &Entry) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?;
    // The parser leaves a byte order mark out of its count.
    let (mark, body) = match text.strip_prefix('\u{feff}') {
        Some(body) => ("\u{feff}", body),
        None => ("", text),
    };
    let document = Document::parse(body).ok()?;
    let edited = match document.get(entry.key) {
        Some(item) if item.is_value() => extend(body, item.span()?, entry)?,
        _ => append(body, entry),
    };
    Some(format!("{mark}{edited}"))
}

/// A table with a header may stand behind anything.
fn append(text: &str, entry: &Entry) -> String {
    let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let apart = match text {
        "" => "",
        text if text.ends_with('\n') => line_break,
        _ => &line_break.repeat(2),
    };
    format!("{text}{apart}{}", entry.table().replace('\n', line_break))
}

/// An array in brackets is complete where it ends: the entry goes inside.
fn extend(text: &str, span: std::ops::Range<usize>, entry: &Entry) -> Option<String> {
    let (before, array, after) = (text.get(..span.start)?, text.get(span.clone())?, text.get(span.end..)?);
    let mut document: DocumentMut = format!("x = {array}").parse().ok()?;
    let items: &mut Array = document.get_mut("x")?.as_array_mut()?;
    let prefix = items.iter().last().map_or_else(String::new, indent_of);
    let mut new = Value::from(entry.inline());
    *new.decor_mut() = Decor::new(prefix, "");
    items.push_formatted(new);
    let extended = document.to_string();
    let extended = extended.trim_end().strip_prefix("x = ")?;
    Some(format!("{before}{extended}{after}"))
}

/// What stands before an item on its line; an item that shares its line is only set apart.
fn indent_of(item: &Value) -> String {
    let prefix = item.decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default();
    match prefix.rsplit_once('\n') {
        Some((_, indent)) => format!("\n{indent}"),
        None => " ".to_owned(),
    }
}
