//! SCIM answers in the shapes that services and scripts leave them in.

use super::*;

fn user(id: &str, email: &str) -> String {
    format!(r#"{{"id": "{id}", "userName": "{email}", "active": true}}"#)
}

fn page(total: usize, resources: &[String]) -> String {
    format!(r#"{{"totalResults": {total}, "Resources": [{}]}}"#, resources.join(",\n"))
}

#[test]
fn pages_may_be_an_array_follow_each_other_or_be_bare_resources() {
    let (one, two) = (user("1", "a@b.example"), user("2", "c@b.example"));
    let pages = [page(2, std::slice::from_ref(&one)), page(2, std::slice::from_ref(&two))];
    for text in [
        format!("[{}]", pages.join(",")),
        pages.join("\n"),
        format!("[{one},{two}]"),
        format!("{one}\n{two}"),
        page(2, &[one.clone(), two.clone()])
            .replace("Resources", "resources")
            .replace("userName", "USERNAME"),
    ] {
        let roster = read(&text);
        assert_eq!(roster.people.len(), 2, "{text}");
        assert_eq!(roster.files[0].gaps, [], "{text}");
        assert_eq!(roster.files[0].kind, RosterKind::Scim);
    }
}

#[test]
fn a_list_that_ends_early_says_so() {
    let roster = read(&page(3, &[user("1", "a@b.example")]));
    assert_eq!(roster.files[0].gaps, [Gap::Incomplete { announced: 3, found: 1 }]);
    assert_eq!(
        roster.files[0].gaps[0].sentence().as_str(),
        "the list is incomplete: it has 1 of 3 resources"
    );
    // The same page twice is not two pages.
    let twice = page(2, &[user("1", "a@b.example")]);
    let roster = read(&format!("[{twice},{twice}]"));
    assert_eq!(roster.people.len(), 1);
    assert_eq!(roster.files[0].gaps, [Gap::Incomplete { announced: 2, found: 1 }]);
}

#[test]
fn users_and_groups_may_share_pages() {
    let group =
        r#"{"id": "g", "displayName": "Support", "members": [{"value": "1"}, {"value": "2"}]}"#.to_owned();
    let first = page(3, &[user("1", "a@b.example")]);
    let second = page(3, &[user("2", "c@b.example"), group]);
    let roster = read(&format!("[{first},{second}]"));
    assert!(roster.people.iter().all(|person| person.groups.contains("Support")));
    assert_eq!(roster.files[0].gaps, []);
}

#[test]
fn groups_and_members_are_found_by_what_names_them() {
    let users = r#"[
        {"id": "1", "userName": "a@b.example", "groups": [{"value": "g"}]},
        {"id": "2", "userName": "c@b.example"},
        {"id": 3, "userName": "d@b.example"}
    ]"#;
    let groups = r#"[{"id": "g", "displayName": "Support", "members": [
        {"display": "C@b.example"}, {"$ref": "https://idp.example/Users/3"}, {"value": "99"}, {}
    ]}]"#;
    let roster = Roster::parse(&[("u.json", users.as_bytes()), ("g.json", groups.as_bytes())]).unwrap();
    for person in &roster.people {
        assert!(person.groups.iter().map(AsRef::as_ref).eq(["Support"]), "{person:?}");
    }
    assert_eq!(roster.files[1].gaps, [Gap::UnknownMembers { members: 2, group: "Support".to_owned() }]);
}

#[test]
fn a_broken_resource_costs_itself_alone() {
    let deep = format!("{{\"x\": {}{}}}", "[".repeat(200), "]".repeat(200));
    let text = page(
        6,
        &[
            user("1", "a@b.example"),
            "7".to_owned(),
            r#"{"id": "2", "userName": "anon"}"#.to_owned(),
            r#"{"id": "3"}"#.to_owned(),
            deep,
            r#"{"id": "g", "members": []}"#.to_owned(),
        ],
    );
    let roster = read(&text);
    assert_eq!((roster.people.len(), roster.files[0].rows, roster.files[0].unreadable_rows), (1, 6, 5));
    let lines: Vec<_> = unreadable(&roster).iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [2, 3, 4, 5, 6]);
    assert_eq!(unreadable(&roster)[1].1, "`anon` is not an e-mail address (user 2)");
    assert_eq!(unreadable(&roster)[4].1, "the group `g` has no `displayName`");
}

#[test]
fn a_second_factor_may_come_by_an_extension() {
    let text = r#"{"userName": "a@b.example", "active": "perhaps", "password": "secret",
        "urn:example:Security": {"mfaEnrolled": false, "level": 3, "apiToken": "secret"}}"#;
    let roster = read(text);
    let person = &roster.people[0];
    assert_eq!((person.mfa, person.status), (Some(false), AccountStatus::Unknown));
    assert_eq!(roster.files[0].unknown_statuses.words.get("perhaps"), Some(&1));
}

#[test]
fn an_extension_may_say_more_about_the_account() {
    let of = |more: &str| {
        let text =
            format!(r#"{{"userName": "a@b.example", "active": true, "urn:acme:2.0:User": {{{more}}}}}"#);
        let roster = read(&text);
        let columns = roster.files[0].unknown_columns.words.keys().cloned().collect::<Vec<_>>();
        (roster.people[0].status_at("2026-06-01T00:00:00Z".parse().unwrap()).0, columns)
    };
    assert_eq!(of(r#""costCenter": "7""#), (AccountStatus::Active, vec![]));
    assert_eq!(of(r#""employmentStatus": "Terminated""#), (AccountStatus::Deprovisioned, vec![]));
    assert_eq!(of(r#""terminationDate": "2026-05-01""#), (AccountStatus::Deprovisioned, vec![]));
    assert_eq!(of(r#""leaveStatus": "phase 2""#), (AccountStatus::Unknown, vec!["leaveStatus".to_owned()]));
}

#[test]
fn other_json_is_refused_with_its_line() {
    for (text, says) in [
        ("{\"totalResults\": 1,\n \"Resources\": [", "roster.csv:2: invalid JSON: EOF"),
        ("{}", "roster.csv:1: this is not a SCIM ListResponse: it has no `Resources`"),
        ("{\"Resources\": {}}", "this is not a SCIM ListResponse: its `Resources` is not a list"),
        ("[1]", "it is a number, true, false or null, not an object"),
        (
            "{\"status\": \"401\",\n\"detail\": \"token expired\"}",
            "the service answered with an error: token expired",
        ),
        ("{\"userName\": \"a@b.example\"}\nnull", "roster.csv:2: this is not a SCIM ListResponse"),
        ("[]", "the directory export (roster) roster.csv has no people"),
        ("{\"totalResults\": 0}", "the directory export (roster) roster.csv has no people"),
        (
            "{\"id\": \"g\", \"displayName\": \"S\", \"members\": []}",
            "the directory export (roster) roster.csv has no people",
        ),
    ] {
        let error = refused(text);
        assert!(error.contains(says), "{error}");
    }
    let deep = "[".repeat(1_000_000);
    assert!(refused(&deep).contains("invalid JSON"));
}
