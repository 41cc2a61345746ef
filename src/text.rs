//! Text from outside, made fit for a terminal: the one place where foreign names, messages and paths
//! are escaped, measured, shortened and wrapped.
//!
//! Reports, errors, warnings and progress all use [`terminal`], so that no name in a workspace moves the cursor, reorders a
//! line or hides the line below.

use std::borrow::Cow;

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use unicode_width::UnicodeWidthChar;

/// The most combining marks on one character. Real scripts need three or four; more would paint over other lines.
const MAX_MARKS: usize = 4;

/// Marks cut text.
const ELLIPSIS: char = '…';

/// Whether a character is invisible: controls, format characters, and line and paragraph separators (general categories
/// Cc, Cf, Zl, Zp).
pub(crate) fn is_invisible(ch: char) -> bool {
    match ch {
        ' '..='~' => false,
        _ => matches!(
            ch.general_category(),
            GeneralCategory::Control
                | GeneralCategory::Format
                | GeneralCategory::LineSeparator
                | GeneralCategory::ParagraphSeparator
        ),
    }
}

/// Invisible characters of other categories, which could carry a hidden payload: blank Hangul letters, the grapheme joiner
/// and the supplementary variation selectors.
const fn is_blank(ch: char) -> bool {
    matches!(
        ch,
        '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{3164}' | '\u{ffa0}' | '\u{e0100}'
            ..='\u{e01ef}'
    )
}

/// Makes text safe to print: every invisible character becomes a visible escape such as `\n` or `\u{202e}`, and so does a
/// combining mark without a base character or beyond the limit.
///
/// Backslashes are kept, so a name with a written escape looks like an escaped name. Both are harmless.
pub(crate) fn terminal(text: &str) -> Cow<'_, str> {
    let mut marks = MAX_MARKS;
    let mut harmful = |ch: char| {
        let bad = is_invisible(ch) || is_blank(ch) || (ch.width() == Some(0) && marks >= MAX_MARKS);
        // A mark must not combine with the end of an escape.
        marks = match ch.width() {
            _ if bad => MAX_MARKS,
            Some(0) => marks + 1,
            _ => 0,
        };
        bad
    };
    let Some((start, _)) = text.char_indices().find(|&(_, ch)| harmful(ch)) else {
        return Cow::Borrowed(text);
    };
    let mut safe = String::with_capacity(text.len() + 16);
    let (clean, rest) = text.split_at(start);
    safe.push_str(clean);
    let mut rest = rest.chars();
    // The search stopped at the first of them.
    safe.extend(rest.next().into_iter().flat_map(char::escape_default));
    for ch in rest {
        if harmful(ch) {
            safe.extend(ch.escape_default());
        } else {
            safe.push(ch);
        }
    }
    Cow::Owned(safe)
}

/// The columns of a character, rounded up if terminals differ: a variation selector may turn the character before it into a
/// wide emoji.
fn columns_of(ch: char) -> usize {
    if ch == '\u{fe0f}' { 1 } else { ch.width().unwrap_or(0) }
}

/// The most columns that the text takes on a terminal. Expects text without control characters.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

/// Shortens text to a number of columns, with `…` at the cut. Marks stay with their character.
pub(crate) fn clip(text: &str, max_columns: usize) -> Cow<'_, str> {
    if columns(text) <= max_columns {
        return Cow::Borrowed(text);
    }
    let Some(room) = max_columns.checked_sub(1) else { return Cow::Borrowed("") };
    let mut used = 0;
    let end = text
        .char_indices()
        .find(|&(_, ch)| {
            used += columns_of(ch);
            used > room
        })
        .map_or(text.len(), |(at, _)| at);
    let mut clipped = text.get(..end).unwrap_or_default().trim_end().to_owned();
    clipped.push(ELLIPSIS);
    Cow::Owned(clipped)
}

/// Shortens text to at most that many columns, between two words where it can, with `…` where it was cut.
pub(crate) fn shorten(text: &str, max_columns: usize) -> Cow<'_, str> {
    let clipped = clip(text, max_columns);
    let Cow::Owned(cut) = &clipped else { return clipped };
    let kept = cut.strip_suffix(ELLIPSIS).unwrap_or(cut);
    match (text.get(kept.len()..), kept.rsplit_once(' ')) {
        (Some(rest), Some((whole, _))) if !rest.starts_with(' ') => {
            format!("{}{ELLIPSIS}", whole.trim_end()).into()
        }
        _ => clipped,
    }
}

/// One line of foreign text: escaped, and limited to a number of columns.
pub(crate) fn line(text: &str, max_columns: usize) -> String {
    // Each character takes at least a sixth of a column on average (four marks and their base), so text after this prefix would
    // be cut anyway. A long text costs no more than a short one.
    let within: Cow<'_, str> = match text.char_indices().nth(max_columns.saturating_mul(6) + 6) {
        Some((end, _)) => text.get(..end).unwrap_or_default().into(),
        None => text.into(),
    };
    clip(&terminal(&within), max_columns).into_owned()
}

/// Wraps text at white space to a number of columns; a longer word is broken. Empty text has no lines. Expects text without
/// control characters.
pub(crate) fn wrap(text: &str, max_columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut current = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let length = columns(word);
        if used > 0 && used + 1 + length > max_columns {
            lines.push(std::mem::take(&mut current));
            used = 0;
        }
        if used > 0 {
            current.push(' ');
            used += 1;
        }
        for ch in word.chars() {
            let width = columns_of(ch);
            if used > 0 && width > 0 && used + width > max_columns {
                lines.push(std::mem::take(&mut current));
                used = 0;
            }
            current.push(ch);
            used += width;
        }
    }
    if !current.is_empty() {
        lines.push(current);
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr;

    use super::*;

    #[test]
    fn ordinary_text_is_left_alone() {
        for text in ["", "Ada Lovelace", "Zoë O'Neill", "田中さん", "e\u{301}te\u{301}", "❤\u{fe0f}", "a\\b"]
        {
            assert!(matches!(terminal(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn what_acts_on_a_terminal_is_spelled_out() {
        for (text, shown) in [
            ("\x1b[2J\x1b[1;1Hgone", r"\u{1b}[2J\u{1b}[1;1Hgone"),
            ("two\r\nlines\t", r"two\r\nlines\t"),
            ("\u{9b}31m\u{7f}\0", r"\u{9b}31m\u{7f}\u{0}"),
            ("moc.live\u{202e}\u{2066}", r"moc.live\u{202e}\u{2066}"),
            ("a\u{200b}d\u{200d}m\u{feff}i\u{ad}n\u{e0041}", r"a\u{200b}d\u{200d}m\u{feff}i\u{ad}n\u{e0041}"),
            ("a\u{2028}b\u{2029}c", r"a\u{2028}b\u{2029}c"),
            ("\u{3164}\u{e0100}", r"\u{3164}\u{e0100}"),
        ] {
            assert_eq!(terminal(text), shown);
        }
    }

    #[test]
    fn marks_need_a_base_and_do_not_pile_up() {
        assert_eq!(terminal("\u{301}a"), r"\u{301}a");
        assert_eq!(terminal("\n\u{301}"), r"\n\u{301}");
        let tower = format!("a{}", "\u{301}".repeat(10_000));
        assert!(terminal(&tower).starts_with("a\u{301}\u{301}\u{301}\u{301}\\u{301}\\u{301}"));
    }

    #[test]
    fn clipping_counts_columns_and_keeps_marks_with_their_base() {
        assert_eq!(clip("abcdef", 6), "abcdef");
        assert_eq!(clip("abcdefg", 6), "abcde…");
        assert_eq!(clip("田中さん", 6), "田中…");
        assert_eq!(clip("abcde\u{301}fg", 6), "abcde\u{301}…");
        assert_eq!(clip("ab cdef", 4), "ab…");
        assert_eq!(clip("abc", 1), "…");
        assert_eq!(clip("abc", 0), "");
    }

    #[test]
    fn shortening_cuts_between_words() {
        assert_eq!(shorten("one two three", 13), "one two three");
        assert_eq!(shorten("one two three", 12), "one two…");
        assert_eq!(shorten("one two three", 8), "one two…");
        assert_eq!(shorten("one two three", 7), "one…");
        assert_eq!(shorten("three", 4), "thr…");
        assert_eq!(shorten("one…", 4), "one…");
        assert_eq!(shorten("one two…", 20), "one two…");
    }

    #[test]
    fn a_line_of_ten_thousand_characters_stays_short() {
        assert_eq!(line(&"x".repeat(10_000), 5), "xxxx…");
        assert_eq!(columns(&line(&"e\u{301}\u{301}\u{301}\u{301}".repeat(10_000), 80)), 80);
        assert_eq!(line("\n\n", 80), r"\n\n");
    }

    #[test]
    fn wrapping_breaks_at_spaces_and_within_long_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("  a   b ", 7), ["a b"]);
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrap("田中田中", 3), ["田", "中", "田", "中"]);
        assert_eq!(wrap("田", 1), ["田"]);
        assert_eq!(wrap(" ", 5), Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn escaped_text_has_nothing_invisible_and_keeps_its_bounds(text in any::<String>(), max in 2_usize..40) {
            let safe = terminal(&text);
            prop_assert!(!safe.chars().any(is_invisible));
            prop_assert_eq!(terminal(&safe), safe.as_ref());
            prop_assert!(safe.width() <= columns(&safe));
            prop_assert!(clip(&safe, max).width() <= max);
            for line in wrap(&safe, max) {
                prop_assert!(line.width() <= max && line == line.trim());
            }
        }
    }
}
