//! Every control on a line of its own, in the order of the guide, and the groups of them.

use comfy_table::{ColumnConstraint, Width};

use super::more;
use crate::report::grouping::{Grouping, group};
use crate::report::words::{self, about_groups};
use crate::report::{Control, Report};
use crate::terminal::page::{Page, status_word, table};
use crate::terminal::style::Tone;
use crate::text;

/// The longest id shown, in columns; ids are short unless a report is hostile.
const ID_COLUMNS: usize = 10;

/// The longest title shown.
const TITLE_COLUMNS: usize = 120;

/// The longest reason shown: one sentence, which may name people.
const REASON_COLUMNS: usize = 600;

/// The longest path shown.
const PATH_COLUMNS: usize = 200;

/// The longest name of a group shown, in columns.
const GROUP_COLUMNS: usize = 60;

/// The longest list of ids shown.
const IDS_COLUMNS: usize = 600;

/// How many groups are shown: frameworks have fewer, unless a report is hostile.
const MAX_GROUPS: usize = 500;

/// The id as reports show it.
pub(super) fn id(control: &Control) -> String {
    text::line(&control.id, ID_COLUMNS)
}

/// The title as reports show it.
pub(super) fn title(control: &Control) -> String {
    text::line(&control.title, TITLE_COLUMNS)
}

/// The reason as the table shows it, with whether a waiver or the baseline covers it.
fn reason(control: &Control) -> String {
    format!("{}{}", words::covered(control), text::line(&words::reason(control), REASON_COLUMNS))
}

/// Writes the table of controls, and below it which of them stand in for built-in ones.
pub(super) fn table_of(page: &mut Page, report: &Report) {
    page.gap();
    let mut table = table(page.width(), &["Status", "ID", "Level", "Title", "Reason"], 0..0);
    // The reason needs the room more than the title does.
    let titles = u16::try_from(page.width() / 4).unwrap_or(u16::MAX);
    if let Some(column) = table.column_mut(3) {
        column.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(titles)));
    }
    for control in report.by_priority() {
        let mark = if control.replaces_built_in { "*" } else { "" };
        table.add_row([
            status_word(control.status).to_owned(),
            id(control) + mark,
            control.level.label().to_owned(),
            title(control),
            reason(control),
        ]);
    }
    page.table(&table);
    for control in report.controls.iter().filter(|control| control.replaces_built_in) {
        let (id, path) = (id(control), text::line(&control.origin, PATH_COLUMNS));
        page.entry(0, Tone::Caution, "*", &format!("The built-in control {id} was replaced by {path}."));
    }
}

/// Writes every group with its verdict and the ids of its controls.
pub(super) fn groups(page: &mut Page, report: &Report, by: &Grouping) {
    let name = text::line(by.title(), GROUP_COLUMNS);
    page.heading(&format!("By {name}"));
    let mut rows = table(page.width(), &["Status", "Group", "Controls"], 0..0);
    let groups = group(report, by);
    for group in groups.iter().take(MAX_GROUPS) {
        let name = text::line(&group.label(), TITLE_COLUMNS);
        rows.add_row([
            status_word(group.status()).to_owned(),
            name,
            text::line(&group.members(), IDS_COLUMNS),
        ]);
    }
    page.table(&rows);
    more(page, 0, groups.len(), MAX_GROUPS);
    page.text(0, &text::line(&about_groups(report, by), IDS_COLUMNS));
}
