//! Why a configuration could not be edited.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;

use crate::config::ConfigError;
use crate::hint::Hint;
use crate::toml_document::Problems;

/// A configuration that was left as it was.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EditError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("{} is unchanged: the new entry would make it invalid", .path.display())]
    Unfit { path: PathBuf, source: Box<ConfigError> },
    #[error("{} is unchanged: {key} is an inline array there", .path.display())]
    Inline { path: PathBuf, key: &'static str },
    #[error("{} already exists, and is not overwritten", .path.display())]
    Exists { path: PathBuf },
    #[error("{} is read-only, and is not changed", .path.display())]
    ReadOnly { path: PathBuf },
    /// Its folder is missing, or is no folder.
    #[error("cannot use the folder {}: {source}", .folder.display())]
    Folder { folder: PathBuf, source: io::Error },
    #[error("cannot lock {} against other edits: {source}", .path.display())]
    Lock { path: PathBuf, source: io::Error },
    #[error("cannot write {}: {source}", .path.display())]
    Unwritable { path: PathBuf, source: io::Error },
    #[error("cannot read the evidence {}: {source}", .path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    /// A configuration that was found may not name files outside its folder.
    #[error("the evidence {} is outside the folder of the configuration", .path.display())]
    Outside { path: PathBuf },
    #[error("the name of the evidence {} is not Unicode text", .path.display())]
    Nameless { path: PathBuf },
}

impl Hint for EditError {
    fn hint(&self) -> Option<Cow<'static, str>> {
        Some(Cow::Borrowed(match self {
            Self::Config(ConfigError::Invalid { .. }) => "correct the lines above first; nothing was written",
            Self::Config(ConfigError::Outside { .. }) => "name the file with --config if you trust it",
            Self::Config(_) => {
                "check the path and the permissions of the file, or name another with --config"
            }
            Self::Unfit { .. } => "shorten the texts, or delete entries that have expired",
            Self::Inline { key, .. } => {
                return Some(
                    format!("write each entry under its own header, [[{key}]], and try again").into(),
                );
            }
            Self::Exists { .. } => {
                "name another file with --config, or print the configuration with --stdout"
            }
            Self::ReadOnly { .. } => "make it writable first (chmod u+w), or name another file with --config",
            Self::Folder { .. } => "create the folder first, or name a file elsewhere with --config",
            Self::Lock { .. } => "name a file on a disk that supports locks, or try again",
            Self::Unwritable { .. } => "name a file in a folder that exists and that you may write to",
            Self::Unreadable { .. } => "name a plain file that you may read",
            Self::Outside { .. } => "move it into that folder, or name the configuration with --config",
            Self::Nameless { .. } => "rename the file",
        }))
    }

    fn problems(&self) -> Option<&Problems> {
        match self {
            Self::Config(error) => error.problems(),
            Self::Unfit { source, .. } => source.problems(),
            _ => None,
        }
    }
}
