//! The guide's levels, and the gate that is set at one of them.

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

/// How demanding a control is. Levels are cumulative.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    ValueEnum,
    IntoStaticStr,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase", const_into_str)]
pub(crate) enum Level {
    /// Baseline: for every workspace.
    L1,
    /// Hardened: for security-sensitive workspaces.
    L2,
    /// Maximum security: for regulated industries.
    L3,
}

impl Level {
    /// Every level, least demanding first.
    pub(crate) const ALL: [Self; 3] = [Self::L1, Self::L2, Self::L3];

    /// The word in reports and on the command line: `l1`.
    pub(crate) const fn as_str(self) -> &'static str {
        self.into_str()
    }

    /// The level of that word.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == word)
    }

    /// The word in control files and for people: `L1`.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::L1 => "L1",
            Self::L2 => "L2",
            Self::L3 => "L3",
        }
    }
}

/// The highest level that can fail the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FailOn {
    /// L1 controls.
    #[default]
    L1,
    /// L1 and L2 controls.
    L2,
    /// All controls.
    L3,
    /// Nothing fails the scan.
    Never,
}

impl FailOn {
    /// The level of the gate; none where nothing fails it.
    pub(crate) const fn level(self) -> Option<Level> {
        match self {
            Self::L1 => Some(Level::L1),
            Self::L2 => Some(Level::L2),
            Self::L3 => Some(Level::L3),
            Self::Never => None,
        }
    }
}
