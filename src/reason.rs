//! The reason for a verdict, and observations beside it.

use std::fmt;

use clap::ValueEnum;
use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use crate::sentence::Sentence;
use crate::time::day_of;

/// The reason for a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The control's text or the value of its expression.
    Text(String),
    /// A person saw it.
    Attested(Attestation),
}

/// What a person saw and signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Attestation {
    /// The result of the attestation.
    pub result: Attested,
    /// The name or e-mail address of the person.
    pub by: String,
    /// The day of the observation.
    pub on: Date,
    /// The last day of its validity, UTC.
    pub expires: Date,
    /// Where the proof is kept, and the file with its SHA-256; null where the entry names neither.
    #[serde(default)]
    pub evidence: Option<String>,
    /// A note; null if there is none.
    #[serde(default)]
    pub note: Option<String>,
}

/// The result of an attestation.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, ValueEnum, IntoStaticStr,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase", const_into_str)]
pub(crate) enum Attested {
    /// The requirement is met.
    #[default]
    Pass,
    /// The requirement is not met.
    Fail,
    /// The requirement is about a feature that the workspace does not have or use.
    #[serde(rename = "n/a")]
    #[strum(serialize = "n/a")]
    #[value(name = "n/a")]
    NotApplicable,
}

/// An observation beside a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Observation {
    /// The value of an expression of the control.
    Text(String),
    /// An expression of the control failed.
    Failed(String),
    /// The reason of a check that did not decide the verdict.
    Undecided(String),
    LastChange {
        description: String,
        event_type: String,
        by: Option<String>,
        at: i64,
    },
    /// The reason of the data's verdict, which an attestation replaced.
    NotShown(Reason),
    /// A finding that an attestation decided.
    Judged(String),
    /// The attestation says fail, the data says pass.
    DataPasses(Reason),
    /// The attestation says pass or n/a, the data says fail.
    DataFails(Attestation),
    /// An attestation does not replace data that could not be read.
    NoSubstitute(Attestation),
    /// Attestation and data agree.
    Attested(Attestation),
    Expired(Attestation),
    /// The evidence file of an attestation is missing.
    AbsentEvidence(String),
}

impl Reason {
    pub(crate) fn sentence(&self) -> Sentence {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Attested(signed) => signed.sentence(),
        }
    }
}

impl Attestation {
    /// Who attested what and when, without a full stop.
    fn claim(&self) -> Sentence {
        let Self { result, by, on, .. } = self;
        Sentence::default().person(by).and(format!(" attested {} on {on}", result.into_str()))
    }

    fn sentence(&self) -> Sentence {
        self.claim().and(".")
    }
}

impl Observation {
    pub(crate) fn sentence(&self) -> Sentence {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Failed(error) => format!("An observation could not be evaluated: {error}.").into(),
            Self::Undecided(reason) => format!("Also undecided: {reason}").into(),
            Self::LastChange { description, event_type, by, at } => {
                let at =
                    Timestamp::from_second(*at).map_or_else(|_| at.to_string(), |at| day_of(at).to_string());
                let sentence = Sentence::from("Last relevant change: ");
                let sentence = match description.as_str() {
                    "" => sentence.and(event_type),
                    description => sentence.words(description),
                };
                let sentence = sentence.and(format!(" ({event_type}, by "));
                let sentence = match by {
                    Some(by) => sentence.person(by),
                    None => sentence.and("an unknown person"),
                };
                sentence.and(format!(", {at})."))
            }
            Self::NotShown(reason) => Sentence::from("The data does not show it: ").then(reason.sentence()),
            Self::Judged(finding) => Sentence::from("The attestation decides: ").words(finding).and("."),
            Self::DataPasses(reason) => {
                Sentence::from("Contradiction: the data says pass. ").then(reason.sentence())
            }
            Self::DataFails(signed) => Sentence::from("Contradiction: ")
                .then(signed.claim())
                .and(", but the data says fail. The data counts."),
            Self::NoSubstitute(signed) => {
                signed.sentence().and(" It does not replace data that an error kept from being read.")
            }
            Self::Attested(signed) => signed.sentence(),
            Self::Expired(signed) => signed.claim().and(format!("; it expired on {}.", signed.expires)),
            Self::AbsentEvidence(file) => {
                Sentence::from("The evidence ").file(file).and(" is missing, so it was not compared.")
            }
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sentence().fmt(f)
    }
}

impl fmt::Display for Observation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sentence().fmt(f)
    }
}
