//! The controls by what they serve: every group on a line, with the worst verdict in it.

use super::controls::id;
use crate::report::Report;
use crate::report::grouping::{Group, Grouping, group};
use crate::report::page::{Page, status_word, table};
use crate::text;
use crate::verdict::Status;

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
        rows.add_row([status_word(group.status()).to_owned(), name, members(group)]);
    }
    page.table(&rows);
    if let Some(rest @ 1..) = groups.len().checked_sub(MAX_GROUPS) {
        page.text(0, &format!("… and {rest} more (all of them in the JSON report)"));
    }
    page.text(0, "The status of a group is the worst in it.");
}

/// The ids of a group's controls, those of the worst status first: `fail 2.3; pass 2.1, E4`.
fn members(group: &Group<'_>) -> String {
    let of_status = |status: Status| {
        let shown = group.of(status).map(|assessment| {
            let mark = if assessment.is_waived() { " (waived)" } else { "" };
            id(&assessment.control) + mark
        });
        let ids = shown.collect::<Vec<_>>().join(", ");
        (!ids.is_empty()).then(|| format!("{} {ids}", status.as_str()))
    };
    let parts: Vec<_> = Status::WORST_FIRST.into_iter().filter_map(of_status).collect();
    text::line(&parts.join("; "), IDS_COLUMNS)
}
