//! The controls E1 to E12.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use serde_json::Value;

use super::guide::person;
use super::words::{EXPORTS, at, decided, email_of, is_of, person_email};
use super::{Case, Ended, Status};
use crate::workspace::DAY;

const CONSUMER_DOMAINS: &str = "gmail.com googlemail.com outlook.com hotmail.com live.com yahoo.com icloud.com aol.com \
                                proton.me protonmail.com gmx.com gmx.de mail.com yandex.com";

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
        ("E5", case.with_teammates(inactive)),
        ("E6", case.with_log(bursts)),
        ("E7", none_in_window(case, &WEAKENING)),
        ("E8", none_in_window(case, &APPS)),
        ("E9", identity_verification(case)),
        ("E10", networks(case)),
        ("E11", approvers(case)),
        ("E12", region(case)),
    ])
}

fn none_in_window(case: &Case, types: &[&str]) -> Status {
    case.with_log(|case| decided(!case.in_window(types).is_empty(), false))
}

/// The two parts of each teammate's e-mail that there is, and whether one is missing.
fn emails(case: &Case) -> (Vec<(String, String)>, bool) {
    let teammates = case.teammates();
    let emails = teammates.iter().filter_map(|teammate| email_of(&teammate["email"]));
    let split = |email: String| email.split_once('@').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let emails: Vec<_> = emails.map(split).collect();
    let missing = teammates.is_empty() || emails.len() < teammates.len();
    (emails, missing)
}

fn domains(case: &Case) -> Status {
    let (emails, missing) = emails(case);
    let Some(allowed) = &case.organization.allowed_domains else {
        let consumer = |domain: &str| CONSUMER_DOMAINS.split(' ').any(|known| known == domain);
        return decided(emails.iter().any(|(_, domain)| consumer(domain)), true);
    };
    let fits = |pattern: &String, domain: &str| {
        let pattern = pattern.to_lowercase();
        pattern.strip_prefix('*').map_or(domain == pattern, |suffix| domain.ends_with(suffix))
    };
    let known = |(_, domain): &(String, String)| allowed.iter().any(|pattern| fits(pattern, domain));
    decided(!emails.iter().all(known), missing)
}

fn shared_accounts(case: &Case) -> Status {
    let (emails, missing) = emails(case);
    let mut mailboxes = BTreeSet::new();
    let mut shared = false;
    for (local, domain) in &emails {
        shared |= GENERIC_NAMES.split_whitespace().any(|name| name == local);
        shared |= !mailboxes.insert((local.split('+').next(), domain));
    }
    decided(shared, missing)
}

fn probe(case: &Case) -> Status {
    match &case.probe {
        None => Status::Manual,
        Some(answers) if answers.contains(&200) => Status::Fail,
        Some(answers) if answers.iter().any(|answer| *answer >= 500) => Status::Unknown,
        Some(_) => Status::Pass,
    }
}

fn inactive(case: &Case) -> Status {
    let types = ["admin_login_success", "app_admin_join", "admin_provisioned"];
    let seen = case.events_from(case.now - 90 * DAY, &types);
    let active = |teammate: &Value| seen.iter().any(|event| is_of(event, teammate));
    decided(!case.teammates().into_iter().all(active), false)
}

fn address(event: &Value) -> Option<IpAddr> {
    event["performed_by"]["ip"].as_str()?.parse().ok()
}

/// Whether ten of these instants lie within 600 seconds.
fn is_burst(instants: &[i64]) -> bool {
    let after = |first: &i64| instants.iter().filter(|other| (*first..=first + 600).contains(other)).count();
    instants.iter().any(|first| after(first) >= 10)
}

fn bursts(case: &Case) -> Status {
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
    decided(by_person.values().chain(by_address.values()).any(|instants| is_burst(instants)), false)
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
    case.with_log(|case| {
        let sign_ins = case.in_window(&["admin_login_success"]);
        let addresses: Vec<_> = sign_ins.iter().filter_map(|sign_in| address(sign_in)).collect();
        let near = |address: &IpAddr| approved.iter().any(|network| lies_in(*address, network));
        decided(!addresses.iter().all(near), sign_ins.is_empty() || addresses.len() < sign_ins.len())
    })
}

fn approvers(case: &Case) -> Status {
    let Some(approvers) = &case.organization.export_approvers else {
        return Status::Manual;
    };
    let approved = |export: &Value| {
        let teammate = case.teammates().into_iter().find(|teammate| is_of(export, teammate));
        let email = teammate.map_or_else(|| person_email(export), |teammate| email_of(&teammate["email"]));
        email.is_some_and(|email| approvers.iter().any(|approver| approver.to_lowercase() == email))
    };
    case.with_log(|case| decided(!case.in_window(&EXPORTS).into_iter().all(approved), false))
}

fn region(case: &Case) -> Status {
    let Some(required) = &case.organization.required_region else {
        return Status::Manual;
    };
    match (case.me, case.workspace.me["app"]["region"].as_str()) {
        (Ended::Failed, _) => Status::Unknown,
        (Ended::Complete, Some(region)) => decided(region.to_lowercase() != required.to_lowercase(), false),
        _ => Status::Manual,
    }
}
