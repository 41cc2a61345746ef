//! Text made fit for Markdown that is shown to others: the one place for it.
//!
//! The same text is safe in a paragraph, a list, a heading, a table and inside the few HTML elements that the report uses,
//! since what has a meaning is written as a character reference, which all of them understand. Some sites look for
//! mentions, links and issue numbers in the finished text, where a reference is a character again. An empty comment
//! between the characters keeps those apart and is not shown.

use crate::text;

/// Splits a text in two for programs that look for patterns in it, and for no reader.
const SPLIT: &str = "<!-- -->";

/// One line of text from outside, escaped, which takes at most that many columns when it is shown.
pub(crate) fn escape(text: &str, max_columns: usize) -> String {
    let line = text::line(text.trim(), max_columns);
    let line = line.trim();
    let mut safe = String::with_capacity(line.len() + 16);
    let mut rest = line.chars().peekable();
    // What stands at the start of a line may make a list of it.
    let mut number_so_far = true;
    let mut previous = ' ';
    while let Some(ch) = rest.next() {
        let next = rest.peek().copied().unwrap_or(' ');
        let at_start = safe.is_empty();
        match ch {
            '!' | '~' | '$' | '&' | '%' if next.is_alphanumeric() => {
                refer(&mut safe, ch);
                safe.push_str(SPLIT);
            }
            '<' | '>' | '&' | '"' | '\'' | '`' | '*' | '_' | '~' | '[' | ']' | '!' | '|' | '\\' | '{'
            | '}' | '$' | '^' | '=' | '+' => refer(&mut safe, ch),
            '-' if at_start => refer(&mut safe, ch),
            '.' | ')' if number_so_far && !at_start && next == ' ' => refer(&mut safe, ch),
            '@' | '#' => {
                refer(&mut safe, ch);
                safe.push_str(SPLIT);
            }
            // A time of day is no emoji.
            ':' if next != ' ' && !(previous.is_ascii_digit() && next.is_ascii_digit()) => {
                refer(&mut safe, ch);
                safe.push_str(SPLIT);
            }
            '.' if matches!(previous, 'w' | 'W') => {
                safe.push_str(SPLIT);
                safe.push(ch);
            }
            '-' if matches!(previous, 'h' | 'H') && next.is_ascii_digit() => {
                safe.push(ch);
                safe.push_str(SPLIT);
            }
            _ => safe.push(ch),
        }
        number_so_far &= ch.is_ascii_digit();
        previous = ch;
    }
    safe
}

/// Writes a character as a reference.
fn refer(safe: &mut String, ch: char) {
    safe.push_str(&format!("&#{};", u32::from(ch)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_is_a_reference() {
        assert_eq!(escape("<b> & `x` | *y*", 80), "&#60;b&#62; &#38; &#96;x&#96; &#124; &#42;y&#42;");
        assert_eq!(escape("[a](https://b.example)", 80), "&#91;a&#93;(https&#58;<!-- -->//b.example)");
    }

    #[test]
    fn what_sites_look_for_is_kept_apart() {
        assert_eq!(escape("ada@example.com", 80), "ada&#64;<!-- -->example.com");
        assert_eq!(
            escape("#12 GH-7 www.a.example", 80),
            "&#35;<!-- -->12 GH-<!-- -->7 www<!-- -->.a.example"
        );
    }

    #[test]
    fn nothing_is_an_emoji() {
        for (text, escaped) in [(":tada:", "&#58;<!-- -->tada:"), (":+1:", "&#58;<!-- -->&#43;1:")] {
            assert_eq!(escape(text, 80), escaped);
        }
        assert_eq!(escape(":100:", 80), "&#58;<!-- -->100:");
        assert_eq!(escape("at 10:30: x", 80), "at 10:30: x");
    }

    #[test]
    fn nothing_begins_a_list() {
        assert_eq!(escape("1. first", 80), "1&#46; first");
        assert_eq!(escape("12) second", 80), "12&#41; second");
        assert_eq!(escape("3.", 80), "3&#46;");
        assert_eq!(escape("2.3", 80), "2.3");
        assert_eq!(escape("- item", 80), "&#45; item");
        assert_eq!(escape("    code", 80), "code");
    }

    #[test]
    fn ordinary_sentences_stay_readable() {
        let sentence = "5 of 12 teammates are privileged; at most 3 should be (see below), 09:00 to 10:30.";
        assert_eq!(escape(sentence, 200), sentence);
        assert_eq!(escape("two\nlines", 80), "two&#92;nlines");
    }
}
