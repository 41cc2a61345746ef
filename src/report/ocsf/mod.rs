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
//!  "message": "2.3 Limit admin access: ada@example.com: privileged: role Owner. Next: Settings > Workspace > Teammates: …",
//!  "metadata": {"version": "1.8.0", "product": {"name": "intercom-harden", "vendor_name": "intercom-harden", "version": "0.1.0"},
//!               "tenant_uid": "ab12cd34", "event_code": "2.3"},
//!  "compliance": {"control": "2.3", "standards": ["cis-v8"], "requirements": ["cis-v8 5.4"], "status_id": 3, "status": "Fail",
//!                 "status_details": ["5 of 12 teammates are privileged; at most 3 should be."]},
//!  "finding_info": {"uid": "aab9a02453c7085429bced82", "title": "Limit admin access"},
//!  "resources": [{"name": "ada@example.com", "uid": "31001", "type": "User",
//!                 "owner": {"uid": "31001", "name": "ada@example.com", "type_id": 2, "type": "Admin",
//!                           "account": {"uid": "ab12cd34", "name": "Example Support", "type_id": 99, "type": "Intercom workspace"}}}],
//!  "remediation": {"desc": "1. Take the admin role away where it is not needed"}}
//! ```

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::IpAddr;

use serde::Serialize;

use super::item::{Item, items_of};
use super::json::{object, write_line};
use super::words::{self, TOOL, instant};
use super::{Control, Report, WorkspaceInfo};
use crate::casefold::capitalized;
use crate::posture::Person;
use crate::verdict::{Status, WORKSPACE};

#[cfg(test)]
mod tests;

/// The version of the schema that is written.
const OCSF: &str = "1.8.0";

/// How many rows of data an event holds: a control that is told as a whole may have thousands.
const MAX_EVIDENCES: usize = 100;

/// Writes the report, one event a line.
///
/// # Errors
/// When a line cannot be written.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let teammates = report.teammates();
    let mut tell = |item| write_line(&event(report, item, Subject::of(item, &teammates)), out);
    // A control that fails is told by its findings, any other as a whole.
    report.controls.iter().try_for_each(|control| match control.status {
        Status::Fail => items_of(control).try_for_each(&mut tell),
        Status::Pass | Status::Manual | Status::Unknown => tell(Item::whole(control)),
    })
}

/// The event of a finding, or of a control as a whole.
fn event<'a>(report: &'a Report, item: Item<'a>, subject: Subject<'a>) -> impl Serialize + 'a {
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
    let message = format!("{} {}: {sentence}", control.id, control.title);
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
        "message": words::what_and_next(&message, control),
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
        "resources": [resource(workspace, subject)],
        "evidences"?: if_any(evidences(item)),
        "observables"?: observable(subject).map(|one| [one]),
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
        "status_details": std::iter::once(&control.reason).chain(&control.context).collect::<Vec<_>>(),
    }
}

/// Who or what an event is about.
#[derive(Clone, Copy)]
enum Subject<'a> {
    Workspace,
    Person(Owner<'a>),
    Address(&'a str),
    Other(&'a str),
}

/// A person, as far as known.
#[derive(Clone, Copy)]
struct Owner<'a> {
    /// The teammate's id; of others what they are called.
    uid: &'a str,
    /// A teammate's address or name; of others what the finding calls them.
    name: &'a str,
    /// The e-mail address, where it has the form that OCSF asks for.
    email: Option<&'a str>,
    /// None of a person who is no teammate.
    teammate: Option<&'a Person>,
}

impl<'a> Subject<'a> {
    /// A person where the finding says so or its subject has the form of an e-mail address.
    fn of(item: Item<'a>, teammates: &BTreeMap<&str, &'a Person>) -> Self {
        let text = item.subject();
        let named =
            |(name, domain): (&str, &str)| !name.is_empty() && domain.contains('.') && !domain.contains('@');
        let is_email = || !text.contains(char::is_whitespace) && text.split_once('@').is_some_and(named);
        if let Some(id) = item.person() {
            let teammate = teammates.get(id).copied();
            let name = words::name_of(teammate, text);
            let email = teammate.and_then(|one| one.email.as_deref()).unwrap_or(text);
            Self::Person(Owner { uid: id, name, email: plain_address(email), teammate })
        } else if item.finding.is_none() || text == WORKSPACE {
            Self::Workspace
        } else if text.parse::<IpAddr>().is_ok() {
            Self::Address(text)
        } else if is_email() {
            Self::Person(Owner { uid: text, name: text, email: plain_address(text), teammate: None })
        } else {
            Self::Other(text)
        }
    }
}

/// Who or what it is about.
fn resource<'a>(workspace: &'a WorkspaceInfo, subject: Subject<'a>) -> impl Serialize + use<'a> {
    let (id, name) = identity(workspace);
    let (uid, name, kind, ip, owned) = match subject {
        Subject::Workspace => (id, name, "Intercom workspace", None, None),
        Subject::Person(person) => (person.uid, person.name, "User", None, Some(owner(workspace, person))),
        Subject::Address(text) => (text, text, "IP address", Some(text), None),
        Subject::Other(text) => (text, text, "Workspace object", None, None),
    };
    object! { "uid": uid, "name": name, "type": kind, "ip"?: ip, "owner"?: owned }
}

/// The id and the name of the workspace; where one is not known, the other stands in.
fn identity(workspace: &WorkspaceInfo) -> (&str, &str) {
    let WorkspaceInfo { id, name, .. } = workspace;
    (id.as_deref().or(name.as_deref()).unwrap_or(WORKSPACE), words::workspace(workspace))
}

/// A person with an account: of a teammate, the workspace.
fn owner<'a>(workspace: &'a WorkspaceInfo, person: Owner<'a>) -> impl Serialize + use<'a> {
    let Owner { uid, name, email, teammate } = person;
    let (type_id, kind) = match teammate {
        Some(teammate) if teammate.is_administrator() => (2, "Admin"),
        Some(_) => (1, "User"),
        None => (0, "Unknown"),
    };
    let ((account_uid, account_name), account_type_id, account_type) = match teammate {
        Some(_) => (identity(workspace), 99, "Intercom workspace"),
        None => ((uid, name), 0, "Unknown"),
    };
    object! {
        "uid": uid,
        "name": name,
        "email_addr"?: email,
        "type_id": type_id,
        "type": kind,
        "account": object! {
            "uid": account_uid,
            "name": account_name,
            "type_id": account_type_id,
            "type": account_type,
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
fn observable<'a>(subject: Subject<'a>) -> Option<impl Serialize + use<'a>> {
    let (name, type_id, kind, value) = match subject {
        Subject::Person(Owner { email: Some(email), .. }) => {
            ("resources[].owner.email_addr", 5, "Email Address", email)
        }
        Subject::Address(text) => ("resources[].ip", 2, "IP Address", text),
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
