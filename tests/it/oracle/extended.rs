//! The controls E1 to E13.

use std::collections::BTreeMap;

use serde_json::Value;

use super::log::{EXPORTS, Shown, at};
use super::people::Who;
use super::words::{Network, address, domain, email, name, too_wide};
use super::{Allowed, Case, Ended, Status, decided};
use crate::workspace::DAY;

const CONSUMER_DOMAINS: &str = "gmail.com googlemail.com outlook.com hotmail.com live.com yahoo.com icloud.com aol.com \
                                proton.me protonmail.com gmx.com gmx.de mail.com yandex.com";

const GENERIC_NAMES: &str = "admin administrator support info help helpdesk team sales marketing test shared \
                             service noreply no-reply office hello contact billing it root";

const STAFF_ACCESS: [&str; 2] = ["admin_impersonation_start", "admin_impersonation_consent_approved"];

/// Changes of security settings: what E7 is about.
pub(crate) const SETTINGS: [&str; 26] = [
    "app_authentication_method_change",
    "app_google_sso_domain_change",
    "security_settings_change",
    "app_identity_verification_change",
    "trusted_domains_setting_change",
    "malicious_domains_setting_change",
    "strip_inbound_email_links_change",
    "allowed_attachment_filetypes_setting_change",
    "user_file_attachments_setting_change",
    "user_media_attachments_setting_change",
    "user_conversation_attachments_setting_change",
    "user_camera_attachments_setting_change",
    "user_voice_notes_setting_change",
    "attach_uploads_inline_setting_change",
    "app_outbound_address_change",
    "messenger_api_secret_deletion",
    "app_webhook_deletion",
    "app_package_uninstallation",
    "role_creation",
    "role_change",
    "role_deletion",
    "content_redaction_rule_update",
    "content_redaction_rule_deletion",
    "conversation_deletion_schedule_update",
    "conversation_deletion_schedule_state_change",
    "conversation_deletion_schedule_deletion",
];

/// New ways in: what E8 is about.
pub(crate) const APPS: [&str; 5] = [
    "app_package_installation",
    "app_package_token_regeneration",
    "custom_authentication_token_creation",
    "messenger_api_secret_creation",
    "app_webhook_creation",
];

/// Destruction of data: what E13 is about.
pub(crate) const DESTRUCTION: [&str; 3] = ["workspace_deletion_request", "app_data_deletion", "bulk_delete"];

/// Events that set a state, beside those of E7: read since the workspace was created.
const STATES: [&str; 9] = [
    "admin_permission_change",
    "admin_two_factor_auth_change",
    "admin_invite_change",
    "admin_deletion",
    "admin_deprovisioned",
    "inbox_access_change",
    "messenger_api_secret_creation",
    "content_redaction_rule_creation",
    "conversation_deletion_schedule_creation",
];

pub(super) fn statuses(case: &Case) -> BTreeMap<&'static str, Allowed> {
    let window = case.now - case.since;
    BTreeMap::from([
        ("E1", vec![domains(case)]),
        ("E2", vec![shared_accounts(case)]),
        ("E3", case.none_unreviewed("E3", &STAFF_ACCESS)),
        ("E4", vec![probe(case)]),
        ("E5", case.with_teammates(presence)),
        ("E6", case.with_log(window, Shown::Events, bursts)),
        ("E7", case.none_unreviewed("E7", &SETTINGS)),
        ("E8", case.none_unreviewed("E8", &APPS)),
        ("E9", vec![identity_verification(case)]),
        ("E10", networks(case)),
        ("E11", approvers(case)),
        ("E12", vec![region(case)]),
        ("E13", case.none_unreviewed("E13", &DESTRUCTION)),
    ])
}

/// Whether a teammate has no e-mail, or there is no teammate.
fn misses_an_email(case: &Case) -> bool {
    let teammates = case.teammates();
    let without = |entry: &Value| email(&entry["email"]).is_none();
    teammates.is_empty()
        || teammates.iter().any(|teammate| teammate.entries.iter().any(|entry| without(entry)))
}

fn domains(case: &Case) -> Status {
    let teammates = case.teammates();
    let mut domains = teammates.iter().flat_map(|teammate| teammate.emails()).map(|(_, domain)| domain);
    let Some(allowed) = &case.configuration.allowed_domains else {
        let consumer = |name: String| CONSUMER_DOMAINS.split(' ').any(|known| known == name);
        return decided(domains.any(consumer), true);
    };
    let fits = |pattern: &String, found: &str| match pattern.strip_prefix("*.") {
        Some(parent) => found.ends_with(&format!(".{}", domain(parent).unwrap())),
        None => found == domain(pattern).unwrap(),
    };
    let known = |found: String| allowed.iter().any(|pattern| fits(pattern, &found));
    decided(!domains.all(known), misses_an_email(case))
}

fn shared_accounts(case: &Case) -> Status {
    let mut mailboxes = Vec::new();
    let mut generic = false;
    for teammate in case.teammates() {
        let untagged =
            |(local, domain): (String, String)| (local.split('+').next().unwrap_or("").to_owned(), domain);
        let mut own: Vec<_> = teammate.emails().into_iter().map(untagged).collect();
        own.dedup();
        generic |= own.iter().any(|(local, _)| GENERIC_NAMES.split_whitespace().any(|name| name == local));
        mailboxes.extend(own);
    }
    let many = mailboxes.len();
    mailboxes.sort();
    mailboxes.dedup();
    decided(generic || mailboxes.len() < many, misses_an_email(case))
}

fn probe(case: &Case) -> Status {
    if case.allowlist == Ended::Complete {
        return Status::Fail;
    }
    let Some(answers) = &case.probe else { return Status::Manual };
    let failed = answers.iter().any(|answer| *answer >= 500) || case.allowlist == Ended::Failed;
    let refused = answers.iter().all(|answer| [401, 402, 403, 404].contains(answer));
    if answers.contains(&200) {
        Status::Fail
    } else if failed {
        Status::Unknown
    } else {
        decided(false, !refused || !answers.iter().any(|answer| [401, 403].contains(answer)))
    }
}

fn presence(case: &Case) -> Allowed {
    let stale = case.now - 90 * DAY;
    let mut allowed = case.with_log(stale, Shown::Absence, inactive);
    // State-setting events are read since the workspace was created, or in the window if it is longer.
    if case.log_failed(case.beginning().min(case.now - case.since)) {
        allowed.push(Status::Unknown);
    }
    allowed
}

/// Whether events of this type are read since the workspace was created.
pub(crate) fn sets_a_state(name: &str) -> bool {
    let in_window_only = ["app_webhook_deletion", "app_package_uninstallation"];
    STATES.contains(&name) || (SETTINGS.contains(&name) && !in_window_only.contains(&name))
}

fn inactive(case: &Case) -> Status {
    let (window, stale) = (case.now - case.since, case.now - 90 * DAY);
    let refused =
        ["admin_login_failure", "admin_unauthorized_sign_in_method", "admin_password_reset_request"];
    let mut active = vec![false; case.teammates().len()];
    for event in case.events_from(stale, &[]) {
        let name = event["activity_type"].as_str().unwrap();
        let who = match name {
            "admin_login_success" | "app_admin_join" => vec![case.owner(event)],
            // In the window, provisioning another teammate is activity, too.
            "admin_provisioned" => vec![case.affected_or_performer(event), case.performer(event)],
            name if refused.contains(&name) => Vec::new(),
            _ if at(event) >= window || sets_a_state(name) => vec![case.performer(event)],
            _ => Vec::new(),
        };
        for who in who {
            if let Who::Teammate(place) = who {
                active[place] = true;
            }
        }
    }
    decided(active.contains(&false), false)
}

/// Whether ten of these instants lie within 600 seconds.
fn is_burst(instants: &[i64]) -> bool {
    let after = |first: &i64| instants.iter().filter(|other| (*first..=first + 600).contains(other)).count();
    instants.iter().any(|first| after(first) >= 10)
}

fn bursts(case: &Case) -> Status {
    let (mut by_person, mut by_address) = (BTreeMap::new(), BTreeMap::new());
    for failure in case.in_window(&["admin_login_failure"]) {
        let (who, address) = (case.owner(failure), address(&failure["performed_by"]["ip"]));
        if who == Who::Bot {
            continue;
        }
        if who != Who::Unknown || address.is_none() {
            by_person.entry(who).or_insert_with(Vec::new).push(at(failure));
        }
        if let Some(address) = address {
            by_address.entry(address).or_insert_with(Vec::new).push(at(failure));
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

fn networks(case: &Case) -> Allowed {
    let approved = case.configuration.approved_networks.iter().flatten();
    let approved: Vec<_> = approved.map(|text| Network::read(text).unwrap()).collect();
    if approved.is_empty() || too_wide(&approved) {
        return vec![Status::Manual];
    }
    case.with_log(case.now - case.since, Shown::Events, |case| {
        let (mut outside, mut missing, mut some) = (false, false, false);
        for sign_in in case.in_window(&["admin_login_success"]) {
            if case.owner(sign_in) == Who::Bot {
                continue;
            }
            some = true;
            match address(&sign_in["performed_by"]["ip"]) {
                Some(address) => outside |= !approved.iter().any(|network| network.holds(address)),
                None => missing = true,
            }
        }
        decided(outside, !some || missing)
    })
}

fn approvers(case: &Case) -> Allowed {
    let Some(approvers) = &case.configuration.export_approvers else { return vec![Status::Manual] };
    let approvers: Vec<_> = approvers.iter().map(|text| email(&text.as_str().into()).unwrap()).collect();
    case.with_log(case.now - case.since, Shown::Events, |case| {
        let teammates = case.teammates();
        let approved = |export: &&Value| match case.owner(export) {
            Who::Bot => true,
            Who::Unknown => false,
            Who::Teammate(place) => teammates[place].emails().iter().any(|email| approvers.contains(email)),
            Who::Left(_) | Who::Outsider(_) => {
                email(&Case::owner_named(export)["email"]).is_some_and(|email| approvers.contains(&email))
            }
        };
        decided(!case.in_window(&EXPORTS).iter().all(approved), false)
    })
}

fn region(case: &Case) -> Status {
    let Some(required) = &case.configuration.required_region else { return Status::Manual };
    let region = name(case.workspace.me["app"]["region"].as_str().unwrap_or(""));
    match case.me {
        Ended::Failed => Status::Unknown,
        Ended::Complete if !region.is_empty() => decided(region != name(required), false),
        _ => Status::Manual,
    }
}
