//! `attest --interactive`, through a pseudo-terminal.

use std::path::{Path, PathBuf};

use rexpect::process::WaitStatus;
use rexpect::session::{PtySession, spawn_command};
use tempfile::TempDir;

use crate::program::{NOW, TOKEN, demo, program};
use crate::workspace::Workspace;

/// The longest wait for the program, in milliseconds.
const PATIENCE: u64 = 60_000;

/// The first question about a control.
const QUESTION: &str = "Is the requirement met? pass, fail, n/a, skip or quit: ";

/// A session in a folder of its own.
struct Terminal {
    session: PtySession,
    config: PathBuf,
}

fn start(folder: &TempDir, args: &[&str]) -> Terminal {
    start_command(folder, "attest", args)
}

fn start_command(folder: &TempDir, command: &str, args: &[&str]) -> Terminal {
    let name = command;
    let config = folder.path().join("intercom-harden.toml");
    let mut command = crate::program::binary();
    command.args([name, "--interactive", "--now", NOW]).args(args);
    command.env_clear().current_dir(folder.path());
    command.env("TERM", "dumb").env("COLUMNS", "200").env("INTERCOM_ACCESS_TOKEN", TOKEN);
    Terminal { session: spawn_command(command, Some(PATIENCE)).unwrap(), config }
}

impl Terminal {
    /// Waits for a text, and returns the output before it.
    #[track_caller]
    fn sees(&mut self, text: &str) -> String {
        self.session.exp_string(text).unwrap_or_else(|error| panic!("{text:?} did not come: {error}"))
    }

    fn types(&mut self, line: &str) {
        self.session.send_line(line).unwrap();
    }

    /// Types lines, each after the text that it answers.
    fn converses(&mut self, exchange: &[(&str, &str)]) {
        for (text, line) in exchange {
            self.sees(text);
            self.types(line);
        }
    }

    /// Attests a control with the defaults, after its question.
    fn passes(&mut self, by: &str) {
        self.types("p");
        self.sees("Seen by");
        [by, "", "", ""].iter().for_each(|line| self.types(line));
        self.sees("is attested as pass");
    }

    #[track_caller]
    fn ends(mut self, code: i32) -> String {
        let rest = self.session.exp_eof().unwrap();
        match self.session.process().wait().unwrap() {
            WaitStatus::Exited(_, exit) => assert_eq!(exit, code, "{rest}"),
            other => panic!("{other:?}: {rest}"),
        }
        rest
    }
}

fn attested(config: &Path) -> Vec<toml::Value> {
    let text = std::fs::read_to_string(config).unwrap_or_default();
    let parsed: toml::Table = text.parse().unwrap();
    parsed.get("attestation").and_then(|list| list.as_array().cloned()).unwrap_or_default()
}

#[test]
fn answers_are_kept_and_the_next_run_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = start(&folder, &["--demo"]);
    let introduction = terminal.sees(QUESTION);
    for part in ["[1 of ", "1.2", "Enforce two-factor", "why a person:", "1. "] {
        assert!(introduction.contains(part), "{part} is not in\n{introduction}");
    }
    terminal.types("perhaps");
    terminal.sees("answer pass, fail, n/a, skip or quit");
    terminal.converses(&[
        (QUESTION, "fail"),
        ("Seen by: ", ""),
        ("a name is needed", "Dana Ruiz"),
        ("Evidence", "https://wiki.example/2fa"),
        ("Valid for, or until [90d]: ", "never"),
        ("not a duration", "2026-09-30"),
        ("Note", "three people without"),
    ]);
    terminal.sees("1.2 is attested as fail until 2026-09-30");

    let introduction = terminal.sees(QUESTION);
    assert!(introduction.contains("1.3"), "{introduction}");
    terminal.types("s");
    terminal.converses(&[
        (QUESTION, "pass"),
        ("Seen by [Dana Ruiz]: ", ""),
        ("Evidence", ""),
        ("Valid for", ""),
        ("Note", ""),
    ]);
    terminal.sees("1.4 is attested as pass until 2027-01-28");
    terminal.converses(&[(QUESTION, "q")]);
    let farewell = terminal.ends(0);
    assert!(farewell.contains("2 recorded, 1 skipped") && farewell.contains("run it again"), "{farewell}");

    let config = folder.path().join("intercom-harden.toml");
    let entries = attested(&config);
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0]["note"].as_str(), Some("three people without"));
    assert_eq!(entries[1]["by"].as_str(), Some("Dana Ruiz"));
    assert_eq!(entries[1]["on"].as_datetime().unwrap().to_string(), "2026-08-01");

    let mut again = start(&folder, &["--demo", "--by", "Kim"]);
    let introduction = again.sees(QUESTION);
    assert!(introduction.contains("1.3"), "what was skipped comes again: {introduction}");
    again.passes("");
    let introduction = again.sees(QUESTION);
    assert!(introduction.contains("2.1"), "what was answered does not: {introduction}");
    again.session.send_control('d').unwrap();
    again.ends(0);
    assert_eq!(attested(&config).len(), 3);
}

#[test]
fn ctrl_c_keeps_what_was_answered() {
    let server = Workspace::healthy().serve();
    // In the middle of an answer, and after reading a live workspace.
    for (args, middle) in [(vec!["--demo"], true), (vec!["--base-url", &server.origin()], false)] {
        let folder = tempfile::tempdir().unwrap();
        let mut terminal = start(&folder, &args);
        terminal.sees(QUESTION);
        terminal.passes("Dana");
        terminal.sees(QUESTION);
        if middle {
            terminal.types("p");
            terminal.sees("Seen by");
        }
        terminal.session.send_control('c').unwrap();
        let config = terminal.config.clone();
        let farewell = terminal.ends(3);
        assert!(farewell.contains("1 recorded"), "{farewell}");
        assert_eq!(attested(&config).len(), 1);
    }
}

#[test]
fn answers_go_to_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = start(&folder, &["--demo", "--by", "Dana"]);
    let first = terminal.sees(QUESTION);
    let count: usize = first.split("[1 of ").nth(1).unwrap().split(']').next().unwrap().parse().unwrap();
    terminal.passes("");
    for _ in 1..count {
        terminal.sees(QUESTION);
        terminal.passes("");
    }
    let farewell = terminal.ends(0);
    assert!(farewell.contains(&format!("{count} recorded, 0 skipped, 0 left")), "{farewell}");
    let rest = start(&folder, &["--demo"]).ends(0);
    assert!(rest.contains("Nothing is left to attest"), "{rest}");
}

#[test]
fn a_report_stands_in_for_a_scan() {
    let folder = tempfile::tempdir().unwrap();
    let report = demo().args(["--format", "json"]).run().stdout;
    std::fs::write(folder.path().join("last.json"), report).unwrap();
    let from_report = || start(&folder, &["--report", "last.json", "--by", "Dana"]);
    let mut terminal = from_report();
    let first = terminal.sees(QUESTION);
    assert!(first.contains("1.2") && first.contains("why a person:") && first.contains("1. "), "{first}");
    terminal.passes("");
    terminal.converses(&[
        (QUESTION, "n/a"),
        ("Seen by", ""),
        ("Evidence", ""),
        ("Valid for", ""),
        ("Why it", "no such plan"),
    ]);
    terminal.sees("is attested as n/a");
    terminal.converses(&[(QUESTION, "q")]);
    terminal.ends(0);
    // The report is older than the attestations.
    let mut again = from_report();
    let introduction = again.sees(QUESTION);
    assert!(introduction.contains("1.4") && !introduction.contains("1.3"), "{introduction}");
    again.session.send_control('d').unwrap();
    again.ends(0);
    assert_eq!(
        attested(&folder.path().join("intercom-harden.toml"))[1]["note"].as_str(),
        Some("no such plan")
    );
}

#[test]
fn an_older_attestation_does_not_answer_where_the_newest_has_expired() {
    let folder = tempfile::tempdir().unwrap();
    let report = demo().args(["--format", "json"]).run().stdout;
    std::fs::write(folder.path().join("last.json"), report).unwrap();
    let signed = |on: &str, expires: &str| {
        format!(
            "[[attestation]]\ncontrol = \"1.2\"\nresult = \"pass\"\nby = \"Ana\"\non = {on}\nexpires = {expires}\n"
        )
    };
    let config = signed("2026-07-01", "2026-12-01") + &signed("2026-07-10", "2026-07-20");
    std::fs::write(folder.path().join("intercom-harden.toml"), config).unwrap();
    let mut terminal = start(&folder, &["--report", "last.json", "--by", "Dana"]);
    let first = terminal.sees(QUESTION);
    assert!(first.contains(" 1.2 "), "{first}");
    terminal.session.send_control('d').unwrap();
    terminal.ends(0);
}

#[test]
fn without_a_terminal_it_says_how_else() {
    for (command, instead) in [("attest", "attest ID --by NAME"), ("review", "review EVENT… --by NAME")] {
        let run = program().args([command, "--interactive", "--demo"]).run().exits(2);
        assert_eq!(run.says("needs a terminal").says(instead).files(), Vec::<String>::new());
    }
}

#[test]
fn events_are_reviewed_one_after_the_other() {
    const QUESTION: &str = "Is it in order? yes, skip or quit: ";
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = start_command(&folder, "review", &["--demo"]);
    let introduction = terminal.sees(QUESTION);
    assert!(introduction.contains("[1 of ") && introduction.contains("event:"), "{introduction}");
    terminal.types("no");
    terminal.sees("answer yes, skip or quit");
    terminal.converses(&[
        (QUESTION, "y"),
        ("Reviewed by: ", "Dana Ruiz"),
        ("Note", "CASE-12"),
        ("is reviewed as of 2026-08-01", ""),
        ("answer yes", "s"),
        (QUESTION, "q"),
    ]);
    let farewell = terminal.ends(0);
    assert!(farewell.contains("1 recorded"), "{farewell}");
    let text = std::fs::read_to_string(folder.path().join("intercom-harden.toml")).unwrap();
    let parsed: toml::Table = text.parse().unwrap();
    assert_eq!(parsed["reviewed"][0]["note"].as_str(), Some("CASE-12"));
    // Reviewed events are not asked about again.
    let mut again = start_command(&folder, "review", &["--demo"]);
    let event = parsed["reviewed"][0]["event"].as_str().unwrap();
    assert!(!again.sees(QUESTION).contains(&format!("event: {event}")));
    again.session.send_control('d').unwrap();
    again.ends(0);
}
