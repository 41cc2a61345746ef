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

/// One line of a control file's text for a Markdown file, which people read as text, too: what would have a meaning has a
/// backslash in front, and nothing else changes.
pub(crate) fn document(text: &str, max_columns: usize) -> String {
    let line = text::line(text.trim(), max_columns);
    let mut safe = String::with_capacity(line.len() + 16);
    let mut rest = line.chars().peekable();
    let (mut number_so_far, mut previous) = (true, ' ');
    while let Some(ch) = rest.next() {
        let next = rest.peek().copied().unwrap_or(' ');
        let at_start = safe.is_empty();
        let within_word = previous.is_alphanumeric() && next.is_alphanumeric();
        let acts = match ch {
            '\\' | '`' | '*' | '[' | ']' | '<' | '|' | '~' | '$' => true,
            '_' => !within_word,
            '&' => next.is_alphanumeric() || next == '#',
            ':' => next != ' ' && !(previous.is_ascii_digit() && next.is_ascii_digit()),
            '#' | '+' | '-' | '>' | '=' => at_start,
            '.' | ')' => number_so_far && !at_start && next == ' ',
            _ => false,
        };
        if acts {
            safe.push('\\');
        }
        safe.push(ch);
        number_so_far &= ch.is_ascii_digit();
        previous = ch;
    }
    safe
}

/// Text of one line or several as it is, in a fence that nothing in it closes, each line behind this much space.
pub(crate) fn fenced(text: &str, language: &str, indent: usize) -> String {
    let (fence, space) = (fence(text, 3), " ".repeat(indent));
    let lines = text.lines().map(|line| format!("{space}{}\n", text::terminal(line)));
    format!("{space}{fence}{language}\n{}{space}{fence}\n", lines.collect::<String>())
}

/// A word of code within a line.
pub(crate) fn code(text: &str, max_columns: usize) -> String {
    let line = text::line(text, max_columns);
    let fence = fence(&line, 1);
    let space = if fence.len() > 1 { " " } else { "" };
    format!("{fence}{space}{line}{space}{fence}")
}

/// At least so many backticks, and more than stand together in the text.
fn fence(text: &str, least: usize) -> String {
    let longest = text.split(|ch| ch != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(least.max(longest + 1))
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

    /// What a reader of a Markdown file sees: the text, and whether it is text and code alone.
    fn seen(markdown: &str) -> (String, bool) {
        use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
        let (mut seen, mut plain) = (String::new(), true);
        for event in Parser::new_ext(markdown, Options::all() - Options::ENABLE_SMART_PUNCTUATION) {
            match event {
                Event::Text(text) | Event::Code(text) => seen.push_str(&text),
                Event::Start(Tag::Paragraph | Tag::CodeBlock(_))
                | Event::End(TagEnd::Paragraph | TagEnd::CodeBlock) => {}
                _ => plain = false,
            }
        }
        (seen, plain)
    }

    #[test]
    fn a_file_shows_the_text_and_nothing_else() {
        let own =
            ["`a` *b* _c_ d_e [f](g) <h> &amp; i | j", "1. k", "# l", "- m", "> n", "~~o~~ $p$ :tada: q"];
        let hostile = crate::report::hostile::texts();
        for text in hostile.iter().map(String::as_str).chain(own) {
            let line = crate::text::line(text.trim(), 200);
            assert_eq!(seen(&document(text, 200)), (line.clone(), true), "{text:?}");
            if !line.trim().is_empty() {
                assert_eq!(seen(&code(&line, 200)), (line.clone(), true), "{text:?}");
                assert_eq!(seen(&fenced(&line, "cel", 0)), (format!("{line}\n"), true), "{text:?}");
            }
        }
        assert_eq!(document("at least min_admins: 2 (see 2.3)", 80), "at least min_admins: 2 (see 2.3)");
    }
}
