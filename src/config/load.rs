//! Opens the file, and says why there is no configuration.

use std::borrow::Cow;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::bounded_file::{self, Unopened};
use crate::hint::Hint;
use crate::toml_document::{LARGEST, Problems};

use super::checked::Config;
use super::section::{Trust, folder_of, stays_inside};

/// The name under which a configuration is looked for in the working directory.
pub(crate) const FILE_NAME: &str = "intercom-harden.toml";

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("there is no configuration at {path}")]
    Missing { path: String },
    #[error("the configuration {path} cannot be read: {source}")]
    Unreadable { path: String, source: io::Error },
    #[error("the configuration {path} is not a regular file")]
    NotRegular { path: String },
    #[error("the configuration {path} is larger than {} KiB", LARGEST >> 10)]
    TooLarge { path: String },
    #[error("the configuration {path} in the working directory is a link to a file outside that directory")]
    Outside { path: String },
    /// Its content is wrong, or says what it may not say where it was found. What could be read of it is announced all the
    /// same: a found file that is refused may also weaken the result.
    #[error("the configuration is not valid")]
    Invalid { config: Box<Config>, problems: Problems },
}

impl Hint for ConfigError {
    fn hint(&self) -> Option<Cow<'static, str>> {
        Some(Cow::Borrowed(match self {
            Self::Missing { .. } => "check the path given with --config",
            Self::Unreadable { .. } => "check the permissions of the file, or ignore it with --no-config",
            Self::NotRegular { .. } => "name a plain file with --config, or pass --no-config",
            Self::TooLarge { .. } => "name another file with --config, or pass --no-config",
            Self::Outside { .. } => "name the file with --config if you trust it, or pass --no-config",
            Self::Invalid { config, .. } if config.found_in_working_directory => {
                "correct the lines above; --no-config ignores the file"
            }
            Self::Invalid { .. } => "correct the lines above",
        }))
    }

    fn problems(&self) -> Option<&Problems> {
        match self {
            Self::Invalid { problems, .. } => Some(problems),
            _ => None,
        }
    }
}

/// Looks for a configuration in a directory. A dangling link counts, so that it is not silently ignored.
pub(crate) fn find(directory: &Path) -> Option<PathBuf> {
    let path = directory.join(FILE_NAME);
    fs::symlink_metadata(&path).is_ok().then_some(path)
}

impl Config {
    /// Reads and checks a configuration. Every mistake in it is part of the one error.
    pub(crate) fn load(path: &Path, trust: Trust) -> Result<Self, ConfigError> {
        let config = Self::parse(path, &read(path, trust)?, trust)?;
        Ok(Self { repository_path: repository_path(path), ..config })
    }

    /// Checks the bytes of a configuration as if they had been read from a path.
    pub(crate) fn parse(path: &Path, bytes: &[u8], trust: Trust) -> Result<Self, ConfigError> {
        let (config, problems) = Self::check(path, bytes, trust);
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(ConfigError::Invalid { config: Box::new(config), problems })
        }
    }
}

/// The path of a file from the root of the git repository around it, with slashes.
fn repository_path(path: &Path) -> Option<String> {
    let folder = fs::canonicalize(folder_of(path)).ok()?;
    let root = folder.ancestors().find(|folder| folder.join(".git").exists())?;
    let path = folder.strip_prefix(root).ok()?.join(path.file_name()?);
    let parts: Option<Vec<_>> = path.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}

/// Reads the bytes of a regular file of bounded size.
pub(crate) fn read(path: &Path, trust: Trust) -> Result<Vec<u8>, ConfigError> {
    let name = || path.display().to_string();
    let refused = |refusal| match refusal {
        Unopened::NotRegular => ConfigError::NotRegular { path: name() },
        Unopened::TooLarge => ConfigError::TooLarge { path: name() },
        Unopened::Unreadable(source) if source.kind() == io::ErrorKind::NotFound => {
            ConfigError::Missing { path: name() }
        }
        Unopened::Unreadable(source) => ConfigError::Unreadable { path: name(), source },
    };
    let file = bounded_file::open(path).map_err(refused)?;
    if trust == Trust::Found && !stays_inside(path, &folder_of(path)) {
        return Err(ConfigError::Outside { path: name() });
    }
    bounded_file::read_all(file, LARGEST as u64).map_err(refused)
}
