//! A plan of action as a table: what fails, then what waits for a person or another scan, each most urgent first, with
//! room for who does what until when.
//!
//! A row for each control, or for each finding where that is asked for. What is waived is decided, and left out until its
//! waiver ends; what a baseline knows is not, and is marked in `in_baseline`. `owner`, `due_date` and `comment` are empty:
//! they are for people. The `fingerprint` finds a row again in the next plan.
//!
//! ```csv
//! priority,control,title,level,severity,status,found,next_step,effort,people,who,frameworks,in_baseline,fingerprint,owner,due_date,comment
//! 1,2.3,Limit admin access,L1,high,fail,5 of 12 teammates …,Settings > …: Move everyone else …,1-2 hours,5,"ada@example.com, …",cis-v8 5.4,no,aab9…,,,
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use clap::ValueEnum;

use super::csv::{table, yes_or_no};
use super::item::{Item, items_of};
use super::words::{attest_command, frameworks_in_a_line, listed, next, severity};
use super::{Control, Report};
use crate::posture::Person;
use crate::verdict::{Finding, Status};

/// The columns; the last three are for people to fill.
const HEADER: &str = "priority,control,title,level,severity,status,found,next_step,effort,people,who,frameworks,\
                      in_baseline,fingerprint,owner,due_date,comment";

/// How many people, addresses and events a row names.
const MAX_SUBJECTS: usize = 20;

/// What a row of the plan is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum PlanRow {
    /// A control, with the people it concerns.
    #[default]
    Control,
    /// A finding; what waits for a person is a control all the same.
    Finding,
}

/// Writes the plan as a table with a header.
///
/// # Errors
/// When a row cannot be written.
pub(super) fn write(report: &Report, per: PlanRow, out: &mut dyn Write) -> io::Result<()> {
    let teammates = report.teammates();
    let open = report.by_priority().into_iter().filter(|control| is_open(control));
    let (failing, waiting): (Vec<_>, Vec<_>) = open.partition(|control| control.status == Status::Fail);
    let failing = failing.into_iter().flat_map(|control| match per {
        PlanRow::Control => vec![Item::whole(control)],
        PlanRow::Finding => items_of(control).filter(|item| !item.is_set_aside()).collect(),
    });
    let tasks = failing.chain(waiting.into_iter().map(Item::whole)).map(|item| task(item, &teammates));
    table(HEADER, tasks, out)
}

/// Whether there is something to do about it.
fn is_open(control: &Control) -> bool {
    control.status != Status::Pass && !control.is_waived() && !control.is_not_applicable()
}

fn task(item: Item<'_>, teammates: &BTreeMap<&str, &Person>) -> [String; 17] {
    let control = item.control;
    let (people, who) = concerned(item, teammates);
    [
        control.priority.map(|priority| priority.to_string()).unwrap_or_default(),
        control.id.clone(),
        control.title.clone(),
        control.level.label().to_owned(),
        severity(control.level).to_owned(),
        control.status.as_str().to_owned(),
        item.message().to_owned(),
        what_to_do(control),
        control.effort.clone(),
        people.to_string(),
        who,
        frameworks_in_a_line(control),
        yes_or_no(item.in_baseline()),
        item.fingerprint().as_str().to_owned(),
        String::new(),
        String::new(),
        String::new(),
    ]
}

/// How many people the findings that count are about, and who or what: an address is no person. The subject of a finding
/// about an event names the event, so the teammate behind it stands in its place.
fn concerned(item: Item<'_>, teammates: &BTreeMap<&str, &Person>) -> (usize, String) {
    let findings = item.finding.map_or(&*item.control.findings, std::slice::from_ref);
    let open = || findings.iter().filter(|one| one.waived.is_none() && !one.is_reviewed());
    let people: BTreeSet<&str> = open().filter_map(|one| one.person.as_deref()).collect();
    let behind = |one: &Finding| {
        let person = one.person.as_deref().filter(|_| one.event.is_some());
        person.and_then(|id| teammates.get(id)).map(|teammate| teammate.address_or_name())
    };
    let subjects: BTreeSet<&str> = open().map(|one| behind(one).unwrap_or(&one.subject)).collect();
    let subjects: Vec<&str> = subjects.into_iter().collect();
    (people.len(), listed(&subjects, MAX_SUBJECTS))
}

/// The first action of the next step, and for what waits for a person the command that records what they saw. No
/// person can stand in for data that could not be read.
fn what_to_do(control: &Control) -> String {
    let action = next(control).unwrap_or_default();
    match control.status {
        Status::Unknown => "Put right what kept it from being read, then scan again".to_owned(),
        Status::Manual => {
            let between = if action.is_empty() { "" } else { ". Then: " };
            format!("{}{between}{}", action.trim_end_matches('.'), attest_command(&control.id))
        }
        Status::Pass | Status::Fail => action,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::hostile;
    use crate::report::json::in_memory;
    use crate::report::sample::sample;

    fn read(report: &Report, per: PlanRow) -> Vec<::csv::StringRecord> {
        let rendered = in_memory(|out| write(report, per, out)).unwrap();
        hostile::assert_harmless(&rendered, "\r\n");
        assert!(rendered.starts_with(HEADER));
        ::csv::Reader::from_reader(rendered.as_bytes()).records().map(Result::unwrap).collect()
    }

    #[test]
    fn a_row_for_each_control_the_most_urgent_first() {
        let mut report = sample();
        report.controls.reverse();
        let rows = read(&report, PlanRow::Control);
        let controls: Vec<_> = rows.iter().map(|row| (&row[0], &row[1], &row[5])).collect();
        assert_eq!(
            controls,
            [
                ("1", "2.3", "fail"),
                ("3", "E6", "fail"),
                ("2", "1.3", "manual"),
                ("4", "5.1", "manual"),
                ("5", "X1", "unknown")
            ]
        );
        assert_eq!(&rows[0][4], "high");
        assert_eq!(&rows[0][6], "5 of 12 teammates are privileged; at most 3 should be.");
        assert!(
            rows[0][7].starts_with("Settings > Workspace > Teammates: Open each teammate"),
            "{:?}",
            rows[0]
        );
        assert!(rows[0][10].starts_with("ada@example.com, grace@example.com, "), "{:?}", rows[0]);
        assert!(
            rows[2][7].ends_with(". Then: intercom-harden attest 1.3 --by \"Your Name\""),
            "{:?}",
            rows[2]
        );
        assert!(rows[4][7].ends_with("then scan again"), "{:?}", rows[4]);
        assert!(rows.iter().all(|row| row.iter().skip(14).all(str::is_empty)));
    }

    #[test]
    fn a_row_for_each_finding_where_that_is_asked_for() {
        let mut report = sample();
        report.controls[4].findings.clear();
        let rows = read(&report, PlanRow::Finding);
        let of: Vec<_> = rows.iter().map(|row| (&row[1], &row[10])).collect();
        assert_eq!(of[0], ("2.3", "ada@example.com"));
        assert_eq!(of[4..7], [("2.3", "margaret@example.com"), ("E6", ""), ("1.3", "")]);
        assert_eq!(&rows[5][6], "1 address failed to sign in at least 10 times within 10 minutes.");
    }

    #[test]
    fn what_is_waived_is_left_out_and_what_is_known_is_marked() {
        let mut report = sample();
        report.controls[4].waived = Some(hostile::waiver("x"));
        report.controls[2].findings[0].waived = Some(hostile::waiver("x"));
        report.controls[2].findings[1].in_baseline = true;
        let rows = read(&report, PlanRow::Finding);
        assert!(rows.iter().all(|row| &row[1] != "E6"));
        assert_eq!((&rows[0][10], &rows[0][12], &rows[1][12]), ("grace@example.com", "yes", "no"));
        let rows = read(&report, PlanRow::Control);
        assert!(rows[0][10].starts_with("grace@example.com, "), "{:?}", rows[0]);
    }

    #[test]
    fn people_are_counted_once_and_addresses_are_none() {
        let mut report = sample();
        for (finding, person) in report.controls[2].findings.iter_mut().zip(["7", "7", "8"]) {
            finding.person = Some(person.to_owned());
        }
        let rows = read(&report, PlanRow::Control);
        assert_eq!((&rows[0][9], rows[0][10].split(", ").count()), ("2", 5));
        assert_eq!((&rows[1][1], &rows[1][9], &rows[1][10]), ("E6", "0", "203.0.113.7"));
        let rows = read(&report, PlanRow::Finding);
        assert_eq!((&rows[0][9], &rows[3][9]), ("1", "0"));
    }

    #[test]
    fn long_lists_are_counted() {
        let rows = read(&hostile::many(300), PlanRow::Control);
        assert!(rows[0][10].ends_with(", person00019@example.com, 280 more"), "{:?}", rows[0]);
    }

    #[test]
    fn nothing_to_do_is_a_header() {
        let mut report = sample();
        report.controls.truncate(1);
        assert!(read(&report, PlanRow::Control).is_empty());
    }
}
