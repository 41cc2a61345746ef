//! The sheet that a report is written on, line by line: knows width, colours and indentation.

use std::borrow::Cow;

use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

use crate::terminal::Style;
use crate::terminal::style::Tone;
use crate::text;
use crate::verdict::Status;

/// The columns between two columns of a table.
const GAP: u16 = 2;

/// A report in the making. What is written on it is escaped already.
pub(crate) struct Page {
    style: Style,
    out: String,
}

impl Page {
    pub(crate) const fn new(style: Style) -> Self {
        Self { style, out: String::new() }
    }

    /// The longest line there may be.
    pub(crate) const fn width(&self) -> usize {
        self.style.width
    }

    /// Leaves a line free.
    pub(crate) fn gap(&mut self) {
        self.out.push('\n');
    }

    /// Starts a part of the report.
    pub(crate) fn heading(&mut self, title: &str) {
        self.gap();
        self.entry(0, Tone::Heading, title, "");
    }

    /// Writes text of the program's own, wrapped. What comes from outside goes through [`Self::entry`].
    pub(crate) fn text(&mut self, indent: usize, text: &str) {
        for line in text::wrap(text, self.style.width.saturating_sub(indent)) {
            self.put(indent, &line);
        }
    }

    /// Writes a short lead in the colours of its role and text behind it; where the text wraps, it
    /// continues below itself, so that it can never pass for a line of the report's own.
    pub(crate) fn entry(&mut self, indent: usize, role: Tone, lead: &str, text: &str) {
        let hanging = indent + text::columns(lead) + 1;
        let mut lines = text::wrap(text, self.style.width.saturating_sub(hanging)).into_iter();
        let first = lines.next().unwrap_or_default();
        let shown = lead.trim_end();
        let pad = " ".repeat(text::columns(lead) + 1 - text::columns(shown));
        self.put(indent, &format!("{}{pad}{first}", self.style.paint(role, shown)));
        for line in lines {
            self.put(hanging, &line);
        }
    }

    /// Writes a table. The status words that open a row get their colours only once everything is laid
    /// out: escape sequences would count as text, and the layout should not hang on the environment,
    /// which the table library would otherwise ask about colours.
    pub(crate) fn table(&mut self, table: &Table) {
        for (number, line) in table.lines().enumerate() {
            let line = line.trim_end();
            let word = line.split(' ').next().unwrap_or_default();
            let status = Status::ALL.iter().copied().find(|&status| status_word(status) == word);
            let line = match status {
                _ if number == 0 => self.style.paint(Tone::Label, line),
                Some(status) => {
                    let rest = line.get(word.len()..).unwrap_or_default();
                    self.style.paint(Tone::Status(status), word) + rest
                }
                None => line.to_owned(),
            };
            self.put(0, &line);
        }
    }

    fn put(&mut self, indent: usize, line: &str) {
        let line = commanding_nothing(line.trim_end());
        let line = &*self.style.decorated(&line);
        if !line.is_empty() {
            self.out.extend(std::iter::repeat_n(' ', indent));
            self.out.push_str(line);
        }
        self.out.push('\n');
    }

    pub(crate) fn finish(self) -> String {
        self.out
    }
}

/// A line that no CI system takes for a command to itself when it reads what a step prints: those of GitHub stand at the
/// start of a line, where wrapped text may come to stand, and older ones of GitHub, Azure Pipelines and TeamCity have two
/// number signs and a bracket. Signs that look alike take their place.
fn commanding_nothing(line: &str) -> Cow<'_, str> {
    let mut safe = Cow::Borrowed(line);
    if let Some(rest) = line.trim_start().strip_prefix("::") {
        let blanks = line.len() - line.trim_start().len();
        safe = format!("{}∷{rest}", " ".repeat(blanks)).into();
    }
    if safe.contains("##") && safe.contains('[') {
        safe = safe.replace("##", "#♯").into();
    }
    safe
}

/// The word a status has in the report for people.
pub(crate) const fn status_word(status: Status) -> &'static str {
    match status {
        Status::Pass => "PASS",
        Status::Fail => "FAIL",
        Status::Manual => "MANUAL",
        Status::Unknown => "UNKNOWN",
    }
}

/// An empty table with a line below its header; the columns in `numbers` are aligned to the right.
pub(crate) fn table(width: usize, header: &[&str], numbers: std::ops::Range<usize>) -> Table {
    let mut table = Table::new();
    table
        .load_style(TableStyle::new().header_separator(LineStyle::none().fill('─')))
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(width).unwrap_or(u16::MAX))
        .set_header(header.iter().map(Cell::new));
    let last = header.len().saturating_sub(1);
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, if index == last { 0 } else { GAP }));
        if numbers.contains(&index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_a_command_to_a_ci_system() {
        let name = format!(
            "{} ::error::gone ##[add-mask]x ##vso[task.setvariable]y ::stop-commands::z",
            "x".repeat(55)
        );
        let mut page = Page::new(Style::plain(60));
        page.entry(2, Tone::Bad, "-", &name);
        let mut table = table(60, &["Status", "Reason"], 0..0);
        table.add_row(["PASS".to_owned(), name]);
        page.table(&table);
        let text = page.finish();
        assert!(text.contains("∷error::gone") && !text.contains("##"), "{text}");
        assert!(!text.lines().any(|line| line.trim_start().starts_with("::")), "{text}");
        assert_eq!(commanding_nothing("2001:db8::1 # ## a"), "2001:db8::1 # ## a");
    }
}
