//! Why a run came to nothing.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;

use crate::api::client::ClientError;
use crate::exit::Exit;
use crate::hint::Hint;
use crate::snapshot::SnapshotError;
use crate::snapshot::collect::CollectError;
use crate::time::TimeError;

/// Why a run came to nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ScanError {
    /// The window makes no sense as of the instant of evaluation.
    #[error("--since: {0}")]
    Window(#[from] TimeError),
    /// A directory export names people whom the snapshot does not.
    #[error("a directory export (roster) cannot be compared with a redacted snapshot, which has pseudonyms")]
    RedactedSnapshot,
    /// A snapshot cannot be opened.
    #[error("cannot read {}: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A snapshot is not usable.
    #[error("cannot scan {what}: {source}")]
    Snapshot {
        /// The file, or the sample.
        what: String,
        /// What is wrong with it.
        source: SnapshotError,
    },
    /// The HTTP client could not be set up.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The workspace could not be read at all.
    #[error(transparent)]
    Collect(#[from] Box<CollectError>),
}

impl Hint for ScanError {
    fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::Window(_) | Self::Unreadable { .. } => None,
            Self::RedactedSnapshot => Some("scan the workspace, or a snapshot that is not redacted".into()),
            Self::Snapshot { source, .. } => source.hint(),
            Self::Client(error) => error.hint(),
            Self::Collect(error) => error.hint(),
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Client(_) | Self::Collect(_) => Exit::Incomplete,
            _ => Exit::Usage,
        }
    }
}
