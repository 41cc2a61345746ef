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
    #[error("{} was left as it is: with the new entry it would not be valid", .path.display())]
    Unfit { path: PathBuf, source: Box<ConfigError> },
    #[error("{} was left as it is: {key} is an array in brackets there", .path.display())]
    Inline { path: PathBuf, key: &'static str },
    #[error("{} is there already, and is not overwritten", .path.display())]
    Exists { path: PathBuf },
    /// Its folder is missing, or is no folder.
    #[error("the folder {} cannot be used: {source}", .folder.display())]
    Folder { folder: PathBuf, source: io::Error },
    #[error("cannot lock {} against other edits: {source}", .path.display())]
    Lock { path: PathBuf, source: io::Error },
    #[error("cannot write {}: {source}", .path.display())]
    Unwritable { path: PathBuf, source: io::Error },
    #[error("cannot read the evidence {}: {source}", .path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    /// A configuration that was not named may not point out of its folder.
    #[error("the evidence {} lies outside the folder of the configuration", .path.display())]
    Outside { path: PathBuf },
    #[error("the name of the evidence {} is not Unicode text", .path.display())]
    Nameless { path: PathBuf },
}

impl Hint for EditError {
    fn hint(&self) -> Option<Cow<'static, str>> {
        Some(Cow::Borrowed(match self {
            Self::Config(ConfigError::Invalid { .. }) => {
                "correct the lines above first: only a valid configuration is edited, and nothing was written"
            }
            Self::Config(ConfigError::Outside { .. }) => "name the file with --config if you trust it",
            Self::Config(_) => {
                "check the path and the permissions of the file, or name another with --config"
            }
            Self::Unfit { .. } => "shorten the texts given, or take entries out of the file that are over",
            Self::Inline { key, .. } => {
                return Some(
                    format!("write each of its entries under a header of its own, [[{key}]], and try again")
                        .into(),
                );
            }
            Self::Exists { .. } => {
                "name another file with --config, or see what would be written with --stdout"
            }
            Self::Folder { .. } => "create the folder first, or name a file elsewhere with --config",
            Self::Lock { .. } => "name a file on a disk that supports locks, or try again",
            Self::Unwritable { .. } => "give a file in a folder that exists and may be written to",
            Self::Unreadable { .. } => "give a plain file that this user may read",
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
