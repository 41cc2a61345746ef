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
//!                 "status_detail": "5 of 12 teammates are privileged; at most 3 should be."},
//!  "finding_info": {"uid": "aab9a02453c7085429bced82", "title": "Limit admin access"},
//!  "resources": [{"name": "ada@example.com", "uid": "ada@example.com", "type": "User"}],
//!  "remediation": {"desc": "1. Take the admin role away where it is not needed"}}
//! ```

use super::item::{Item, items_of};
use super::json::json_line;
use super::{Control, Report};
use crate::verdict::Status;

mod convert;
mod event;

/// Renders the report, one event a line.
///
/// # Errors
/// When something in it has no JSON form.
pub(super) fn render(report: &Report) -> Result<String, serde_json::Error> {
    report.controls.iter().flat_map(told).map(|item| json_line(&convert::event(report, item))).collect()
}

/// The events of a control: its findings where it fails, and otherwise the control as a whole.
fn told(control: &Control) -> Vec<Item<'_>> {
    match control.status {
        Status::Fail => items_of(control).collect(),
        Status::Pass | Status::Manual | Status::Unknown => vec![Item::whole(control)],
    }
}

#[cfg(test)]
mod tests;
