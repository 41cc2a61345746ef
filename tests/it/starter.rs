//! `init`: a configuration to start from.

use crate::intercom::Api;
use crate::program::{NOW, TOKEN, program};
use crate::workspace::Workspace;

const FILE: &str = "intercom-harden.toml";

#[test]
fn nothing_is_overwritten() {
    let run =
        program().args(["init", "--demo"]).file(FILE, "# mine\n").run().exits(2).says("is there already");
    assert_eq!(run.read(FILE).as_deref(), Some("# mine\n"));
    assert_eq!(run.files(), [FILE]);
    let run = program().args(["init", "--demo", "--config", "own.toml"]).file("own.toml", "").run().exits(2);
    assert_eq!(run.read("own.toml").as_deref(), Some(""));
}

#[test]
fn the_sample_fills_the_configuration_in() {
    let run = program().args(["init", "--demo"]).now(NOW).run().exits(0).says(FILE);
    let text = run.read(FILE).unwrap();
    for part in [
        "region = \"eu\"",
        "name = \"Kestrel Parcel\"",
        "\"kestrelparcel.example\"",
        "Super admin, 1 teammate",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert_eq!(run.stdout, "", "what is written is not printed too");
    let scan =
        program().args(["scan", "--demo", "--format", "json"]).file(FILE, &text).now(NOW).run().exits(0);
    scan.report().assert("E1", "pass");
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
    let server = Api::new(workspace).serve();
    let run = program().args(["init", "--base-url", &server.origin()]).env("INTERCOM_ACCESS_TOKEN", TOKEN);
    let run = run.now(NOW).run().exits(0);
    let text = run.read(FILE).unwrap();
    let parsed: toml::Table = text.parse().unwrap();
    assert_eq!(parsed["scan"].as_table().map(toml::Table::len), Some(0), "{text}");
    assert_eq!(
        parsed["organization"]["allowed_domains"].as_array().unwrap().len(),
        1,
        "gmail.com is no example of ours"
    );
    assert!(text.contains("#\"gmail.com\", # 1 teammate, a consumer mail provider"), "{text}");
    assert!(text.contains("Ops \"lead\"', 1 teammate: in neither list yet"), "{text}");
    assert!(!text.contains('\u{202e}'), "{text}");
    program().args(["scan", "--demo"]).file(FILE, &text).run().exits(0);
}

#[test]
fn a_workspace_that_cannot_be_read_leaves_no_file() {
    let server = Api::new(Workspace::healthy()).serve();
    let run = program().args(["init", "--base-url", &server.origin()]).env("INTERCOM_ACCESS_TOKEN", "wrong");
    let run = run.run().exits(3);
    assert_eq!(run.files(), Vec::<String>::new());
}
