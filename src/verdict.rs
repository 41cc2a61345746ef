//! The verdict on one control: its status, basis, reason and findings.
//!
//! `checks` makes a [`Verdict`] from facts alone. Later, only an attestation may change its status.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::address;
pub(crate) use crate::evidence::{Evidence, Row};
pub(crate) use crate::reason::{Attestation, Attested};
use crate::reason::{Observation, Reason};
use crate::sentence::Sentence;

/// The status of a control. Data that could not be read is never a pass.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    JsonSchema,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase", const_into_str)]
pub(crate) enum Status {
    /// The requirement is met.
    Pass,
    /// The requirement is not met.
    Fail,
    /// The API does not show it, or the token may not read it: a person must look.
    Manual,
    /// An error prevented a decision.
    Unknown,
}

impl Status {
    /// Every status, in the order of reports.
    pub(crate) const ALL: &[Self] = Self::VARIANTS;

    /// Every status; the first one present decides.
    pub(crate) const WORST_FIRST: [Self; 4] = [Self::Fail, Self::Unknown, Self::Manual, Self::Pass];

    /// The word in reports and in `expect = "…"`.
    pub(crate) const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

/// The basis of a pass or a fail.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    JsonSchema,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub(crate) enum Basis {
    /// A setting or a list that the API reports directly.
    Api,
    /// Events of the activity log.
    ActivityLog,
    /// What a person saw in the web app and signed.
    Attestation,
    /// An export of the identity provider: a directory export (roster), or the file for single sign-on.
    Roster,
    /// What the store knows of earlier runs.
    History,
}

impl Basis {
    /// Every basis.
    pub(crate) const ALL: &[Self] = Self::VARIANTS;

    /// The word in reports and in `basis = […]`.
    pub(crate) const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

/// The subject of a finding about the whole workspace.
pub(crate) const WORKSPACE: &str = "workspace";

/// One violation: its subject and message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Finding {
    /// Identifies the finding across runs: 24 hexadecimal digits.
    pub fingerprint: Fingerprint,
    /// The name of the check that found it.
    #[serde(default)]
    pub check: String,
    /// The subject, usually an e-mail address.
    pub subject: String,
    /// The id of the affected person; null if there is none.
    #[serde(default)]
    pub person: Option<String>,
    /// What is wrong with the subject.
    pub message: String,
    /// The row of data that shows it, in any form.
    #[serde(default)]
    #[schemars(with = "Row")]
    pub evidence: Evidence,
    /// The id of the event; null if there is none.
    #[serde(default)]
    pub event: Option<String>,
    /// The time of the newest evidence, for a check over the window; null for all other findings.
    #[serde(default)]
    pub last: Option<Timestamp>,
    /// The waiver of the finding; null if there is none.
    #[serde(default)]
    pub waived: Option<Waiver>,
    /// The review of its event, which makes it no violation; null if there is none.
    #[serde(default)]
    pub reviewed: Option<Review>,
    /// Whether the finding is in the baseline.
    #[serde(default)]
    pub in_baseline: bool,
}

impl Finding {
    /// Whether it matches the event, else the subject; without both, it matches.
    pub(crate) fn is_named(&self, event: Option<&str>, subject: Option<&str>) -> bool {
        match (event, subject) {
            (Some(event), _) => self.event.as_deref() == Some(event),
            (None, Some(subject)) => address::fold(&self.subject) == address::fold(subject),
            (None, None) => true,
        }
    }

    /// A finding without a waiver, a review or a baseline.
    pub(crate) const fn new(
        fingerprint: Fingerprint,
        subject: String,
        message: String,
        evidence: Evidence,
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
            reviewed: None,
            in_baseline: false,
        }
    }

    /// Whether it counts for the gate: without a waiver, a review or a baseline.
    pub(crate) const fn is_open(&self) -> bool {
        self.waived.is_none() && !self.is_reviewed() && !self.in_baseline
    }

    pub(crate) const fn is_reviewed(&self) -> bool {
        self.reviewed.is_some()
    }

    /// The subject and what is wrong with it, without a full stop.
    pub(crate) fn sentence(&self) -> String {
        let Self { subject, message, .. } = self;
        match (subject.is_empty(), message.is_empty()) {
            (false, false) => format!("{subject}: {message}"),
            (true, true) => "(without a name)".to_owned(),
            _ => format!("{subject}{message}"),
        }
    }
}

/// The acceptance of a finding or a control until a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Waiver {
    /// The reason for accepting it.
    pub reason: String,
    /// The person who decided.
    pub by: String,
    /// The day of the decision; null if not known.
    #[serde(default)]
    pub on: Option<Date>,
    /// The last day of its validity, UTC.
    pub expires: Date,
}

/// Whether an entry signed `on` a day and valid until another is in force `today`.
pub(crate) fn counts(on: Option<Date>, expires: Date, today: Date) -> bool {
    on.is_none_or(|on| on <= today) && today <= expires
}

/// The review of a finding's event by a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Review {
    /// The reviewer.
    pub by: String,
    /// The first day of its validity, UTC.
    pub on: Date,
    /// A note; null if there is none.
    #[serde(default)]
    pub note: Option<String>,
}

/// The reviews in force, by the id of the event.
pub(crate) type Reviews = BTreeMap<String, Review>;

/// Identifies a finding across runs: by control, check and subject, never by counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String", extend("pattern" = "^[0-9a-f]{24}$"))]
pub(crate) struct Fingerprint(String);

impl TryFrom<String> for Fingerprint {
    type Error = &'static str;

    fn try_from(digits: String) -> Result<Self, Self::Error> {
        let hexadecimal = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if digits.len() == 2 * Self::BYTES && digits.bytes().all(hexadecimal) {
            Ok(Self(digits))
        } else {
            Err("a fingerprint is 24 hexadecimal digits in lower case")
        }
    }
}

impl Fingerprint {
    /// The bytes of the digest to use.
    const BYTES: usize = 12;

    /// The fingerprint of a finding; `parts` identify it within the check.
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

    /// The fingerprint as lower-case hexadecimal digits.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The verdict on one control.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Verdict {
    pub status: Status,
    /// The basis of the status; empty for manual and unknown.
    pub basis: Vec<Basis>,
    pub reason: Reason,
    /// What is wrong, one by one; only a fail and some manuals have any.
    pub findings: Vec<Finding>,
    /// Further observations about the status.
    pub context: Vec<Observation>,
    /// What the failed check says that speaks for the control; none where no data fails.
    pub headline: Option<Headline>,
    /// The index of the control's next step; none on a pass.
    pub next_step: Option<usize>,
    /// The valid attestation of the control, even if it did not decide.
    pub attestation: Option<Attestation>,
}

/// What one check says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Headline {
    /// The name of the check.
    pub check: String,
    /// What was found, in numbers.
    pub text: String,
}

impl Verdict {
    /// The reason and all observations.
    pub(crate) fn sentences(&self) -> impl Iterator<Item = Sentence> {
        std::iter::once(self.reason.sentence()).chain(self.context.iter().map(Observation::sentence))
    }
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
            assert_eq!(status.as_str().parse(), Ok(*status));
        }
        for basis in Basis::ALL {
            assert_eq!(basis.as_str().parse(), Ok(*basis));
        }
        assert!("passed".parse::<Status>().is_err());
    }
}
