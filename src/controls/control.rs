//! A control as people read it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::level::Level;

/// The version of the hardening guide the built-in controls follow.
pub(crate) const GUIDE_VERSION: &str = "0.2.0";
pub(crate) const GUIDE_TITLE: &str = "Intercom Hardening Guide";
pub(crate) const GUIDE_URL: &str = "https://howtoharden.com/guides/intercom";
/// What the guide says of its own maturity.
pub(crate) const GUIDE_STATUS: &str = "draft, AI drafted";

/// How long an attestation holds where neither the control nor whoever signs it says so, in days: half a year.
pub(crate) const ATTEST_FOR: u16 = 180;

/// A step of the remediation: where to click and what to do there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Step {
    /// What the step achieves.
    pub title: String,
    /// The way through Intercom's menus.
    #[serde(default)]
    pub path: Vec<String>,
    /// What to do there, one by one.
    #[serde(default)]
    pub actions: Vec<String>,
}

/// Where a control was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// It is part of the program.
    BuiltIn,
    /// It was added by `--controls`.
    File(PathBuf),
    /// It was read by `--controls` in place of the built-in control of the same id.
    Replaces(PathBuf),
}

/// Which of the built-in packs a control belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Pack {
    /// The hardening guide's own controls.
    Guide,
    /// What goes beyond the guide; ids start with E.
    Extended,
    /// What compares the workspace with the declared roles, groups and identity provider; ids start with R. Evaluated
    /// by `rbac check`, and by a scan that names one.
    Rbac,
}

/// The descriptive part of a control: what people read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Control {
    /// The id, as in the file name: `2.3`, `E4`.
    pub id: String,
    /// The rest of the file name: `limit-admins`.
    pub slug: String,
    /// A short title.
    pub title: String,
    /// The level at which it is asked for.
    pub level: Level,
    /// The section of the guide.
    pub section: String,
    /// The guide version that brought it; none in the extended pack.
    pub since: Option<String>,
    /// What it asks for.
    pub description: String,
    /// Why it matters.
    pub rationale: String,
    /// What has to be in place before.
    pub prerequisites: Vec<String>,
    /// How long it takes.
    pub effort: String,
    /// How long an attestation holds unless whoever signs it says otherwise, in days.
    pub attest_for: u16,
    /// The names of the checks whose events a person may review.
    pub reviewable: Vec<String>,
    /// Framework id to the framework's controls.
    pub frameworks: BTreeMap<String, Vec<String>>,
    /// Those of them whose mapping is not the guide's own.
    pub own_mappings: Vec<String>,
    /// What to click.
    pub steps: Vec<Step>,
    /// Addresses of official documentation.
    pub references: Vec<String>,
    /// Columns of a finding's evidence that people are shown, in this order.
    pub columns: Vec<String>,
    /// `sha256:` and the digest of what decides: level, checks, parameters and the settings of facts that it reads.
    pub digest: String,
    /// Parameters with the values in force.
    pub params: BTreeMap<String, Value>,
    /// Which built-in pack it belongs to; none for a control that `--controls` added.
    pub pack: Option<Pack>,
    /// Where it was read from.
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
