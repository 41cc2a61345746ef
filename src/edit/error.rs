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
    /// It is not usable as it is.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// It would not be usable with the new entry.
    #[error("{} was left as it is: with the new entry it would not be valid", .path.display())]
    Unfit {
        /// The file.
        path: PathBuf,
        /// What would be wrong with it.
        source: Option<Box<ConfigError>>,
    },
    /// There is a file where one was to be made.
    #[error("{} is there already, and is not overwritten", .path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// Its folder is missing, or is no folder.
    #[error("the folder {} cannot be used: {source}", .folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It could not be locked against other edits.
    #[error("cannot lock {} against other edits: {source}", .path.display())]
    Lock {
        /// What was to be locked.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It cannot be written.
    #[error("cannot write {}: {source}", .path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file with the evidence cannot be read.
    #[error("cannot read the evidence {}: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file with the evidence lies where a configuration that was not named may not point.
    #[error("the evidence {} lies outside the folder of the configuration", .path.display())]
    Outside {
        /// The file.
        path: PathBuf,
    },
    /// The file with the evidence has a name that cannot be written down.
    #[error("the name of the evidence {} is not Unicode text", .path.display())]
    Nameless {
        /// The file.
        path: PathBuf,
    },
}

impl EditError {
    /// The mistakes in the configuration that it stands for.
    pub(crate) fn problems(&self) -> Option<&Problems> {
        match self {
            Self::Config(ConfigError::Invalid { problems, .. }) => Some(problems),
            Self::Unfit { source: Some(source), .. } => match source.as_ref() {
                ConfigError::Invalid { problems, .. } => Some(problems),
                _ => None,
            },
            _ => None,
        }
    }
}

impl Hint for EditError {
    fn hint(&self) -> Option<Cow<'static, str>> {
        Some(match self {
            Self::Config(ConfigError::Invalid { .. }) => {
                "correct the lines above first: only a valid configuration is edited, and nothing was written"
            }
            Self::Config(ConfigError::Outside { .. }) => "name the file with --config if you trust it",
            Self::Config(_) => {
                "check the path and the permissions of the file, or name another with --config"
            }
            Self::Unfit { .. } => "shorten the texts given, or take entries out of the file that are over",
            Self::Exists { .. } => {
                "name another file with --config, or see what would be written with --stdout"
            }
            Self::Folder { .. } => "create the folder first, or name a file elsewhere with --config",
            Self::Lock { .. } => "name a file on a disk that supports locks, or try again",
            Self::Unwritable { .. } => "give a file in a folder that exists and may be written to",
            Self::Unreadable { .. } => "give a plain file that this user may read",
            Self::Outside { .. } => "move it into that folder, or name the configuration with --config",
            Self::Nameless { .. } => "rename the file",
        }.into())
    }
}
