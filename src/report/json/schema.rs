//! The JSON Schema of the report, derived from its types.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use serde_json::Value;

use super::{Document, json_text};

/// Writes the schema (draft 2020-12) of what [`render`](super::render) writes.
///
/// # Errors
/// None that a test would not have met.
pub(crate) fn schema() -> Result<String, serde_json::Error> {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let generator = settings.with_transform(RecursiveTransform(about_writing)).into_generator();
    json_text(&generator.into_root_schema_for::<Document<'static>>())
}

/// The formats that JSON Schema knows, among those in use; the names of Rust's numbers are none.
const FORMATS: [&str; 2] = ["date", "date-time"];

/// Leaves out what is about reading or about Rust, since every field is always written and JSON has one kind of
/// number, and unfolds the lines of comments.
fn about_writing(schema: &mut Schema) {
    for keyword in ["default", "readOnly"] {
        schema.remove(keyword);
    }
    if schema.get("format").and_then(Value::as_str).is_some_and(|format| !FORMATS.contains(&format)) {
        schema.remove("format");
    }
    if let Some(Value::String(text)) = schema.get_mut("description") {
        let paragraphs: Vec<_> = text.split("\n\n").map(|paragraph| paragraph.replace('\n', " ")).collect();
        *text = paragraphs.join("\n\n");
    }
}
