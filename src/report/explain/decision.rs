//! How a control is decided, in words, with the expressions as the control file has them. The terminal and the pages of
//! `generate reference` show the same.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::checks::{Check, CheckKind, Count, Decided, Every, Over, Rules, Value};
use crate::controls::{Definition, Step};
use crate::expression::Expression;
use crate::sources::SourceId;
use crate::verdict::Status;

/// What a check looks at.
pub(in crate::report) struct Decision<'a> {
    pub name: &'a str,
    /// What its kind asks: `every row of the table teammates (…) has to satisfy a requirement`.
    pub what: String,
    pub details: Vec<Detail<'a>>,
}

/// A part of a check.
pub(in crate::report) struct Detail<'a> {
    pub label: &'static str,
    pub text: Cow<'a, str>,
    /// Whether the text is an expression of the control file.
    pub is_expression: bool,
}

/// How far data decides, in sentences.
pub(in crate::report) fn summary(rules: &Rules) -> Vec<&'static str> {
    let first = match (Decided::by(rules), rules.decidable().contains(&Status::Fail)) {
        (Decided::Data, true) => "Data can show that it holds and that it does not.",
        (Decided::Data, false) => "Data can show that it holds; otherwise a person has to look.",
        (Decided::ViolationsOnly, _) => "Data can show a violation; that all is well takes a person.",
        (Decided::Person, _) => "Only a person can tell: no data shows it.",
    };
    let several = "It fails if one check fails, and passes only if all of them pass.";
    [first].into_iter().chain((rules.checks.len() > 1).then_some(several)).collect()
}

/// What each check looks at, and what comes of it.
pub(in crate::report) fn decisions(definition: &Definition) -> impl Iterator<Item = Decision<'_>> {
    let steps = &definition.control.steps;
    definition.rules.checks.iter().map(|check| decision(check, steps))
}

fn decision<'a>(check: &'a Check, steps: &'a [Step]) -> Decision<'a> {
    let mut details = Vec::new();
    let what = match &check.kind {
        CheckKind::Every(Every { over, require }) => {
            of_rows(&mut details, over);
            if require.source().trim() == "false" {
                format!("there may be no such row in {}", rows(over))
            } else {
                details.push(expression("require", require));
                format!("every row of {} has to satisfy a requirement", rows(over))
            }
        }
        CheckKind::Count(Count { over, min, max }) => {
            of_rows(&mut details, over);
            details.extend(min.iter().map(|min| expression("at least", min)));
            details.extend(max.iter().map(|max| expression("at most", max)));
            format!("the rows of {} are counted", rows(over))
        }
        CheckKind::Value(Value { require, .. }) => {
            details.push(expression("require", require));
            "single values have to satisfy a requirement".to_owned()
        }
        CheckKind::Manual => "a person has to look".to_owned(),
    };
    details.extend(check.when.iter().map(|when| expression("only where", when)));
    details.extend(check.needs.iter().map(|needs| expression("needs", needs)));
    if !check.needs.is_empty() {
        details.push(words("where that does not hold", outcome(Status::Manual)));
        details.extend(step("next step then", check.needs_step, steps));
    }
    if check.over().is_some() {
        details.push(words("nothing to look at", outcome(check.when_empty)));
    }
    if !check.is_for_person() && !is_needed(check) {
        details.push(words("requirement not met", outcome(check.otherwise)));
    }
    details.extend(check.note.iter().map(|note| words("reason if manual", note)));
    details.extend(step("next step", check.next_step, steps));
    Decision { name: &check.name, what, details }
}

/// Whether a check needs what it requires, so that its requirement is always met where it decides.
fn is_needed(check: &Check) -> bool {
    let CheckKind::Value(Value { require, .. }) = &check.kind else { return false };
    check.needs.iter().any(|needs| needs.source().trim() == require.source().trim())
}

/// Which of the steps above a check leads to.
fn step(label: &'static str, index: Option<usize>, steps: &[Step]) -> Option<Detail<'static>> {
    let index = index?;
    Some(words(label, format!("{}, {}", index + 1, steps.get(index)?.title)))
}

fn rows(over: &Over) -> String {
    format!("the table {} ({})", over.table.name, over.table.meaning)
}

fn of_rows<'a>(details: &mut Vec<Detail<'a>>, over: &'a Over) {
    if !over.types.is_empty() {
        details.push(words("types", over.types.join(", ")));
    }
    details.extend(over.filter.iter().map(|filter| expression("where", filter)));
}

fn words<'a>(label: &'static str, text: impl Into<Cow<'a, str>>) -> Detail<'a> {
    Detail { label, text: text.into(), is_expression: false }
}

fn expression<'a>(label: &'static str, expression: &'a Expression) -> Detail<'a> {
    Detail { label, text: expression.source().trim().into(), is_expression: true }
}

const fn outcome(status: Status) -> &'static str {
    match status {
        Status::Pass => "pass",
        Status::Fail => "fail",
        Status::Manual => "a person has to look",
        Status::Unknown => "unknown",
    }
}

/// Which requests, permissions and declarations the checks need.
pub(in crate::report) fn needed(rules: &Rules) -> Vec<String> {
    let reads: Vec<_> = rules.checks.iter().map(Check::reads).collect();
    let needed: BTreeSet<SourceId> = reads.iter().flat_map(|reads| reads.sources.iter().copied()).collect();
    let helpful: BTreeSet<SourceId> = reads.iter().flat_map(|reads| reads.helpful.iter().copied()).collect();
    let configured: BTreeSet<&str> =
        reads.iter().flat_map(|reads| reads.configured.iter().copied()).collect();
    let mut lines: Vec<String> = needed.iter().map(|source| describe(*source)).collect();
    let missable = |source| format!("{} (optional)", describe(source));
    lines.extend(helpful.difference(&needed).map(|source| missable(*source)));
    lines.extend(configured.iter().map(|name| {
        let (section, key) = name.split_once('.').unwrap_or(("organization", name));
        format!("{key} under [{section}] in intercom-harden.toml")
    }));
    if reads.iter().any(|reads| reads.history) {
        lines.push("a store of earlier scans (`scan --store`); without one, a person has to look".to_owned());
    }
    if lines.is_empty() {
        lines.push("nothing from the API: the steps above show where to look".to_owned());
    }
    lines
}

fn describe(source: SourceId) -> String {
    let (what, endpoint) = (source.describe(), source.endpoint());
    match source {
        SourceId::TokenProbe => {
            format!("{what}: {endpoint}; no permission, since each request should be refused")
        }
        SourceId::IpAllowlist => format!(
            "{what}: {endpoint}; the scan tries it, but do not grant \"{}\", which can also change the list",
            source.scope()
        ),
        _ => format!("{what}: {endpoint}, permission \"{}\"", source.scope()),
    }
}
