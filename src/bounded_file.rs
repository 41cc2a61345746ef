//! Reading files that a user names: regular files only, up to a limit, in UTF-8 or UTF-16.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// The bytes to examine for UTF-16 without a byte order mark.
pub(crate) const PROBE: usize = 64;

/// Why a file is not read.
#[derive(Debug)]
pub(crate) enum Unopened {
    /// A folder, a pipe or a device.
    NotRegular,
    TooLarge,
    Unreadable(io::Error),
}

impl From<io::Error> for Unopened {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error)
    }
}

impl From<Unopened> for io::Error {
    fn from(refusal: Unopened) -> Self {
        match refusal {
            Unopened::NotRegular => Self::other("not a regular file"),
            Unopened::TooLarge => Self::from(io::ErrorKind::FileTooLarge),
            Unopened::Unreadable(error) => error,
        }
    }
}

/// Opens a regular file.
///
/// # Errors
/// When it is something else, or cannot be opened.
pub(crate) fn open(path: &Path) -> Result<File, Unopened> {
    // Checked before opening, because opening a pipe waits for a writer.
    if !fs::metadata(path)?.is_file() {
        return Err(Unopened::NotRegular);
    }
    let file = File::open(path)?;
    // Checked again, because the file may have been replaced.
    if file.metadata()?.is_file() { Ok(file) } else { Err(Unopened::NotRegular) }
}

/// Reads all of a regular file.
///
/// # Errors
/// If it is not a regular file, cannot be read, or has more than `largest` bytes.
pub(crate) fn read(path: &Path, largest: u64) -> Result<Vec<u8>, Unopened> {
    read_all(open(path)?, largest)
}

/// Reads all of an open file.
///
/// # Errors
/// If it cannot be read, or has more than `largest` bytes.
pub(crate) fn read_all(source: impl Read, largest: u64) -> Result<Vec<u8>, Unopened> {
    let mut bytes = Vec::new();
    source.take(largest + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > largest { Err(Unopened::TooLarge) } else { Ok(bytes) }
}

/// The encoding of a text by its first bytes, and the length of its byte order mark.
pub(crate) fn encoding(bytes: &[u8]) -> (&'static Encoding, usize) {
    Encoding::for_bom(bytes).unwrap_or_else(|| (without_mark(bytes), 0))
}

/// The encoding of text that does not begin with a byte order mark. The beginning of a text in UTF-16 is ASCII with a
/// zero in every other byte.
fn without_mark(bytes: &[u8]) -> &'static Encoding {
    let probe = bytes.get(..PROBE.min(bytes.len() & !1)).unwrap_or_default();
    let zero = |pair: &[u8], at: usize| pair.get(at) == Some(&0);
    let mut pairs = probe.chunks_exact(2);
    if probe.len() < 4 {
        UTF_8
    } else if pairs.clone().all(|pair| !zero(pair, 0) && zero(pair, 1)) {
        UTF_16LE
    } else if pairs.all(|pair| zero(pair, 0) && !zero(pair, 1)) {
        UTF_16BE
    } else {
        UTF_8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regular_files_are_read_up_to_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "1234").unwrap();
        assert_eq!(read(&path, 4).unwrap(), b"1234");
        assert!(matches!(read(&path, 3), Err(Unopened::TooLarge)));
        assert!(matches!(read(folder.path(), 4), Err(Unopened::NotRegular)));
        assert!(matches!(read(&folder.path().join("absent"), 4), Err(Unopened::Unreadable(_))));
    }

    #[test]
    #[cfg(unix)]
    fn a_device_is_refused_without_being_read() {
        assert!(matches!(read(Path::new("/dev/zero"), u64::MAX - 1), Err(Unopened::NotRegular)));
    }
}
