//! `init`: a configuration to start from.

use crate::program::{FILE, NOW, demo, live, program};
use crate::workspace::Workspace;

#[test]
fn nothing_is_overwritten() {
    for (init, name) in [
        (program().args(["init", "--demo"]).file(FILE, "# mine\n"), FILE),
        (program().args(["init", "--demo"]).config("# mine\n"), "own.toml"),
    ] {
        let run = init.run().exits(2).says("already exists");
        assert_eq!(run.read(name).as_deref(), Some("# mine\n"));
        assert_eq!(run.files(), [name]);
    }
}

#[test]
fn the_sample_fills_the_configuration_in() {
    let run = program().args(["init", "--demo"]).now(NOW).run().exits(0).says(FILE);
    let text = run.read(FILE).unwrap();
    let name = "name = \"Kestrel Parcel\"";
    let domains = "#allowed_domains = [\"kestrelparcel.example\"]";
    for part in ["region = \"eu\"", name, domains, "Super admin, 1 teammate", "\n#id = \"kp7demo1\"\n"] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert_eq!(run.stdout, "", "what is written is not printed too");
    let scan = demo().args(["--format", "json"]).file(FILE, &text).run().exits(0);
    // Nothing passes that did not pass before.
    let before = demo().args(["--format", "json"]).run().report();
    for control in before.0["controls"].as_array().unwrap() {
        let id = control["id"].as_str().unwrap();
        scan.report().assert(id, before.status(id));
    }
    let printed = program().args(["init", "--demo", "--stdout"]).now(NOW).run().exits(0);
    assert_eq!(printed.stdout, text);
    assert_eq!(printed.files(), Vec::<String>::new());
}

#[test]
fn without_a_source_it_is_a_generic_one() {
    let run = program().arg("init").run().exits(0).says("nothing is filled in");
    let text = run.read(FILE).unwrap();
    assert!(text.contains("#region = \"eu\"") && text.contains("#allowed_domains"), "{text}");
    program().args(["scan", "--demo"]).file(FILE, &text).run().exits(0);
}

#[test]
fn a_live_workspace_cannot_write_more_than_remarks_and_texts() {
    let workspace = Workspace::healthy()
        .app("name", "Acme\"\n[scan]\nfail_on = \"never\"\n#\u{202e}")
        .teammate("one@gmail.com", "Ops \"lead\"'")
        .teammate("two@fixture.example", "Evil\n[scan]\nfail_on = \"never\"");
    let server = workspace.serve();
    let text = live(&server.origin(), &["init"]).run().exits(0).read(FILE).unwrap();
    let parsed: toml::Table = text.parse().unwrap();
    assert_eq!(parsed["scan"].as_table().map(toml::Table::len), Some(0), "{text}");
    assert_eq!(parsed["workspace"]["id"].as_str(), Some("fixture1"), "{text}");
    assert_eq!(parsed["organization"].as_table().map(toml::Table::len), Some(0), "{text}");
    assert!(text.contains("#allowed_domains = [\"fixture.example\"]"), "{text}");
    assert!(text.contains("gmail.com, 1 teammate: a consumer mail provider, not suggested"), "{text}");
    assert!(text.contains("Ops \"lead\"', 1 teammate: in neither list yet"), "{text}");
    assert!(!text.contains('\u{202e}'), "{text}");
    program().args(["scan", "--demo"]).file(FILE, &text).run().exits(0);
}

#[test]
fn roles_are_left_to_a_person_to_classify() {
    let roles = [
        "Propietário",
        "ＡＤＭＩＮＩＳＴＲＡＴÖＲ",
        "管理者",
        "Proprietario",
        "Regional Lead",
        "Admin helper",
        "Аdmin",
    ];
    let workspace = roles.iter().enumerate().fold(Workspace::healthy(), |workspace, (number, role)| {
        workspace.teammate(&format!("p{number}@fixture.example"), role)
    });
    let server = workspace.serve();
    let text = live(&server.origin(), &["init", "--rbac"]).run().exits(0).read(FILE).unwrap();
    let parsed: toml::Table = text.parse().unwrap();
    assert_eq!(parsed["facts"].as_table().map(toml::Table::len), Some(0), "nothing is classified: {text}");
    let line = |start: &str| text.lines().find(|line| line.starts_with(start)).unwrap().to_owned();
    let (privileged, unprivileged) = (line("#privileged_roles"), line("#unprivileged_roles"));
    for role in ["ＡＤＭＩＮＩＳＴＲＡＴÖＲ", "管理者", "Proprietario"] {
        assert!(privileged.contains(&format!("\"{role}\"")), "{role}: {privileged}");
        assert!(text.contains(&format!("#  - {role}, 1 teammate: in neither list yet; suggested")), "{text}");
    }
    for role in ["Regional Lead", "Admin helper", "Аdmin"] {
        assert!(!privileged.contains(&format!("\"{role}\"")), "{role}: {privileged}");
        assert!(text.contains(&format!("#  - {role}, 1 teammate: in neither list yet; find out")), "{text}");
    }
    for role in roles {
        assert!(!unprivileged.contains(role), "{role}: {unprivileged}");
    }
}

#[test]
fn a_workspace_that_cannot_be_read_leaves_no_file() {
    let server = Workspace::healthy().serve();
    let run = live(&server.origin(), &["init"]).env("INTERCOM_ACCESS_TOKEN", "wrong").run().exits(3);
    assert_eq!(run.files(), Vec::<String>::new());
}
