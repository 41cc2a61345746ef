//! What `generate schedule` prints: its commands scan, keep the result and send the heartbeat, as they stand there.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::ci::{documents, strings};
use crate::program::{NOW, Program, TOKEN, program};
use crate::readme::document;
use crate::server::Server;
use crate::workspace::Workspace;

fn printed(scheduler: &str) -> String {
    program().args(["generate", "schedule", scheduler]).run().exits(0).says("").stdout
}

/// The same for readers who have no heartbeat: without the lines that name one.
fn without_heartbeat(printed: &str) -> String {
    let kept = printed.lines().filter(|line| !line.to_lowercase().contains("heartbeat"));
    kept.map(|line| format!("{line}\n")).collect()
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
    let beats = command.iter().any(|word| word.contains("heartbeat"));
    assert_eq!(server.seen_at("/heartbeat").len(), usize::from(beats), "{}", run.stderr);
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

fn command_of_service(units: &str) -> Vec<String> {
    let [start] = &values(units, "ExecStart")[..] else { panic!("{units}") };
    start.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn the_service_scans_and_reads_secrets_as_credentials() {
    let units = printed("systemd");
    let command = command_of_service(&units);
    let folders = [
        ("/etc/intercom-harden", "configuration"),
        ("${CREDENTIALS_DIRECTORY}", "secrets"),
        ("${STATE_DIRECTORY}", "state"),
    ];
    assert_scans(&command, &folders);
    assert_scans(&command_of_service(&without_heartbeat(&units)), &folders);
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
        let read = format!("${{CREDENTIALS_DIRECTORY}}/{name}");
        assert!(command.iter().any(|word| word.ends_with(&read)), "{name} has no use");
    }
}

fn command_of_container(container: &Value) -> Vec<String> {
    let words = ["command", "args"].into_iter().flat_map(|key| container[key].as_array().unwrap());
    words.map(|word| word.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_job_scans_and_reads_secrets_as_files() {
    let text = printed("kubernetes");
    let objects = documents("kubernetes", &text);
    let [claim, job] = &objects[..] else { panic!("{objects:?}") };
    assert_eq!(job["spec"]["concurrencyPolicy"], "Forbid");
    assert!(job["spec"]["startingDeadlineSeconds"].is_i64());
    let pod = &job["spec"]["jobTemplate"]["spec"]["template"]["spec"];
    let container = &pod["containers"][0];
    assert_eq!(container["securityContext"]["readOnlyRootFilesystem"], true);
    assert_eq!(container.get("env"), None, "an environment shows in the description of the pod");
    let folders = [
        ("/etc/intercom-harden", "configuration"),
        ("/run/secrets/intercom-harden", "secrets"),
        ("/var/lib/intercom-harden", "state"),
    ];
    assert_scans(&command_of_container(container), &folders);
    let without = documents("kubernetes", &without_heartbeat(&text));
    let pod_without = &without[1]["spec"]["jobTemplate"]["spec"]["template"]["spec"];
    assert_scans(&command_of_container(&pod_without["containers"][0]), &folders);
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

/// Runs the script of a pipeline as its system does, in a folder with what the last scan left.
#[cfg(unix)]
fn run_pipeline(script: &str, folder: &Path, origin: &str, options: &str) -> std::process::Output {
    use std::os::unix::fs::PermissionsExt as _;

    let built = env!("CARGO_BIN_EXE_intercom-harden");
    let program = format!(
        "#!/bin/sh\nif [ \"$1\" = scan ]; then exec {built} \"$@\" --base-url {origin} {options}; fi\nexec {built} \"$@\"\n"
    );
    fs::write(folder.join("bin/intercom-harden"), program).unwrap();
    fs::set_permissions(folder.join("bin/intercom-harden"), fs::Permissions::from_mode(0o755)).unwrap();
    // What a checkout does away with.
    drop(fs::remove_file(folder.join("last.json")));
    let mut bash = std::process::Command::new("bash");
    bash.args(["-eo", "pipefail", "-c", script]).current_dir(folder);
    bash.env_clear().env("PATH", "/usr/bin:/bin").env("INTERCOM_ACCESS_TOKEN", TOKEN).output().unwrap()
}

#[cfg(unix)]
#[test]
fn pipelines_compare_with_what_the_last_scan_left() {
    for path in ["docs/ci/gitlab-ci.yml", "docs/ci/circleci.yml"] {
        let file = documents(path, &document(path));
        let scripts = strings(&file[0]).into_iter().filter(|text| text.contains("bin/intercom-harden scan"));
        let [script] = scripts.collect::<Vec<_>>()[..] else { panic!("{path}") };
        let folder = tempfile::tempdir().unwrap();
        for name in ["bin", "security"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        fs::write(folder.path().join("security/intercom-harden.toml"), "").unwrap();
        let at = |instant: &str| format!("--now {instant}");
        let healthy = Workspace::healthy().app("region", "EU").serve();
        let crowded = Workspace::crowded().app("region", "EU").serve();
        let offline = "http://127.0.0.1:1";
        for (origin, options, code, compares) in [
            (healthy.origin(), at("2026-08-01T11:00:00Z"), 0, false),
            (crowded.origin(), at(NOW), 1, true),
            (offline.to_owned(), "--timeout 1s".to_owned(), 3, false),
            (crowded.origin(), at("2026-08-01T13:00:00Z"), 1, true),
        ] {
            let run = run_pipeline(script, folder.path(), &origin, &options);
            let said = String::from_utf8_lossy(&run.stdout);
            assert_eq!(
                run.status.code(),
                Some(code),
                "{path}: {said}{}",
                String::from_utf8_lossy(&run.stderr)
            );
            let told = ["compared with", "Nothing changed in"].iter().any(|words| said.contains(words));
            assert_eq!(told, compares, "{path}: {said}");
            assert!(folder.path().join("posture/report.json").exists());
        }
    }
}
