//! What is wrong with an attestation, a waiver or a review.

use jiff::civil::Date;

use crate::sentence::Sentence;

/// Names an attestation, a waiver or a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub kind: EntryKind,
    /// Empty for a review.
    pub control: String,
    pub subject: Option<String>,
    pub event: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum EntryKind {
    Attestation,
    Waiver,
    Review,
}

/// What is wrong with an attestation, a waiver or a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EntryProblem {
    UnknownControl,
    /// `limit`: for how many days its control lets it count, where that is less than it says.
    Expired {
        on: Date,
        limit: Option<u16>,
    },
    Expires {
        on: Date,
        limit: Option<u16>,
    },
    /// It is dated ahead.
    Future(Date),
    MatchesNothing,
    /// Different events of the log share the id.
    SharedEvent,
    /// The subject is that of so many events.
    Ambiguous {
        events: usize,
    },
    /// No control lets a review take events of this type out.
    NotReviewable {
        event_type: String,
    },
    /// Another one, in this line, says the same.
    Twice {
        line: usize,
    },
    /// The evidence is not the file that was signed.
    OtherEvidence {
        file: String,
        counts: bool,
    },
    /// The evidence cannot be read.
    UnreadEvidence {
        file: String,
        error: String,
        counts: bool,
    },
}

impl Entry {
    pub(crate) fn attestation(control: &str) -> Self {
        Self { kind: EntryKind::Attestation, control: control.to_owned(), subject: None, event: None }
    }

    pub(crate) fn review(event: &str) -> Self {
        let event = Some(event.to_owned());
        Self { kind: EntryKind::Review, control: String::new(), subject: None, event }
    }

    pub(super) fn sentence(&self) -> Sentence {
        let sentence = match self.kind {
            EntryKind::Attestation => Sentence::from(format!("attestation for {} ", self.control)),
            EntryKind::Waiver => Sentence::from(format!("waiver for {} ", self.control)),
            EntryKind::Review => "review ".into(),
        };
        match (&self.subject, &self.event) {
            (Some(subject), _) => sentence.and("(").person(subject).and(") "),
            (None, Some(event)) if self.kind == EntryKind::Review => sentence.and(format!("of {event} ")),
            (None, Some(event)) => sentence.and(format!("(event {event}) ")),
            (None, None) => sentence,
        }
    }
}

impl EntryProblem {
    pub(super) fn sentence(&self) -> Sentence {
        let doubt = |file: &String| Sentence::from("is in doubt: ").file(file);
        let consequence =
            |counts: &bool| if *counts { "; a fail counts all the same" } else { "; it does not count" };
        match self {
            Self::UnknownControl => "names no control".into(),
            Self::Expired { on, limit } => format!("expired on {on}{}", limited(*limit)).into(),
            Self::Expires { on, limit } => format!("expires on {on}{}", limited(*limit)).into(),
            Self::Future(day) => {
                format!("is dated {day}, which lies in the future; it does not count yet").into()
            }
            Self::MatchesNothing => "matches nothing in this scan".into(),
            Self::SharedEvent => "does not count: different events of the log share that id".into(),
            Self::Ambiguous { events } => {
                format!("does not count: {events} events have that subject; name one with `event`").into()
            }
            Self::NotReviewable { event_type } => {
                format!("does not count: no control lets events of the type {event_type} be reviewed").into()
            }
            Self::Twice { line } => format!("is there twice: see also line {line}").into(),
            Self::OtherEvidence { file, counts } => {
                doubt(file).and(" is not the file it was signed with").and(consequence(counts))
            }
            Self::UnreadEvidence { file, error, counts } => {
                doubt(file).and(format!(" cannot be read: {error}")).and(consequence(counts))
            }
        }
    }
}

fn limited(days: Option<u16>) -> String {
    days.map_or_else(String::new, |days| {
        format!(", {days} days after it was signed, the most its control allows")
    })
}
