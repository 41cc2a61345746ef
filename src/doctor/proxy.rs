//! The proxy that requests go through, as far as the environment tells.

use crate::casefold::ascii_lower;
use url::Url;

/// A proxy: where it is, and which variable names it. User name and password are never kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Proxy {
    /// Scheme, host and port; none where the value is no address.
    pub address: Option<String>,
    /// The environment variable.
    pub variable: &'static str,
}

/// The variables that name the proxy of encrypted connections, the first that is set counts.
const VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

impl Proxy {
    /// The proxy on the way to `origin`, by the variables that `lookup` knows. None to this machine, which is
    /// always asked directly, nor where `NO_PROXY` names the host.
    pub(crate) fn towards(
        origin: &str,
        is_loopback: bool,
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Option<Self> {
        if is_loopback {
            return None;
        }
        let set = |name: &str| lookup(name).map(|value| value.trim().to_owned()).filter(|v| !v.is_empty());
        let host = ascii_lower(Url::parse(origin).ok()?.host_str()?);
        let spared = set("NO_PROXY").or_else(|| set("no_proxy")).is_some_and(|list| spares(&list, &host));
        if spared {
            return None;
        }
        let (variable, value) = VARIABLES.into_iter().find_map(|name| Some((name, set(name)?)))?;
        Some(Self { address: address(&value), variable })
    }

    /// The proxy in a sentence.
    pub(crate) fn describe(&self) -> String {
        match &self.address {
            Some(address) => format!("{address} ({})", self.variable),
            None => format!("what {} says, which is no address", self.variable),
        }
    }
}

/// Whether a list of hosts, domains and `*` covers a host.
fn spares(list: &str, host: &str) -> bool {
    list.split(',').map(|entry| ascii_lower(entry.trim().trim_start_matches('.'))).any(|entry| {
        entry == "*"
            || entry == host
            || (!entry.is_empty() && host.strip_suffix(&entry).is_some_and(|rest| rest.ends_with('.')))
    })
}

/// Scheme, host and port of a proxy's address, with or without a scheme.
fn address(value: &str) -> Option<String> {
    let url = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
    let url = Url::parse(&url).ok()?;
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("{}://{}{port}", url.scheme(), url.host_str()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn towards(origin: &str, variables: &[(&str, &str)]) -> Option<String> {
        let lookup = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        Proxy::towards(origin, false, lookup).map(|proxy| proxy.describe())
    }

    #[test]
    fn the_first_variable_counts_and_credentials_are_dropped() {
        let variables =
            [("ALL_PROXY", "socks5://other:1"), ("HTTPS_PROXY", "http://me:secret@proxy.example:3128/x")];
        let shown = towards("https://api.intercom.io", &variables).unwrap();
        assert_eq!(shown, "http://proxy.example:3128 (HTTPS_PROXY)");
        assert_eq!(towards("https://api.intercom.io", &[("https_proxy", "")]), None);
        let odd = towards("https://api.intercom.io", &[("https_proxy", "http://me:secret@")]).unwrap();
        assert!(!odd.contains("secret"), "{odd}");
        assert_eq!(
            towards("https://api.intercom.io", &[("all_proxy", "proxy:8080")]).unwrap(),
            "http://proxy:8080 (all_proxy)"
        );
    }

    #[test]
    fn no_proxy_spares_hosts_and_domains() {
        let through =
            |list| towards("https://api.eu.intercom.io", &[("https_proxy", "p:1"), ("NO_PROXY", list)]);
        for list in ["*", "api.eu.intercom.io", "example.com, .intercom.io", "INTERCOM.io"] {
            assert_eq!(through(list), None, "{list}");
        }
        for list in ["", "com.io", "tercom.io", "api.intercom.io"] {
            assert!(through(list).is_some(), "{list}");
        }
    }

    #[test]
    fn this_machine_is_asked_directly() {
        assert_eq!(Proxy::towards("http://127.0.0.1:1", true, |_| Some("p:1".to_owned())), None);
    }
}
