//! Differences between small teams and directory exports.

use serde_json::json;

use super::*;
use crate::config::{DeclaredRole, Identities, Permission};
use crate::directory::{Person, RosterKind};
use crate::facts::Settings;
use crate::toml_document::Located;

fn person(email: &str, status: AccountStatus, groups: &[&str]) -> Person {
    Person {
        email: email.to_owned(),
        status,
        status_word: Some(status.as_str().to_uppercase()),
        groups: groups.iter().map(|&group| group.into()).collect(),
        line: 2,
        ..Person::default()
    }
}

fn active(email: &str, groups: &[&str]) -> Person {
    person(email, AccountStatus::Active, groups)
}

fn file(kind: RosterKind) -> RosterFile {
    let knows = Knows { status: true, groups: true, mfa: true };
    RosterFile { path: "people.csv".to_owned(), kind, knows, ..RosterFile::default() }
}

fn roster(people: Vec<Person>) -> Roster {
    Roster { files: vec![file(RosterKind::Okta), file(RosterKind::Google)], people }
}

fn teammate(email: &str, role: &str) -> Row {
    let privileged = matches!(role, "Admin" | "Owner");
    let cells = json!({"id": email, "email": email, "role": role, "privileged": privileged, "privilege_reason": role});
    cells.as_object().unwrap().clone()
}

/// The group Agents grants the role Agent, the group Bosses the role Admin.
fn rbac() -> Rbac {
    let role = |name: &str| Located { value: name.to_owned(), line: 1 };
    Rbac {
        groups: [("Agents".to_owned(), role("Agent")), ("Bosses".to_owned(), role("Admin"))].into(),
        ..Rbac::default()
    }
}

/// Kind, address, expected and actual value.
type Found = (String, String, String, String);

fn differences(teammates: &[Row], roster: &Roster, rbac: &Rbac, default_role: Option<&str>) -> Vec<Found> {
    let settings = Settings::default();
    let roles = Roles::new(&settings.facts.privileged_roles, &settings.facts.unprivileged_roles);
    let mut rows = teammates.to_vec();
    let declared = Declared { roster, rbac, default_role, roles: &roles, now: Timestamp::UNIX_EPOCH };
    let cell = |row: &Row, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let rows = reconcile(&mut rows, declared).differences.rows;
    let actual = |row: &Row| match row["other_accounts"].as_str() {
        Some(accounts) => format!("{} as {accounts}", cell(row, "actual")),
        None => cell(row, "actual"),
    };
    rows.iter()
        .map(|row| (cell(row, "kind"), cell(row, "email"), cell(row, "expected"), actual(row)))
        .collect()
}

#[test]
fn of_several_addresses_the_one_that_is_not_understood_outweighs_an_active_one() {
    let mut both = teammate("a@b.example", "Agent");
    both.insert("emails".to_owned(), json!(["a@b.example", "old@b.example"]));
    for (other, expected) in [
        (AccountStatus::Unknown, "unknown"),
        (AccountStatus::Pending, "pending"),
        (AccountStatus::Active, "active"),
    ] {
        let people = vec![active("a@b.example", &[]), person("old@b.example", other, &[])];
        let (roster, rbac, mut rows) = (roster(people), rbac(), vec![both.clone()]);
        let roles = Roles::new(&[], &[]);
        let declared = Declared {
            roster: &roster,
            rbac: &rbac,
            default_role: None,
            roles: &roles,
            now: Timestamp::UNIX_EPOCH,
        };
        reconcile(&mut rows, declared);
        assert_eq!(rows[0]["directory_status"], expected);
    }
}

fn kinds(teammates: &[Row], people: Vec<Person>, rbac: &Rbac, default_role: Option<&str>) -> Vec<String> {
    let found = differences(teammates, &roster(people), rbac, default_role);
    found.into_iter().map(|(kind, ..)| kind).collect()
}

#[test]
fn each_teammate_is_in_the_gravest_difference_alone() {
    let gone = person("a@b.example", AccountStatus::Deprovisioned, &["Agents"]);
    let at_work = |groups: &[&str]| active("a@b.example", groups);
    for (role, entry, default_role, expected) in [
        ("agent ", active("A@B.example", &["agents", "Everyone"]), None, &[][..]),
        ("Admin", at_work(&["Bosses"]), None, &[]),
        // A missing administrator is an orphan; a suspended one is suspended.
        ("Admin", active("x@b.example", &[]), None, &["orphan"]),
        ("Admin", gone, None, &["suspended"]),
        // A teammate in a mapped group must have the role of the group.
        ("Admin", at_work(&["Agents"]), None, &["role"]),
        ("Admin", at_work(&["Everyone"]), None, &["privilege"]),
        // The default role is for people without a role from a group.
        ("Viewer", at_work(&[]), None, &[]),
        ("Viewer", at_work(&[]), Some("viewer"), &[]),
        ("Lead", at_work(&[]), Some("Viewer"), &["role"]),
        ("Owner", at_work(&[]), Some("Viewer"), &["privilege"]),
    ] {
        let what = format!("{role}, {:?}, {default_role:?}", entry.groups);
        let found = kinds(&[teammate("a@b.example", role)], vec![entry], &rbac(), default_role);
        assert_eq!(found, expected, "{what}");
    }
}

#[test]
fn a_difference_says_what_was_expected_and_what_there_is() {
    let team = [teammate("a@b.example", "Lead")];
    let found =
        differences(&team, &roster(vec![active("a@b.example", &["Agents", "Bosses"])]), &rbac(), None);
    let expected = "role Admin (group Bosses) or role Agent (group Agents)";
    assert_eq!(found, [("role".into(), "a@b.example".into(), expected.into(), "role Lead".into())]);
}

#[test]
fn without_groups_roles_are_not_compared() {
    let people = || vec![active("a@b.example", &[])];
    assert!(
        kinds(&[teammate("a@b.example", "Admin")], people(), &Rbac::default(), Some("Viewer")).is_empty()
    );
    let mut users_only = roster(people());
    users_only.files.iter_mut().for_each(|file| file.knows.groups = false);
    assert_eq!(differences(&[teammate("a@b.example", "Admin")], &users_only, &rbac(), None), []);
}

#[test]
fn a_privilege_beyond_the_group_s_role_is_a_difference() {
    let mut powerful = teammate("a@b.example", "Agent");
    powerful.insert("privileged".to_owned(), json!(true));
    let people = vec![active("a@b.example", &["Agents"])];
    assert_eq!(kinds(&[powerful.clone()], people.clone(), &rbac(), None), ["privilege"]);
    // The declaration decides what a role may do.
    let mut declared = rbac();
    let role = DeclaredRole { permissions: vec![Permission::Admin], ..DeclaredRole::default() };
    declared.roles.insert("AGENT".to_owned(), role);
    assert!(kinds(&[powerful], people, &declared, None).is_empty());
}

#[test]
fn aliases_are_one_person_where_the_configuration_says_so() {
    let team = [teammate("ana+eu@acme.co", "Agent"), teammate("ana@acme.example", "Agent")];
    let people = || vec![active("ana@acme.example", &["Agents"])];
    assert_eq!(kinds(&team, people(), &rbac(), None), ["orphan"]);
    let identities = Identities {
        plus_aliases: true,
        domain_aliases: [("acme.co".to_owned(), "acme.example".to_owned())].into(),
    };
    let aliased = Rbac { identities, ..rbac() };
    assert_eq!(kinds(&team, people(), &aliased, None), ["duplicate", "duplicate"]);
    // A second address in the directory export needs no configuration.
    let mut two = active("ana@acme.example", &["Agents"]);
    two.other_emails = vec!["ana+eu@acme.co".to_owned()];
    assert_eq!(kinds(&team, vec![two], &rbac(), None), ["duplicate", "duplicate"]);
}

#[test]
fn every_address_of_a_teammate_is_looked_for() {
    let mut two = teammate("a@b.example", "Agent");
    two.insert("emails".to_owned(), json!(["a@b.example", "a@old.example"]));
    let gone = person("a@old.example", AccountStatus::Suspended, &["Agents"]);
    assert_eq!(kinds(&[two.clone()], vec![active("a@old.example", &["Agents"])], &rbac(), None), [""; 0]);
    assert_eq!(kinds(&[two], vec![active("a@b.example", &["Agents"]), gone], &rbac(), None), ["suspended"]);
}

#[test]
fn an_older_account_suspends_no_one_but_another_provider_does() {
    let team = [teammate("a@b.example", "Agent")];
    let old = person("a@b.example", AccountStatus::Deprovisioned, &[]);
    let current = active("a@b.example", &["Agents"]);
    assert_eq!(kinds(&team, vec![old, current.clone()], &rbac(), None), ["duplicate"]);
    let elsewhere = Person { file: 1, ..person("a@b.example", AccountStatus::Suspended, &[]) };
    assert_eq!(kinds(&team, vec![current, elsewhere], &rbac(), None), ["suspended"]);
}

#[test]
fn people_in_mapped_groups_are_missed_while_they_are_let_in() {
    let staged = person("c@b.example", AccountStatus::Pending, &["Agents"]);
    let gone = person("d@b.example", AccountStatus::Suspended, &["Agents"]);
    let people = vec![active("b@b.example", &["Agents"]), active("x@b.example", &["Cooks"]), staged, gone];
    let found = differences(&[], &roster(people), &rbac(), None);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].0.as_str(), found[0].1.as_str()), ("missing", "b@b.example"));
}

#[test]
fn a_teammate_without_an_address_cannot_be_compared() {
    let nameless = json!({"id": "7", "email": null, "role": "Admin", "privileged": true});
    assert!(kinds(&[nameless.as_object().unwrap().clone()], vec![], &rbac(), None).is_empty());
}

#[test]
fn thousands_of_accounts_of_one_person_are_told_in_a_few_words() {
    let team: Vec<Row> =
        (0..MAX_ROWS).map(|number| teammate(&format!("ana+{number}@acme.example"), "Agent")).collect();
    let mut rbac = rbac();
    rbac.identities.plus_aliases = true;
    let started = std::time::Instant::now();
    let found = differences(&team, &roster(vec![active("ana@acme.example", &["Agents"])]), &rbac, None);
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    assert_eq!(found.len(), MAX_ROWS);
    let (kind, _, _, actual) = &found[0];
    assert_eq!(kind, "duplicate");
    assert!(actual.starts_with("the same person as ana+1@acme.example, "), "{actual}");
    assert!(actual.ends_with(" and 9994 more"), "{actual}");
}
