//! The shapes of columns, words, dates and lists that single vendors write, through the built program.

use crate::program::{live, scan};
use crate::roster_cases::{can, denied, judged, rows, serve, statuses};

#[test]
fn accounts_end_in_the_words_and_dates_of_every_vendor() {
    let server = serve();
    for (header, out, active) in [
        ("userAccountControl", "514", "512"),
        ("userAccountControl", "0x10202", "0x200"),
        ("accountExpires", "132223104000000000", "9223372036854775807"),
        ("Valid to", "2025-12-31", "9999-12-31"),
        ("deleted_at", "2026-07-02T08:00:00Z", "0001-01-01T00:00:00Z"),
        ("Separation date", "07/31/26", "never"),
        ("Last day worked", "Friday, July 31, 2026", "12/31/9999"),
        ("Disabled at", "1767225600", "n/a"),
        ("removed on", "31-Jul-26", ""),
        ("archivedAt", "20260731100000.0Z", ""),
        ("Position Status", "Terminated", "Full-Time"),
        ("Currently active", "No", "Yes"),
        ("lifecycle.status", "DISABLED", "ACCOUNT_OK"),
        ("HR status", "Garden leave", "Probation"),
        ("locked.on", "true", "false"),
    ] {
        let file = rows(header, |name| format!("\"{}\"", if name == "pia" { out } else { active }));
        let report = judged(&server, &[&file]);
        assert_eq!(report.subjects("R5"), ["pia@orchard.example"], "{header}: {}", report.warnings());
        assert_eq!(report.warnings(), "", "{header}");
        denied(&server, "pia", &file);
        can(&server, "mo", &file).exits(0);
    }
    // A date that stands for none in the place of an activation, and flags that are none.
    for (header, cell) in [("activated", "0001-01-01T00:00:00Z"), ("userAccountControl", "normal")] {
        denied(&server, "mo", &rows(header, |_| cell.to_owned()));
    }
}

#[test]
fn the_type_of_a_list_is_not_its_content() {
    let server = serve();
    for unwritten in ["System.Object[]", "System.String[]", "[object Object]"] {
        let report = judged(&server, &[&rows("status,memberOf", |_| format!("active,{unwritten}"))]);
        assert_eq!(statuses(&report), "ppmmmp", "{unwritten}: {}", report.warnings());
        let said = "4 rows have the type of a list in place of groups in the column \"memberOf\"";
        assert!(report.warnings().contains(said), "{}", report.warnings());
        let report = judged(&server, &[&rows("status,proxyAddresses", |_| format!("active,{unwritten}"))]);
        assert!(report.warnings().contains("no readable address"), "{}", report.warnings());
        let file = rows("methodsRegistered", |_| unwritten.to_owned());
        let scan = scan(&server.origin()).file("people.csv", file);
        let report = scan.args(["--roster", "people.csv", "--control", "1.2"]).run().report();
        report.assert("1.2", "manual");
        assert!(report.warnings().contains("second factor"), "{}", report.warnings());
    }
}

#[test]
fn lists_in_a_cell_come_in_many_shapes() {
    let server = serve();
    for (header, new, old) in [
        ("Proxy addresses", r#""[""SMTP:new@orchard.example"", ""smtp:rui@orchard.example""]""#, "[]"),
        ("aliases", "\"{new@orchard.example, rui@orchard.example}\"", "{}"),
        ("EmailAddresses", "SMTP:new@orchard.example smtp:rui@orchard.example SIP:x X500:/o=a", ""),
        ("Other email", "Rui Sol <rui@orchard.example>", ""),
        ("aliases,aliases.0,aliases.1", "1,rui@orchard.example,", "0,,"),
    ] {
        let file = rows(header, |name| if name == "rui" { new } else { old }.to_owned());
        let report = judged(&server, &[&file.replace("\nrui@", "\nnew@")]);
        assert_eq!(
            (report.status("R4"), report.status("R9"), &*report.warnings()),
            ("pass", "pass", ""),
            "{header}"
        );
    }
    // The number of aliases without them.
    let report = judged(&server, &[&rows("aliases", |_| "2".to_owned())]);
    assert!(report.warnings().contains("4 rows have no readable address"), "{}", report.warnings());
    for (support, foremen) in [
        (r#""[""Pickers"", ""Staff""]""#, r#""[""Foremen""]""#),
        ("\"{Pickers, Staff}\"", "{Foremen}"),
        ("\"['Pickers', 'Staff']\"", "['Foremen']"),
    ] {
        let groups = |name: &str| format!("active,{}", if name == "lin" { foremen } else { support });
        let report = judged(&server, &[&rows("status,groups", groups)]);
        assert_eq!((&*statuses(&report), &*report.warnings()), ("pppppp", ""), "{support}");
    }
}

#[test]
fn rows_that_are_no_people_are_none() {
    let server = serve();
    let sound = |name: &str| format!("{},active,user", if name == "lin" { "Foremen" } else { "Pickers" });
    let people = rows("group,status,objectClass", sound);
    for (row, nested) in [
        ("till-7$,Pickers,active,top;person;user;computer", false),
        (",Pickers,active,Device", false),
        ("supplier@elsewhere.example,Pickers,active,MailContact", false),
        ("yard@orchard.example,Pickers,active,top;group", true),
        ("yard@orchard.example,Pickers,active,MailUniversalSecurityGroup", true),
        (",Pickers,active,CUSTOMER", true),
    ] {
        let report = judged(&server, &[&format!("{people}{row}\n")]);
        assert_eq!(
            statuses(&report),
            if nested { "ppmmmp" } else { "pppppp" },
            "{row}: {}",
            report.warnings()
        );
        assert_eq!(report.0["scan"]["rosters"][0]["people"], 4, "{row}");
        assert_eq!(report.warnings().is_empty(), !nested, "{row}: {}", report.warnings());
    }
}

#[test]
fn lines_that_only_lay_out_a_table_are_no_rows() {
    let server = serve();
    let people = rows("status", |_| "active".to_owned());
    let (header, rest) = people.split_once('\n').unwrap();
    let half = rest.find("pia").unwrap();
    for text in [
        format!("{header}\n-----,------\n{rest}"),
        format!("{header}\n{}{header}\n{}", &rest[..half], &rest[half..]),
        format!("{header}\n{rest}\n"),
    ] {
        let report = judged(&server, &[&text]);
        assert_eq!((&*statuses(&report), &*report.warnings()), ("ppmmmp", ""), "{text}");
    }
    // A single dash may stand for a person who could not be written.
    assert_eq!(statuses(&judged(&server, &[&format!("{people}-,active\n")])), "mmmmmm");
}

#[test]
fn a_factor_that_is_not_set_up_is_none() {
    let server = serve();
    let file = rows("MFA factor,Factor status", |name| match name {
        "mo" => "Okta Verify,NOT_SETUP".to_owned(),
        "pia" => "Okta Verify,EXPIRED\npia@orchard.example,WebAuthn,ACTIVE".to_owned(),
        _ => "Okta Verify,ENROLLED".to_owned(),
    });
    let scan = scan(&server.origin()).file("people.csv", file);
    let report = scan.args(["--roster", "people.csv", "--control", "1.2"]).run().report();
    assert_eq!(report.subjects("1.2"), ["mo@orchard.example"]);
}

#[test]
fn json_of_further_services_is_refused_by_name() {
    let server = serve();
    for (vendor, text) in [
        ("Keycloak", r#"[{"id":"1","username":"lin","email":"lin@orchard.example","emailVerified":true}]"#),
        ("Auth0", r#"[{"user_id":"auth0|1","email":"lin@orchard.example","blocked":false}]"#),
        ("AWS", r#"{"Users":[{"UserName":"lin","Emails":[{"Value":"lin@orchard.example"}]}]}"#),
        ("JumpCloud", r#"{"totalCount":1,"results":[{"email":"lin@orchard.example"}]}"#),
        ("PingOne", r#"{"_links":{},"_embedded":{"users":[]}}"#),
    ] {
        let run = live(&server.origin(), &["rbac", "roster", "a.json"]).file("a.json", text).run().exits(2);
        assert!(run.stderr.contains(vendor) && run.stderr.contains("as CSV"), "{}", run.stderr);
    }
}

#[test]
fn scim_services_differ_in_extensions_and_empty_groups() {
    let server = serve();
    let user = |name: &str, more: &str| {
        format!(
            r#"{{"schemas":["x:2.0:User"],"id":"{name}","userName":"{name}@orchard.example","active":true{more}}}"#
        )
    };
    let answer = |resources: &[String]| format!(r#"{{"Resources":[{}]}}"#, resources.join(","));
    for out in [
        r#","urn:x:oracle:idcs:extension:userState:User":{"locked":{"on":true}}"#,
        r#","urn:x:extension:sap:2.0:User":{"validTo":"2026-01-01T00:00:00Z"}"#,
        r#","urn:scim:wso2:schema":{"accountDisabled":"true"}"#,
        r#","lifecycle":{"status":"DISABLED"}"#,
    ] {
        let users = ["lin", "mo", "pia", "rui"].map(|name| user(name, if name == "pia" { out } else { "" }));
        let report = judged(&server, &[&answer(&users)]);
        assert_eq!(report.subjects("R5"), ["pia@orchard.example"], "{out}: {}", report.warnings());
    }
    let users = answer(&["lin", "mo", "pia", "rui"].map(|name| user(name, "")));
    let group = |name: &str, members: &str| {
        format!(r#"{{"schemas":["x:2.0:Group"],"id":"{name}","displayName":"{name}","members":[{members}]}}"#)
    };
    let all = r#"{"value":"lin"},{"value":"mo"},{"value":"pia"},{"value":"rui"}"#;
    // Next to a group with members, an empty one is empty.
    let groups = answer(&[group("Pickers", all), group("Foremen", ""), group("Drivers", "")]);
    let report = judged(&server, &[&users, &groups]);
    assert_eq!((report.status("R7"), &*report.warnings()), ("fail", ""));
}
