//! Text from outside, made fit for the page.
//!
//! Markup is escaped by maud, which does so with everything put into a template. What is left to do here is what HTML has no
//! escape for: characters that act instead of being seen are spelt out, and nothing is longer than it may be.

use std::borrow::Cow;

use maud::{Markup, html};
use serde_json::Value;
use url::Url;

use crate::controls::framework_title;
use crate::report::words;
use crate::text;

/// The longest name, title or cell shown, in columns.
pub(crate) const NAME: usize = 160;

/// The longest sentence shown.
pub(crate) const SENTENCE: usize = 400;

/// The longest paragraph of a control shown.
pub(super) const PARAGRAPH: usize = 2_000;

/// How many elements of a list in a cell are shown.
const MAX_ELEMENTS: usize = 20;

/// How many characters stand without a place to break the line at; more fit no line on paper.
const LONGEST_WORD: usize = 40;

/// One line of text, at most that many columns long, in which everything is visible.
pub(crate) fn shown(text: &str, max_columns: usize) -> String {
    let line = text::line(text, max_columns);
    if !line.contains(is_noncharacter) {
        return line;
    }
    let spelt = |ch: char| if is_noncharacter(ch) { ch.escape_default().to_string() } else { ch.to_string() };
    line.chars().map(spelt).collect()
}

/// The same, with places where the line may break inside addresses, ids and paths: nothing else ever breaks a word.
pub(crate) fn soft(text: &str, max_columns: usize) -> Markup {
    breakable(&shown(text, max_columns))
}

fn breakable(text: &str) -> Markup {
    html! { @for (index, part) in parts(text).into_iter().enumerate() { @if index > 0 { wbr; } (part) } }
}

/// The parts of a text between which a line may break: before an `@`, after a dot, a slash or an underscore.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut run, mut before) = (0, 0, ' ');
    for (at, ch) in text.char_indices() {
        run = if before.is_whitespace() { 0 } else { run + 1 };
        let after =
            "._/=,:;&+|".contains(before) && (ch.is_alphabetic() || (before == '_' && ch.is_numeric()));
        let long = run >= LONGEST_WORD && ch.is_alphanumeric();
        if run > 0 && (ch == '@' || after || long) {
            parts.extend(text.get(start..at));
            (start, run) = (at, 0);
        }
        before = ch;
    }
    parts.extend(text.get(start..));
    parts
}

/// A sentence in which addresses of the web are links.
pub(super) fn linked(text: &str, max_columns: usize) -> Markup {
    let text = shown(text, max_columns);
    html! {
        @for (index, word) in text.split(' ').enumerate() {
            @if index > 0 { " " }
            @let (address, rest) = word.split_at(word.trim_end_matches([',', ';', '.', ')']).len());
            @match web(address) {
                Some(url) => { a href=(url) rel="noopener noreferrer" { (breakable(address)) } (rest) }
                None => (breakable(word)),
            }
        }
    }
}

/// An address that a browser may be sent to, unless its end was cut off.
fn web(word: &str) -> Option<Url> {
    let url = Url::parse(word).ok().filter(|_| !word.ends_with('…'))?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

/// Code points that are no characters: a page may not hold them at all.
const fn is_noncharacter(ch: char) -> bool {
    matches!(ch, '\u{fdd0}'..='\u{fdef}') || ch as u32 & 0xfffe == 0xfffe
}

/// A value of the evidence, in words that are still to be escaped.
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
    text.into_owned()
}

/// A share in whole percent; a dash where there is nothing to share.
pub(super) fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), words::percent)
}

/// What a framework is called.
pub(super) fn framework(id: &str) -> String {
    shown(framework_title(id).unwrap_or(id), NAME)
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
    fn lines_break_where_a_reader_expects_it() {
        assert_eq!(parts("ada.b@mail.example"), ["ada.", "b", "@mail.", "example"]);
        assert_eq!(
            parts("by email_password at 10.0.0.7 on 2026-11-26"),
            ["by email_", "password at 10.0.0.7 on 2026-11-26"]
        );
        assert_eq!(parts("@a b. c, d 1.14"), ["@a b. c, d 1.14"]);
        assert_eq!(parts(&"x".repeat(100)).iter().map(|part| part.len()).collect::<Vec<_>>(), [40, 40, 20]);
        assert_eq!(soft("<a.b>", 80).into_string(), "&lt;a.<wbr>b&gt;");
    }

    #[test]
    fn only_addresses_of_the_web_are_links() {
        let link = "<a href=\"https://a.example/x\" rel=\"noopener noreferrer\">https:/<wbr>/a.<wbr>example/<wbr>x</a>";
        let page = linked("see https://a.example/x, file", 80).into_string();
        assert_eq!(page.replace("<wbr>", ""), format!("see {}, file", link.replace("<wbr>", "")));
        let cut = format!("https://a.example/{}", "x".repeat(99));
        for none in
            ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "https://", "//a.example", &cut]
        {
            assert!(!linked(none, 80).into_string().contains("href"), "{none}");
        }
        let quoted = linked("https://a.example/\"onclick=\"x", 80).into_string();
        assert!(quoted.contains("href=\"https://a.example/%22onclick=%22x\""), "{quoted}");
    }

    #[test]
    fn a_share_of_nothing_is_a_dash() {
        assert_eq!(percent(None), "–");
        assert_eq!(percent(Some(0.375)), "38 %");
    }
}
