//! The report for people: tables and lists on a terminal.
//!
//! It goes from the outside in: what was scanned, every control on one line, what to do about those that
//! failed, what a person has to check. How well the sources could be read, the counts and the gate come
//! last, where a terminal leaves them on the screen.

use super::{Options, Report, words};
use crate::terminal::page::Page;

mod controls;
mod findings;
mod scope;

pub(super) use findings::{details, next};

#[cfg(test)]
mod tests;

/// Renders the report. No line is longer than the style's width, none ends in a space, and apart from
/// newlines and the style's colours there are no control characters.
pub(super) fn render(report: &Report, options: &Options) -> String {
    let mut page = Page::new(options.style);
    scope::heading(&mut page, report);
    if let Some(by) = &options.by {
        controls::groups(&mut page, report, by);
    }
    controls::table_of(&mut page, report);
    let shared = report.shared_events();
    findings::failed(&mut page, report, &shared);
    findings::to_check(&mut page, report, &shared);
    scope::sources(&mut page, report);
    scope::warnings(&mut page, report);
    scope::counts(&mut page, report);
    scope::gate(&mut page, report);
    page.finish()
}

/// Says how many of all are not among those shown; nothing where they all are.
fn more(page: &mut Page, indent: usize, all: usize, shown: usize) {
    if let Some(left_out @ 1..) = all.checked_sub(shown) {
        page.text(indent, &words::more(left_out));
    }
}
