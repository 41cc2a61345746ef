//! How far data can decide a control.

use serde::Serialize;

use super::Rules;
use crate::verdict::Status;

/// How far data can decide a control, by its checks or with the given inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Decided {
    /// Data can show that the requirement is met.
    Data,
    /// Data can only show violations.
    ViolationsOnly,
    /// A person must decide.
    Person,
}

impl Decided {
    pub(crate) fn by(rules: &Rules) -> Self {
        let statuses = rules.decidable();
        match (statuses.contains(&Status::Pass), statuses.contains(&Status::Fail)) {
            (true, _) => Self::Data,
            (false, true) => Self::ViolationsOnly,
            (false, false) => Self::Person,
        }
    }

    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Data => "from data",
            Self::ViolationsOnly => "violations only",
            Self::Person => "by a person",
        }
    }
}
