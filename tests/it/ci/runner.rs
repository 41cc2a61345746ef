//! Runs the steps of `action.yml` as GitHub's runner does: expressions filled in, a shell each, outputs through files.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::published::REPOSITORY;
use super::yaml;
use crate::program::TOKEN;

/// The action as a step of a job.
pub(super) struct Job {
    action: Value,
    inputs: BTreeMap<String, String>,
    /// What the context `github` has.
    github: BTreeMap<&'static str, String>,
    /// The folders of the workspace, home and the runner's temporary files.
    pub(super) root: tempfile::TempDir,
    /// Folders that programs are searched before all other folders.
    path: Option<PathBuf>,
}

/// The result of a run.
pub(super) struct Ran {
    pub(super) code: i32,
    pub(super) log: String,
    pub(super) summary: String,
    pub(super) outputs: BTreeMap<String, String>,
    pub(super) root: tempfile::TempDir,
}

/// A job that uses the built program.
pub(super) fn job(inputs: &[(&str, &str)]) -> Job {
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
    let github = [
        ("server_url", "https://github.com"),
        ("action_repository", REPOSITORY),
        ("action_ref", "main"),
        ("token", "token-of-the-job"),
    ];
    let github = github.map(|(name, value)| (name, value.to_owned())).into();
    Job { action, inputs: values, github, root, path: None }
}

/// A job that scans the sample workspace.
pub(super) fn demo(inputs: &[(&str, &str)]) -> Job {
    job(&[&[("arguments", "--demo")], inputs].concat())
}

impl Job {
    /// Sets a value of the context `github`.
    pub(super) fn github(mut self, name: &'static str, value: &str) -> Self {
        self.github.insert(name, value.to_owned()).expect("the context has the value");
        self
    }

    /// Replaces a program by a shell script.
    pub(super) fn stand_in(mut self, name: &str, script: &str) -> Self {
        let folder = self.root.path().join("bin");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(name), format!("#!/bin/sh\n{script}")).unwrap();
        fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o755)).unwrap();
        self.path = Some(folder);
        self
    }

    pub(super) fn run(self) -> Ran {
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
            ["github", name] => self.github[name].clone(),
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
    pub(super) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}", self.log);
        self
    }

    /// Asserts that the scan ended with the code, for the reason in an error of the run, and left nothing.
    #[track_caller]
    pub(super) fn says(self, code: i32, reason: &str) {
        let ran = self.exits(code);
        let [error] = ran.live()[..] else { panic!("{}", ran.log) };
        assert!(error.starts_with("::error title=intercom-harden::") && error.contains(reason), "{error}");
        assert_eq!((&*ran.outputs["exit-code"], &*ran.outputs["passed"]), (&*code.to_string(), "false"));
        assert_eq!((&*ran.outputs["json"], &*ran.summary), ("", ""));
    }

    pub(super) fn in_workspace(&self, name: &str) -> PathBuf {
        self.root.path().join("workspace").join(name)
    }

    /// The value of an output.
    pub(super) fn file(&self, output: &str) -> String {
        fs::read_to_string(&self.outputs[output]).unwrap()
    }

    pub(super) fn report(&self) -> Value {
        serde_json::from_str(&self.file("json")).unwrap()
    }

    /// The lines that the runner would treat as commands.
    pub(super) fn live(&self) -> Vec<&str> {
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
