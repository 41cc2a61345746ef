//! The one scheme, host and port that the token may be sent to.

use std::borrow::Cow;
use std::net::IpAddr;

use clap::ValueEnum as _;
use url::{Host, Url};

use crate::hint::Hint;
use crate::region::Region;

/// A checked base address of the API: https, or http to this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiOrigin {
    url: Url,
}

/// Why an address cannot be the API's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OriginError {
    #[error("the base URL is not an absolute address: {0}")]
    Malformed(String),
    #[error("the base URL would send the token unencrypted to {0}")]
    Insecure(String),
    #[error("the base URL's scheme is {0}; the API needs https")]
    Scheme(String),
    #[error("the base URL contains a user name or a password")]
    UserInfo,
    #[error("the base URL contains a query or a fragment")]
    Query,
    #[error("the base URL contains a path")]
    Path,
}

impl Hint for OriginError {
    fn hint(&self) -> Option<Cow<'static, str>> {
        Some(match self {
            Self::Malformed(_) | Self::Scheme(_) => {
                format!("write it like {}", Region::Us.api_origin()).into()
            }
            Self::Insecure(_) => "use https; http is for localhost and loopback addresses only".into(),
            Self::UserInfo => "remove them; the access token alone identifies a scan".into(),
            Self::Query | Self::Path => "give scheme, host and port only".into(),
        })
    }
}

impl ApiOrigin {
    /// The API of a region.
    pub(crate) fn of(region: Region) -> Self {
        match Self::parse(region.api_origin()) {
            Ok(origin) => origin,
            Err(error) => unreachable!("a built-in address is valid: {error}"),
        }
    }

    /// Checks an address.
    pub(crate) fn parse(address: &str) -> Result<Self, OriginError> {
        let url = Url::parse(address.trim()).map_err(|error| OriginError::Malformed(error.to_string()))?;
        let host = url.host().ok_or_else(|| OriginError::Malformed("it names no host".to_owned()))?;
        match url.scheme() {
            "https" => {}
            "http" if is_this_machine(&host) => {}
            "http" => return Err(OriginError::Insecure(host.to_string().chars().take(100).collect())),
            other => return Err(OriginError::Scheme(other.chars().take(20).collect())),
        }
        // The parser drops an empty user ("https://@host"), so the text itself is looked at as well.
        let authority = address.split_once("://").map_or("", |(_, rest)| rest);
        let authority = authority.split(['/', '?', '#']).next().unwrap_or("");
        if !url.username().is_empty() || url.password().is_some() || authority.contains('@') {
            return Err(OriginError::UserInfo);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(OriginError::Query);
        }
        if url.path() != "/" {
            return Err(OriginError::Path);
        }
        Ok(Self { url })
    }

    /// Whether it is this machine; such requests never pass through a proxy.
    pub(crate) fn is_loopback(&self) -> bool {
        self.url.host().is_some_and(|host| is_this_machine(&host))
    }

    /// Whether it is one of Intercom's own API hosts, on the usual port.
    pub(crate) fn is_intercom(&self) -> bool {
        Region::value_variants().iter().any(|region| self.as_str() == region.api_origin())
    }

    /// Whether the connection is encrypted.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Scheme, host and port, without a slash at the end.
    pub(crate) fn as_str(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    /// Whether another address has the same scheme, host and port.
    pub(crate) fn covers(&self, other: &Url) -> bool {
        self.url.origin() == other.origin()
    }

    /// The address of a path on this origin.
    pub(crate) fn join(&self, path: &str, query: &[(&str, String)]) -> Url {
        let mut url = self.url.clone();
        url.set_path(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }
}

/// Whether a host is this machine, by name or address.
pub(crate) fn is_this_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => IpAddr::V4(*address).is_loopback(),
        Host::Ipv6(address) => IpAddr::V6(*address).is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_and_loopback_are_taken() {
        for address in [
            "https://api.intercom.io",
            "https://api.eu.intercom.io/",
            "http://localhost:8080",
            "http://[::1]:1",
        ] {
            assert!(ApiOrigin::parse(address).is_ok(), "{address}");
        }
        let local = ApiOrigin::parse("http://127.0.0.1:9/").unwrap();
        assert!(local.is_loopback() && !local.is_intercom());
        assert_eq!(local.as_str(), "http://127.0.0.1:9");
        assert!(Region::value_variants().iter().all(|region| ApiOrigin::of(*region).is_intercom()));
        assert!(!ApiOrigin::parse("https://api.intercom.io:8443").unwrap().is_intercom());
    }

    #[test]
    fn everything_else_is_told_apart() {
        let error = |address: &str| ApiOrigin::parse(address).unwrap_err();
        assert!(matches!(error("http://api.intercom.io"), OriginError::Insecure(_)));
        assert!(matches!(error("http://localhost.evil.example"), OriginError::Insecure(_)));
        assert!(matches!(error("http://0.0.0.0"), OriginError::Insecure(_)));
        assert!(matches!(error("ftp://api.intercom.io"), OriginError::Scheme(_)));
        assert!(matches!(error("api.intercom.io"), OriginError::Malformed(_)));
        assert_eq!(error("https://me@api.intercom.io"), OriginError::UserInfo);
        assert_eq!(error("https://:pw@api.intercom.io"), OriginError::UserInfo);
        assert_eq!(error("https://api.intercom.io?a=b"), OriginError::Query);
        assert_eq!(error("https://api.intercom.io#a"), OriginError::Query);
        assert_eq!(error("https://api.intercom.io/v2"), OriginError::Path);
        assert!(error("https://a/b").hint().is_some());
    }

    #[test]
    fn paths_and_queries_stay_on_the_origin() {
        let origin = ApiOrigin::of(Region::Eu);
        let url = origin.join("/admins", &[("page", "2&x=1".to_owned())]);
        assert_eq!(url.as_str(), "https://api.eu.intercom.io/admins?page=2%26x%3D1");
        assert!(origin.covers(&url));
        assert!(!origin.covers(&Url::parse("https://evil.example/admins").unwrap()));
    }
}
