//! The list of controls for programs.

use std::collections::BTreeMap;

use serde::Serialize;

use super::json_text;
use crate::checks::Decided;
use crate::controls::{Catalog, Control, Definition, GUIDE_VERSION, Origin};

#[derive(Serialize)]
struct Listing<'a> {
    schema_version: &'static str,
    guide_version: &'static str,
    digest: String,
    controls: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    title: &'a str,
    level: &'static str,
    section: &'a str,
    since: Option<&'a str>,
    origin: String,
    decided: Decided,
    params: &'a BTreeMap<String, serde_json::Value>,
    frameworks: &'a BTreeMap<String, Vec<String>>,
}

/// Lists the controls as indented JSON with a final newline.
///
/// # Errors
/// When a parameter has no JSON form.
pub(crate) fn json(catalog: &Catalog, policy: bool) -> Result<String, serde_json::Error> {
    json_text(&Listing {
        schema_version: "1",
        guide_version: GUIDE_VERSION,
        digest: catalog.digest(),
        controls: catalog.of_policy(policy).map(entry).collect(),
    })
}

fn entry(definition: &Definition) -> Entry<'_> {
    let control: &Control = &definition.control;
    Entry {
        id: &control.id,
        title: &control.title,
        level: control.level.as_str(),
        section: &control.section,
        since: control.since.as_deref(),
        origin: match &control.origin {
            Origin::BuiltIn => "built-in".to_owned(),
            Origin::File(path) | Origin::Replaces(path) => path.display().to_string(),
        },
        decided: Decided::by(&definition.rules),
        params: &control.params,
        frameworks: &control.frameworks,
    }
}
