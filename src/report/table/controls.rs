//! Every control on a line of its own, in the order of the guide.

use comfy_table::{ColumnConstraint, Width};

use crate::controls::{Control, Origin};
use crate::report::{Assessment, Report};
use crate::terminal::page::{Page, status_word, table};
use crate::terminal::style::Role;
use crate::text;
use crate::verdict::Status;

/// The longest id shown, in columns; ids are short unless somebody means harm.
const ID_COLUMNS: usize = 10;

/// The longest title shown.
const TITLE_COLUMNS: usize = 120;

/// The longest reason shown: one sentence, which may name people.
const REASON_COLUMNS: usize = 600;

/// The longest path shown.
const PATH_COLUMNS: usize = 200;

/// The id as reports show it.
pub(super) fn id(control: &Control) -> String {
    text::line(&control.id, ID_COLUMNS)
}

/// The title as reports show it.
pub(super) fn title(control: &Control) -> String {
    text::line(&control.title, TITLE_COLUMNS)
}

/// The reason as the table shows it, with what is laid over the verdict.
fn reason(assessment: &Assessment) -> String {
    let reason = text::line(&assessment.verdict.reason, REASON_COLUMNS);
    match (assessment.is_waived(), assessment.verdict.status) {
        (true, _) => format!("[waived] {reason}"),
        (false, Status::Fail) if !assessment.violates(false) => format!("[nothing new] {reason}"),
        _ => reason,
    }
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
    for assessment in &report.assessments {
        let control = &assessment.control;
        let mark = if matches!(control.origin, Origin::Replaces(_)) { "*" } else { "" };
        table.add_row([
            status_word(assessment.verdict.status).to_owned(),
            id(control) + mark,
            control.level.label().to_owned(),
            title(control),
            reason(assessment),
        ]);
    }
    page.table(&table);
    for assessment in &report.assessments {
        if let Origin::Replaces(path) = &assessment.control.origin {
            let path = text::line(&path.to_string_lossy(), PATH_COLUMNS);
            let id = id(&assessment.control);
            page.entry(0, Role::Caution, "*", &format!("The built-in control {id} was replaced by {path}."));
        }
    }
}
