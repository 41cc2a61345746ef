//! The controls E1 to E12.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use serde_json::Value;

use super::guide::person;
use super::words::{EXPORTS, at, email_of, is_of, person_email};
use super::{Case, Ended, Status};
use crate::workspace::DAY;

const CONSUMER_DOMAINS: [&str; 14] = [
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "yahoo.com",
    "icloud.com",
    "aol.com",
    "proton.me",
    "protonmail.com",
    "gmx.com",
    "gmx.de",
    "mail.com",
    "yandex.com",
];

const GENERIC_NAMES: &str = "admin administrator support info help helpdesk team sales marketing test shared \
                             service noreply no-reply office hello contact billing it root";

const STAFF_ACCESS: [&str; 2] = ["admin_impersonation_start", "admin_impersonation_consent_approved"];

const WEAKENING: [&str; 10] = [
    "app_authentication_method_change",
    "app_google_sso_domain_change",
    "security_settings_change",
    "app_identity_verification_change",
    "trusted_domains_setting_change",
    "malicious_domains_setting_change",
    "strip_inbound_email_links_change",
    "allowed_attachment_filetypes_setting_change",
    "content_redaction_rule_deletion",
    "conversation_deletion_schedule_deletion",
];

const APPS: [&str; 5] = [
    "app_package_installation",
    "app_package_token_regeneration",
    "custom_authentication_token_creation",
    "messenger_api_secret_creation",
    "app_webhook_creation",
];

pub(super) fn statuses(case: &Case) -> BTreeMap<&'static str, Status> {
    BTreeMap::from([
        ("E1", domains(case)),
        ("E2", shared_accounts(case)),
        ("E3", none_in_window(case, &STAFF_ACCESS)),
        ("E4", probe(case)),
        ("E5", inactive(case)),
        ("E6", bursts(case)),
        ("E7", none_in_window(case, &WEAKENING)),
        ("E8", none_in_window(case, &APPS)),
        ("E9", identity_verification(case)),
        ("E10", networks(case)),
        ("E11", approvers(case)),
        ("E12", region(case)),
    ])
}

fn none_in_window(case: &Case, types: &[&str]) -> Status {
    match case.without_log() {
        Some(status) => status,
        None if case.in_window(types).is_empty() => Status::Pass,
        None => Status::Fail,
    }
}

fn domains(case: &Case) -> Status {
    let mut emails = Vec::new();
    for teammate in case.teammates() {
        emails.push(email_of(&teammate["email"]));
    }
    let domain = |email: &String| email.split_once('@').unwrap().1.to_owned();
    let Some(allowed) = &case.organization.allowed_domains else {
        let consumer = |email: &String| CONSUMER_DOMAINS.contains(&domain(email).as_str());
        return if emails.iter().flatten().any(consumer) { Status::Fail } else { Status::Manual };
    };
    let mut missing = emails.is_empty();
    for email in &emails {
        let Some(email) = email else {
            missing = true;
            continue;
        };
        let mut known = false;
        for pattern in allowed {
            let pattern = pattern.to_lowercase();
            known |= match pattern.strip_prefix('*') {
                Some(suffix) => domain(email).ends_with(suffix),
                None => domain(email) == pattern,
            };
        }
        if !known {
            return Status::Fail;
        }
    }
    if missing { Status::Manual } else { Status::Pass }
}

fn shared_accounts(case: &Case) -> Status {
    let teammates = case.teammates();
    let mut missing = teammates.is_empty();
    let mut mailboxes = BTreeSet::new();
    for teammate in teammates {
        let Some(email) = email_of(&teammate["email"]) else {
            missing = true;
            continue;
        };
        let (local, domain) = email.split_once('@').unwrap();
        if GENERIC_NAMES.split_whitespace().any(|name| name == local) {
            return Status::Fail;
        }
        let untagged = local.split('+').next().unwrap().to_owned();
        if !mailboxes.insert((untagged, domain.to_owned())) {
            return Status::Fail;
        }
    }
    if missing { Status::Manual } else { Status::Pass }
}

fn probe(case: &Case) -> Status {
    let Some(answers) = &case.probe else {
        return Status::Manual;
    };
    if answers.contains(&200) {
        Status::Fail
    } else if answers.iter().any(|answer| *answer >= 500) {
        Status::Unknown
    } else {
        Status::Pass
    }
}

fn inactive(case: &Case) -> Status {
    if case.teammates().is_empty() {
        return Status::Manual;
    }
    if let Some(status) = case.without_log() {
        return status;
    }
    let seen = case
        .events_from(case.now - 90 * DAY, &["admin_login_success", "app_admin_join", "admin_provisioned"]);
    for teammate in case.teammates() {
        if !seen.iter().any(|event| is_of(event, teammate)) {
            return Status::Fail;
        }
    }
    Status::Pass
}

fn address(event: &Value) -> Option<IpAddr> {
    event["performed_by"]["ip"].as_str()?.parse().ok()
}

/// Whether ten of these instants lie within 600 seconds.
fn is_burst(instants: &[i64]) -> bool {
    for first in instants {
        if instants.iter().filter(|other| **other >= *first && **other - *first <= 600).count() >= 10 {
            return true;
        }
    }
    false
}

fn bursts(case: &Case) -> Status {
    if let Some(status) = case.without_log() {
        return status;
    }
    let mut by_person: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    let mut by_address: BTreeMap<IpAddr, Vec<i64>> = BTreeMap::new();
    for failure in case.in_window(&["admin_login_failure"]) {
        if let Some(person) = person(case, failure) {
            by_person.entry(person).or_default().push(at(failure));
        }
        if let Some(address) = address(failure) {
            by_address.entry(address).or_default().push(at(failure));
        }
    }
    let burst = by_person.values().chain(by_address.values()).any(|instants| is_burst(instants));
    if burst { Status::Fail } else { Status::Pass }
}

fn identity_verification(case: &Case) -> Status {
    match case.me {
        Ended::Failed => Status::Unknown,
        Ended::Complete if case.workspace.me["app"]["identity_verification"] == true => Status::Pass,
        _ => Status::Manual,
    }
}

/// Whether an address lies in a network, bit by bit.
fn lies_in(address: IpAddr, network: &str) -> bool {
    let (base, length) = network.split_once('/').unwrap();
    let bits = |address: IpAddr| -> String {
        match address {
            IpAddr::V4(address) => format!("{:032b}", u32::from(address)),
            IpAddr::V6(address) => format!("{:0128b}", u128::from(address)),
        }
    };
    let (base, address) = (bits(base.parse().unwrap()), bits(address));
    let length: usize = length.parse().unwrap();
    base.len() == address.len() && base[..length] == address[..length]
}

fn networks(case: &Case) -> Status {
    let Some(approved) = &case.organization.approved_networks else {
        return Status::Manual;
    };
    if let Some(status) = case.without_log() {
        return status;
    }
    let sign_ins = case.in_window(&["admin_login_success"]);
    let mut missing = sign_ins.is_empty();
    for sign_in in sign_ins {
        match address(sign_in) {
            Some(address) if approved.iter().any(|network| lies_in(address, network)) => {}
            Some(_) => return Status::Fail,
            None => missing = true,
        }
    }
    if missing { Status::Manual } else { Status::Pass }
}

fn approvers(case: &Case) -> Status {
    let Some(approvers) = &case.organization.export_approvers else {
        return Status::Manual;
    };
    if let Some(status) = case.without_log() {
        return status;
    }
    for export in case.in_window(&EXPORTS) {
        let teammate = case.teammates().into_iter().find(|teammate| is_of(export, teammate));
        let email = match teammate {
            Some(teammate) => email_of(&teammate["email"]),
            None => person_email(export),
        };
        let named = |email: String| approvers.iter().any(|approver| approver.to_lowercase() == email);
        if !email.is_some_and(named) {
            return Status::Fail;
        }
    }
    Status::Pass
}

fn region(case: &Case) -> Status {
    let Some(required) = &case.organization.required_region else {
        return Status::Manual;
    };
    match (case.me, case.workspace.me["app"]["region"].as_str()) {
        (Ended::Failed, _) => Status::Unknown,
        (Ended::Complete, Some(region)) if region.to_lowercase() == required.to_lowercase() => Status::Pass,
        (Ended::Complete, Some(_)) => Status::Fail,
        _ => Status::Manual,
    }
}
