//! Why there is no configuration.

use std::borrow::Cow;
use std::io;

use crate::hint::Hint;
use crate::toml_document::{LARGEST, Problems};

use super::Announcement;

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// There is no such file.
    #[error("there is no configuration at {path}")]
    Missing {
        /// The path as given.
        path: String,
    },
    /// The operating system refused to read it.
    #[error("the configuration {path} cannot be read: {source}")]
    Unreadable {
        /// The path as given.
        path: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// It is a directory, a pipe or a device.
    #[error("the configuration {path} is not a regular file")]
    NotRegular {
        /// The path as given.
        path: String,
    },
    /// It is larger than a configuration can be.
    #[error("the configuration {path} is larger than {} KiB", LARGEST >> 10)]
    TooLarge {
        /// The path as given.
        path: String,
    },
    /// It was found in the working directory and is a link to a place outside.
    #[error("the configuration {path} in the working directory is a link to a file outside of it")]
    Outside {
        /// The path as given.
        path: String,
    },
    /// Its content is wrong, or says what it may not say where it was found.
    #[error("the configuration is not valid")]
    Invalid {
        /// What has to be announced all the same: a found file that is refused may also loosen the result.
        announcement: Option<Box<Announcement>>,
        /// Everything that is wrong with it.
        problems: Problems,
    },
}

impl ConfigError {
    /// What a file that could not be used has to be announced with.
    pub(crate) fn announcement(&self) -> Option<&Announcement> {
        match self {
            Self::Invalid { announcement, .. } => announcement.as_deref(),
            _ => None,
        }
    }
}

impl Hint for ConfigError {
    fn hint(&self) -> Option<Cow<'static, str>> {
        Some(
            match self {
                Self::Missing { .. } => "check the path given with --config",
                Self::Unreadable { .. } => {
                    "check the permissions of the file, or leave it out with --no-config"
                }
                Self::NotRegular { .. } => "name a plain file with --config, or pass --no-config",
                Self::TooLarge { .. } => "name another file with --config, or pass --no-config",
                Self::Outside { .. } => "name the file with --config if you trust it, or pass --no-config",
                Self::Invalid { .. } => "correct the lines above; --no-config leaves the file out",
            }
            .into(),
        )
    }
}
