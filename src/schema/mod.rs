//! JSON Schemas of the files that people write: the configuration and control files, for editors that complete and check
//! TOML, such as those with Taplo.
//!
//! Names and words come from where the program has them: controls and their parameters from the catalog, settings, tables
//! and columns from the vocabulary, words from the enums. What remains is compared with the readers, key by key, by a test.
//! A schema may accept what the program refuses; the other way round is a mistake, but for words in odd letters or spaces, and
//! for own parameters under the id of a built-in control. It is of draft 7, which editors know best.

use clap::ValueEnum;
use serde_json::{Map, Value, json};

use crate::casefold::{ascii_lower, capitalized};
use crate::facts::vocabulary::Type;

mod config;
mod control;
#[cfg(test)]
mod tests;

/// Where the schema of configurations is: `init` writes it at their head.
pub(crate) use config::ADDRESS as CONFIG;
pub(crate) use config::config;
pub(crate) use control::control;

/// The address of a schema in the repository, of this version.
macro_rules! address {
    ($name:literal) => {
        concat!(env!("CARGO_PKG_REPOSITORY"), "/raw/v", env!("CARGO_PKG_VERSION"), "/docs/schemas/", $name)
    };
}
use address;

/// A date, as TOML or text has it.
const DATE: &str = r"^\s*\d{4}-\d{2}-\d{2}\s*$";

/// Something else than white space.
const FILLED: &str = r"\S";

/// The keys of a table, each with its schema.
type Keys = Vec<(&'static str, Value)>;

/// A schema with one keyword more.
fn with(mut schema: Value, keyword: &str, value: Value) -> Value {
    if let Some(keywords) = schema.as_object_mut() {
        keywords.insert(keyword.to_owned(), value);
    }
    schema
}

/// A schema with what it means.
fn about(meaning: &str, schema: Value) -> Value {
    with(schema, "description", meaning.into())
}

/// The document, with where it is and what it is called.
fn document(address: &str, title: &str, table: Value) -> Value {
    let table = with(table, "$schema", "http://json-schema.org/draft-07/schema#".into());
    with(with(table, "$id", address.into()), "title", title.into())
}

/// Text, which may be empty.
fn text(meaning: &str) -> Value {
    about(meaning, json!({ "type": "string" }))
}

/// Text of a form.
fn formed(meaning: &str, pattern: &str) -> Value {
    with(text(meaning), "pattern", pattern.into())
}

/// Text that says something.
fn filled(meaning: &str) -> Value {
    formed(meaning, FILLED)
}

fn flag(meaning: &str) -> Value {
    about(meaning, json!({ "type": "boolean" }))
}

/// A whole number.
fn whole(meaning: &str, minimum: u32, maximum: Option<u32>) -> Value {
    let schema = about(meaning, json!({ "type": "integer", "minimum": minimum }));
    maximum.map_or(schema.clone(), |maximum| with(schema, "maximum", maximum.into()))
}

/// An array of what `item` describes.
fn list(meaning: &str, item: Value) -> Value {
    about(meaning, json!({ "type": "array", "items": item }))
}

/// An array that is not empty.
fn non_empty_list(meaning: &str, item: Value) -> Value {
    with(list(meaning, item), "minItems", 1.into())
}

/// A table with these keys, some of which are required, and no other.
fn table(meaning: &str, required: &[&str], keys: Keys) -> Value {
    let properties: Map<String, Value> =
        keys.into_iter().map(|(key, schema)| (key.to_owned(), schema)).collect();
    let table = json!({ "type": "object", "additionalProperties": false, "properties": properties });
    let table = if required.is_empty() { table } else { with(table, "required", required.into()) };
    about(meaning, table)
}

/// What a table is that has these keys. Naming them tells strict validators that they are not misspelt.
fn having(keys: &[&str]) -> Value {
    let properties: Map<String, Value> = keys.iter().map(|key| ((*key).to_owned(), true.into())).collect();
    json!({ "required": keys, "properties": properties })
}

/// A table with names of the file's own.
fn named(meaning: &str, value: Value) -> Value {
    about(meaning, json!({ "type": "object", "additionalProperties": value }))
}

/// One of a few words in any letter case, each offered as `spelt`.
fn words<'w>(meaning: &str, spelt: impl IntoIterator<Item = &'w str>) -> Value {
    let spelt: Vec<&str> = spelt.into_iter().collect();
    let patterns: Vec<String> = spelt.iter().map(|word| any_case(word)).collect();
    let offered = json!([{ "enum": spelt }, { "pattern": format!("^({})$", patterns.join("|")) }]);
    with(text(meaning), "anyOf", offered)
}

/// The words of an enum.
fn words_of<E: ValueEnum>(meaning: &str) -> Value {
    let values: Vec<_> = E::value_variants().iter().filter_map(E::to_possible_value).collect();
    words(meaning, values.iter().map(|value| value.get_name()))
}

/// A pattern of a word in any letter case.
fn any_case(word: &str) -> String {
    let letter = |ch: char| {
        let (lower, upper) = (ascii_lower(&ch.to_string()), capitalized(&ch.to_string()));
        if lower == upper { lower } else { format!("[{upper}{lower}]") }
    };
    word.chars().map(letter).collect()
}

/// Text for which there are proposals.
fn proposed<'w>(meaning: &str, proposals: impl IntoIterator<Item = &'w str>) -> Value {
    let proposals: Vec<&str> = proposals.into_iter().collect();
    with(filled(meaning), "anyOf", json!([{ "enum": proposals }, { "minLength": 1 }]))
}

/// A value of a type of the vocabulary.
fn typed(meaning: &str, ty: Type) -> Value {
    match ty {
        Type::Text => text(meaning),
        Type::Number => about(meaning, json!({ "type": "number" })),
        Type::Flag => flag(meaning),
        Type::TextList => list(meaning, json!({ "type": "string" })),
    }
}

/// What replaces a default: a value of its type, numbers not negative.
fn replacing(meaning: &str, default: &Value) -> Value {
    let schema = typed(meaning, Type::of(default).unwrap_or(Type::Text));
    let schema = if default.is_number() { with(schema, "minimum", 0.into()) } else { schema };
    with(schema, "default", default.clone())
}

/// A number, text, true or false, or an array of texts.
fn any_value() -> Value {
    let texts = json!({ "type": "array", "items": { "type": "string" } });
    json!({ "anyOf": [{ "type": "number" }, { "type": "string" }, { "type": "boolean" }, texts] })
}
