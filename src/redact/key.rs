//! The key of pseudonyms: given, so that reports can be compared, or drawn for one run. Shown never.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use ring::hmac;
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::api::token::loose_permissions;
use crate::bounded_file::{self, Unopened};
use crate::hint::Hint;

/// The fewest bytes of a key: with less, a reader of a report could try all keys.
const SHORTEST: usize = 16;
/// The most bytes of a key, or of the file it is in.
const LONGEST: usize = 4096;
/// How many bytes of the digest a pseudonym shows: enough that no two of a workspace's people share one.
const SHOWN: usize = 6;

/// A key of pseudonyms. It has no `Display`, and `Debug` hides it.
#[derive(Clone)]
pub(crate) struct Key(hmac::Key);

/// Why there is no usable key. No variant holds the key or a part of it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    /// It could be guessed.
    #[error("the redaction key has fewer than {SHORTEST} bytes")]
    TooShort,
    /// It is longer than any key has to be.
    #[error("the redaction key is longer than {LONGEST} bytes")]
    TooLong,
    /// The file is a directory, a device or a pipe.
    #[error("{} is not a regular file", .0.display())]
    NotAFile(PathBuf),
    /// The file could not be read.
    #[error("the redaction key could not be read from {}: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The system has no random numbers.
    #[error("the system provides no random numbers for a redaction key")]
    NoRandomness,
}

impl Hint for KeyError {
    fn hint(&self) -> Option<Cow<'static, str>> {
        Some(
            match self {
                Self::TooShort => {
                    "generate a key, for example with `openssl rand -hex 32`, and keep it secret"
                }
                Self::TooLong => "give the key alone, not another file",
                Self::NotAFile(_) => "give the path of a regular file",
                Self::Unreadable { .. } => "check that the file exists and that you may read it",
                Self::NoRandomness => "set INTERCOM_HARDEN_REDACT_KEY, or use --redact-key-file PATH",
            }
            .into(),
        )
    }
}

impl Key {
    /// Takes a key; white space around it is dropped.
    ///
    /// # Errors
    /// When it is too short to be a secret, or too long to be a key.
    pub(crate) fn new(secret: &[u8]) -> Result<Self, KeyError> {
        match secret.trim_ascii() {
            secret if secret.len() < SHORTEST => Err(KeyError::TooShort),
            secret if secret.len() > LONGEST => Err(KeyError::TooLong),
            secret => Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, secret))),
        }
    }

    /// Reads a key from a regular file. The second value warns if other users may read the file.
    ///
    /// # Errors
    /// When the file cannot be read, or holds no usable key.
    pub(crate) fn from_file(path: &Path) -> Result<(Self, Option<String>), KeyError> {
        let refused = |refusal| match refusal {
            Unopened::NotRegular => KeyError::NotAFile(path.to_owned()),
            Unopened::TooLarge => KeyError::TooLong,
            Unopened::Unreadable(source) => KeyError::Unreadable { path: path.to_owned(), source },
        };
        let file = bounded_file::open(path).map_err(refused)?;
        let metadata = file.metadata().map_err(|error| refused(error.into()))?;
        let bytes = bounded_file::read_all(file, LONGEST as u64).map_err(refused)?;
        Ok((Self::new(&bytes)?, loose_permissions("redaction key", path, &metadata)))
    }

    /// Draws a key for one run.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub(crate) fn random() -> Result<Self, KeyError> {
        let mut secret = [0; 32];
        SystemRandom::new().fill(&mut secret).map_err(|_| KeyError::NoRandomness)?;
        Self::new(&data_encoding::HEXLOWER.encode(&secret).into_bytes())
    }

    /// The keyed digest of a text. What it stands for is digested too: a name is never confused with an id.
    pub(super) fn digest(&self, of: &str, text: &str) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(of.as_bytes());
        context.update(&[0]);
        context.update(text.as_bytes());
        let mut digest = [0; 32];
        digest.copy_from_slice(context.sign().as_ref());
        digest
    }

    /// The digest's first bytes in hexadecimal digits.
    pub(super) fn digits(&self, of: &str, text: &str) -> String {
        hexadecimal(&self.digest(of, text)[..SHOWN])
    }

    /// Tells keys apart without giving any away.
    pub(super) fn name(&self) -> String {
        self.digits("key", "")
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

/// Bytes in hexadecimal digits.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut digits, byte| {
        // Writing to a string never fails.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

/// Whether the text is a prefix and the digits of a pseudonym.
pub(super) fn is_pseudonym(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|digits| {
        digits.len() == 2 * SHOWN && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"0123456789abcdef";

    #[test]
    fn short_and_long_keys_are_refused_without_showing_them() {
        for odd in [&b""[..], b"   \n", b"0123456789abcde", &[b'k'; LONGEST + 1]] {
            let error = Key::new(odd).unwrap_err();
            assert!(!format!("{error}{error:?}{:?}", error.hint()).contains("0123"), "{error}");
        }
        assert!(!format!("{:?}", Key::new(SECRET).unwrap()).contains("0123"));
    }

    #[test]
    fn space_around_a_key_does_not_count_and_what_it_is_for_does() {
        let (one, other) = (Key::new(SECRET).unwrap(), Key::new(b" 0123456789abcdef\r\n").unwrap());
        assert_eq!(one.digits("name", "x"), other.digits("name", "x"));
        assert_ne!(one.digits("name", "x"), one.digits("id", "x"));
        assert_ne!(Key::random().unwrap().name(), Key::random().unwrap().name());
        assert!(is_pseudonym(&format!("id-{}", one.digits("id", "x")), "id-"));
        assert!(!is_pseudonym("id-3F2A91C4D07E", "id-"));
    }

    #[test]
    fn files_are_checked() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(Key::from_file(folder.path()), Err(KeyError::NotAFile(_))));
        let path = folder.path().join("key");
        assert!(matches!(Key::from_file(&path), Err(KeyError::Unreadable { .. })));
        std::fs::write(&path, [b'k'; LONGEST + 1]).unwrap();
        assert!(matches!(Key::from_file(&path), Err(KeyError::TooLong)));
        std::fs::write(&path, SECRET).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
            assert!(Key::from_file(&path).unwrap().1.unwrap().contains("644"));
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        }
        let (key, warning) = Key::from_file(&path).unwrap();
        assert_eq!((key.name(), warning), (Key::new(SECRET).unwrap().name(), None));
    }
}
