//! Where a configuration really lies: locked against other edits, and replaced whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use super::EditError;
use crate::config::folder_of;

/// What temporary files start with, so that one a crash leaves behind explains itself.
const PREFIX: &str = ".intercom-harden-";

/// A file, its links followed, and the folder it lies in.
#[derive(Debug)]
pub(super) struct Place {
    file: PathBuf,
    folder: PathBuf,
}

impl Place {
    /// Follows the links of a path. The file may be missing, its folder may not.
    pub(super) fn of(path: &Path) -> Result<Self, EditError> {
        let given = folder_of(path);
        let (file, folder) = if fs::symlink_metadata(path).is_ok() {
            // A link stays a link: what is replaced is the file it leads to.
            let unwritable = |source| EditError::Unwritable { path: path.to_path_buf(), source };
            let file = path.canonicalize().map_err(unwritable)?;
            let folder = folder_of(&file);
            (file, folder)
        } else {
            let unusable = |source| EditError::Folder { folder: given.clone(), source };
            let folder = given.canonicalize().map_err(unusable)?;
            if !folder.is_dir() {
                return Err(unusable(io::Error::from(io::ErrorKind::NotADirectory)));
            }
            (folder.join(path.file_name().unwrap_or_default()), folder)
        };
        Ok(Self { file, folder })
    }

    /// Waits for other edits of files in the folder. The lock ends with the value, however the program ends.
    ///
    /// The file itself cannot carry it: each edit puts another file in its place.
    pub(super) fn lock(&self) -> Result<File, EditError> {
        let path = if cfg!(unix) { self.folder.clone() } else { self.folder.join(format!("{PREFIX}lock")) };
        let open = || if cfg!(unix) { File::open(&path) } else { File::create(&path) };
        let locked = open().and_then(|lock| lock.lock().map(|()| lock));
        locked.map_err(|source| EditError::Lock { path, source })
    }

    /// Puts a file with these bytes in place of the one that is there, with its permissions.
    pub(super) fn replace(&self, bytes: &[u8]) -> Result<(), EditError> {
        self.write(bytes)
            .and_then(|file| file.persist(&self.file).map_err(|error| error.error))
            .map_err(|source| EditError::Unwritable { path: self.file.clone(), source })?;
        self.settle();
        Ok(())
    }

    /// Puts a file with these bytes where there is none.
    pub(super) fn create(&self, bytes: &[u8]) -> Result<(), EditError> {
        let unwritable = |source: io::Error| match source.kind() {
            io::ErrorKind::AlreadyExists => EditError::Exists { path: self.file.clone() },
            _ => EditError::Unwritable { path: self.file.clone(), source },
        };
        let file = self.write(bytes).map_err(unwritable)?;
        file.persist_noclobber(&self.file).map_err(|error| unwritable(error.error))?;
        self.settle();
        Ok(())
    }

    fn write(&self, bytes: &[u8]) -> io::Result<NamedTempFile> {
        let mut builder = Builder::new();
        builder.prefix(PREFIX);
        let mut file = match fs::metadata(&self.file) {
            Ok(old) => {
                let file = builder.tempfile_in(&self.folder)?;
                own_alike(file.as_file(), &old);
                file.as_file().set_permissions(old.permissions())?;
                file
            }
            Err(_) => shared(&mut builder).tempfile_in(&self.folder)?,
        };
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        Ok(file)
    }

    /// Makes the new name last through a power failure where the system can; the file is whole either way.
    fn settle(&self) {
        if cfg!(unix)
            && let Ok(folder) = File::open(&self.folder)
        {
            let _ = folder.sync_all();
        }
    }
}

/// A new configuration is an ordinary file: the user's mask decides who may read it.
#[cfg(unix)]
fn shared<'a, 'b>(builder: &'a mut Builder<'b, 'b>) -> &'a mut Builder<'b, 'b> {
    use std::os::unix::fs::PermissionsExt as _;
    builder.permissions(fs::Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn shared<'a, 'b>(builder: &'a mut Builder<'b, 'b>) -> &'a mut Builder<'b, 'b> {
    builder
}

/// An administrator who edits somebody's file does not take it away from them.
#[cfg(unix)]
fn own_alike(file: &File, old: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    // Others may not give files away, and need not: theirs is the owner already.
    let _ = fchown(file, Some(old.uid()), Some(old.gid()));
}

#[cfg(not(unix))]
fn own_alike(_: &File, _: &fs::Metadata) {}
