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

use std::io::{self, Write};

use super::Report;
use super::item::Item;
use super::words::{frameworks_in_a_line, instant};

mod cell;

pub(super) use cell::cell;

/// The columns; `evidence` is the row of data that shows a finding, as JSON.
const HEADER: &str = "record,control,title,level,section,status,basis,reason,subject,message,evidence,fingerprint,\
                      violates_gate,in_baseline,waived_by,waived_until,waived_because,reviewed_by,reviewed_on,reviewed_note,attested_as,attested_by,attested_on,attested_until,attested_evidence,attested_note,frameworks,\
                      workspace,scanned_at";

/// Writes the report as a table with a header.
///
/// # Errors
/// When a row cannot be written.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let items = report.controls.iter().flat_map(|control| {
        let findings = control.findings.iter().map(move |finding| Item { control, finding: Some(finding) });
        std::iter::once(Item::whole(control)).chain(findings)
    });
    table(HEADER, items.map(|item| row(report, item)), out)
}

/// Writes rows below a header with the names of their columns.
///
/// # Errors
/// When a row cannot be written.
pub(crate) fn table<const N: usize>(
    header: &str,
    mut rows: impl Iterator<Item = [String; N]>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(out);
    writer.write_record(header.split(','))?;
    rows.try_for_each(|row| writer.write_record(row.map(|text| cell(&text))))?;
    writer.flush()
}

fn row(report: &Report, item: Item<'_>) -> [String; 29] {
    let Item { control, finding } = item;
    let (waived, reviewed) = (item.waived(), item.reviewed());
    let attested = control.attestation.as_ref().filter(|_| finding.is_none());
    // Whether a control as a whole violates the gate is for the gate to say.
    let violates =
        finding.map_or(report.gate.violations.contains(&control.id), |_| item.violates(&report.gate));
    [
        if finding.is_some() { "finding" } else { "control" }.to_owned(),
        control.id.clone(),
        control.title.clone(),
        control.level.label().to_owned(),
        control.section.clone(),
        control.status.as_str().to_owned(),
        control.basis.iter().map(|basis| basis.as_str()).collect::<Vec<_>>().join(", "),
        finding.map_or_else(|| control.reason.clone(), |_| String::new()),
        finding.map_or_else(String::new, |finding| finding.subject.clone()),
        finding.map_or_else(String::new, |finding| finding.message.clone()),
        finding.map_or_else(String::new, |finding| finding.evidence.as_str().to_owned()),
        finding.map_or_else(String::new, |finding| finding.fingerprint.as_str().to_owned()),
        yes_or_no(violates),
        yes_or_no(item.in_baseline()),
        waived.map_or_else(String::new, |waived| waived.by.clone()),
        waived.map_or_else(String::new, |waived| waived.expires.to_string()),
        waived.map_or_else(String::new, |waived| waived.reason.clone()),
        reviewed.map_or_else(String::new, |reviewed| reviewed.by.clone()),
        reviewed.map_or_else(String::new, |reviewed| reviewed.on.to_string()),
        reviewed.and_then(|reviewed| reviewed.note.clone()).unwrap_or_default(),
        attested.map_or_else(String::new, |attested| attested.result.into_str().to_owned()),
        attested.map_or_else(String::new, |attested| attested.by.clone()),
        attested.map_or_else(String::new, |attested| attested.on.to_string()),
        attested.map_or_else(String::new, |attested| attested.expires.to_string()),
        attested.and_then(|attested| attested.evidence.clone()).unwrap_or_default(),
        attested.and_then(|attested| attested.note.clone()).unwrap_or_default(),
        frameworks_in_a_line(control),
        report.workspace.id.clone().unwrap_or_default(),
        instant(report.scan.at),
    ]
}

/// The words that a spreadsheet filters by.
pub(super) fn yes_or_no(yes: bool) -> String {
    if yes { "yes" } else { "no" }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::json::in_memory;
    use crate::report::sample::sample;

    fn render(report: &Report) -> String {
        in_memory(|out| write(report, out)).unwrap()
    }

    fn read(rendered: &str) -> Vec<::csv::StringRecord> {
        let mut reader = ::csv::Reader::from_reader(rendered.as_bytes());
        assert_eq!(reader.headers().unwrap().len(), 29);
        // The reader refuses a row of another length than the header's.
        reader.records().map(Result::unwrap).collect()
    }

    #[test]
    fn a_row_for_each_control_and_each_finding() {
        let rows = read(&render(&sample()));
        let count = |record: &str| rows.iter().filter(|row| &row[0] == record).count();
        assert_eq!((count("control"), count("finding")), (6, 6));
        assert_eq!(&rows[2][7], "5 of 12 teammates are privileged; at most 3 should be.");
        assert_eq!((&rows[3][1], &rows[3][8], &rows[3][12]), ("2.3", "ada@example.com", "yes"));
        assert_eq!(&rows[3][10], r#"{"count":3,"email":"ada@example.com"}"#);
    }

    #[test]
    fn lines_end_as_the_standard_asks() {
        let rendered = render(&sample());
        assert!(rendered.starts_with(HEADER));
        assert!(rendered.lines().count() == 13 && rendered.matches("\r\n").count() == 13);
    }
}
