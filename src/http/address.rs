//! The address of a receiver: https, or http to this machine. It lets its reader send there, so it is never shown.

use std::borrow::Cow;
use std::fmt;

use url::Url;
use zeroize::Zeroizing;

use crate::api::origin::is_this_machine;
use crate::api::proxy::{Proxy, ProxyError};
use crate::confidential::{ConfidentialError, Lookup, Place};
use crate::hint::Hint;
use crate::secret::Secret;
use crate::text;

/// The fewest bytes of a part of an address that is hidden where it stands alone.
const SHORTEST_PART: usize = 8;
/// How many columns of what a receiver says are repeated.
const QUOTE_COLUMNS: usize = 120;

/// A checked address. Neither `Debug` nor any error shows it.
#[derive(Clone)]
pub(crate) struct Address {
    text: Zeroizing<String>,
    is_loopback: bool,
    is_encrypted: bool,
    /// The address and its parts, to keep them out of what a receiver says.
    parts: Vec<Secret>,
}

/// Why an address cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AddressError {
    #[error(transparent)]
    Unread(#[from] ConfidentialError),
    #[error("{what}, from {place}, is not an address that begins with https://")]
    Malformed { what: String, place: Place },
    #[error("{what}, from {place}, is not encrypted")]
    Insecure { what: String, place: Place },
    #[error(transparent)]
    Proxy(#[from] ProxyError),
}

impl Hint for AddressError {
    fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::Unread(error) => error.hint(),
            Self::Malformed { .. } => Some("copy the whole address, with https:// in front".into()),
            Self::Insecure { .. } => {
                Some("use https; http is for localhost and loopback addresses only".into())
            }
            Self::Proxy(error) => error.hint(),
        }
    }
}

impl Address {
    /// Reads an address. The second value warns when other users may read its file too.
    ///
    /// # Errors
    /// When there is none, it would be spoken to unencrypted, or the proxy in between is not understood.
    pub(crate) fn read(
        what: &str,
        place: &Place,
        lookup: Lookup<'_>,
    ) -> Result<(Self, Option<String>), AddressError> {
        let (text, warning) = place.read(what, lookup)?;
        let (what, place) = (|| what.to_owned(), || place.clone());
        let url = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let url = url.ok_or_else(|| AddressError::Malformed { what: what(), place: place() })?;
        let address = Self::of(&url);
        if !address.is_encrypted && !address.is_loopback {
            return Err(AddressError::Insecure { what: what(), place: place() });
        }
        Proxy::towards(&url.origin().ascii_serialization(), address.is_loopback, lookup)?;
        Ok((address, warning))
    }

    fn of(url: &Url) -> Self {
        let path =
            url.path().split('/').chain(url.query().into_iter().flat_map(|query| query.split(['&', '='])));
        let host = url.host_str().unwrap_or_default();
        let whole = [url.as_str(), host, url.username(), url.password().unwrap_or_default(), url.path()];
        let parts = whole.into_iter().chain(path).filter(|part| part.len() >= SHORTEST_PART);
        Self {
            text: Zeroizing::new(url.to_string()),
            is_loopback: url.host().is_some_and(|host| is_this_machine(&host)),
            is_encrypted: url.scheme() == "https",
            parts: parts.map(Secret::new).collect(),
        }
    }

    /// The address of something below this one: `/fail`.
    pub(crate) fn below(&self, name: &str) -> Self {
        let Ok(mut url) = Url::parse(&self.text) else { return self.clone() };
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(name);
        }
        Self::of(&url)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is this machine; such requests never pass through a proxy.
    pub(super) const fn is_loopback(&self) -> bool {
        self.is_loopback
    }

    pub(super) const fn is_encrypted(&self) -> bool {
        self.is_encrypted
    }

    /// The beginning of what a receiver had a hand in, fit to be quoted: without the address or a part of it.
    pub(super) fn quoted(&self, said: &str) -> String {
        let said =
            self.parts.iter().fold(Cow::Borrowed(said), |said, part| part.hide(&said).into_owned().into());
        text::line(said.trim(), QUOTE_COLUMNS)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(***)")
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

    pub(super) fn read(value: &str) -> Result<Address, AddressError> {
        let lookup = |name: &str| (name == "HOOK").then(|| OsString::from(value));
        Address::read("the address of alert \"ops\"", &Place::Variable("HOOK".to_owned()), &lookup)
            .map(|(address, _)| address)
    }

    #[test]
    fn https_and_loopback_are_taken_and_never_shown() {
        for value in [
            "https://hooks.example.com/secret-path",
            "http://127.0.0.1:8080/x",
            "http://localhost",
            "http://[::1]:1/",
        ] {
            let address = read(value).unwrap();
            assert_eq!(format!("{address:?}"), "Address(***)", "{value}");
        }
        for value in ["http://hooks.example.com/secret-path", "http://localhost.evil.example/secret-path"] {
            let error = read(value).unwrap_err();
            assert_eq!(error.to_string(), "the address of alert \"ops\", from HOOK, is not encrypted");
        }
        for value in
            ["hooks.example.com/secret-path", "ftp://secret.example/", "https://", "file:///secret", "secret"]
        {
            let error = read(value).unwrap_err();
            assert!(matches!(error, AddressError::Malformed { .. }), "{value}");
            assert!(!format!("{error}{error:?}{:?}", error.hint()).contains("secret"), "{value}");
        }
    }

    #[test]
    fn a_proxy_that_is_not_understood_is_not_passed_by() {
        let lookup = |name: &str| match name {
            "HOOK" => Some(OsString::from("https://hooks.example.com/a")),
            "HTTPS_PROXY" => Some(OsString::from("socks5://127.0.0.1:1")),
            _ => None,
        };
        let read = Address::read("the address", &Place::Variable("HOOK".to_owned()), &lookup);
        assert!(matches!(read, Err(AddressError::Proxy(_))));
    }

    #[test]
    fn a_name_below_keeps_the_query() {
        let below = |value: &str| read(value).unwrap().below("fail").as_str().to_owned();
        assert_eq!(below("https://hc.example/uuid"), "https://hc.example/uuid/fail");
        assert_eq!(below("https://hc.example/uuid/?a=b"), "https://hc.example/uuid/fail?a=b");
        assert_eq!(below("https://hc.example"), "https://hc.example/fail");
    }

    #[test]
    fn what_a_receiver_says_has_no_part_of_the_address() {
        let address = read(
            "https://me:hunter2hunter2@hooks.example.com/services/T0000000/B11111111/XyZ12345?key=abcdefgh",
        )
        .unwrap();
        let said = address.quoted(
            "Cannot POST /services/T0000000/B11111111/XyZ12345 on hooks.example.com, abcdefgh hunter2hunter2\x1b[2J",
        );
        for part in ["T0000000", "B11111111", "XyZ12345", "abcdefgh", "hunter2", "example", "\x1b"] {
            assert!(!said.contains(part), "{said}");
        }
        assert!(said.starts_with("Cannot POST"), "{said}");
        assert_eq!(address.quoted("invalid_blocks\n"), "invalid_blocks");
    }
}
