//! Files that are written completely or not at all: written under another name, then renamed.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File, Metadata, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::{Builder, NamedTempFile};

/// The prefix of unfinished files.
pub(crate) const PREFIX: &str = ".intercom-harden-";
/// How the names of unfinished files end, after [`RANDOM`] letters and digits.
const SUFFIX: &str = ".tmp";
const RANDOM: usize = 12;

/// The unfinished files of this process. As long as this is locked, no file begins and none becomes final.
static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

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
    listed: Listed,
}

/// An entry of [`UNFINISHED`], which ends with the value.
#[derive(Debug)]
struct Listed(PathBuf);

impl Drop for Listed {
    fn drop(&mut self) {
        unfinished().remove(&self.0);
    }
}

fn unfinished() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes every unfinished file. No other begins and none becomes final until the returned value is dropped.
#[must_use]
pub(crate) fn remove_unfinished() -> impl Sized {
    let unfinished = unfinished();
    for path in unfinished.iter() {
        // One that was moved to its final path meanwhile is no longer there.
        let _ = fs::remove_file(path);
    }
    unfinished
}

impl WholeFile {
    /// Starts a file that will replace `path`, and removes the unfinished files of killed runs beside it.
    ///
    /// # Errors
    /// When `path` cannot be a file, or its folder is missing or cannot be written to.
    pub(crate) fn create(path: &Path, readers: Readers) -> io::Result<Self> {
        let (place, replaced) = place_of(path)?;
        let folder = place.parent().unwrap_or(Path::new("."));
        remove_leftovers(folder);
        let mut builder = Builder::new();
        builder.prefix(PREFIX).suffix(SUFFIX).rand_bytes(RANDOM);
        if readers == Readers::AsUsual && replaced.is_none() {
            as_usual(&mut builder);
        }
        // Temporary files are readable for their owner only, by default.
        let (file, listed) = begin(&builder, folder)?;
        if let (Readers::AsUsual, Some(old)) = (readers, replaced) {
            own_alike(file.as_file(), &old);
            file.as_file().set_permissions(old.permissions())?;
        }
        Ok(Self { place, file, listed })
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
        self.publish(|file, place| file.persist(place).map(drop).map_err(io::Error::from))
    }

    /// Like [`finish`](Self::finish), but never replaces a file.
    ///
    /// # Errors
    /// Like [`finish`](Self::finish), and if the file exists.
    pub(crate) fn finish_new(self) -> io::Result<()> {
        self.publish(|file, place| file.persist_noclobber(place).map(drop).map_err(io::Error::from))
    }

    fn publish(self, persist: fn(NamedTempFile, &Path) -> io::Result<()>) -> io::Result<()> {
        let Self { place, file, listed } = self;
        file.as_file().sync_all()?;
        let done = {
            let _held = unfinished();
            persist(file, &place)
        };
        drop(listed);
        done?;
        sync_folder(&place);
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

/// Creates an unfinished file. Its lock shows other processes that this one lives.
fn begin(builder: &Builder<'_, '_>, folder: &Path) -> io::Result<(NamedTempFile, Listed)> {
    loop {
        let (file, listed) = {
            let mut unfinished = unfinished();
            let file = builder.tempfile_in(folder)?;
            unfinished.insert(file.path().to_path_buf());
            let listed = Listed(file.path().to_path_buf());
            (file, listed)
        };
        let locked = file.as_file().try_lock();
        // Another process may have taken it for a leftover before it was locked.
        if !matches!(locked, Err(TryLockError::WouldBlock)) && file.path().exists() {
            return Ok((file, listed));
        }
    }
}

/// Removes unfinished files that no living process holds the lock of. Where the disk has no locks they stay.
fn remove_leftovers(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if !is_unfinished(&entry.file_name()) || !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        let Ok(file) = File::open(entry.path()) else { continue };
        if file.try_lock().is_ok() {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether a file has the name of an unfinished one.
fn is_unfinished(name: &OsStr) -> bool {
    let random = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX));
    random.is_some_and(|random| random.len() == RANDOM && random.bytes().all(|b| b.is_ascii_alphanumeric()))
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
fn as_usual(builder: &mut Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt as _;
    builder.permissions(fs::Permissions::from_mode(0o666));
}

#[cfg(not(unix))]
fn as_usual(_: &mut Builder<'_, '_>) {}

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
