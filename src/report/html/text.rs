//! Text from outside, made fit for the page.
//!
//! Markup is escaped by maud, which does so with everything put into a template. What is left to do here is what HTML has no
//! escape for: characters that act instead of being seen are spelt out, and nothing is longer than it may be.

use std::borrow::Cow;

use serde_json::Value;

use crate::text;

/// The longest name, title or cell shown, in columns.
pub(super) const NAME: usize = 160;

/// The longest sentence shown.
pub(super) const SENTENCE: usize = 400;

/// The longest paragraph of a control shown.
pub(super) const PARAGRAPH: usize = 2_000;

/// How many elements of a list in a cell are shown.
const MAX_ELEMENTS: usize = 20;

/// One line of text, at most that many columns long, in which everything is visible.
pub(super) fn shown(text: &str, max_columns: usize) -> String {
    let line = text::line(text, max_columns);
    if !line.contains(is_noncharacter) {
        return line;
    }
    let spelt = |ch: char| if is_noncharacter(ch) { ch.escape_default().to_string() } else { ch.to_string() };
    line.chars().map(spelt).collect()
}

/// Code points that are no characters: a page may not hold them at all.
const fn is_noncharacter(ch: char) -> bool {
    matches!(ch, '\u{fdd0}'..='\u{fdef}') || ch as u32 & 0xfffe == 0xfffe
}

/// A value of the evidence, as a cell shows it.
pub(super) fn cell(value: &Value) -> String {
    let text: Cow<'_, str> = match value {
        Value::Null => "–".into(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::Number(number) if number.is_f64() => {
            number.as_f64().map_or_else(String::new, |number| format!("{number:.2}")).into()
        }
        Value::Number(number) => number.to_string().into(),
        Value::String(text) => text.as_str().into(),
        Value::Array(list) => {
            let mut texts: Vec<String> = list.iter().take(MAX_ELEMENTS).map(cell).collect();
            if list.len() > MAX_ELEMENTS {
                texts.push("…".to_owned());
            }
            texts.join(", ").into()
        }
        Value::Object(_) => value.to_string().into(),
    };
    shown(&text, NAME)
}

/// A share in whole percent; a dash where there is nothing to share.
pub(super) fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{:.0} %", share * 100.0))
}

/// What a framework is called.
pub(super) fn framework(id: &str) -> String {
    match id {
        "cis-v8" => "CIS Controls v8".to_owned(),
        "nist-800-53" => "NIST SP 800-53".to_owned(),
        "soc2" => "SOC 2".to_owned(),
        other => shown(other, NAME),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_cannot_be_seen_is_spelt_out() {
        assert_eq!(
            shown("a\u{202e}b\n\u{fffe}\u{fdd0}\u{1ffff}", 80),
            r"a\u{202e}b\n\u{fffe}\u{fdd0}\u{1ffff}"
        );
        assert_eq!(shown("Zoë <b>", 80), "Zoë <b>");
        assert_eq!(shown(&"x".repeat(10_000), 5), "xxxx…");
    }

    #[test]
    fn cells_are_short_whatever_the_value() {
        assert_eq!(cell(&json!(null)), "–");
        assert_eq!(cell(&json!([true, 1.138_159, 7, "a"])), "yes, 1.14, 7, a");
        assert_eq!(cell(&json!({"a": 1})), r#"{"a":1}"#);
        assert!(cell(&json!(vec!["x"; 10_000])).ends_with('…'));
    }

    #[test]
    fn a_share_of_nothing_is_a_dash() {
        assert_eq!(percent(None), "–");
        assert_eq!(percent(Some(0.375)), "38 %");
    }
}
