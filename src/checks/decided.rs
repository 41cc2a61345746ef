//! How much of a control data can decide.

use serde::Serialize;

use super::Rules;
use crate::verdict::Status;

/// How much of a control data can decide, by its checks or in a given situation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Decided {
    /// Data can show that it holds.
    Data,
    /// Data can show a violation only.
    ViolationsOnly,
    /// A person has to look.
    Person,
}

impl Decided {
    /// Tells it from the checks.
    pub(crate) fn by(rules: &Rules) -> Self {
        let statuses = rules.decidable();
        match (statuses.contains(&Status::Pass), statuses.contains(&Status::Fail)) {
            (true, _) => Self::Data,
            (false, true) => Self::ViolationsOnly,
            (false, false) => Self::Person,
        }
    }

    /// The words for people.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Data => "from data",
            Self::ViolationsOnly => "violations only",
            Self::Person => "by a person",
        }
    }
}
