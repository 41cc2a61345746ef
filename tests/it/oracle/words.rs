//! Comparing names, addresses and networks.

use std::net::IpAddr;

use icu_casemap::CaseMapper;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

fn fold(text: &str) -> String {
    CaseMapper::new().fold_string(text).into_owned()
}

/// A name (role, method, region) in the form for comparison.
pub(super) fn name(text: &str) -> String {
    let shown = text.chars().filter(|letter| letter.general_category() != GeneralCategory::Format);
    let compatible: String = shown.nfkc().collect();
    let folded: String = fold(&compatible).nfkc().collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A name with Cyrillic and Greek letters replaced by the Latin ones they look like.
pub(super) fn as_it_looks(name: &str) -> String {
    let latin = [
        ('а', 'a'),
        ('е', 'e'),
        ('і', 'i'),
        ('о', 'o'),
        ('ο', 'o'),
        ('р', 'p'),
        ('ѕ', 's'),
        ('у', 'y'),
        ('ѡ', 'w'),
    ];
    let looks = |letter| latin.iter().find(|(other, _)| *other == letter).map_or(letter, |(_, latin)| *latin);
    name.chars().map(looks).collect()
}

/// An id, written as text or number, as text; none if empty.
pub(super) fn id_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The domain in its ASCII form, without a trailing dot.
pub(super) fn domain(text: &str) -> Option<String> {
    let text = text.strip_suffix('.').unwrap_or(text);
    idna::domain_to_ascii(text).ok().filter(|domain| !domain.is_empty())
}

/// The part before the `@`. Letters outside ASCII never equal ASCII letters.
fn local(text: &str) -> String {
    let mut apart = String::new();
    for letter in text.chars() {
        let alone: String = letter.nfc().collect();
        let alone = fold(&alone);
        if !letter.is_ascii() && alone.chars().any(|other| other.is_ascii_alphabetic()) {
            apart += &format!("\u{1}{alone}\u{1}");
        } else {
            apart.push(letter);
        }
    }
    let composed: String = apart.nfc().collect();
    fold(&composed).nfc().collect()
}

/// The two parts of an e-mail address in the form for comparison; none if malformed.
pub(super) fn email(value: &Value) -> Option<(String, String)> {
    let (before, after) = value.as_str()?.trim().split_once('@')?;
    if before.is_empty() || after.contains('@') {
        return None;
    }
    Some((local(before), domain(after)?))
}

/// Both parts joined.
pub(super) fn mailbox(value: &Value) -> Option<String> {
    email(value).map(|(local, domain)| format!("{local}@{domain}"))
}

fn as_ipv4(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(six) => six.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

/// A network address without port, zone and brackets.
pub(super) fn address(value: &Value) -> Option<IpAddr> {
    let mut text = value.as_str()?.trim();
    if let Some(bracketed) = text.strip_prefix('[') {
        text = bracketed.split_once(']')?.0;
    } else if text.matches(':').count() == 1 {
        text = text.split_once(':')?.0;
    }
    let text = text.split('%').next()?;
    text.parse().ok().map(as_ipv4)
}

/// The addresses of a network, from the first to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Network {
    v4: bool,
    first: u128,
    last: u128,
}

fn number(address: IpAddr) -> (bool, u128) {
    match address {
        IpAddr::V4(four) => (true, u128::from(u32::from(four))),
        IpAddr::V6(six) => (false, u128::from(six)),
    }
}

impl Network {
    /// A network, or a single address.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (base, length) = match text.split_once('/') {
            Some((base, length)) => (base, Some(length.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let written: IpAddr = base.parse().ok()?;
        let base = as_ipv4(written);
        let (v4, first) = number(base);
        let (width, mapped) = (if v4 { 32 } else { 128 }, v4 && written.is_ipv6());
        let length = match length {
            None => width,
            Some(length) if mapped => length.checked_sub(96)?,
            Some(length) => length,
        };
        let host = width.checked_sub(length)?;
        let rest = if host == 128 { u128::MAX } else { (1 << host) - 1 };
        Some(Self { v4, first: first & !rest, last: first | rest })
    }

    pub(super) fn holds(self, address: IpAddr) -> bool {
        let (v4, number) = number(address);
        v4 == self.v4 && (self.first..=self.last).contains(&number)
    }
}

/// Whether networks together have more addresses than a `/8` (IPv4) or a `/32` (IPv6).
pub(super) fn too_wide(networks: &[Network]) -> bool {
    [(true, 1_u128 << 24), (false, 1 << 96)].into_iter().any(|(v4, most)| {
        let mut family: Vec<_> = networks.iter().filter(|network| network.v4 == v4).collect();
        family.sort();
        let (mut held, mut end) = (0_u128, None);
        for network in family {
            let first = end.map_or(network.first, |end: u128| network.first.max(end.saturating_add(1)));
            if end.is_some_and(|end| network.last <= end) {
                continue;
            }
            held = held.saturating_add((network.last - first).saturating_add(1));
            end = Some(network.last);
        }
        held > most
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_and_addresses_compare_as_the_catalog_says() {
        assert_eq!(name(" Super \u{a0} ＡＤ\u{200b}MIN "), "super admin");
        assert_eq!(name("\u{212a}"), "k");
        assert_eq!(as_it_looks("аdmіn"), "admin");
        let same = |one: &str, other: &str| mailbox(&json!(one)) == mailbox(&json!(other));
        assert!(same(" ANA@Fixture.example. ", "ana@fixture.example"));
        assert!(same("jo\u{308}rg@öl.example", "JÖRG@xn--l-0ga.example"));
        assert!(same("ΟΔΥΣΣΕΥΣ@x.example", "οδυσσευς@x.example"));
        assert!(same("a@\u{212a}.example", "a@k.example"));
        for (one, other) in [("\u{212a}", "k"), ("groß", "gross"), ("o\u{fb03}ce", "office"), ("ſ", "s")] {
            assert!(!same(&format!("{one}@x.example"), &format!("{other}@x.example")), "{one} {other}");
        }
    }

    #[test]
    fn networks_count_together() {
        let wide = |texts: &[&str]| {
            too_wide(&texts.iter().map(|text| Network::read(text).unwrap()).collect::<Vec<_>>())
        };
        assert!(!wide(&["10.0.0.0/8", "10.1.0.0/16", "2001:db8::/32"]));
        assert!(wide(&["10.0.0.0/8", "11.0.0.0/32"]));
        assert!(!wide(&["10.0.0.0/9", "10.128.0.0/9"]));
        assert!(wide(&["::ffff:10.0.0.0/103"]));
        assert!(wide(&["2001::/31"]) && wide(&["::/0"]) && wide(&["0.0.0.0/0"]));
        let address = |text: &str| address(&json!(text)).unwrap();
        for text in ["192.0.2.1", "192.0.2.1:443", "::ffff:192.0.2.1", "[::ffff:192.0.2.1]:443"] {
            assert!(Network::read("::ffff:192.0.2.0/120").unwrap().holds(address(text)), "{text}");
        }
        assert_eq!(address("fe80::1%eth0"), address("[fe80::1]"));
    }
}
