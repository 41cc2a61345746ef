//! The access token: read once, shown never.

use std::borrow::Cow;
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use reqwest::header::HeaderValue;
use zeroize::Zeroizing;

use crate::bounded_file::{self, Unopened};
use crate::confidential::loose_permissions;
use crate::hint::Hint;
use crate::secret::Secret;

/// The most a token, or the file it is in, may hold, in bytes.
pub(crate) const MAX_TOKEN_BYTES: usize = 4096;

/// An access token of an Intercom app. It has no `Display`, `Debug` hides it, and it is wiped when dropped.
#[derive(Clone)]
pub(crate) struct Token {
    text: Zeroizing<String>,
    secret: Secret,
}

/// Why there is no usable token. No variant holds the token or a part of it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenError {
    #[error("the access token is empty")]
    Empty,
    #[error("the access token spans several lines")]
    MultiLine,
    #[error("the access token contains spaces, control characters or characters outside ASCII")]
    NotVisibleAscii,
    #[error("the access token is longer than {MAX_TOKEN_BYTES} bytes")]
    TooLong,
    #[error("{} is not a regular file", .0.display())]
    NotAFile(PathBuf),
    #[error("the access token could not be read from {from}: {source}")]
    Unreadable { from: String, source: std::io::Error },
}

impl Hint for TokenError {
    fn hint(&self) -> Option<Cow<'static, str>> {
        Some(
            match self {
                Self::Empty => {
                    "copy the access token from the app's Authentication page in the Developer Hub"
                }
                Self::MultiLine => "put the token alone on one line",
                Self::NotVisibleAscii => {
                    "copy the token again: quotation marks or invisible characters came along"
                }
                Self::TooLong => "give the token alone; this is something else",
                Self::NotAFile(_) => "give the path of a plain file, or pass the token on standard input",
                Self::Unreadable { .. } => "check that the file exists and that you may read it",
            }
            .into(),
        )
    }
}

impl Token {
    /// Checks a token; white space around it is dropped.
    pub(crate) fn new(text: &str) -> Result<Self, TokenError> {
        let token = text.trim();
        if token.is_empty() {
            return Err(TokenError::Empty);
        }
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::TooLong);
        }
        if token.contains(['\n', '\r']) {
            return Err(TokenError::MultiLine);
        }
        if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TokenError::NotVisibleAscii);
        }
        Ok(Self { text: Zeroizing::new(token.to_owned()), secret: Secret::new(token) })
    }

    /// Reads a token from a regular file. The second value warns when other users may read the file too.
    pub(crate) fn from_file(path: &Path) -> Result<(Self, Option<String>), TokenError> {
        let unreadable = |source| TokenError::Unreadable { from: path.display().to_string(), source };
        let file = bounded_file::open(path).map_err(|refusal| match refusal {
            Unopened::NotRegular => TokenError::NotAFile(path.to_owned()),
            other => unreadable(other.into()),
        })?;
        let metadata = file.metadata().map_err(unreadable)?;
        let token = Self::read(file, &path.display().to_string())?;
        Ok((token, loose_permissions("the token", path, &metadata)))
    }

    /// Reads a token from a stream, such as standard input.
    pub(crate) fn from_reader(reader: impl Read) -> Result<Self, TokenError> {
        Self::read(reader, "standard input")
    }

    fn read(reader: impl Read, from: &str) -> Result<Self, TokenError> {
        // A buffer that grows would leave parts of the token behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_TOKEN_BYTES + 64));
        reader
            .take(MAX_TOKEN_BYTES as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(|source| TokenError::Unreadable { from: from.to_owned(), source })?;
        if bytes.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::TooLong);
        }
        Self::new(std::str::from_utf8(&bytes).map_err(|_| TokenError::NotVisibleAscii)?)
    }

    /// The text of a server, without the token: one may send back whatever it was sent.
    pub(super) fn hide(&self, text: &str) -> String {
        self.secret.hide(text).into_owned()
    }

    /// Strikes the token out of what a server sent, byte for byte, so that JSON stays JSON.
    pub(super) fn strike_out(&self, body: &mut [u8]) {
        self.secret.strike_out(body);
    }

    /// The value of the `Authorization` header, marked so that no log shows it, and wiped with its last copy.
    pub(super) fn header(&self) -> Result<HeaderValue, TokenError> {
        let text = Zeroizing::new([b"Bearer ", self.text.as_bytes()].concat());
        let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(text))
            .map_err(|_| TokenError::NotVisibleAscii)?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_around_is_dropped_and_debug_hides() {
        let token = Token::new(" \tdG9rOmFiYw==\n").unwrap();
        assert_eq!(*token.text, "dG9rOmFiYw==");
        assert_eq!(format!("{token:?}"), "Token(***)");
        let header = token.header().unwrap();
        assert!(header.is_sensitive());
        assert_eq!(header.as_bytes(), b"Bearer dG9rOmFiYw==");
        assert!(!format!("{header:?}").contains("dG9r"));
    }

    #[test]
    fn each_mistake_has_its_own_error_without_the_token() {
        let errors = [
            Token::new(" \n ").unwrap_err(),
            Token::new("secret\nsecret").unwrap_err(),
            Token::new("secr\u{e9}t").unwrap_err(),
            Token::new("secret secret").unwrap_err(),
            Token::new(&"secret".repeat(1000)).unwrap_err(),
            Token::from_reader(&b"\xffsecret"[..]).unwrap_err(),
        ];
        assert!(matches!(
            errors,
            [
                TokenError::Empty,
                TokenError::MultiLine,
                TokenError::NotVisibleAscii,
                TokenError::NotVisibleAscii,
                TokenError::TooLong,
                TokenError::NotVisibleAscii
            ]
        ));
        for error in errors {
            assert!(!format!("{error}{error:?}{:?}", error.hint()).contains("secr"));
        }
    }

    #[test]
    fn an_endless_stream_ends() {
        assert!(matches!(Token::from_reader(std::io::repeat(b'a')), Err(TokenError::TooLong)));
    }
}
