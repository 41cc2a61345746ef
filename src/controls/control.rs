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
    /// The sources that the checks read, in report order.
    pub sources: Vec<SourceId>,
    /// Parameters with their current values.
    pub params: BTreeMap<String, Value>,
    /// The built-in pack; none for a control that `--controls` added.
    pub pack: Option<Pack>,
    pub origin: Origin,
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
    use super::natural;

    #[test]
    fn ids_sort_as_people_count() {
        let mut ids = ["E10", "1.10", "E2", "5.1", "1.9", "X1"];
        ids.sort_by_key(|id| natural(id));
        assert_eq!(ids, ["1.9", "1.10", "5.1", "E2", "E10", "X1"]);
    }
}
