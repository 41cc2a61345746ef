//! A cell of a table that people open in a spreadsheet: the one place where text is made fit for it.

use crate::text;

/// The most that a cell of a common spreadsheet holds is 32,767 characters; this leaves room for apostrophes.
const MAX_COLUMNS: usize = 32_000;

/// What parts cells in some countries.
const PARTING: &str = ";";

/// Text on one line that no spreadsheet takes for a formula.
///
/// A spreadsheet calculates what begins with `=`, `+`, `-` or `@`, and a name can be chosen so that this sends data away
/// or starts a program. An apostrophe in front makes it text. Programs that read such a cell take the apostrophe away.
/// Where decimals have a comma, spreadsheets part cells at semicolons instead, so what follows one is treated alike.
/// Characters that act instead of being seen, line breaks among them, are spelled out.
pub(in crate::report) fn cell(text: &str) -> String {
    let line = text::line(text, MAX_COLUMNS);
    if !line.split(PARTING).any(calculates) {
        return line;
    }
    let parts: Vec<_> = line
        .split(PARTING)
        .map(|part| if calculates(part) { format!("'{part}") } else { part.to_owned() })
        .collect();
    text::clip(&parts.join(PARTING), MAX_COLUMNS).into_owned()
}

/// Whether a spreadsheet might take the text for a formula. Blanks and quotes before it are looked through, since some
/// trim them, and the wide forms of the signs count too, since some locales read them as the plain ones.
fn calculates(line: &str) -> bool {
    let seen = line.trim_start_matches(|ch: char| ch.is_whitespace() || ch == '"');
    seen.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_text() {
        for formula in ["=1+1", "+1", "-1", "@SUM(1)", "=cmd|'/C calc'!A0", "  =1", "\u{3000}=1", "＝1"] {
            assert_eq!(cell(formula), format!("'{formula}"));
        }
        assert_eq!(cell("\t=1"), r"\t=1");
        assert_eq!(cell("\r=1"), r"\r=1");
    }

    #[test]
    fn nothing_calculates_where_semicolons_part_cells() {
        assert_eq!(cell("a;=cmd|'/C calc'!A0;b"), "a;'=cmd|'/C calc'!A0;b");
        assert_eq!(cell("a; +1;;@b"), "a;' +1;;'@b");
        assert_eq!(cell("a;\"=1"), "a;'\"=1");
        assert_eq!(cell("first; then second"), "first; then second");
    }

    #[test]
    fn ordinary_text_is_left_alone() {
        for text in ["", "ada@example.com", "2.3", "a = b", "'quoted'", "it, \"too\""] {
            assert_eq!(cell(text), text);
        }
    }

    #[test]
    fn a_cell_is_one_line_of_bounded_length() {
        assert_eq!(cell("two\nlines"), r"two\nlines");
        assert!(cell(&"x".repeat(100_000)).chars().count() <= 32_767);
    }
}
