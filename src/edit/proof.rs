//! The digest of a file that proves what somebody saw.

use std::io::{self, Read as _};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::{bounded_file, digest};

/// The largest file that is read, in bytes: a long screen recording.
const LARGEST: u64 = 4 << 30;

/// The SHA-256 of a file's bytes, in lower-case hexadecimal digits.
///
/// # Errors
/// When it is not a regular file, is larger than four gibibytes, or cannot be read.
pub(crate) fn digest_of(path: &Path) -> io::Result<String> {
    let mut file = bounded_file::open(path)?.take(LARGEST + 1);
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
    Ok(digest::digits(hash))
}
