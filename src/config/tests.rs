//! Configurations, right and wrong, and what is said about them.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::date;
use serde_json::json;
use tempfile::TempDir;

use super::organization::Sso;
use super::scan::ScanSettings;
use super::*;
use crate::level::{FailOn, Level};
use crate::region::Region;
use crate::verdict::Attested;

mod alerts;
mod fuzz;
mod hostile;
mod identities;
mod sections;

/// Every section of the file, with nothing wrong.
const COMPLETE: &str = r#"
[workspace]
region = "EU"
name = "Production"
token_file = "token"

[scan]
level = "l2"
fail_on = "never"
since = "14d"
strict = true

[params."2.3"]
max_admins = 999
[params."E1"]
consumer_domains = ["gmail.com"]

[facts]
privileged_roles = ["Owner"]

[[attestation]]
control = "1.3"
by = "Dana Ruiz"
on = 2026-05-01
expires = "2026-08-01"
evidence = "https://wiki.example/1.3"
note = "seen with support"

[[waiver]]
control = "2.3"
subject = "cto@example.com"
reason = "on call"
by = "Dana Ruiz"
on = 2026-05-01
expires = 2027-03-31

[[reviewed]]
event = "5f6a2c"
by = "Dana Ruiz"
on = 2026-05-02
note = "CASE-7"

[organization]
allowed_domains = ["Example.com", "*.example.org"]
approved_networks = ["192.0.2.7/24", "2001:db8::1"]
required_region = "eu"
export_approvers = ["dpo@example.com"]
sso = "enforced"
default_role = "Viewer"

[organization.saml]
metadata = "idp.xml"
audience = "https://app.intercom.com/saml"
acs_url = " https://app.intercom.com/saml/consume "
issuer = "https://idp.example/"
entry_point = "https://idp.example/in"
encryption_certificate = "intercom.pem"

[rbac.roles."Support Agent"]
permissions = ["write", "read"]
intercom = ["export_data", " export_data "]
[rbac.groups]
"Platform-Admins" = "Admin"
[rbac.identities]
plus_aliases = true
domain_aliases = { "Example.co" = "example.com" }

"#;

/// Checks a text as if it had been read from `base/c.toml`.
fn check(text: &str, trust: Trust) -> (Config, Vec<String>) {
    let (config, problems) = Config::check(Path::new("base/c.toml"), text.as_bytes(), trust);
    (config, problems.as_slice().iter().map(|problem| problem.to_string().replacen("base/", "", 1)).collect())
}

fn weakens(config: &Config) -> Vec<String> {
    config.weakens(date(2026, 8, 1)).iter().map(ToString::to_string).collect()
}

/// What is wrong with a text in a configuration that was named.
fn problems_of(text: &str) -> Vec<String> {
    check(text, Trust::Named).1
}

/// Writes a configuration into a folder of its own.
fn written(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    fs::write(&path, text).unwrap();
    (folder, path)
}

#[test]
fn a_complete_configuration_is_read_whole() {
    let (config, problems) = check(COMPLETE, Trust::Named);
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(config.workspace.region, Some(Region::Eu));
    assert_eq!(config.workspace.token_file.as_deref(), Some(Path::new("base/token")));
    assert_eq!(config.scan.level, Some(Level::L2));
    assert_eq!(config.scan.fail_on, Some(FailOn::Never));
    assert_eq!(config.scan.since.as_ref().unwrap().as_str(), "14d");
    assert_eq!(config.scan.strict, Some(true));
    assert_eq!(
        config.params["2.3"]["max_admins"],
        crate::toml_document::Located { value: json!(999), line: 14 }
    );
    let organization = &config.organization;
    assert_eq!(organization.allowed_domains.as_ref().unwrap(), &["example.com", "*.example.org"]);
    let networks: Vec<_> = organization.approved_networks.iter().flatten().map(ToString::to_string).collect();
    assert_eq!(networks, ["192.0.2.0/24", "2001:db8::1/128"]);
    assert_eq!(organization.required_region, Some(Region::Eu));
    assert_eq!(organization.sso, Some(Sso::Enforced));
    let attestation = &config.attestations[0];
    assert_eq!(attestation.result, Attested::Pass);
    assert_eq!(attestation.expires, jiff::civil::date(2026, 8, 1));
    assert_eq!(config.waivers[0].waiver.expires, jiff::civil::date(2027, 3, 31));
    let reviewed = &config.reviewed[0];
    assert_eq!((reviewed.event.as_str(), reviewed.review.note.as_deref()), ("5f6a2c", Some("CASE-7")));
    let role = &config.rbac.roles["Support Agent"];
    assert_eq!(role.permissions, [Permission::Read, Permission::Write]);
    assert_eq!((role.intercom.as_deref(), role.line), (Some(&["export_data".to_owned()][..]), 59));
    assert_eq!(config.rbac.groups["Platform-Admins"].value, "Admin");
    assert_eq!(config.facts["privileged_roles"].value, json!(["Owner"]));
}

#[test]
fn an_empty_configuration_changes_nothing() {
    let (config, problems) = check("# nothing\n", Trust::Found);
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(weakens(&config), Vec::<String>::new());
    assert_eq!(config.scan, ScanSettings::default());
    assert_eq!(config.organization, Organization::default());
}

#[test]
fn everything_that_weakens_the_result_is_said() {
    let (config, _) = check(COMPLETE, Trust::Named);
    assert_eq!(
        weakens(&config),
        [
            "waives 2.3 for cto@example.com until 2027-03-31, by Dana Ruiz: on call",
            "attests 1.3 as pass until 2026-08-01, by Dana Ruiz",
            "takes the event 5f6a2c as reviewed on 2026-05-02, by Dana Ruiz",
            "scan.fail_on = \"never\": no failing control fails the scan",
            "scan.level = \"l2\": stricter controls are left out",
            "scan.since = \"14d\": events are judged over another window than the last 30 days",
            "params.\"2.3\".max_admins = 999",
            "params.\"E1\".consumer_domains = [\"gmail.com\"]",
            "facts.privileged_roles = [\"Owner\"]",
            "rbac.roles = [\"Support Agent\"]",
            "rbac.groups = [\"Platform-Admins\"]",
            "organization.saml.metadata = \"base/idp.xml\"",
            "organization.saml.encryption_certificate = \"base/intercom.pem\"",
            "organization.default_role = \"Viewer\"",
            "organization.saml.issuer = \"https://idp.example/\"",
            "organization.saml.entry_point = \"https://idp.example/in\"",
            "organization.saml.audience = \"https://app.intercom.com/saml\"",
            "organization.saml.acs_url = \"https://app.intercom.com/saml/consume\"",
            "organization.sso = \"enforced\"",
            "organization.allowed_domains = [\"example.com\", \"*.example.org\"]",
            "organization.approved_networks = [\"192.0.2.0/24\", \"2001:db8::1/128\"]",
            "organization.export_approvers = [\"dpo@example.com\"]",
            "organization.required_region = \"EU\"",
            "rbac.identities.plus_aliases = true: addresses that differ in a tag are one person's",
            "rbac.identities.domain_aliases = [\"example.co\"]: people are told apart without them",
        ]
    );
}

#[test]
fn stricter_settings_do_not_weaken() {
    let (config, _) = check("[scan]\nlevel='l3'\nfail_on='l3'\nsince='720h'\nstrict=true\n", Trust::Found);
    assert_eq!(weakens(&config), Vec::<String>::new());
}

/// A waiver of each of so many people, through a day.
fn waivers(count: usize, expires: &str) -> String {
    let one = |n| {
        format!(
            "[[waiver]]\ncontrol='2.3'\nsubject='p{n}@x.example'\nreason='r'\nby='b'\nexpires={expires}\n"
        )
    };
    (0..count).map(one).collect()
}

#[test]
fn a_flood_of_one_kind_hides_none_of_another() {
    let params: String = (0..500).map(|n| format!("p{n} = 1\n")).collect();
    let groups: String = (0..60).map(|n| format!("g{n} = 'Admin'\n")).collect();
    let text = format!(
        "[scan]\nfail_on = 'never'\n[facts]\nburst_count = 99\n[rbac.groups]\n{groups}[params.'1.1']\n{params}{}",
        waivers(60, "2027-01-01")
    );
    let (config, problems) = check(&text, Trust::Found);
    assert_eq!(problems, Vec::<String>::new());
    let weakens = weakens(&config);
    assert!(weakens[49].starts_with("waives 2.3 for p49@x.example"), "{weakens:?}");
    assert_eq!(weakens[50], "and 10 more waivers");
    assert_eq!(weakens[51], "scan.fail_on = \"never\": no failing control fails the scan");
    assert_eq!(weakens[102], "and 450 more parameters");
    assert_eq!(weakens[103], "facts.burst_count = 99");
    assert!(weakens[104].starts_with("rbac.groups = [\"g0\", ") && weakens[104].ends_with(", and 10 more]"));
    assert_eq!(weakens.len(), 105);
}

#[test]
fn many_controls_that_are_left_out_hide_no_setting() {
    let controls: String = (0..60).map(|n| format!("[controls.c{n:02}]\nenabled = false\n")).collect();
    let (config, problems) = check(&format!("{controls}[params.'2.3']\nmax_admins = 9\n"), Trust::Found);
    assert_eq!(problems, Vec::<String>::new());
    let weakens = weakens(&config);
    assert_eq!(weakens[0], "controls.\"c00\".enabled = false: the control is left out");
    assert_eq!(weakens[50], "and 10 more settings of controls");
    assert_eq!(weakens[51], "params.\"2.3\".max_admins = 9");
    // `enabled = true` and a table without keys change nothing.
    let (config, problems) = check("[controls.E3]\nenabled = true\n[controls.E7]\n", Trust::Named);
    assert_eq!((problems, config.weakens(jiff::civil::date(2026, 8, 1))), (Vec::new(), Vec::new()));
}

#[test]
fn what_is_in_force_is_listed_before_what_has_ended() {
    let text = format!(
        "{}{}[[reviewed]]\nevent='late'\nby='b'\non=2026-08-02\n[[reviewed]]\nevent='due'\nby='b'\non=2026-08-01\n\
         [scan]\nlevel = 'l1'\n",
        waivers(60, "2026-07-31"),
        waivers(1, "2026-08-01")
    );
    let (config, _) = check(&text, Trust::Named);
    let weakens = weakens(&config);
    assert!(weakens[0].contains("until 2026-08-01"), "{weakens:?}");
    assert!(weakens[1].contains("takes the event due as reviewed"), "{weakens:?}");
    assert!(weakens[2].starts_with("scan.level"), "{weakens:?}");
    assert!(weakens[3].contains("until 2026-07-31"), "{weakens:?}");
    assert_eq!(weakens[53], "and 10 more waivers");
    assert!(weakens[54].contains("takes the event late as reviewed"), "{weakens:?}");
}

#[test]
fn what_does_not_apply_needs_a_note() {
    let attested = |note| {
        format!(
            "[[attestation]]\ncontrol='3.2'\nresult='N/A'\nby='b'\non=2026-07-01\nexpires=2026-12-31\n{note}"
        )
    };
    assert_eq!(problems_of(&attested("")), ["c.toml:1: `note` is missing from `attestation`"]);
    let (config, problems) = check(&attested("note='no such data'\n"), Trust::Named);
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(config.attestations[0].result, Attested::NotApplicable);
    assert_eq!(weakens(&config), ["attests 3.2 as n/a until 2026-12-31, by b"]);
}

#[test]
fn a_share_of_controls_is_a_percentage() {
    let least = |value| check(&format!("[scan]\nmin_coverage = {value}\n"), Trust::Found);
    assert_eq!(least("80").0.scan.min_coverage, Some(80));
    for wrong in ["101", "-1", "0.5", "'80'"] {
        assert_eq!(
            least(wrong).1,
            ["c.toml:2: `min_coverage` must be a whole number from 0 to 100"],
            "{wrong}"
        );
    }
}

#[test]
fn the_path_in_the_repository_goes_from_its_root() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ci/posture/my config.toml");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, "").unwrap();
    assert_eq!(Config::load(&path, Trust::Named).unwrap().repository_path, None);
    std::fs::create_dir(folder.path().join(".git")).unwrap();
    let config = Config::load(&path, Trust::Named).unwrap();
    assert_eq!(config.repository_path.as_deref(), Some("ci/posture/my config.toml"));
    // A worktree has a file in the place of the folder.
    std::fs::write(folder.path().join("ci/.git"), "gitdir: elsewhere").unwrap();
    let config = Config::load(&path, Trust::Named).unwrap();
    assert_eq!(config.repository_path.as_deref(), Some("posture/my config.toml"));
}
