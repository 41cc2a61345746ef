//! Signals while a workspace is read: the program ends quickly with one message and leaves no files.

use std::sync::Arc;
use std::time::Duration;

use crate::intercom::{Api, SEARCH};
use crate::program::{Program, live, scan};
use crate::server::{Answer, Server};
use crate::workspace::Workspace;

/// A server whose log never answers in time.
fn slow() -> Arc<Server> {
    let late = Answer::bytes(200, "{}").late(Duration::from_secs(40));
    Arc::new(Api::new(Workspace::healthy()).log_fault(&late).serve())
}

fn ends(program: Program, signal: &'static str, server: &Arc<Server>, files: &[&str]) {
    let asked = Arc::clone(server);
    let run = program.signal(signal, move || !asked.seen_at(SEARCH).is_empty()).run();
    let run = run.exits(3).says("interrupted");
    assert_eq!(run.stdout, "");
    assert!(run.elapsed < Duration::from_secs(15), "it took {:?}", run.elapsed);
    assert_eq!(run.files(), files, "nothing is left behind");
}

#[test]
fn scan_ends_at_once_and_leaves_no_files() {
    for signal in ["INT", "TERM"] {
        let server = slow();
        ends(scan(&server.origin()).args(["-o", "json=report.json"]), signal, &server, &[]);
    }
}

#[test]
fn collect_ends_at_once_and_leaves_the_old_file() {
    for signal in ["INT", "TERM"] {
        for old in [&[][..], &["ws.snapshot"]] {
            let server = slow();
            let collect = live(&server.origin(), &["collect", "-o", "ws.snapshot"]);
            let collect = old.iter().fold(collect, |collect, name| collect.file(name, "old"));
            ends(collect, signal, &server, old);
        }
    }
}
