//! Warnings: what limits how far a report can be trusted.

use std::fmt;

use crate::level::Level;
use crate::region::Region;
use crate::sentence::Sentence;
use crate::time::ClockSkew;

mod adjustment;

pub(crate) use adjustment::{Adjustment, AdjustmentProblem, Covers};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Warning {
    NextPageElsewhere,
    NextPageAgain,
    PagesRepeat,
    NoSearch,
    MeUnread,
    Clock(ClockSkew),
    /// Several entries of `GET /admins` may be Intercom's own bot, so all count as teammates.
    SeveralBots {
        addresses: Vec<String>,
    },
    OtherRegion {
        actual: Region,
        asked: Region,
    },
    /// A warning that a snapshot recorded.
    Recorded(String),
    /// `left_out`: keys of `[organization]` that are not compared with a redacted snapshot.
    RedactedSnapshot {
        left_out: Vec<&'static str>,
    },
    IntercomExport {
        path: String,
    },
    UnreadRow {
        path: String,
        line: usize,
        why: Sentence,
    },
    UnreadRows {
        path: String,
        rows: usize,
    },
    UnknownWord {
        path: String,
        column: &'static str,
        word: String,
        people: usize,
    },
    UnknownWords {
        path: String,
        column: &'static str,
        people: usize,
    },
    UnknownColumn {
        path: String,
        column: String,
        people: usize,
    },
    Gap {
        path: String,
        gap: Sentence,
    },
    BaselineCatalog {
        path: String,
    },
    /// The windows in hours.
    BaselineWindow {
        path: String,
        before: i64,
        now: i64,
    },
    NothingJudged(Level),
    OtherGate {
        said: String,
        decided: String,
    },
    Adjustment {
        path: String,
        line: usize,
        adjustment: Adjustment,
        problem: AdjustmentProblem,
    },
}

impl Warning {
    /// Whether it is about an attestation, a waiver or a review.
    pub(crate) const fn is_hygiene(&self) -> bool {
        matches!(self, Self::Adjustment { .. })
    }

    /// The warning about a clock that is notably off.
    pub(crate) fn of_clock(skew: ClockSkew) -> Option<Self> {
        skew.is_notable().then_some(Self::Clock(skew))
    }

    pub(crate) fn sentence(&self) -> Sentence {
        let of_file = |path: &String| Sentence::default().file(path);
        match self {
            Self::NextPageElsewhere => {
                "The activity log names a next page on another host. That address was not requested.".into()
            }
            Self::NextPageAgain => {
                "The activity log names a next page that was already read.".into()
            }
            Self::PagesRepeat => "The activity log repeats pages after its last one.".into(),
            Self::NoSearch => {
                "The workspace does not offer the activity log search, so the log was read page by page.".into()
            }
            Self::MeUnread => {
                "The workspace's own record (GET /me) could not be read: its name, region and age are missing."
                    .into()
            }
            Self::Clock(skew) => {
                let end = if skew.is_misleading() { "at the server's time" } else { "by this machine's clock" };
                format!(
                    "This machine's clock is {skew} Intercom's. A window without --now ends {end}. Set the clock (NTP)."
                )
                .into()
            }
            Self::SeveralBots { addresses } => {
                let all = addresses.len();
                let start = format!("{all} teammates have an address like that of Intercom's own bot: ");
                let shown = addresses.iter().take(3).enumerate();
                let sentence = shown.fold(Sentence::from(start), |sentence, (index, address)| {
                    sentence.and(if index > 0 { ", " } else { "" }).person(address)
                });
                let more = if all > 3 { format!(" and {} more", all - 3) } else { String::new() };
                sentence.and(format!("{more}. All {all} count as teammates."))
            }
            Self::OtherRegion { actual, asked } => format!(
                "The workspace is in region {}, but {} was asked. Use --region {}.",
                actual.label(),
                asked.label(),
                actual.into_str()
            )
            .into(),
            Self::Recorded(text) => text.as_str().into(),
            Self::RedactedSnapshot { left_out } => {
                let keys: Vec<_> = left_out.iter().map(|key| format!("organization.{key}")).collect();
                let ignored = match keys.as_slice() {
                    [] => String::new(),
                    keys => format!(" Not compared, because they list real values: {}.", keys.join(", ")),
                };
                format!("The snapshot is redacted: its people and addresses are pseudonyms.{ignored}").into()
            }
            Self::IntercomExport { path } => of_file(path).and(
                ": Intercom exported this list, not the identity provider. Teammates are not compared with it. \
                 Give the identity provider's export.",
            ),
            Self::UnreadRow { path, line, why } => {
                of_file(path).and(format!(":{line}: row not read: ")).then(why.clone()).and(".")
            }
            Self::UnreadRows { path, rows } => of_file(path).and(format!(": {rows} more rows were not read.")),
            Self::UnknownWord { path, column, word, people } => {
                let noun = if *people == 1 { "person" } else { "people" };
                let sentence = of_file(path).and(format!(": the {column} \"")).words(word);
                sentence.and(format!("\" is not understood ({people} {noun})."))
            }
            Self::UnknownWords { path, column, people } => {
                of_file(path).and(format!(": {people} more people have a {column} that is not understood."))
            }
            Self::UnknownColumn { path, column, people } => {
                let noun = if *people == 1 { "row" } else { "rows" };
                of_file(path).and(": the column \"").words(column).and(format!(
                    "\" looks like an account status, but is not understood ({people} {noun}). Rename it to status, \
                     or delete it if it is none."
                ))
            }
            Self::Gap { path, gap } => of_file(path).and(": ").then(gap.clone()).and("."),
            Self::BaselineCatalog { path } => Sentence::from("The baseline ").file(path).and(
                " was made with another catalog. A control that decides differently now is judged without the baseline.",
            ),
            Self::BaselineWindow { path, before, now } => Sentence::from("The baseline ").file(path).and(format!(
                " covers a window of {}, this scan one of {}.",
                hours(*before),
                hours(*now)
            )),
            Self::NothingJudged(level) => {
                let level = level.label();
                format!("The gate judges no control: none up to {level} was evaluated.").into()
            }
            Self::OtherGate { said, decided } => {
                format!("The saved report says: {said}. Its controls say: {decided}.").into()
            }
            Self::Adjustment { path, line, adjustment, problem } => {
                of_file(path).and(format!(":{line}: the ")).then(adjustment.sentence()).then(problem.sentence()).and(".")
            }
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sentence().fmt(f)
    }
}

/// A length of time, in days if it is a whole number of them.
fn hours(hours: i64) -> String {
    match (hours / 24, hours % 24) {
        (1, 0) => "1 day".to_owned(),
        (days, 0) => format!("{days} days"),
        _ => format!("{hours} hours"),
    }
}
