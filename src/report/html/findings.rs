//! The findings of a control as a table: who each is about, what is wrong, and the evidence.

use std::collections::BTreeSet;

use jiff::Timestamp;
use maud::{Markup, html};
use serde_json::Value;

use super::parts::{review, waiver};
use super::people::People;
use super::text::{NAME, SENTENCE, cell, shown, soft};
use crate::report::words::counted;
use crate::report::{Control, Report};
use crate::verdict::Finding;

/// How many findings of a control are listed.
const MAX_FINDINGS: usize = 1_000;

/// How many findings are listed in all, shared evenly: of an ordinary report the page stays below two megabytes.
const MAX_ROWS: usize = 2_000;

/// How many columns of evidence a table has.
const MAX_COLUMNS: usize = 24;

/// How many findings are looked at for their columns.
const SAMPLED: usize = 100;

/// How many findings of each control the page lists.
pub(super) fn most_of_each(report: &Report) -> usize {
    let with_findings = report.controls.iter().filter(|one| !one.findings.is_empty()).count();
    (MAX_ROWS / with_findings.max(1)).clamp(1, MAX_FINDINGS)
}

/// The findings of a control; nothing where there are none. Those that count against the gate come first.
pub(super) fn table(control: &Control, most: usize, people: &People<'_>) -> Markup {
    let all = &control.findings;
    if all.is_empty() {
        return html! {};
    }
    let columns = columns(control);
    let mut order: Vec<&Finding> = all.iter().collect();
    order.sort_by_key(|finding| (finding.in_baseline, finding.is_reviewed(), finding.waived.is_some()));
    let reviewed = all.len() - control.open().count();
    let more = all.len().saturating_sub(most);
    html! {
        h5 {
            (counted(control.open().count() as u64, "finding"))
            @if reviewed > 0 { ", and " (reviewed) " reviewed" }
            @if more > 0 { ", of which " (most) " are listed" }
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
                tbody { @for finding in order.into_iter().take(most) { (row(finding, &columns, people)) } }
            }
        }
        @if more > 0 { p.more { (more) " more in the JSON report" } }
    }
}

fn row(finding: &Finding, columns: &[(String, bool)], people: &People<'_>) -> Markup {
    let evident = finding.evidence.row();
    html! {
        tr {
            th scope="row" { (people.named(finding.person.as_deref(), &finding.subject)) }
            td {
                (soft(&finding.message, SENTENCE))
                @if finding.in_baseline { " " span.mark { "in the baseline" } }
                @if let Some(reviewed) = &finding.reviewed {
                    span.waiver { span.mark { "reviewed" } " " (review(reviewed)) }
                }
                @if let Some(waived) = &finding.waived {
                    span.waiver { span.mark { "waived" } " " (waiver(waived)) }
                }
            }
            @for (column, _) in columns { (evidence(evident.get(column))) }
        }
    }
}

fn evidence(value: Option<&Value>) -> Markup {
    let value = value.unwrap_or(&Value::Null);
    let instant = value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
    html! {
        @if let Some(instant) = instant {
            td.time { span.day { (instant.strftime("%Y-%m-%d").to_string()) } (instant.strftime(" %H:%M UTC").to_string()) }
        }
        @else if value.is_number() { td.number { (cell(value)) } }
        @else { td { (soft(&cell(value), NAME)) } }
    }
}

/// The columns, and whether they hold numbers: those of the evidence that the control names, or else all in the order of
/// their names but for what is empty or repeats the subject.
fn columns(control: &Control) -> Vec<(String, bool)> {
    let sample: Vec<_> =
        control.findings.iter().take(SAMPLED).map(|one| (&one.subject, one.evidence.row())).collect();
    let found: BTreeSet<&String> = sample.iter().flat_map(|(_, row)| row.keys()).collect();
    let telling = |name: &&String| {
        sample.iter().any(|(subject, row)| match row.get(*name) {
            None | Some(Value::Null) => false,
            Some(Value::String(text)) => text != *subject,
            Some(_) => true,
        })
    };
    let numeric = |name: &String| sample.iter().any(|(_, row)| row.get(name).is_some_and(Value::is_number));
    let names: Vec<&String> = if control.columns.is_empty() {
        found.into_iter().filter(telling).collect()
    } else {
        control.columns.iter().filter(|name| found.contains(name)).collect()
    };
    names.into_iter().take(MAX_COLUMNS).map(|name| (name.clone(), numeric(name))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::report::sample::sample;
    use crate::verdict::Evidence;

    #[test]
    fn a_control_says_which_columns_are_shown_and_in_which_order() {
        let mut control = sample().controls[2].clone();
        let named =
            |control: &Control| columns(control).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        for finding in &mut control.findings {
            let mut row = finding.evidence.row();
            row.extend([("role".to_owned(), json!("Admin")), ("seen".to_owned(), json!(null))]);
            finding.evidence = Evidence::from(&row);
        }
        assert_eq!(named(&control), ["count", "role"]);
        control.columns = ["seen", "role", "email", "absent"].map(str::to_owned).to_vec();
        assert_eq!(named(&control), ["seen", "role", "email"]);
    }
}
