//! The sheet that the report is written on: keeps to what a comment holds.

use crate::report::words::{counted, more};

/// The most bytes that are written. A comment holds 65,536 characters, and a workflow may put a line above.
pub(super) const MAX_BYTES: usize = 64_000;

/// What the closing sentence and the end of a folded part need.
const RESERVE: usize = 500;

/// A report in the making.
pub(crate) struct Comment {
    text: String,
    left_out: usize,
}

impl Comment {
    /// An empty sheet.
    pub(crate) const fn new() -> Self {
        Self { text: String::new(), left_out: 0 }
    }

    /// Writes what has to be there; the caller keeps it short.
    pub(crate) fn put(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Writes lines, as long as they keep to their share of the sheet, and then how many of all there are it does not
    /// show. Escaped text may be many times as long as it is wide.
    pub(crate) fn lines(
        &mut self,
        lines: impl Iterator<Item = String>,
        all: usize,
        share: usize,
        rest: &str,
    ) {
        let most = self.text.len() + share;
        let mut shown = 0;
        for line in lines {
            if self.text.len() + line.len() > most {
                break;
            }
            self.text.push_str(&line);
            shown += 1;
        }
        if let Some(left_out @ 1..) = all.checked_sub(shown) {
            self.text.push_str(&format!("{rest}{}\n", more(left_out)));
        }
    }

    /// Writes a part with as many of its entries as there is room for, and nothing if it has none. An entry that does
    /// not fit ends the part: a shorter one of less importance should not take its place.
    pub(super) fn part(&mut self, open: &str, entries: impl Iterator<Item = String>, close: &str) {
        let mut entries = entries.peekable();
        if entries.peek().is_none() {
            return;
        }
        self.text.push_str(open);
        for entry in entries {
            if self.left_out > 0 || self.text.len() + entry.len() + close.len() > MAX_BYTES - RESERVE {
                self.left_out += 1;
            } else {
                self.text.push_str(&entry);
            }
        }
        self.text.push_str(close);
    }

    /// The text, with a sentence about what found no room.
    pub(crate) fn finish(mut self) -> String {
        if self.left_out > 0 {
            let what = counted(self.left_out as u64, "control");
            self.text
                .push_str(&format!("{what} left out for want of room: the JSON report has them all.\n\n"));
        }
        self.text.truncate(self.text.trim_end().len());
        self.text.push('\n');
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_counted_and_folds_are_closed() {
        let mut sheet = Comment::new();
        sheet.part("<details>\n", (0..100).map(|_| "x".repeat(1_000)), "</details>\n");
        sheet.part("<details>\n", std::iter::once("short".to_owned()), "</details>\n");
        let text = sheet.finish();
        assert!(text.len() <= MAX_BYTES);
        assert_eq!(text.matches("</details>").count(), 2);
        assert!(
            text.ends_with("38 controls left out for want of room: the JSON report has them all.\n"),
            "{}",
            &text[63_000..]
        );
    }

    #[test]
    fn lines_keep_to_their_share() {
        let mut sheet = Comment::new();
        let line = || "x".repeat(9) + "\n";
        sheet.lines((0..5).map(|_| line()), 8, 35, "- ");
        assert_eq!(sheet.finish(), line().repeat(3) + "- … and 5 more (all of them in the JSON report)\n");
    }

    #[test]
    fn a_part_without_entries_is_not_there() {
        let mut sheet = Comment::new();
        sheet.part("### Title\n", std::iter::empty(), "");
        assert_eq!(sheet.finish(), "\n");
    }
}
