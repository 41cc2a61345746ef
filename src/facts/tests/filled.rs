//! Every declared column is filled by something.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use super::*;
use crate::config::{Config, Trust};
use crate::directory::Roster;
use crate::facts::vocabulary::{TABLES, VALUES};
use crate::facts::{FactSettings, History, SamlFile};
use crate::saml::IdentityProvider;
use crate::snapshot::Replay;

const SAMPLE: &[u8] = include_bytes!("../../../fixtures/snapshots/sample.snapshot");
const ROSTER: &[u8] = include_bytes!("../../../fixtures/rosters/sample-okta.csv");

/// What the sample workspace does not show without.
const POLICY: &str = r#"
[organization]
allowed_domains = ["kestrelparcel.example"]
approved_networks = ["192.0.2.0/24"]
required_region = "eu"
export_approvers = ["maren.holt@kestrelparcel.example"]
sso = "enforced"
default_role = "Viewer"
[organization.saml]
certificate = "../saml/expired.pem"
[rbac.roles]
"Support agent" = { permissions = ["read"], intercom = [] }
"support agent" = { permissions = ["read", "write"], intercom = [] }
"Viewer" = { permissions = ["read"], intercom = [] }
"viewer " = { permissions = ["admin"], intercom = [] }
[rbac.groups]
"Support" = "Support agent"
"support" = "Viewer"
"Workspace-Owners" = "Owner"
"#;

/// The sample workspace with the policy.
fn sample() -> Facts {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/configs/policy.toml");
    let config = Config::parse(&path, POLICY.as_bytes(), Trust::Named).unwrap();
    let saml = config.organization.saml.clone().unwrap();
    let replay = Replay::open(SAMPLE).unwrap();
    let now = replay.header.at;
    let ranges = Ranges {
        now,
        since: replay.header.since,
        arrivals_since: Timestamp::from_second(now.as_second() - 90 * DAY).unwrap(),
    };
    let history = History { readings: Vec::new(), accepted: vec![now.as_second() - DAY] };
    let settings = Settings {
        roster: Some(Arc::new(Roster::parse(&[("okta.csv", ROSTER)]).unwrap())),
        saml: Some(Arc::new(SamlFile { provider: IdentityProvider::read(&saml).unwrap(), config: saml })),
        organization: config.organization,
        rbac: config.rbac,
        history: Some(Arc::new([("kp7demo1".to_owned(), history)].into())),
        live: false,
        event_types: ["admin_permission_change".to_owned()].into(),
        facts: FactSettings { burst_count: 2, ..FactSettings::declared() },
    };
    let mut observer = Observer::new(settings, ranges);
    let outcomes = replay.run(&ranges, &mut |record| {
        observer.observe(record);
        Ok(())
    });
    observer.finish(&outcomes.unwrap())
}

/// What the sample workspace lacks: a silent log, two accounts of one person, a loss of permissions, an allowlist.
fn odd_one() -> Facts {
    let mut workspace = Workspace::new(json!([
        {"id": "1", "name": "Jo", "email": "jo@acme.example", "role": {"name": "Ops lead"}},
        {"id": "2", "name": "Jo", "email": "jo+x@acme.example", "role": {"name": "Ops lead"}},
    ]));
    workspace.settings.rbac.identities.plus_aliases = true;
    workspace.settings.roster =
        Some(Arc::new(Roster::parse(&[("people.csv", b"email\njo@acme.example\n")]).unwrap()));
    let change = json!({"admin": {"id": 1}, "before": granted(&["export_data"]), "after": granted(&[])});
    workspace.settings.organization.export_approvers = Some(vec!["jo@acme.example".to_owned()]);
    workspace.settings.event_types.insert("bulk_export".to_owned());
    let workspace = workspace.window("admin_permission_change", NOW - 5 * DAY, by("1"), change);
    let workspace = workspace.window("bulk_export", NOW - 5 * DAY, by("7"), Value::Null);
    let allowlist = serde_json::from_str(r#"{"enabled": true, "ip_allowlist": ["10.0.0.0/8"]}"#).unwrap();
    workspace.observed(Some(&allowlist))
}

#[test]
fn every_declared_column_and_value_is_filled_by_something() {
    let all = [sample(), odd_one()];
    let mut unfilled = Vec::new();
    for table in TABLES {
        let rows: Vec<Row> = all.iter().flat_map(|facts| rows(facts, table.name)).collect();
        let empty = table
            .columns
            .iter()
            .filter(|column| rows.iter().all(|row| row.get(column.name).is_none_or(Value::is_null)));
        unfilled.extend(empty.map(|column| format!("{}.{}", table.name, column.name)));
        // What a row has beyond its columns has no declared kind, and redaction does not know it.
        let declared = |name: &String| table.column(name).is_some();
        assert!(rows.iter().all(|row| row.keys().all(declared)), "{}", table.name);
    }
    let is_null = |name: &str| all.iter().all(|facts| facts.value(name).is_null());
    unfilled.extend(VALUES.iter().filter(|value| is_null(value.name)).map(|value| value.name.to_owned()));
    assert_eq!(unfilled, [""; 0]);
}
