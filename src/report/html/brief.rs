//! The management summary: two pages for people who do not read the rest, first on paper and folded on a screen.

use maud::{Markup, html};

use super::answers;
use super::parts::{chip, head, to_control};
use super::people::People;
use super::text::{PARAGRAPH, linked, shown, soft};
use crate::report::answers::Answers;
use crate::report::words::{self, counted};
use crate::report::{Control, Report};
use crate::sources::{Provenance, SourceStatus};
use crate::verdict::{Attestation, Status, Waiver};

/// How many failing controls of a kind are listed: what there is room for on two pages.
const MAX_LISTED: usize = 5;

/// How many controls the table of results has.
const MAX_RESULTS: usize = 36;

/// How many exceptions, and how many attestations, are listed.
const MAX_DECISIONS: usize = 5;

/// The longest text in a cell, in columns.
const CELL: usize = 80;

/// Who signs.
const SIGNATURES: [&str; 3] = ["Prepared by", "Reviewed by", "Approved by"];

/// The section.
pub(super) fn section(report: &Report, answers: &Answers<'_>, people: &People<'_>) -> Markup {
    html! {
        details.brief {
            summary {
                h2 { "Management summary" } " "
                span.marks { "two pages to print and sign" }
            }
            @if !answers.first.is_empty() {
                h3 { "Do first" }
                ul { (answers::in_short(&answers.first, MAX_LISTED, true)) }
            }
            (answers::concerned(answers, people))
            @if !answers.also.is_empty() {
                h3 { "Also failing" }
                ul { (answers::in_short(&answers.also, MAX_LISTED, false)) }
            }
            (answers::waiting(report, answers))
            h3 { "Scope" }
            p { (extent(report)) }
            h3 { "Method" }
            p { (method(report)) }
            (results(report))
            (exceptions(report))
            (attestations(report))
            h3 { "Signatures" }
            div.signatures { @for who in SIGNATURES { p { (who) ", date, signature" } } }
        }
    }
}

fn extent(report: &Report) -> Markup {
    let scan = &report.scan;
    let warnings = words::to_know(report).len();
    html! {
        "Workspace " strong { (soft(words::workspace(&report.workspace), CELL)) }
        (soft(&words::about_workspace(report, |value| shown(value, CELL)), PARAGRAPH))
        "; " (words::days(scan.window)) ". Read: "
        @for (index, source) in report.sources.iter().enumerate() {
            @if index > 0 { ", " }
            (source.id.describe()) " (" (words::outcome(source.status)) ")"
        }
        @for roster in &scan.rosters { ", directory export " (soft(&roster.path, CELL)) }
        "."
        @if report.sources.iter().any(|source| source.status != SourceStatus::Complete) {
            " What was not complete decides no pass."
        }
        @if warnings > 0 {
            " " (counted(warnings as u64, "warning")) " after this summary."
        }
    }
}

fn method(report: &Report) -> Markup {
    let from = match report.scan.source {
        Provenance::Api => "through Intercom's API, with requests that only read",
        Provenance::Snapshot => "from a saved snapshot of what Intercom's API answered",
        Provenance::Demo => "from the built-in sample of what Intercom's API answers",
    };
    let all = &report.summary.all;
    html! {
        "intercom-harden " (shown(&report.tool.version, CELL)) " read the workspace " (from) ", and judged "
        (soft(&words::extent(report, |value| shown(value, CELL)), PARAGRAPH)) ". A control passes or fails on what the API and the activity log show, on \
         a directory export, or on what a person attested. What they do not show is manual: a person has to look. What an error \
         hid is unknown. Neither counts as a pass. " (counted(all.manual as u64, "control")) " manual, "
        (all.unknown) " unknown."
    }
}

fn results(report: &Report) -> Markup {
    html! {
        h3 { "Result per control" }
        table.results {
            (head([("Control", false), ("Title", false), ("Level", false), ("Status", false)]))
            tbody {
                @for control in report.controls.iter().take(MAX_RESULTS) {
                    tr {
                        th scope="row" { (to_control(control)) }
                        td { (soft(&control.title, CELL)) }
                        td { (control.level.label()) }
                        td { (chip(control.status)) @if let Some(mark) = mark(control) { " (" (mark) ")" } }
                    }
                }
            }
        }
        (rest(report.controls.len(), MAX_RESULTS))
    }
}

/// What people decided about a control.
fn mark(control: &Control) -> Option<&'static str> {
    match control.status {
        _ if control.is_waived() => Some("waived"),
        _ if control.is_attested() => Some("attested"),
        Status::Manual if control.is_not_applicable() => Some("does not apply"),
        _ => None,
    }
}

/// The waivers, each once a control, with how many of its findings they cover: none where they cover the control.
fn waivers(report: &Report) -> Vec<(&Control, &Waiver, usize)> {
    let mut all: Vec<(&Control, &Waiver, usize)> = Vec::new();
    for control in &report.controls {
        let first = all.len();
        all.extend(control.waived.iter().map(|waiver| (control, waiver, 0)));
        for waiver in control.findings.iter().filter_map(|finding| finding.waived.as_ref()) {
            match all.iter_mut().skip(first).find(|(_, other, count)| *count > 0 && *other == waiver) {
                Some((.., count)) => *count += 1,
                None => all.push((control, waiver, 1)),
            }
        }
    }
    all
}

fn exceptions(report: &Report) -> Markup {
    let all = waivers(report);
    let findings = || report.controls.iter().flat_map(|control| &control.findings);
    let reviewed = findings().filter(|finding| finding.is_reviewed()).count();
    let in_baseline = findings().filter(|finding| finding.in_baseline).count();
    html! {
        h3 { "Exceptions" }
        @if !all.is_empty() {
            table {
                (head([("Waived", false), ("By", false), ("Until", false), ("Reason", false)]))
                tbody {
                    @for (control, waiver, findings) in all.iter().take(MAX_DECISIONS) {
                        tr {
                            th scope="row" {
                                (to_control(control))
                                @if *findings > 0 { ", " (counted(*findings as u64, "finding")) }
                            }
                            td { (soft(&waiver.by, CELL)) }
                            td.time { (waiver.expires.to_string()) }
                            td { (soft(&waiver.reason, CELL)) }
                        }
                    }
                }
            }
            (rest(all.len(), MAX_DECISIONS))
        }
        p {
            (counted(all.len() as u64, "waiver")) ", " (counted(reviewed as u64, "reviewed event")) ", "
            (counted(in_baseline as u64, "finding")) " in the baseline."
        }
    }
}

fn attestations(report: &Report) -> Markup {
    let signed = report.controls.iter().filter_map(|control| Some((control, control.attestation.as_ref()?)));
    let all: Vec<(&Control, &Attestation)> = signed.collect();
    html! {
        h3 { "Attestations" }
        @if all.is_empty() { p { "None." } } @else {
            table {
                (head(["Control", "Result", "By", "On", "Until", "Evidence and note"].map(|title| (title, false))))
                tbody {
                    @for (control, Attestation { result, by, on, expires, evidence, note }) in all.iter().take(MAX_DECISIONS) {
                        tr {
                            th scope="row" { (to_control(control)) }
                            td { ((*result).into_str()) }
                            td { (soft(by, CELL)) }
                            td.time { (on.to_string()) }
                            td.time { (expires.to_string()) }
                            td {
                                @if let Some(evidence) = evidence { (linked(evidence, 2 * CELL)) }
                                @if evidence.is_some() && note.is_some() { "; " }
                                @if let Some(note) = note { (soft(note, CELL)) }
                            }
                        }
                    }
                }
            }
            (rest(all.len(), MAX_DECISIONS))
        }
    }
}

/// How many a table does not show.
fn rest(all: usize, most: usize) -> Markup {
    html! { @if let Some(rest @ 1..) = all.checked_sub(most) { p.more { (rest) " more below, with their controls." } } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::hostile;
    use crate::report::sample::sample;

    fn page(report: &Report) -> String {
        let answers = Answers::of(report);
        section(report, &answers, &People::of(report, &answers)).into_string().replace("<wbr>", "")
    }

    #[test]
    fn equal_waivers_of_a_control_are_one_exception() {
        let mut report = sample();
        report.controls[4].waived = Some(hostile::waiver("until March"));
        for finding in report.controls[2].findings.iter_mut().take(3) {
            finding.waived = Some(hostile::waiver("<moving>"));
        }
        let page = page(&report);
        let (_, exceptions) = page.split_once("Exceptions").unwrap();
        assert!(
            exceptions.contains("2.3</a>, 3 findings") && exceptions.contains("&lt;moving&gt;"),
            "{exceptions}"
        );
        assert!(
            exceptions.contains("E6</a></th>") && exceptions.contains("2 waivers, 0 reviewed events"),
            "{exceptions}"
        );
        assert_eq!(exceptions.matches("grace@example.com").count(), 2);
    }

    #[test]
    fn evidence_of_an_attestation_is_a_link_where_it_is_on_the_web() {
        let mut report = hostile::report("see https://wiki.example/a?b=\"c\", kept");
        assert!(
            page(&report)
                .contains("see <a href=\"https://wiki.example/a?b=%22c%22\" rel=\"noopener noreferrer\">")
        );
        report = hostile::report("javascript:alert(1)");
        assert!(!page(&report).contains("href=\"j"));
        assert!(page(&sample()).contains("<h3>Attestations</h3><p>None.</p>"));
    }
}
