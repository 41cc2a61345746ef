//! A comparison for a comment on a pull request or the summary of a job.

use super::parts::{Line, about, gate, nothing, parts};
use crate::diff::Diff;
use crate::report::words::counted;
use crate::report::{Comment, escape_markdown};

/// The longest text of a line, in columns.
const COLUMNS: usize = 400;

/// How many bytes of the comment one part may take.
const SHARE: usize = 8_000;

/// Renders the comparison.
pub(super) fn render(diff: &Diff<'_>) -> String {
    let mut sheet = Comment::new();
    if diff.is_empty() {
        sheet.put(&format!("{}\n", escape_markdown(&nothing(diff), COLUMNS)));
        return sheet.finish();
    }
    let (workspace, when) = about(diff);
    let (outcome, why) = gate(diff);
    sheet.put(&format!(
        "## intercom-harden: what changed, gate {outcome}\n\nWorkspace **{}**: {}.\n\n**Gate {outcome}: {}**\n\n",
        escape_markdown(workspace, COLUMNS),
        escape_markdown(&when, COLUMNS),
        escape_markdown(&why, COLUMNS)
    ));
    for warning in &diff.warnings {
        sheet.put(&format!("> {}\n\n", escape_markdown(warning, COLUMNS)));
    }
    for part in parts(diff) {
        sheet.put(&format!("### {} ({})\n\n", part.title, part.lines.len()));
        sheet.lines(part.lines.iter().map(line), part.lines.len(), SHARE, "- ");
        sheet.put("\n");
    }
    sheet.put(&format!("{} ended as before.\n", counted(diff.unchanged as u64, "control")));
    sheet.finish()
}

fn line(Line { lead, text, next }: &Line) -> String {
    let next = next.as_ref().map(|next| format!(" **Next:** {}", escape_markdown(next, COLUMNS)));
    format!(
        "- **{}** {}{}\n",
        escape_markdown(lead, COLUMNS),
        escape_markdown(text, COLUMNS),
        next.unwrap_or_default()
    )
}
