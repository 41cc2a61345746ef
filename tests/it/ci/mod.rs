//! The GitHub Action, the examples in `docs/ci`, and this repository's workflow: they parse, follow the rules in
//! `docs/ci/README.md`, and their commands work.

use std::path::Path;

use saphyr::{LoadableYamlNode as _, Yaml};
use serde_json::{Map, Value, json};

use crate::program::{NOW, program};

/// What the action promises.
#[cfg(unix)]
mod action;
/// The script that installs a release.
#[cfg(unix)]
mod install;
/// A release on a loopback port.
#[cfg(unix)]
mod published;
/// What a release is made of.
mod release;
/// The action, step by step, in bash.
#[cfg(unix)]
mod runner;
/// Schedules, and what tells of one that stopped.
mod schedule;

/// The workflows of this repository.
const OURS: [&str; 3] = [".github/workflows/ci.yml", ".github/workflows/advisories.yml", RELEASE];

/// The workflow that publishes.
const RELEASE: &str = ".github/workflows/release.yml";

/// The examples of workflows.
const EXAMPLES: [&str; 2] = ["docs/ci/github-scan.yml", "docs/ci/github-pull-request.yml"];

/// The examples that run the program themselves.
const SCRIPTS: [&str; 3] = ["docs/ci/gitlab-ci.yml", "docs/ci/circleci.yml", "docs/ci/Jenkinsfile"];

/// A file of the repository.
fn text(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    // A checkout on Windows may have other line ends.
    text.replace("\r\n", "\n")
}

/// A YAML file of the repository, which holds one document.
fn yaml(path: &str) -> Value {
    parse(path, &text(path))
}

/// Parses a YAML document.
fn parse(path: &str, text: &str) -> Value {
    let mut documents = documents(path, text);
    assert_eq!(documents.len(), 1, "{path}");
    documents.remove(0)
}

/// Parses YAML documents.
pub(crate) fn documents(path: &str, text: &str) -> Vec<Value> {
    let documents = Yaml::load_from_str(text).unwrap_or_else(|error| panic!("{path}: {error}"));
    documents.iter().map(to_json).collect()
}

/// Converts YAML to JSON. All keys in these files are strings.
fn to_json(node: &Yaml<'_>) -> Value {
    if let Some(mapping) = node.as_mapping() {
        let entry = |(key, value): (&Yaml<'_>, &Yaml<'_>)| (key.as_str().unwrap().to_owned(), to_json(value));
        return Value::Object(mapping.iter().map(entry).collect::<Map<_, _>>());
    }
    if let Some(sequence) = node.as_sequence() {
        return sequence.iter().map(to_json).collect();
    }
    let number = node.as_integer().map(Value::from).or(node.as_floating_point().map(Value::from));
    let scalar = node.as_str().map(Value::from).or(number).or(node.as_bool().map(Value::from));
    assert!(scalar.is_some() || node.is_null(), "{node:?}");
    scalar.unwrap_or_default()
}

/// Every string in a document.
pub(crate) fn strings(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(strings).collect(),
        Value::Object(entries) => entries.values().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}

/// The steps of every job of a workflow.
fn steps(workflow: &Value) -> Vec<&Value> {
    let jobs = workflow["jobs"].as_object().unwrap().values();
    jobs.flat_map(|job| job["steps"].as_array().unwrap()).collect()
}

/// The targets that a release is built for.
fn targets() -> Vec<String> {
    let matrix = yaml(RELEASE)["jobs"]["build"]["strategy"]["matrix"]["include"].clone();
    let targets = matrix.as_array().unwrap().iter().map(|row| row["target"].as_str().unwrap().to_owned());
    targets.collect()
}

/// Asserts that steps use only pinned actions, and put no foreign text into a script.
fn assert_careful(path: &str, steps: &[&Value]) {
    for action in steps.iter().filter_map(|step| step["uses"].as_str()) {
        let (_, revision) = action.split_once('@').unwrap_or_else(|| panic!("{path}: {action}"));
        let pinned = revision.len() == 40 && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
        assert!(pinned || revision == "FULL-COMMIT-SHA", "{path}: {action} can change");
    }
    for script in steps.iter().filter_map(|step| step["run"].as_str()) {
        assert!(!script.contains("${{"), "{path}: an expression becomes part of a script:\n{script}");
    }
}

#[test]
fn snippets_in_documents_are_as_careful_as_the_files() {
    for (path, least) in [("README.md", 1), ("docs/ci/README.md", 1), ("docs/formats.md", 4)] {
        let document = text(path);
        let snippets: Vec<_> = document.split("\n```yaml\n").skip(1).collect();
        assert!(snippets.len() >= least, "{path}");
        for snippet in snippets {
            let snippet = parse(path, snippet.split("\n```").next().unwrap());
            match snippet.as_array() {
                Some(steps) => assert_careful(path, &steps.iter().collect::<Vec<_>>()),
                None if snippet.get("jobs").is_some() => assert_careful(path, &steps(&snippet)),
                None => {}
            }
        }
    }
}

#[test]
fn workflows_grant_little_and_pin_what_they_use() {
    for path in OURS.into_iter().chain(EXAMPLES) {
        let workflow = yaml(path);
        assert_eq!(workflow["permissions"], json!({}), "{path} grants something to every job");
        for (name, job) in workflow["jobs"].as_object().unwrap() {
            let granted = job["permissions"].as_object().unwrap_or_else(|| panic!("{path}: {name}"));
            let writes = path == RELEASE && name == "publish";
            assert_eq!(granted["contents"], if writes { "write" } else { "read" }, "{path}: {name}");
        }
        let steps = steps(&workflow);
        assert!(steps.iter().any(|step| step["uses"].is_string()), "{path}");
        assert_careful(path, &steps);
    }
}

#[test]
fn an_upload_to_code_scanning_may_be_from_a_private_repository() {
    let job = &yaml("docs/ci/github-scan.yml")["jobs"]["scan"];
    let uploads = |step: &Value| step["uses"].as_str().is_some_and(|uses| uses.contains("/upload-sarif@"));
    assert!(job["steps"].as_array().unwrap().iter().any(uploads));
    let granted = json!({"contents": "read", "actions": "read", "security-events": "write"});
    assert_eq!(job["permissions"], granted);
}

#[test]
fn images_have_a_rust_that_builds_the_program() {
    let image = format!("cimg/rust:{}", env!("CARGO_PKG_RUST_VERSION"));
    let jobs = yaml("docs/ci/circleci.yml")["jobs"].clone();
    for (name, job) in jobs.as_object().unwrap() {
        assert_eq!(job["docker"][0]["image"], image, "{name}");
    }
}

#[test]
fn workflows_give_the_action_only_what_it_knows() {
    let action = yaml("action.yml");
    for path in EXAMPLES {
        let workflow = yaml(path);
        let steps = steps(&workflow);
        let ours = |step: &&&Value| {
            step["uses"].as_str().is_some_and(|uses| uses.starts_with("YOUR_ORGANIZATION/intercom-harden@"))
        };
        let step = steps.iter().find(ours).unwrap_or_else(|| panic!("{path} does not use the action"));
        for input in step["with"].as_object().unwrap().keys() {
            assert!(action["inputs"].get(input).is_some(), "{path}: the action has no input {input}");
        }
        assert_eq!(step["env"]["INTERCOM_ACCESS_TOKEN"], "${{ secrets.INTERCOM_ACCESS_TOKEN }}", "{path}");
        for read in text(path).split("steps.intercom.outputs.").skip(1) {
            let output = read.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next().unwrap();
            assert!(action["outputs"].get(output).is_some(), "{path}: the action has no output {output}");
        }
    }
}

/// The commands of the program in a script, with continued lines joined.
fn commands(script: &str) -> Vec<String> {
    let joined = script.replace("\\\n", " ");
    let ours = joined.lines().filter_map(|line| {
        let line = line.trim();
        let arguments = line.strip_prefix("bin/").unwrap_or(line).strip_prefix("intercom-harden ")?;
        let end = [" #", " ||"].iter().filter_map(|sign| arguments.find(sign)).min();
        Some(arguments[..end.unwrap_or(arguments.len())].to_owned())
    });
    ours.collect()
}

/// Runs a command of an example against the sample workspace.
fn run_on_the_sample(path: &str, command: &str) {
    let mut words: Vec<_> = command.split_whitespace().collect();
    if let Some(at) = words.iter().position(|word| *word == "--region") {
        words.drain(at..at + 2);
    }
    let scans = words[0] == "scan";
    let sample = ["--snapshot", "sample.snapshot", "--now", NOW];
    if scans {
        words.extend(sample);
    }
    let prepared = || program().fixture("sample.snapshot", "snapshots/sample.snapshot");
    let report = prepared().args(["scan", "--format", "json"]).args(sample).run().exits(1).stdout;
    let run = prepared()
        .file("security/intercom-harden.toml", "[scan]\nsince = \"30d\"\n")
        .file("security/baseline.json", &report)
        .file("intercom.json", &report)
        .file("last.json", &report)
        .file("posture/report.json", &report)
        .args(words.iter().copied())
        .run();
    let fails = scans && !words.contains(&"never") && !words.contains(&"--baseline");
    assert_eq!(run.code, i32::from(fails), "{path}: {command}\n{}", run.streams());
    for (format, file) in words.iter().filter_map(|word| word.split_once('=')) {
        let written = run.read(file).unwrap_or_else(|| panic!("{path}: {command} wrote no {file}"));
        let begins = match format {
            "json" | "sarif" => "{",
            "junit" => "<?xml",
            "html" => "<!doctype html>",
            _ => "",
        };
        assert!(written.to_lowercase().starts_with(begins), "{path}: {file} is no {format}");
    }
}

#[test]
fn the_examples_run_and_use_what_they_write() {
    for path in SCRIPTS {
        let text = text(path);
        let commands: Vec<_> = if path.ends_with(".yml") {
            strings(&yaml(path)).into_iter().flat_map(commands).collect()
        } else {
            commands(&text)
        };
        assert!(!commands.is_empty(), "{path} does not run the program");
        for command in &commands {
            run_on_the_sample(path, command);
            for (_, file) in command.split(' ').filter_map(|word| word.split_once('=')) {
                assert!(text.matches(file).count() > 1, "{path} does nothing with {file}");
            }
        }
    }
}

#[test]
fn the_commands_of_the_document_run() {
    let commands = commands(&text("docs/ci/README.md"));
    assert!(commands.len() >= 4, "{commands:?}");
    for command in commands {
        run_on_the_sample("docs/ci/README.md", &command);
    }
}

#[test]
fn the_document_knows_every_example_input_and_output() {
    let document = text("docs/ci/README.md");
    for path in EXAMPLES.iter().chain(&SCRIPTS) {
        let file = path.strip_prefix("docs/ci/").unwrap();
        assert!(document.contains(&format!("]({file})")), "docs/ci/README.md does not link to {file}");
    }
    let action = yaml("action.yml");
    for part in ["inputs", "outputs"] {
        for name in action[part].as_object().unwrap().keys() {
            assert!(document.contains(&format!("`{name}`")), "docs/ci/README.md does not explain {name}");
        }
    }
}
