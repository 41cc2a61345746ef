//! The action does what it says of itself, and fails closed.

use std::fs;

use serde_json::Value;

use super::published::{REPOSITORY, published};
use super::runner::{Ran, demo, job};
use super::{steps, yaml};
use crate::program::{NOW, program};
use crate::workspace::Workspace;

#[test]
fn a_scan_that_passes_leaves_reports_summary_and_annotations() {
    let ran = demo(&[]).run().exits(0);
    assert_eq!((&*ran.outputs["exit-code"], &*ran.outputs["passed"]), ("0", "true"));
    assert_eq!(ran.report()["schema_version"], "1");
    let sarif: Value = serde_json::from_str(&ran.file("sarif")).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    assert!(ran.file("html").to_lowercase().starts_with("<!doctype html>"));
    assert_eq!(ran.summary, ran.file("markdown"));
    let last = ran.live().last().copied().unwrap();
    assert!(last.starts_with("::notice title=intercom-harden::Gate"), "{last}");
    assert!(fs::read_dir(ran.in_workspace("")).unwrap().next().is_none(), "the workspace is as it was");
}

#[test]
fn a_scan_that_fails_shows_everything_and_fails_the_job() {
    let ran = demo(&[("fail-on", "l1")]).run().exits(1);
    assert_eq!((&*ran.outputs["exit-code"], &*ran.outputs["passed"]), ("1", "false"));
    assert_eq!(ran.summary, ran.file("markdown"));
    assert!(ran.live().iter().any(|line| line.starts_with("::error title=2.3 ")), "{}", ran.log);
}

#[test]
fn a_mistake_fails_the_job_without_a_report() {
    for input in [("level", "l9"), ("config", "none.toml"), ("baseline", "none.json"), ("region", "mars")] {
        demo(&[input]).run().says(2, "An input, the configuration or another file has a mistake.");
    }
    let offline = job(&[("arguments", "--base-url\nhttp://127.0.0.1:1\n--timeout\n5s")]).run();
    offline.says(3, "The workspace could not be read");
}

#[test]
fn a_switch_takes_true_or_false() {
    let action = yaml("action.yml");
    let inputs = action["inputs"].as_object().unwrap().iter();
    let switches: Vec<_> =
        inputs.filter(|(_, input)| ["true", "false"].contains(&input["default"].as_str().unwrap())).collect();
    assert_eq!(switches.len(), 4);
    for (name, input) in switches {
        assert!(input["description"].as_str().unwrap().starts_with("true or false. "), "{name}");
        for value in ["", "yes", "no", "True", "FALSE", "1", "0", " true", "false\n"] {
            let ran = demo(&[(name, value)]).run().exits(2);
            let message = format!("::error title=intercom-harden::The input {name} takes true or false.");
            assert_eq!(ran.live(), [message], "{name}: {value:?}");
            assert_eq!((&*ran.outputs["exit-code"], &*ran.summary), ("", ""), "{name}: {value:?}");
        }
    }
}

#[test]
fn no_job_passes_without_a_report() {
    for argument in ["--help", "-h"] {
        demo(&[("arguments", argument)]).run().says(2, "ended with 0 and wrote no report. Remove --help");
    }
    for code in [0, 1] {
        let other = job(&[("binary", "other")]).stand_in("other", &format!("exit {code}\n")).run();
        other.says(2, &format!("ended with {code} and wrote no report."));
    }
}

#[test]
fn a_program_that_is_missing_or_cannot_run_is_told_apart() {
    for missing in ["no-such-program", "./no-such-program", ".", "-p"] {
        let ran = job(&[("binary", missing)]).run().exits(127);
        assert_eq!(
            ran.live(),
            ["::error title=intercom-harden::The input binary names no program. Nothing was scanned."]
        );
        assert_eq!(ran.outputs["exit-code"], "", "{missing}");
    }
    let unfit = job(&[("binary", "other")]).stand_in("other", "exit 126\n").run();
    unfit.says(126, "The program cannot be run. Was it built for this system?");
    let killed = job(&[("binary", "other")]).stand_in("other", "kill -9 $$\n").run();
    killed.says(137, "The scan did not finish: the program ended with 137.");
}

#[test]
fn every_input_arrives() {
    let first = demo(&[("level", "l1")]).run().exits(0);
    assert_eq!(first.report()["scan"]["level"], "l1");

    let root = env!("CARGO_MANIFEST_DIR");
    let roster = format!("{root}/fixtures/rosters/sample-okta.csv\n");
    let config = format!("{root}/fixtures/configs/kestrel-parcel.toml");
    let inputs = [
        ("arguments", "--demo\n--skip\nE3"),
        ("fail-on", "l1"),
        ("strict", "true"),
        ("baseline", &*first.outputs["json"]),
        ("compare-with", &*first.outputs["json"]),
        ("roster", &*roster),
        ("config", &*config),
        ("outputs", "junit=a report.xml\n\ncsv=rows.csv"),
    ];
    let ran = job(&inputs).run().exits(1);
    assert!(ran.in_workspace("a report.xml").exists() && ran.in_workspace("rows.csv").exists());
    let report = ran.report();
    assert_eq!(report["gate"]["strict"], true);
    assert!(ran.file("diff").starts_with("## intercom-harden: what changed"));
    assert_eq!(report["scan"]["rosters"].as_array().unwrap().len(), 1);
    assert_eq!(report["scan"]["config"]["path"], *config);
    let controls = report["controls"].as_array().unwrap();
    assert!(controls.iter().all(|control| control["id"] != "E3"));
    assert!(controls.iter().any(|control| control["in_baseline"] == true));

    // The sample workspace has no region, which leads to a warning.
    demo(&[("region", "eu")]).run().exits(2);
}

/// Scans the sample workspace at one instant, so that two scans find the same.
const AT_NOW: &str = "--demo\n--now\n2026-08-01T12:00:00Z";

/// The report of a scan of the sample workspace, from before one of its findings was fixed and two were there.
fn last_report() -> String {
    let mut report = job(&[("arguments", AT_NOW), ("fail-on", "never")]).run().exits(0).report();
    let mut controls = report["controls"].as_array_mut().unwrap().iter_mut();
    let findings =
        controls.find(|control| control["id"] == "2.3").unwrap()["findings"].as_array_mut().unwrap();
    findings.remove(0);
    findings[0]["fingerprint"] = "0".repeat(24).into();
    report.to_string()
}

#[test]
fn what_changed_since_the_last_scan_is_counted_and_shown() {
    let inputs = [
        ("compare-with", "posture/report.json"),
        ("outputs", "json=posture/report.json"),
        ("fail-on", "never"),
    ];
    for summary in ["true", "false"] {
        let job = job(&[&inputs[..], &[("arguments", AT_NOW), ("summary", summary)]].concat());
        let path = job.root.path().join("workspace/posture/report.json");
        fs::create_dir(path.parent().unwrap()).unwrap();
        fs::write(&path, last_report()).unwrap();
        // The report goes to the place of the one that it is compared with.
        let ran = job.run().exits(0);
        assert_eq!(fs::read_to_string(&path).unwrap(), ran.file("json"));
        assert_eq!((&*ran.outputs["new"], &*ran.outputs["fixed"]), ("2", "1"), "{}", ran.file("diff"));
        assert!(ran.file("diff").contains("New findings (2)"), "{}", ran.file("diff"));
        let shown = if summary == "true" { ran.file("diff") + &ran.file("markdown") } else { String::new() };
        assert_eq!(ran.summary, shown);
    }
}

/// Scans with the inputs of the daily workflow, after the scan that left the folder.
fn scan_as_the_workflow(workspace: Workspace, at: &str, left: Option<&Ran>) -> Ran {
    let workflow = yaml("docs/ci/github-scan.yml");
    let step = steps(&workflow).into_iter().find(|step| step["id"] == "intercom").unwrap().clone();
    let server = workspace.app("region", "EU").serve();
    let inputs = step["with"].as_object().unwrap().iter().map(|(name, value)| {
        let value = value.as_str().unwrap();
        let here = format!("{value}\n--base-url\n{}\n--now\n{at}", server.origin());
        (name.as_str(), if name == "arguments" { here } else { value.to_owned() })
    });
    let inputs: Vec<_> = inputs.collect();
    let job = job(&inputs.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>());
    let place = job.root.path().join("workspace");
    for folder in ["security", "posture"] {
        fs::create_dir(place.join(folder)).unwrap();
    }
    fs::write(place.join("security/intercom-harden.toml"), "").unwrap();
    for file in left.into_iter().flat_map(|left| fs::read_dir(left.in_workspace("posture")).unwrap()) {
        let file = file.unwrap();
        fs::copy(file.path(), place.join("posture").join(file.file_name())).unwrap();
    }
    job.run()
}

#[test]
fn the_workflow_goes_on_from_what_its_last_scan_left() {
    let first = scan_as_the_workflow(Workspace::healthy(), "2026-08-01T11:00:00Z", None).exits(0);
    assert_eq!(first.outputs["diff"], "");
    let second = scan_as_the_workflow(Workspace::crowded(), NOW, Some(&first)).exits(1);
    assert_ne!(second.outputs["new"], "0");
    assert!(
        second.summary.contains("2026-08-01 11:00 UTC compared with 2026-08-01 12:00 UTC"),
        "{}",
        second.summary
    );
    let store = fs::read(second.in_workspace("posture/posture.db")).unwrap();
    let runs =
        program().file("posture.db", store).args(["diff", "--store", "posture.db"]).run().exits(1).stdout;
    assert!(runs.contains("2026-08-01 11:00 UTC compared with 2026-08-01 12:00 UTC"), "{runs}");
}

#[test]
fn the_first_scan_has_nothing_to_be_compared_with() {
    let ran = demo(&[("compare-with", "posture/report.json")]).run().exits(0);
    assert!(ran.live()[0].ends_with("::The input compare-with names no file yet. Nothing is compared."));
    assert_eq!(["new", "fixed", "diff"].map(|name| &*ran.outputs[name]), [""; 3]);
    assert_eq!(ran.summary, ran.file("markdown"));
}

#[test]
fn a_report_that_cannot_be_compared_fails_the_job_and_hides_no_result() {
    for (fail_on, code) in [("never", 2), ("l1", 1)] {
        let job = job(&[("arguments", AT_NOW), ("compare-with", "other.json"), ("fail-on", fail_on)]);
        let other = last_report().replace("\"workspace\":{\"id\":\"", "\"workspace\":{\"id\":\"another-");
        fs::write(job.root.path().join("workspace/other.json"), other).unwrap();
        let ran = job.run().exits(code);
        let error =
            "::error title=intercom-harden::The report of compare-with cannot be compared with this one";
        assert!(ran.live().iter().any(|line| line.starts_with(error)), "{}", ran.log);
        assert_eq!((&*ran.outputs["exit-code"], &*ran.outputs["new"]), (&*code.to_string(), ""));
        assert_eq!(ran.summary, ran.file("markdown"));
    }
}

#[test]
fn a_configuration_that_merely_lies_there_is_not_used() {
    let job = demo(&[]);
    fs::write(job.root.path().join("workspace/intercom-harden.toml"), "[scan]\nfail_on = \"l3\"\n").unwrap();
    let ran = job.run().exits(0);
    assert_eq!(ran.report()["scan"]["config"], Value::Null);
}

#[test]
fn the_summary_and_the_annotations_can_be_left_out() {
    let ran = demo(&[("summary", "false"), ("annotations", "false")]).run().exits(0);
    assert_eq!(ran.summary, "");
    assert_eq!(ran.live(), [""; 0]);
}

#[test]
fn no_input_becomes_part_of_a_script_or_a_command() {
    let names: Vec<_> = yaml("action.yml")["inputs"].as_object().unwrap().keys().cloned().collect();
    for name in &names {
        for value in [
            "$(touch pwned)",
            "`touch pwned`",
            "\"; touch pwned; \"",
            "'; touch pwned; '",
            "x\ntouch pwned\n",
            "x\n::error::pwned\n##[error]pwned",
            "x\nexit-code=0\npassed=true",
        ] {
            let ran = demo(&[("fail-on", "l1"), (name, value)]).run();
            assert_ne!(ran.code, 0, "{name}: {value:?}");
            assert_ne!(ran.outputs["passed"], "true", "{name}: {value:?}");
            assert!(!ran.in_workspace("pwned").exists(), "{name}: {value:?}");
            assert!(!ran.live().iter().any(|line| line.contains("pwned")), "{name}: {value:?}\n{}", ran.log);
        }
    }
}

/// The inputs of a job that gets the program for itself.
const WITHOUT_PROGRAM: (&str, &str) = ("binary", "");

#[test]
fn the_build_is_of_the_action_and_knows_no_secret() {
    let program = env!("CARGO_BIN_EXE_intercom-harden");
    let cargo = format!(
        "pwd; env; while [ $# -gt 0 ]; do [ \"$1\" = --root ] && root=$2; shift; done\n\
         mkdir -p \"$root/bin\" && ln -s '{program}' \"$root/bin/intercom-harden\"\n"
    );
    let inputs = [WITHOUT_PROGRAM, ("build", "true")];
    // The token in the environment would be in the log, which the runner looks at.
    let ran = demo(&inputs).stand_in("cargo", &cargo).run().exits(0);
    assert_eq!(ran.log.lines().next(), Some(env!("CARGO_MANIFEST_DIR")), "where cargo ran");
    assert!(!ran.log.contains("token-of-the-job"), "{}", ran.log);
    assert!(ran.root.path().join("home/.cache/intercom-harden/bin/intercom-harden").exists());

    let ran = job(&inputs).stand_in("cargo", "exit 101\n").run().exits(101);
    assert_eq!(ran.outputs["exit-code"], "", "nothing was scanned");
}

#[test]
fn a_release_is_downloaded_verified_and_used() {
    let release = published();
    let commit = "89abcdef0123456789abcdef0123456789abcdef";
    for (revision, bound) in [(commit, true), ("v0.1.0", false), ("main", false)] {
        // The token of the workspace in the environment would be in the log, which the runner looks at.
        let ran = demo(&[WITHOUT_PROGRAM])
            .github("server_url", &release.server)
            .github("action_ref", revision)
            .stand_in("gh", "echo \"verified $*, token $GH_TOKEN\"; env\n")
            .run()
            .exits(0);
        assert_eq!(ran.report()["schema_version"], "1");
        let verified = ran.log.lines().find(|line| line.starts_with("verified ")).expect("gh was asked");
        let source = format!("--source-ref refs/tags/v{}", env!("CARGO_PKG_VERSION"));
        assert!(verified.contains(&source) && verified.ends_with(", token token-of-the-job"), "{verified}");
        assert_eq!(verified.contains(&format!(" --source-digest {commit},")), bound, "{verified}");
        assert!(ran.root.path().join("temp/intercom-harden/intercom-harden").exists());
        assert!(!ran.root.path().join("home/.local").exists());
    }
    let version = format!("/{REPOSITORY}/releases/download/v{}/", env!("CARGO_PKG_VERSION"));
    assert!(release.requested().iter().all(|head| head.contains(&version)));
}

/// Asserts that the job failed before the scan, with an error of the run.
#[track_caller]
fn nothing_scanned(ran: Ran, code: i32, error: &str) {
    let ran = ran.exits(code);
    assert_eq!(ran.live().len(), 1, "{}", ran.log);
    assert!(ran.live()[0].starts_with(&format!("::error title=intercom-harden::{error}")), "{}", ran.log);
    assert_eq!((&*ran.outputs["exit-code"], &*ran.summary), ("", ""));
}

const UNVERIFIED: &str =
    concat!("The release ", env!("CARGO_PKG_VERSION"), " could not be downloaded and verified");

#[test]
fn no_program_runs_that_is_not_verified() {
    let release = published();
    let with = |gh: &str| {
        let job = demo(&[WITHOUT_PROGRAM]).github("server_url", &release.server).stand_in("gh", gh).run();
        nothing_scanned(job, 3, UNVERIFIED);
    };
    with("exit 1\n");
    with("kill $$\n");
    for archive in release.archives() {
        fs::write(&archive, "another archive").unwrap();
    }
    with("exit 0\n");
    for archive in release.archives() {
        fs::remove_file(&archive).unwrap();
    }
    with("exit 0\n");
    let other = demo(&[WITHOUT_PROGRAM]).github("server_url", "http://releases.example");
    nothing_scanned(other.run(), 3, UNVERIFIED);
    // What `uses: ./` leaves.
    let path = demo(&[WITHOUT_PROGRAM]).github("action_repository", "");
    nothing_scanned(path.run(), 2, "An action that is used by its path has no releases. Set build: true.");
}

#[test]
fn every_step_is_a_strict_script_without_expressions() {
    for step in yaml("action.yml")["runs"]["steps"].as_array().unwrap() {
        let script = step["run"].as_str().expect("no other action is used");
        assert_eq!(step["shell"], "bash");
        assert!(script.starts_with("set -euo pipefail\n"), "{script}");
        assert!(!script.contains("${{"), "{script}");
    }
}
