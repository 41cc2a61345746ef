//! E-mail addresses, as far as rules look into them.

use super::bounded;

/// Splits an address into local part and domain; none where it is not one.
pub(crate) fn split(address: &str) -> Option<(&str, &str)> {
    let (local, domain) = address.split_once('@')?;
    let sound = !local.is_empty()
        && !domain.is_empty()
        && !domain.contains('@')
        && !domain.contains(char::is_whitespace);
    sound.then_some((local, domain))
}

/// The address, bounded in length, where it is one.
pub(super) fn address(text: Option<&str>) -> Option<String> {
    let text = text?;
    split(text)?;
    Some(bounded::text(text).into_owned())
}

/// Whether the address is the one Intercom gives its own bot: `operator+<app id>@intercom.io`.
pub(crate) fn is_bot(address: &str) -> bool {
    let bytes = address.as_bytes();
    let (prefix, suffix) = (b"operator+", b"@intercom.io");
    bytes.len() >= prefix.len() + suffix.len()
        && bytes[..prefix.len()].eq_ignore_ascii_case(prefix)
        && bytes[bytes.len() - suffix.len()..].eq_ignore_ascii_case(suffix)
}

/// The mailbox an address reaches: in lower case, without a `+tag`.
pub(super) fn mailbox(address: &str) -> Option<String> {
    let lower = bounded::lower(address);
    let (local, domain) = split(&lower)?;
    let base = local.split('+').next().unwrap_or(local);
    Some(format!("{base}@{domain}"))
}

/// Whether the domain is in the list: exactly, or below `*.example.com`. The domain is in lower case.
pub(super) fn domain_allowed(domain: &str, allowed: &[String]) -> bool {
    allowed.iter().any(|pattern| {
        let pattern = pattern.trim().to_lowercase();
        match pattern.strip_prefix('*') {
            Some(suffix) if suffix.starts_with('.') => {
                domain.len() > suffix.len() && domain.ends_with(suffix)
            }
            _ => domain == pattern,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_addresses_are_missing() {
        for odd in ["", "a", "@", "a@", "@b.c", "a@b@c", "a@b c", "a@b.c ", "a@b\u{a0}c"] {
            assert_eq!(split(odd), None, "{odd:?}");
        }
        assert_eq!(split("a b@c"), Some(("a b", "c")));
        assert_eq!(address(Some("a@b.c")), Some("a@b.c".to_owned()));
    }

    #[test]
    fn the_bot_is_known_by_its_address() {
        assert!(is_bot("Operator+Wxyz@Intercom.IO"));
        assert!(!is_bot("operator@intercom.io"));
        assert!(!is_bot("operator+a@intercom.io.example"));
        assert!(!is_bot("co-operator+a@intercom.io"));
    }

    #[test]
    fn tags_and_case_do_not_make_a_mailbox() {
        assert_eq!(mailbox("Jo+x@ACME.example"), mailbox("jo@acme.example"));
        assert_eq!(mailbox("nobody"), None);
    }

    #[test]
    fn wildcards_stand_for_subdomains_only() {
        let allowed = ["*.Acme.example".to_owned(), "ß.example".to_owned()];
        assert!(domain_allowed("mail.acme.example", &allowed));
        assert!(!domain_allowed("acme.example", &allowed));
        assert!(!domain_allowed("evilacme.example", &allowed));
        assert!(domain_allowed("ß.example", &allowed));
        assert!(!domain_allowed("anything", &["*".to_owned()]));
    }
}
