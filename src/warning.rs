//! What the reader of a report should know before believing the rest.

use std::fmt;

use crate::level::Level;
use crate::region::Region;
use crate::sentence::Sentence;
use crate::time::ClockSkew;

mod entry;

pub(crate) use entry::{Entry, EntryKind, EntryProblem};

/// A warning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Warning {
    /// The activity log named a page on another host as its next one.
    NextPageElsewhere,
    /// The activity log named a page as its next one that was read before.
    NextPageAgain,
    /// The activity log repeats pages after its last one.
    PagesRepeat,
    /// The workspace does not offer the search of the activity log.
    NoSearch,
    /// `GET /me` could not be read.
    MeUnread,
    /// This machine's clock is far from the server's.
    Clock(ClockSkew),
    /// Several entries of `GET /admins` may be Intercom's own bot, so none of them is taken for it.
    SeveralBots { addresses: Vec<String> },
    /// The workspace is hosted elsewhere.
    OtherRegion { actual: Region, asked: Region },
    /// What a snapshot recorded when it was taken.
    Recorded(String),
    /// The snapshot is redacted, so these keys of `[organization]` are not compared with it.
    RedactedSnapshot { left_out: Vec<&'static str> },
    /// A directory export is Intercom's own.
    IntercomExport { path: String },
    /// A row of a directory export could not be read.
    UnreadRow { path: String, line: usize, why: Sentence },
    /// More rows of a directory export could not be read.
    UnreadRows { path: String, rows: usize },
    /// A word in a directory export that is not understood.
    UnknownWord { path: String, column: &'static str, word: String, people: usize },
    /// More words in a directory export that are not understood.
    UnknownWords { path: String, column: &'static str, people: usize },
    /// A column of a directory export that looks like an account status and is not understood.
    UnknownColumn { path: String, column: String, people: usize },
    /// What a directory export leaves open.
    Gap { path: String, gap: Sentence },
    /// The baseline was made with another catalog.
    BaselineCatalog { path: String },
    /// The baseline looked at another window, in hours.
    BaselineWindow { path: String, before: i64, now: i64 },
    /// The gate judges no control.
    NothingJudged(Level),
    /// A saved report says of its gate what does not follow from its controls.
    OtherGate { said: String, decided: String },
    /// An attestation, a waiver or a review needs attention.
    Entry { path: String, line: usize, entry: Entry, problem: EntryProblem },
}

impl Warning {
    /// Whether it is about an attestation, a waiver or a review.
    pub(crate) const fn is_hygiene(&self) -> bool {
        matches!(self, Self::Entry { .. })
    }

    /// What there is to say about a clock.
    pub(crate) fn of_clock(skew: ClockSkew) -> Option<Self> {
        skew.is_notable().then_some(Self::Clock(skew))
    }

    /// The warning in words.
    pub(crate) fn sentence(&self) -> Sentence {
        let of_file = |path: &String| Sentence::default().file(path);
        match self {
            Self::NextPageElsewhere => {
                "the activity log points to its next page on another host; that address was not used".into()
            }
            Self::NextPageAgain => {
                "the activity log names a page as its next one that was read already".into()
            }
            Self::PagesRepeat => "the activity log repeats pages after its last one".into(),
            Self::NoSearch => {
                "the workspace does not offer the search of the activity log; it was read page by page".into()
            }
            Self::MeUnread => {
                "the workspace's own record (GET /me) could not be read: its name, region and age are missing"
                    .into()
            }
            Self::Clock(skew) => {
                let sentence = format!("this machine's clock is {skew} Intercom's; set it (NTP)");
                if skew.is_misleading() {
                    format!("{sentence}; a window without --now ends at the server's time").into()
                } else {
                    format!("{sentence}, since a window without --now ends by it").into()
                }
            }
            Self::SeveralBots { addresses } => {
                let all = addresses.len();
                let start = format!("{all} teammates have an address like that of Intercom's own bot (");
                let shown = addresses.iter().take(3).enumerate();
                let sentence = shown.fold(Sentence::from(start), |sentence, (index, address)| {
                    sentence.and(if index > 0 { ", " } else { "" }).person(address)
                });
                let more = if all > 3 { format!(" and {} more", all - 3) } else { String::new() };
                sentence.and(format!("{more}); all of them count as teammates"))
            }
            Self::OtherRegion { actual, asked } => format!(
                "the workspace is in region {}, but {} was asked: use --region {}",
                actual.label(),
                asked.label(),
                actual.into_str()
            )
            .into(),
            Self::Recorded(text) => text.as_str().into(),
            Self::RedactedSnapshot { left_out } => left_out.iter().fold(
                "the snapshot is redacted: people and addresses in it are pseudonyms".into(),
                |sentence: Sentence, key| {
                    sentence.and(format!("; organization.{key} is left out, since it lists real ones"))
                },
            ),
            Self::IntercomExport { path } => of_file(path).and(
                ": this is the list that Intercom exports, not the identity provider; no one is looked for in it",
            ),
            Self::UnreadRow { path, line, why } => {
                of_file(path).and(format!(":{line}: row not read: ")).then(why.clone())
            }
            Self::UnreadRows { path, rows } => of_file(path).and(format!(": {rows} more rows were not read")),
            Self::UnknownWord { path, column, word, people } => {
                let noun = if *people == 1 { "person" } else { "people" };
                let sentence = of_file(path).and(format!(": the {column} \"")).words(word);
                sentence.and(format!("\" is not understood ({people} {noun})"))
            }
            Self::UnknownWords { path, column, people } => {
                of_file(path).and(format!(": {people} more people have a {column} that is not understood"))
            }
            Self::UnknownColumn { path, column, people } => {
                let noun = if *people == 1 { "row" } else { "rows" };
                of_file(path).and(": the column \"").words(column).and(format!(
                    "\" looks like an account status and is not understood ({people} {noun}); rename it to status, or \
                     delete it if it is none"
                ))
            }
            Self::Gap { path, gap } => of_file(path).and(": ").then(gap.clone()),
            Self::BaselineCatalog { path } => Sentence::from("the baseline ").file(path).and(
                " was made with another catalog; a control that decides otherwise now is judged as if there were no baseline",
            ),
            Self::BaselineWindow { path, before, now } => Sentence::from("the baseline ").file(path).and(format!(
                " looked at a window of {}, this scan at one of {}",
                hours(*before),
                hours(*now)
            )),
            Self::NothingJudged(level) => {
                let level = level.label();
                format!("the gate judges no control: none up to {level} was evaluated").into()
            }
            Self::OtherGate { said, decided } => {
                format!("the saved report says: {said}; by its controls: {decided}").into()
            }
            Self::Entry { path, line, entry, problem } => {
                of_file(path).and(format!(":{line}: the ")).then(entry.sentence()).then(problem.sentence())
            }
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sentence().fmt(f)
    }
}

/// A length of time: in days where they are whole.
fn hours(hours: i64) -> String {
    match (hours / 24, hours % 24) {
        (1, 0) => "1 day".to_owned(),
        (days, 0) => format!("{days} days"),
        _ => format!("{hours} hours"),
    }
}
