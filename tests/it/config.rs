//! The configuration: found or named, checked completely, and trusted only as far as necessary.

use crate::program::{FILE, Program, TOKEN, demo, program, scan};
use crate::workspace::Workspace;

/// A scan of the sample workspace with this configuration beside it.
fn with(text: impl AsRef<[u8]>) -> Program {
    demo().args(["--format", "json"]).file(FILE, text)
}

#[test]
fn found_configuration_is_announced_with_what_it_weakens() {
    let server = Workspace::crowded().serve();
    let text = "[scan]\nfail_on = \"never\"\n[params.\"2.3\"]\nmax_admins = 999\n";
    let run = scan(&server.origin()).file(FILE, text).run().exits(0);
    let run = run.says(FILE).says("fail_on").says("max_admins").says("sha256:");
    let config = run.report().0["scan"]["config"].to_string();
    for part in [FILE, "fail_on", "max_admins", "sha256:"] {
        assert!(config.contains(part), "the report does not name {part}: {config}");
    }
    let run = scan(&server.origin()).file(FILE, text).arg("--no-config").run().exits(1);
    assert!(run.report().0["scan"]["config"].is_null(), "--no-config ignores it");
    run.report().assert("2.3", "fail");
}

#[test]
fn found_configuration_cannot_name_a_token() {
    let server = Workspace::crowded().serve();
    let hostile = "[workspace]\ntoken_file = \"token\"\n\
                   [scan]\nfail_on = \"never\"\n[params.\"2.3\"]\nmax_admins = 999\n";
    let run = scan(&server.origin()).file("token", TOKEN).file(FILE, hostile).run().exits(2);
    run.says("token_file").says("--config").says("it weakens the result: scan.fail_on");
    assert!(server.seen().is_empty(), "nothing is asked with a configuration that is refused");
}

#[test]
fn words_are_taken_in_any_case() {
    let text = "[scan]\nlevel = \"L2\"\nfail_on = \"NEVER\"\n[organization]\nsso = \"Enforced\"\n\
                [rbac.roles.A]\npermissions = [\"Read\"]\n";
    let report = with(text).run().exits(0).report();
    assert_eq!(report.0["scan"]["level"], "l2");
    let words =
        ["--level", "L1", "--fail-on", "Never", "--pack", "Guide", "--format", "JSON", "--by", "CIS-V8"];
    let run = demo().args(words).args(["-o", "Markdown=report.md"]).run().exits(0);
    assert_eq!(run.report().0["scan"]["level"], "l1");
    let can = program().args(["rbac", "can", "--region", "EU", "ana@acme.example", "READ"]);
    can.run().exits(2).says("[rbac.roles]");
}

#[test]
fn named_configuration_may_name_a_token_file() {
    let server = Workspace::healthy().serve();
    let run = crate::program::scan_without_token(&server.origin()).file("token", TOKEN);
    let run = run.file("mine.toml", "[workspace]\ntoken_file = \"token\"\n");
    run.args(["--config", "mine.toml"]).run().exits(0);
}

#[test]
fn unknown_keys_come_with_a_suggestion() {
    with("[scan]\nfail_onn = \"l2\"\n").run().exits(2).says("fail_onn").says("did you mean");
    with("[organisation]\n").run().exits(2).says("organization");
    with("[alerts]\nname = \"out\"\n").run().exits(2).says("unknown key `alerts`").says("did you mean");
    with("[params.\"2.3\"]\nmax_admin = 4\n").run().exits(2).says("max_admins");
}

#[test]
fn mistakes_in_parameters_and_settings_are_listed_together() {
    let text = "[facts]\nburst_cuont = 3\n\n[params.\"2.3\"]\nprivileged_roles = [\"boss\"]\n";
    let run = with(text).run().exits(2).says("`burst_count`").says("`facts.privileged_roles`");
    run.says("`controls facts` the settings");
}

#[test]
fn broken_toml_and_missing_files_are_usage_errors() {
    with("[scan\n").run().exits(2).says(FILE);
    with([0xff, 0xfe, 0x00]).run().exits(2);
    demo().args(["--config", "absent.toml"]).run().exits(2).says("absent.toml");
}

#[test]
fn parameters_override_the_defaults() {
    let server = Workspace::crowded().serve();
    let text = "[params.\"2.3\"]\nmax_admins = 5\n";
    scan(&server.origin()).config(text).run().exits(0).report().assert("2.3", "pass");
    let strict = "[params.\"2.3\"]\nmax_admins = 1\nmin_admins = 1\n";
    Workspace::healthy().scan().file(FILE, strict).run().exits(1).report().assert("2.3", "fail");
}

#[test]
fn command_line_outweighs_the_configuration() {
    let text = "[scan]\nfail_on = \"never\"\n";
    Workspace::crowded().scan().file(FILE, text).args(["--fail-on", "l1"]).run().exits(1);
}

#[test]
fn a_control_is_moved_or_left_out_without_a_copy_of_its_file() {
    let healthy = |text: &str| Workspace::healthy().scan().file(FILE, text);
    let plain = healthy("").run().exits(0).report();
    let text = "[controls.\"1.3\"]\nenabled = false\n[controls.e6]\nlevel = \"L1\"\n[controls.\"2.3\"]\nlevel = \"L3\"\n";
    let run = healthy(text).run().exits(0);
    let report = run.report();
    assert!(report.0["controls"].as_array().unwrap().iter().all(|control| control["id"] != "1.3"));
    assert_eq!(report.0["scan"]["skipped"], serde_json::json!(["1.3"]));
    assert_eq!(report.0["gate"]["left_out"], serde_json::json!(["1.3"]));
    assert_eq!([&report.control("E6")["level"], &report.control("2.3")["level"]], ["l1", "l3"]);
    for id in ["E6", "2.3"] {
        assert_ne!(report.control(id)["digest"], plain.control(id)["digest"], "{id}");
    }
    // A stricter parameter does not weaken a control.
    let weakens = &report.0["scan"]["config"]["weakens"];
    let said = [
        "controls.\"1.3\".enabled = false: the control is left out",
        "controls.\"2.3\".level = \"L3\": a gate below L3 does not count the control",
    ];
    assert_eq!(*weakens, serde_json::json!(said));
    said.iter().fold(run, |run, said| run.says(&format!("it weakens the result: {said}")));
}

#[test]
fn the_gate_goes_by_the_level_of_the_configuration() {
    let crowded = |level: &str| {
        Workspace::crowded()
            .scan()
            .args(["--control", "2.3"])
            .file(FILE, format!("[controls.\"2.3\"]\nlevel = \"{level}\"\n"))
    };
    crowded("L1").run().exits(1);
    let report = crowded("L2").run().exits(0).report();
    report.assert("2.3", "fail");
    assert_eq!(report.warnings(), "The gate judges no control: none up to L1 was evaluated.");
    crowded("L2").args(["--fail-on", "l2"]).run().exits(1);
    // A control that is left out keeps its level in the gate.
    let hidden = "[controls.\"2.3\"]\nlevel = \"L3\"\nenabled = false\n";
    let report = Workspace::healthy().scan().file(FILE, hidden).run().exits(0).report();
    assert_eq!(report.0["gate"]["left_out"], serde_json::json!(["2.3"]));
}

#[test]
fn mistakes_in_settings_of_controls_are_named() {
    let wrong = |text: &str| with(text).run().exits(2);
    wrong("[controls.\"2.33\"]\nenabled = false\n")
        .says("intercom-harden.toml:1: there is no control `2.33`")
        .says("`2.3`?");
    wrong("[controls.E3]\nlevle = \"L1\"\n")
        .says("intercom-harden.toml:2: unknown key `levle` in `controls.E3`")
        .says("`level`?");
    wrong("[controls.E3]\nlevel = \"L4\"\n").says("intercom-harden.toml:2: `level` is one of");
    wrong("[controls.E3]\nenabled = \"no\"\n")
        .says("intercom-harden.toml:2: `enabled` must be true or false");
    wrong("[controls.E3]\n[controls.e3]\nenabled = false\n")
        .says("`controls` holds E3 twice, in different spellings");
    let named = demo().file("named.toml", "[controls.E33]\n").args(["--config", "named.toml"]).run().exits(2);
    assert!(!named.stderr.contains("Using") && !named.stderr.contains("--no-config"), "{}", named.stderr);
    let off = "[controls.E3]\nenabled = false\n";
    let run = with(off).args(["--control", "e3"]).run().exits(2);
    run.says("--control asks for e3, but intercom-harden.toml disables it").says("enabled = false");
    with(off).args(["--control", "E3", "--no-config"]).run().exits(0);
    let skipped = with(off).args(["--skip", "E3"]).run().exits(0).report();
    assert_eq!(skipped.0["scan"]["skipped"], serde_json::json!(["E3"]), "named once");
}
