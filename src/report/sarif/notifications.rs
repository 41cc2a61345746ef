//! What is told about the scan itself: what could not be decided, and what else the reader should know.

use super::document::{Message, Notification, RuleReference};
use super::{MESSAGE_COLUMNS, message};
use crate::report::words::counted;
use crate::report::{Assessment, Report};
use crate::sources::SourceStatus;
use crate::verdict::Status;

/// Everything worth a notification, gravest first.
pub(super) fn notifications(report: &Report, left_out: usize) -> Vec<Notification<'_>> {
    let sources =
        report.sources.iter().filter(|source| source.status == SourceStatus::Failed).map(|source| {
            let detail = source.detail.as_deref().unwrap_or("no detail");
            note("error", &format!("Not all could be read of {}: {detail}", source.id.describe()))
        });
    let cut = (left_out > 0).then(|| {
        let what = counted(left_out as u64, "result");
        note(
            "warning",
            &format!("{what} left out, since code scanning accepts no more; the JSON report has all."),
        )
    });
    let warnings = report.warnings.iter().map(|warning| note("warning", warning));
    let undecided = report.assessments.iter().enumerate().filter_map(|(index, one)| undecided(index, one));
    sources.chain(cut).chain(warnings).chain(undecided).collect()
}

fn undecided(index: usize, assessment: &Assessment) -> Option<Notification<'_>> {
    let Assessment { control, verdict, .. } = assessment;
    let (level, what) = match verdict.status {
        Status::Unknown => ("warning", "could not be decided"),
        Status::Manual => ("note", "waits for a person"),
        Status::Pass | Status::Fail => return None,
    };
    let sentence = format!("{} {what}: {}", control.id, verdict.reason);
    Some(Notification {
        associated_rule: Some(RuleReference { id: &control.id, index }),
        ..note(level, &sentence)
    })
}

fn note<'a>(level: &'static str, text: &str) -> Notification<'a> {
    Notification { level, message: Message::plain(message(text, MESSAGE_COLUMNS)), associated_rule: None }
}
