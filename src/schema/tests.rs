//! The schemas against the readers: the same keys, types, words and required keys, and no file refused that is read.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use super::*;
use crate::config::{Config, Trust};
use crate::controls::Catalog;
use crate::toml_document::{Document, asked};

/// A configuration with every table that there may be.
const EVERY_TABLE: &str = "[workspace]\n[scan]\n[params.E3]\n[facts]\n[controls.E3]\n[[attestation]]\n[[waiver]]\n\
                           [[reviewed]]\n[organization.saml]\n[rbac.roles.Admin]\n[rbac.groups]\n\
                           [rbac.identities.domain_aliases]\n[store]\n[[alert]]\n";

/// The same for a control file.
const EVERY_PART: &str = "[[steps]]\n[frameworks]\n[params]\n[[context]]\n[[check]]\n[check.every]\n[[check]]\n[check.count]\n\
                          [[check]]\n[check.value]\n[[check]]\n[check.manual]\n\
                          [[example]]\n[example.facts]\n[example.feeds]\n[example.params]\n";

/// What has to be there, although no reader calls it missing from a table that is: the message is another.
const REQUIRED_OTHERWISE: [(&str, &str); 2] = [("", "check"), ("check.manual", "note")];

/// The schema of a table, by its name.
fn node<'s>(schema: &'s Value, table: &str) -> &'s Value {
    let names = table.split('.').filter(|name| !name.is_empty());
    names.fold(schema, |schema, name| {
        let known = schema.get("properties").and_then(|keys| keys.get(name));
        let below = known.unwrap_or_else(|| &schema["additionalProperties"]);
        below.get("items").filter(|_| below["type"] == "array").unwrap_or(below)
    })
}

/// The type of a schema, as messages of the reader name it.
fn expected(schema: &Value) -> String {
    let kind = |schema: &Value| schema["type"].as_str().unwrap_or_default().to_owned();
    let kinds: Vec<String> = schema["anyOf"].as_array().into_iter().flatten().map(kind).collect();
    let item = kind(&schema["items"]);
    match (&*kind(schema), &*item, kinds.join(" ").as_str()) {
        ("string", ..) if schema["pattern"] == DATE => "a date",
        ("string", ..) => "text",
        ("integer", ..) => "a whole number",
        ("boolean", ..) => "true or false",
        ("object", ..) => "a table",
        ("array", "object", _) => "an array of tables",
        ("array", "string", _) => "an array of texts",
        ("", _, "number string") => "a number or text",
        ("", _, "string array") => "text or an array of texts",
        other => panic!("{other:?}"),
    }
    .to_owned()
}

/// Compares a schema with what was asked for while every table was read.
fn compare(schema: &Value, every: &str, read: impl FnOnce()) {
    let asks = asked::during(read);
    let tables: BTreeSet<&String> = asks.keys().map(|(table, _)| table).collect();
    assert!(tables.len() > 8, "{tables:?}");
    for ((table, key), asked) in asks.iter().filter(|((_, key), _)| !key.contains('`')) {
        let table_schema = node(schema, table);
        let key_schema = &table_schema["properties"][key];
        assert!(key_schema.is_object(), "the schema has no {key} in [{table}]");
        let exceptions = [("since", "text"), ("keep", "text"), ("min_coverage", "a whole number")];
        let expected = expected(key_schema);
        assert!(
            expected == asked.expected || exceptions.contains(&(key, &expected)),
            "{key} in [{table}] is {}, and {expected} in the schema",
            asked.expected
        );
        let lower = |word: &str| ascii_lower(word);
        let words: Vec<String> = asked.words.iter().map(|word| lower(word)).collect();
        let offered = key_schema.pointer("/anyOf/0/enum").filter(|_| !words.is_empty());
        let offered: Vec<String> = offered
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(|word| lower(word.as_str().unwrap()))
            .collect();
        assert_eq!(offered, words, "{key} in [{table}]");
        let mut required = table_schema["required"].as_array().into_iter().flatten();
        let is_required = asked.is_required || REQUIRED_OTHERWISE.contains(&(table, key));
        assert_eq!(required.any(|name| name == key), is_required, "{key} in [{table}]");
        if asked.expected.ends_with("table") || asked.expected.ends_with("tables") {
            assert!(every.contains(key), "add [{table}.{key}] to what is read here");
        }
        assert!(key_schema["description"].is_string(), "{key} in [{table}] is not described");
    }
    for table in tables {
        for key in node(schema, table)["properties"].as_object().unwrap().keys() {
            let known = asks.contains_key(&(table.clone(), key.clone()));
            assert!(known, "the schema has {key} in [{table}], and no reader asks for it");
        }
    }
}

#[test]
fn the_schema_of_configurations_has_the_keys_that_are_read() {
    let schema = config(&Catalog::load(&[]).unwrap());
    compare(&schema, EVERY_TABLE, || {
        drop(Config::parse(Path::new("own.toml"), EVERY_TABLE.as_bytes(), Trust::Named));
    });
}

#[test]
fn the_schema_of_controls_has_the_keys_that_are_read() {
    compare(&control(), EVERY_PART, || {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("X1.toml"), EVERY_PART).unwrap();
        assert!(Catalog::load(&[folder.path().to_path_buf()]).is_err());
    });
}

/// A TOML file as JSON, dates as text.
fn as_json(text: &str) -> Option<Value> {
    let document = Document::parse("x.toml", text);
    let values = document.root()?.values().into_iter().map(|(key, value)| (key, value.value));
    let value = Value::Object(values.collect());
    document.is_clean().then_some(value)
}

/// What a schema says against a TOML file.
fn complaints(schema: &Value, text: &str) -> Vec<String> {
    let validator = jsonschema::validator_for(schema).unwrap();
    let value = as_json(text).unwrap();
    validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// The TOML files of a folder that are read without a mistake.
fn files(folder: &str, is_read: impl Fn(&Path) -> bool) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let read = entries.filter(|path| path.extension().is_some_and(|end| end == "toml") && is_read(path));
    read.map(|path| (path.display().to_string(), std::fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn no_schema_refuses_a_file_that_is_read() {
    let catalog = Catalog::load(&[]).unwrap();
    let is_config = |path: &Path| Config::load(path, Trust::Named).is_ok();
    let configurations = ["tests/corpus/configurations", "fixtures/configs"];
    let is_control = |path: &Path| !path.file_name().unwrap().to_string_lossy().starts_with("refused-");
    let controls = ["controls/guide", "controls/extended", "controls/rbac", "tests/corpus/controls"];
    for (schema, files) in [
        (
            config(&catalog),
            configurations.iter().flat_map(|folder| files(folder, is_config)).collect::<Vec<_>>(),
        ),
        (control(), controls.iter().flat_map(|folder| files(folder, is_control)).collect()),
    ] {
        assert!(files.len() > 3, "{files:?}");
        for (path, text) in files {
            assert_eq!(complaints(&schema, text.trim_start_matches('\u{feff}')), [""; 0], "{path}");
        }
    }
}

#[test]
fn the_schema_of_configurations_catches_what_is_wrong() {
    let schema = config(&Catalog::load(&[]).unwrap());
    let entry = "control = '2.3'\nby = 'B'\nexpires = 2026-12-31\n";
    let right = [
        "[scan]\nlevel = 'L2'\nfail_on = 'Never'\n[params.'2.3']\nmax_admins = 4\n[params.X1]\nown = ['a']\n"
            .to_owned(),
        format!(
            "[[waiver]]\nreason = 'r'\n{entry}[[attestation]]\non = 2026-01-01\nresult = 'N/A'\nnote = 'n'\n{entry}"
        ),
        "[organization.saml]\nmetadata = 'x'\n[facts]\nburst_count = 3\n".to_owned(),
        "[[alert]]\nname = 'a'\nkind = 'Slack'\nurl_env = 'A'\non = ['NEW']\n".to_owned(),
        "[[alert]]\nname = 'a'\nkind = 'webhook'\nurl_file = 'a'\nsecret_env = 'B'\ncontrols = ['2.3']\n"
            .to_owned(),
        "[[alert]]\nname = 'a'\nkind = 'command'\ncommand = ['x', '']\n".to_owned(),
    ];
    for text in right {
        assert_eq!(complaints(&schema, &text), [""; 0], "{text}");
        assert!(Config::parse(Path::new("x.toml"), text.as_bytes(), Trust::Named).is_ok(), "{text}");
    }
    let wrong = [
        "[scann]\n".to_owned(),
        "[scan]\nlevle = 'l1'\n".to_owned(),
        "[scan]\nlevel = 'l4'\n".to_owned(),
        "[scan]\nmin_coverage = 101\n".to_owned(),
        "[workspace]\ntoken = 'x'\n".to_owned(),
        "[organization]\nallowed_domains = []\n".to_owned(),
        "[organization.saml]\nmetadata = 'x'\ncertificate = 'y'\n".to_owned(),
        format!("[[waiver]]\nreason = 'r'\nsubject = 'a'\nevent = 'b'\n{entry}"),
        format!("[[waiver]]\n{entry}"),
        format!("[[attestation]]\non = 2026-01-01\nresult = 'n/a'\n{entry}"),
        format!("[[attestation]]\non = 2026-01-01\nevidence_file = 'x'\n{entry}"),
        "[rbac.roles.Admin]\npermissions = ['fly']\n".to_owned(),
        "[[alert]]\nname = 'a'\nkind = 'webhook'\n".to_owned(),
        "[[alert]]\nname = 'a'\nkind = 'slack'\nurl_env = 'A'\nsecret_env = 'B'\n".to_owned(),
        "[[alert]]\nname = 'a'\nkind = 'slack'\nurl_env = 'A'\nurl_file = 'B'\n".to_owned(),
        "[[alert]]\nname = 'a'\nkind = 'command'\nurl_env = 'A'\n".to_owned(),
        "[[alert]]\nname = 'a'\nkind = 'command'\ncommand = []\n".to_owned(),
    ];
    for text in wrong {
        assert_ne!(complaints(&schema, &text), [""; 0], "{text}");
        assert!(Config::parse(Path::new("x.toml"), text.as_bytes(), Trust::Named).is_err(), "{text}");
    }
    for text in
        ["[params.'2.3']\nmax_admins = 'many'\n", "[params.'2.3']\nmax_admin = 3\n", "[facts]\nburst = 3\n"]
    {
        assert_ne!(complaints(&schema, text), [""; 0], "{text}");
    }
}

#[test]
fn the_schema_of_controls_catches_what_is_wrong() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("controls/guide/2.3-limit-admins.toml");
    let text = std::fs::read_to_string(path).unwrap();
    let right = as_json(&text).unwrap();
    let schema = control();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&right));
    for (pointer, value) in [
        ("/level", json!("l4")),
        ("/id", json!("2 3")),
        ("/columns", json!(["rolle"])),
        ("/check/0/name", json!("Too many")),
        ("/check/0", json!({ "name": "x" })),
        ("/check/0", json!({ "name": "x", "manual": { "note": "n" }, "value": { "require": "true" } })),
        ("/check", json!([])),
        ("/example/0/expect", json!("ok")),
        ("/example/0/facts", json!({ "teammates": [{ "rolle": "x" }] })),
        ("/references", json!(["http://a.example"])),
    ] {
        let mut wrong = right.clone();
        *wrong.pointer_mut(pointer).unwrap() = value;
        assert!(!validator.is_valid(&wrong), "{pointer}");
    }
}
