//! What the program says about one control: the outcome, how strong it is, and what it rests on.
//!
//! A [`Verdict`] is made by `checks` from facts alone; `overlay` and `report` never change its status.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::facts::Row;

/// The outcome of a control. Unreadable data is never [`Status::Pass`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    /// The data shows that the requirement holds.
    Pass,
    /// The data shows that the requirement does not hold.
    Fail,
    /// The API cannot show it, or the token has no scope for it: a person has to look.
    Manual,
    /// The API could have shown it, but an error kept it from being read.
    Unknown,
}

impl Status {
    /// Every status, in the order reports list them.
    pub(crate) const ALL: [Self; 4] = [Self::Pass, Self::Fail, Self::Manual, Self::Unknown];

    /// Every status, the one first that decides where several come together.
    pub(crate) const WORST_FIRST: [Self; 4] = [Self::Fail, Self::Unknown, Self::Manual, Self::Pass];

    /// The word used in reports and in `expect = "…"`.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Manual => "manual",
            Self::Unknown => "unknown",
        }
    }

    /// Reads the word used in control files.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

/// The kind of evidence a pass or a fail rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, PartialOrd, Ord)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Basis {
    /// A setting or a list that the API reports directly.
    Api,
    /// Events of the activity log.
    ActivityLog,
    /// What a person saw in the web app and signed for.
    Attestation,
    /// A roster exported from the identity provider.
    Roster,
}

impl Basis {
    /// Every basis.
    pub(crate) const ALL: [Self; 4] = [Self::Api, Self::ActivityLog, Self::Attestation, Self::Roster];

    /// The word used in reports and in `basis = […]`.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::ActivityLog => "activity-log",
            Self::Attestation => "attestation",
            Self::Roster => "roster",
        }
    }

    /// Reads the word used in control files.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|basis| basis.as_str() == word)
    }
}

/// The subject of a finding that is about the workspace as a whole.
pub(crate) const WORKSPACE: &str = "workspace";

/// One thing that is wrong: who or what, and why.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Finding {
    /// Identifies the finding across runs.
    pub fingerprint: Fingerprint,
    /// The name of the check that found it.
    pub check: String,
    /// Who or what the finding is about, usually an e-mail address.
    pub subject: String,
    /// The id of the person it is about, where it is about one.
    pub person: Option<String>,
    /// What is wrong with it, in a few words.
    pub message: String,
    /// The row of the table that shows it.
    pub evidence: Row,
    /// The id of the event that it is about, where it is about one.
    pub event: Option<String>,
    /// The newest evidence, for a check over the window.
    pub last: Option<Timestamp>,
    /// The decision to live with it, where there is one.
    pub waived: Option<Decision>,
    /// Whether the baseline shows it too.
    pub known: bool,
}

impl Finding {
    /// A finding over which nothing is laid yet.
    pub(crate) const fn new(
        fingerprint: Fingerprint,
        subject: String,
        message: String,
        evidence: Row,
    ) -> Self {
        Self {
            fingerprint,
            check: String::new(),
            subject,
            person: None,
            message,
            evidence,
            event: None,
            last: None,
            waived: None,
            known: false,
        }
    }

    /// What is wrong with whom, in one sentence.
    pub(crate) fn sentence(&self) -> String {
        let Self { subject, message, .. } = self;
        match (subject.is_empty(), message.is_empty()) {
            (false, false) => format!("{subject}: {message}"),
            (true, true) => "(without a name)".to_owned(),
            _ => format!("{subject}{message}"),
        }
    }
}

/// A decision to live with something for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decision {
    /// Why.
    pub reason: String,
    /// Who decided.
    pub by: String,
    /// The day of the decision.
    pub on: Option<Date>,
    /// The last day on which it counts, UTC.
    pub expires: Date,
}

/// What a person saw and signed for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    /// Whether the requirement was seen to hold.
    pub pass: bool,
    /// Who saw it.
    pub by: String,
    /// The day it was seen.
    pub on: Date,
    /// The last day on which it counts, UTC.
    pub expires: Date,
    /// Where the proof is kept.
    pub evidence: Option<String>,
    /// What else is worth knowing.
    pub note: Option<String>,
}

/// Identifies a finding across runs: made of control, check and what it is about, never of counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub(crate) struct Fingerprint(String);

impl Fingerprint {
    /// How much of the digest it is made of.
    const BYTES: usize = 12;

    /// Derives the fingerprint of what a check found; `parts` identify it within the check.
    pub(crate) fn new<'a>(control: &str, check: &str, parts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut hash = Sha256::new();
        let mut add = |part: &str| {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        };
        add(control);
        add(check);
        for part in parts {
            add(part);
        }
        Self(hash.finalize().iter().take(Self::BYTES).map(|byte| format!("{byte:02x}")).collect())
    }

    /// Takes a fingerprint that an earlier report has; none where it is not one.
    pub(crate) fn parse(digits: String) -> Option<Self> {
        let hexadecimal = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        (digits.len() == 2 * Self::BYTES && digits.bytes().all(hexadecimal)).then_some(Self(digits))
    }

    /// The fingerprint as lower-case hexadecimal digits.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// What the program says about one control.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Verdict {
    /// The outcome.
    pub status: Status,
    /// What the outcome rests on; empty for manual and unknown.
    pub basis: Vec<Basis>,
    /// Why, in one sentence.
    pub reason: String,
    /// What is wrong, one by one; only a fail and some manuals have any.
    pub findings: Vec<Finding>,
    /// Further observations a reader needs to judge the outcome.
    pub context: Vec<String>,
    /// Which of the control's steps puts it right, counted from 0; none on a pass.
    pub next_step: Option<usize>,
    /// The attestation that counts for the control, whether or not it decided.
    pub attestation: Option<Statement>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_do_not_confuse_neighbouring_parts() {
        let one = Fingerprint::new("2.3", "a", ["ab", "c"]);
        assert_ne!(one, Fingerprint::new("2.3", "a", ["a", "bc"]));
        assert_ne!(one, Fingerprint::new("2.3", "b", ["ab", "c"]));
        assert_eq!(one, Fingerprint::new("2.3", "a", ["ab", "c"]));
        assert_eq!(one.as_str().len(), 24);
    }

    #[test]
    fn words_read_back() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Some(status));
        }
        for basis in Basis::ALL {
            assert_eq!(Basis::parse(basis.as_str()), Some(basis));
        }
        assert_eq!(Status::parse("passed"), None);
    }
}
