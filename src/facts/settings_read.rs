//! Facts that are read directly: the IP allowlist, the token probe, and the identity provider's file.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Settings;
use super::rows::{Rows, bounded, row};
use super::settings::SamlFile;
use crate::address;
use crate::api::model::{IpAllowlist, ProbeAnswer};
use crate::region::Region;
use crate::saml;
use crate::sources::SourceStatus;

/// The table `ip_allowlist`.
pub(super) fn allowlist(list: &IpAllowlist) -> Rows {
    let entries = list.ip_allowlist.as_deref().unwrap_or_default();
    let valid = |entry: &String| json!(address::network(entry).is_some());
    Rows::bounded(
        entries.iter().map(|entry| row([("range", json!(bounded(entry))), ("valid", valid(entry))])),
    )
}

/// Single values about the allowlist by dotted name.
pub(super) fn allowlist_values(
    list: Option<&IpAllowlist>,
    settings: &Settings,
) -> Vec<(&'static str, Value)> {
    let Some(list) = list else { return Vec::new() };
    let entries = list.ip_allowlist.as_deref();
    let networks = entries.map(|entries| entries.iter().filter_map(|entry| address::network(entry)));
    vec![
        ("ip_allowlist.enabled", json!(list.enabled)),
        ("ip_allowlist.ranges", json!(entries.map(<[String]>::len))),
        ("ip_allowlist.too_wide", json!(networks.map(|networks| settings.facts.is_too_wide(networks)))),
    ]
}

/// The table `token_probe`. It includes the IP allowlist, because the permission to read it also allows changes.
pub(super) fn probe(answers: &[ProbeAnswer], allowlist: SourceStatus, was_read: bool) -> Rows {
    let granted = match allowlist {
        _ if was_read => Some(true),
        SourceStatus::Forbidden => Some(false),
        _ => None,
    };
    let allowlist = row([
        ("endpoint", json!("/ip_allowlist")),
        ("status", json!(was_read.then_some(200))),
        ("granted", json!(granted)),
    ]);
    let rows = answers.iter().map(|answer| {
        let granted = match answer.status {
            Some(200) => Some(true),
            Some(401..=404) => Some(false),
            _ => None,
        };
        row([
            ("endpoint", json!(bounded(&answer.endpoint))),
            ("status", json!(answer.status)),
            ("granted", json!(granted)),
        ])
    });
    Rows::bounded(rows.chain([allowlist]))
}

/// The table `saml_problems`.
pub(super) fn saml_problems(
    file: &SamlFile,
    settings: &Settings,
    region: Option<Region>,
    now: Timestamp,
) -> Rows {
    let days = settings.facts.certificate_days;
    let problems = saml::problems(&file.provider, &file.config, region, now, days);
    let rows = problems.iter().map(|problem| {
        row([
            ("kind", json!(problem.kind.into_str())),
            ("subject", json!(bounded(&problem.subject))),
            ("message", json!(bounded(&problem.message))),
            ("fix", json!(bounded(&problem.fix))),
            ("certain", json!(problem.certain)),
            ("at", json!(problem.at)),
        ])
    });
    Rows::bounded(rows)
}

/// Single values about the file by dotted name.
pub(super) fn saml_values(file: &SamlFile) -> Vec<(&'static str, Value)> {
    let certificates: Vec<_> =
        file.provider.certificates.iter().filter(|certificate| !certificate.has_issued).collect();
    vec![
        ("saml.file", json!(bounded(&file.provider.path))),
        ("saml.metadata", json!(file.provider.from_metadata)),
        ("saml.certificates", json!(certificates.len())),
        ("saml.expires", json!(certificates.iter().map(|certificate| certificate.not_after).max())),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_that_are_no_text_are_kept_as_unreadable() {
        let list: IpAllowlist =
            serde_json::from_str(r#"{"ip_allowlist": ["10.0.0.0/8", {"cidr": "0.0.0.0/0"}, null]}"#).unwrap();
        let rows = allowlist(&list).rows;
        assert_eq!(rows.iter().map(|row| row["valid"] == true).collect::<Vec<_>>(), [true, false, false]);
        assert!(serde_json::from_str::<IpAllowlist>("{}").unwrap().ip_allowlist.is_none());
    }

    #[test]
    fn only_a_200_grants_and_only_a_refusal_refuses() {
        let answers = [200, 401, 402, 403, 404, 500, 429]
            .map(|status| ProbeAnswer { endpoint: format!("/{status}"), status: Some(status) });
        let granted = |answers: &[ProbeAnswer], status, was_read| {
            let rows = probe(answers, status, was_read).rows;
            rows.iter().map(|row| row["granted"].as_bool()).collect::<Vec<_>>()
        };
        let no = Some(false);
        let all = granted(&answers, SourceStatus::Forbidden, false);
        assert_eq!(all, [Some(true), no, no, no, no, None, None, no]);
        assert_eq!(granted(&[], SourceStatus::Complete, true), [Some(true)]);
        assert_eq!(granted(&[], SourceStatus::Failed, false), [None]);
    }
}
