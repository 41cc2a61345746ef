//! Report files, and hostile strings in reports.

use crate::program::{demo, formats, live, outputs, program, scan};
use crate::workspace::Workspace;

#[test]
fn further_files_are_written_beside_stdout() {
    let run = demo().args(["-o", "json=report.json"]).run().exits(0);
    let json: serde_json::Value =
        serde_json::from_str(&run.read("report.json").expect("the file is there")).unwrap();
    crate::contract::assert_contract(&json);
    assert!(run.stdout.contains("2.3") && !run.stdout.starts_with('{'), "the table is on stdout");
    assert_eq!(run.files(), ["report.json"], "nothing temporary stays behind");
}

#[test]
fn every_format_ends_alike_and_prints_what_it_writes() {
    let formats = formats();
    for (gate, code) in [("never", 0), ("l1", 1)] {
        let scan = || demo().args(["--no-config", "--fail-on", gate]);
        let whole = scan().args(outputs(&formats)).run().exits(code);
        for format in &formats {
            let printed = scan().args(["--format", format]).run().exits(code).stdout;
            let written = whole.read(&format!("{format}.out")).expect("the file is there");
            assert!(printed == written, "{format} differs between a file and stdout");
        }
    }
}

#[test]
fn files_are_replaced_as_a_whole() {
    let run = demo().args(["-o", "json=report.json"]).file("report.json", "x".repeat(900_000));
    let json = run.run().exits(0).read("report.json").unwrap();
    serde_json::from_str::<serde_json::Value>(&json).expect("nothing of the old file is left");
}

#[test]
fn unwritable_path_is_refused_before_anything_is_asked() {
    let server = Workspace::healthy().serve();
    for output in ["json=absent/report.json", "json=", "json", "yaml=report.yaml"] {
        scan(&server.origin()).args(["-o", output]).run().exits(2);
    }
    scan(&server.origin()).file("taken/x", "").args(["-o", "json=taken"]).run().exits(2);
    assert!(server.seen().is_empty(), "asked: {:?}", server.seen().len());
}

#[test]
fn two_reports_never_go_to_one_file() {
    for other in ["json=report.json", "json=./report.json", "table=folder/../report.json"] {
        let run = demo().args(["-o", "json=report.json", "-o", other]).file("folder/x", "");
        let run = run.run().exits(2).says("two reports would go to");
        assert_eq!(run.files(), ["folder/x"]);
    }
}

#[test]
#[cfg(unix)]
fn devices_are_no_files() {
    demo().args(["-o", "json=/dev/null"]).run().exits(2).says("not a regular file");
    assert!(!std::path::Path::new("/dev/null").is_file());
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_a_report_in_a_file() {
    // Metrics name no person.
    let formats: Vec<_> = formats().into_iter().filter(|format| format != "metrics").collect();
    let scan = || demo().args(["--format", "none"]).args(outputs(&formats));
    let (new, old) = (scan(), scan());
    let old = formats.iter().fold(old, |old, name| {
        let name = format!("{name}.out");
        old.file(&name, "old").mode(&name, 0o644)
    });
    for run in [new.run().exits(0), old.run().exits(0)] {
        assert_eq!(run.files().len(), formats.len());
        for name in run.files() {
            assert_eq!(run.mode(&name), 0o600, "{name}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link() {
    let scan = demo().args(["-o", "json=link.json"]).file("real.json", "old");
    std::os::unix::fs::symlink("real.json", scan.path("link.json")).unwrap();
    let run = scan.run().exits(0);
    assert!(run.read("real.json").unwrap().starts_with('{'), "the report is where the link leads");
}

fn hostile() -> Workspace {
    let long = format!("{}@fixture.example", "x".repeat(10_000));
    let names = [
        "red\u{1b}[31m@fixture.example",
        "up\u{1b}[2A\u{1b}[2K@fixture.example",
        "line\nFAKE 2.3 pass@fixture.example",
        "turn\u{202e}elpmaxe@fixture.example",
        "c1\u{9b}31m@fixture.example",
        "para\u{2029}graph\u{2028}@fixture.example",
        long.as_str(),
    ];
    names.iter().fold(Workspace::new().app("name", "\u{1b}]0;owned\u{7}Evil\r\n"), |workspace, name| {
        workspace.teammate(name, "Admin").sign_in(name, "email_password", 60)
    })
}

#[test]
fn hostile_names_cannot_move_the_cursor_or_break_the_table() {
    let server = hostile().serve();
    let run = live(&server.origin(), &["scan", "--format", "table"]).run().exits(1);
    let summary = live(&server.origin(), &["scan"]).run().exits(1);
    for stream in [&run.stdout, &run.stderr, &summary.stdout, &summary.stderr] {
        let raw = |c: char| {
            (c.is_control() && c != '\n')
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}' | '\u{2066}'..='\u{2069}')
        };
        assert_eq!(stream.chars().find(|c| raw(*c)), None, "{stream:?}");
    }
    for stream in [&run.stdout, &summary.stdout] {
        assert!(!stream.lines().any(|line| line.trim_start().starts_with("FAKE")), "{stream}");
    }
    for part in ["red", "turn", "para"] {
        assert!(run.stdout.contains(part), "the finding about {part} is hidden\n{}", run.stdout);
    }
    let run = scan(&server.origin()).run().exits(1);
    assert!(!run.stdout.contains('\u{1b}'), "JSON escapes control characters");
    let report = run.report();
    report.assert("2.3", "fail");
    assert_eq!(report.subjects("2.3").len(), 7, "no finding is lost");
}

#[test]
fn mistakes_on_the_command_line_are_quoted_harmlessly() {
    let evil = "\u{1b}[2J\u{202e}x";
    for args in [["scan", "--format", evil], ["scan", "--now", evil], ["scan", "--region", evil]] {
        let run = program().args(args).run().exits(2).says(r"\u{202e}x");
        assert!(!run.stderr.contains(['\u{1b}', '\u{202e}']), "{:?}", run.stderr);
    }
}
