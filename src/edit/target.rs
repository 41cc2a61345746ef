//! The file that is edited. Under a lock it is read again, has to be valid, gets the [`Entry`] added, has to be valid
//! still, and is replaced. Every byte that was there stays where it was.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::entry::Entry;
use super::error::EditError;
use crate::atomic_file::{PREFIX, Readers, WholeFile};
use crate::config::{Config, FILE_NAME, Trust, folder_of, read};

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
    /// Everything that is wrong with it, and that it may not be written.
    pub(crate) fn load(&self) -> Result<Option<Config>, EditError> {
        if !self.exists() {
            return Ok(None);
        }
        let config = Config::load(&self.path, self.trust)?;
        self.writable()?;
        Ok(Some(config))
    }

    /// A file could be replaced that may not be written, and whose owner wants it to stay as it is.
    fn writable(&self) -> Result<(), EditError> {
        let readonly = || EditError::ReadOnly { path: self.path.clone() };
        let unwritable = |source| EditError::Unwritable { path: self.path.clone(), source };
        // An administrator may open every file.
        if fs::metadata(&self.path).map_err(unwritable)?.permissions().readonly() {
            return Err(readonly());
        }
        match OpenOptions::new().append(true).open(&self.path) {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(readonly()),
            Err(error) => Err(unwritable(error)),
        }
    }

    /// Adds entries, all or none of them, creating the file where there is none.
    ///
    /// # Errors
    /// When the file is not valid before or would not be after, or cannot be locked or written; it is then as it was.
    pub(crate) fn append(&self, entries: &[Entry]) -> Result<(), EditError> {
        let _lock = self.lock()?;
        let old = if self.exists() {
            self.writable()?;
            read(&self.path, self.trust)?
        } else {
            Vec::new()
        };
        Config::parse(&self.path, &old, self.trust)?;
        let mut new = String::from_utf8_lossy(&old).into_owned();
        for entry in entries {
            let inline = || EditError::Inline { path: self.path.clone(), key: entry.key };
            new = entry.added_to(&new).ok_or_else(inline)?;
        }
        let unfit = |source| EditError::Unfit { path: self.path.clone(), source: Box::new(source) };
        Config::parse(&self.path, new.as_bytes(), self.trust).map_err(unfit)?;
        self.write(&new, WholeFile::finish)
    }

    /// Writes a file that is not there yet.
    ///
    /// # Errors
    /// When there is something at its path already, or it cannot be written.
    pub(crate) fn create(&self, text: &str) -> Result<(), EditError> {
        if self.exists() {
            return Err(EditError::Exists { path: self.path.clone() });
        }
        self.folder()?;
        self.write(text, WholeFile::finish_new)
    }

    fn write(&self, text: &str, finish: fn(WholeFile) -> io::Result<()>) -> Result<(), EditError> {
        let write = || {
            let mut file = WholeFile::create(&self.path, Readers::AsUsual)?;
            file.write_all(text.as_bytes())?;
            finish(file)
        };
        write().map_err(|source: io::Error| match source.kind() {
            io::ErrorKind::AlreadyExists => EditError::Exists { path: self.path.clone() },
            _ => EditError::Unwritable { path: self.path.clone(), source },
        })
    }

    /// The folder that the file lies in, links followed. The file may be missing, its folder may not.
    fn folder(&self) -> Result<PathBuf, EditError> {
        if self.exists() {
            let unwritable = |source| EditError::Unwritable { path: self.path.clone(), source };
            return Ok(folder_of(&self.path.canonicalize().map_err(unwritable)?));
        }
        let folder = folder_of(&self.path);
        match folder.canonicalize() {
            Ok(found) if found.is_dir() => Ok(found),
            Ok(_) => Err(EditError::Folder { folder, source: io::ErrorKind::NotADirectory.into() }),
            Err(source) => Err(EditError::Folder { folder, source }),
        }
    }

    /// Waits for other edits of files in the folder. The lock ends with the value, however the program ends.
    ///
    /// The file itself cannot carry it: each edit puts another file in its place.
    fn lock(&self) -> Result<File, EditError> {
        let folder = self.folder()?;
        let path = if cfg!(unix) { folder } else { folder.join(format!("{PREFIX}lock")) };
        let open = || if cfg!(unix) { File::open(&path) } else { File::create(&path) };
        let locked = open().and_then(|lock| lock.lock().map(|()| lock));
        locked.map_err(|source| EditError::Lock { path, source })
    }

    /// How the configuration names a file: relative to its own folder where it lies inside.
    ///
    /// # Errors
    /// When it cannot be found, or lies outside and the configuration was not named.
    pub(crate) fn name_of(&self, file: &Path) -> Result<String, EditError> {
        let folder = folder_of(&self.path);
        let folder = folder.canonicalize().map_err(|source| EditError::Folder { folder, source })?;
        let unreadable = |source| EditError::Unreadable { path: file.to_path_buf(), source };
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
}
