//! Comparing addresses: e-mail addresses, IP addresses and networks.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use icu_casemap::CaseMapper;
use ipnet::IpNet;
use unicode_normalization::UnicodeNormalization as _;

use crate::casefold;

/// An e-mail address in the form for comparison: the local part case-folded in NFC, the domain in IDNA's ASCII form
/// without a trailing dot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct EmailAddress {
    local: String,
    domain: String,
}

impl EmailAddress {
    /// Parses an address.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (local, domain) = split(text)?;
        let (local, domain) = (fold_letters(local), fold_domain(domain));
        (!domain.is_empty() && !domain.ends_with('.')).then_some(Self { local, domain })
    }

    /// The part before the `@`.
    pub(crate) fn local(&self) -> &str {
        &self.local
    }

    /// The part after the `@`.
    pub(crate) fn domain(&self) -> &str {
        &self.domain
    }

    /// The address without a `+tag`. An address that is only a tag keeps it, or all such addresses would be one.
    pub(crate) fn untagged(mut self) -> Self {
        if let Some(end) = self.local.find('+').filter(|&end| end > 0) {
            self.local.truncate(end);
        }
        self
    }

    /// The same local part at another domain, which is already in the form for comparison.
    pub(crate) fn at(self, domain: &str) -> Self {
        Self { domain: domain.to_owned(), ..self }
    }

    /// Whether the domain is `pattern`, or below it if `pattern` begins with `*.`.
    pub(crate) fn is_at(&self, pattern: &str) -> bool {
        match pattern.strip_prefix('*') {
            Some(suffix) => {
                suffix.starts_with('.') && self.domain.len() > suffix.len() && self.domain.ends_with(suffix)
            }
            None => self.domain == pattern,
        }
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local, self.domain)
    }
}

/// Splits an e-mail address into local part and domain, both as written.
pub(crate) fn split(text: &str) -> Option<(&str, &str)> {
    let (local, domain) = text.trim().split_once('@')?;
    let sound = !local.is_empty()
        && !matches!(domain, "" | ".")
        && !domain.contains('@')
        && !domain.contains(char::is_whitespace);
    sound.then_some((local, domain))
}

/// Whether the address looks like that of Intercom's own bot: `operator+<app id>@intercom.io`.
pub(crate) fn may_be_bot(text: &str) -> bool {
    EmailAddress::parse(text).is_some_and(|address| {
        let app = address.local.strip_prefix("operator+").filter(|app| !app.is_empty());
        address.domain == "intercom.io"
            && app.is_some_and(|app| app.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    })
}

/// A domain in the form for comparison. A domain that IDNA refuses is only case-folded, and equals no real domain.
pub(crate) fn fold_domain(domain: &str) -> String {
    let domain = domain.trim();
    let mut folded = idna::domain_to_ascii(domain).unwrap_or_else(|_| fold_letters(domain));
    if folded.ends_with('.') {
        folded.pop();
    }
    folded
}

/// A name, an e-mail address or a text with one in it, in the form for comparison.
pub(crate) fn fold(text: &str) -> Cow<'_, str> {
    let name = casefold::fold(text);
    if !name.contains('@') {
        return name;
    }
    let words = text.split_whitespace().map(|word| match (EmailAddress::parse(word), casefold::fold(word)) {
        (Some(address), _) => Cow::Owned(address.to_string()),
        // A character that only looks like `@` does not make an address.
        (None, name) if name.contains('@') => Cow::Owned(fold_letters(word)),
        (None, name) => name,
    });
    Cow::Owned(words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "))
}

/// Lower case and NFC, character by character. A character outside ASCII never becomes an ASCII one: a mailbox with
/// Unicode's Kelvin sign is not the one with `k`, although normalization and case folding equate them.
fn fold_letters(text: &str) -> String {
    if text.is_ascii() {
        return casefold::ascii_lower(text);
    }
    let mapper = CaseMapper::new();
    let fold = |letter: char| match mapper.simple_fold(letter) {
        folded if folded.is_ascii() && !letter.is_ascii() => letter,
        folded => folded,
    };
    let is_odd = |letter: char| !letter.is_ascii() && std::iter::once(letter).nfc().all(|c| c.is_ascii());
    let mut folded = String::with_capacity(text.len());
    for part in text.split_inclusive(is_odd) {
        let rest = part.trim_end_matches(is_odd);
        folded.extend(rest.nfd().map(fold).nfc());
        folded.push_str(&part[rest.len()..]);
    }
    folded
}

/// Parses an IP address, ignoring zone and brackets. IPv4-mapped IPv6 becomes IPv4.
pub(crate) fn ip(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let with_port = || {
        let (address, port) = text.rsplit_once(':')?;
        let is_closed = address.ends_with(']') || !address.contains(':');
        number::<u16>(port).filter(|_| is_closed)?;
        bare_ip(address)
    };
    bare_ip(text).or_else(with_port).map(|address| address.to_canonical())
}

/// Parses a network in CIDR notation, or a single address as a network. IPv4-mapped IPv6 becomes IPv4, unless the
/// network is larger than that.
pub(crate) fn network(text: &str) -> Option<IpNet> {
    let Some((address, length)) = text.trim().rsplit_once('/') else { return ip(text).map(IpNet::from) };
    let (address, length) = (bare_ip(address)?, number::<u8>(length)?);
    let network = IpNet::new(address, length).ok()?;
    match address.to_canonical() {
        v4 @ IpAddr::V4(_) if address.is_ipv6() && length >= 96 => IpNet::new(v4, length - 96).ok(),
        _ => Some(network),
    }
}

/// A number written in digits only, without a sign.
fn number<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok().filter(|_| !text.starts_with('+'))
}

/// An address without zone and brackets.
fn bare_ip(text: &str) -> Option<IpAddr> {
    // Almost every address is written plainly.
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let address = inner.split_once('%').map_or(inner, |(address, _)| address);
    address.parse().ok().filter(IpAddr::is_ipv6)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(text: &str) -> Option<String> {
        EmailAddress::parse(text).map(|address| address.to_string())
    }

    #[test]
    fn malformed_addresses_are_missing() {
        for odd in ["", "a", "@", "a@", "@b.c", "a@.", "a@b@c", "a@b c", "a@b\u{a0}c", "a@\u{3002}"] {
            assert_eq!(key(odd), None, "{odd:?}");
        }
        assert_eq!(split(" a b@c\n"), Some(("a b", "c")));
    }

    #[test]
    fn spellings_of_one_mailbox_are_one() {
        for (one, other) in [
            (" Ana@ACME.example\t", "ana@acme.example"),
            ("ana@acme.example.", "ana@acme.example"),
            ("ana@acme\u{3002}example", "ana@acme.example"),
            ("ÉLISE@acme.example", "e\u{301}lise@acme.example"),
            ("ana@BÜCHER.example", "ana@xn--bcher-kva.example"),
            ("ana@bu\u{308}cher.example", "ana@XN--BCHER-KVA.example."),
            ("ana@ＡＣＭＥ.example", "ana@acme.example"),
            ("ana@\u{212a}ite.example", "ana@kite.example"),
            ("STRA\u{1e9e}E@acme.example", "straße@acme.example"),
            ("ΟΔΟΣ@acme.example", "οδος@acme.example"),
            ("\u{212b}sa@acme.example", "åsa@acme.example"),
            ("\u{130}da@acme.example", "i\u{307}da@acme.example"),
        ] {
            assert_eq!(key(one), key(other), "{one:?} {other:?}");
            assert!(key(one).is_some(), "{one:?}");
            assert_eq!(fold(&format!("Sign-ins of {one} ")), fold(&format!("sign-ins OF  {other}")));
        }
    }

    #[test]
    fn no_letter_of_a_mailbox_turns_into_one_of_ascii() {
        for (odd, plain) in [
            ("\u{212a}ate", "kate"),
            ("\u{212a}\u{301}ate", "k\u{301}ate"),
            ("\u{130}da", "ida"),
            ("\u{131}da", "ida"),
            ("\u{17f}am", "sam"),
            ("ｋate", "kate"),
            ("stra\u{df}e", "strasse"),
            ("\u{fb01}n", "fin"),
            ("k\u{200b}ate", "kate"),
            ("\u{200f}kate", "kate"),
            ("\u{43a}ate", "kate"),
            ("a\u{37e}b", "a;b"),
            ("k\u{ad}ate", "kate"),
        ] {
            let [odd, plain] = [odd, plain].map(|local| format!("{local}@acme.example"));
            assert_ne!(key(&odd), key(&plain), "{odd:?}");
            assert_ne!(fold(&odd), fold(&plain), "{odd:?}");
            assert_ne!(fold(&format!("{odd} (failed)")), fold(&format!("{plain} (failed)")), "{odd:?}");
        }
        assert_eq!(key("\u{212a}ATE@x.example"), key("\u{212a}ate@X.example"), "the rest is still compared");
    }

    #[test]
    fn domains_are_one_only_where_idna_says_so() {
        for (one, other) in [
            ("strasse.example", "straße.example"),
            ("acme.example", "acme.example.example"),
            ("\u{430}cme.example", "acme.example"),
            ("acme.example", "xn--acme.example"),
            ("\u{200f}acme.example", "acme.example"),
        ] {
            assert_ne!(fold_domain(one), fold_domain(other), "{one:?} {other:?}");
        }
    }

    #[test]
    fn the_bot_is_known_by_its_address() {
        assert!(may_be_bot(" Operator+Wxyz9@Intercom.IO."));
        for other in [
            "operator@intercom.io",
            "operator+a@intercom.io.example",
            "co-operator+a@intercom.io",
            "öperator+",
            "operator+@intercom.io",
            "operator+jo.smith@intercom.io",
            "operator+a+b@intercom.io",
            "operator+\u{430}@intercom.io",
        ] {
            assert!(!may_be_bot(other), "{other}");
        }
    }

    #[test]
    fn tags_make_no_mailbox() {
        let untagged = |text: &str| EmailAddress::parse(text).map(|address| address.untagged().to_string());
        assert_eq!(untagged("Jo+x@ACME.example").as_deref(), Some("jo@acme.example"));
        assert_eq!(untagged("+x@acme.example").as_deref(), Some("+x@acme.example"));
    }

    #[test]
    fn wildcards_stand_for_subdomains_alone() {
        let is_at = |text: &str, pattern| EmailAddress::parse(text).unwrap().is_at(pattern);
        assert!(is_at("a@Mail.acme.example", "*.acme.example"));
        assert!(is_at("a@acme.example", "acme.example"));
        for (address, pattern) in [
            ("a@acme.example", "*.acme.example"),
            ("a@evilacme.example", "*.acme.example"),
            ("a@anything", "*"),
            ("a@mail.acme.example", "acme.example"),
        ] {
            assert!(!is_at(address, pattern), "{address} {pattern}");
        }
    }

    #[test]
    fn addresses_of_machines_come_in_many_clothes() {
        for (text, expected) in [
            ("192.0.2.1", Some("192.0.2.1")),
            (" 192.0.2.1:443\n", Some("192.0.2.1")),
            ("::ffff:192.0.2.1", Some("192.0.2.1")),
            ("[::ffff:c000:201]:8080", Some("192.0.2.1")),
            ("[::1]:443", Some("::1")),
            ("[::1]", Some("::1")),
            ("fe80::1%eth0", Some("fe80::1")),
            ("[FE80::1%25eth0]:22", Some("fe80::1")),
            ("2001:db8::443", Some("2001:db8::443")),
            ("2001:db8:0:0:0:0:0:1:443", None),
            ("[192.0.2.1]", None),
            ("192.0.2.1:", None),
            ("192.0.2.1:+1", None),
            ("192.0.2.1:65536", None),
            ("192.0.2.1%eth0", None),
            ("192.0.2.256", None),
            ("[::1]443", None),
            ("::1]", None),
            ("", None),
        ] {
            assert_eq!(ip(text).map(|address| address.to_string()).as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn networks_come_in_many_clothes() {
        for (text, expected) in [
            ("192.0.2.7/24", Some("192.0.2.7/24")),
            ("::ffff:192.0.2.0/120", Some("192.0.2.0/24")),
            ("::ffff:192.0.2.1", Some("192.0.2.1/32")),
            ("[2001:db8::1]/32", Some("2001:db8::1/32")),
            ("fe80::%eth0/64", Some("fe80::/64")),
            ("[2001:db8::1]:443", Some("2001:db8::1/128")),
            ("::ffff:0.0.0.0/96", Some("0.0.0.0/0")),
            ("::ffff:10.0.0.0/90", Some("::ffff:10.0.0.0/90")),
            ("10.0.0.0/33", None),
            ("10.0.0.0/+8", None),
            ("10.0.0.0/", None),
            ("anywhere", None),
        ] {
            assert_eq!(network(text).map(|network| network.to_string()).as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn folding_a_letter_twice_changes_nothing() {
        for letter in '\0'..='\u{1ffff}' {
            let once = fold_letters(&format!("{letter}\u{301}i{letter}\u{345}\u{307}"));
            assert_eq!(fold_letters(&once), once, "{letter:?}");
            assert!(letter.is_ascii() || !fold_letters(&letter.to_string()).is_ascii(), "{letter:?}");
        }
    }

    #[test]
    fn a_sign_that_looks_like_an_at_makes_no_address() {
        let odd = fold(" ana﹫acme.example. ").into_owned();
        assert_ne!(odd, fold("ana@acme.example"));
        assert_eq!(fold(&odd), odd);
    }

    proptest! {
        #[test]
        fn an_address_is_every_spelling_of_itself(local in "[^@]{1,8}", host in "[a-zäöß]{1,5}\\.[a-z]{2,3}") {
            let Some(address) = EmailAddress::parse(&format!("{local}@{host}")) else { return Ok(()) };
            prop_assert_eq!(EmailAddress::parse(&format!("{} ", address)), Some(address.clone()));
            prop_assert_eq!(EmailAddress::parse(&format!("{local}@{host}.")), Some(address));
        }

        #[test]
        fn folding_twice_changes_nothing(text in "[^@]{0,5}[ @]\\PC{0,5}[ @]{0,2}\\PC{0,5}") {
            let once = fold(&text).into_owned();
            prop_assert_eq!(&fold(&once), &once);
        }

        #[test]
        fn addresses_of_machines_are_read_as_they_are_written(bytes in any::<[u16; 8]>(), port in any::<u16>()) {
            let address = IpAddr::from(bytes);
            prop_assert_eq!(ip(&address.to_string()), Some(address.to_canonical()));
            prop_assert_eq!(ip(&format!("[{address}]:{port}")), Some(address.to_canonical()));
            prop_assert_eq!(network(&format!("{address}/128")), Some(address.to_canonical().into()));
        }
    }
}
