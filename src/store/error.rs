//! What can be wrong with a store.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;

use rusqlite::ErrorCode;

use crate::exit::Exit;
use crate::hint::Hint;
use crate::report::ReadError;

/// Why a store cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// The file cannot be opened or created.
    #[error("cannot open the store {}: {source}", .path.display())]
    Unopened {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// SQLite cannot read or write it.
    #[error("the store {}: {source}", .path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// It is a database of another program.
    #[error("{} is a database, but not a store of intercom-harden", .path.display())]
    NotAStore {
        /// The file.
        path: PathBuf,
    },
    /// A newer version of the program wrote it.
    #[error("the store {} has version {found}, and this program knows up to version {known}", .path.display())]
    TooNew {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version known here.
        known: i64,
    },
    /// A report in it cannot be read back.
    #[error("the report of run {run} in the store {}: {source}", .path.display())]
    Report {
        /// The file.
        path: PathBuf,
        /// The run.
        run: i64,
        /// What is wrong with it.
        source: ReadError,
    },
    /// No run fits what was asked for.
    #[error("the store {} has no run \"{asked}\"{of}", .path.display())]
    NoRun {
        /// The file.
        path: PathBuf,
        /// What was asked for, escaped.
        asked: String,
        /// Of which workspace, where one was named.
        of: String,
    },
    /// The run that was asked for has no report.
    #[error("run {run} of the store {} has no report: {why}", .path.display())]
    WithoutReport {
        /// The file.
        path: PathBuf,
        /// The run.
        run: i64,
        /// Why not.
        why: String,
    },
    /// The run that was asked for is compared with none.
    #[error("run {run} of the store {} is not compared: {why}", .path.display())]
    NotCompared {
        /// The file.
        path: PathBuf,
        /// The run.
        run: i64,
        /// Why not.
        why: &'static str,
    },
    /// The store holds several workspaces, and none was chosen.
    #[error("the store {} holds {} workspaces: {}", .path.display(), .workspaces.len(), .workspaces.join(", "))]
    SeveralWorkspaces {
        /// The file.
        path: PathBuf,
        /// Their ids and names, escaped.
        workspaces: Vec<String>,
    },
    /// There is no such workspace.
    #[error("the store {} holds no workspace {asked}", .path.display())]
    NoWorkspace {
        /// The file.
        path: PathBuf,
        /// What was asked for, escaped.
        asked: String,
    },
}

impl Hint for StoreError {
    fn hint(&self) -> Option<Cow<'static, str>> {
        Some(
            match self {
                Self::Unopened { .. } => {
                    "give a file that `scan --store` wrote; for a new one, a folder that exists and may be written to"
                }
                Self::Database { source, .. } => match source.sqlite_error_code() {
                    Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                        "another process holds it: wait until that ends"
                    }
                    Some(ErrorCode::DiskFull) => "make room on the disk",
                    Some(ErrorCode::DatabaseCorrupt) => {
                        "restore it from a copy, or start a new one: history cannot be made up"
                    }
                    Some(ErrorCode::NotADatabase) => "give a file that `scan --store` wrote",
                    Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                        "check that the file and its folder may be written to"
                    }
                    _ => return None,
                },
                Self::NotAStore { .. } => {
                    "give a file that `scan --store` wrote, or one that does not exist yet"
                }
                Self::TooNew { .. } => "use the version of intercom-harden that wrote it, or a newer one",
                Self::Report { source, .. } => return source.hint(),
                Self::NoRun { .. } | Self::WithoutReport { .. } | Self::NotCompared { .. } => {
                    "`intercom-harden history list` lists the runs"
                }
                Self::SeveralWorkspaces { .. } | Self::NoWorkspace { .. } => {
                    "choose one with --workspace and its id or name; a redacted one with the name of its key"
                }
            }
            .into(),
        )
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Database { source, .. } => match source.sqlite_error_code() {
                Some(ErrorCode::NotADatabase) => Exit::Usage,
                _ => Exit::Incomplete,
            },
            _ => Exit::Usage,
        }
    }
}
