//! The schema of control files.

use serde_json::{Map, Value, json};
use strum::VariantArray as _;

use super::config::sentence;
use super::{
    Keys, about, address, any_value, document, filled, flag, formed, having, list, named, non_empty_list,
    table, text, typed, whole, with, words,
};
use crate::checks::KindName;
use crate::controls::{LONGEST_ATTESTATION, LONGEST_TEXT};
use crate::facts::vocabulary::{FactTable, Field, TABLES, values};
use crate::level::Level;
use crate::sources::SourceId;
use crate::verdict::{Basis, Status};

/// Where the schema is.
const ADDRESS: &str = address!("control.schema.json");

/// The schema of a control file.
pub(crate) fn control() -> Value {
    let keys = vec![
        (
            "id",
            formed("The id, with which the file name begins: 2.3, E4.", "^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$"),
        ),
        ("slug", text("The rest of the file name: limit-admins.")),
        ("title", prose("A short title in the imperative.")),
        ("level", words("The level at which it is asked for.", Level::ALL.map(Level::label))),
        ("section", prose("The section of the guide it belongs to.")),
        ("since", text("The version of the guide that brought it.")),
        ("description", prose("What the control asks for.")),
        ("rationale", prose("Why it matters.")),
        ("prerequisites", texts("What has to be in place before.")),
        ("effort", text("How long it takes to put in place.")),
        ("attest_for", whole("How many days an attestation is valid.", 1, Some(LONGEST_ATTESTATION.into()))),
        ("frameworks", named("Frameworks, each with its controls that this one serves.", texts("Controls."))),
        ("own_mappings", texts("Frameworks whose mapping is not the guide's.")),
        ("references", list("Official documentation.", formed("An address.", "^\\s*[Hh][Tt][Tt][Pp][Ss]:"))),
        ("columns", list("Columns of a finding's evidence that tables show, in this order.", column())),
        ("needs_roster", flag("Whether it needs a directory export (roster).")),
        ("relevant", texts("Event types whose newest event is shown unless the control passes.")),
        ("steps", list("What puts it right, step by step.", step())),
        ("params", named("Parameters with their defaults.", any_value())),
        ("check", non_empty_list("What decides the control.", check())),
        ("context", list("Lines that reports show beside the result.", context())),
        ("example", list("Facts with the status they have to lead to.", example())),
    ];
    let required = ["id", "title", "level", "section", "description", "rationale", "check"];
    document(
        ADDRESS,
        "Control of intercom-harden",
        table("A control: text, checks and examples.", &required, keys),
    )
}

fn prose(meaning: &str) -> Value {
    with(filled(meaning), "maxLength", LONGEST_TEXT.into())
}

fn texts(meaning: &str) -> Value {
    list(meaning, json!({ "type": "string" }))
}

fn column() -> Value {
    let mut names: Vec<&str> =
        TABLES.iter().flat_map(|table| table.columns).map(|column| column.name).collect();
    names.sort_unstable();
    names.dedup();
    json!({ "type": "string", "enum": names })
}

fn step() -> Value {
    let keys = vec![
        ("title", prose("What the step achieves.")),
        ("path", texts("The path through the menus.")),
        ("actions", texts("What to do there, in order.")),
    ];
    table("A step.", &["title"], keys)
}

/// An expression in CEL.
fn cel(meaning: &str) -> Value {
    text(&format!("{meaning} An expression in CEL."))
}

fn required_cel(meaning: &str) -> Value {
    filled(&format!("{meaning} An expression in CEL."))
}

fn check() -> Value {
    let kinds = KindName::VARIANTS.iter().map(|kind| (kind.into_str(), of_kind(*kind)));
    let own = vec![
        (
            "name",
            formed(
                "Part of each finding's fingerprint: unique in the file, and stable.",
                "^[a-z0-9]+(-[a-z0-9]+)*$",
            ),
        ),
        ("next_step", whole("Which of the steps puts right what it finds, counted from 1.", 1, None)),
        ("needs_step", whole("Which of the steps brings about what `needs` asks for.", 1, None)),
        ("reviewable", flag("Whether a person may review the events it finds.")),
    ];
    let required: Vec<Value> = KindName::VARIANTS.iter().map(|kind| having(&[kind.into_str()])).collect();
    let table = table("A check, of exactly one kind.", &["name"], own.into_iter().chain(kinds).collect());
    with(table, "oneOf", required.into())
}

fn of_kind(kind: KindName) -> Value {
    let bound = |meaning: &str| {
        let either = json!({ "anyOf": [{ "type": "number" }, { "type": "string" }] });
        about(&format!("{meaning} A number, or an expression in CEL."), either)
    };
    let (meaning, required, own): (&str, &[&str], Keys) = match kind {
        KindName::Every => (
            "Each row that `where` keeps has to satisfy `require`.",
            &["over", "require"],
            over().into_iter().chain([("require", required_cel("What each row has to satisfy."))]).collect(),
        ),
        KindName::Count => {
            let bounds = [
                ("min", bound("How many rows there are at least.")),
                ("max", bound("How many rows there are at most.")),
            ];
            (
                "The rows that `where` keeps are counted.",
                &["over"],
                over().into_iter().chain(bounds).collect(),
            )
        }
        KindName::Value => (
            "`require` has to hold over single values.",
            &["require"],
            vec![
                ("require", required_cel("What has to hold.")),
                ("subject", cel("Who or what the finding is about.")),
                ("message", cel("What is wrong with it.")),
            ],
        ),
        KindName::Manual => ("Only a person can decide.", &["note"], Vec::new()),
    };
    let table = table(meaning, required, own.into_iter().chain(of_each_kind()).collect());
    match kind {
        KindName::Count => with(table, "anyOf", json!([having(&["min"]), having(&["max"])])),
        KindName::Every | KindName::Value | KindName::Manual => table,
    }
}

fn over() -> Keys {
    vec![
        (
            "over",
            with(
                text("The table whose rows are looked at."),
                "enum",
                TABLES.iter().map(|table| table.name).collect(),
            ),
        ),
        ("types", texts("The event types, for the table events.")),
        ("where", cel("Keeps the rows that count.")),
        ("person", cel("The id of the person a finding is about.")),
        ("subject", cel("Who or what a finding is about.")),
        ("message", cel("What is wrong with it.")),
    ]
}

/// The keys that every kind has.
fn of_each_kind() -> Keys {
    let needs =
        json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] });
    let basis = json!({ "type": "string", "enum": Basis::ALL.iter().map(|basis| basis.as_str()).collect::<Vec<_>>() });
    let statuses = |meaning, of: &[Status]| words(meaning, of.iter().map(|status| status.as_str()));
    vec![
        ("when", cel("If this is false, the check is ignored.")),
        ("needs", about("If this is false, the check is manual. One expression in CEL, or several.", needs)),
        ("note", text("The reason for a manual result.")),
        (
            "when_empty",
            statuses(
                "What it means that there is nothing to look at.",
                &[Status::Manual, Status::Pass, Status::Fail],
            ),
        ),
        (
            "otherwise",
            statuses("What it means that the requirement is not met.", &[Status::Fail, Status::Manual]),
        ),
        ("basis", list("What a decision rests on, if the names used do not show it.", basis)),
        ("on_pass", cel("The reason for a pass.")),
        ("on_fail", cel("The reason where the requirement is not met.")),
    ]
}

fn context() -> Value {
    let keys = vec![
        ("show", required_cel("The text; an empty one is not shown.")),
        ("when", cel("Shows the line only if true.")),
    ];
    table("A line.", &["show"], keys)
}

fn example() -> Value {
    let ends = json!({ "type": "string", "enum": ["complete", "forbidden", "failed", "skipped"] });
    let feeds = SourceId::ALL.iter().map(|source| (source.as_str(), ends.clone()));
    let keys = vec![
        ("name", text("What the example shows.")),
        ("facts", facts()),
        ("feeds", table("Sources that did not end complete.", &[], feeds.collect())),
        ("params", named("Parameters in place of the defaults.", any_value())),
        ("expect", words("The status it has to lead to.", Status::ALL.iter().map(|status| status.as_str()))),
    ];
    table("An example, which `controls check` runs.", &["expect"], keys)
}

/// Tables with their rows, and values: by their whole names, and in tables by the parts of them.
fn facts() -> Value {
    let mut tree = Map::new();
    for FactTable { name, meaning, columns, .. } in TABLES {
        let columns = columns.iter().map(|column| (column.name, field(column))).collect();
        tree.insert((*name).to_owned(), list(&sentence(meaning), table("A row.", &[], columns)));
    }
    for value in values() {
        tree.insert(value.name.to_owned(), field(value));
        insert(&mut tree, value.name, field(value));
    }
    about(
        "What the workspace shows.",
        json!({ "type": "object", "additionalProperties": false, "properties": tree }),
    )
}

fn field(field: &Field) -> Value {
    typed(&sentence(field.meaning), field.ty)
}

/// Inserts a schema at a dotted name.
fn insert(tree: &mut Map<String, Value>, name: &str, schema: Value) {
    let Some((first, rest)) = name.split_once('.') else {
        tree.insert(name.to_owned(), schema);
        return;
    };
    let blank = || json!({ "type": "object", "additionalProperties": false, "properties": {} });
    let group = tree.entry(first).or_insert_with(blank);
    if let Some(below) = group.get_mut("properties").and_then(Value::as_object_mut) {
        insert(below, rest, schema);
    }
}
