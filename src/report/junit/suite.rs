//! What JUnit knows: suites, cases, and how a case ended.

use crate::report::item::items_of;
use crate::report::words::{self, TOOL, instant};
use crate::report::{Assessment, Report};
use crate::verdict::Status;

/// The controls of a section.
pub(super) struct Suite {
    pub(super) name: String,
    /// In UTC, without saying so: the format has no place for a zone.
    pub(super) timestamp: String,
    pub(super) properties: Vec<(&'static str, String)>,
    pub(super) cases: Vec<Case>,
    pub(super) system_out: Vec<String>,
    pub(super) system_err: Vec<String>,
}

impl Suite {
    /// How many cases ended in a certain way.
    pub(super) fn count(&self, matches: impl Fn(&Outcome) -> bool) -> usize {
        self.cases.iter().filter(|case| matches(&case.outcome)).count()
    }
}

/// A control.
pub(super) struct Case {
    pub(super) name: String,
    pub(super) class: String,
    pub(super) outcome: Outcome,
}

/// How a case ended.
pub(super) enum Outcome {
    Passed,
    Skipped { message: String },
    Failed { kind: &'static str, message: String, text: Vec<String> },
    Errored { kind: &'static str, message: String, text: Vec<String> },
}

/// Sorts the controls into suites by section, in the order in which the sections first occur.
pub(super) fn suites(report: &Report) -> Vec<Suite> {
    let mut sections: Vec<&str> = Vec::new();
    for assessment in &report.assessments {
        if !sections.contains(&assessment.control.section.as_str()) {
            sections.push(&assessment.control.section);
        }
    }
    let timestamp = instant(report.scan.at).trim_end_matches('Z').to_owned();
    let suite = |(number, section): (usize, &str)| {
        let controls = || report.assessments.iter().filter(move |one| one.control.section == section);
        Suite {
            name: section.to_owned(),
            timestamp: timestamp.clone(),
            properties: properties(report),
            cases: controls().map(case).collect(),
            system_out: controls().map(line).collect(),
            system_err: if number == 0 { report.warnings.clone() } else { Vec::new() },
        }
    };
    sections.into_iter().enumerate().map(suite).collect()
}

fn properties(report: &Report) -> Vec<(&'static str, String)> {
    let workspace = &report.workspace;
    let given = |value: &Option<String>| value.clone().unwrap_or_default();
    vec![
        ("tool.version", report.version.clone()),
        ("catalog.guide_version", report.catalog.guide_version.clone()),
        ("catalog.digest", report.catalog.digest.clone()),
        ("workspace.id", given(&workspace.id)),
        ("workspace.name", given(&workspace.name)),
        ("workspace.region", given(&workspace.region)),
        ("gate", words::gate(report)),
    ]
}

fn case(assessment: &Assessment) -> Case {
    let control = &assessment.control;
    Case {
        name: format!("{} {}", control.id, control.title),
        class: format!("{TOOL}.{}", control.section),
        outcome: outcome(assessment),
    }
}

fn outcome(assessment: &Assessment) -> Outcome {
    let Assessment { control, verdict, waived, .. } = assessment;
    let kind = control.level.label();
    let message = verdict.reason.clone();
    if let (Some(decision), false) = (waived, verdict.status == Status::Pass) {
        return Outcome::Skipped { message: words::decision(decision) };
    }
    match verdict.status {
        Status::Pass => Outcome::Passed,
        Status::Fail if assessment.violates(false) => {
            Outcome::Failed { kind, message, text: text(assessment) }
        }
        Status::Fail => Outcome::Skipped { message: format!("waived or in the baseline: {message}") },
        Status::Manual => Outcome::Skipped { message: format!("a person has to look: {message}") },
        Status::Unknown => Outcome::Errored { kind, message, text: text(assessment) },
    }
}

/// What is wrong, what else is known, and what to do, line by line.
fn text(assessment: &Assessment) -> Vec<String> {
    let mut lines = Vec::new();
    for item in items_of(assessment).filter(|item| item.finding.is_some()) {
        let aside = match (item.waived(), item.known()) {
            (Some(decision), _) => format!(" ({})", words::decision(decision)),
            (None, true) => " (in the baseline)".to_owned(),
            (None, false) => String::new(),
        };
        lines.push(format!("- {}{aside}", item.sentence()));
    }
    lines.extend(assessment.verdict.context.iter().map(|observation| format!("note: {observation}")));
    let steps = words::steps(&assessment.control);
    if !steps.is_empty() {
        lines.push("Fix:".to_owned());
        lines.extend(steps);
    }
    lines
}

fn line(assessment: &Assessment) -> String {
    let Assessment { control, verdict, .. } = assessment;
    format!("{} {}: {}", control.id, verdict.status.as_str(), verdict.reason)
}
