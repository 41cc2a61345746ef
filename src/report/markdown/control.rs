//! A control: what is wrong, what is known, what to do.

use super::escape::escape;
use crate::report::Control;
use crate::report::item::{Item, items_of};
use crate::report::words::{self, counted};

/// How many findings are listed before the rest is folded.
const OPEN_FINDINGS: usize = 10;

/// How many findings are listed at all.
const MAX_FINDINGS: usize = 100;

/// How many bytes the findings of one control may take, so that there is room for the other controls.
const MAX_BYTES: usize = 12_000;

/// How many observations and steps are listed.
const MAX_LINES: usize = 5;

/// The longest title shown, in columns.
const TITLE_COLUMNS: usize = 120;

/// The longest sentence shown, in columns.
const SENTENCE_COLUMNS: usize = 300;

/// A control that fails, with its findings and steps.
pub(super) fn failing(control: &Control) -> String {
    let mut text = format!("#### {}\n\n{}\n\n", name(control), escape(&control.reason, SENTENCE_COLUMNS));
    if let Some(waiver) = &control.waived {
        text.push_str(&format!("*{}*\n\n", escape(&words::waived(waiver), SENTENCE_COLUMNS)));
    }
    findings(&mut text, control);
    context(&mut text, &control.context);
    steps(&mut text, control);
    text
}

/// A control that is not decided, as an item of a list with what is known below it.
pub(super) fn undecided(control: &Control) -> String {
    let mut text = format!("- **{}**: {}", name(control), escape(&control.reason, SENTENCE_COLUMNS));
    if let Some(waiver) = &control.waived {
        text.push_str(&format!(" *{}*", escape(&words::waived(waiver), SENTENCE_COLUMNS)));
    }
    text.push('\n');
    for item in items_of(control).filter(|item| item.finding.is_some()).take(MAX_LINES) {
        text.push_str(&format!("  - {}\n", finding(item)));
    }
    if let Some(rest @ 1..) = control.findings.len().checked_sub(MAX_LINES) {
        text.push_str(&format!("  - {}\n", words::more(rest)));
    }
    text.push('\n');
    text
}

/// What a person attested, as an item of a list.
pub(super) fn attested(control: &Control) -> String {
    let signed = control.attestation.as_ref().map(words::attested).unwrap_or_default();
    format!("- **{}**: {}\n", name(control), escape(&signed, SENTENCE_COLUMNS))
}

fn name(control: &Control) -> String {
    let Control { id, title, level, .. } = control;
    format!("{} {} ({})", escape(id, TITLE_COLUMNS), escape(title, TITLE_COLUMNS), level.label())
}

/// The findings that count first; those that a baseline shows too are merely counted.
fn findings(text: &mut String, control: &Control) {
    let (known, mut news): (Vec<_>, Vec<_>) =
        items_of(control).filter(|item| item.finding.is_some()).partition(Item::in_baseline);
    news.sort_by_key(Item::is_set_aside);
    let (mut shown, mut folded) = (String::new(), String::new());
    let mut listed = 0;
    for item in news.iter().take(MAX_FINDINGS) {
        let line = format!("- {}\n", finding(*item));
        if shown.len() + folded.len() + line.len() > MAX_BYTES {
            break;
        }
        if listed < OPEN_FINDINGS {
            shown.push_str(&line)
        } else {
            folded.push_str(&line)
        }
        listed += 1;
    }
    let left_out = news.len() - listed;
    text.push_str(&shown);
    if !folded.is_empty() {
        let count = listed - OPEN_FINDINGS;
        text.push_str(&format!("\n<details><summary>{count} more</summary>\n\n{folded}\n</details>\n"));
    }
    if left_out > 0 {
        text.push_str(&format!("\n{}\n", words::more(left_out)));
    }
    if !known.is_empty() {
        text.push_str(&format!("\n{} in the baseline too\n", counted(known.len() as u64, "finding")));
    }
    if !control.findings.is_empty() {
        text.push('\n');
    }
}

fn finding(item: Item<'_>) -> String {
    let sentence = escape(&item.sentence(), SENTENCE_COLUMNS);
    // The decision about the control as a whole stands above the list.
    let own = item.finding.and_then(|finding| finding.waived.as_ref());
    match words::set_aside(item.reviewed(), own) {
        Some(aside) => format!("{sentence} *({})*", escape(&aside, SENTENCE_COLUMNS)),
        None => sentence,
    }
}

fn context(text: &mut String, context: &[String]) {
    for observation in context.iter().take(MAX_LINES) {
        text.push_str(&format!("> {}\n\n", escape(observation, SENTENCE_COLUMNS)));
    }
}

fn steps(text: &mut String, control: &Control) {
    if control.remediation.is_empty() {
        return;
    }
    text.push_str("<details><summary>What to do</summary>\n\n");
    for step in control.remediation.iter().take(MAX_LINES) {
        text.push_str(&format!("1. {}\n", escape(&words::step_and_place(step), SENTENCE_COLUMNS)));
    }
    text.push_str("\n</details>\n\n");
}
