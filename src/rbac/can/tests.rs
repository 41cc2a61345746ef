//! Who may do what, and what is refused because it cannot be decided.

use clap::ValueEnum as _;
use serde_json::{Value, json};

use super::*;
use crate::config::Trust;
use crate::facts::Rows;
use crate::hint::Hint as _;
use crate::sources::Outcome;
use crate::terminal::Style;

/// The four roles that the starter writes.
const POLICY: &str = r#"
[rbac.roles.Admin]
permissions = ["read", "write", "delete", "admin"]
[rbac.roles.Developer]
permissions = ["read", "write"]
[rbac.roles.Viewer]
permissions = ["read"]
[rbac.roles.Service]
permissions = ["read", "write"]
"#;

fn policy_of(text: &str) -> Config {
    Config::parse("policy.toml".as_ref(), text.as_bytes(), Trust::Named).unwrap()
}

/// A workspace of these teammates.
fn facts(teammates: Value) -> Facts {
    let Value::Array(rows) = teammates else { panic!("a list of teammates") };
    let rows = rows.into_iter().map(|row| row.as_object().unwrap().clone()).collect();
    let mut facts = Facts::default();
    facts.tables.insert("teammates", Rows { rows, truncated: false });
    facts.feeds.insert(Feed::Admins, Outcome { status: SourceStatus::Complete, ..Outcome::skipped() });
    facts
}

fn one(role: &str) -> Facts {
    facts(json!([{"id": "1", "email": "ana@acme.example", "role": role}]))
}

fn ask(facts: &Facts, policy: &str, who: &str, action: Permission) -> Result<bool, String> {
    let config = policy_of(policy);
    can(facts, &config, who, action).map(|answer| answer.allowed).map_err(|error| error.to_string())
}

#[test]
fn the_truth_table_of_the_four_roles() {
    let table = [
        ("Admin", [true, true, true, true]),
        ("Developer", [true, true, false, false]),
        ("Viewer", [true, false, false, false]),
        ("Service", [true, true, false, false]),
    ];
    let config = policy_of(POLICY);
    for (role, expected) in table {
        for spelling in [role.to_owned(), role.to_uppercase(), format!(" {} ", role.to_lowercase())] {
            let facts = one(&spelling);
            for (action, expected) in Permission::value_variants().iter().copied().zip(expected) {
                for who in ["ana@acme.example", " ANA@Acme.Example", "1"] {
                    let answer = can(&facts, &config, who, action).unwrap();
                    assert_eq!(answer.allowed, expected, "{who} as {spelling}: {action:?}");
                    assert_eq!((answer.role.as_str(), answer.rule.role), (spelling.as_str(), role));
                }
            }
        }
    }
}

#[test]
fn what_cannot_be_resolved_is_refused() {
    let read =
        |facts: &Facts, policy: &str, who: &str| ask(facts, policy, who, Permission::Read).unwrap_err();
    let admin = one("Admin");
    assert_eq!(
        read(&admin, POLICY, "anna@acme.example"),
        "no teammate is anna@acme.example (did you mean ana@acme.example?)"
    );
    assert_eq!(
        read(&admin, POLICY, "ana+x@acme.example").split(" (").next(),
        Some("no teammate is ana+x@acme.example")
    );
    for who in ["", "2", "@", "ana", "Admin"] {
        assert_eq!(read(&admin, POLICY, who), format!("no teammate is {who}"));
    }
    let kate = facts(json!([{"id": "1", "email": "kate@acme.example", "role": "Admin"}]));
    let homograph = "\u{212a}ate@acme.example";
    assert!(read(&kate, POLICY, homograph).contains("no teammate is"), "its lower case is a k");
    let unnamed = facts(json!([{"id": "1", "email": null, "role": "Admin"}]));
    assert_eq!(read(&unnamed, POLICY, "@"), "no teammate is @", "a missing address matches no person");
    assert_eq!(
        read(&one("Admins"), POLICY, "1"),
        "ana@acme.example has the role Admins, which is not declared (did you mean Admin?)"
    );
    let without = facts(json!([{"id": "1", "email": "ana@acme.example", "role": null}]));
    assert_eq!(read(&without, POLICY, "1"), "ana@acme.example has no role in Intercom");
    assert!(matches!(policy(None), Err(CanError::NothingDeclared)));
    assert!(matches!(
        policy(Some(&policy_of("[rbac.groups]\ng = 'Admin'\n"))),
        Err(CanError::NothingDeclared)
    ));
}

#[test]
fn a_role_declared_twice_counts_only_where_both_say_the_same() {
    let twice =
        |other: &str| format!("[rbac.roles.Admin]\npermissions = ['read']\n[rbac.roles.'ADMIN ']\n{other}\n");
    assert_eq!(ask(&one("admin"), &twice("permissions = ['read']"), "1", Permission::Read), Ok(true));
    for other in ["permissions = ['read', 'admin']", "permissions = ['read']\nintercom = ['export_data']"] {
        let error = ask(&one("admin"), &twice(other), "1", Permission::Read).unwrap_err();
        assert_eq!(error, "policy.toml:3: the role admin is declared on line 1 too, and differently");
    }
}

#[test]
fn several_entries_of_one_address_have_to_agree() {
    let two = |role: Value| {
        facts(json!([
            {"id": "1", "email": "ana@acme.example", "role": "Viewer"},
            {"id": "2", "email": "Ana+eu@acme.co", "role": role},
        ]))
    };
    let aliases = "[rbac.identities]\nplus_aliases = true\ndomain_aliases = { 'acme.co' = 'acme.example' }\n";
    let policy = format!("{POLICY}{aliases}");
    let who = "ana@acme.example";
    assert_eq!(ask(&two(json!("VIEWER")), &policy, who, Permission::Read), Ok(true));
    assert_eq!(
        ask(&two(json!("Admin")), &policy, who, Permission::Read).unwrap_err(),
        "ana@acme.example matches several teammates with different roles: Admin, Viewer"
    );
    assert!(
        ask(&two(Value::Null), &policy, who, Permission::Read).unwrap_err().contains(": Viewer, no role")
    );
    assert_eq!(
        ask(&two(json!("Admin")), &policy, "2", Permission::Admin),
        Ok(true),
        "an id is not ambiguous"
    );
    assert_eq!(
        ask(&two(json!("Admin")), POLICY, who, Permission::Write),
        Ok(false),
        "two people without aliases"
    );
}

#[test]
fn a_list_that_overflowed_answers_nothing() {
    let mut cut = one("Admin");
    cut.tables.get_mut("teammates").unwrap().truncated = true;
    assert_eq!(can(&cut, &policy_of(POLICY), "1", Permission::Read).unwrap_err().exit().code(), 3);
}

#[test]
fn what_intercom_grants_beyond_the_declaration_is_said() {
    let granted = |names: &[&str]| {
        facts(json!([{"id": "1", "email": "ana@acme.example", "role": "Viewer", "permissions": names}]))
    };
    let reason =
        |facts: &Facts, policy: &str| can(facts, &policy_of(policy), "1", Permission::Admin).unwrap().reason;
    let privileged = granted(&["export_data", "manage_teammates"]);
    let said = reason(&privileged, POLICY);
    assert!(
        said.ends_with("does not include admin. Intercom grants more than is declared: manage_teammates."),
        "{said}"
    );
    let listed =
        "[rbac.roles.Viewer]\npermissions = ['read']\nintercom = ['send_messages', 'manage_teammates']\n";
    assert!(reason(&privileged, listed).ends_with("declared: manage_teammates, export_data."));
    assert!(!reason(&granted(&["send_messages"]), listed).contains("Intercom grants"));
    let admin = "[rbac.roles.Viewer]\npermissions = ['admin']\n";
    assert!(!reason(&privileged, admin).contains("Intercom grants"));
    let many: Vec<String> = (0..9).map(|number| format!("p{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert!(reason(&granted(&many), listed).ends_with("p0, p1, p2, p3, p4 and 4 more."));
}

#[test]
fn the_answer_is_one_line_with_the_rule() {
    let policy = "\n[rbac.roles.\"Support agent\"]\npermissions = ['write', 'read']\n";
    let config = policy_of(policy);
    let mut facts = facts(json!([{"id": "1", "email": "ana@acme.example", "role": "support agent"}]));
    facts.values = json!({"workspace": {"id": "w1"}});
    let answer = can(&facts, &config, "1", Permission::Delete).unwrap();
    assert_eq!(
        answer.sentence(Style::plain(80)),
        "denied: ana@acme.example has the role support agent, which does not include delete. Rule: \
         [rbac.roles.\"Support agent\"] permissions = [\"read\", \"write\"] (policy.toml:2)\n"
    );
    let json = serde_json::to_value(&answer).unwrap();
    assert_eq!(
        json["rule"],
        json!({"role": "Support agent", "permissions": ["read", "write"], "file": "policy.toml", "line": 2})
    );
    assert_eq!((&json["workspace_id"], &json["allowed"]), (&json!("w1"), &json!(false)));
}

#[test]
fn hostile_names_stay_on_their_line() {
    let evil = "x\n\u{1b}[2Jallowed: \u{202e}";
    let policy = "[rbac.roles.\"x\\n\\u001b[2Jallowed: \\u202e\"]\npermissions = []\n";
    let facts = facts(json!([{"id": "1", "email": "ana@acme.example", "role": evil}]));
    let config = policy_of(policy);
    let line = can(&facts, &config, "1", Permission::Read).unwrap().sentence(Style::plain(80));
    assert_eq!(line.lines().count(), 1);
    assert!(line.starts_with("denied: ") && !line.contains('\u{1b}') && !line.contains('\u{202e}'), "{line}");
}

#[test]
fn only_active_people_of_the_directory_are_allowed_anything() {
    let on_roster = |status: Value, knows_status: bool| {
        let mut facts = facts(json!([
            {"id": "1", "email": "ana@acme.example", "role": "Admin", "directory_status": status}
        ]));
        facts.values = json!({"roster": {"people": 3, "knows_status": knows_status}});
        facts
    };
    let read =
        |facts: &Facts| can(facts, &policy_of(POLICY), "1", Permission::Read).map(|a| a.allowed).unwrap();
    assert!(read(&on_roster(json!("active"), true)));
    for word in ["suspended", "deprovisioned", "pending", "unknown", "absent", "odd"] {
        assert!(!read(&on_roster(json!(word), true)), "{word}");
    }
    assert!(!read(&on_roster(Value::Null, true)), "without an address no person is found");
    assert!(
        read(&on_roster(json!("unknown"), false)),
        "a directory export without a status lists people who may sign in"
    );
    assert!(!read(&on_roster(json!("absent"), false)));
    let mut partial = on_roster(json!("absent"), true);
    partial.values["roster"]["complete"] = json!(false);
    let policy = policy_of(POLICY);
    let refused = can(&partial, &policy, "1", Permission::Read).unwrap_err();
    assert!(matches!(refused, CanError::PartialRoster { .. }) && refused.exit().code() == 3, "{refused}");
    // The role still has to include it.
    let nothing = "[rbac.roles.Admin]\npermissions = []\n";
    assert_eq!(ask(&on_roster(json!("active"), true), nothing, "1", Permission::Read), Ok(false));
}

#[test]
fn of_two_entries_the_suspended_one_decides() {
    let mut both = facts(json!([
        {"id": "1", "email": "ana@acme.example", "role": "Admin", "directory_status": "active"},
        {"id": "1", "email": "ana@old.example", "role": "Admin", "directory_status": "suspended"},
    ]));
    both.values = json!({"roster": {"people": 3, "knows_status": true}});
    let config = policy_of(POLICY);
    let answer = can(&both, &config, "1", Permission::Read).unwrap();
    assert!(
        !answer.allowed
            && answer.account_status.as_deref() == Some("suspended")
            && answer.reason.contains("is suspended in the identity provider"),
        "{}",
        answer.reason
    );
}
