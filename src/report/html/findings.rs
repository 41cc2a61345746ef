//! The findings of a control as a table: whom they are about, what is wrong, and the evidence.

use std::collections::BTreeSet;

use jiff::Timestamp;
use maud::{Markup, html};
use serde_json::Value;

use super::control::decision_text;
use super::text::{NAME, SENTENCE, cell, shown};
use crate::controls::Control;
use crate::report::Report;
use crate::report::words::counted;
use crate::verdict::Finding;

/// How many findings of a control are listed.
const MAX_FINDINGS: usize = 1_000;

/// How many columns of evidence a table has.
const MAX_COLUMNS: usize = 8;

/// How many findings are looked at for their columns.
const SAMPLED: usize = 100;

/// How many bytes all findings of a page may take: with the rest it stays below two megabytes.
const MAX_BYTES: usize = 1_400_000;

/// The room that is left for findings. Controls share it evenly, and what one leaves over goes to those after it.
pub(super) struct Room {
    bytes: usize,
    controls: usize,
}

impl Room {
    /// All of it.
    pub(super) fn for_findings_of(report: &Report) -> Self {
        let with_findings = report.assessments.iter().filter(|one| !one.verdict.findings.is_empty());
        Self { bytes: MAX_BYTES, controls: with_findings.count() }
    }

    /// Renders elements until the next control's share is used up.
    fn fill<T>(&mut self, elements: impl Iterator<Item = T>, render: impl Fn(T) -> Markup) -> Vec<Markup> {
        let share = self.bytes / self.controls.max(1);
        self.controls = self.controls.saturating_sub(1);
        let mut used = 0;
        let mut rendered = Vec::new();
        for element in elements {
            let markup = render(element);
            used += markup.0.len();
            if used > share {
                used -= markup.0.len();
                break;
            }
            rendered.push(markup);
        }
        self.bytes -= used;
        rendered
    }
}

/// The findings of a control; nothing where there are none. Those that count against the gate come first.
pub(super) fn table(control: &Control, findings: &[Finding], room: &mut Room) -> Markup {
    if findings.is_empty() {
        return html! {};
    }
    let columns = columns(findings);
    let mut order: Vec<&Finding> = findings.iter().collect();
    order.sort_by_key(|finding| (finding.known, finding.waived.is_some()));
    let rows = room.fill(order.into_iter().take(MAX_FINDINGS), |finding| row(finding, &columns));
    let more = findings.len() - rows.len();
    html! {
        h5 {
            (counted(findings.len() as u64, "finding"))
            @if more > 0 { ", of which " (rows.len()) " are listed" }
        }
        div.scroll tabindex="0" role="group" aria-label={ "Findings of " (shown(&control.id, NAME)) } {
            table.findings {
                thead {
                    tr {
                        th scope="col" { "Subject" }
                        th scope="col" { "What is wrong" }
                        @for (column, numbers) in &columns {
                            th.number[*numbers] scope="col" { (shown(&column.replace('_', " "), NAME)) }
                        }
                    }
                }
                tbody { @for row in rows { (row) } }
            }
        }
        @if more > 0 { p.more { (more) " more in the JSON report" } }
    }
}

fn row(finding: &Finding, columns: &[(&String, bool)]) -> Markup {
    html! {
        tr {
            th scope="row" { (shown(&finding.subject, NAME)) }
            td {
                (shown(&finding.message, SENTENCE))
                @if finding.known { " " span.mark { "in the baseline" } }
                @if let Some(decision) = &finding.waived {
                    span.waiver { span.mark { "waived" } " " (decision_text(decision)) }
                }
            }
            @for (column, _) in columns { (evidence(finding.evidence.get(*column))) }
        }
    }
}

fn evidence(value: Option<&Value>) -> Markup {
    let value = value.unwrap_or(&Value::Null);
    let instant = value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
    html! {
        @if let Some(instant) = instant { td.time { (instant.strftime("%Y-%m-%d %H:%M UTC").to_string()) } }
        @else if value.is_number() { td.number { (cell(value)) } }
        @else { td { (cell(value)) } }
    }
}

/// The columns worth showing, in the order of their names, and whether they hold numbers. Not worth showing is what is
/// empty or repeats the subject.
fn columns(findings: &[Finding]) -> Vec<(&String, bool)> {
    let sampled = || findings.iter().take(SAMPLED);
    let names: BTreeSet<&String> = sampled().flat_map(|finding| finding.evidence.keys()).collect();
    let telling = |name: &&String| {
        sampled().any(|finding| match finding.evidence.get(*name) {
            None | Some(Value::Null) => false,
            Some(Value::String(text)) => *text != finding.subject,
            Some(_) => true,
        })
    };
    let numeric =
        |name: &String| sampled().any(|finding| finding.evidence.get(name).is_some_and(Value::is_number));
    names.into_iter().filter(telling).take(MAX_COLUMNS).map(|name| (name, numeric(name))).collect()
}
