//! One finding a line, each line complete in itself: for `jq`, log shippers and anything that reads line by line.
//!
//! What fails, violates the gate or could not be decided has a line too where it has no findings, with
//! `"record": "control"`: an error must not look like what is well. What merely waits for a person is no finding.
//!
//! A line, broken here for reading:
//!
//! ```json
//! {"schema_version": "1", "record": "finding",
//!  "tool": {"name": "intercom-harden", "version": "0.1.0"},
//!  "scan": {"at": "2026-02-01T12:00:00Z", "source": "api"},
//!  "workspace": {"id": "ab12cd34", "name": "Example Support", "region": "EU"},
//!  "control": {"id": "2.3", "title": "Limit admin access", "level": "l1", "section": "Access controls",
//!              "status": "fail", "basis": ["api"], "reason": "5 of 12 teammates are privileged; at most 3 should be.",
//!              "headline": "5 of 12 teammates are privileged; at most 3 should be.",
//!              "frameworks": {"cis-v8": ["5.4"]}},
//!  "fingerprint": "aab9a02453c7085429bced82", "subject": "ada@example.com", "message": "privileged: role Owner",
//!  "next": "Settings > Workspace > Teammates: Open each teammate of the list and choose a narrower role.",
//!  "evidence": {"email": "ada@example.com"}, "severity": "high",
//!  "waived": null, "reviewed": null, "in_baseline": false, "violates_gate": true}
//! ```

use std::io::{self, Write};

use serde::Serialize;

use super::Report;
use super::item::{Item, items};
use super::json::{object, write_line};
use super::words::{self, severity};
use crate::verdict::{Finding, Status};

/// The version of what this module writes.
const SCHEMA_VERSION: &str = "1";

/// Writes the report, a line for each finding, and one for a control without any that is wrong all the same.
///
/// # Errors
/// When a line cannot be written.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let is_wrong = |item: &Item<'_>| {
        matches!(item.control.status, Status::Fail | Status::Unknown) || item.violates(&report.gate)
    };
    let mut told = items(report).filter(|item| item.finding.is_some() || is_wrong(item));
    told.try_for_each(|item| write_line(&line(report, item), out))
}

/// Writes the findings that `keep` keeps, given the id of their control.
///
/// # Errors
/// When a line cannot be written.
pub(crate) fn write_findings(
    report: &Report,
    keep: impl Fn(&str, &Finding) -> bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let kept = |item: &Item<'_>| item.finding.is_some_and(|found| keep(&item.control.id, found));
    items(report).filter(kept).try_for_each(|item| write_line(&line(report, item), out))
}

fn line<'a>(report: &'a Report, item: Item<'a>) -> impl Serialize + 'a {
    let Report { tool, scan, workspace, .. } = report;
    let control = item.control;
    object! {
        "schema_version": SCHEMA_VERSION,
        "record": if item.finding.is_some() { "finding" } else { "control" },
        "tool": tool,
        "scan": object! { "at": scan.at, "source": scan.source },
        "workspace": object! { "id": &workspace.id, "name": &workspace.name, "region": &workspace.region },
        "guide": words::guide(report, str::to_owned),
        "control": object! {
            "id": &control.id,
            "title": &control.title,
            "level": control.level,
            "section": &control.section,
            "status": control.status,
            "basis": &control.basis,
            "reason": &control.reason,
            "headline": &control.headline,
            "frameworks": &control.frameworks,
            "own_mappings": &control.own_mappings,
        },
        "fingerprint": item.fingerprint(),
        "subject": item.subject(),
        "message": item.message(),
        "next": words::next(control),
        "evidence": item.finding.map(|finding| &finding.evidence),
        "severity": severity(control.level),
        "waived": item.waived(),
        "reviewed": item.reviewed(),
        "in_baseline": item.in_baseline(),
        "violates_gate": item.violates(&report.gate),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::report::hostile;
    use crate::report::json::in_memory;
    use crate::report::sample::sample;

    fn lines(report: &Report) -> Vec<Value> {
        let rendered = in_memory(|out| write(report, out)).unwrap();
        rendered.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn a_finding_is_a_line_that_needs_no_other() {
        let mut report = sample();
        report.controls[2].waived = Some(hostile::waiver("until March"));
        let lines = lines(&report);
        let ada = lines.iter().find(|line| line["subject"] == "ada@example.com").unwrap();
        assert_eq!(ada["workspace"]["id"], "ab12cd34");
        assert_eq!(ada["scan"]["at"], "2026-02-01T12:00:00Z");
        assert_eq!(ada["control"]["id"], "2.3");
        assert_eq!(ada["control"]["basis"][1], "activity-log");
        assert_eq!(ada["fingerprint"], "aab9a02453c7085429bced82");
        assert_eq!(ada["evidence"]["email"], "ada@example.com");
        assert_eq!(ada["waived"]["reason"], "until March");
        assert_eq!(ada["violates_gate"], false);
        assert_eq!(ada["control"]["headline"], "5 of 12 teammates are privileged; at most 3 should be.");
        let next =
            "Settings > Workspace > Teammates: Open each teammate of the list and choose a narrower role.";
        assert_eq!(ada["next"], next);
    }

    #[test]
    fn an_error_has_a_line_and_what_waits_for_a_person_has_none_unless_it_violates_the_gate() {
        let lines = lines(&sample());
        let lines_of = |report: &Report, id: &str| -> Vec<Value> {
            super::tests::lines(report).into_iter().filter(|line| line["control"]["id"] == id).collect()
        };
        let of = |id: &str| lines.iter().filter(|line| line["control"]["id"] == id).count();
        assert_eq!([of("1.1"), of("1.3"), of("2.3"), of("X1")], [0, 0, 5, 1]);
        let unknown = lines.iter().find(|line| line["control"]["id"] == "X1").unwrap();
        assert_eq!((&unknown["record"], &unknown["subject"]), (&"control".into(), &"workspace".into()));
        assert!(unknown["message"].as_str().unwrap().contains("could not be read"));
        let mut strict = sample();
        strict.gate.strict = true;
        strict.gate.violations.push("1.3".to_owned());
        assert_eq!(unknown["next"], Value::Null, "nothing says what to do");
        let manual = lines_of(&strict, "1.3");
        assert_eq!((manual.len(), &manual[0]["violates_gate"]), (1, &true.into()));
    }
}
