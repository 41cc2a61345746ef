//! Errors of snapshots.

use std::borrow::Cow;
use std::io;

use jiff::Timestamp;

use super::file::REDACTED_VERSION;

use crate::hint::Hint;

/// Why a snapshot cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SnapshotError {
    #[error("this is not a snapshot: {0}")]
    NotASnapshot(String),
    #[error("the snapshot has format version {found}; this program reads versions up to {REDACTED_VERSION}")]
    FutureVersion { found: u32 },
    #[error("the snapshot is incomplete: {0}")]
    Truncated(String),
    #[error("the snapshot is altered or damaged: {0}")]
    Altered(String),
    #[error("the snapshot decompresses to more than {limit} bytes")]
    TooLarge { limit: u64 },
    #[error("the snapshot reaches back to {has}, but the window starts at {wanted}")]
    WindowTooWide { has: Timestamp, wanted: Timestamp },
    #[error("the snapshot was taken at {at}, before {wanted}")]
    TooOld { at: Timestamp, wanted: Timestamp },
    #[error("cannot read the snapshot: {0}")]
    Io(io::Error),
}

impl Hint for SnapshotError {
    fn hint(&self) -> Option<Cow<'static, str>> {
        Some(
            match self {
                Self::NotASnapshot(_) => "give a file that `intercom-harden collect` wrote",
                Self::FutureVersion { .. } => {
                    "use the version of intercom-harden that wrote it, or a later one"
                }
                Self::Truncated(_) | Self::Altered(_) | Self::TooLarge { .. } => {
                    "collect the workspace again"
                }
                Self::WindowTooWide { .. } => {
                    "collect again with a longer --since, or scan with a shorter one"
                }
                Self::TooOld { .. } => {
                    "leave out --now to evaluate at the time of the snapshot, or collect again"
                }
                Self::Io(_) => "check that the file exists and that you may read it",
            }
            .into(),
        )
    }
}
