//! The descriptive part of a control.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::level::Level;
use crate::sources::SourceId;

/// The version of the hardening guide the built-in controls follow.
pub(crate) const GUIDE_VERSION: &str = "0.2.0";
pub(crate) const GUIDE_TITLE: &str = "Intercom Hardening Guide";
pub(crate) const GUIDE_URL: &str = "https://howtoharden.com/guides/intercom";
/// The maturity of the guide, in its own words.
pub(crate) const GUIDE_STATUS: &str = "draft, AI drafted";

/// How many days an attestation is valid if neither the control nor the attestation says so: half a year.
pub(crate) const ATTEST_FOR: u16 = 180;

/// Where the pages of the built-in controls are, as `generate reference` writes them: those of this version.
const PAGES: &str =
    concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/v", env!("CARGO_PKG_VERSION"), "/docs/controls/");

/// The name of a control's page, without the ending: as its file, `2.3-limit-admins`.
pub(crate) fn page_name(id: &str, slug: &str) -> String {
    let slug = if slug.chars().all(is_plain) { slug } else { "" };
    [id, slug].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// The address of a built-in control's page. None where that is no id, as a saved report may have it.
pub(crate) fn page_address(id: &str, slug: &str) -> Option<String> {
    is_id(id).then(|| format!("{PAGES}{}.md", page_name(id, slug)))
}

/// A step of the remediation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Step {
    /// What the step achieves.
    pub title: String,
    /// The path through Intercom's menus.
    #[serde(default)]
    pub path: Vec<String>,
    /// The actions there, in order.
    #[serde(default)]
    pub actions: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    BuiltIn,
    File(PathBuf),
    /// Read by `--controls`, replacing the built-in control of the same id.
    Replaces(PathBuf),
}

/// Which of the built-in packs a control belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Pack {
    /// The hardening guide's own controls.
    Guide,
    /// Controls beyond the guide; ids start with E.
    Extended,
    /// Controls that compare the workspace with the declared roles, groups and identity provider; ids start with R.
    /// `rbac check` evaluates them, and a scan that names one.
    Rbac,
}

/// The descriptive part of a control.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Control {
    /// The id, as in the file name: `2.3`, `E4`.
    pub id: String,
    /// The rest of the file name: `limit-admins`.
    pub slug: String,
    pub title: String,
    /// The level that requires it.
    pub level: Level,
    pub section: String,
    /// The guide version that introduced it; none in the extended pack.
    pub since: Option<String>,
    /// The requirement.
    pub description: String,
    /// Why it matters.
    pub rationale: String,
    /// Prerequisites.
    pub prerequisites: Vec<String>,
    /// The time that the steps take.
    pub effort: String,
    /// How many days an attestation is valid unless it says otherwise.
    pub attest_for: u16,
    /// The names of the checks whose events a person may review.
    pub reviewable: Vec<String>,
    /// The controls of each framework, by its id.
    pub frameworks: BTreeMap<String, Vec<String>>,
    /// The frameworks whose mapping is not from the guide.
    pub own_mappings: Vec<String>,
    pub steps: Vec<Step>,
    /// Addresses of official documentation.
    pub references: Vec<String>,
    /// Columns of a finding's evidence to show, in this order.
    pub columns: Vec<String>,
    /// `sha256:` and the digest of the deciding parts: level, checks, parameters and the settings of facts that it reads.
    pub digest: String,
    /// The sources that the checks read, in report order; empty until it is judged, as the digest is.
    pub sources: Vec<SourceId>,
    /// Parameters with their current values.
    pub params: BTreeMap<String, Value>,
    /// The built-in pack; none for a control that `--controls` added.
    pub pack: Option<Pack>,
    pub origin: Origin,
}

impl Control {
    /// The address of its page; none for a control that is not built in.
    pub(crate) fn page(&self) -> Option<String> {
        let is_built_in = self.origin == Origin::BuiltIn;
        is_built_in.then(|| page_address(&self.id, &self.slug)).flatten()
    }

    /// Where to read more about it: its page, then the official documentation.
    pub(crate) fn documentation(&self) -> Vec<String> {
        self.page().into_iter().chain(self.references.iter().cloned()).collect()
    }
}

/// The longest id, in bytes.
const LONGEST_ID: usize = 32;

const fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')
}

/// Whether a text is a valid id.
pub(crate) fn is_id(text: &str) -> bool {
    text.len() <= LONGEST_ID
        && text.chars().all(is_plain)
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
}

/// A key that sorts ids naturally.
pub(crate) fn natural(id: &str) -> Vec<(bool, u64, String)> {
    let mut key = Vec::new();
    let mut rest = id;
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(rest.len());
        let (part, tail) = rest.split_at(end);
        key.push((!digits, part.parse().unwrap_or(u64::MAX), part.to_owned()));
        rest = tail;
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_as_people_count() {
        let mut ids = ["E10", "1.10", "E2", "5.1", "1.9", "X1"];
        ids.sort_by_key(|id| natural(id));
        assert_eq!(ids, ["1.9", "1.10", "5.1", "E2", "E10", "X1"]);
    }

    #[test]
    fn a_page_has_the_name_of_the_control_and_of_nothing_else() {
        let address = page_address("2.3", "limit-admins").unwrap();
        assert!(address.starts_with("https://") && address.ends_with("/docs/controls/2.3-limit-admins.md"));
        for slug in ["", "../../x", "a b", "a\"><script>"] {
            assert!(page_address("2.3", slug).unwrap().ends_with("/docs/controls/2.3.md"), "{slug}");
        }
        for id in ["", "../x", "a/b", "2.3?x"] {
            assert_eq!(page_address(id, "limit-admins"), None, "{id}");
        }
    }
}
