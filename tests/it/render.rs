//! `render`: a saved report in any format, and the options of a report, which `scan` shares.

use serde_json::{Value, json};

use crate::program::{Program, demo, formats, outputs, program, scan};
use crate::run::Run;
use crate::workspace::Workspace;

/// A saved report of the sample workspace, with all adjustments a configuration can make.
fn saved() -> String {
    let config = "\
        [[attestation]]\ncontrol = \"1.3\"\nby = \"Dana Ruiz\"\non = 2026-07-01\nexpires = 2026-12-31\n\
        [[waiver]]\ncontrol = \"2.3\"\nreason = \"known\"\nby = \"CISO\"\nexpires = 2026-12-31\n";
    let run = demo().config(config).args(["--fail-on", "l3", "-o", "json=report.json"]);
    run.run().exits(1).read("report.json").unwrap()
}

fn render(report: &str) -> Program {
    program().file("report.json", report).args(["render", "report.json"])
}

#[test]
fn every_format_is_the_same_directly_and_by_way_of_a_saved_report() {
    let formats = formats();
    assert!(formats.len() > 1, "{formats:?}");
    let workspace = Workspace::healthy().teammate("<b>|`x`@fixture.example", "Owner").bot();
    for scan in [demo().args(["--format", "json"]), workspace.scan().arg("--no-probe")] {
        let direct = scan.args(outputs(&formats)).run();
        let files = render(&direct.stdout).args(outputs(&formats)).run().exits(0);
        for format in &formats {
            let name = format!("{format}.out");
            let expected = direct.read(&name).unwrap();
            let run = render(&direct.stdout).args(["--format", format]).run().exits(0);
            assert!(run.stdout == expected, "{format} on standard output");
            assert!(files.read(&name).unwrap() == expected, "{format} in a file");
        }
    }
}

#[test]
fn a_report_that_failed_its_gate_is_rendered_all_the_same() {
    let run = render(&saved()).args(["--format", "table"]).run().exits(0);
    assert!(run.stdout.contains("GATE FAILED") && run.stdout.contains("Exit code 1"), "{}", run.stdout);
    let help = program().args(["render", "--help"]).run().exits(0).stdout;
    assert!(help.contains("0  rendered, whatever the gate of the scan said"), "{help}");
}

#[test]
fn standard_input_carries_a_report_too() {
    let run = program().args(["render", "-", "--format", "json"]).stdin(saved()).run().exits(0);
    assert_eq!(run.stdout, saved());
    let empty = program().args(["render", "-"]).run().exits(2);
    empty.says("cannot read the report on standard input").says("line 1, column 0");
}

/// A text in UTF-16.
fn wide(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(order).collect()
}

#[test]
fn a_report_that_a_shell_has_stored_is_read_wherever_one_is_read() {
    let saved = demo().args(["--format", "json"]).run().exits(0).stdout;
    let lines = saved.replace('\n', "\r\n");
    let marked = format!("\u{feff}{lines}");
    let stored = [
        marked.clone().into_bytes(),
        wide(&marked, u16::to_le_bytes),
        wide(&marked, u16::to_be_bytes),
        wide(&lines, u16::to_le_bytes),
        wide(&lines, u16::to_be_bytes),
    ];
    for bytes in stored {
        let start = &bytes[..4];
        let file = || program().file("report.json", &bytes);
        let run = file().args(["render", "report.json", "--format", "json"]).run().exits(0);
        assert!(run.stdout == saved, "{start:?} in a file");
        let run = program().args(["render", "-", "--format", "json"]).stdin(bytes.clone()).run().exits(0);
        assert!(run.stdout == saved, "{start:?} on standard input");
        let run = demo().baseline(&bytes).args(["--fail-on", "l3"]).run().exits(0);
        assert!(run.stdout.contains("Gate passed"), "{start:?} as a baseline\n{}", run.stdout);
        let run = file().args(["explain", "2.3", "--report", "report.json"]).run().exits(0);
        assert!(run.stdout.contains("privileged"), "{start:?} to explain\n{}", run.stdout);
    }
    let broken = [wide(&marked, u16::to_le_bytes), vec![0x00, 0xd8, b'x', 0]].concat();
    let run = program().file("report.json", broken).args(["render", "report.json"]).run().exits(2);
    run.says("it is not valid UTF-16LE").says("hint: give a file that `scan -o json=FILE` wrote");
}

#[test]
fn what_is_no_report_is_refused_with_its_place() {
    let refused =
        |text: &str| render(text).run().exits(2).says("cannot read the report report.json: ").says("hint: ");
    let whole = saved();
    refused(&whole[..whole.len() / 2]).says("EOF while parsing").says("(line ");
    refused(&whole.replacen("\"status\": \"fail\"", "\"status\": \"gone\\u001b[2J\"", 1))
        .says("unknown variant");
    refused(&whole.replacen("\"schema_version\": \"1\"", "\"schema_version\": \"2\"", 1))
        .says("schema version 2");
    refused(&demo().args(["--format", "table"]).run().stdout).says("not a JSON report");
    refused(&program().args(["controls", "list", "--format", "json"]).run().stdout).says("missing field");
    program().args(["render", "absent.json"]).run().exits(2).says("absent.json");
    program().args(["render", "."]).run().exits(2).says("not a regular file");
    program().arg("render").run().exits(2);
}

#[test]
fn places_are_tried_out_before_anything_is_rendered() {
    for output in ["json=absent/report.json", "json=", "yaml=x"] {
        let run = render(&saved()).args(["-o", "table=first.txt", "-o", output]).run().exits(2);
        assert_eq!(run.files(), ["report.json"]);
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn a_report_may_be_rendered_over_itself() {
    let run = render(&saved()).args(["-o", "json=report.json"]).run().exits(0);
    assert_eq!(run.read("report.json").unwrap(), saved());
}

#[test]
fn a_dash_is_standard_output() {
    let json: Value = demo().args(["-o", "json=-"]).run().exits(0).json();
    assert_eq!(json["scan"]["source"], "demo");
    demo().args(["--format", "json", "-o", "json=-", "-o", "table=table.txt"]).run().exits(0).json();
    let server = Workspace::healthy().serve();
    // `scan` already has the option for JSON.
    for args in
        [&["-o", "json=-", "-o", "table=-"][..], &["-o", "json=-", "-o", "json=-"], &["-o", "table=-"]]
    {
        let run = scan(&server.origin()).args(args.iter().copied()).run().exits(2);
        run.says("standard output carries one report");
    }
    assert_eq!(server.seen().len(), 0, "nothing is asked before that is known");
}

/// The lines between a heading and the next free line.
fn part<'a>(run: &'a Run, heading: &str) -> Vec<&'a str> {
    let mut lines = run.stdout.lines().skip_while(|line| *line != heading);
    assert!(lines.next().is_some(), "no {heading}\n{}", run.stdout);
    lines.take_while(|line| !line.is_empty()).collect()
}

#[test]
fn a_framework_shows_the_worst_verdict_of_what_is_mapped_to_it() {
    let grouped = render(&saved()).args(["--by", "cis-v8"]).env("COLUMNS", "120").run().exits(0);
    let lines = part(&grouped, "By CIS Controls v8");
    let line = |name: &str| {
        let found = lines.iter().find(|line| line.split_whitespace().nth(1) == Some(name));
        *found.unwrap_or_else(|| panic!("no {name}\n{}", grouped.stdout))
    };
    let least = line("5.4");
    assert!(least.starts_with("FAIL") && least.contains("2.3 (waived)") && least.contains("2.1"), "{least}");
    assert!(line("6.2").starts_with("PASS") && line("6.2").ends_with("pass 1.3"), "{}", line("6.2"));
    let place = |name: &str| lines.iter().position(|found| *found == line(name)).unwrap();
    assert!(place("2.1") < place("3.14") && place("3.3") < place("3.14") && place("5.4") < place("13.5"));
    let direct = demo().args(["--by", "cis-v8", "-o", "table=-"]).run().exits(0);
    assert!(part(&direct, "By CIS Controls v8").len() > 10);
}

#[test]
fn every_framework_of_the_guide_and_levels_and_sections_can_be_asked_for() {
    for (by, heading, name) in [
        ("nist-800-53", "By NIST SP 800-53 Rev. 5", "AC-2(1) Automated System Account"),
        ("soc2", "By SOC 2 Trust Services Criteria", "CC6.1 Logical access"),
        ("level", "By level", "L2"),
        ("section", "By section", "Data protection"),
    ] {
        let run = demo().args(["--by", by]).run().exits(0);
        let lines = part(&run, heading);
        assert!(lines.iter().any(|line| line.contains(name)), "{by}\n{}", run.stdout);
        let statuses = ["PASS", "FAIL", "MANUAL", "UNKNOWN"];
        let last = lines.iter().rfind(|line| statuses.iter().any(|status| line.starts_with(status)));
        let unmapped = lines.iter().find(|line| line.contains("(not mapped)"));
        assert!(unmapped.is_none() || unmapped == last, "{by}: what serves no control of it comes last");
        assert!(unmapped.is_some() || by != "soc2", "{}", run.stdout);
    }
}

#[test]
fn a_grouping_no_one_would_see_is_an_error() {
    let server = Workspace::healthy().serve();
    scan(&server.origin()).args(["--by", "level"]).run().exits(2).says("--by has no effect on json");
    let unknown = scan(&server.origin()).args(["--by", "cis-v7", "-o", "table=x"]);
    unknown.run().exits(2).says("did you mean cis-v8?");
    assert_eq!(server.seen().len(), 0, "nothing is asked before that is known");
    let run = scan(&server.origin()).args(["--by", "level", "-o", "table=table.txt"]).run().exits(0);
    assert!(run.read("table.txt").unwrap().contains("\nBy level\n"));
    let run = render(&saved()).args(["--by", "iso-27001"]).run().exits(2);
    run.says("level, section, cis-v8, nist-800-53, soc2");
}

#[test]
fn frameworks_of_a_saved_report_are_escaped() {
    let mut report: Value = serde_json::from_str(&saved()).unwrap();
    report["controls"][0]["frameworks"] = json!({ "own": ["\u{1b}[2J\nPASS forged", "x".repeat(10_000)] });
    let run = render(&report.to_string()).args(["--by", "own"]).run().exits(0);
    assert!(!run.stdout.contains('\u{1b}'), "{}", run.stdout);
    let fits = |line: &str| !line.starts_with("PASS forged") && line.chars().count() <= 100;
    assert!(run.stdout.lines().all(fits), "{}", run.stdout);
}
