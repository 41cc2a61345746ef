//! From the program's own types to an event.

use std::net::IpAddr;

use super::event::{
    Analytic, Compliance, Event, Evidence, FindingInfo, Metadata, Observable, Product, Remediation, Resource,
    Unmapped, User,
};
use crate::level::Level;
use crate::report::Report;
use crate::report::item::Item;
use crate::report::words::{self, TOOL, instant};
use crate::verdict::{Status, WORKSPACE};

/// The version of the schema that is written.
const OCSF: &str = "1.8.0";

/// How many rows of data an event holds: a control that is told as a whole may have thousands.
const MAX_EVIDENCES: usize = 100;

/// What a subject is, as far as its form tells.
enum Subject {
    Workspace,
    Email,
    Address,
    Other,
}

/// The event of a finding, or of a control as a whole.
pub(super) fn event<'a>(report: &'a Report, item: Item<'a>) -> Event<'a> {
    let control = item.control;
    let (severity_id, severity) = severity(item.control.status, control.level);
    let (status_id, status) = match (item.waived(), item.control.status) {
        (Some(_), Status::Fail | Status::Manual | Status::Unknown) => (3, "Suppressed"),
        (_, Status::Pass) => (4, "Resolved"),
        (None, _) => (1, "New"),
    };
    let time = report.scan.at.as_second().saturating_mul(1_000);
    let uid = item.fingerprint();
    let sentence = item.sentence();
    Event {
        activity_id: 1,
        activity_name: "Create",
        category_uid: 2,
        category_name: "Findings",
        class_uid: 2003,
        class_name: "Compliance Finding",
        type_uid: 200_301,
        type_name: "Compliance Finding: Create",
        time,
        severity_id,
        severity,
        status_id,
        status,
        status_detail: item.waived().map(words::waived),
        message: format!("{} {}: {sentence}", control.id, control.title),
        metadata: Metadata {
            version: OCSF,
            product: Product { name: TOOL, vendor_name: TOOL, version: &report.tool.version },
            uid: format!("{}-{time}", uid.as_str()),
            event_code: &control.id,
            original_time: instant(report.scan.at),
            tenant_uid: report.workspace.id.as_deref(),
        },
        compliance: compliance(item),
        finding_info: FindingInfo {
            uid: uid.as_str().to_owned(),
            title: &control.title,
            desc: sentence,
            created_time: time,
            types: ["Security posture"],
            analytic: Analytic { uid: &control.id, name: &control.title, type_id: 1, kind: "Rule" },
            data_sources: &item.control.basis,
        },
        resources: [resource(report, item)],
        evidences: evidences(item),
        observables: observables(item),
        remediation: remediation(item),
        unmapped: unmapped(report, item),
    }
}

/// A fail is as severe as its control's level; what is not a fail informs.
const fn severity(status: Status, level: Level) -> (u8, &'static str) {
    match (status, level) {
        (Status::Fail, Level::L1) => (4, "High"),
        (Status::Fail, Level::L2) => (3, "Medium"),
        (Status::Fail, Level::L3) => (2, "Low"),
        (Status::Pass | Status::Manual | Status::Unknown, _) => (1, "Informational"),
    }
}

fn compliance(item: Item<'_>) -> Compliance<'_> {
    let control = item.control;
    let (status_id, status) = match control.status {
        Status::Pass => (1, "Pass"),
        Status::Fail => (3, "Fail"),
        Status::Unknown => (0, "Unknown"),
        Status::Manual => (99, "Manual"),
    };
    let mapped = || words::mapped(&control.frameworks);
    let mut standards: Vec<_> = mapped().map(|(framework, _)| framework).collect();
    standards.dedup();
    Compliance {
        control: &control.id,
        desc: &control.description,
        category: &control.section,
        standards,
        requirements: mapped().map(|(framework, id)| format!("{framework} {id}")).collect(),
        status_id,
        status,
        status_detail: &control.reason,
        status_details: &control.context,
    }
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

fn resource<'a>(report: &'a Report, item: Item<'a>) -> Resource<'a> {
    let text = item.subject();
    let bare = |kind| Resource { uid: text, name: text, kind, ip: None, owner: None };
    match subject(item) {
        Subject::Workspace => Resource {
            uid: report.workspace.id.as_deref().unwrap_or(WORKSPACE),
            name: report.workspace.name.as_deref().unwrap_or(WORKSPACE),
            ..bare("Intercom workspace")
        },
        Subject::Email => Resource {
            owner: Some(User { uid: text, name: text, email_addr: plain_address(text) }),
            ..bare("User")
        },
        Subject::Address => Resource { ip: Some(text), ..bare("IP address") },
        Subject::Other => bare("Workspace object"),
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

fn observables(item: Item<'_>) -> Vec<Observable<'_>> {
    let value = item.subject();
    match subject(item) {
        Subject::Email if plain_address(value).is_none() => Vec::new(),
        Subject::Email => {
            vec![Observable {
                name: "resources[].owner.email_addr",
                type_id: 5,
                kind: "Email Address",
                value,
            }]
        }
        Subject::Address => {
            vec![Observable { name: "resources[].ip", type_id: 2, kind: "IP Address", value }]
        }
        Subject::Workspace | Subject::Other => Vec::new(),
    }
}

/// The rows behind it: that of the finding, or those of all findings of a control that is told as a whole.
fn evidences(item: Item<'_>) -> Vec<Evidence<'_>> {
    let all = match item.finding {
        Some(finding) => std::slice::from_ref(finding),
        None => &item.control.findings,
    };
    let telling = all.iter().filter(|finding| !finding.evidence.is_empty());
    telling.take(MAX_EVIDENCES).map(|finding| Evidence { data: &finding.evidence }).collect()
}

fn remediation(item: Item<'_>) -> Option<Remediation> {
    let steps = words::steps(item.control);
    (!steps.is_empty()).then(|| Remediation { desc: steps.join("\n") })
}

fn unmapped<'a>(report: &'a Report, item: Item<'a>) -> Unmapped<'a> {
    Unmapped {
        level: item.control.level,
        source: report.scan.origin,
        workspace_name: report.workspace.name.as_deref(),
        workspace_region: report.workspace.region.as_deref(),
        in_baseline: item.in_baseline(),
        violates_gate: item.violates(&report.gate),
        waived: item.waived(),
    }
}
