//! `attest`, `waive` and `init` add to the configuration and remove nothing.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::program::{FILE, NOW, Program, program};
use crate::run::Run;

/// A file with everything an edit might lose.
const OLD: &str = "# ours, do not touch\n\n[scan]   # gate\nlevel =    'l3'\n\n[params.\"2.3\"]\nmax_admins = 4\n\
                   [[attestation]]\ncontrol='4.1'\nby='B'\non=2026-07-01\nexpires=2026-12-31 # soon\n\n# the end";

/// `attest`, by a person at the tests' instant.
pub(crate) fn attest(id: &str) -> Program {
    program().args(["attest", id, "--by", "Dana Ruiz"]).now(NOW)
}

fn waive(id: &str) -> Program {
    program().args(["waive", id, "--reason", "on call", "--by", "Dana", "--expires", "30d"]).now(NOW)
}

/// A scan of the sample with that configuration.
pub(crate) fn demo(config: &Path) -> Program {
    let config = config.display().to_string();
    program().args(["scan", "--demo", "--format", "json", "--config", &config]).now(NOW)
}

fn written(run: &Run) -> toml::Table {
    run.read(FILE).expect("the configuration is there").parse().expect("it is TOML")
}

/// A date of an entry, as written.
fn date(entry: &toml::Value, key: &str) -> String {
    entry[key].as_datetime().unwrap().to_string()
}

#[test]
fn an_attestation_lets_every_manual_control_pass() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("own.toml");
    fs::write(&config, "").unwrap();
    let mut manual = demo(&config).run().exits(0).json()["controls"].as_array().unwrap().clone();
    manual.retain(|control| control["status"] == "manual");
    assert!(manual.len() > 5, "{manual:?}");
    for control in &manual {
        let id = control["id"].as_str().unwrap();
        attest(id).args(["--config", &config.display().to_string()]).run().exits(0).says(id);
    }
    let report = demo(&config).run().exits(0).report();
    assert_eq!(report.0["summary"]["manual"], 0);
    for control in &manual {
        let control = report.control(control["id"].as_str().unwrap());
        assert_eq!(control["status"], "pass", "{control:#}");
        assert_eq!(control["basis"], serde_json::json!(["attestation"]));
        assert_eq!(control["attestation"]["by"], "Dana Ruiz");
    }
}

#[test]
fn the_rest_of_the_file_stays_byte_for_byte() {
    for run in [attest("1.3").file(FILE, OLD).run(), waive("2.3").file(FILE, OLD).run()] {
        let run = run.exits(0).says(FILE);
        let new = run.read(FILE).unwrap();
        assert!(new.starts_with(OLD) && new.len() > OLD.len(), "{new}");
        assert_eq!(run.files(), [FILE], "nothing is left beside it");
    }
}

#[test]
fn every_option_is_written() {
    let run = attest("e12")
        .args(["--result", "fail", "--evidence", "https://wiki.example/x", "--note", "it's \"odd\" \\ é"])
        .args(["--on", "2026-07-30", "--expires", "10d"])
        .run()
        .exits(0);
    let entry = &written(&run)["attestation"][0];
    assert_eq!(entry["control"].as_str(), Some("E12"), "the id as the catalog spells it");
    assert_eq!(entry["result"].as_str(), Some("fail"));
    assert_eq!(entry["note"].as_str(), Some("it's \"odd\" \\ é"));
    // Counted from the day of the observation.
    assert_eq!((date(entry, "on"), date(entry, "expires")), ("2026-07-30".into(), "2026-08-09".into()));
    let run = waive("2.3").args(["--subject", "cto@example.com"]).run().exits(0);
    let entry = &written(&run)["waiver"][0];
    assert_eq!(entry["subject"].as_str(), Some("cto@example.com"));
    assert_eq!((date(entry, "on"), date(entry, "expires")), ("2026-08-01".into(), "2026-08-31".into()));
}

#[test]
fn each_control_says_how_many_days_of_utc_an_attestation_holds() {
    for (id, zone, last) in [
        ("4.2", "Pacific/Kiritimati", "2026-10-30"),
        ("1.3", "America/Los_Angeles", "2027-01-28"),
        ("E12", "UTC", "2027-08-01"),
    ] {
        let run = attest(id).env("TZ", zone).run().exits(0);
        let entry = &written(&run)["attestation"][0];
        assert_eq!((date(entry, "on"), date(entry, "expires")), ("2026-08-01".into(), last.into()), "{id}");
    }
}

#[test]
fn slips_are_usage_errors_and_write_nothing() {
    let with = |words: &[&str]| program().args(words.to_vec());
    for (program, phrase) in [
        (attest("1.33"), "did you mean `1.3`"),
        (waive("2.33"), "did you mean `2.3`"),
        (attest("1.3").args(["--expires", "never"]), "--expires: not a duration"),
        (attest("1.3").args(["--expires", "2026-07-31"]), "already over"),
        (attest("1.3").args(["--expires", "2099-01-01"]), "ten years"),
        (attest("1.3").args(["--on", "2026-08-02"]), "--on: in the future"),
        (attest("1.3").args(["--note", "two\nlines"]), "one line"),
        (attest("1.3").args(["--evidence-file", "absent.png"]), "absent.png"),
        (with(&["attest", "1.3"]), "--by"),
        (with(&["waive", "2.3", "--by", "B", "--expires", "1d"]), "--reason"),
        (with(&["waive", "2.3", "--reason", "r", "--expires", "1d"]), "--by"),
        (with(&["waive", "2.3", "--reason", "r", "--by", "B"]), "--expires"),
        (with(&["waive", "2.3", "--reason", " ", "--by", "B", "--expires", "1d"]), "--reason"),
    ] {
        let run = program.run().exits(2).says(phrase);
        assert_eq!(run.files(), Vec::<String>::new());
    }
}

#[test]
fn places_that_cannot_be_written_are_named() {
    for path in ["absent/own.toml", "plain/own.toml", "folder"] {
        for program in [attest("1.3"), program().arg("init")] {
            let run = program.file("plain", "").file("folder/x", "").args(["--config", path]).run().exits(2);
            let run = run.says(path.split('/').next().unwrap()).says("hint: ");
            assert_eq!(run.files(), ["folder/x", "plain"]);
        }
    }
}

#[cfg(unix)]
#[test]
fn a_read_only_configuration_is_not_replaced() {
    let review = || program().args(["review", "e1", "--by", "Dana"]).now(NOW);
    for program in [attest("1.3"), waive("2.3"), review()] {
        let run =
            program.file(FILE, OLD).mode(FILE, 0o444).run().exits(2).says("is read-only").says("chmod u+w");
        assert_eq!((run.read(FILE).as_deref(), run.mode(FILE)), (Some(OLD), 0o444));
        assert_eq!(run.files(), [FILE]);
    }
    attest("1.3").file(FILE, OLD).mode(FILE, 0o644).run().exits(0);
}

/// Runs `attest` repeatedly, as a plain process.
fn spawn(config: &Path, by: &str) -> std::process::Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_intercom-harden"));
    command.args(["attest", "1.3", "--by", by, "--config"]).arg(config).env_clear();
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn eight_at_once_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join(FILE);
    fs::write(&config, OLD).unwrap();
    let running: Vec<_> = (0..8).map(|number| spawn(&config, &format!("person {number}"))).collect();
    for child in running {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let text = fs::read_to_string(&config).unwrap();
    assert!(text.starts_with(OLD), "{text}");
    for number in 0..8 {
        assert_eq!(text.matches(&format!("\"person {number}\"")).count(), 1, "{text}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn killed_at_any_moment_the_file_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join(FILE);
    // Long enough that writing it takes a while.
    let old = format!("{}{OLD}", "# padding, padding, padding\n".repeat(8_000));
    fs::write(&config, &old).unwrap();
    // The duration of an undisturbed edit decides when the next ones are killed.
    let began = Instant::now();
    assert!(spawn(&config, "first").wait().unwrap().success());
    let whole = began.elapsed();
    let mut entries = 2;
    for round in 0..40_u32 {
        let mut child = spawn(&config, &format!("round {round}"));
        // A reader sees the same file that a kill at that instant leaves behind.
        let spawned = Instant::now();
        let moment = whole * (round + 10) / 50 + Duration::from_micros(137);
        while spawned.elapsed() < moment {
            let seen = fs::read(&config).unwrap();
            assert!(seen.starts_with(old.as_bytes()), "round {round}: {} bytes", seen.len());
        }
        drop(child.kill());
        child.wait().unwrap();
        let text = fs::read_to_string(&config).unwrap();
        assert!(text.starts_with(&old), "round {round}: {} bytes", text.len());
        let parsed: toml::Table = text.parse().unwrap();
        let now = parsed["attestation"].as_array().unwrap().len();
        assert!(now == entries || now == entries + 1, "round {round}: {entries} entries became {now}");
        entries = now;
    }
    assert!(spawn(&config, "last").wait().unwrap().success(), "no lock outlives its holder");
}

#[test]
fn a_second_attestation_points_at_the_first() {
    attest("4.1").file(FILE, OLD).run().exits(0).says(&format!("{FILE}:8 is replaced: delete it"));
}

#[test]
fn options_that_would_be_ignored_are_refused() {
    let ignored = [
        ["--region", "eu"],
        ["--login-url", "app.eu.intercom.com"],
        ["--token-file", "token"],
        ["--base-url", "http://127.0.0.1:9"],
        ["--timeout", "5m"],
        ["--concurrency", "2"],
        ["--rate-share", "20"],
        ["--since", "9d"],
    ];
    let commands: [&[&str]; 2] = [&["init", "--stdout", "--demo"], &["attest", "--interactive", "--demo"]];
    for (number, option) in ignored.into_iter().enumerate() {
        let run = attest("1.3").args(option).run().exits(2).says(option[0]);
        assert_eq!(run.files(), Vec::<String>::new());
        for command in commands.into_iter().filter(|_| number < 4) {
            program().args(command.to_vec()).args(option).run().exits(2).says(option[0]);
        }
    }
}

#[test]
fn an_attestation_dated_ahead_does_not_outrank_the_one_that_is_written() {
    for (on, newer) in [("2026-07-30", false), ("2026-10-30", false), ("2026-08-01", true)] {
        let ahead = format!(
            "[[attestation]]\ncontrol = \"1.3\"\nresult = \"pass\"\nby = \"ana\"\non = {on}\nexpires = 2027-01-30\n"
        );
        let run = attest("1.3").args(["--on", "2026-07-31"]).file(FILE, &ahead).run().exits(0);
        assert_eq!(run.stderr.contains("is newer"), newer, "{on}: {}", run.stderr);
    }
}
