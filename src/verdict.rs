//! What the program says about one control: the outcome, how strong it is, and what it rests on.
//!
//! A [`Verdict`] is made by `checks` from facts alone. Of all that comes later, only an attestation may change its status.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::address;
pub(crate) use crate::reason::{Attestation, Attested};
use crate::reason::{Observation, Reason};
use crate::sentence::Sentence;

/// One row of a table: column name to value. A column that was not observed is null.
pub(crate) type Row = serde_json::Map<String, serde_json::Value>;

/// How a control ended. Data that could not be read is never a pass.
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
    /// The requirement holds.
    Pass,
    /// The requirement does not hold.
    Fail,
    /// The API cannot show it, or the token may not read it: a person has to look.
    Manual,
    /// An error kept it from being decided.
    Unknown,
}

impl Status {
    /// Every status, in the order reports list them.
    pub(crate) const ALL: &[Self] = Self::VARIANTS;

    /// Every status, the one first that decides where several come together.
    pub(crate) const WORST_FIRST: [Self; 4] = [Self::Fail, Self::Unknown, Self::Manual, Self::Pass];

    /// The word used in reports and in `expect = "…"`.
    pub(crate) const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

/// What a pass or a fail rests on.
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
    /// What a person saw in the web app and signed for.
    Attestation,
    /// What the identity provider exported: a directory export (roster), or the file for single sign-on.
    Roster,
}

impl Basis {
    /// Every basis.
    pub(crate) const ALL: &[Self] = Self::VARIANTS;

    /// The word used in reports and in `basis = […]`.
    pub(crate) const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

/// The subject of a finding that is about the workspace as a whole.
pub(crate) const WORKSPACE: &str = "workspace";

/// One thing that is wrong: who or what, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Finding {
    /// Identifies the finding across runs: 24 hexadecimal digits.
    pub fingerprint: Fingerprint,
    /// The name of the check that found it.
    #[serde(default)]
    pub check: String,
    /// Who or what it is about, usually an e-mail address.
    pub subject: String,
    /// The id of the person it is about; null where it is about none.
    #[serde(default)]
    pub person: Option<String>,
    /// What is wrong with it.
    pub message: String,
    /// The row of data that shows it, free in form.
    #[serde(default)]
    pub evidence: Row,
    /// The id of the event it is about; null where it is about none.
    #[serde(default)]
    pub event: Option<String>,
    /// The time of the newest evidence of a check over the window; null for all other findings.
    #[serde(default)]
    pub last: Option<Timestamp>,
    /// The waiver of the finding; null where there is none.
    #[serde(default)]
    pub waived: Option<Waiver>,
    /// The review of its event, which makes it no violation; null where there is none.
    #[serde(default)]
    pub reviewed: Option<Review>,
    /// Whether the baseline has it too.
    #[serde(default)]
    pub in_baseline: bool,
}

impl Finding {
    /// Whether it is the one of that event, or else of that subject; without either it is any.
    pub(crate) fn is_named(&self, event: Option<&str>, subject: Option<&str>) -> bool {
        match (event, subject) {
            (Some(event), _) => self.event.as_deref() == Some(event),
            (None, Some(subject)) => address::fold(&self.subject) == address::fold(subject),
            (None, None) => true,
        }
    }

    /// A finding that no waiver, review or baseline covers.
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
            reviewed: None,
            in_baseline: false,
        }
    }

    /// Whether no waiver, review or baseline takes it out of the gate.
    pub(crate) const fn is_open(&self) -> bool {
        self.waived.is_none() && !self.is_reviewed() && !self.in_baseline
    }

    /// Whether a review of its event makes it no violation.
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

/// A decision to accept something for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Waiver {
    /// Why.
    pub reason: String,
    /// Who decided.
    pub by: String,
    /// The day of the decision; null where it is not known.
    #[serde(default)]
    pub on: Option<Date>,
    /// The last day on which it counts, UTC.
    pub expires: Date,
}

/// Whether something signed on one day and valid through the end of another counts on a third.
pub(crate) fn counts(on: Option<Date>, expires: Date, today: Date) -> bool {
    on.is_none_or(|on| on <= today) && today <= expires
}

/// What a person found out about the event of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Review {
    /// Who looked at it.
    pub by: String,
    /// The day from which it counts, UTC.
    pub on: Date,
    /// What was found; null where nothing was noted.
    #[serde(default)]
    pub note: Option<String>,
}

/// The reviews in force, by the id of the event.
pub(crate) type Reviews = BTreeMap<String, Review>;

/// Identifies a finding across runs: made of control, check and what it is about, never of counts.
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
    /// Why.
    pub reason: Reason,
    /// What is wrong, one by one; only a fail and some manuals have any.
    pub findings: Vec<Finding>,
    /// Further observations a reader needs to judge the outcome.
    pub context: Vec<Observation>,
    /// What the failed check says that speaks for the control; none where no data fails.
    pub headline: Option<Headline>,
    /// Which of the control's steps puts it right, counted from 0; none on a pass.
    pub next_step: Option<usize>,
    /// The attestation that counts for the control, whether or not it decided.
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
