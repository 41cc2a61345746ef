//! How a control is decided, in words, with the expressions as the control file has them.

use std::collections::BTreeSet;

use super::{bullet, line};
use crate::checks::{Check, CheckKind, Count, Decided, Every, Over, Rules, Value};
use crate::expression::Expression;
use crate::sources::SourceId;
use crate::terminal::page::Page;
use crate::terminal::style::Tone;
use crate::verdict::Status;

/// Writes what the checks look at.
pub(super) fn decided(page: &mut Page, rules: &Rules) {
    page.heading("How it is decided");
    let summary = match (Decided::by(rules), rules.decidable().contains(&Status::Fail)) {
        (Decided::Data, true) => "Data can show that it holds and that it does not.",
        (Decided::Data, false) => "Data can show that it holds; otherwise a person has to look.",
        (Decided::ViolationsOnly, _) => "Data can show a violation; that all is well takes a person.",
        (Decided::Person, _) => "Only a person can tell: no data shows it.",
    };
    page.text(2, summary);
    if rules.checks.len() > 1 {
        page.text(2, "It fails if one check fails, and passes only if all of them pass.");
    }
    for check in &rules.checks {
        one(page, check);
    }
}

fn one(page: &mut Page, check: &Check) {
    let what = match &check.kind {
        CheckKind::Every(Every { over, .. }) => {
            format!("every row of {} has to satisfy a requirement", rows(over))
        }
        CheckKind::Count(Count { over, .. }) => format!("the rows of {} are counted", rows(over)),
        CheckKind::Value(_) => "single values have to satisfy a requirement".to_owned(),
        CheckKind::Manual => "a person has to look".to_owned(),
    };
    page.entry(2, Tone::Label, &format!("{}:", line(&check.name)), &what);
    match &check.kind {
        CheckKind::Every(Every { over, require }) => {
            of_rows(page, over);
            expression(page, "require", Some(require));
        }
        CheckKind::Count(Count { over, min, max }) => {
            of_rows(page, over);
            expression(page, "at least", min.as_ref());
            expression(page, "at most", max.as_ref());
        }
        CheckKind::Value(Value { require, .. }) => expression(page, "require", Some(require)),
        CheckKind::Manual => {}
    }
    if let Some(when) = &check.when {
        expression(page, "only where", Some(when));
    }
    for needs in &check.needs {
        expression(page, "needs", Some(needs));
    }
    if !check.needs.is_empty() {
        page.text(5, "where that does not hold, a person has to look");
        step(page, "next step then", check.needs_step);
    }
    if check.over().is_some() {
        page.entry(5, Tone::Label, "nothing to look at:", outcome(check.when_empty));
    }
    if !check.is_for_person() {
        page.entry(5, Tone::Label, "requirement not met:", outcome(check.otherwise));
    }
    if let Some(note) = &check.note {
        page.entry(5, Tone::Label, "note:", &line(note));
    }
    step(page, "next step", check.next_step);
}

/// Writes which of the steps above a check leads to.
fn step(page: &mut Page, lead: &str, index: Option<usize>) {
    if let Some(index) = index {
        page.entry(5, Tone::Label, &format!("{lead}:"), &(index + 1).to_string());
    }
}

fn rows(over: &Over) -> String {
    format!("the table {} ({})", over.table.name, over.table.meaning)
}

fn of_rows(page: &mut Page, over: &Over) {
    if !over.types.is_empty() {
        page.entry(5, Tone::Label, "types:", &line(&over.types.join(", ")));
    }
    expression(page, "where", over.filter.as_ref());
}

fn expression(page: &mut Page, lead: &str, expression: Option<&Expression>) {
    if let Some(expression) = expression {
        page.entry(5, Tone::Label, &format!("{lead}:"), &line(expression.source()));
    }
}

const fn outcome(status: Status) -> &'static str {
    match status {
        Status::Pass => "pass",
        Status::Fail => "fail",
        Status::Manual => "a person has to look",
        Status::Unknown => "unknown",
    }
}

/// Writes which requests and permissions the checks need.
pub(super) fn sources(page: &mut Page, rules: &Rules) {
    let reads: Vec<_> = rules.checks.iter().map(Check::reads).collect();
    let needed = rules.sources();
    let helpful: BTreeSet<SourceId> = reads.iter().flat_map(|reads| reads.helpful.iter().copied()).collect();
    let configured: BTreeSet<&str> =
        reads.iter().flat_map(|reads| reads.configured.iter().copied()).collect();
    page.heading("What it needs");
    for source in &needed {
        bullet(page, 2, &describe(*source));
    }
    for source in helpful.difference(&needed) {
        bullet(page, 2, &format!("{}; it does without where that is missing", describe(*source)));
    }
    for name in &configured {
        let (section, key) = name.split_once('.').unwrap_or(("organization", name));
        bullet(page, 2, &format!("{key} under [{section}] in intercom-harden.toml"));
    }
    let history = reads.iter().any(|reads| reads.history);
    if history {
        bullet(page, 2, "a store of earlier scans (`scan --store`); without one, a person has to look");
    }
    if needed.is_empty() && helpful.is_empty() && configured.is_empty() && !history {
        page.text(2, "nothing from the API: the steps above show where to look");
    }
}

fn describe(source: SourceId) -> String {
    let (what, endpoint) = (source.describe(), source.endpoint());
    match source {
        SourceId::TokenProbe => {
            format!("{what}: {endpoint}; no permission, since refusals are what it hopes for")
        }
        SourceId::IpAllowlist => format!(
            "{what}: {endpoint}, permission \"{}\", which is tried and not asked for: it can also write",
            source.scope()
        ),
        _ => format!("{what}: {endpoint}, permission \"{}\"", source.scope()),
    }
}
