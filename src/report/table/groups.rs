//! The controls by what they serve: every group on a line, with the worst verdict in it.

use crate::report::Report;
use crate::report::grouping::{Grouping, group};
use crate::terminal::page::{Page, status_word, table};
use crate::text;

/// The longest name of a group shown, in columns.
const NAME_COLUMNS: usize = 60;

/// The longest list of ids shown.
const IDS_COLUMNS: usize = 600;

/// How many groups are shown: frameworks have fewer, unless somebody means harm.
const MAX_GROUPS: usize = 500;

/// Writes every group with its verdict and the ids of its controls.
pub(super) fn table_of(page: &mut Page, report: &Report, by: &Grouping) {
    let name = text::line(by.as_str(), NAME_COLUMNS);
    page.heading(&format!("By {name}"));
    let mut rows = table(page.width(), &["Status", "Group", "Controls"], 0..0);
    let groups = group(report, by);
    for group in groups.iter().take(MAX_GROUPS) {
        let name =
            group.name.map_or_else(|| "(not mapped)".to_owned(), |name| text::line(name, NAME_COLUMNS));
        rows.add_row([
            status_word(group.status()).to_owned(),
            name,
            text::line(&group.members(), IDS_COLUMNS),
        ]);
    }
    page.table(&rows);
    if let Some(rest @ 1..) = groups.len().checked_sub(MAX_GROUPS) {
        page.text(0, &format!("… and {rest} more (all of them in the JSON report)"));
    }
    page.text(0, "The status of a group is the worst in it.");
}
