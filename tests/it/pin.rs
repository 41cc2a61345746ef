//! A configuration or a baseline of another workspace is refused before anything is judged.

use crate::intercom::Api;
use crate::program::{Program, TOKEN, demo, live, program, scan};
use crate::replay::Saved;
use crate::server::{Answer, Server};
use crate::workspace::Workspace;

/// A workspace with this id; without an id if empty.
fn named(id: &str) -> Server {
    Workspace::crowded().app("id_code", id).serve()
}

fn pinned(server: &Server, id: &str) -> Program {
    scan(&server.origin()).config(format!("[workspace]\nid = \"{id}\"\n"))
}

#[test]
fn another_workspace_than_the_pinned_one_is_refused() {
    let server = named("q7w3e9");
    pinned(&server, " q7w3e9 ").run().exits(1).report().assert("2.3", "fail");
    let run = pinned(&server, "z1x5c8").run().exits(2).says("q7w3e9").says("pins z1x5c8").says("hint: ");
    assert_eq!(run.stdout, "", "nothing is judged");
    pinned(&server, "Q7W3E9").run().exits(2);
    pinned(&named(""), "z1x5c8").run().exits(3).says("gives no workspace id").says("pins z1x5c8");
}

#[test]
fn a_snapshot_is_pinned_and_the_sample_is_not() {
    let server = named("q7w3e9");
    let saved = Saved::collect(&server.origin(), &[], 0);
    let of_snapshot = |id: &str| {
        let path = saved.path().display().to_string();
        program().args(["scan", "--snapshot", &path]).config(format!("[workspace]\nid = \"{id}\"\n")).run()
    };
    of_snapshot("q7w3e9").exits(1);
    of_snapshot("z1x5c8").exits(2).says("q7w3e9");
    demo().config("[workspace]\nid = \"z1x5c8\"\n").run().exits(0);
    let collect = live(&server.origin(), &["collect", "-o", "other.snapshot"]);
    let run = collect.config("[workspace]\nid = \"z1x5c8\"\n").run().exits(2).says("q7w3e9");
    assert_eq!(run.files(), ["own.toml"], "nothing is saved");
}

#[test]
fn what_init_writes_pins_its_workspace() {
    let (own, other) = (named("q7w3e9"), named("z1x5c8"));
    let text = live(&own.origin(), &["init"]).run().exits(0).read("intercom-harden.toml").unwrap();
    scan(&own.origin()).config(&text).run().exits(1);
    scan(&other.origin()).config(&text).run().exits(2);
}

#[test]
fn doctor_says_what_is_pinned() {
    let server = named("q7w3e9");
    let doctor = |server: &Server, id: &str| {
        let program =
            program().args(["doctor", "--base-url", &server.origin()]).env("INTERCOM_ACCESS_TOKEN", TOKEN);
        program.config(format!("[workspace]\nid = \"{id}\"\n")).run()
    };
    let run = doctor(&server, "q7w3e9");
    assert!(run.stdout.contains("q7w3e9, as the configuration pins it"), "{}", run.stdout);
    let run = doctor(&server, "z1x5c8").exits(2);
    assert!(run.stdout.lines().next().unwrap().contains("the configuration pins z1x5c8"), "{}", run.stdout);
    doctor(&named(""), "z1x5c8").exits(3);
}

#[test]
fn a_baseline_is_of_the_same_workspace() {
    let own = named("q7w3e9");
    let before = scan(&own.origin()).run().exits(1).stdout;
    let report = scan(&own.origin()).baseline(&before).run().exits(0).report();
    assert_eq!(report.0["scan"]["baseline"]["path"], "before.json");
    assert!(report.0["scan"]["baseline"]["digest"].as_str().unwrap().starts_with("sha256:"));
    assert_eq!(report.warnings(), "");
    scan(&named("z1x5c8").origin())
        .baseline(&before)
        .run()
        .exits(2)
        .says("of the workspace q7w3e9, and this is z1x5c8");
    scan(&named("").origin()).baseline(&before).run().exits(2).says("GET /me gives no workspace id");
    let nameless = scan(&named("").origin()).run().exits(1).stdout;
    scan(&own.origin()).baseline(&nameless).run().exits(2).says("has no workspace id");
    scan(&named("").origin()).baseline(&nameless).run().exits(2);
}

#[test]
fn another_catalog_or_window_of_a_baseline_is_warned_about() {
    let own = named("q7w3e9");
    let before = scan(&own.origin()).run().exits(1).stdout;
    let shorter = scan(&own.origin()).baseline(&before).args(["--since", "10d"]).run().exits(0).report();
    let window = "The baseline before.json covers a window of 30 days, this scan one of 10 days.";
    assert_eq!(shorter.warnings(), window);
    let dated = scan(&own.origin()).args(["--since", "2026-07-01"]).run().exits(1).stdout;
    let later =
        scan(&own.origin()).baseline(&dated).args(["--since", "2026-07-01"]).now("2026-08-02T12:00:00Z");
    assert_eq!(later.run().report().warnings(), "", "a window that starts on a day grows");
    // A control that decides differently is judged without the baseline; the rest is not.
    let stricter = scan(&own.origin())
        .baseline(&before)
        .config("[params.\"2.3\"]\nmax_admins = 2\n")
        .run()
        .exits(1)
        .report();
    stricter.assert("2.3", "fail");
    assert_eq!(stricter.control("2.3")["in_baseline"], false);
    assert_eq!(stricter.control("1.2")["in_baseline"], true);
    let added = "id = \"X1\"\nslug = \"added\"\ntitle = \"Added\"\nlevel = \"L2\"\nsection = \"Ours\"\ndescription = \"D\"\n\
                 rationale = \"R\"\n[[check]]\nname = \"look\"\n[check.manual]\nnote = \"look\"\n";
    let run = scan(&own.origin())
        .baseline(&before)
        .file("ours/X1-added.toml", added)
        .args(["--controls", "ours"])
        .run();
    assert!(run.stdout.contains("was made with another catalog"), "{}", run.streams());
}

#[test]
fn a_source_that_only_one_of_the_two_could_read_is_not_compared() {
    let refused = Answer::error(403, "forbidden", "Not authorized");
    let (read, unread) = (named("q7w3e9"), Api::new(Workspace::crowded().app("id_code", "q7w3e9")));
    let unread = unread.log_fault(&refused).serve();
    let strict = ["--strict", "--control", "1.2"];
    let before = scan(&unread.origin()).args(strict).run().exits(1).stdout;
    scan(&unread.origin()).baseline(&before).args(strict).run().exits(0);
    let report = scan(&read.origin()).baseline(&before).args(strict).run().exits(1).report();
    report.assert("1.2", "manual");
    assert_eq!(report.control("1.2")["in_baseline"], false);
}

#[test]
fn a_strict_gate_knows_manual_controls_and_their_findings() {
    let server = Workspace::healthy().serve();
    let strict = ["--strict", "--control", "4.2", "--control", "1.2"];
    let before = scan(&server.origin()).args(strict).run().exits(1).stdout;
    scan(&server.origin()).baseline(&before).args(strict).run().exits(0);
    scan(&server.origin()).baseline(&before).arg("--strict").run().exits(1);
}
