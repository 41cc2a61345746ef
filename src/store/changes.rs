//! What a run brings, next to what the store knew.

use jiff::Timestamp;

use crate::diff::Gone;
use crate::report::Item;

/// What a run brought.
#[derive(Debug, Clone, Default)]
pub(crate) struct Changes<'a> {
    /// Whether it is the first one of its workspace: then nothing is news.
    pub first: bool,
    /// What fails now and did not, or is no longer waived.
    pub opened: Vec<OpenedFinding<'a>>,
    /// What has ended, and how.
    pub ended: Vec<EndedFinding>,
    /// The ids of the controls that are no longer decided.
    pub undecided: Vec<String>,
    /// The ids of the controls that fail, and that no earlier run decided by the same rules.
    pub incomparable: Vec<String>,
    /// The ids of the sources that can no longer be read; `scan` where there is no report at all.
    pub incomplete: Vec<String>,
}

/// A finding that is news; a control without findings stands for itself.
#[derive(Clone, Copy)]
pub(crate) struct OpenedFinding<'a> {
    /// The finding.
    pub item: Item<'a>,
    /// Whether it was there before, and waived.
    pub waiver_ended: bool,
}

impl std::fmt::Debug for OpenedFinding<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.item.control.id, self.item.subject())
    }
}

/// A finding that has ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EndedFinding {
    pub control: String,
    pub fingerprint: String,
    pub subject: String,
    pub message: String,
    /// When it was seen first since it last ended.
    pub open_since: Timestamp,
    pub by: End,
}

/// How a finding ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// It is no longer there.
    Gone(Gone),
    /// A waiver covers it.
    Waived,
}

impl End {
    /// The word in the database.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Gone(why) => why.into(),
            Self::Waived => "waived",
        }
    }
}
