//! Schedules: no other trigger depends on one, no other job is bound by one, and a heartbeat tells of one that stopped.

use serde_json::{Value, json};

use super::{EXAMPLES, OURS, text, yaml};

#[test]
fn a_disabled_schedule_takes_no_other_trigger_with_it() {
    let mut schedules = 0;
    for path in OURS.into_iter().chain(EXAMPLES) {
        let workflow = yaml(path);
        let Some(triggers) = workflow["on"].as_object().filter(|on| on.contains_key("schedule")) else {
            continue;
        };
        schedules += 1;
        let alone =
            triggers.keys().all(|trigger| ["schedule", "workflow_dispatch"].contains(&trigger.as_str()));
        assert!(alone, "{path}: GitHub disables the whole file, not the schedule alone");
    }
    assert_eq!(schedules, 2);
}

#[test]
fn rules_of_the_gitlab_example_are_those_of_its_jobs() {
    let file = yaml("docs/ci/gitlab-ci.yml");
    let nightly =
        json!([{"if": "$CI_PIPELINE_SOURCE == \"schedule\" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"}]);
    for (name, job) in file.as_object().unwrap() {
        assert!(
            job["script"].is_array() && name.starts_with("intercom-"),
            "{name} concerns every job of the project"
        );
        assert_eq!(job["rules"], nightly, "{name}");
        // The stages that a project has if it declares none.
        assert!(["build", "test"].contains(&job["stage"].as_str().unwrap()), "{name}");
    }
}

#[test]
fn other_branches_neither_build_nor_scan_in_jenkins() {
    let text = text("docs/ci/Jenkinsfile");
    let stages: Vec<_> = text.split("stage('").skip(1).collect();
    assert!(
        !stages.is_empty() && stages.iter().all(|stage| stage.contains("when { branch 'main' }")),
        "{text}"
    );
    assert!(text.contains("cron(env.BRANCH_NAME == 'main' ? "), "{text}");
}

/// The last step of the daily scan on GitHub.
fn heartbeat() -> Value {
    let workflow = yaml("docs/ci/github-scan.yml");
    super::steps(&workflow).last().copied().unwrap().clone()
}

#[test]
fn the_document_warns_of_schedules_that_stop() {
    let document = text("docs/ci/README.md");
    let section =
        document.split("\n## ").find(|section| section.starts_with("A schedule that stops\n")).unwrap();
    let address = "INTERCOM_HEARTBEAT_URL";
    assert!(section.contains("60 days") && section.contains(address));
    let step = heartbeat();
    assert_eq!(step["env"]["HEARTBEAT_URL"], format!("${{{{ secrets.{address} }}}}"));
    // Other systems leave it to the scan.
    assert!(section.contains("`--heartbeat-file`") && section.contains("`INTERCOM_HARDEN_HEARTBEAT`"));
}

#[cfg(unix)]
#[test]
fn the_heartbeat_tells_a_scan_from_its_absence() {
    use std::os::unix::fs::PermissionsExt as _;

    let step = heartbeat();
    assert_eq!(step["if"], "always()");
    let folder = tempfile::tempdir().unwrap();
    let curl = folder.path().join("curl");
    std::fs::write(&curl, "#!/bin/sh\nfor last; do :; done\necho \"$last\"\n").unwrap();
    std::fs::set_permissions(&curl, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
    for (code, called) in
        [("0", ""), ("1", ""), ("2", "/fail"), ("3", "/fail"), ("137", "/fail"), ("", "/fail")]
    {
        let run = std::process::Command::new("bash")
            .args(["-e", "-c", step["run"].as_str().unwrap()])
            .env("PATH", &path)
            .env("EXIT_CODE", code)
            .env("HEARTBEAT_URL", "https://beat.example/key")
            .output()
            .expect("bash is there");
        let address = String::from_utf8(run.stdout).unwrap();
        assert_eq!(address, format!("https://beat.example/key{called}\n"), "exit code {code}");
    }
}
