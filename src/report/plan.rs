//! A plan of action as a table: only what fails, with room for who does what until when.
//!
//! A row for each finding of a failing control, and one for a failing control without findings; what every workspace
//! should have (L1) comes first. What is waived is decided, and left out until its waiver ends; what a baseline knows is
//! not, and is marked in `in_baseline`. `owner`, `due_date` and `comment` are empty: they are for people. The
//! `fingerprint` finds a row again in the next plan.
//!
//! ```csv
//! control,title,level,severity,subject,finding,fix,effort,frameworks,in_baseline,fingerprint,owner,due_date,comment
//! 2.3,Limit admin access,L1,high,ada@example.com,privileged: role Owner,1. Take the admin role away …,1-2 hours,cis-v8 5.4,no,aab9…,,,
//! ```

use super::Report;
use super::csv::{table, yes_or_no};
use super::item::{Item, items};
use super::words::{frameworks_in_a_line, severity, steps_in_a_line};
use crate::verdict::Status;

/// The columns; the last three are for people to fill.
const HEADER: &str = "control,title,level,severity,subject,finding,fix,effort,frameworks,in_baseline,fingerprint,owner,\
                      due_date,comment";

/// Renders the plan as a table with a header.
///
/// # Errors
/// When a row cannot be written.
pub(super) fn render(report: &Report) -> Result<String, ::csv::Error> {
    let mut open: Vec<_> =
        items(report).filter(|item| item.control.status == Status::Fail && !item.is_set_aside()).collect();
    // A stable order: within a level, that of the report.
    open.sort_by_key(|item| item.control.level);
    table(HEADER, open.into_iter().map(task))
}

fn task(item: Item<'_>) -> [String; 14] {
    let control = item.control;
    [
        control.id.clone(),
        control.title.clone(),
        control.level.label().to_owned(),
        severity(control.level).to_owned(),
        item.subject().to_owned(),
        item.message().to_owned(),
        steps_in_a_line(control),
        control.effort.clone(),
        frameworks_in_a_line(control),
        yes_or_no(item.in_baseline()),
        item.fingerprint().as_str().to_owned(),
        String::new(),
        String::new(),
        String::new(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::hostile;
    use crate::report::sample::sample;

    fn read(report: &Report) -> Vec<::csv::StringRecord> {
        let rendered = render(report).unwrap();
        hostile::assert_harmless(&rendered, "\r\n");
        assert!(rendered.starts_with(HEADER));
        ::csv::Reader::from_reader(rendered.as_bytes()).records().map(Result::unwrap).collect()
    }

    #[test]
    fn only_what_fails_and_the_most_important_first() {
        let mut report = sample();
        report.controls.reverse();
        let rows = read(&report);
        let controls: Vec<_> = rows.iter().map(|row| &row[0]).collect();
        assert_eq!(controls, ["2.3", "2.3", "2.3", "2.3", "2.3", "E6"]);
        assert_eq!((&rows[0][3], &rows[0][4]), ("high", "ada@example.com"));
        assert!(rows[0][6].starts_with("1. Take the admin role away"));
        assert!(rows.iter().all(|row| row.iter().skip(11).all(str::is_empty)));
    }

    #[test]
    fn a_failing_control_without_findings_has_a_row() {
        let mut report = sample();
        report.controls[4].findings.clear();
        let rows = read(&report);
        let last = rows.last().unwrap();
        assert_eq!((&last[0], &last[4]), ("E6", "workspace"));
        assert!(last[5].starts_with("1 address failed"));
    }

    #[test]
    fn what_is_waived_is_left_out_and_what_is_known_is_marked() {
        let mut report = sample();
        report.controls[4].waived = Some(hostile::waiver("x"));
        report.controls[2].findings[0].waived = Some(hostile::waiver("x"));
        report.controls[2].findings[1].in_baseline = true;
        let rows = read(&report);
        assert_eq!(rows.len(), 4);
        assert_eq!((&rows[0][4], &rows[0][9], &rows[1][9]), ("grace@example.com", "yes", "no"));
    }

    #[test]
    fn nothing_to_do_is_a_header() {
        let mut report = sample();
        report.controls.truncate(2);
        assert!(read(&report).is_empty());
    }
}
