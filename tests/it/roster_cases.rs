//! What small files from many services show, and what they leave open: verdicts, warnings, and what `rbac can` allows.

use crate::program::live;
use crate::report::Report;
use crate::run::Run;
use crate::server::Server;
use crate::workspace::{DAY, Event, HOUR, Workspace};

const POLICY: &str = r#"
[organization]
default_role = "Picker"
[rbac.roles.Admin]
permissions = ["read", "write", "delete", "admin"]
[rbac.roles.Picker]
permissions = ["read", "write"]
[facts]
unprivileged_roles = ["picker"]
[rbac.groups]
Foremen = "Admin"
Pickers = "Picker"
"#;

const ALL: [&str; 4] = ["lin", "mo", "pia", "rui"];

pub(crate) fn serve() -> Server {
    let add = |workspace: Workspace, name: &&str| {
        workspace
            .teammate(&format!("{name}@orchard.example"), if *name == "lin" { "Admin" } else { "Picker" })
    };
    ALL.iter().fold(Workspace::new(), add).serve()
}

/// `rbac roster` with files, named by their format.
pub(crate) fn judged(server: &Server, files: &[&str]) -> Report {
    let mut run = live(&server.origin(), &["rbac", "roster", "--format", "json"]).config(POLICY);
    for (at, text) in files.iter().enumerate() {
        let name = format!("{at}.{}", if text.starts_with(['{', '[']) { "json" } else { "csv" });
        run = run.arg(name.clone()).file(&name, text);
    }
    run.run().report()
}

pub(crate) fn statuses(report: &Report) -> String {
    ["R4", "R5", "R6", "R7", "R8", "R9"].map(|id| &report.status(id)[..1]).concat()
}

pub(crate) fn can(server: &Server, who: &str, file: &str) -> Run {
    let who = format!("{who}@orchard.example");
    let run = live(&server.origin(), &["rbac", "can", &who, "read", "--roster", "people"]);
    run.file("people", file).config(POLICY).run()
}

pub(crate) fn denied(server: &Server, who: &str, file: &str) {
    let run = can(server, who, file).exits(1);
    assert!(run.stdout.starts_with("denied: "), "{file}: {}", run.streams());
}

/// A row for each teammate: the address, and the text of `cell`.
pub(crate) fn rows(header: &str, cell: impl Fn(&str) -> String) -> String {
    let row = |name: &&str| format!("{name}@orchard.example,{}\n", cell(name));
    format!("email,{header}\n{}", ALL.iter().map(row).collect::<String>())
}

/// The statuses of R4 to R9 with files: pass, fail or manual.
#[test]
fn files_show_what_they_show_and_no_more() {
    let server = serve();
    let user = |id: u8, name: &str| {
        format!(
            r#"{{"schemas":["x:2.0:User"],"id":"{id}","userName":"{name}@orchard.example","active":true}}"#
        )
    };
    let users = ALL.iter().zip(1..).map(|(name, id)| user(id, name)).collect::<Vec<_>>();
    let answer = |more: &str, resources: &str| format!(r#"{{{more}"Resources":[{resources}]}}"#);
    let all_users = answer(r#""totalResults":4,"#, &users.join(","));
    let half = |more: &str, part: usize| answer(more, &users[part * 2..part * 2 + 2].join(","));
    let group = |members: &str| {
        let group = |name: &str| {
            format!(r#"{{"schemas":["x:2.0:Group"],"id":"{name}","displayName":"{name}"{members}}}"#)
        };
        answer(r#""totalResults":2,"#, &[group("Pickers"), group("Foremen")].join(","))
    };
    let with_groups =
        |groups: fn(&str) -> &'static str| rows("status,groups", |name| format!("active,{}", groups(name)));
    let sound = |name: &str| if name == "lin" { "Foremen" } else { "Pickers" };
    let grouped = with_groups(sound);
    let unlisted = r#","members":[{"value":"1"},{"value":"77"}]"#;
    let nested = grouped.replace("email,", "email,type,").replace("example,", "example,USER,")
        + "yard@orchard.example,GROUP,active,Pickers\n";
    let cases: Vec<(&str, Vec<String>, &str, &str)> = vec![
        ("all is there", vec![grouped.clone()], "pppppp", ""),
        ("a row that cannot be read", vec![format!("{grouped}?,active,Pickers\n")], "mmmmmm", "row not read"),
        ("a row fewer", vec![grouped.split("rui").next().unwrap().to_owned()], "fmpppp", ""),
        (
            "the same, and a row that cannot be read",
            vec!["email,status\nlin@orchard.example,suspended\nx,active\n".to_owned()],
            "mmmmmm",
            "row not read",
        ),
        (
            "groups without members",
            vec![all_users.clone(), group(r#","members":[]"#)],
            "ppmmmp",
            "2 groups, such as `Pickers`, are listed without members",
        ),
        (
            "groups that leave members out",
            vec![all_users.clone(), group("")],
            "ppmmmp",
            "listed without members",
        ),
        ("a member in no list", vec![all_users.clone(), group(unlisted)], "mpmmmm", "in no list of users"),
        ("a group column without a word", vec![with_groups(|_| "")], "ppmmmp", "no person has a group"),
        ("a group as member", vec![nested.clone()], "ppmmmp", "is itself a group"),
        ("no groups", vec![all_users.clone()], "ppmmmp", ""),
        ("a page with a cursor", vec![half(r#""nextCursor":"k2","#, 0)], "mmmmmm", "`nextCursor`"),
        ("both pages", vec![half(r#""nextCursor":"k2","#, 0), half("", 1)], "ppmmmp", ""),
        ("the first page twice", vec![half(r#""nextCursor":"k2","#, 0); 2], "mmmmmm", "`nextCursor`"),
        ("half of what was announced", vec![half(r#""totalResults":"4","#, 1)], "mmmmmm", "2 of 4 resources"),
        (
            "two halves in two files",
            vec![half(r#""totalResults":4,"#, 0), half(r#""totalResults":4,"#, 1)],
            "ppmmmp",
            "",
        ),
        ("a mapped group that nothing names", vec![with_groups(|_| "Pickers")], "ppffmp", ""),
        ("no status", vec![rows("name", str::to_owned)], "pmmmmp", ""),
        (
            "a title, and a version",
            vec![format!("People of Orchard Ltd\nVersion,3\n\n{grouped}")],
            "pppppp",
            "",
        ),
        ("a type line", vec![format!("#TYPE System.Object\n{grouped}")], "pppppp", ""),
        ("two rows that agree", vec![format!("{grouped}MO@orchard.example,active,Pickers\n")], "pppppp", ""),
        (
            "two rows that do not",
            vec![format!("{grouped}mo@orchard.example,suspended,Pickers\n")],
            "pppppf",
            "",
        ),
        (
            "an alias cell without an address",
            vec![rows("status,aliases", |_| "active,EX:/o=orchard".into())],
            "mpmmmm",
            "no readable address",
        ),
        ("alias cells with nothing", vec![rows("status,aliases", |_| "active,n/a".into())], "ppmmmp", ""),
    ];
    for (what, files, expected, warning) in cases {
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let report = judged(&server, &files);
        assert_eq!(statuses(&report), expected, "{what}: {}", report.warnings());
        assert!(report.warnings().contains(warning), "{what}: {}", report.warnings());
        assert_eq!(report.warnings().is_empty(), warning.is_empty(), "{what}: {}", report.warnings());
    }
    let reason = judged(&server, &[&rows("name", str::to_owned)]).control("R5")["reason"].to_string();
    assert!(reason.contains("has no account status"), "{reason}");
}

#[test]
fn account_statuses_stand_in_many_columns() {
    let server = serve();
    for (header, out, active) in [
        ("Employment Status", "Terminated", "Active"),
        ("Okta user status", "DEPROVISIONED", "ACTIVE"),
        ("User State", "disabled", "enabled"),
        ("Group status", "INACTIVE", "ACTIVE"),
        ("Assignment Status", "Unassigned", "Assigned"),
        ("activated", "false", "2024-03-01T09:00:00Z"),
        ("account_locked", "TRUE", "FALSE"),
        ("invitationState", "PendingAcceptance", "Accepted"),
        ("Soft deletion time stamp", "2026-07-02 08:00:00Z", ""),
        ("deletedDateTime", "2026-05-30T00:00:00Z", "null"),
        ("Unassigned on", "2026-02-11T00:00:00Z", ""),
        ("Termination Date", "31/07/2026", "2031-01-01"),
        ("Last Working Date", "2020-01-31", ""),
        ("Contract End", "2020-01-31", ""),
        ("Left on", "2020-01-31", ""),
        ("end date", "Jul 30, 2026", "n/a"),
        ("state", "Suspended", "Bavaria"),
    ] {
        let file = rows(header, |name| format!("\"{}\"", if name == "pia" { out } else { active }));
        let report = judged(&server, &[&file]);
        let is_pending = out.starts_with("Pending");
        let is_address = header == "state";
        assert_eq!(report.status("R5"), if is_pending { "pass" } else { "fail" }, "{header}");
        assert_eq!(report.subjects("R5").len(), usize::from(!is_pending), "{header}");
        denied(&server, "pia", &file);
        if !is_address {
            can(&server, "mo", &file).exits(0);
        }
    }
}

#[test]
fn a_column_that_may_be_a_status_is_named_and_allows_nothing() {
    let server = serve();
    for (header, word) in [
        ("Leave status", "phase 2"),
        ("person state", "phase 2"),
        ("Offboarding", "phase 2"),
        ("HR-Suspension", "phase 2"),
        ("Kontostatus", "gesperrt"),
        ("suspensionReason", "ABUSE"),
        ("Hire end", "2020-01-31"),
        // The column name has no known meaning, but the cell does.
        ("Account", "Disabled"),
        ("Employment type", "Terminated"),
        ("Notes", "offboarded"),
    ] {
        let file = rows(&format!("status,{header}"), |name| {
            format!("active,{}", if name == "rui" { word } else { "" })
        });
        let report = judged(&server, &[&file]);
        assert!(report.warnings().contains(header), "{}", report.warnings());
        report.assert("R5", "manual");
        assert_eq!(report.subjects("R5"), ["rui@orchard.example"], "{header}");
        denied(&server, "rui", &file);
        can(&server, "mo", &file).exits(0);
    }
    // Nor does another row or address of the person.
    for rest in ["active,\nrui@orchard.example,active,phase 2", "active,phase 2\nrui@orchard.example,active,"]
    {
        denied(&server, "rui", &format!("email,status,Leave status\nrui@orchard.example,{rest}\n"));
    }
    let run = can(&server, "mo", &rows("status", |_| "active".to_owned())).exits(0);
    assert!(!run.stderr.contains("gate"), "no control is asked about: {}", run.stderr);
    // A column about something else leads to no warning.
    can(&server, "mo", &rows("status,Mobile license", |_| "active,disabled".to_owned())).exits(0);
    // As the only column, it leaves every account status unknown.
    let alone = rows("Leave status", |_| "phase 1".to_owned());
    denied(&server, "mo", &alone);
}

#[test]
fn nothing_is_allowed_on_a_list_with_holes() {
    let server = serve();
    let holes = "email,status\nlin@orchard.example,active\nmo@orchard.example,suspended\n,active\n";
    can(&server, "lin", holes).exits(3).says("nothing is allowed to lin@orchard.example");
    // The missing row may be that of the person.
    can(&server, "pia", holes).exits(3).says("nothing is allowed to pia@orchard.example");
    can(&server, "mo", holes).exits(1);
    let page =
        r#"{"nextCursor":"x","Resources":[{"id":"1","userName":"lin@orchard.example","active":true}]}"#;
    can(&server, "lin", page).exits(3);
}

#[test]
fn several_addresses_are_one_person() {
    let server = serve();
    for (header, other) in [
        ("Proxy addresses", "SMTP:new@orchard.example+smtp:rui@orchard.example"),
        ("aliases", "a+b@orchard.example;rui@orchard.example"),
        ("Alias 2", "rui@orchard.example"),
        ("emails.1.value", "rui@orchard.example"),
        ("Application login", "rui@orchard.example"),
        ("userPrincipalName", "rui_orchard.example#EXT#@host.example"),
    ] {
        let file =
            rows(
                header,
                |name| if name == "rui" { other.to_owned() } else { format!("{name}@orchard.example") },
            );
        let report = judged(&server, &[&file.replace("\nrui@", "\nnew@")]);
        assert_eq!(
            (report.status("R4"), report.status("R9")),
            ("pass", "pass"),
            "{header}: {}",
            report.warnings()
        );
    }
}

#[test]
fn no_factors_are_no_second_factor_and_those_of_several_rows_add_up() {
    let server = serve();
    let without = |file: &str| {
        let scan = crate::program::scan(&server.origin()).file("people.csv", file);
        scan.args(["--roster", "people.csv", "--control", "1.2"]).run().report().subjects("1.2")
    };
    for nothing in ["n/a", "null", "No factors", "none", "Password"] {
        let file =
            rows("factors", |name| if name == "mo" { nothing.to_owned() } else { "Okta Verify".to_owned() });
        assert_eq!(without(&file), ["mo@orchard.example"], "{nothing}");
    }
    let each = rows("MFA Factor", |_| "Password".to_owned());
    assert_eq!(without(&format!("{each}pia@orchard.example,Okta Verify Push\n")).len(), 3);
    // The unreadable row may have the factor.
    let scan = crate::program::scan(&server.origin()).file("people.csv", format!("{each}pia,Okta Verify\n"));
    scan.args(["--roster", "people.csv", "--control", "1.2"]).run().report().assert("1.2", "manual");
}

#[test]
fn json_of_others_is_refused_with_what_to_do() {
    let server = serve();
    for (vendor, text) in [
        (
            "Microsoft",
            r#"[{"mail":"a@orchard.example","userPrincipalName":"a@orchard.example","accountEnabled":true}]"#,
        ),
        ("Microsoft", r#"{"@odata.context":"x","value":[]}"#),
        ("Google", r#"{"kind":"admin#directory#users","users":[]}"#),
        (
            "Okta",
            r#"[{"id":"1","status":"ACTIVE","profile":{"login":"a@orchard.example"},"credentials":{}}]"#,
        ),
    ] {
        let run = live(&server.origin(), &["rbac", "roster", "a.json"]).file("a.json", text).run().exits(2);
        assert!(run.stderr.contains(vendor) && run.stderr.contains("as CSV"), "{}", run.stderr);
    }
}

#[test]
fn an_incomplete_list_fails_nothing_that_the_log_does_not() {
    let server = Workspace::new()
        .teammate("lin@orchard.example", "Admin")
        .teammate("mo@orchard.example", "Picker")
        .event(Event::new("admin_provisioned").by("mo@orchard.example").ago(DAY))
        .serve();
    let scan = |people: &str| {
        let scan = crate::program::scan(&server.origin()).config(POLICY).file("people.csv", people);
        scan.args(["--roster", "people.csv", "--control", "1.5"]).run().report()
    };
    let whole = "email,status\nlin@orchard.example,active\nmo@orchard.example,active\n";
    scan(whole).assert("1.5", "pass");
    scan("email,status\nlin@orchard.example,active\n").assert("1.5", "fail");
    scan("email,status\nlin@orchard.example,active\n-,active\n").assert("1.5", "manual");
    scan(&format!("{whole}-,active\n")).assert("1.5", "manual");
}

#[test]
fn every_administrator_is_held_against_the_declaration_and_the_log_is_needed() {
    let policy = "[rbac.roles.Admin]\npermissions = ['read', 'admin']\n[rbac.roles.Picker]\npermissions = ['read']\n\
                  [facts]\nunprivileged_roles = ['picker']\n";
    let check = |workspace: Workspace, forbidden: bool| {
        let api = crate::intercom::Api::new(workspace);
        let refused =
            crate::server::Answer::error(403, "token_unauthorized", "Not authorized to access resource");
        let server = if forbidden { api.log_fault(&refused).serve() } else { api.serve() };
        let words = ["rbac", "check", "--format", "json"];
        live(&server.origin(), &words).config(policy).run().report()
    };
    let plain =
        || Workspace::new().teammate("lin@orchard.example", "Admin").teammate("mo@orchard.example", "Picker");
    check(plain(), false).assert("R3", "pass");
    check(plain(), true).assert("R3", "manual");
    let undeclared = check(plain().teammate("pia@orchard.example", "Owner"), false);
    assert_eq!(undeclared.subjects("R3"), ["pia@orchard.example"]);
    let by_permission = plain().without_role("rui@orchard.example");
    let by_permission =
        check(by_permission.permissions("rui@orchard.example", &["manage_teammates"], DAY), false);
    assert_eq!(by_permission.subjects("R3"), ["rui@orchard.example"]);
    check(plain().teammate("pia@orchard.example", "Owner"), true).assert("R3", "fail");
}

#[test]
fn a_declared_way_to_sign_in_is_proven_by_enough_people() {
    let policy = "[organization]\nsso = 'enforced'\n";
    let check = |names: &[&str]| {
        let team = ALL
            .iter()
            .fold(Workspace::new(), |team, name| team.teammate(&format!("{name}@orchard.example"), "Admin"));
        let signed = names
            .iter()
            .fold(team, |team, name| team.sign_in(&format!("{name}@orchard.example"), "saml", HOUR));
        let server = signed.serve();
        live(&server.origin(), &["rbac", "check", "--format", "json"]).config(policy).run().report()
    };
    check(&["lin", "mo"]).assert("R12", "pass");
    let few = check(&["lin"]);
    few.assert("R12", "manual");
    assert!(
        few.control("R12")["reason"].to_string().contains("Only 1 of 4 teammates"),
        "{}",
        few.control("R12")["reason"]
    );
}
