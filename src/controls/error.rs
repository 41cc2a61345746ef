//! Why a catalog could not be loaded.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;

use crate::hint::Hint;
use crate::toml_document::Problems;

/// How many control files a directory may hold, and how deep it may be nested.
pub(super) const MOST_FILES: usize = 1_000;
pub(super) const DEEPEST: usize = 4;

/// Why a catalog could not be loaded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CatalogError {
    /// Control files have mistakes, all of them listed.
    #[error("{} in the control files", counted(.problems.len()))]
    Invalid {
        /// What is wrong, by file and line.
        problems: Problems,
    },
    /// A directory or file could not be read.
    #[error("cannot read {}: {source}", .path.display())]
    Unreadable {
        /// The directory or file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A directory has no control files.
    #[error("{} has no control files (*.toml)", .path.display())]
    Empty {
        /// The directory.
        path: PathBuf,
    },
    /// A directory has more control files than anybody writes.
    #[error("{} holds more than {MOST_FILES} files or is nested more than {DEEPEST} deep", .path.display())]
    TooMany {
        /// The directory.
        path: PathBuf,
    },
}

impl Hint for CatalogError {
    fn hint(&self) -> Option<Cow<'static, str>> {
        Some(
            match self {
                Self::Invalid { .. } => {
                    "`intercom-harden controls facts` lists the tables, columns and values a control may name"
                }
                Self::Unreadable { .. } => "give a directory of control files that this user may read",
                Self::Empty { .. } => "give the directory that holds the control files",
                Self::TooMany { .. } => "give the directory that holds the control files, not one above it",
            }
            .into(),
        )
    }

    fn problems(&self) -> Option<&Problems> {
        match self {
            Self::Invalid { problems } => Some(problems),
            _ => None,
        }
    }
}

fn counted(problems: usize) -> String {
    if problems == 1 { "a mistake".to_owned() } else { format!("{problems} mistakes") }
}
