//! Secrets in texts: found in every form that a text may give them, and hidden.

use std::borrow::Cow;
use std::iter;
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroizing;

/// The fewest bytes that are looked for: shorter ones would turn up in ordinary words.
const SHORTEST: usize = 8;
/// How much of the beginning is enough: a text may be cut off.
const BEGINNING: usize = 16;
/// The deepest nesting of escapes that is seen through, as in JSON within JSON.
const NESTING: usize = 8;

/// How Intercom's access tokens begin: `tok`, in Base64.
const TOKEN_BEGINNING: &[u8] = b"dG9r";
/// The fewest characters of one.
const SHORTEST_TOKEN: usize = 20;

const HIDDEN: &str = "***";

/// What to look for: a secret, and what becomes of it in Base64. Wiped when dropped.
#[derive(Clone)]
pub(crate) struct Secret(Zeroizing<Vec<Vec<u8>>>);

impl Secret {
    /// The padding is left out of the search, since addresses and JSON may write it in other ways.
    pub(crate) fn new(secret: &str) -> Self {
        let secret = secret.trim().trim_end_matches('=').as_bytes();
        if secret.len() < SHORTEST {
            return Self(Zeroizing::default());
        }
        let [even, second, third] = [0, 1, 2].map(|before| in_base64(secret, before));
        Self(Zeroizing::new(vec![secret.to_vec(), even, second, third]))
    }

    /// The text without the secret.
    pub(crate) fn hide<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.0.iter().fold(text.into(), |text, form| {
            let places: Vec<_> = occurrences(form, text.as_bytes()).collect();
            replaced(text, &places)
        })
    }

    /// Overwrites the secret byte for byte, so that JSON stays JSON.
    pub(crate) fn strike_out(&self, body: &mut [u8]) {
        for form in self.0.iter() {
            let places: Vec<_> = occurrences(form, body).collect();
            places.into_iter().for_each(|place| body[place].fill(b'*'));
        }
    }
}

/// The text without anything that looks like an access token of Intercom.
pub(crate) fn hide_tokens(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=-_%\\".contains(byte);
    let (mut at, mut places) = (0, Vec::new());
    while let Some(found) = occurrences(TOKEN_BEGINNING, &bytes[at..]).next() {
        let (start, rest) = (at + found.start, &bytes[at + found.end..]);
        let end = bytes.len() - rest.len() + rest.iter().take_while(|byte| is_part(byte)).count();
        if end - start >= SHORTEST_TOKEN {
            places.push(start..end);
        }
        at = end;
    }
    replaced(text.into(), &places)
}

/// The characters that a secret has in Base64 whatever stands before and after it, where that is a number of bytes
/// that leaves this remainder when divided by three.
fn in_base64(secret: &[u8], before: usize) -> Vec<u8> {
    let text = Zeroizing::new([&[0, 0][..before], secret].concat());
    let encoded = Zeroizing::new(STANDARD_NO_PAD.encode(&text));
    let own = &encoded.as_bytes()[(before * 8).div_ceil(6)..text.len() * 8 / 6];
    // What other alphabets write in another way is no good beginning of a search.
    let plain = own.iter().take_while(|byte| !byte.is_ascii_alphanumeric()).count();
    own[plain..].to_vec()
}

/// Where a secret is in a text, from left to right.
fn occurrences<'a>(secret: &'a [u8], text: &'a [u8]) -> impl Iterator<Item = Range<usize>> + use<'a> {
    let mut at = 0;
    iter::from_fn(move || {
        let first = *secret.first()?;
        loop {
            let rest = text.get(at..)?;
            let start = at + memchr::memchr3(first, b'\\', b'%', rest)?;
            if let Some(end) = end_of(secret, text, start) {
                at = end;
                return Some(start..end);
            }
            at = start + 1;
        }
    })
}

/// Where a secret ends that begins here, or what is left of one that was cut off.
fn end_of(secret: &[u8], text: &[u8], start: usize) -> Option<usize> {
    // Within an escape nothing begins: JSON with half of one would be none.
    if text[start] == b'\\' && start > 0 && text[start - 1] == b'\\' {
        return None;
    }
    let mut end = start;
    let same = secret.iter().take_while(|&&byte| match written(byte, &text[end..]) {
        Some(length) => {
            end += length;
            true
        }
        None => false,
    });
    (same.count() >= secret.len().min(BEGINNING)).then_some(end)
}

/// The length of what stands for this byte where the text begins with it: itself, `\/`, `\u002F` or `%2F`.
fn written(byte: u8, text: &[u8]) -> Option<usize> {
    let same = |found: u8| found == byte || matches!((byte, found), (b'+', b'-') | (b'/', b'_'));
    match *text.first()? {
        found if same(found) => Some(1),
        b'\\' => {
            let depth = text.iter().take(NESTING).take_while(|byte| **byte == b'\\').count();
            let digits = || code(text.get(depth + 1..depth + 5)?);
            match *text.get(depth)? {
                b'u' if digits().is_some_and(same) => Some(depth + 5),
                found if matches!(found, b'/' | b'"') && same(found) => Some(depth + 1),
                _ => None,
            }
        }
        b'%' => {
            let nested = text[1..].chunks_exact(2).take(NESTING).take_while(|pair| *pair == b"25").count();
            let start = 1 + nested * 2;
            code(text.get(start..start + 2)?).filter(|found| same(*found)).map(|_| start + 2)
        }
        _ => None,
    }
}

/// A byte in hexadecimal digits.
fn code(digits: &[u8]) -> Option<u8> {
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?.try_into().ok()
}

/// The text with something else in these places, which are of ASCII.
fn replaced<'a>(text: Cow<'a, str>, places: &[Range<usize>]) -> Cow<'a, str> {
    if places.is_empty() {
        return text;
    }
    let mut rest = 0;
    let mut clean = String::with_capacity(text.len());
    for place in places {
        clean.push_str(&text[rest..place.start]);
        clean.push_str(HIDDEN);
        rest = place.end;
    }
    clean.push_str(&text[rest..]);
    clean.into()
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    use proptest::prelude::*;

    use super::*;

    const TOKEN: &str = "dG9rOjVj/NTliZjA4X2+k4ZWRiXzQ1OWY_xsecret==";

    fn hidden(text: &str) -> String {
        Secret::new(TOKEN).hide(text).into_owned()
    }

    #[test]
    fn each_way_to_write_it_is_found() {
        let bare = TOKEN.trim_end_matches('=');
        let escaped =
            |prefix: &str| -> String { bare.bytes().map(|byte| format!("{prefix}{byte:02x}")).collect() };
        for text in [
            bare.to_owned(),
            bare.replace('/', r"\/"),
            bare.replace('/', r"\\\/"),
            bare.replace('/', "%2F").replace('+', "%2b"),
            bare.replace('/', "%252F").replace('+', "%25252B"),
            bare.replace('G', r"\u0047").replace('+', r"\\u002B"),
            escaped(r"\u00"),
            escaped("%"),
            bare[..30].to_owned(),
        ] {
            assert_eq!(hidden(&format!("é said {text}.")), "é said ***.", "{text}");
        }
        for before in ["", "B", "Be", "Bearer ", "é"] {
            let text = format!("{before}{TOKEN} and more");
            for encoded in
                [STANDARD.encode(&text), URL_SAFE.encode(&text), STANDARD.encode(&text).replace('/', r"\/")]
            {
                let shown = hidden(&encoded);
                assert!(shown.contains("***") && shown.len() < 50, "{before:?}: {shown}");
            }
        }
        assert_eq!(hidden("dG9rOjVj/NTliZ, tok"), "dG9rOjVj/NTliZ, tok", "too little of it");
    }

    #[test]
    fn short_secrets_are_not_looked_for() {
        assert_eq!(Secret::new("abc").hide("a text about an abc"), "a text about an abc");
        assert_eq!(Secret::new("").hide(""), "");
    }

    #[test]
    fn json_stays_json() {
        let bare = TOKEN.trim_end_matches('=');
        for name in [
            bare.to_owned(),
            bare.replace('d', r"\u0064"),
            format!(r"\\{bare}\\"),
            bare.replace('d', r"\\u0064"),
        ] {
            let mut body = format!(r#"{{"name":"a\n{name}==\""}}"#).into_bytes();
            Secret::new(TOKEN).strike_out(&mut body);
            let json: serde_json::Value = serde_json::from_slice(&body).unwrap();
            let name = json["name"].as_str().unwrap();
            assert!(name.contains("****") && name.ends_with("==\"") && !name.contains("NTliZ"), "{name}");
        }
    }

    #[test]
    fn anything_like_a_token_is_hidden() {
        let token = STANDARD.encode("tok:5c59bf08_8edf_459f:1:0");
        assert_eq!(hide_tokens(&format!("no file {token}: {}/x", &token[..24])), "no file ***: ***");
        assert_eq!(hide_tokens(&token.replace('=', "%3D")), "***");
        for text in ["dG9rOjVj", "a word", "tok:1", ""] {
            assert_eq!(hide_tokens(text), text);
        }
        let many = "dG9r".repeat(100_000);
        assert_eq!(hide_tokens(&many), "***");
    }

    proptest! {
        #[test]
        fn decoded_json_never_has_it(before in any::<String>(), after in any::<String>(), escaped in any::<u64>()) {
            let bare = TOKEN.trim_end_matches('=');
            let name: String = bare.char_indices().map(|(at, c)| match c {
                c if escaped >> at & 1 == 1 => format!("\\u{:04X}", u32::from(c)),
                c => c.to_string(),
            }).collect();
            let quoted = |text: &str| {
                let json = serde_json::to_string(text).unwrap();
                json[1..json.len() - 1].to_owned()
            };
            let (before, after) = (quoted(&format!("{before} ")), quoted(&format!(" {after}")));
            let mut body = format!(r#"["{before}{name}{after}"]"#).into_bytes();
            Secret::new(TOKEN).strike_out(&mut body);
            let json: Vec<String> = serde_json::from_slice(&body).unwrap();
            prop_assert!(!json[0].contains(bare), "{}", json[0]);
        }
    }
}
