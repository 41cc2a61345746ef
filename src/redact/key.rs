//! The key of pseudonyms: given, so that reports can be compared, or generated for one run. It is never shown.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use ring::hmac;
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::bounded_file::{self, Unopened};
use crate::confidential::loose_permissions;
use crate::hint::Hint;

/// The fewest bytes of a key, so that a reader of a report cannot try all keys.
const SHORTEST: usize = 16;
/// The most bytes of a key, or of the file it is in.
const LONGEST: usize = 4096;
/// The bytes of the digest in a pseudonym: enough for no two people of a workspace to share one.
const SHOWN: usize = 6;

/// A key of pseudonyms. It has no `Display`, and `Debug` hides it.
#[derive(Clone)]
pub(crate) struct Key(hmac::Key);

/// Why a key cannot be used. No variant holds any part of the key.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    #[error("the redaction key has fewer than {SHORTEST} bytes")]
    TooShort,
    #[error("the redaction key is longer than {LONGEST} bytes")]
    TooLong,
    #[error("{} is not a regular file", .0.display())]
    NotAFile(PathBuf),
    #[error("the redaction key could not be read from {}: {source}", .path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
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
    /// Creates a key from trimmed bytes.
    ///
    /// # Errors
    /// If it is too short or too long.
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
    /// If the file cannot be read, or has no usable key.
    pub(crate) fn from_file(path: &Path) -> Result<(Self, Option<String>), KeyError> {
        let refused = |refusal| match refusal {
            Unopened::NotRegular => KeyError::NotAFile(path.to_owned()),
            Unopened::TooLarge => KeyError::TooLong,
            Unopened::Unreadable(source) => KeyError::Unreadable { path: path.to_owned(), source },
        };
        let file = bounded_file::open(path).map_err(refused)?;
        let metadata = file.metadata().map_err(|error| refused(error.into()))?;
        let bytes = bounded_file::read_all(file, LONGEST as u64).map_err(refused)?;
        Ok((Self::new(&bytes)?, loose_permissions("the redaction key", path, &metadata)))
    }

    /// Generates a key for one run.
    ///
    /// # Errors
    /// If the system provides no random numbers.
    pub(crate) fn random() -> Result<Self, KeyError> {
        let mut secret = [0; 32];
        SystemRandom::new().fill(&mut secret).map_err(|_| KeyError::NoRandomness)?;
        Self::new(&data_encoding::HEXLOWER.encode(&secret).into_bytes())
    }

    /// The keyed digest of a text and its kind, so that a name is never confused with an id.
    pub(super) fn digest(&self, of: &str, text: &str) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(of.as_bytes());
        context.update(&[0]);
        context.update(text.as_bytes());
        let mut digest = [0; 32];
        digest.copy_from_slice(context.sign().as_ref());
        digest
    }

    /// The first bytes of the digest in hexadecimal digits.
    pub(super) fn digits(&self, of: &str, text: &str) -> String {
        hexadecimal(&self.digest(of, text)[..SHOWN])
    }

    /// Identifies the key without revealing it.
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
