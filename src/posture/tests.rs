//! People and settings, from facts.

use serde_json::{Value, json};

use super::of;
use crate::facts::{Change, Facts, Rows};

fn table(rows: Value) -> Rows {
    Rows { rows: serde_json::from_value(rows).unwrap(), truncated: false }
}

fn change(activity_type: &str, at: i64) -> (String, Change) {
    let change = Change {
        activity_type: activity_type.to_owned(),
        event: format!("e{at}"),
        description: Some("Ana changed it.".to_owned()),
        by: Some("ana@acme.example".to_owned()),
        at,
    };
    (activity_type.to_owned(), change)
}

#[test]
fn people_are_the_teammates_by_id_with_their_methods_in_order() {
    let mut facts = Facts::default();
    facts.tables.insert("teammates", table(json!([
        {"id": "2", "email": "bo@acme.example", "privilege": null, "two_factor": "on", "directory_status": "active"},
        {"id": "1", "name": "Ana", "role": "Admin", "privilege": "privileged", "privilege_reason": "role Admin"},
        {"id": null, "email": "Cy@acme.example", "local_part": "cy", "domain": "acme.example"},
    ])));
    facts.tables.insert("sign_ins", table(json!([
        {"person": "1", "method": "saml"}, {"person": "1", "method": "email"}, {"person": "1", "method": null},
        {"person": "cy@acme.example", "method": "google"}, {"person": null, "method": "saml"},
    ])));
    let people = of(&facts).people;
    let ids: Vec<_> = people.iter().map(|person| person.id.as_str()).collect();
    assert_eq!(ids, ["1", "2", "cy@acme.example"]);
    let methods: Vec<_> = people.iter().map(|person| person.sign_in_methods.join(" ")).collect();
    assert_eq!(methods, ["email saml", "", "google"]);
    let [ana, bo, _] = people.as_slice() else { panic!("{people:?}") };
    assert_eq!((ana.privilege.as_str(), ana.role.as_deref()), ("privileged", Some("Admin")));
    assert_eq!((bo.privilege.as_str(), bo.directory.as_deref()), ("unknown", Some("active")));
    assert_eq!((bo.two_factor.as_deref(), &bo.name), (Some("on"), &None));
}

#[test]
fn settings_are_the_newest_changes_by_type_without_those_of_people() {
    let facts = Facts {
        changes: [
            change("security_settings_change", 60),
            change("role_change", 120),
            change("admin_permission_change", 180),
            change("admin_deletion", 240),
            change("admin_login_success", 300),
            change("brand_new_type", 360),
        ]
        .into(),
        ..Facts::default()
    };
    let posture = of(&facts);
    assert!(posture.people.is_empty());
    let settings: Vec<_> =
        posture.settings.iter().map(|change| (change.event_type.as_str(), change.at.as_str())).collect();
    assert_eq!(
        settings,
        [("role_change", "1970-01-01T00:02:00Z"), ("security_settings_change", "1970-01-01T00:01:00Z")]
    );
    assert_eq!(
        (posture.settings[1].event.as_str(), posture.settings[1].by.as_deref()),
        ("e60", Some("ana@acme.example"))
    );
}
