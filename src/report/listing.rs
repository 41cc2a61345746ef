//! The list of controls for programs.

use std::io;

use serde::Serialize;

use super::json::object;
use super::{BUILT_IN, json_text};
use crate::checks::Decided;
use crate::controls::{Catalog, Definition, GUIDE_STATUS, GUIDE_TITLE, GUIDE_URL, GUIDE_VERSION, Origin};

/// Lists the controls as indented JSON with a final newline.
///
/// # Errors
/// When a parameter has no JSON form.
pub(crate) fn json(catalog: &Catalog, policy: bool) -> io::Result<String> {
    json_text(&object! {
        "schema_version": "1",
        "guide_version": GUIDE_VERSION,
        "guide_title": GUIDE_TITLE,
        "guide_url": GUIDE_URL,
        "guide_status": GUIDE_STATUS,
        "digest": catalog.digest(),
        "controls": catalog.of_policy(policy).map(entry).collect::<Vec<_>>(),
    })
}

fn entry(definition: &Definition) -> impl Serialize {
    let control = &*definition.control;
    object! {
        "id": &control.id,
        "title": &control.title,
        "level": control.level,
        "section": &control.section,
        "since": &control.since,
        "origin": match &control.origin {
            Origin::BuiltIn => BUILT_IN.into(),
            Origin::File(path) | Origin::Replaces(path) => path.to_string_lossy(),
        },
        "decided": Decided::by(&definition.rules),
        "params": &control.params,
        "frameworks": &control.frameworks,
        "own_mappings": &control.own_mappings,
        "references": &control.references,
    }
}
