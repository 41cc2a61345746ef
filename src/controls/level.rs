//! The guide's levels.

use serde::Serialize;

/// How demanding a control is. Levels are cumulative: evaluating L2 evaluates L1 too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
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

    /// The name in reports and on the command line: `l1`.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::L1 => "l1",
            Self::L2 => "l2",
            Self::L3 => "l3",
        }
    }

    /// The name in control files and for people: `L1`.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::L1 => "L1",
            Self::L2 => "L2",
            Self::L3 => "L3",
        }
    }

    /// Reads either form of the name.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| word.eq_ignore_ascii_case(level.as_str()))
    }
}
