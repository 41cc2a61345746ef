//! Halves of characters in JSON, which a real log holds where a text was cut.

/// Replaces escapes of half a character, which no parser of JSON takes for text, as bytes are that are no UTF-8: what
/// they stand in is read all the same.
pub(crate) fn mend_characters(json: &mut [u8]) {
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\\', json.get(at..).unwrap_or_default()) {
        let escape = at + found;
        // Whatever is escaped, a second backslash among it, is part of the same escape.
        at = escape + 2;
        let Some(half) = surrogate(json, escape) else { continue };
        at = escape + 6;
        if half < 0xdc00 && surrogate(json, at).is_some_and(|other| other >= 0xdc00) {
            at += 6;
        } else if let Some(digits) = json.get_mut(escape + 2..at) {
            digits.copy_from_slice(b"fffd");
        }
    }
}

/// A text in which they are replaced.
pub(crate) fn with_whole_characters(json: String) -> String {
    let mut bytes = json.into_bytes();
    mend_characters(&mut bytes);
    // Digits stand in for digits.
    String::from_utf8(bytes).unwrap_or_default()
}

/// The half of a character that is escaped at this place, if one is.
fn surrogate(json: &[u8], at: usize) -> Option<u16> {
    let digits = std::str::from_utf8(json.get(at..at + 6)?.strip_prefix(b"\\u")?).ok()?;
    u16::from_str_radix(digits, 16).ok().filter(|unit| (0xd800..0xe000).contains(unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_characters_are_replaced_and_nothing_else() {
        for (json, expected) in [
            (r#"{"a":"\ud83d\ude00 \\ud83d \u00e9 é\\"}"#, r#"{"a":"\ud83d\ude00 \\ud83d \u00e9 é\\"}"#),
            (r#"{"a":"x\ud83d"}"#, r#"{"a":"x\ufffd"}"#),
            (r#"{"a":"\uDE00\uD83Dy"}"#, r#"{"a":"\ufffd\ufffdy"}"#),
            (r#"{"a":"\ud83d\ud83d\ude00"}"#, r#"{"a":"\ufffd\ud83d\ude00"}"#),
            (r#"{"a":"\\\ud83d"}"#, r#"{"a":"\\\ufffd"}"#),
            (r#"{"a":"\é\"#, r#"{"a":"\é\"#),
            (r#"\ud83"#, r#"\ud83"#),
        ] {
            assert_eq!(with_whole_characters(json.to_owned()), expected);
        }
    }
}
