//! The controls by what they serve: every group in a row, with the worst verdict in it.

use super::escape;
use super::sheet::Sheet;
use crate::report::Report;
use crate::report::grouping::{Grouping, group};

/// The longest name of a group shown, in columns.
const NAME_COLUMNS: usize = 60;

/// The longest list of ids shown, in columns.
const IDS_COLUMNS: usize = 300;

/// How many groups are shown: the rest of the comment needs room too.
const MAX_GROUPS: usize = 60;

/// How many bytes of the sheet their rows may take.
const SHARE: usize = 20_000;

/// Writes the table of groups, which can be folded.
pub(super) fn table(sheet: &mut Sheet, report: &Report, by: &Grouping) {
    let groups = group(report, by);
    sheet.put(&format!(
        "<details open><summary>By {}</summary>\n\n| Status | Group | Controls |\n|:--|:--|:--|\n",
        escape(by.as_str(), NAME_COLUMNS)
    ));
    let rows = groups.iter().take(MAX_GROUPS).map(|group| {
        let name = group.name.map_or_else(|| "(not mapped)".to_owned(), |name| escape(name, NAME_COLUMNS));
        let members = escape(&group.members(), IDS_COLUMNS);
        format!("| {} | {name} | {members} |\n", group.status().as_str())
    });
    sheet.lines(rows, groups.len(), SHARE, "\n");
    sheet.put("\nThe status of a group is the worst in it.\n\n</details>\n\n");
}
