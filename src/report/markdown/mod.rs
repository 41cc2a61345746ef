//! Markdown that fits a comment on a pull request and the summary of a CI job.
//!
//! What failed comes first and in full; what waits for a person is folded, and so are long lists. A comment on GitHub holds
//! 65,536 characters: where the report is longer, the controls that no longer fit are counted instead. Text from outside
//! goes through [`escape()`].
//!
//! ```markdown
//! ## intercom-harden: gate failed
//!
//! Workspace **Example Support** (ab12cd34), region EU, 12 teammates. Scanned 2026-02-01 12:00 UTC.
//!
//! **Gate failed: 1 of 3 controls evaluated up to L1 fails: 2.3. Exit code 1.**
//!
//! | Level | Pass | Fail | Manual | Unknown | Coverage |
//! |:--|--:|--:|--:|--:|--:|
//! | L1 | 1 | 1 | 1 | 0 | 67 % |
//!
//! ### What failed
//!
//! #### 2.3 Limit admin access (L1)
//!
//! 5 of 12 teammates are privileged; at most 3 should be.
//!
//! - ada&#64;<!-- -->example.com: privileged: role Owner
//! ```

use super::Report;
use super::grouping::{Grouping, group};
use super::words::{self, counted};
use crate::verdict::Status;

mod control;
mod escape;
mod overview;
mod sheet;
mod summary;
#[cfg(test)]
pub(super) mod tests;

pub(crate) use escape::{code, document, escape, fenced};
pub(crate) use sheet::Comment;

/// The longest name of a group shown, in columns.
const GROUP_COLUMNS: usize = 120;

/// The longest list of ids shown, in columns.
const IDS_COLUMNS: usize = 300;

/// How many groups are shown: the rest of the comment needs room too.
const MAX_GROUPS: usize = 60;

/// How many bytes of the sheet their rows may take.
const GROUPS_SHARE: usize = 20_000;

/// Renders the report.
pub(super) fn render(report: &Report, by: Option<&Grouping>) -> String {
    let mut sheet = Comment::new();
    sheet.put(&overview::heading(report));
    overview::warnings(&mut sheet, report);
    summary::write(&mut sheet, report);
    sheet.put(&overview::counts(report));
    if let Some(by) = by {
        groups(&mut sheet, report, by);
    }
    // What fails the gate comes first, so that it is cut last.
    sheet.part("### What failed\n\n", report.ended(Status::Fail).map(control::failing), "");
    for (status, title) in
        [(Status::Unknown, "could not be decided"), (Status::Manual, "for a person to check")]
    {
        let count = report.ended(status).count();
        let open = format!("<details><summary>{} {title}</summary>\n\n", counted(count as u64, "control"));
        sheet.part(&open, report.ended(status).map(control::undecided), "</details>\n\n");
    }
    let signed = || report.controls.iter().filter(|one| one.attestation.is_some());
    let count = counted(signed().count() as u64, "attestation");
    let open = format!("<details><summary>{count}</summary>\n\n");
    sheet.part(&open, signed().map(control::attested), "\n</details>\n\n");
    sheet.finish()
}

/// Writes the table of groups, which can be folded.
fn groups(sheet: &mut Comment, report: &Report, by: &Grouping) {
    let groups = group(report, by);
    sheet.put(&format!(
        "<details open><summary>By {}</summary>\n\n| Status | Group | Controls |\n|:--|:--|:--|\n",
        escape(by.title(), GROUP_COLUMNS)
    ));
    let rows = groups.iter().take(MAX_GROUPS).map(|group| {
        let name = escape(&group.label(), GROUP_COLUMNS);
        let members = escape(&group.members(), IDS_COLUMNS);
        format!("| {} | {name} | {members} |\n", group.status().as_str())
    });
    sheet.lines(rows, groups.len(), GROUPS_SHARE, "\n");
    let about = escape(&words::about_groups(report, by), IDS_COLUMNS);
    sheet.put(&format!("\n{about}\n\n</details>\n\n"));
}
