//! Why a catalog could not be loaded.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;

use crate::hint::Hint;
use crate::toml_document::Problems;

/// The most control files in a directory, and its deepest nesting.
pub(super) const MOST_FILES: usize = 1_000;
pub(super) const DEEPEST: usize = 4;

/// Why a catalog could not be loaded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CatalogError {
    #[error("{} in the control files", counted(.problems.len()))]
    Invalid { problems: Problems },
    #[error("cannot read {}: {source}", .path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} has no control files (*.toml)", .path.display())]
    Empty { path: PathBuf },
    #[error("{} has more than {MOST_FILES} files or is nested more than {DEEPEST} deep", .path.display())]
    TooMany { path: PathBuf },
}

impl Hint for CatalogError {
    fn hint(&self) -> Option<Cow<'static, str>> {
        Some(
            match self {
                Self::Invalid { .. } => {
                    "`intercom-harden controls facts` lists the tables, columns and values a control may name"
                }
                Self::Unreadable { .. } => "give a directory of control files that you may read",
                Self::Empty { .. } => "give the directory that has the control files",
                Self::TooMany { .. } => "give the directory that has the control files, not one above it",
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
    if problems == 1 { "1 mistake".to_owned() } else { format!("{problems} mistakes") }
}
