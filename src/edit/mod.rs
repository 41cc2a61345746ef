//! Editing `intercom-harden.toml`: entries are added to the text that is there, whole or not at all.
//!
//! A [`Target`] is the file. Under its lock it is read again, has to be valid, gets the [`Entry`] spliced in, has
//! to be valid still, and is replaced. Every byte that was there stays where it was.

use std::fs;
use std::path::{Path, PathBuf};

use crate::config::{Config, ConfigError, FILE_NAME, Trust, folder_of, read};

mod entry;
mod error;
mod place;
mod proof;
mod splice;
pub(crate) mod starter;
#[cfg(test)]
mod tests;

pub(crate) use entry::{Entry, NewAttestation, NewWaiver};
pub(crate) use error::EditError;
pub(crate) use proof::digest_of;

use place::Place;

/// The configuration that is edited.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    path: PathBuf,
    trust: Trust,
}

impl Target {
    /// The configuration that was named, or the one in the working directory.
    pub(crate) fn new(named: Option<&Path>) -> Self {
        match named {
            Some(path) => Self { path: path.to_path_buf(), trust: Trust::Named },
            None => Self { path: PathBuf::from(FILE_NAME), trust: Trust::Found },
        }
    }

    /// The file, as it was given.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there is something at its path; a dangling link counts.
    pub(crate) fn exists(&self) -> bool {
        fs::symlink_metadata(&self.path).is_ok()
    }

    /// Reads and checks it; none where there is no such file yet.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub(crate) fn load(&self) -> Result<Option<Config>, EditError> {
        if self.exists() { Ok(Some(Config::load(&self.path, self.trust)?)) } else { Ok(None) }
    }

    /// Adds an entry, creating the file where there is none.
    ///
    /// # Errors
    /// When the file is not valid before or would not be after, or cannot be locked or written; it is then as it was.
    pub(crate) fn append(&self, entry: &Entry) -> Result<(), EditError> {
        let place = Place::of(&self.path)?;
        let _lock = place.lock()?;
        let old = if self.exists() { read(&self.path, self.trust)? } else { Vec::new() };
        Config::parse(&self.path, &old, self.trust)?;
        let new = splice::insert(&old, entry).ok_or_else(|| self.unfit(None))?;
        Config::parse(&self.path, new.as_bytes(), self.trust).map_err(|error| self.unfit(Some(error)))?;
        place.replace(new.as_bytes())
    }

    /// Writes a file that is not there yet.
    ///
    /// # Errors
    /// When there is something at its path already, or it cannot be written.
    pub(crate) fn create(&self, text: &str) -> Result<(), EditError> {
        if self.exists() {
            return Err(EditError::Exists { path: self.path.clone() });
        }
        Place::of(&self.path)?.create(text.as_bytes())
    }

    /// How the configuration names a file: relative to its own folder where it lies inside.
    ///
    /// # Errors
    /// When it cannot be found, or lies outside and the configuration was not named.
    pub(crate) fn name_of(&self, file: &Path) -> Result<String, EditError> {
        let unreadable = |source| EditError::Unreadable { path: file.to_path_buf(), source };
        let folder = folder_of(&self.path);
        let folder = folder.canonicalize().map_err(|source| EditError::Folder { folder, source })?;
        let full = file.canonicalize().map_err(unreadable)?;
        let name = match full.strip_prefix(&folder) {
            Ok(inside) => inside,
            Err(_) if self.trust == Trust::Found => {
                return Err(EditError::Outside { path: file.to_path_buf() });
            }
            Err(_) => full.as_path(),
        };
        let name = name.to_str().ok_or_else(|| EditError::Nameless { path: file.to_path_buf() })?;
        // A configuration may be shared between systems; all of them understand this separator.
        Ok(if cfg!(windows) { name.replace('\\', "/") } else { name.to_owned() })
    }

    fn unfit(&self, error: Option<ConfigError>) -> EditError {
        EditError::Unfit { path: self.path.clone(), source: error.map(Box::new) }
    }
}
