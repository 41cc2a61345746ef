//! Where a finding is shown: in a file of the repository from which the scan is run.

use serde::Serialize;
use url::form_urlencoded::byte_serialize;

use crate::report::item::Item;
use crate::report::json::object;
use crate::report::{BUILT_IN, Control, Report};
use crate::text;

/// Where the configuration would be, were there one.
const USUAL_CONFIG: &str = crate::config::FILE_NAME;

/// The longest name of who or what a finding is about, in columns.
const SUBJECT_COLUMNS: usize = 200;

/// The file, as a URI, in which findings of a control are shown.
fn file(report: &Report, control: &Control) -> String {
    match &report.scan.config {
        Some(config) => relative(config.repository_path.as_ref().unwrap_or(&config.path)),
        None if control.origin == BUILT_IN => USUAL_CONFIG.to_owned(),
        None => relative(&control.origin),
    }
}

/// Where a finding, or a control without any, is shown.
pub(super) fn location(report: &Report, item: Item<'_>) -> impl Serialize + use<> {
    object! {
        "physicalLocation": object! {
            "artifactLocation": object! { "uri": file(report, item.control) },
            "region": object! { "startLine": 1 },
        },
        "logicalLocations": [object! { "name": text::line(item.subject(), SUBJECT_COLUMNS), "kind": "resource" }],
    }
}

/// A path as a URI relative to the root of the repository, which is taken to be the working directory.
///
/// Of a path that is absolute, or leads out of the working directory, only the name is kept: code scanning refuses other
/// URIs, and where a machine keeps its files is private. Backslashes part folders on every system, so that a report
/// made on one renders the same on another.
fn relative(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let mut inside = !path.starts_with(['/', '\\']) && !starts_with_drive(path);
    let all = path.split(['/', '\\']).filter(|part| !part.is_empty() && *part != ".");
    for part in all {
        match part {
            ".." => inside &= parts.pop().is_some(),
            _ => parts.push(part),
        }
    }
    if !inside {
        parts.drain(..parts.len().saturating_sub(1));
    }
    match parts.as_slice() {
        [] => USUAL_CONFIG.to_owned(),
        parts => parts.iter().map(|part| segment(part)).collect::<Vec<_>>().join("/"),
    }
}

fn starts_with_drive(path: &str) -> bool {
    matches!(path.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic())
}

/// A segment of a URI: everything but unreserved characters as percent codes.
pub(super) fn segment(text: &str) -> String {
    // A form writes a blank as a plus sign, and a plus sign as a code.
    byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_relative_to_the_repository() {
        for (path, uri) in [
            ("intercom-harden.toml", "intercom-harden.toml"),
            ("./ci/my config.toml", "ci/my%20config.toml"),
            ("ci\\intercom.toml", "ci/intercom.toml"),
            ("ci/../intercom.toml", "intercom.toml"),
            ("../other/intercom.toml", "intercom.toml"),
            ("/home/ada/intercom.toml", "intercom.toml"),
            ("C:\\Users\\ada\\intercom.toml", "intercom.toml"),
            ("a+b#c?d%e.toml", "a%2Bb%23c%3Fd%25e.toml"),
            ("ümlaut.toml", "%C3%BCmlaut.toml"),
            ("", "intercom-harden.toml"),
            ("a/../..", "intercom-harden.toml"),
        ] {
            assert_eq!(relative(path), uri, "{path}");
        }
    }
}
