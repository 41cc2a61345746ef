//! The thirteen controls of the guide.

use std::collections::BTreeMap;

use serde_json::Value;

use super::words::{EXPORTS, Privilege, at, decided, id_of, is_of, person_email, person_id, role_of};
use super::{Case, Ended, Status};
use crate::workspace::DAY;

pub(super) fn statuses(case: &Case) -> BTreeMap<&'static str, Status> {
    BTreeMap::from([
        ("1.1", case.with_log(single_sign_on)),
        ("1.2", case.with_teammates(two_factor)),
        ("1.3", Status::Manual),
        ("1.4", address_restriction(case)),
        ("1.5", case.with_log(provisioning)),
        ("2.1", roles(case)),
        ("2.2", case.with_teammates(conversation_access)),
        ("2.3", admins(case)),
        ("3.1", case.with_teammates(exports)),
        ("3.2", case.with_log(redaction)),
        ("4.1", case.with_teammates(monitoring)),
        ("4.2", Status::Manual),
        ("5.1", Status::Manual),
    ])
}

fn single_sign_on(case: &Case) -> Status {
    let sign_ins = case.in_window(&["admin_login_success"]);
    let (mut other, mut missing) = (false, sign_ins.is_empty());
    for sign_in in &sign_ins {
        let method = sign_in["metadata"]["sign_in_method"].as_str().unwrap_or("").to_lowercase();
        missing |= method.is_empty();
        other |= !["", "saml", "saml_sso"].contains(&method.as_str());
    }
    let teammates = case.teammates();
    let seen = |teammate: &&&Value| sign_ins.iter().any(|sign_in| is_of(sign_in, teammate));
    let signed_in = teammates.iter().filter(seen).count();
    decided(other, missing || teammates.is_empty() || 2 * signed_in < teammates.len())
}

fn two_factor(case: &Case) -> Status {
    let changes = case.ever(&["admin_two_factor_auth_change"]);
    let is_off = |teammate: &Value| {
        case.newest_of(&changes, teammate).is_some_and(|change| {
            let (enabled, after) = (&change["metadata"]["enabled"], &change["metadata"]["after"]);
            enabled == false || after == false || after == "off" || after == "disabled"
        })
    };
    decided(case.teammates().into_iter().any(is_off), true)
}

fn address_restriction(case: &Case) -> Status {
    match case.allowlist {
        Ended::Failed => return Status::Unknown,
        Ended::Forbidden => return Status::Manual,
        Ended::Complete => {}
    }
    let allowlist = case.workspace.ip_allowlist.as_ref().unwrap();
    let ranges = allowlist["ip_allowlist"].as_array().unwrap();
    let mut open = allowlist["enabled"] == false || ranges.is_empty();
    let mut malformed = false;
    for range in ranges {
        let text = range.as_str().unwrap_or("");
        let (address, length) = text.split_once('/').unwrap_or((text, "128"));
        match (address.parse::<std::net::IpAddr>(), length.parse::<u8>()) {
            (Ok(address), Ok(length)) => open |= length < if address.is_ipv4() { 8 } else { 32 },
            _ => malformed = true,
        }
    }
    decided(open, malformed)
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
    let provisioned = case.in_window(&["admin_provisioned"]);
    let teammates = case.teammates();
    let excused = |join: &Value| {
        // One of the two may give an id and the other an e-mail: the teammate's entry has both.
        let through =
            |event: &Value| teammates.iter().any(|teammate| is_of(join, teammate) && is_of(event, teammate));
        provisioned.iter().any(|event| same_person(join, event) || through(event))
    };
    let joined = case.in_window(&["app_admin_join"]);
    decided(!joined.into_iter().all(excused), provisioned.is_empty())
}

fn roles(case: &Case) -> Status {
    let teammates = case.teammates();
    let with_role = teammates.iter().filter(|teammate| role_of(teammate).is_some()).count();
    decided((1..teammates.len()).contains(&with_role), with_role == 0)
}

fn conversation_access(case: &Case) -> Status {
    let is_open = |teammate: &Value| {
        let snapshot = case.snapshot(teammate);
        snapshot.is_some_and(|snapshot| snapshot["conversation_access"]["access_type"] == "all")
    };
    decided(case.unprivileged().into_iter().any(is_open), true)
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
    } else {
        decided(unknown == 0 && privileged < 2, unknown > 0)
    }
}

fn exports(case: &Case) -> Status {
    let exports = case.in_window(&EXPORTS);
    let may_or_did = |teammate: &Value| {
        let snapshot = case.snapshot(teammate);
        exports.iter().any(|export| is_of(export, teammate))
            || snapshot.is_some_and(|snapshot| snapshot["permissions"]["export_data"] == true)
    };
    decided(case.unprivileged().into_iter().any(may_or_did), true)
}

fn redaction(case: &Case) -> Status {
    let count = |name| case.ever(&[name]).len();
    let (made, dropped) =
        (count("content_redaction_rule_creation"), count("content_redaction_rule_deletion"));
    let planned = count("conversation_deletion_schedule_creation");
    let unplanned = count("conversation_deletion_schedule_deletion");
    decided(dropped > 0 && made <= dropped, made <= dropped || planned <= unplanned)
}

fn monitoring(case: &Case) -> Status {
    let newest = case.events_from(0, &[]).into_iter().map(at).max();
    let silent = newest.is_none_or(|newest| newest < case.now - 7 * DAY);
    decided(silent || case.in_window(&["admin_login_success"]).is_empty(), false)
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
