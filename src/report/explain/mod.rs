//! One control explained without a network: what it asks for, why, what to do, how it is decided, and how a
//! person has the last word.

use std::path::Path;

use super::words::{attest_command, reason, review_command, step_and_place};
use super::{Report, Style, table};
use crate::controls::{Control, Definition, Origin, Step};
use crate::terminal::page::{Page, status_word};
use crate::terminal::style::Tone;
use crate::text;
use crate::time::day_of;

pub(super) mod decision;

/// The longest text of a control file shown on one line, in columns.
const LINE_COLUMNS: usize = 4_000;

/// Explains a control. Its parameters are shown with the values in force; what the last report says of it comes after
/// what it asks for.
pub(crate) fn explain(definition: &Definition, report: Option<&Report>, style: Style) -> String {
    let control = &*definition.control;
    let mut page = Page::new(style);
    head(&mut page, control);
    if let Some(report) = report {
        found(&mut page, report, &control.id);
    }
    page.heading("What it asks for");
    page.text(2, &line(&control.description));
    page.heading("Why");
    page.text(2, &line(&control.rationale));
    if !control.prerequisites.is_empty() {
        page.heading("Before you start");
        control.prerequisites.iter().for_each(|item| bullet(&mut page, 2, item));
    }
    page.heading("What to do");
    if !control.effort.is_empty() {
        page.text(2, &format!("effort: {}", line(&control.effort)));
    }
    steps(&mut page, &control.steps);
    decided(&mut page, definition);
    parameters(&mut page, control);
    page.heading("What it needs");
    decision::needed(&definition.rules).iter().for_each(|line| bullet(&mut page, 2, line));
    frameworks(&mut page, control);
    let documentation = control.documentation();
    if !documentation.is_empty() {
        page.heading("Documentation");
        documentation.iter().for_each(|address| bullet(&mut page, 2, address));
    }
    last_word(&mut page, control);
    page.finish()
}

fn head(page: &mut Page, control: &Control) {
    page.entry(0, Tone::Heading, &line(&control.id), &line(&control.title));
    page.text(0, &format!("{}, {}", control.level.label(), line(&control.section)));
    match &control.origin {
        Origin::BuiltIn => {}
        Origin::File(path) => page.entry(0, Tone::Caution, "added by", &escaped(path)),
        Origin::Replaces(path) => page.entry(0, Tone::Caution, "replaced by", &escaped(path)),
    }
}

/// Writes where to click and what to do there, step by step.
pub(crate) fn steps(page: &mut Page, steps: &[Step]) {
    for (number, step) in (1..).zip(steps) {
        page.entry(2, Tone::Label, &format!("{number}."), &line(&step_and_place(step)));
        step.actions.iter().for_each(|action| bullet(page, 5, action));
    }
}

/// Writes what the checks look at.
fn decided(page: &mut Page, definition: &Definition) {
    page.heading("How it is decided");
    decision::summary(&definition.rules).into_iter().for_each(|sentence| page.text(2, sentence));
    for check in decision::decisions(definition) {
        page.entry(2, Tone::Label, &format!("{}:", line(check.name)), &check.what);
        for detail in &check.details {
            page.entry(5, Tone::Label, &format!("{}:", detail.label), &line(&detail.text));
        }
    }
}

fn parameters(page: &mut Page, control: &Control) {
    if control.params.is_empty() {
        return;
    }
    page.heading(&format!("Parameters, to be set under [params.\"{}\"]", line(&control.id)));
    for (name, value) in &control.params {
        page.entry(2, Tone::Label, &format!("{} =", line(name)), &line(&parameter(value)));
    }
}

/// A parameter's value as a configuration has it: numbers, texts and lists of texts look the same in JSON and in TOML.
pub(super) fn parameter(value: &serde_json::Value) -> String {
    value.to_string().replace("\",\"", "\", \"")
}

fn frameworks(page: &mut Page, control: &Control) {
    page.heading("Frameworks");
    for (framework, ids) in control.frameworks.iter().filter(|(_, ids)| !ids.is_empty()) {
        let own = if control.own_mappings.contains(framework) { " (own mapping)" } else { "" };
        page.entry(
            2,
            Tone::Label,
            &format!("{}:", line(framework)),
            &format!("{}{own}", line(&ids.join(", "))),
        );
    }
    if let Some(since) = &control.since {
        page.entry(2, Tone::Label, "hardening guide:", &format!("since {}", line(since)));
    }
}

/// What a report says of the control.
fn found(page: &mut Page, report: &Report, id: &str) {
    page.heading(&format!("Verdict of {}", day_of(report.scan.at)));
    match report.control(id) {
        Some(control) => {
            let status = control.status;
            page.entry(2, Tone::Status(status), status_word(status), &line(&reason(control)));
            table::details(page, control, &report.shared_events(), usize::MAX);
            table::next(page, control);
        }
        None => page.text(2, "The report does not have this control."),
    }
}

/// How a person records what they saw, or decides to live with it.
fn last_word(page: &mut Page, control: &Control) {
    page.heading("How a person has a say");
    for (sentence, command) in sayings(control) {
        page.text(2, &format!("{sentence}:"));
        page.text(4, &command);
    }
    page.text(4, "--subject WHO or --event ID waives one finding only");
}

/// What a person may decide, each with the command that records it.
pub(super) fn sayings(control: &Control) -> Vec<(&'static str, String)> {
    let id = line(&control.id);
    let waive =
        format!("intercom-harden waive {id} --reason \"why\" --by \"Your Name\" --expires YYYY-MM-DD");
    let mut sayings = vec![
        (
            "If you have looked and it is as it should be, attest it; that counts where data does not decide",
            attest_command(&id),
        ),
        (
            "If you accept what is found until a date, waive it; it stays in the report and no longer fails the gate",
            waive,
        ),
    ];
    if !control.reviewable.is_empty() {
        sayings.push((
            "If you have looked at an event that is found and it is in order, review it; it no longer counts",
            review_command("EVENT"),
        ));
    }
    sayings
}

fn bullet(page: &mut Page, indent: usize, item: &str) {
    page.entry(indent, Tone::Label, "-", &line(item));
}

fn escaped(path: &Path) -> String {
    line(&path.display().to_string())
}

fn line(text: &str) -> String {
    text::line(text, LINE_COLUMNS)
}
