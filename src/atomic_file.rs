//! Files that are written completely or not at all: written under another name, then renamed.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

/// The prefix of unfinished files, which stay behind if the machine stops.
pub(crate) const PREFIX: &str = ".intercom-harden-";

/// Who may read a new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    /// The owner only, even if the replaced file has more readers.
    Owner,
    /// The readers of the replaced file; for a new file, those that the umask allows.
    AsUsual,
}

/// An unfinished file. If it is dropped before [`finish`](Self::finish), nothing remains.
#[derive(Debug)]
pub(crate) struct WholeFile {
    place: PathBuf,
    file: NamedTempFile,
}

impl WholeFile {
    /// Starts a file that will replace `path`.
    ///
    /// # Errors
    /// When `path` cannot be a file, or its folder is missing or cannot be written to.
    pub(crate) fn create(path: &Path, readers: Readers) -> io::Result<Self> {
        let (place, replaced) = place_of(path)?;
        let folder = place.parent().unwrap_or(Path::new("."));
        let mut builder = Builder::new();
        builder.prefix(PREFIX);
        let file = match (readers, replaced) {
            // Temporary files are readable for their owner only, by default.
            (Readers::Owner, _) => builder.tempfile_in(folder)?,
            (Readers::AsUsual, Some(old)) => {
                let file = builder.tempfile_in(folder)?;
                own_alike(file.as_file(), &old);
                file.as_file().set_permissions(old.permissions())?;
                file
            }
            (Readers::AsUsual, None) => as_usual(&mut builder).tempfile_in(folder)?,
        };
        Ok(Self { place, file })
    }

    /// The final path with links resolved, so that two paths to one file are equal.
    pub(crate) fn place(&self) -> &Path {
        &self.place
    }

    /// Flushes the file to the disk and renames it to its final path.
    ///
    /// # Errors
    /// If the disk is full or fails, or the folder is no longer writable.
    pub(crate) fn finish(self) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        self.file.persist(&self.place)?;
        sync_folder(&self.place);
        Ok(())
    }

    /// Like [`finish`](Self::finish), but never replaces a file.
    ///
    /// # Errors
    /// Like [`finish`](Self::finish), and if the file exists.
    pub(crate) fn finish_new(self) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        self.file.persist_noclobber(&self.place)?;
        sync_folder(&self.place);
        Ok(())
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for WholeFile {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.file.seek(position)
    }
}

/// Makes the rename survive a power failure, if the system can. The file is complete either way.
fn sync_folder(place: &Path) {
    if cfg!(unix)
        && let Some(Ok(folder)) = place.parent().map(File::open)
    {
        let _ = folder.sync_all();
    }
}

/// Keeps the owner of the replaced file, when an administrator replaces it.
#[cfg(unix)]
fn own_alike(file: &File, old: &Metadata) {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    // Only an administrator can change the owner.
    let _ = fchown(file, Some(old.uid()), Some(old.gid()));
}

#[cfg(not(unix))]
fn own_alike(_: &File, _: &Metadata) {}

/// Applies the umask to the permissions, as opening a file does.
#[cfg(unix)]
fn as_usual<'a, 'b>(builder: &'a mut Builder<'b, 'b>) -> &'a mut Builder<'b, 'b> {
    use std::os::unix::fs::PermissionsExt as _;
    builder.permissions(fs::Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn as_usual<'a, 'b>(builder: &'a mut Builder<'b, 'b>) -> &'a mut Builder<'b, 'b> {
    builder
}

/// The final path with links resolved, and the metadata of an existing file.
///
/// A device or a pipe is refused: moving a file over it would replace it for all its users.
fn place_of(path: &Path) -> io::Result<(PathBuf, Option<Metadata>)> {
    let invalid = |what| io::Error::new(io::ErrorKind::InvalidInput, what);
    if path == Path::new("-") {
        return Err(invalid("this option writes to a file, and - is none; a file of that name is ./-"));
    }
    let name = path.file_name().filter(|_| !ends_with_separator(path.as_os_str()));
    let name = name.ok_or_else(|| io::Error::from(io::ErrorKind::IsADirectory))?;
    match fs::metadata(path) {
        Ok(there) if there.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(there) if !there.is_file() => Err(invalid("it is not a regular file")),
        Ok(there) => Ok((fs::canonicalize(path)?, Some(there))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if fs::symlink_metadata(path).is_ok() {
                return Err(invalid("it is a link to a file that does not exist"));
            }
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            Ok((fs::canonicalize(folder.unwrap_or(Path::new(".")))?.join(name), None))
        }
        Err(error) => Err(error),
    }
}

fn ends_with_separator(path: &OsStr) -> bool {
    path.as_encoded_bytes().last().is_some_and(|byte| std::path::is_separator(char::from(*byte)))
}
