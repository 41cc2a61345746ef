//! Digests as files and reports carry them.

use sha2::{Digest as _, Sha256};

/// The digest of these bytes: `sha256:` and its digits.
pub(crate) fn of(bytes: &[u8]) -> String {
    written(Sha256::new_with_prefix(bytes))
}

/// A digest as it is written: `sha256:` and its digits.
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
