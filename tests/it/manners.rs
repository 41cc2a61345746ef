//! What every command owes a terminal, a script and a person in a hurry.

use crate::program::{demo, live, program};
use crate::workspace::Workspace;

#[test]
fn a_file_gets_the_format_that_its_name_tells() {
    let run =
        demo().args(["--format", "none", "-o", "r.html", "-o", "R.JSON", "-o", "md=notes"]).run().exits(0);
    assert_eq!(run.stdout, "");
    assert!(run.read("r.html").unwrap().starts_with("<!DOCTYPE html>"));
    assert!(run.read("R.JSON").unwrap().starts_with("{"));
    assert!(run.read("notes").unwrap().starts_with("## "));
    let run = demo().args(["-o", "r.pdf"]).run().exits(2);
    run.says("the name \"r.pdf\" tells no format; write FORMAT=PATH, or end it in .ndjson");
    demo().args(["-o", "none=r"]).run().exits(2).says("writes nothing");
}

#[test]
fn a_framework_may_be_named_by_its_beginning() {
    let named = demo().args(["--by", "nist-800-53"]).run().exits(0).stdout;
    assert_eq!(demo().args(["--by", "NIST"]).run().exits(0).stdout, named);
    let run = demo().args(["--by", "iso"]).run().exits(2);
    run.says("--by takes level, section, cis-v8, nist-800-53, soc2");
}

#[test]
fn quiet_says_errors_alone_and_verbose_every_request() {
    let server = Workspace::crowded().serve();
    let scan = |more: &[&str]| {
        live(&server.origin(), &["scan"]).args(more.iter().copied()).args(["--format", "json"]).run().exits(1)
    };
    let quiet = scan(&["-q"]);
    assert_eq!(quiet.stderr, "");
    let verbose = scan(&["--verbose"]);
    for request in ["GET /me: 200 in ", "GET /admins: 200 in "] {
        assert!(verbose.stderr.contains(request), "no {request:?} in\n{}", verbose.stderr);
    }
    let usual = scan(&[]);
    assert!(!usual.stderr.contains(": 200 in ") && usual.stdout == quiet.stdout, "{}", usual.stderr);
    program().args(["-q", "scan", "--demo", "--level", "l9"]).run().exits(2).says("l9");
    program().args(["-q", "-v", "scan", "--demo"]).run().exits(2);
}

#[test]
fn colours_are_used_as_the_command_line_says() {
    let colored = |args: &[&str]| {
        demo().args(args.iter().copied()).env("NO_COLOR", "1").run().exits(0).stdout.contains('\u{1b}')
    };
    assert!(colored(&["--color", "ALWAYS"]));
    assert!(!colored(&["--color", "auto"]));
    let forced = demo().args(["--color", "never"]).env("CLICOLOR_FORCE", "1").run().exits(0);
    assert!(!forced.stdout.contains('\u{1b}'));
    let page = demo().args(["--color", "always", "-o", "table=r.txt"]).run().exits(0);
    assert!(!page.read("r.txt").unwrap().contains('\u{1b}'), "a file has no terminal");
}

#[test]
fn the_c_locale_gets_ascii() {
    for args in [&["scan", "--demo"][..], &["scan", "--demo", "--format", "table"], &["controls", "list"]] {
        let run =
            program().args(args.iter().copied()).env("LC_ALL", "C").env("LANG", "de_DE.UTF-8").run().exits(0);
        assert!(run.stdout.is_ascii(), "{args:?}\n{}", run.stdout);
        let run =
            program().args(args.iter().copied()).env("LC_ALL", "C.UTF-8").env("COLUMNS", "60").run().exits(0);
        assert!(!run.stdout.is_ascii(), "{args:?}\n{}", run.stdout);
    }
}

#[test]
fn words_of_other_tools_are_answered_with_the_command() {
    for (typed, meant) in
        [("list", "controls list"), ("Validate", "controls check"), ("completions", "generate completions")]
    {
        let run = program().args([typed, "x"]).run().exits(2);
        assert_eq!(
            run.stderr,
            format!("error: there is no command \"{typed}\"\nhint: intercom-harden {meant}\n")
        );
    }
    assert!(program().arg("scna").run().exits(2).stderr.contains("scan"));
}

#[test]
fn a_version_in_full_says_what_a_report_of_a_fault_should_name() {
    for args in [&["--version", "-v"][..], &["-v", "--version"], &["-Vv"], &["--verbose", "-V"]] {
        let run = program().args(args.iter().copied()).run().exits(0);
        let names: Vec<_> = run.stdout.lines().map(|line| line.split(':').next().unwrap()).collect();
        let first = format!("intercom-harden {}", env!("CARGO_PKG_VERSION"));
        assert_eq!(names, [&*first, "commit", "guide", "controls", "target"], "{args:?}");
        assert!(run.stdout.contains("sha256:"), "{}", run.stdout);
    }
    assert_eq!(program().arg("-V").run().exits(0).stdout.lines().count(), 1);
}

#[test]
fn every_shell_gets_its_completions() {
    for shell in ["bash", "zsh", "fish", "powershell", "ELVISH"] {
        let script = program().args(["generate", "completions", shell]).run().exits(0).stdout;
        assert!(script.contains("intercom-harden") && script.contains("fail-on"), "{shell}");
    }
    program().args(["generate", "completions", "cmd"]).run().exits(2);
}
