//! Halves of characters in JSON, which a real log holds where a text was cut.

/// Replaces escapes of half a character, which no parser of JSON takes for text, as bytes are that are no UTF-8: what
/// they stand in is read all the same.
pub(crate) fn with_whole_characters(json: String) -> String {
    let mut whole = String::new();
    let (mut done, mut at) = (0, 0);
    while let Some(found) = json.get(at..).and_then(|rest| rest.find('\\')) {
        let escape = at + found;
        let Some(half) = surrogate(&json, escape) else {
            // Whatever is escaped, a second backslash among it, is part of the same escape.
            at = escape + 2;
            while at < json.len() && !json.is_char_boundary(at) {
                at += 1;
            }
            continue;
        };
        at = escape + 6;
        if half < 0xdc00 && surrogate(&json, at).is_some_and(|other| other >= 0xdc00) {
            at += 6;
            continue;
        }
        whole.push_str(json.get(done..escape).unwrap_or_default());
        whole.push_str("\\ufffd");
        done = at;
    }
    if done == 0 {
        return json;
    }
    whole.push_str(json.get(done..).unwrap_or_default());
    whole
}

/// The half of a character that is escaped at this place, if one is.
fn surrogate(json: &str, at: usize) -> Option<u16> {
    let digits = json.get(at..at + 6)?.strip_prefix("\\u")?;
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
