//! Controls and findings as rows of one table (RFC 4180): for a spreadsheet, or anything that imports CSV.
//!
//! The column `record` tells the two kinds apart: a row `control` for each control, and below it a row `finding` for each
//! of its findings, which repeats what identifies the control. Columns of the other kind are empty. The text of a cell is
//! made fit for spreadsheets by [`cell()`].
//!
//! The first columns of a control and a finding of it (there are more):
//!
//! ```csv
//! record,control,title,level,section,status,basis,reason,subject,message
//! control,2.3,Limit admin access,L1,Access controls,fail,api,5 of 12 teammates are privileged.,,
//! finding,2.3,Limit admin access,L1,Access controls,fail,api,,ada@example.com,privileged: role Owner
//! ```

use std::io;

use serde::Serialize;

use super::item::Item;
use super::words::{frameworks_in_a_line, instant};
use super::{Control, Report};

mod cell;

pub(super) use cell::{Cell, cell};

#[derive(Serialize)]
struct Row<'a> {
    record: &'static str,
    control: Cell<'a>,
    title: Cell<'a>,
    level: &'static str,
    section: Cell<'a>,
    status: &'static str,
    basis: Cell<'a>,
    reason: Cell<'a>,
    subject: Cell<'a>,
    message: Cell<'a>,
    /// The row of data that shows it, as JSON.
    evidence: Cell<'a>,
    fingerprint: Cell<'a>,
    violates_gate: &'static str,
    in_baseline: &'static str,
    waived_by: Cell<'a>,
    waived_until: Cell<'a>,
    waived_because: Cell<'a>,
    attested_by: Cell<'a>,
    attested_until: Cell<'a>,
    frameworks: Cell<'a>,
    workspace: Cell<'a>,
    scanned_at: Cell<'a>,
}

/// The header, which stands there even if nothing was evaluated.
const HEADER: &str = "record,control,title,level,section,status,basis,reason,subject,message,evidence,fingerprint,\
                      violates_gate,in_baseline,waived_by,waived_until,waived_because,attested_by,attested_until,frameworks,\
                      workspace,scanned_at\r\n";

/// Renders the report as a table with a header.
///
/// # Errors
/// When a row cannot be written.
pub(super) fn render(report: &Report) -> Result<String, ::csv::Error> {
    let at = instant(report.scan.at);
    let mut rows = Vec::new();
    for control in &report.controls {
        rows.push(of_control(report, control, &at));
        for finding in &control.findings {
            rows.push(of_finding(report, Item { control, finding: Some(finding) }, &at)?);
        }
    }
    if rows.is_empty() { Ok(HEADER.to_owned()) } else { table(rows) }
}

/// Writes rows below a header with the names of their fields.
///
/// # Errors
/// When a row cannot be written.
pub(super) fn table<R: Serialize>(rows: impl IntoIterator<Item = R>) -> Result<String, ::csv::Error> {
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.serialize(row)?;
    }
    let bytes = writer.into_inner().map_err(|failed| ::csv::Error::from(failed.into_error()))?;
    String::from_utf8(bytes).map_err(|failed| io::Error::new(io::ErrorKind::InvalidData, failed).into())
}

fn of_control<'a>(report: &'a Report, control: &'a Control, at: &'a str) -> Row<'a> {
    let basis = control.basis.iter().map(|basis| basis.as_str()).collect::<Vec<_>>().join(", ");
    let waived = control.waived.as_ref();
    let attested = control.attestation.as_ref();
    Row {
        record: "control",
        control: cell(&control.id),
        title: cell(&control.title),
        level: control.level.label(),
        section: cell(&control.section),
        status: control.status.as_str(),
        basis: cell(basis),
        reason: cell(&control.reason),
        subject: cell(""),
        message: cell(""),
        evidence: cell(""),
        fingerprint: cell(""),
        violates_gate: yes_or_no(report.gate.violations.contains(&control.id)),
        in_baseline: yes_or_no(control.in_baseline),
        waived_by: cell(waived.map_or("", |waived| &waived.by)),
        waived_until: cell(waived.map_or_else(String::new, |waived| waived.expires.to_string())),
        waived_because: cell(waived.map_or("", |waived| &waived.reason)),
        attested_by: cell(attested.map_or("", |attested| &attested.by)),
        attested_until: cell(attested.map_or_else(String::new, |attested| attested.expires.to_string())),
        frameworks: cell(frameworks_in_a_line(control)),
        workspace: cell(report.workspace.id.as_deref().unwrap_or_default()),
        scanned_at: cell(at),
    }
}

fn of_finding<'a>(report: &'a Report, item: Item<'a>, at: &'a str) -> Result<Row<'a>, ::csv::Error> {
    let evidence = item.finding.map(|finding| serde_json::to_string(&finding.evidence)).transpose();
    let evidence = evidence.map_err(io::Error::from)?.unwrap_or_default();
    let waived = item.waived();
    Ok(Row {
        record: "finding",
        reason: cell(""),
        subject: cell(item.subject()),
        message: cell(item.finding.map_or("", |finding| &finding.message)),
        evidence: cell(evidence),
        fingerprint: cell(item.fingerprint().as_str().to_owned()),
        violates_gate: yes_or_no(item.violates(&report.gate)),
        in_baseline: yes_or_no(item.in_baseline()),
        waived_by: cell(waived.map_or("", |waived| &waived.by)),
        waived_until: cell(waived.map_or_else(String::new, |waived| waived.expires.to_string())),
        waived_because: cell(waived.map_or("", |waived| &waived.reason)),
        attested_by: cell(""),
        attested_until: cell(""),
        ..of_control(report, item.control, at)
    })
}

/// The words that a spreadsheet filters by.
pub(super) const fn yes_or_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::sample;

    fn read(rendered: &str) -> Vec<::csv::StringRecord> {
        let mut reader = ::csv::Reader::from_reader(rendered.as_bytes());
        assert_eq!(reader.headers().unwrap().len(), 22);
        // The reader refuses a row of another length than the header's.
        reader.records().map(Result::unwrap).collect()
    }

    #[test]
    fn a_row_for_each_control_and_each_finding() {
        let rows = read(&render(&sample()).unwrap());
        let count = |record: &str| rows.iter().filter(|row| &row[0] == record).count();
        assert_eq!((count("control"), count("finding")), (6, 6));
        assert_eq!(&rows[2][7], "5 of 12 teammates are privileged; at most 3 should be.");
        assert_eq!((&rows[3][1], &rows[3][8], &rows[3][12]), ("2.3", "ada@example.com", "yes"));
        assert_eq!(&rows[3][10], r#"{"count":3,"email":"ada@example.com"}"#);
    }

    #[test]
    fn lines_end_as_the_standard_asks() {
        let rendered = render(&sample()).unwrap();
        assert!(rendered.starts_with(HEADER));
        assert!(rendered.lines().count() == 13 && rendered.matches("\r\n").count() == 13);
    }
}
