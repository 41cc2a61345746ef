//! Signals at any moment: the program ends quickly with one message and leaves no unfinished files. What a killed program
//! leaves behind goes with the next one.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::cases::side_by_side;
use crate::intercom::{Api, SEARCH};
use crate::program::{NOW, Program, TOKEN, live, program, scan};
use crate::server::{Answer, Server};
use crate::workspace::Workspace;

/// What ends a program, but for the one that cannot be caught.
const SIGNALS: [&str; 4] = ["INT", "TERM", "HUP", "QUIT"];

/// A server whose log never answers in time.
fn slow() -> Arc<Server> {
    let late = Answer::bytes(200, "{}").late(Duration::from_secs(40));
    Arc::new(Api::new(Workspace::healthy()).log_fault(&late).serve())
}

fn ends(program: Program, signal: &'static str, server: &Arc<Server>, files: &[&str]) {
    let asked = Arc::clone(server);
    let run = program.signal(signal, move || !asked.seen_at(SEARCH).is_empty()).run();
    let run = run.exits(3).says(&format!("error: interrupted by SIG{signal}"));
    assert_eq!(run.stdout, "");
    assert!(run.elapsed < Duration::from_secs(15), "it took {:?}", run.elapsed);
    assert_eq!(run.files(), files, "nothing is left behind");
}

#[test]
fn scan_ends_at_once_and_leaves_no_files() {
    for signal in SIGNALS {
        let server = slow();
        ends(scan(&server.origin()).args(["-o", "json=report.json"]), signal, &server, &[]);
    }
}

#[test]
fn collect_ends_at_once_and_leaves_the_old_file() {
    for signal in SIGNALS {
        for old in [&[][..], &["ws.snapshot"]] {
            let server = slow();
            let collect = live(&server.origin(), &["collect", "-o", "ws.snapshot"]);
            let collect = old.iter().fold(collect, |collect, name| collect.file(name, "old"));
            ends(collect, signal, &server, old);
        }
    }
}

/// A command in a folder, as a plain process.
fn spawn(folder: &Path, args: &[&str]) -> Child {
    let mut command = crate::program::binary();
    command.args(args).env_clear().current_dir(folder).env("INTERCOM_ACCESS_TOKEN", TOKEN);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// `collect`, in the middle of its work.
fn collect(folder: &Path, server: &Server) -> Child {
    let before = server.seen_at(SEARCH).len();
    let child = spawn(folder, &["collect", "-o", "ws.snapshot", "--base-url", &server.origin()]);
    while server.seen_at(SEARCH).len() == before {
        std::thread::sleep(Duration::from_millis(5));
    }
    child
}

fn send(child: &Child, signal: &str) {
    assert!(Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().unwrap().success());
}

/// Waits for the end, for at most 15 seconds, without reading what the program says.
fn wait(mut child: Child) -> Output {
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > Duration::from_secs(15) {
            child.kill().unwrap();
            panic!("it does not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.wait_with_output().unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn commands_that_wait_end_at_once() {
    let report = program().args(["scan", "--demo", "--format", "json"]).now(NOW).run().exits(0).stdout;
    // For the report, for the token, for another edit, for a reader of the page.
    let waiting = [
        &["render", "-"][..],
        &["scan", "--token-stdin"],
        &["attest", "1.3", "--by", "Dana"],
        &["render", "report.json", "--format", "html"],
    ];
    side_by_side(waiting, |args| {
        for signal in ["TERM", "HUP"] {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("report.json"), &report).unwrap();
            let edited = fs::File::open(folder.path()).unwrap();
            edited.lock().unwrap();
            let child = spawn(folder.path(), args);
            std::thread::sleep(Duration::from_millis(700));
            send(&child, signal);
            let output = wait(child);
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(3), "{args:?}: {said}");
            assert!(said.contains(&format!("interrupted by SIG{signal}")), "{args:?}: {said}");
            assert_eq!(names(folder.path()), ["report.json"], "{args:?}");
        }
    });
}

#[test]
fn a_full_pipe_to_standard_error_holds_no_program_back() {
    let (_unread, full) = std::io::pipe().unwrap();
    let mut command = crate::program::binary();
    command.args(["scan", "--demo", "--format", "html"]).env_clear().stdin(Stdio::null());
    let child = command.stdout(full.try_clone().unwrap()).stderr(full).spawn().unwrap();
    std::thread::sleep(Duration::from_secs(2));
    send(&child, "TERM");
    assert_eq!(wait(child).status.code(), Some(3));
}

#[test]
fn at_any_moment_files_are_whole_or_not_there() {
    let outputs = ["-o", "r.json", "-o", "r.html", "-o", "r.csv", "-o", "r.sarif", "-o", "r.people.csv"];
    let args = [&["scan", "--demo", "--format", "none"][..], &outputs].concat();
    let folder = tempfile::tempdir().unwrap();
    let began = Instant::now();
    assert_eq!(wait(spawn(folder.path(), &args)).status.code(), Some(0));
    let whole = began.elapsed();
    let written = names(folder.path());
    assert_eq!(written.len(), 5);
    for round in 0..16_u32 {
        let folder = tempfile::tempdir().unwrap();
        let child = spawn(folder.path(), &args);
        std::thread::sleep(whole * (round + 4) / 20);
        let signal = SIGNALS[round as usize % SIGNALS.len()];
        send(&child, signal);
        let _ = wait(child);
        for name in names(folder.path()) {
            assert!(written.contains(&name), "{signal} in round {round} left {name}");
            assert!(fs::metadata(folder.path().join(name)).unwrap().len() > 100);
        }
    }
}

#[test]
fn signals_that_are_ignored_stay_ignored() {
    let server = slow();
    let folder = tempfile::tempdir().unwrap();
    let binary = env!("CARGO_BIN_EXE_intercom-harden");
    let origin = server.origin();
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' HUP; exec \"$0\" scan --base-url \"$1\"", binary, &origin]);
    shell.current_dir(folder.path()).env("INTERCOM_ACCESS_TOKEN", TOKEN);
    let child = shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while server.seen_at(SEARCH).is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    send(&child, "HUP");
    std::thread::sleep(Duration::from_millis(200));
    send(&child, "TERM");
    let output = wait(child);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("interrupted by SIGTERM") && !said.contains("SIGHUP"), "{said}");
}

#[test]
fn what_a_killed_run_left_goes_at_the_next_write() {
    let server = slow();
    let folder = tempfile::tempdir().unwrap();
    let unfinished = || {
        let mut names = names(folder.path());
        names.retain(|name| name.ends_with(".tmp"));
        names
    };
    let mut killed = collect(folder.path(), &server);
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_eq!(unfinished().len(), 1, "a kill leaves it");
    // Not ours, whatever their names begin with.
    let others = [".intercom-harden-token", ".intercom-harden-0123456789ab", ".intercom-harden-a.tmp"];
    others.iter().for_each(|name| fs::write(folder.path().join(name), "mine").unwrap());
    fs::create_dir(folder.path().join(".intercom-harden-abcdefghijkl.tmp")).unwrap();
    let mut living = collect(folder.path(), &server);
    let kept = unfinished();
    assert_eq!(kept.len(), 3, "that of the killed run went with the next: {kept:?}");
    let scan = spawn(folder.path(), &["scan", "--demo", "--format", "none", "-o", "r.json"]);
    assert_eq!(wait(scan).status.code(), Some(0));
    assert_eq!(unfinished(), kept, "that of a living run stays");
    living.kill().unwrap();
    living.wait().unwrap();
    assert!(wait(spawn(folder.path(), &["attest", "1.3", "--by", "Dana"])).status.success());
    assert_eq!(unfinished(), [".intercom-harden-a.tmp", ".intercom-harden-abcdefghijkl.tmp"]);
    assert!(others.iter().all(|name| fs::read_to_string(folder.path().join(name)).unwrap() == "mine"));
}
