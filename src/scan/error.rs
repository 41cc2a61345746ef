//! Why a run came to nothing.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;

use crate::api::client::ClientError;
use crate::exit::Exit;
use crate::hint::Hint;
use crate::snapshot::SnapshotError;
use crate::snapshot::collect::CollectError;
use crate::time::{ClockSkew, TimeError};

/// Why a run came to nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ScanError {
    /// The window makes no sense as of the instant of evaluation.
    #[error("--since: {0}")]
    Window(#[from] TimeError),
    /// A directory export has names, the snapshot has pseudonyms.
    #[error("a directory export (roster) cannot be compared with a redacted snapshot, which has pseudonyms")]
    RedactedSnapshot,
    /// A snapshot cannot be opened.
    #[error("cannot read {}: {source}", .path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    /// A snapshot is not usable.
    #[error("cannot scan {what}: {source}")]
    Snapshot { what: String, source: SnapshotError },
    /// The workspace is not the one that the configuration is for.
    #[error("the workspace is {found}, but the configuration pins {pinned}; nothing was judged")]
    OtherWorkspace { pinned: String, found: String },
    /// The workspace cannot be told, and the configuration is for one alone.
    #[error("GET /me gives no workspace id, but the configuration pins {pinned}; nothing was judged")]
    NoId { pinned: String },
    /// The baseline is of another workspace.
    #[error("the baseline {path} is of the workspace {theirs}, and this is {found}; nothing was judged")]
    BaselineOfOther { path: String, theirs: String, found: String },
    /// The baseline does not say which workspace it is of.
    #[error("the baseline {path} has no workspace id, so it cannot be compared; nothing was judged")]
    BaselineWithoutId { path: String },
    /// The workspace cannot be told, so it cannot be compared with a baseline.
    #[error("GET /me gives no workspace id, so the baseline {path} cannot be compared; nothing was judged")]
    NoIdForBaseline { path: String },
    /// This machine's clock, by which the window ends, is far ahead of the workspace's.
    #[error("this machine's clock is {0} the server's")]
    Clock(ClockSkew),
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
            Self::Window(_) | Self::Unreadable { .. } | Self::Clock(_) => None,
            Self::OtherWorkspace { .. } => Some(
                "use the token or snapshot of that workspace, or the configuration of this one (--config, --no-config)"
                    .into(),
            ),
            Self::NoId { .. } => {
                Some("give the app the permission \"Read admins\"; --no-config leaves the pin out".into())
            }
            Self::BaselineOfOther { .. } | Self::BaselineWithoutId { .. } => {
                Some("give a report of this workspace that `scan -o json=FILE` wrote".into())
            }
            Self::NoIdForBaseline { .. } => {
                Some("give the app the permission \"Read admins\", or leave --baseline out".into())
            }
            Self::RedactedSnapshot => Some("scan the workspace, or a snapshot that is not redacted".into()),
            Self::Snapshot { source, .. } => source.hint(),
            Self::Client(error) => error.hint(),
            Self::Collect(error) => error.hint(),
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Client(_) | Self::Collect(_) | Self::Clock(_) | Self::NoId { .. } => Exit::Incomplete,
            _ => Exit::Usage,
        }
    }
}
