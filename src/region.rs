//! The regions of workspaces, and their addresses.

use std::borrow::Cow;

use clap::ValueEnum;
use strum::IntoStaticStr;
use url::Url;

use crate::hint::Hint;

/// The region of a workspace. Intercom's developer documentation lists the hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, ValueEnum, IntoStaticStr)]
#[strum(serialize_all = "lowercase", const_into_str)]
pub(crate) enum Region {
    /// United States, the default.
    #[default]
    Us,
    /// Europe.
    Eu,
    /// Australia.
    Au,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RegionError {
    #[error("{0:?} is not a region")]
    Unknown(String),
    #[error("{0:?} is not an Intercom sign-in address")]
    NotALogin(String),
}

impl Hint for RegionError {
    fn hint(&self) -> Option<Cow<'static, str>> {
        Some(match self {
            Self::Unknown(_) => "use one of us, eu, au".into(),
            Self::NotALogin(_) => format!(
                "expected {}, {} or {}",
                Region::Us.web_origin(),
                Region::Eu.web_origin(),
                Region::Au.web_origin()
            )
            .into(),
        })
    }
}

impl Region {
    /// The word in reports and in the API's answers: `US`.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Us => "US",
            Self::Eu => "EU",
            Self::Au => "AU",
        }
    }

    /// The scheme and host of the API.
    pub(crate) const fn api_origin(self) -> &'static str {
        match self {
            Self::Us => "https://api.intercom.io",
            Self::Eu => "https://api.eu.intercom.io",
            Self::Au => "https://api.au.intercom.io",
        }
    }

    /// The scheme and host of the web app.
    pub(crate) const fn web_origin(self) -> &'static str {
        match self {
            Self::Us => "https://app.intercom.com",
            Self::Eu => "https://app.eu.intercom.com",
            Self::Au => "https://app.au.intercom.com",
        }
    }

    /// The host of the web app.
    pub(crate) fn web_host(self) -> &'static str {
        self.web_origin().trim_start_matches("https://")
    }

    /// Reads `us`, `eu` or `au` in any letter case.
    pub(crate) fn parse(word: &str) -> Result<Self, RegionError> {
        let word = word.trim();
        Self::from_str(word, true).map_err(|_| RegionError::Unknown(shorten(word)))
    }

    /// The region of a sign-in address, with or without a scheme.
    pub(crate) fn from_login_url(address: &str) -> Result<Self, RegionError> {
        let address = address.trim();
        let refused = || RegionError::NotALogin(shorten(address));
        let with_scheme =
            if address.contains("://") { address.to_owned() } else { format!("https://{address}") };
        let url = Url::parse(&with_scheme).map_err(|_| refused())?;
        let plain = url.scheme() == "https" && url.username().is_empty() && url.password().is_none();
        let host = url.host_str().filter(|_| plain && url.port().is_none()).ok_or_else(refused)?;
        let matches = |region: &Self| region.web_host() == host;
        Self::value_variants().iter().copied().find(matches).ok_or_else(refused)
    }
}

/// Limits the length of a quoted text.
fn shorten(text: &str) -> String {
    text.chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_in_any_case() {
        assert_eq!(Region::parse(" EU "), Ok(Region::Eu));
        assert_eq!(Region::parse("us"), Ok(Region::Us));
        assert!(Region::parse("uk").is_err());
        assert!(Region::parse("").is_err());
    }

    #[test]
    fn the_login_address_tells_the_region() {
        assert_eq!(Region::from_login_url("https://app.eu.intercom.com/a/apps/x"), Ok(Region::Eu));
        assert_eq!(Region::from_login_url("app.AU.intercom.com"), Ok(Region::Au));
        assert_eq!(Region::from_login_url("app.intercom.com/admins/sign_in"), Ok(Region::Us));
    }

    #[test]
    fn other_addresses_name_the_three() {
        let wrong = [
            "https://example.com",
            "https://api.intercom.io",
            "app.eu.intercom.com.evil.example",
            "https://app.intercom.com@evil.example",
            "http://app.intercom.com",
            "app.intercom.com:8443",
            "",
            "::",
        ];
        for address in wrong {
            let error = Region::from_login_url(address).unwrap_err();
            let hint = error.hint().unwrap();
            assert!(
                Region::value_variants().iter().all(|region| hint.contains(region.web_origin())),
                "{address}"
            );
        }
    }
}
