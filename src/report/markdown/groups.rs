//! The controls by what they serve: every group in a row, with the worst verdict in it.

use super::escape;
use crate::report::Report;
use crate::report::grouping::{Group, Grouping, group};
use crate::verdict::Status;

/// The longest name of a group shown, in columns.
const NAME_COLUMNS: usize = 60;

/// The longest list of ids shown, in columns.
const IDS_COLUMNS: usize = 300;

/// How many groups are shown: the rest of the comment needs room too.
const MAX_GROUPS: usize = 60;

/// The table of groups, folded where it is long.
pub(super) fn table(report: &Report, by: &Grouping) -> String {
    let groups = group(report, by);
    let name = escape(by.as_str(), NAME_COLUMNS);
    let mut text = format!(
        "<details open><summary>By {name}</summary>\n\n| Status | Group | Controls |\n|:--|:--|:--|\n"
    );
    for group in groups.iter().take(MAX_GROUPS) {
        let name = group.name.map_or_else(|| "(not mapped)".to_owned(), |name| escape(name, NAME_COLUMNS));
        text.push_str(&format!("| {} | {name} | {} |\n", group.status().as_str(), members(group)));
    }
    if let Some(rest @ 1..) = groups.len().checked_sub(MAX_GROUPS) {
        text.push_str(&format!("\n… and {rest} more (all of them in the JSON report)\n"));
    }
    text.push_str("\nThe status of a group is the worst in it.\n\n</details>\n\n");
    text
}

/// The ids of a group's controls, those of the worst status first.
fn members(group: &Group<'_>) -> String {
    let of_status = |status: Status| {
        let ids: Vec<&str> = group.of(status).map(|assessment| assessment.control.id.as_str()).collect();
        (!ids.is_empty()).then(|| format!("{} {}", status.as_str(), ids.join(", ")))
    };
    let parts: Vec<_> = Status::WORST_FIRST.into_iter().filter_map(of_status).collect();
    escape(&parts.join("; "), IDS_COLUMNS)
}
