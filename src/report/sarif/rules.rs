//! A rule for each control that was evaluated, whatever came of it.

use serde::Serialize;

use super::{MESSAGE_COLUMNS, line, message};
use crate::casefold::capitalized;
use crate::level::Level;
use crate::report::json::object;
use crate::report::markdown::escape;
use crate::report::words::{frameworks_in_a_line, full_stop, mapped, step_and_place, steps};
use crate::report::{Control, Report};

/// The most tags of a rule that code scanning accepts.
const MAX_TAGS: usize = 20;

/// The longest tag, name or title, in columns.
const NAME_COLUMNS: usize = 120;

/// How many actions of all steps are listed: enough for any control worth reading.
const MAX_ACTIONS: usize = 100;

/// How a result of that level is shown.
pub(super) const fn level(level: Level) -> &'static str {
    match level {
        Level::L1 => "error",
        Level::L2 => "warning",
        Level::L3 => "note",
    }
}

/// The rule of a control.
pub(super) fn rule<'a>(report: &'a Report, control: &'a Control) -> impl Serialize + use<'a> {
    let security_severity = match control.level {
        Level::L1 => "8.0",
        Level::L2 => "5.5",
        Level::L3 => "3.0",
    };
    object! {
        "id": &control.id,
        "name": name(control),
        "shortDescription": message(sentence(&control.title)),
        "fullDescription": message(sentence(&control.description)),
        "helpUri"?: documentation(report, control),
        "help": object! { "text": help(control), "markdown": help_in_markdown(control) },
        "defaultConfiguration": object! { "level": level(control.level) },
        "properties": object! {
            "tags": tags(control),
            "precision": "very-high",
            "problem.severity": if control.level == Level::L3 { "recommendation" } else { level(control.level) },
            "security-severity": security_severity,
        },
    }
}

/// The first address where more is said about it; a built-in control without any goes by the guide.
fn documentation(report: &Report, control: &Control) -> Option<String> {
    let guide = control.pack.and_then(|_| page(&report.catalog.guide_url)).map(str::to_owned);
    control.documentation().into_iter().next().filter(|address| page(address).is_some()).or(guide)
}

/// The address of a page; a saved report may hold anything in its place.
pub(super) fn page(address: &str) -> Option<&str> {
    url::Url::parse(address).is_ok_and(|url| url.scheme() == "https").then_some(address)
}

/// Text of the control file as a sentence; viewers expect one.
fn sentence(text: &str) -> String {
    full_stop(line(&text.split_whitespace().collect::<Vec<_>>().join(" "), MESSAGE_COLUMNS))
}

/// The title as one word, as SARIF has names: `LimitAdminAccess`.
fn name(control: &Control) -> String {
    let words = control.title.split(|ch: char| !ch.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut name: String = words.map(capitalized).collect();
    if !name.starts_with(char::is_alphabetic) {
        name.insert_str(0, "Control");
    }
    name.chars().take(NAME_COLUMNS).collect()
}

fn tags(control: &Control) -> Vec<String> {
    let own = ["security".to_owned(), control.level.as_str().to_owned()];
    let mapped =
        mapped(&control.frameworks).map(|(framework, id)| line(&format!("{framework}/{id}"), NAME_COLUMNS));
    own.into_iter().chain(mapped).take(MAX_TAGS).collect()
}

fn help(control: &Control) -> String {
    let mut lines = vec![sentence(&control.rationale)];
    lines.extend(steps(control).iter().take(MAX_ACTIONS).map(|step| line(step, MESSAGE_COLUMNS)));
    let frameworks = frameworks_in_a_line(control);
    if !frameworks.is_empty() {
        lines.push(line(&format!("Frameworks: {frameworks}"), MESSAGE_COLUMNS));
    }
    lines.join("\n")
}

fn help_in_markdown(control: &Control) -> String {
    let paragraph = |text: &str| {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        escape(&text, MESSAGE_COLUMNS)
    };
    let mut text = format!("{}\n\n{}\n", paragraph(&control.description), paragraph(&control.rationale));
    if !control.remediation.is_empty() {
        text.push_str("\n## What to do\n\n");
    }
    let mut left = MAX_ACTIONS;
    for step in &control.remediation {
        text.push_str(&format!("1. {}\n", escape(&step_and_place(step), MESSAGE_COLUMNS)));
        for action in step.actions.iter().take(left) {
            text.push_str(&format!("   - {}\n", escape(action, MESSAGE_COLUMNS)));
        }
        left = left.saturating_sub(step.actions.len());
    }
    if !control.effort.is_empty() {
        text.push_str(&format!("\nEffort: {}\n", escape(&control.effort, NAME_COLUMNS)));
    }
    let frameworks = frameworks_in_a_line(control);
    if !frameworks.is_empty() {
        text.push_str(&format!("\nFrameworks: {}\n", escape(&frameworks, MESSAGE_COLUMNS)));
    }
    text
}
