//! JUnit XML, as the test view of a CI system reads it: a suite for each section, a test case for each control.
//!
//! A control that fails is a failure with its findings as text, one that could not be decided an error. Skipped is what a
//! person has to look at, and what a decision or the baseline has taken out of the gate. Tests take no time and run when
//! the scan was made, so that the same report is the same file. What the report warns about is the first suite's
//! `system-err`.
//!
//! ```xml
//! <testsuites>
//!   <testsuite id="0" package="intercom-harden" name="Access controls" timestamp="2026-02-01T12:00:00" hostname="localhost"
//!              tests="1" failures="1" errors="0" skipped="0" time="0">
//!     <properties><property name="workspace.id" value="ab12cd34"/></properties>
//!     <testcase name="2.3 Limit admin access" classname="intercom-harden.Access controls" time="0">
//!       <failure type="L1" message="5 of 12 teammates are privileged; at most 3 should be. Next: Settings &gt; …">- ada@example.com: privileged: role Owner
//! Steps:
//! 1. Take the admin role away where it is not needed (Settings &gt; Workspace &gt; Teammates)</failure>
//!     </testcase>
//!     <system-out>2.3 fail: 5 of 12 teammates are privileged; at most 3 should be.</system-out>
//!     <system-err></system-err>
//!   </testsuite>
//! </testsuites>
//! ```

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::grouping::{Group, Grouping, group};
use super::item::items_of;
use super::words::{self, TOOL, instant};
use super::{Control, Report};
use crate::text;
use crate::verdict::Status;

#[cfg(test)]
pub(super) mod tests;

/// The longest line of text, in columns.
const LINE_COLUMNS: usize = 1_000;

type Xml<'w> = Writer<&'w mut dyn Write>;

/// How a case ended, with its message.
enum CaseOutcome {
    Passed,
    Skipped(String),
    Failed,
    Errored,
}

/// Writes the report, with a suite for each section in the order in which the sections first occur.
///
/// # Errors
/// When it cannot be written.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let sections = group(report, &Grouping::Section);
    let mut writer: Xml<'_> = Writer::new_with_indent(&mut *out, b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    writer.create_element("testsuites").write_inner_content(|inner| {
        sections.iter().enumerate().try_for_each(|(number, section)| suite(inner, report, number, section))
    })?;
    out.write_all(b"\n")
}

/// Attributes and elements come in the order that the common schema asks for.
fn suite(writer: &mut Xml<'_>, report: &Report, number: usize, section: &Group<'_>) -> io::Result<()> {
    let controls = &section.controls;
    let counted = |counts: fn(&CaseOutcome) -> bool| {
        controls.iter().filter(|control| counts(&outcome(control))).count().to_string()
    };
    // In UTC, without saying so: the format has no place for a zone.
    let timestamp = instant(report.scan.at);
    let told =
        controls.iter().map(|one| format!("{} {}: {}", one.id, one.status.as_str(), words::reason(one)));
    let warnings = if number == 0 { block(&report.warnings) } else { String::new() };
    writer
        .create_element("testsuite")
        .with_attribute(("id", number.to_string().as_str()))
        .with_attribute(("package", TOOL))
        .with_attribute(("name", name(section.name.unwrap_or_default()).as_str()))
        .with_attribute(("timestamp", timestamp.trim_end_matches('Z')))
        .with_attribute(("hostname", "localhost"))
        .with_attribute(("tests", counted(|_| true).as_str()))
        .with_attribute(("failures", counted(|outcome| matches!(outcome, CaseOutcome::Failed)).as_str()))
        .with_attribute(("errors", counted(|outcome| matches!(outcome, CaseOutcome::Errored)).as_str()))
        .with_attribute(("skipped", counted(|outcome| matches!(outcome, CaseOutcome::Skipped(_))).as_str()))
        .with_attribute(("time", "0"))
        .write_inner_content(|inner| {
            inner.create_element("properties").write_inner_content(|inner| properties(inner, report))?;
            controls.iter().try_for_each(|control| case(inner, control))?;
            let told: Vec<String> = told.collect();
            inner.create_element("system-out").write_text_content(BytesText::new(&block(&told)))?;
            inner.create_element("system-err").write_text_content(BytesText::new(&warnings))?;
            Ok(())
        })?;
    Ok(())
}

fn properties(writer: &mut Xml<'_>, report: &Report) -> io::Result<()> {
    let workspace = &report.workspace;
    let given = |value: &Option<String>| value.clone().unwrap_or_default();
    let all = [
        ("tool.version", report.tool.version.clone()),
        ("catalog.guide_version", report.catalog.guide_version.clone()),
        ("catalog.guide_title", report.catalog.guide_title.clone()),
        ("catalog.guide_url", report.catalog.guide_url.clone()),
        ("catalog.guide_status", report.catalog.guide_status.clone()),
        ("catalog.digest", report.catalog.digest.clone()),
        ("workspace.id", given(&workspace.id)),
        ("workspace.name", given(&workspace.name)),
        ("workspace.region", given(&workspace.region)),
        ("gate", words::gate(report)),
    ];
    for (key, value) in all {
        let property = writer.create_element("property").with_attribute(("name", key));
        property.with_attribute(("value", line(&value).as_str())).write_empty()?;
    }
    Ok(())
}

fn case(writer: &mut Xml<'_>, control: &Control) -> io::Result<()> {
    let element = writer
        .create_element("testcase")
        .with_attribute(("name", name(&format!("{} {}", control.id, control.title)).as_str()))
        .with_attribute(("classname", name(&format!("{TOOL}.{}", control.section)).as_str()))
        .with_attribute(("time", "0"));
    let tag = match outcome(control) {
        CaseOutcome::Passed => return element.write_empty().map(drop),
        CaseOutcome::Skipped(message) => {
            let skipped = |inner: &mut Xml<'_>| {
                let skipped = inner.create_element("skipped");
                skipped.with_attribute(("message", line(&message).as_str())).write_empty().map(drop)
            };
            return element.write_inner_content(skipped).map(drop);
        }
        CaseOutcome::Failed => "failure",
        CaseOutcome::Errored => "error",
    };
    element.write_inner_content(|inner| {
        inner
            .create_element(tag)
            .with_attribute(("type", control.level.label()))
            .with_attribute(("message", line(&words::what_and_next(control.headline(), control)).as_str()))
            .write_text_content(BytesText::new(&block(&text(control))))?;
        Ok(())
    })?;
    Ok(())
}

fn outcome(control: &Control) -> CaseOutcome {
    let what = control.headline();
    match (control.status, &control.waived) {
        (Status::Pass, _) => CaseOutcome::Passed,
        (_, Some(waiver)) => CaseOutcome::Skipped(words::waived(waiver)),
        (Status::Fail, None) if control.violates(false) => CaseOutcome::Failed,
        (Status::Fail, None) => CaseOutcome::Skipped(format!("Waived, reviewed or in the baseline: {what}")),
        (Status::Manual, None) => {
            CaseOutcome::Skipped(words::what_and_next(&format!("Ask a person: {what}"), control))
        }
        (Status::Unknown, None) => CaseOutcome::Errored,
    }
}

/// What is wrong, what else is known, and what to do, line by line.
fn text(control: &Control) -> Vec<String> {
    let mut lines = Vec::new();
    for item in items_of(control).filter(|item| item.finding.is_some()) {
        let aside = match (words::set_aside(item.reviewed(), item.waived()), item.in_baseline()) {
            (Some(aside), _) => format!(" ({aside})"),
            (None, true) => " (in the baseline)".to_owned(),
            (None, false) => String::new(),
        };
        lines.push(format!("- {}{aside}", item.sentence()));
    }
    lines.extend(control.context.iter().map(|observation| format!("note: {observation}")));
    let steps = words::steps(control);
    if !steps.is_empty() {
        lines.push("Steps:".to_owned());
        lines.extend(steps);
    }
    lines
}

/// Lines as a block of text.
fn block(lines: &[String]) -> String {
    lines.iter().map(|text| line(text)).collect::<Vec<_>>().join("\n")
}

/// A name, which the schema does not let be empty.
fn name(text: &str) -> String {
    let name = line(text);
    if name.trim().is_empty() { "(without a name)".to_owned() } else { name }
}

/// One line of text from outside: what XML 1.0 cannot hold, and what acts instead of being seen, is spelled out. The
/// writer escapes what has a meaning in XML.
fn line(text: &str) -> String {
    text::line(text, LINE_COLUMNS).replace('\u{fffe}', r"\u{fffe}").replace('\u{ffff}', r"\u{ffff}")
}
