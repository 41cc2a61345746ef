//! The thirteen controls of the guide.

use std::collections::BTreeMap;

use serde_json::Value;

use super::words::{EXPORTS, Privilege, at, id_of, is_of, person_email, person_id, role_of};
use super::{Case, Ended, Status};
use crate::workspace::DAY;

pub(super) fn statuses(case: &Case) -> BTreeMap<&'static str, Status> {
    BTreeMap::from([
        ("1.1", single_sign_on(case)),
        ("1.2", two_factor(case)),
        ("1.3", Status::Manual),
        ("1.4", address_restriction(case)),
        ("1.5", provisioning(case)),
        ("2.1", roles(case)),
        ("2.2", conversation_access(case)),
        ("2.3", admins(case)),
        ("3.1", exports(case)),
        ("3.2", redaction(case)),
        ("4.1", monitoring(case)),
        ("4.2", Status::Manual),
        ("5.1", Status::Manual),
    ])
}

fn single_sign_on(case: &Case) -> Status {
    if let Some(status) = case.without_log() {
        return status;
    }
    let sign_ins = case.in_window(&["admin_login_success"]);
    let mut missing = false;
    for sign_in in &sign_ins {
        let method = sign_in["metadata"]["sign_in_method"].as_str().unwrap_or("").to_lowercase();
        if method.is_empty() {
            missing = true;
        } else if method != "saml" && method != "saml_sso" {
            return Status::Fail;
        }
    }
    let teammates = case.teammates();
    let mut signed_in = 0;
    for teammate in &teammates {
        if sign_ins.iter().any(|sign_in| is_of(sign_in, teammate)) {
            signed_in += 1;
        }
    }
    if sign_ins.is_empty() || missing || teammates.is_empty() || 2 * signed_in < teammates.len() {
        return Status::Manual;
    }
    Status::Pass
}

fn two_factor(case: &Case) -> Status {
    if case.teammates().is_empty() {
        return Status::Manual;
    }
    if let Some(status) = case.without_log() {
        return status;
    }
    let changes = case.ever(&["admin_two_factor_auth_change"]);
    for teammate in case.teammates() {
        if let Some(change) = case.newest_of(&changes, teammate) {
            let (enabled, after) = (&change["metadata"]["enabled"], &change["metadata"]["after"]);
            if enabled == false || after == false || after == "off" || after == "disabled" {
                return Status::Fail;
            }
        }
    }
    Status::Manual
}

fn address_restriction(case: &Case) -> Status {
    match case.allowlist {
        Ended::Failed => return Status::Unknown,
        Ended::Forbidden => return Status::Manual,
        Ended::Complete => {}
    }
    let allowlist = case.workspace.ip_allowlist.as_ref().unwrap();
    let ranges = allowlist["ip_allowlist"].as_array().unwrap();
    if allowlist["enabled"] == false || ranges.is_empty() {
        return Status::Fail;
    }
    let mut malformed = false;
    for range in ranges {
        let text = range.as_str().unwrap_or("");
        let (address, length) = text.split_once('/').unwrap_or((text, "128"));
        match (address.parse::<std::net::IpAddr>(), length.parse::<u8>()) {
            (Ok(std::net::IpAddr::V4(_)), Ok(length)) if length < 8 => return Status::Fail,
            (Ok(std::net::IpAddr::V6(_)), Ok(length)) if length < 32 => return Status::Fail,
            (Ok(_), Ok(_)) => {}
            _ => malformed = true,
        }
    }
    if malformed { Status::Manual } else { Status::Pass }
}

/// Whether two events have the same person.
fn same_person(one: &Value, other: &Value) -> bool {
    match (person_id(one), person_id(other)) {
        (Some(one), Some(other)) => one == other,
        _ => {
            let email = person_email(one);
            email.is_some() && email == person_email(other)
        }
    }
}

fn provisioning(case: &Case) -> Status {
    if let Some(status) = case.without_log() {
        return status;
    }
    let joined = case.in_window(&["app_admin_join"]);
    let provisioned = case.in_window(&["admin_provisioned"]);
    let teammates = case.teammates();
    for join in &joined {
        let mut excused = provisioned.iter().any(|event| same_person(join, event));
        // One of the two may give an id and the other an e-mail: the teammate's entry has both.
        for teammate in &teammates {
            excused |= is_of(join, teammate) && provisioned.iter().any(|event| is_of(event, teammate));
        }
        if !excused {
            return Status::Fail;
        }
    }
    if provisioned.is_empty() { Status::Manual } else { Status::Pass }
}

fn roles(case: &Case) -> Status {
    let teammates = case.teammates();
    let with_role = teammates.iter().filter(|teammate| role_of(teammate).is_some()).count();
    if with_role == 0 {
        Status::Manual
    } else if with_role < teammates.len() {
        Status::Fail
    } else {
        Status::Pass
    }
}

fn conversation_access(case: &Case) -> Status {
    if case.teammates().is_empty() {
        return Status::Manual;
    }
    if let Some(status) = case.without_log() {
        return status;
    }
    for teammate in case.teammates() {
        if case.privilege(teammate) == Privilege::Unprivileged
            && let Some(snapshot) = case.snapshot(teammate)
            && snapshot["conversation_access"]["access_type"] == "all"
        {
            return Status::Fail;
        }
    }
    Status::Manual
}

fn admins(case: &Case) -> Status {
    let teammates = case.teammates();
    let count = |privilege| teammates.iter().filter(|teammate| case.privilege(teammate) == privilege).count();
    let (privileged, unknown) = (count(Privilege::Privileged), count(Privilege::Unknown));
    if privileged > 3 {
        Status::Fail
    } else if teammates.is_empty() {
        Status::Manual
    } else if case.log == Ended::Failed {
        Status::Unknown
    } else if unknown > 0 {
        Status::Manual
    } else if privileged < 2 {
        Status::Fail
    } else {
        Status::Pass
    }
}

fn exports(case: &Case) -> Status {
    if case.teammates().is_empty() {
        return Status::Manual;
    }
    if let Some(status) = case.without_log() {
        return status;
    }
    let exports = case.in_window(&EXPORTS);
    for teammate in case.teammates() {
        if case.privilege(teammate) != Privilege::Unprivileged {
            continue;
        }
        if exports.iter().any(|export| is_of(export, teammate)) {
            return Status::Fail;
        }
        if case.snapshot(teammate).is_some_and(|snapshot| snapshot["permissions"]["export_data"] == true) {
            return Status::Fail;
        }
    }
    Status::Manual
}

fn redaction(case: &Case) -> Status {
    if let Some(status) = case.without_log() {
        return status;
    }
    let count = |name| case.ever(&[name]).len();
    let (made, dropped) =
        (count("content_redaction_rule_creation"), count("content_redaction_rule_deletion"));
    let planned = count("conversation_deletion_schedule_creation");
    let unplanned = count("conversation_deletion_schedule_deletion");
    if dropped > 0 && made <= dropped {
        Status::Fail
    } else if made > dropped && planned > unplanned {
        Status::Pass
    } else {
        Status::Manual
    }
}

fn monitoring(case: &Case) -> Status {
    if case.teammates().is_empty() {
        return Status::Manual;
    }
    if let Some(status) = case.without_log() {
        return status;
    }
    let newest = case.events_from(0, &[]).into_iter().map(at).max();
    if newest.is_none_or(|newest| newest < case.now - 7 * DAY) {
        return Status::Fail;
    }
    if case.in_window(&["admin_login_success"]).is_empty() { Status::Fail } else { Status::Pass }
}

/// The person of an event, to tell people apart: the teammate's place in the list, else what the event gives.
pub(super) fn person(case: &Case, event: &Value) -> Option<String> {
    let place = case.teammates().iter().position(|teammate| is_of(event, teammate));
    let stranger = || person_id(event).or_else(|| person_email(event));
    let teammate = |place: usize| {
        let teammate = case.teammates()[place];
        id_of(&teammate["id"]).unwrap_or_else(|| format!("without an id: {place}"))
    };
    place.map(teammate).or_else(stranger)
}
