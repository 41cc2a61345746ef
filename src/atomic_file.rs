//! Files that appear whole or not at all: written beside their place, moved there in one step.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

/// What unfinished files are called, should the machine go down before they are removed.
pub(crate) const PREFIX: &str = ".intercom-harden-";

/// Who may read a new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Its owner alone, even if the file it replaces has more readers.
    Owner,
    /// The readers of the file it replaces; for a new file, those that the umask says.
    AsUsual,
}

/// A file in the making. Dropped before [`finish`](Self::finish), it leaves nothing behind.
#[derive(Debug)]
pub(crate) struct WholeFile {
    place: PathBuf,
    file: NamedTempFile,
}

impl WholeFile {
    /// Starts a file that will be at `path`.
    ///
    /// # Errors
    /// When `path` cannot be a file, or its folder is missing or cannot be written to.
    pub(crate) fn create(path: &Path, readers: Readers) -> io::Result<Self> {
        let (place, replaced) = place_of(path)?;
        let folder = place.parent().unwrap_or(Path::new("."));
        let mut builder = Builder::new();
        builder.prefix(PREFIX);
        let file = match (readers, replaced) {
            // Temporary files are for their owner unless told otherwise.
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

    /// Where it will be: links resolved, so that two spellings of one place are equal.
    pub(crate) fn place(&self) -> &Path {
        &self.place
    }

    /// Moves it to its place, once it is safely on the disk.
    ///
    /// # Errors
    /// When the disk is full or fails, or the place cannot be written to any more.
    pub(crate) fn finish(self) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        self.file.persist(&self.place)?;
        settle(&self.place);
        Ok(())
    }

    /// Moves it to its place, unless there is a file by now.
    ///
    /// # Errors
    /// As [`finish`](Self::finish), and when there is a file.
    pub(crate) fn finish_new(self) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        self.file.persist_noclobber(&self.place)?;
        settle(&self.place);
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

/// Makes the new name last through a power failure where the system can; the file is whole either way.
fn settle(place: &Path) {
    if cfg!(unix)
        && let Some(Ok(folder)) = place.parent().map(File::open)
    {
        let _ = folder.sync_all();
    }
}

/// An administrator who replaces a person's file does not take it away from them.
#[cfg(unix)]
fn own_alike(file: &File, old: &Metadata) {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    // Only an administrator may give files away, and only theirs would change hands.
    let _ = fchown(file, Some(old.uid()), Some(old.gid()));
}

#[cfg(not(unix))]
fn own_alike(_: &File, _: &Metadata) {}

/// Lets the umask decide who may read the file, as it does for files that are simply opened.
#[cfg(unix)]
fn as_usual<'a, 'b>(builder: &'a mut Builder<'b, 'b>) -> &'a mut Builder<'b, 'b> {
    use std::os::unix::fs::PermissionsExt as _;
    builder.permissions(fs::Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn as_usual<'a, 'b>(builder: &'a mut Builder<'b, 'b>) -> &'a mut Builder<'b, 'b> {
    builder
}

/// The place itself, and the file that is there.
///
/// A device or a pipe is refused: moving a file over it would replace it for everybody.
fn place_of(path: &Path) -> io::Result<(PathBuf, Option<Metadata>)> {
    let invalid = |what| io::Error::new(io::ErrorKind::InvalidInput, what);
    if path == Path::new("-") {
        return Err(invalid("this goes to a file; one that is called - is ./-"));
    }
    let name = path.file_name().filter(|_| !ends_with_separator(path.as_os_str()));
    let name = name.ok_or_else(|| io::Error::from(io::ErrorKind::IsADirectory))?;
    match fs::metadata(path) {
        Ok(there) if there.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(there) if !there.is_file() => Err(invalid("what is there is not a regular file")),
        Ok(there) => Ok((fs::canonicalize(path)?, Some(there))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if fs::symlink_metadata(path).is_ok() {
                return Err(invalid("what is there is a link to nowhere"));
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
