//! Runs the steps of `action.yml` as GitHub's runner does: expressions filled in, a shell each, outputs through files.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::yaml;
use crate::program::TOKEN;

/// The action as a step of a job.
struct Job {
    action: Value,
    inputs: BTreeMap<String, String>,
    /// The folders of the workspace, home and the runner's temporary files.
    root: tempfile::TempDir,
    /// Folders that programs are searched before all other folders.
    path: Option<PathBuf>,
}

/// The result of a run.
struct Ran {
    code: i32,
    log: String,
    summary: String,
    outputs: BTreeMap<String, String>,
    root: tempfile::TempDir,
}

/// A job that uses the built program.
fn job(inputs: &[(&str, &str)]) -> Job {
    let action = yaml("action.yml");
    let declared = action["inputs"].as_object().unwrap();
    let default = |(name, input): (&String, &Value)| {
        (name.clone(), input["default"].as_str().expect("a default, and a string").to_owned())
    };
    let mut values: BTreeMap<_, _> = declared.iter().map(default).collect();
    let built = ("binary", env!("CARGO_BIN_EXE_intercom-harden"));
    for (name, value) in [built].iter().chain(inputs) {
        values.insert((*name).to_owned(), (*value).to_owned()).expect("the action has the input");
    }
    let root = tempfile::tempdir().unwrap();
    for folder in ["workspace", "home", "temp"] {
        fs::create_dir(root.path().join(folder)).unwrap();
    }
    Job { action, inputs: values, root, path: None }
}

/// A job that scans the sample workspace.
fn demo(inputs: &[(&str, &str)]) -> Job {
    job(&[&[("arguments", "--demo")], inputs].concat())
}

impl Job {
    /// Replaces a program by a shell script.
    fn stand_in(mut self, name: &str, script: &str) -> Self {
        let folder = self.root.path().join("bin");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(name), format!("#!/bin/sh\n{script}")).unwrap();
        fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o755)).unwrap();
        self.path = Some(folder);
        self
    }

    fn run(self) -> Ran {
        let mut finished: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        let (mut log, mut code) = (String::new(), 0);
        let summary = self.root.path().join("summary");
        for (number, step) in self.action["runs"]["steps"].as_array().unwrap().iter().enumerate() {
            let output = self.root.path().join(format!("output-{number}"));
            fs::write(&output, "").unwrap();
            let script = self.root.path().join(format!("script-{number}"));
            fs::write(&script, step["run"].as_str().unwrap()).unwrap();
            let mut command = Command::new("bash");
            command.args(["--noprofile", "--norc", "-e", "-o", "pipefail"]).arg(&script).env_clear();
            command.current_dir(self.root.path().join("workspace")).env("PATH", self.search_path());
            command.envs([
                ("HOME", self.root.path().join("home")),
                ("RUNNER_TEMP", self.root.path().join("temp")),
            ]);
            command.envs([("GITHUB_OUTPUT", &output), ("GITHUB_STEP_SUMMARY", &summary)]);
            command.env("GITHUB_ACTION_PATH", env!("CARGO_MANIFEST_DIR")).env("INTERCOM_ACCESS_TOKEN", TOKEN);
            for (name, value) in step["env"].as_object().unwrap() {
                command.env(name, self.filled_in(value.as_str().unwrap(), &finished));
            }
            let ended = command.output().expect("bash is there");
            log += &String::from_utf8_lossy(&ended.stdout);
            log += &String::from_utf8_lossy(&ended.stderr);
            if let Some(id) = step["id"].as_str() {
                finished.insert(id.to_owned(), read_outputs(&output));
            }
            code = ended.status.code().unwrap();
            if code != 0 {
                break;
            }
        }
        let value = |output: &Value| self.filled_in(output["value"].as_str().unwrap(), &finished);
        let declared = self.action["outputs"].as_object().unwrap().iter();
        let outputs = declared.map(|(name, output)| (name.clone(), value(output))).collect();
        let summary = fs::read_to_string(summary).unwrap_or_default();
        assert!(!log.contains(TOKEN) && !summary.contains(TOKEN), "the token is shown:\n{log}");
        Ran { code, log, summary, outputs, root: self.root }
    }

    fn search_path(&self) -> String {
        let path = std::env::var("PATH").unwrap();
        self.path.as_ref().map_or_else(|| path.clone(), |first| format!("{}:{path}", first.display()))
    }

    /// A value with its one expression evaluated.
    fn filled_in(&self, value: &str, finished: &BTreeMap<String, BTreeMap<String, String>>) -> String {
        let expression = value.strip_prefix("${{ ").and_then(|rest| rest.strip_suffix(" }}"));
        let words: Vec<_> = expression.unwrap_or_else(|| panic!("{value}")).split('.').collect();
        match words[..] {
            ["inputs", name] => self.inputs[name].clone(),
            ["steps", id, "outputs", name] => {
                finished.get(id).and_then(|step| step.get(name)).cloned().unwrap_or_default()
            }
            _ => panic!("an expression this runner does not know: {value}"),
        }
    }
}

fn read_outputs(path: &std::path::Path) -> BTreeMap<String, String> {
    let pairs = fs::read_to_string(path).unwrap();
    let pairs = pairs.lines().map(|line| line.split_once('=').unwrap());
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

impl Ran {
    #[track_caller]
    fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}", self.log);
        self
    }

    fn in_workspace(&self, name: &str) -> PathBuf {
        self.root.path().join("workspace").join(name)
    }

    /// The value of an output.
    fn file(&self, output: &str) -> String {
        fs::read_to_string(&self.outputs[output]).unwrap()
    }

    fn report(&self) -> Value {
        serde_json::from_str(&self.file("json")).unwrap()
    }

    /// The lines that the runner would treat as commands.
    fn live(&self) -> Vec<&str> {
        let mut until = None;
        let mut live = Vec::new();
        for line in self.log.lines() {
            match until {
                Some(word) if line == word => until = None,
                Some(_) => {}
                None => match line.strip_prefix("::stop-commands::") {
                    Some(word) => until = self.log.lines().find(|line| line.trim_matches(':') == word),
                    None if line.trim_start().starts_with("::") || line.contains("##[") => live.push(line),
                    None => {}
                },
            }
        }
        live
    }
}

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
    for input in [("level", "l9"), ("config", "none.toml"), ("baseline", "none.json"), ("strict", "yes")] {
        let ran = demo(&[input]).run().exits(2);
        assert_eq!(ran.outputs["json"], "", "{input:?}");
        assert_eq!(ran.summary, "", "{input:?}");
    }
    job(&[("binary", "no-such-program")]).run().exits(127);
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
        ("roster", &*roster),
        ("config", &*config),
        ("outputs", "junit=a report.xml\n\ncsv=rows.csv"),
    ];
    let ran = job(&inputs).run().exits(1);
    assert!(ran.in_workspace("a report.xml").exists() && ran.in_workspace("rows.csv").exists());
    let report = ran.report();
    assert_eq!(report["gate"]["strict"], true);
    assert_eq!(report["scan"]["rosters"].as_array().unwrap().len(), 1);
    assert_eq!(report["scan"]["config"]["path"], *config);
    let controls = report["controls"].as_array().unwrap();
    assert!(controls.iter().all(|control| control["id"] != "E3"));
    assert!(controls.iter().any(|control| control["in_baseline"] == true));

    // The sample workspace has no region, which leads to a warning.
    demo(&[("region", "eu")]).run().exits(2);
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

#[test]
fn the_build_is_of_the_action_and_knows_no_secret() {
    let program = env!("CARGO_BIN_EXE_intercom-harden");
    let cargo = format!(
        "pwd; env; while [ $# -gt 0 ]; do [ \"$1\" = --root ] && root=$2; shift; done\n\
         mkdir -p \"$root/bin\" && ln -s '{program}' \"$root/bin/intercom-harden\"\n"
    );
    // The token in the environment would be in the log, which the runner looks at.
    let ran = demo(&[("binary", "")]).stand_in("cargo", &cargo).run().exits(0);
    assert_eq!(ran.log.lines().next(), Some(env!("CARGO_MANIFEST_DIR")), "where cargo ran");
    assert!(ran.root.path().join("home/.cache/intercom-harden/bin/intercom-harden").exists());

    let ran = job(&[("binary", "")]).stand_in("cargo", "exit 101\n").run().exits(101);
    assert_eq!(ran.outputs["exit-code"], "", "nothing was scanned");
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
