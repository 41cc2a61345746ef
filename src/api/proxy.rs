//! The proxy that requests go through: which one, by the environment, and what it wants where it lets none through.

use std::borrow::Cow;
use std::ffi::OsString;
use std::time::Duration;

use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

use crate::casefold::{ascii_lower, same_name};
use crate::hint::Hint;

/// How long a proxy may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest head of an answer that is read, in bytes.
const LONGEST_HEAD: usize = 8192;

/// A proxy: where it is, and which variable names it. User name and password are never kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Proxy {
    /// Scheme, host and port.
    pub address: String,
    /// The environment variable.
    pub variable: &'static str,
    /// Whether the variable has a user name and password too.
    pub signs_in: bool,
}

/// A variable that leads to no proxy. A request must not go past the proxy that it should take.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ProxyError {
    #[error("{variable} is not the address of a proxy")]
    NoAddress { variable: &'static str },
    #[error("{variable} names a proxy of type {scheme}, which is not supported")]
    OtherScheme { variable: &'static str, scheme: String },
}

impl Hint for ProxyError {
    fn hint(&self) -> Option<Cow<'static, str>> {
        Some(Cow::Borrowed(match self {
            Self::NoAddress { .. } => {
                "write it as http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, with %40 for @ in a password"
            }
            Self::OtherScheme { .. } => "name a proxy that begins with http:// or https://",
        }))
    }
}

/// The variables that name the proxy of encrypted connections, in both cases, the first that is set counts.
const VARIABLES: [[&str; 2]; 2] = [["HTTPS_PROXY", "https_proxy"], ["ALL_PROXY", "all_proxy"]];

impl Proxy {
    /// The proxy on the way to `origin`, by the variables that `lookup` knows and by the rules of the library that sends
    /// the requests. None to this machine, which is always asked directly, nor where `NO_PROXY` names the host.
    ///
    /// # Errors
    /// When the variable that counts is not understood.
    pub(crate) fn towards(
        origin: &str,
        is_loopback: bool,
        lookup: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Option<Self>, ProxyError> {
        let set = |names: [&'static str; 2]| names.into_iter().find_map(|name| Some((name, lookup(name)?)));
        let spared = set(["NO_PROXY", "no_proxy"]).and_then(|(_, list)| list.into_string().ok());
        let spared = spared.unwrap_or_default();
        if is_loopback || intercept(origin, "http://proxy", &spared).is_none() {
            return Ok(None);
        }
        for (variable, value) in VARIABLES.into_iter().filter_map(set) {
            if value.is_empty() {
                continue;
            }
            let value = value.to_str().unwrap_or_default();
            let Some(proxy) = intercept(origin, value, "") else {
                let scheme = value.split_once("://").map(|(scheme, _)| ascii_lower(scheme));
                let is_other = |scheme: &String| {
                    let is_word =
                        scheme.len() <= 8 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric());
                    is_word && !matches!(&**scheme, "http" | "https")
                };
                return Err(match scheme.filter(is_other) {
                    Some(scheme) => ProxyError::OtherScheme { variable, scheme },
                    None => ProxyError::NoAddress { variable },
                });
            };
            let scheme = proxy.uri().scheme_str().unwrap_or_default().to_owned();
            if !matches!(&*scheme, "http" | "https") {
                return Err(ProxyError::OtherScheme { variable, scheme });
            }
            let address = proxy.uri().to_string().trim_end_matches('/').to_owned();
            return Ok(Some(Self { address, variable, signs_in: proxy.basic_auth().is_some() }));
        }
        Ok(None)
    }

    /// The proxy in a sentence.
    pub(crate) fn describe(&self) -> String {
        format!("{} ({})", self.address, self.variable)
    }

    /// What to do about a proxy that wants this.
    pub(super) fn sign_in(&self, wants: &str) -> String {
        let Self { address, variable, signs_in } = self;
        if !wants.is_empty() && !ascii_lower(wants).contains("basic") {
            "only Basic authentication can be used: run a local proxy that signs in for you, or list the host in NO_PROXY"
                .to_owned()
        } else if *signs_in {
            format!("correct the user name and password in {variable}, with %40 for @ and %3A for :")
        } else {
            let (scheme, place) = address.split_once("://").unwrap_or(("http", address));
            format!("put them into the variable: {variable}={scheme}://USER:PASSWORD@{place}")
        }
    }

    /// What a proxy wants that answers 407, by its own words: the values of `Proxy-Authenticate`. Empty where it cannot
    /// be found out. The library that sends the requests does not say; it is asked once more, with no credentials at all.
    pub(super) async fn challenge(&self, origin: &str) -> String {
        tokio::time::timeout(PATIENCE, self.ask(origin)).await.ok().flatten().unwrap_or_default()
    }

    async fn ask(&self, origin: &str) -> Option<String> {
        let (proxy, target) = (Url::parse(&self.address).ok()?, Url::parse(origin).ok()?);
        if proxy.scheme() != "http" {
            return None;
        }
        let place = |url: &Url| Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?));
        let (proxy, target) = (place(&proxy)?, place(&target)?);
        let mut stream = TcpStream::connect(proxy).await.ok()?;
        let request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n");
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut head = Vec::new();
        while head.len() < LONGEST_HEAD && memchr::memmem::find(&head, b"\r\n\r\n").is_none() {
            if stream.read_buf(&mut head).await.ok()? == 0 {
                break;
            }
        }
        let head = String::from_utf8_lossy(&head);
        let headers = head.lines().skip(1).take_while(|line| !line.is_empty());
        let wanted = headers.filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            same_name(name, "Proxy-Authenticate").then(|| value.trim())
        });
        Some(wanted.collect::<Vec<_>>().join(", "))
    }
}

/// The proxy that a value leads to; none where it is no address, or the host is spared.
fn intercept(origin: &str, proxy: &str, spared: &str) -> Option<Intercept> {
    Matcher::builder().all(proxy).no(spared).build().intercept(&origin.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "https://api.eu.intercom.io";

    fn towards(variables: &[(&str, &str)]) -> Result<Option<String>, ProxyError> {
        let lookup =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into());
        Proxy::towards(ORIGIN, false, lookup).map(|proxy| proxy.map(|proxy| proxy.describe()))
    }

    #[test]
    fn the_first_variable_counts_and_credentials_are_dropped() {
        let both =
            [("ALL_PROXY", "socks5://other:1"), ("HTTPS_PROXY", "http://me:secret@proxy.example:3128/x")];
        assert_eq!(towards(&both).unwrap().unwrap(), "http://proxy.example:3128 (HTTPS_PROXY)");
        assert_eq!(towards(&[("https_proxy", ""), ("all_proxy", "")]), Ok(None));
        assert_eq!(
            towards(&[("HTTPS_PROXY", ""), ("all_proxy", "proxy:8080")]).unwrap().unwrap(),
            "http://proxy:8080 (all_proxy)"
        );
    }

    #[test]
    fn what_is_not_understood_is_an_error_without_the_credentials() {
        for value in
            ["http://me:secret@", "http://me:sec ret@proxy:1", " http://proxy:1", "http://[secret", "/"]
        {
            assert_eq!(
                towards(&[("https_proxy", value)]),
                Err(ProxyError::NoAddress { variable: "https_proxy" }),
                "{value}"
            );
        }
        for (value, scheme) in [("socks5://me:secret@proxy:1", "socks5"), ("FTP://proxy", "ftp")] {
            let other = ProxyError::OtherScheme { variable: "ALL_PROXY", scheme: scheme.to_owned() };
            assert_eq!(towards(&[("ALL_PROXY", value)]), Err(other));
        }
    }

    #[test]
    fn no_proxy_spares_hosts_and_domains() {
        for list in ["*", "api.eu.intercom.io", "example.com, .intercom.io", "INTERCOM.io"] {
            for proxy in ["p:1", "http://["] {
                assert_eq!(towards(&[("https_proxy", proxy), ("NO_PROXY", list)]), Ok(None), "{list}");
            }
        }
        for list in ["", "com.io", "tercom.io", "api.intercom.io"] {
            assert!(towards(&[("https_proxy", "p:1"), ("NO_PROXY", list)]).unwrap().is_some(), "{list}");
        }
    }

    #[test]
    fn this_machine_is_asked_directly() {
        let set = |_: &str| Some("http://[".into());
        assert_eq!(Proxy::towards("http://127.0.0.1:1", true, set), Ok(None));
    }
}
