//! What `generate schedule` prints: its commands scan, keep the result and send the heartbeat, as they stand there.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::ci::documents;
use crate::program::{NOW, Program, TOKEN, program};
use crate::readme::document;
use crate::server::Server;
use crate::workspace::Workspace;

fn printed(scheduler: &str) -> String {
    program().args(["generate", "schedule", scheduler]).run().exits(0).says("").stdout
}

/// A machine that is prepared as the comments ask.
fn prepared(server: &Server) -> Program {
    program()
        .file("configuration/intercom-harden.toml", "[scan]\nsince = \"30d\"\n")
        .file("secrets/token", TOKEN)
        .file("secrets/heartbeat", format!("{}/heartbeat", server.origin()))
        .file("state/other", "")
}

/// Runs the words of a command, with the folders that it names put elsewhere.
fn assert_scans(command: &[String], folders: &[(&str, &str)]) {
    assert_eq!(Path::new(&command[0]).file_name().unwrap(), "intercom-harden");
    assert!(
        folders.iter().all(|(folder, _)| command.iter().any(|word| word.contains(folder))),
        "{command:?}"
    );
    let elsewhere =
        |word: &String| folders.iter().fold(word.clone(), |word, (from, to)| word.replacen(from, to, 1));
    let server = Workspace::healthy().serve();
    let words = command[1..].iter().map(elsewhere);
    let run = prepared(&server).args(words).args(["--base-url", &server.origin()]).now(NOW).run().exits(0);
    assert_eq!(run.stdout, "", "the journal and the logs of pods have more readers than the store");
    assert!(!run.stderr.contains("Other users"), "{}", run.stderr);
    assert!(!run.bytes("state/posture.db").is_empty());
    assert_eq!(server.seen_at("/heartbeat").len(), 1, "{}", run.stderr);
}

#[test]
fn each_says_where_it_goes() {
    for (scheduler, place) in [
        ("systemd", "# /etc/systemd/system/intercom-harden.service\n"),
        ("cron", "# The crontab of a user"),
        ("kubernetes", "# intercom-harden.yaml: "),
        ("github", "# .github/workflows/intercom-posture.yml: "),
        ("GitLab", "# .gitlab-ci.yml: "),
    ] {
        assert!(printed(scheduler).starts_with(place), "{scheduler}");
    }
    program().args(["generate", "schedule", "launchd"]).run().exits(2).says("launchd");
}

/// The values of a key of a unit, with continued lines joined.
fn values(unit: &str, key: &str) -> Vec<String> {
    let joined = unit.replace("\\\n", " ");
    let lines = joined.lines().filter_map(|line| line.split_once('='));
    lines.filter(|(name, _)| *name == key).map(|(_, value)| value.to_owned()).collect()
}

#[test]
fn the_service_scans_and_reads_secrets_as_credentials() {
    let units = printed("systemd");
    let [start] = &values(&units, "ExecStart")[..] else { panic!("{units}") };
    let command: Vec<_> = start.split_whitespace().map(str::to_owned).collect();
    let folders = [
        ("/etc/intercom-harden", "configuration"),
        ("${CREDENTIALS_DIRECTORY}", "secrets"),
        ("${STATE_DIRECTORY}", "state"),
    ];
    assert_scans(&command, &folders);
    for (key, value) in [
        ("DynamicUser", "yes"),
        ("StateDirectory", "intercom-harden"),
        ("Persistent", "true"),
        ("RandomizedDelaySec", "30min"),
    ] {
        assert_eq!(values(&units, key), [value]);
    }
    for credential in values(&units, "LoadCredential") {
        let (name, from) = credential.split_once(':').unwrap();
        assert_eq!(from, format!("/etc/intercom-harden/{name}"));
        assert!(start.contains(&format!("${{CREDENTIALS_DIRECTORY}}/{name} ")), "{name} has no use");
    }
}

#[test]
fn the_job_scans_and_reads_secrets_as_files() {
    let documents = documents("kubernetes", &printed("kubernetes"));
    let [claim, job] = &documents[..] else { panic!("{documents:?}") };
    assert_eq!(job["spec"]["concurrencyPolicy"], "Forbid");
    assert!(job["spec"]["startingDeadlineSeconds"].is_i64());
    let pod = &job["spec"]["jobTemplate"]["spec"]["template"]["spec"];
    let container = &pod["containers"][0];
    assert_eq!(container["securityContext"]["readOnlyRootFilesystem"], true);
    assert_eq!(container.get("env"), None, "an environment shows in the description of the pod");
    let words = ["command", "args"].into_iter().flat_map(|key| container[key].as_array().unwrap());
    let command: Vec<_> = words.map(|word| word.as_str().unwrap().to_owned()).collect();
    let folders = [
        ("/etc/intercom-harden", "configuration"),
        ("/run/secrets/intercom-harden", "secrets"),
        ("/var/lib/intercom-harden", "state"),
    ];
    assert_scans(&command, &folders);
    let mounts = container["volumeMounts"].as_array().unwrap();
    for (folder, _) in folders {
        assert!(mounts.iter().any(|mount| mount["mountPath"] == folder), "{folder}");
    }
    let named = |list: &'static str, of: &Value| -> Vec<String> {
        of[list].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(named("volumeMounts", container), named("volumes", pod));
    let state = pod["volumes"].as_array().unwrap().iter().find(|volume| volume["name"] == "state").unwrap();
    assert_eq!(state["persistentVolumeClaim"]["claimName"], claim["metadata"]["name"]);
}

/// Runs the line of the crontab as cron does, around which another command may stand.
#[cfg(target_os = "linux")]
fn run_by_cron(around: impl Fn(&str, &Path) -> String, code: i32) -> (tempfile::TempDir, Server) {
    let server = Workspace::healthy().serve();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for name in ["configuration", "state"] {
        fs::create_dir(path(name)).unwrap();
    }
    fs::write(path("configuration/intercom-harden.toml"), "").unwrap();
    fs::write(path("configuration/token"), TOKEN).unwrap();
    fs::write(path("configuration/heartbeat"), format!("{}/heartbeat", server.origin())).unwrap();
    let crontab = printed("cron")
        .replace("/var/lib/intercom-harden", path("state").to_str().unwrap())
        .replace("/etc/intercom-harden", path("configuration").to_str().unwrap())
        .replace("/usr/local/bin/intercom-harden", env!("CARGO_BIN_EXE_intercom-harden"));
    let mut lines: Vec<_> = crontab.lines().filter(|line| !line.starts_with('#')).collect();
    let line = lines.pop().unwrap();
    assert!(!line.contains('%'), "cron takes a percent sign for the end of a line");
    let command = line.splitn(6, ' ').last().unwrap();
    let command = format!("{command} --base-url {} --now {NOW}", server.origin());
    let run = std::process::Command::new("/bin/sh")
        .args(["-c", &around(&command, &path("state/lock"))])
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", folder.path())
        .envs(lines.iter().map(|line| line.split_once('=').unwrap()))
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(code), "{}", String::from_utf8_lossy(&run.stderr));
    assert!(run.stdout.is_empty(), "cron mails it");
    (folder, server)
}

#[cfg(target_os = "linux")]
#[test]
fn the_line_of_the_crontab_scans_unless_a_scan_is_running() {
    let (folder, server) = run_by_cron(|command, _| command.to_owned(), 0);
    assert!(folder.path().join("state/posture.db").exists());
    assert_eq!(server.seen_at("/heartbeat").len(), 1);
    let locked = |command: &str, lock: &Path| format!("exec 9> {}; flock -n 9; {command}", lock.display());
    let (folder, server) = run_by_cron(locked, 1);
    assert!(!folder.path().join("state/posture.db").exists() && server.seen().is_empty());
}

#[cfg(unix)]
#[test]
fn the_units_are_taken_apart_as_the_document_says() {
    let text = document("docs/schedules.md");
    let program = text.split("awk '").nth(1).and_then(|rest| rest.split('\'').next()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().to_str().unwrap();
    fs::write(
        folder.path().join("printed"),
        printed("systemd").replace("# /etc/systemd/system", &format!("# {here}")),
    )
    .unwrap();
    let program = program.replace("/etc/systemd/system", here);
    let run = std::process::Command::new("awk").arg(&program).arg(folder.path().join("printed")).status();
    assert!(run.unwrap().success(), "{program}");
    for unit in ["intercom-harden.service", "intercom-harden.timer"] {
        let written = fs::read_to_string(folder.path().join(unit)).unwrap();
        let original = document(Path::new("docs/schedules").join(unit));
        assert_eq!(written.replace(here, "/etc/systemd/system").trim(), original.trim());
    }
}
