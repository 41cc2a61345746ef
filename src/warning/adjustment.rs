//! Problems of attestations, waivers and reviews.

use jiff::civil::Date;

use crate::sentence::Sentence;

/// An entry of the configuration, by what it is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Adjustment {
    Attestation { control: String },
    Waiver { control: String, covers: Covers },
    Review { event: String },
}

/// What a waiver covers of its control.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Covers {
    All,
    Subject(String),
    Event(String),
}

/// The problem of an attestation, a waiver or a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AdjustmentProblem {
    UnknownControl,
    /// `limit`: the days of validity that the control allows, if fewer than the entry has.
    Expired {
        on: Date,
        limit: Option<u16>,
    },
    Expires {
        on: Date,
        limit: Option<u16>,
    },
    Future(Date),
    MatchesNothing,
    SharedEvent,
    Ambiguous {
        events: usize,
    },
    NotReviewable {
        event_type: String,
    },
    /// The line of an equal entry.
    Twice {
        line: usize,
    },
    OtherEvidence {
        file: String,
        counts: bool,
    },
    UnreadEvidence {
        file: String,
        error: String,
        counts: bool,
    },
}

impl Adjustment {
    /// The control that the entry names; a review names none.
    pub(crate) const fn control(&self) -> Option<&String> {
        match self {
            Self::Attestation { control } | Self::Waiver { control, .. } => Some(control),
            Self::Review { .. } => None,
        }
    }

    pub(super) fn sentence(&self) -> Sentence {
        match self {
            Self::Attestation { control } => format!("attestation for {control} ").into(),
            Self::Waiver { control, covers } => {
                let sentence = Sentence::from(format!("waiver for {control} "));
                match covers {
                    Covers::All => sentence,
                    Covers::Subject(subject) => sentence.and("(").person(subject).and(") "),
                    Covers::Event(event) => sentence.and(format!("(event {event}) ")),
                }
            }
            Self::Review { event } => format!("review of {event} ").into(),
        }
    }
}

impl AdjustmentProblem {
    pub(super) fn sentence(&self) -> Sentence {
        let doubt = |file: &String| Sentence::from("is in doubt: the evidence ").file(file);
        let consequence =
            |counts: &bool| if *counts { "; a fail still counts" } else { "; it does not count" };
        match self {
            Self::UnknownControl => "names no control".into(),
            Self::Expired { on, limit } => format!("expired on {on}{}", limited(*limit)).into(),
            Self::Expires { on, limit } => format!("expires on {on}{}", limited(*limit)).into(),
            Self::Future(day) => format!("is dated {day}, in the future, and does not count yet").into(),
            Self::MatchesNothing => "matches nothing in this scan".into(),
            Self::SharedEvent => "does not count: several events of the log share that id".into(),
            Self::Ambiguous { events } => {
                format!("does not count: {events} events have that subject; name one of them with `event`")
                    .into()
            }
            Self::NotReviewable { event_type } => {
                format!("does not count: no control accepts reviews of the event type {event_type}").into()
            }
            Self::Twice { line } => format!("is there twice: see line {line}").into(),
            Self::OtherEvidence { file, counts } => {
                doubt(file).and(" is not the file that was signed").and(consequence(counts))
            }
            Self::UnreadEvidence { file, error, counts } => {
                doubt(file).and(format!(" cannot be read: {error}")).and(consequence(counts))
            }
        }
    }
}

fn limited(days: Option<u16>) -> String {
    days.map_or_else(String::new, |days| {
        format!(", {days} days after it was signed, which is the most its control allows")
    })
}
