//! SHA-256 digests in files and reports.

use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::bounded_file;

/// The digest of these bytes: `sha256:` and its digits.
pub(crate) fn of(bytes: &[u8]) -> String {
    written(Sha256::new_with_prefix(bytes))
}

/// The largest file to read, in bytes: enough for a long screen recording.
const LARGEST: u64 = 4 << 30;

/// The digest of a file, as hexadecimal digits.
///
/// # Errors
/// If it is not a regular file, is larger than 4 GiB, or cannot be read.
pub(crate) fn of_file(path: &Path) -> io::Result<String> {
    Ok(digits(hash_of(&bounded_file::open(path)?)?))
}

/// The digest of an open file from its beginning on: `sha256:` and its digits.
///
/// # Errors
/// If it is larger than 4 GiB, or cannot be read.
pub(crate) fn of_open(mut file: &File) -> io::Result<String> {
    file.rewind()?;
    Ok(written(hash_of(file)?))
}

fn hash_of(file: &File) -> io::Result<Sha256> {
    let mut file = file.take(LARGEST + 1);
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = file.read(&mut buffer)?;
        let Some(bytes) = buffer.get(..count).filter(|bytes| !bytes.is_empty()) else { break };
        hash.update(bytes);
    }
    if file.limit() == 0 {
        return Err(io::Error::from(io::ErrorKind::FileTooLarge));
    }
    Ok(hash)
}

/// A digest in its written form: `sha256:` and its digits.
pub(crate) fn written(hash: Sha256) -> String {
    format!("sha256:{}", digits(hash))
}

/// The digits of a digest, in lower-case hexadecimal.
pub(crate) fn digits(hash: Sha256) -> String {
    data_encoding::HEXLOWER.encode(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_written_in_lower_case() {
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(of(b""), empty);
    }
}
