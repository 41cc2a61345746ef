//! Why a verdict is what it is, and what else a reader needs to judge it.

use std::fmt;

use clap::ValueEnum;
use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use crate::sentence::Sentence;
use crate::time::day_of;

/// Why a verdict is what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reason {
    /// What the control says, or an expression in it.
    Text(String),
    /// A person saw it.
    Attested(Attestation),
}

/// What a person saw and signed for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Attestation {
    /// Whether the requirement was seen to hold.
    pub result: Attested,
    /// Who saw it.
    pub by: String,
    /// The day it was seen.
    pub on: Date,
    /// The last day on which it counts, UTC.
    pub expires: Date,
    /// Where the proof is kept, and the file with its SHA-256; null where the entry names neither.
    #[serde(default)]
    pub evidence: Option<String>,
    /// What else is worth knowing; null where there is nothing.
    #[serde(default)]
    pub note: Option<String>,
}

/// What an attestation says about a control.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, ValueEnum, IntoStaticStr,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase", const_into_str)]
pub(crate) enum Attested {
    /// The requirement was seen to hold.
    #[default]
    Pass,
    /// The requirement was seen not to hold.
    Fail,
    /// The requirement is about something that the workspace does not have or use.
    #[serde(rename = "n/a")]
    #[strum(serialize = "n/a")]
    #[value(name = "n/a")]
    NotApplicable,
}

/// An observation beside a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Observation {
    /// What an expression of the control says.
    Text(String),
    /// An expression of the control failed.
    Failed(String),
    /// What a check leaves open that did not decide.
    Undecided(String),
    LastChange {
        description: String,
        event_type: String,
        by: Option<String>,
        at: i64,
    },
    /// What the data left to the person who attested.
    NotShown(Reason),
    /// A finding that an attestation settled.
    Judged(String),
    /// The attestation says fail, the data pass.
    DataPasses(Reason),
    /// The attestation says pass or n/a, the data fail.
    DataFails(Attestation),
    /// An attestation does not stand in for data that could not be read.
    NoSubstitute(Attestation),
    /// The attestation says what the data says.
    Attested(Attestation),
    Expired(Attestation),
    /// The file that an attestation names as evidence is not there.
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
