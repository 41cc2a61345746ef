//! Signals while a workspace is read: a quick end, one message, nothing left behind.

use std::sync::Arc;
use std::time::Duration;

use crate::intercom::{Api, LOG, SEARCH};
use crate::program::{NOW, Program, TOKEN, program, scan};
use crate::server::{Answer, Server};
use crate::workspace::Workspace;

/// A server whose log answers too late for any test.
fn slow() -> Arc<Server> {
    let late = Answer::bytes(200, "{}").late(Duration::from_secs(40));
    Arc::new(Api::new(Workspace::healthy()).fault(SEARCH, late.clone()).fault(LOG, late).serve())
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
            let args = ["collect", "--base-url", &server.origin(), "-o", "ws.snapshot"];
            let collect = program().args(args).env("INTERCOM_ACCESS_TOKEN", TOKEN).now(NOW);
            let collect = old.iter().fold(collect, |collect, name| collect.file(name, "old"));
            ends(collect, signal, &server, old);
        }
    }
}
