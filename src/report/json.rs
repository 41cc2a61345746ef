//! The JSON report and its schema, and JSON that is safe to be shown on a terminal.

use std::io::{self, Write};

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use super::Report;
use crate::text;

/// Writes the schema (draft 2020-12) of the report.
///
/// # Errors
/// None that a test would not have met.
pub(crate) fn schema() -> io::Result<String> {
    schema_of::<Report>()
}

/// The schema (draft 2020-12) of a document.
///
/// # Errors
/// None that a test would not have met.
pub(crate) fn schema_of<T: JsonSchema>() -> io::Result<String> {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let generator = settings.with_transform(RecursiveTransform(about_writing)).into_generator();
    json_text(&generator.into_root_schema_for::<T>())
}

/// Leaves out what is about reading or about Rust, since every field is always written and JSON has one kind of
/// number, says that instants have whole seconds, and unfolds the lines of comments.
fn about_writing(schema: &mut Schema) {
    for keyword in ["default", "readOnly"] {
        schema.remove(keyword);
    }
    let pattern = match schema.get("format").and_then(Value::as_str) {
        Some("date-time") => Some(r"^-?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"),
        Some("date") => Some(r"^-?\d{4,6}-\d\d-\d\d$"),
        // The name of a number in Rust.
        _ => None,
    };
    match pattern {
        Some(pattern) => drop(schema.insert("pattern".to_owned(), pattern.into())),
        None => drop(schema.remove("format")),
    }
    one_type_each(schema);
    if let Some(Value::String(text)) = schema.get_mut("description") {
        let paragraphs: Vec<_> = text.split("\n\n").map(|paragraph| paragraph.replace('\n', " ")).collect();
        *text = paragraphs.join("\n\n");
    }
}

/// Tells a value that may be null in two alternatives: strict readers want one type in a place, beside what is asked of it.
fn one_type_each(schema: &mut Schema) {
    let Some(Value::Array(types)) = schema.get("type").cloned() else { return };
    let [Value::String(kind), Value::String(null)] = types.as_slice() else { return };
    if null != "null" {
        return;
    }
    let mut alternative = serde_json::Map::from_iter([("type".to_owned(), Value::from(kind.as_str()))]);
    let asked: Vec<String> = schema.as_object().into_iter().flat_map(|all| all.keys().cloned()).collect();
    for keyword in asked.into_iter().filter(|keyword| keyword != "type" && keyword != "description") {
        alternative.extend(schema.remove(&keyword).map(|value| (keyword, value)));
    }
    schema.remove("type");
    schema.insert("anyOf".to_owned(), serde_json::json!([alternative, { "type": "null" }]));
}

/// A document as indented JSON with a final newline, safe to be shown on a terminal.
///
/// # Errors
/// When it holds something that JSON cannot express.
pub(crate) fn json_text(document: &impl Serialize) -> io::Result<String> {
    in_memory(|out| write_json(document, out))
}

/// What is written, as a text.
pub(super) fn in_memory(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<String> {
    let mut bytes = Vec::new();
    write(&mut bytes)?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

/// Writes a document as indented JSON with a final newline, safe to be shown on a terminal.
///
/// # Errors
/// When it cannot be written, or holds something that JSON cannot express.
pub(crate) fn write_json(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    write(document, PrettyFormatter::new(), out)
}

/// Writes a document as one line of JSON with its newline, safe to be shown on a terminal.
///
/// # Errors
/// When it cannot be written, or holds something that JSON cannot express.
pub(super) fn write_line(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    write(document, CompactFormatter, out)
}

fn write(document: &impl Serialize, layout: impl Formatter, out: &mut dyn Write) -> io::Result<()> {
    let writer = SpelledOut(&mut *out);
    document.serialize(&mut serde_json::Serializer::with_formatter(writer, layout))?;
    out.write_all(b"\n")
}

/// A JSON object as the formats of others have them: its fields keep the order in which [`object!`] names them.
pub(super) struct Object<F>(pub F);

/// The fields of an object: a name, a value where the field is there at all, and the fields behind it.
pub(super) trait Fields {
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error>;
}

impl Fields for () {
    fn write<M: SerializeMap>(&self, _: &mut M) -> Result<(), M::Error> {
        Ok(())
    }
}

impl<T: Serialize, R: Fields> Fields for (&'static str, Option<T>, R) {
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let (name, value, rest) = self;
        value.iter().try_for_each(|value| map.serialize_entry(name, value))?;
        rest.write(map)
    }
}

impl<F: Fields> Serialize for Object<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.0.write(&mut map)?;
        map.end()
    }
}

/// Makes an object: `"name": value` is always there, `"name"?: option` only where there is a value.
macro_rules! object {
    (@fields) => { () };
    (@fields $name:literal: $value:expr $(, $($rest:tt)*)?) => {
        ($name, Some($value), object!(@fields $($($rest)*)?))
    };
    (@fields $name:literal?: $value:expr $(, $($rest:tt)*)?) => {
        ($name, $value, object!(@fields $($($rest)*)?))
    };
    ($($fields:tt)*) => { $crate::report::json::Object(object!(@fields $($fields)*)) };
}
pub(super) use object;

/// Writes characters that act on a terminal as `\uXXXX`, which means the same to a JSON parser. JSON
/// itself only asks that of the first 32, and they do not occur here outside strings except as newlines.
struct SpelledOut<'w>(&'w mut dyn Write);

impl Write for SpelledOut<'_> {
    /// Takes whole characters, as the serializer writes them.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        const DELETE: u8 = 0x7f;
        if bytes.is_ascii() && !bytes.contains(&DELETE) {
            return self.0.write_all(bytes).map(|()| bytes.len());
        }
        let acts = |ch: char| ch >= char::from(DELETE) && text::is_invisible(ch);
        for piece in str::from_utf8(bytes).map_err(io::Error::other)?.split_inclusive(acts) {
            match piece.chars().next_back().filter(|&ch| acts(ch)) {
                Some(ch) => {
                    self.0.write_all(piece.trim_end_matches(ch).as_bytes())?;
                    ch.encode_utf16(&mut [0; 2])
                        .iter()
                        .try_for_each(|unit| write!(self.0, "\\u{unit:04x}"))?;
                }
                None => self.0.write_all(piece.as_bytes())?,
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests;
