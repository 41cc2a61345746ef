//! What stands behind the verdicts: findings with their first remedy, and what a person has to check.

use std::collections::BTreeSet;

use super::controls::{id, title};
use super::more;
use crate::report::words::{self, counted, review_command, set_aside, waived};
use crate::report::{Control, Report};
use crate::terminal::page::{Page, status_word};
use crate::terminal::style::Tone;
use crate::text;
use crate::verdict::Status;

/// How many findings of a control are listed.
const MAX_FINDINGS: usize = 20;

/// How many observations of a failing control are listed.
const MAX_CONTEXT: usize = 5;

/// How many observations of an undecided control are listed: further ones are for the reader who looks into it.
const FEW_CONTEXT: usize = 3;

/// The longest subject shown, in columns: an e-mail address and then some.
const SUBJECT_COLUMNS: usize = 100;

/// The longest message of a finding shown.
const MESSAGE_COLUMNS: usize = 200;

/// The longest observation shown.
const CONTEXT_COLUMNS: usize = 300;

/// The longest way and action shown.
const STEP_COLUMNS: usize = 500;

/// Writes every failing control with its findings and where to put it right. Some ids of events are shared by different
/// ones.
pub(super) fn failed(page: &mut Page, report: &Report, shared: &BTreeSet<&str>) {
    let mut failing = report.ended(Status::Fail).peekable();
    if failing.peek().is_none() {
        return;
    }
    page.heading("What failed");
    for control in failing {
        told(page, control, shared, MAX_CONTEXT);
        next(page, control);
    }
    page.gap();
    page.text(0, "All steps of a control: intercom-harden controls show ID");
}

/// Writes the undecided controls about which there is more to say than the reason in the table.
pub(super) fn to_check(page: &mut Page, report: &Report, shared: &BTreeSet<&str>) {
    let mut telling = report
        .by_priority()
        .into_iter()
        .filter(|control| matches!(control.status, Status::Manual | Status::Unknown))
        .filter(|control| !control.findings.is_empty() || !control.context.is_empty())
        .peekable();
    if telling.peek().is_none() {
        return;
    }
    page.heading("What is known about the undecided ones");
    for control in telling {
        told(page, control, shared, FEW_CONTEXT);
    }
}

/// Writes a control with its findings and that many observations.
fn told(page: &mut Page, control: &Control, shared: &BTreeSet<&str>, most_context: usize) {
    page.gap();
    let text = format!("{} ({}) {}", id(control), control.level.label(), title(control));
    page.entry(0, Tone::Status(control.status), status_word(control.status), &text);
    details(page, control, shared, most_context);
}

/// Writes what was found, and that many observations.
pub(in crate::report) fn details(
    page: &mut Page,
    control: &Control,
    shared: &BTreeSet<&str>,
    most_context: usize,
) {
    if let Some(waiver) = &control.waived {
        page.entry(2, Tone::Caution, "note:", &line(&waived(waiver)));
    }
    findings(page, control, shared);
    for observation in control.context.iter().take(most_context) {
        page.entry(2, Tone::Label, "note:", &text::line(observation, CONTEXT_COLUMNS));
    }
    more(page, 2, control.context.len(), most_context);
}

/// Findings that fail the gate come first; those that a baseline shows too are not news, and merely counted.
fn findings(page: &mut Page, control: &Control, shared: &BTreeSet<&str>) {
    let (known, mut news): (Vec<_>, Vec<_>) =
        control.findings.iter().partition(|finding| finding.in_baseline);
    news.sort_by_key(|finding| (finding.is_reviewed(), finding.waived.is_some()));
    for finding in news.iter().take(MAX_FINDINGS) {
        let subject = text::line(&finding.subject, SUBJECT_COLUMNS);
        let message = text::line(&finding.message, MESSAGE_COLUMNS);
        let text = match (subject.is_empty(), message.is_empty()) {
            (false, false) => format!("{subject}: {message}"),
            (true, true) => "(without a name)".to_owned(),
            _ => subject + &message,
        };
        match set_aside(finding.reviewed.as_ref(), finding.waived.as_ref()) {
            Some(aside) => page.entry(2, Tone::Label, "-", &format!("{text} ({})", line(&aside))),
            None => page.entry(2, Tone::Bad, "-", &text),
        }
        if let Some(event) = control.event_to_review(finding, shared).filter(|_| finding.waived.is_none()) {
            page.entry(4, Tone::Good, "review:", &line(&review_command(event)));
        }
    }
    more(page, 2, news.len(), MAX_FINDINGS);
    if !known.is_empty() {
        page.text(2, &format!("{} in the baseline too", counted(known.len() as u64, "finding")));
    }
}

/// What a person decided, on one line.
fn line(words: &str) -> String {
    text::line(words, CONTEXT_COLUMNS)
}

/// Writes where to go and what to do there first.
pub(in crate::report) fn next(page: &mut Page, control: &Control) {
    if let Some(next) = words::next(control) {
        page.entry(2, Tone::Good, "next:", &text::line(&next, STEP_COLUMNS));
    }
}
