//! OCSF 1.8.0 Compliance Findings (class 2003), one event a line: for a SIEM or a security lake.
//!
//! A failing control is an event for each of its findings, with the finding's fingerprint as `finding_info.uid`, so that
//! later scans update the same finding. A control that fails without findings, passes, waits for a person or could not be
//! decided is one event. Waived means suppressed. What a person has to look at is `Other` with the word `Manual`, since
//! none of the class's own words says that; what could not be read is `Unknown`.
//!
//! An event, shortened and broken for reading:
//!
//! ```json
//! {"activity_id": 1, "category_uid": 2, "class_uid": 2003, "type_uid": 200301, "time": 1769947200000,
//!  "severity_id": 4, "severity": "High", "status_id": 1, "status": "New",
//!  "message": "2.3 Limit admin access: ada@example.com: privileged: role Owner",
//!  "metadata": {"version": "1.8.0", "product": {"name": "intercom-harden", "vendor_name": "intercom-harden", "version": "0.1.0"},
//!               "tenant_uid": "ab12cd34", "event_code": "2.3"},
//!  "compliance": {"control": "2.3", "standards": ["cis-v8"], "requirements": ["cis-v8 5.4"], "status_id": 3, "status": "Fail",
//!                 "status_details": ["5 of 12 teammates are privileged; at most 3 should be."]},
//!  "finding_info": {"uid": "aab9a02453c7085429bced82", "title": "Limit admin access"},
//!  "resources": [{"name": "ada@example.com", "uid": "ada@example.com", "type": "User"}],
//!  "remediation": {"desc": "1. Take the admin role away where it is not needed"}}
//! ```

use std::net::IpAddr;

use serde::Serialize;

use super::item::{Item, items_of};
use super::json::{json_line, object};
use super::words::{self, TOOL, instant};
use super::{Control, Report, WorkspaceInfo};
use crate::casefold::capitalized;
use crate::verdict::{Status, WORKSPACE};

#[cfg(test)]
mod tests;

/// The version of the schema that is written.
const OCSF: &str = "1.8.0";

/// How many rows of data an event holds: a control that is told as a whole may have thousands.
const MAX_EVIDENCES: usize = 100;

/// Renders the report, one event a line.
///
/// # Errors
/// When something in it has no JSON form.
pub(super) fn render(report: &Report) -> Result<String, serde_json::Error> {
    report.controls.iter().flat_map(told).map(|item| json_line(&event(report, item))).collect()
}

/// The events of a control: its findings where it fails, and otherwise the control as a whole.
fn told(control: &Control) -> Vec<Item<'_>> {
    match control.status {
        Status::Fail => items_of(control).collect(),
        Status::Pass | Status::Manual | Status::Unknown => vec![Item::whole(control)],
    }
}

/// The event of a finding, or of a control as a whole.
fn event<'a>(report: &'a Report, item: Item<'a>) -> impl Serialize + 'a {
    let Report { workspace, scan, .. } = report;
    let control = item.control;
    // A fail is as severe as its control's level; what is not a fail informs.
    let (severity_id, severity) = match (control.status, words::severity(control.level)) {
        (Status::Fail, severity) => (4 - control.level as u8, capitalized(severity)),
        _ => (1, "Informational".to_owned()),
    };
    let (status_id, status) = match (item.is_set_aside(), control.status) {
        (true, Status::Fail | Status::Manual | Status::Unknown) => (3, "Suppressed"),
        (_, Status::Pass) => (4, "Resolved"),
        (false, _) => (1, "New"),
    };
    let time = scan.at.as_second().saturating_mul(1_000);
    let uid = item.fingerprint();
    let sentence = item.sentence();
    object! {
        "activity_id": 1,
        "activity_name": "Create",
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": 2003,
        "class_name": "Compliance Finding",
        "type_uid": 200_301,
        "type_name": "Compliance Finding: Create",
        "time": time,
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status,
        "status_detail"?: words::set_aside(item.reviewed(), item.waived()),
        "message": message(control, &sentence),
        "metadata": object! {
            "version": OCSF,
            "product": object! { "name": TOOL, "vendor_name": TOOL, "version": &report.tool.version },
            // The event's own identity: the finding at that instant.
            "uid": format!("{}-{time}", uid.as_str()),
            "event_code": &control.id,
            "original_time": instant(scan.at),
            "tenant_uid"?: workspace.id.as_ref(),
        },
        "compliance": compliance(control),
        "finding_info": object! {
            "uid": uid,
            "title": &control.title,
            "desc": sentence,
            "created_time": time,
            "types": ["Security posture"],
            "analytic": object! { "uid": &control.id, "name": &control.title, "type_id": 1, "type": "Rule" },
            "data_sources"?: if_any(control.basis.as_slice()),
        },
        "resources": [resource(report, item)],
        "evidences"?: if_any(evidences(item)),
        "observables"?: observable(item).map(|one| [one]),
        "remediation"?: if_any(words::steps(control)).map(|steps| object! { "desc": steps.join("\n") }),
        "unmapped": object! {
            "guide": words::guide(report, str::to_owned),
            "own_mappings": &control.own_mappings,
            "level": control.level,
            "source": scan.source,
            "workspace_name": &workspace.name,
            "workspace_region": &workspace.region,
            "in_baseline": item.in_baseline(),
            "violates_gate": item.violates(&report.gate),
            "waived": item.waived(),
            "reviewed": item.reviewed(),
        },
    }
}

/// What is wrong, and what to do first.
fn message(control: &Control, sentence: &str) -> String {
    let next = words::next_step(control).filter(|_| control.status != Status::Pass);
    let next = next.map(|step| format!(" Next: {}", words::action(step))).unwrap_or_default();
    format!("{} {}: {sentence}{next}", control.id, control.title)
}

/// A list that is left out where it is empty.
fn if_any<T, L: AsRef<[T]>>(list: L) -> Option<L> {
    (!list.as_ref().is_empty()).then_some(list)
}

/// The control and how it ended.
fn compliance(control: &Control) -> impl Serialize {
    let (status_id, status) = match control.status {
        Status::Pass => (1, "Pass"),
        Status::Fail => (3, "Fail"),
        Status::Unknown => (0, "Unknown"),
        Status::Manual => (99, "Manual"),
    };
    let mapped = || words::mapped(&control.frameworks);
    let mut standards: Vec<_> = mapped().map(|(framework, _)| framework).collect();
    standards.dedup();
    object! {
        "control": &control.id,
        "desc": &control.description,
        "category": &control.section,
        "standards": standards,
        "requirements": mapped().map(|(framework, id)| format!("{framework} {id}")).collect::<Vec<_>>(),
        "status_id": status_id,
        "status": status,
        // In one field it is deprecated.
        "status_details": std::iter::once(&control.reason).chain(&control.context).collect::<Vec<_>>(),
    }
}

/// What a subject is, as far as its form tells.
enum Subject {
    Workspace,
    Email,
    Address,
    Other,
}

fn subject(item: Item<'_>) -> Subject {
    let text = item.subject();
    let named =
        |(name, domain): (&str, &str)| !name.is_empty() && domain.contains('.') && !domain.contains('@');
    if item.finding.is_none() || text == WORKSPACE {
        Subject::Workspace
    } else if text.parse::<IpAddr>().is_ok() {
        Subject::Address
    } else if !text.contains(char::is_whitespace) && text.split_once('@').is_some_and(named) {
        Subject::Email
    } else {
        Subject::Other
    }
}

/// Who or what it is about.
fn resource<'a>(report: &'a Report, item: Item<'a>) -> impl Serialize + 'a {
    let (text, subject, workspace) = (item.subject(), subject(item), &report.workspace);
    let name_or = |name: &'a Option<String>| name.as_deref().unwrap_or(WORKSPACE);
    let (uid, name, kind) = match subject {
        Subject::Workspace => (name_or(&workspace.id), name_or(&workspace.name), "Intercom workspace"),
        Subject::Email => (text, text, "User"),
        Subject::Address => (text, text, "IP address"),
        Subject::Other => (text, text, "Workspace object"),
    };
    object! {
        "uid": uid,
        "name": name,
        "type": kind,
        "ip"?: matches!(subject, Subject::Address).then_some(text),
        "owner"?: matches!(subject, Subject::Email)
            .then(|| owner(report, text)),
    }
}

/// The teammate, and the workspace that the account is in.
fn owner<'a>(report: &'a Report, address: &'a str) -> impl Serialize + 'a {
    let WorkspaceInfo { id, name, .. } = &report.workspace;
    object! {
        "uid": address,
        "name": address,
        "email_addr"?: plain_address(address),
        "type_id": 1,
        "type": "User",
        "account": object! {
            "uid": id.as_deref().unwrap_or(WORKSPACE),
            "name": name.as_deref().unwrap_or(WORKSPACE),
            "type_id": 99,
            "type": "Intercom workspace",
        },
    }
}

/// The address, where it has the form that OCSF asks of one: ASCII, without spaces and quotes.
fn plain_address(text: &str) -> Option<&str> {
    let (local, domain) = text.rsplit_once('@')?;
    let is_local = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.,".contains(c);
    let is_label = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let (first, rest) = domain.split_once('.')?;
    let sound = !local.is_empty()
        && local.chars().all(is_local)
        && !first.is_empty()
        && first.chars().all(is_label)
        && !rest.is_empty()
        && rest.chars().all(|c| is_label(c) || c == '.');
    sound.then_some(text)
}

/// A value that other events may carry too.
fn observable(item: Item<'_>) -> Option<impl Serialize> {
    let value = item.subject();
    let (name, type_id, kind) = match subject(item) {
        Subject::Email if plain_address(value).is_some() => {
            ("resources[].owner.email_addr", 5, "Email Address")
        }
        Subject::Address => ("resources[].ip", 2, "IP Address"),
        _ => return None,
    };
    Some(object! { "name": name, "type_id": type_id, "type": kind, "value": value })
}

/// The rows behind it: that of the finding, or those of all findings of a control that is told as a whole.
fn evidences(item: Item<'_>) -> Vec<impl Serialize> {
    let all = item.finding.map_or(item.control.findings.as_slice(), std::slice::from_ref);
    let telling = all.iter().filter(|finding| !finding.evidence.is_empty());
    telling.take(MAX_EVIDENCES).map(|finding| object! { "data": &finding.evidence }).collect()
}
