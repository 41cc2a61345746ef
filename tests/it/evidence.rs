//! The remaining controls, a case for each status they can reach.

use serde_json::json;

use crate::intercom::Api;
use crate::program::scan;
use crate::workspace::{DAY, Event, Workspace};

const ANA: &str = "ana@fixture.example";

#[track_caller]
fn assert_status(workspace: Workspace, organization: &str, id: &str, status: &str) {
    let server = Api::new(workspace).serve();
    let run = scan(&server.origin()).args(["--fail-on", "never"]);
    let run = run.file("intercom-harden.toml", format!("[organization]\n{organization}\n"));
    run.run().exits(0).report().assert(id, status);
}

fn with(types: &[(&str, i64)]) -> Workspace {
    types.iter().fold(Workspace::healthy(), |workspace, (name, days)| {
        workspace.event(Event::new(name).by(ANA).ago(days * DAY))
    })
}

#[test]
fn two_factor_authentication_switched_off() {
    for off in [
        json!({ "enabled": false }),
        json!({ "after": false }),
        json!({ "after": "Off" }),
        json!({ "after": "disabled" }),
    ] {
        let change = |metadata, days: i64| {
            Event::new("admin_two_factor_auth_change").by(ANA).metadata(metadata).ago(days * DAY)
        };
        let workspace = Workspace::healthy().event(change(off.clone(), 200));
        assert_status(workspace.clone(), "", "1.2", "fail");
        assert_status(workspace.event(change(json!({ "enabled": true }), 100)), "", "1.2", "manual");
    }
}

#[test]
fn address_allowlist() {
    let healthy = Workspace::healthy;
    assert_status(healthy().allowlist(true, &["192.0.2.0/24", "2001:db8::/48"]), "", "1.4", "pass");
    assert_status(healthy().allowlist(false, &["192.0.2.0/24"]), "", "1.4", "fail");
    assert_status(healthy().allowlist(true, &[]), "", "1.4", "fail");
    assert_status(healthy().allowlist(true, &["0.0.0.0/0"]), "", "1.4", "fail");
    assert_status(healthy().allowlist(true, &["10.0.0.0/8"]), "", "1.4", "pass");
    assert_status(healthy().allowlist(true, &["2001::/16"]), "", "1.4", "fail");
    assert_status(healthy(), "", "1.4", "manual");
    assert_status(healthy().allowlist(true, &["192.0.2.0/24"]), "", "5.1", "manual");
}

#[test]
fn provisioning() {
    assert_status(with(&[("app_admin_join", 2)]), "", "1.5", "fail");
    assert_status(with(&[("admin_provisioned", 2)]), "", "1.5", "pass");
    assert_status(with(&[("admin_provisioned", 2), ("app_admin_join", 1)]), "", "1.5", "pass");
    assert_status(with(&[("app_admin_join", 31)]), "", "1.5", "manual");
}

#[test]
fn redaction_and_retention() {
    let (rule, schedule) = ("content_redaction_rule_creation", "conversation_deletion_schedule_creation");
    let dropped = "content_redaction_rule_deletion";
    assert_status(with(&[(rule, 900), (schedule, 800)]), "", "3.2", "pass");
    assert_status(with(&[(rule, 900), (schedule, 800), (dropped, 700)]), "", "3.2", "fail");
    assert_status(with(&[(rule, 900)]), "", "3.2", "manual");
    assert_status(with(&[(dropped, 700)]), "", "3.2", "fail");
}

#[test]
fn domains_of_teammates() {
    let consumer = || Workspace::healthy().teammate("eve@GMail.com", "Viewer");
    assert_status(consumer(), "", "E1", "fail");
    assert_status(Workspace::healthy(), "", "E1", "manual");
    assert_status(Workspace::healthy(), "allowed_domains = [\"fixture.example\"]", "E1", "pass");
    assert_status(consumer(), "allowed_domains = [\"fixture.example\", \"gmail.com\"]", "E1", "pass");
    assert_status(Workspace::healthy(), "allowed_domains = [\"*.fixture.example\"]", "E1", "fail");
}

#[test]
fn shared_accounts() {
    assert_status(Workspace::healthy().teammate("Support@fixture.example", "Viewer"), "", "E2", "fail");
    assert_status(Workspace::healthy().teammate("ANA+two@fixture.example", "Viewer"), "", "E2", "fail");
}

#[test]
fn events_to_be_reviewed() {
    let reviewed = [
        ("E3", "admin_impersonation_start"),
        ("E3", "admin_impersonation_consent_approved"),
        ("E7", "app_authentication_method_change"),
        ("E7", "trusted_domains_setting_change"),
        ("E7", "conversation_deletion_schedule_deletion"),
        ("E8", "app_package_installation"),
        ("E8", "messenger_api_secret_creation"),
    ];
    for (id, name) in reviewed {
        assert_status(with(&[(name, 30)]), "", id, "fail");
        assert_status(with(&[(name, 31)]), "", id, "pass");
    }
}

#[test]
fn workspace_settings() {
    assert_status(Workspace::healthy().app("identity_verification", true), "", "E9", "pass");
    assert_status(Workspace::healthy().app("region", "EU"), "required_region = \"EU\"", "E12", "pass");
    assert_status(
        Workspace::healthy().app("region", json!(null)),
        "required_region = \"EU\"",
        "E12",
        "manual",
    );
}

#[test]
fn networks_of_sign_ins() {
    let near = "approved_networks = [\"192.0.2.0/24\"]";
    let sign_in = |address| {
        Event::new("admin_login_success").by(ANA).from(address).metadata(json!({ "sign_in_method": "saml" }))
    };
    assert_status(Workspace::healthy().event(sign_in(json!("203.0.113.5"))), near, "E10", "fail");
    assert_status(Workspace::healthy().event(sign_in(json!(null))), near, "E10", "manual");
    assert_status(Workspace::healthy().event(sign_in(json!("nowhere"))), near, "E10", "manual");
    assert_status(Workspace::healthy().event(sign_in(json!("203.0.113.5"))), "", "E10", "manual");
}

#[test]
fn approvers_of_exports() {
    let named = "export_approvers = [\"Ana@Fixture.example\"]";
    assert_status(with(&[("macro_usage_export", 1)]), named, "E11", "pass");
    let by_other = Workspace::healthy().event(Event::new("bulk_export").by("cy@fixture.example"));
    assert_status(by_other, named, "E11", "fail");
    assert_status(Workspace::healthy().event(Event::new("bulk_export")), named, "E11", "fail");
}
