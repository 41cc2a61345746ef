//! The JSON Schema of the report: it is committed, every report of the test suite is validated against it, and it stays
//! compatible while the version is 1.
//!
//! `report.schema.json` is the output of `generate schema report`. A test compares the two, and rewrites the file if
//! `UPDATE_FIXTURES=1` is set, unless the change would break readers of reports.

use std::path::Path;
use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::program::{demo, program};

/// The keywords of a schema node that must not change, without the nodes below it.
const HELD: [&str; 7] = ["type", "const", "enum", "pattern", "format", "minimum", "maximum"];

/// Asserts that a report matches the schema.
#[track_caller]
pub(crate) fn assert_contract(report: &Value) {
    static VALIDATOR: OnceLock<jsonschema::Validator> = OnceLock::new();
    let validator = VALIDATOR.get_or_init(|| jsonschema::validator_for(&committed()).unwrap());
    let problems: Vec<_> =
        validator.iter_errors(report).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(problems.is_empty(), "the report breaks the contract:\n{}", problems.join("\n"));
}

fn committed() -> Value {
    serde_json::from_str(include_str!("report.schema.json")).unwrap()
}

/// The promises of `old` that `new` breaks, node by node.
fn broken_promises(old: &Value, new: &Value) -> Vec<String> {
    let mut broken = Vec::new();
    compare("", (old, old), (new, new), &mut broken);
    broken
}

/// Compares two nodes, each with the schema for its references.
fn compare(
    place: &str,
    (root, old): (&Value, &Value),
    (new_root, new): (&Value, &Value),
    broken: &mut Vec<String>,
) {
    let (old, new) = (resolved(root, old), resolved(new_root, new));
    for keyword in HELD {
        if let Some(said) = old.get(keyword).filter(|said| new.get(keyword) != Some(*said)) {
            broken.push(format!("{place}: {keyword} was {said}"));
        }
    }
    for name in list(old, "required").filter(|name| !list(new, "required").any(|other| other == *name)) {
        broken.push(format!("{place}: {name} was required"));
    }
    for (name, old) in old.get("properties").and_then(Value::as_object).into_iter().flatten() {
        match new.get("properties").and_then(|properties| properties.get(name)) {
            Some(new) => compare(&format!("{place}/{name}"), (root, old), (new_root, new), broken),
            None => broken.push(format!("{place}/{name} is gone")),
        }
    }
    for keyword in ["items", "additionalProperties"] {
        if let Some(old) = old.get(keyword) {
            let new = new.get(keyword).unwrap_or(&Value::Null);
            compare(&format!("{place}/{keyword}"), (root, old), (new_root, new), broken);
        }
    }
    for keyword in ["anyOf", "oneOf"] {
        for old in list(old, keyword) {
            let kept = list(new, keyword).any(|new| {
                let mut broken = Vec::new();
                compare(place, (root, old), (new_root, new), &mut broken);
                broken.is_empty()
            });
            if !kept {
                broken.push(format!("{place}: one of its forms is gone: {old}"));
            }
        }
    }
}

/// The entries of an optional list in a schema.
fn list<'a>(place: &'a Value, keyword: &str) -> impl Iterator<Item = &'a Value> {
    place.get(keyword).and_then(Value::as_array).into_iter().flatten()
}

/// Follows a reference.
fn resolved<'a>(root: &'a Value, place: &'a Value) -> &'a Value {
    let pointer = place.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
    pointer.map_or(place, |pointer| root.pointer(pointer).expect("references lead somewhere"))
}

#[test]
fn version_1_keeps_its_promises_and_the_committed_schema_is_what_is_generated() {
    let generated = program().args(["generate", "schema", "report"]).run().exits(0);
    let broken = broken_promises(&committed(), &generated.json());
    assert!(broken.is_empty(), "raise the version of the report, or take this back:\n{}", broken.join("\n"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/report.schema.json");
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        std::fs::write(&path, &generated.stdout).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    assert!(
        committed == generated.stdout,
        "{} is stale: run the tests with UPDATE_FIXTURES=1",
        path.display()
    );
}

#[test]
fn additions_keep_the_promises_and_everything_else_breaks_them() {
    let old = committed();
    let changed = |pointer: &str, value: Value| {
        let mut new = old.clone();
        *new.pointer_mut(pointer).unwrap_or_else(|| panic!("nothing at {pointer}")) = value;
        broken_promises(&old, &new)
    };
    let mut more = old.clone();
    more["properties"]["new"] = json!({ "type": "string" });
    more["$defs"]["Control"]["properties"]["new"] = json!({ "type": "integer" });
    assert_eq!(broken_promises(&old, &more), Vec::<String>::new());
    assert_eq!(broken_promises(&more, &old), ["/controls/items/new is gone", "/new is gone"]);

    assert!(changed("/$defs/Control/properties/reason/type", json!("null"))[0].contains("type was"));
    assert!(changed("/$defs/Gate/required", json!(["passed"]))[0].contains("was required"));
    assert!(!changed("/$defs/Status/oneOf/0/const", json!("ok")).is_empty(), "a word is spelt otherwise");
    assert!(!changed("/$defs/Exit/enum", json!([0, 1])).is_empty());
    assert!(!changed("/properties/controls/items", json!({ "type": "string" })).is_empty());
    assert!(!changed("/$defs/Control/properties/waived/anyOf", json!([{ "type": "null" }])).is_empty());
}

#[test]
fn the_schema_and_the_document_say_what_every_field_means() {
    let schema = committed();
    let definitions = schema["$defs"].as_object().unwrap().iter();
    let definitions = definitions.map(|(name, place)| (name.as_str(), place));
    let document = include_str!("../../docs/report.md");
    for (name, definition) in definitions.chain([("", &schema)]) {
        assert!(definition["description"].is_string(), "{name}");
        for (field, place) in definition["properties"].as_object().into_iter().flatten() {
            assert!(place["description"].is_string(), "{name}.{field}");
            assert!(
                document.contains(&format!("`{field}`")),
                "docs/report.md does not name {field} of {name}"
            );
        }
    }
}

#[test]
fn the_schema_catches_what_is_wrong() {
    let report = demo().args(["--format", "json"]).run().exits(0).json();
    let validator = jsonschema::validator_for(&committed()).unwrap();
    assert!(validator.is_valid(&report));
    for (pointer, value) in [
        ("/controls/0/status", json!("fine")),
        ("/controls/0/title", json!("")),
        ("/scan/at", json!("2026-08-01T12:00:00.5Z")),
        ("/gate/exit_code", json!(2)),
        ("/schema_version", json!("2")),
        ("/summary/coverage", json!(2)),
        ("/catalog/digest", json!("sha256:00")),
    ] {
        let mut wrong = report.clone();
        *wrong.pointer_mut(pointer).unwrap() = value;
        assert!(!validator.is_valid(&wrong), "{pointer}");
    }
}
