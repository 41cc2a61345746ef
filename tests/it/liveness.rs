//! Whether scans still run: metrics for a collector, a heartbeat at the end of each, and `watch`.

use std::cell::RefCell;
use std::fs;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use crate::cases::side_by_side;
use crate::intercom::{Api, SEARCH};
use crate::program::{NOW, NOW_SECONDS, Program, demo, live, program, scan};
use crate::receiver::{Receiver, Reply};
use crate::server::{Answer, Server};
use crate::workspace::Workspace;

/// The part of an address that nothing may show.
const SECRET: &str = "9b1deb4d-3b7d";

/// A command with a heartbeat to an address, which is a secret.
fn beating(program: Program, address: &str) -> Program {
    program.file("heartbeat", format!("{address}\n")).args(["--heartbeat-file", "heartbeat"]).secret(SECRET)
}

/// An address of the receiver.
fn ping(receiver: &Receiver) -> String {
    receiver.address(&format!("/ping/{SECRET}"))
}

/// A workspace whose list of teammates the token may not read.
fn without_teammates() -> Api {
    Api::new(Workspace::healthy())
        .fault("/admins", Answer::error(403, "api_plan_restricted", "not in your plan"))
}

#[test]
fn a_scan_that_ran_is_alive_whatever_its_gate_says() {
    for (gate, code) in [("never", 0), ("l1", 1)] {
        let receiver = Receiver::start(Reply::Status(200));
        beating(demo().args(["--fail-on", gate]), &ping(&receiver)).run().exits(code);
        assert_eq!(receiver.requests(), [format!("GET /ping/{SECRET}")]);
    }
}

#[test]
fn a_scan_that_failed_says_so_in_one_line() {
    let refused = || Api::new(Workspace::healthy()).token("another").serve();
    let unlisted = without_teammates().serve();
    for (program, code, why) in [
        (scan(&refused().origin()), 3, "the workspace could not be read"),
        (scan(&unlisted.origin()), 3, "he list of teammates"),
        (demo().config("[scan]\nlevle = 1\n"), 2, "own.toml"),
        (demo().args(["--no-such-option"]), 2, "unexpected argument '--no-such-option'"),
        (program().args(["--color", "never", "scan", "--no-such"]), 2, "unexpected argument '--no-such'"),
        (demo().args(["--token-file", "dG9rOmZha2UtdG9rZW4tZmFrZS10b2tlbi1mYWtl"]), 2, "access token"),
    ] {
        let receiver = Receiver::start(Reply::Status(200));
        beating(program, &ping(&receiver)).run().exits(code);
        let heard = receiver.heard();
        assert_eq!(receiver.requests(), [format!("POST /ping/{SECRET}/fail")], "{why}");
        let body = &heard[0].body;
        assert!(body.starts_with(&format!("exit {code}: ")) && body.contains(why), "{body:?} is not {why:?}");
        assert_eq!(body.lines().count(), 1, "{body:?}");
    }
}

#[test]
fn the_line_has_pseudonyms_where_the_report_has_them() {
    for (redact, shown) in [(false, true), (true, false)] {
        let receiver = Receiver::start(Reply::Status(200));
        let scan = demo().config("[organization]\nrequired_region = \"ada@acme.example\"\n");
        let scan = if redact { scan.arg("--redact") } else { scan };
        beating(scan, &ping(&receiver)).run().exits(2);
        let body = &receiver.heard()[0].body;
        assert!(body.contains("own.toml:2"), "{body}");
        assert_eq!(body.contains("ada@acme.example"), shown, "{body}");
    }
}

#[test]
fn the_environment_names_the_file_too_and_the_option_goes_before_it() {
    for option in [false, true] {
        let (of_variable, of_option) =
            (Receiver::start(Reply::Status(200)), Receiver::start(Reply::Status(200)));
        let variable = demo().file("other", ping(&of_variable)).env("INTERCOM_HARDEN_HEARTBEAT", "other");
        let program = if option { beating(variable, &ping(&of_option)) } else { variable.secret(SECRET) };
        program.run().exits(0);
        assert_eq!(
            (of_variable.heard().len(), of_option.heard().len()),
            (usize::from(!option), usize::from(option))
        );
    }
}

#[test]
fn a_heartbeat_is_never_in_the_way_of_a_scan() {
    let elsewhere = Receiver::start(Reply::Status(200));
    let closed = format!("http://127.0.0.1:9/{SECRET}");
    let replies = [
        (Some(Reply::Status(500)), "it answered 500"),
        (Some(Reply::Redirect(ping(&elsewhere))), "it redirects (302), which is not followed"),
        (Some(Reply::Silence), "there was no answer within 5 s"),
        (None, "refused"),
    ];
    side_by_side(replies, |(reply, why)| {
        let receiver = reply.map(Receiver::start);
        let address = receiver.as_ref().map_or_else(|| closed.clone(), ping);
        let run = beating(demo(), &address).run().exits(0).says("the heartbeat did not arrive").says(why);
        assert!(run.elapsed < Duration::from_secs(15), "{why}: {:?}", run.elapsed);
    });
    assert!(elsewhere.heard().is_empty());
}

#[test]
fn an_address_that_cannot_be_used_is_an_error_that_does_not_show_it() {
    let server = Workspace::healthy().serve();
    let refused = |program: Program| program.run().exits(2).says("the heartbeat's address");
    for address in [format!("http://hc.example/{SECRET}"), SECRET.to_owned(), String::new()] {
        refused(beating(scan(&server.origin()), &address));
    }
    refused(scan(&server.origin()).args(["--heartbeat-file", "absent"]));
    let address = format!("https://hb.example/{SECRET}");
    refused(scan(&server.origin()).env("INTERCOM_HARDEN_HEARTBEAT", address).secret(SECRET));
    assert!(server.seen().is_empty(), "a scan began all the same");
}

/// A server whose log never answers in time.
fn slow() -> Arc<Server> {
    let late = Answer::bytes(200, "{}").late(Duration::from_secs(40));
    Arc::new(Api::new(Workspace::healthy()).log_fault(&late).serve())
}

#[test]
#[cfg(unix)]
fn a_signal_inside_a_scan_is_a_failure() {
    for (words, watches) in [(&["scan"][..], false), (&["watch", "--every", "1h"], true)] {
        let (server, receiver) = (slow(), Receiver::start(Reply::Status(200)));
        let asked = Arc::clone(&server);
        let program = beating(live(&server.origin(), words), &ping(&receiver));
        let program = if watches { program.by_the_clock() } else { program };
        let run = program.signal("TERM", move || !asked.seen_at(SEARCH).is_empty()).run();
        run.exits(3).says("error: interrupted by SIGTERM");
        let heard = receiver.heard();
        assert_eq!(receiver.requests(), [format!("POST /ping/{SECRET}/fail")]);
        assert!(heard[0].body.starts_with("exit 3: interrupted by SIGTERM"), "{heard:?}");
    }
}

#[test]
#[cfg(unix)]
fn watch_resolves_each_scan_anew_and_ends_with_0_between_two() {
    let (server, receiver) = (Workspace::healthy().serve(), Arc::new(Receiver::start(Reply::Status(200))));
    let watch = live(&server.origin(), &["watch", "--every", "2s", "--splay", "100ms", "--fail-on", "never"]);
    let watch = watch.by_the_clock().args(["-o", "json=report.json"]).config("[scan]\nsince = \"3d\"\n");
    let (config, report) = (watch.path("own.toml"), watch.path("report.json"));
    let heard = Arc::clone(&receiver);
    let windows = RefCell::new(Vec::new());
    let step = move || {
        let mut windows = windows.borrow_mut();
        if heard.heard().len() == windows.len() {
            return false;
        }
        let report: Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
        windows.push(report["scan"]["window"]["since"].as_str().unwrap().to_owned());
        match windows.as_slice() {
            [_] => fs::write(&config, "[scan]\nlevle = 1\n").unwrap(),
            [_, _] => fs::write(&config, "[scan]\nsince = \"5d\"\n").unwrap(),
            [first, second, third] => {
                assert!(first == second && third < second, "the second scan could not start: {windows:?}");
                sleep(Duration::from_millis(500));
                return true;
            }
            more => panic!("it goes on: {more:?}"),
        }
        false
    };
    let run = beating(watch, &ping(&receiver))
        .signal("TERM", step)
        .run()
        .exits(0)
        .says("levle")
        .says("Next scan: ");
    let next = run.stderr.split("Next scan: ").nth(1).unwrap().lines().next().unwrap();
    assert_eq!(next.len(), "2026-08-01 12:00 UTC.".len(), "{next}");
    let alive = format!("GET /ping/{SECRET}");
    assert_eq!(receiver.requests(), [alive.clone(), format!("POST /ping/{SECRET}/fail"), alive]);
    assert_eq!(run.stdout.matches("Gate ").count(), 2, "{}", run.stdout);
}

#[test]
fn watch_ends_where_its_first_scan_cannot_start() {
    let watch = || program().args(["watch", "--every", "1h"]);
    watch().env("INTERCOM_ACCESS_TOKEN", "").config("[scan]\nlevle = 1\n").run().exits(2).says("levle");
    program().arg("watch").run().exits(2).says("--every");
    watch().args(["--splay", "1h"]).run().exits(2).says("--splay is not shorter than --every");
    program().args(["watch", "--every", "hourly"]).run().exits(2).says("--every: not a duration");
    for option in [&["--demo"][..], &["--now", NOW], &["--snapshot", "x"], &["--token-stdin"]] {
        let receiver = Receiver::start(Reply::Status(200));
        let run = beating(watch().args(option.iter().copied()), &ping(&receiver)).run();
        run.exits(2).says(&format!("watch does not take {}", option[0]));
        assert_eq!(receiver.requests(), [format!("POST /ping/{SECRET}/fail")]);
    }
    let help = program().args(["watch", "--help"]).run().exits(0).stdout;
    for option in ["--demo", "--now", "--snapshot", "--token-stdin"] {
        assert!(!help.contains(option), "{help}");
    }
}

/// The value of a series, whose labels are given as they are written.
fn value(metrics: &str, name: &str, labels: &str) -> Option<f64> {
    let begins = format!("intercom_harden_{name}{{");
    let line = metrics.lines().find(|line| line.starts_with(&begins) && line.contains(labels))?;
    line.rsplit_once(' ')?.1.parse().ok()
}

#[test]
fn metrics_say_what_a_scan_of_a_workspace_came_to() {
    let server = Api::new(Workspace::healthy()).budget(1_000).serve();
    let run = scan(&server.origin()).by_the_clock().args(["-o", "acme.prom"]).run();
    let metrics = run.read("acme.prom").unwrap();
    let number = |name, labels: &str| {
        value(&metrics, name, labels).unwrap_or_else(|| panic!("no {name} in\n{metrics}"))
    };
    let used = number("rate_limit_used_ratio", "workspace=");
    assert!((0.001..0.5).contains(&used), "{used}");
    assert!(number("scan_duration_seconds", "") < 60.0);
    let report = run.json();
    assert_eq!(number("last_success_timestamp_seconds", ""), {
        let at: jiff::Timestamp = report["scan"]["at"].as_str().unwrap().parse().unwrap();
        at.as_second() as f64
    });
    for control in report["controls"].as_array().unwrap() {
        let (id, status) = (control["id"].as_str().unwrap(), control["status"].as_str().unwrap());
        let labels = format!("control=\"{id}\",level={},status=\"{status}\"", control["level"]);
        assert_eq!(number("control_status", &labels), 1.0, "{labels}");
    }
    let requests = report["sources"][2]["requests"].as_f64().unwrap();
    assert_eq!(number("source_requests", "source=\"activity-log\""), requests);
}

#[test]
fn a_scan_that_failed_leaves_the_metrics_of_the_last_success() {
    let refused = Api::new(Workspace::healthy()).token("another").serve();
    let unlisted = without_teammates().serve();
    for server in [&refused, &unlisted] {
        let run = scan(&server.origin()).file("acme.prom", "old").args(["-o", "acme.prom"]).run().exits(3);
        assert_eq!(run.read("acme.prom").unwrap(), "old");
        let told = run.stderr.contains("acme.prom is left as it is");
        assert_eq!(told, std::ptr::eq(server, &raw const unlisted), "{}", run.stderr);
    }
    // There is no file to leave where one is asked for on standard output.
    let printed = live(&unlisted.origin(), &["scan", "--format", "metrics"]).run().exits(3).stdout;
    assert_eq!(value(&printed, "last_success_timestamp_seconds", ""), None);
    assert_eq!(value(&printed, "source_state", "source=\"admins\",state=\"forbidden\""), Some(1.0));
}

#[test]
fn the_store_knows_since_when_the_oldest_finding_is_open() {
    let crowded = Workspace::crowded().serve();
    let store = tempfile::tempdir().unwrap();
    let store = store.path().join("posture.db").display().to_string();
    let metrics = |now| {
        let scan = scan(&crowded.origin()).args(["--store", &store, "-o", "acme.prom"]).now(now);
        scan.run().read("acme.prom").unwrap()
    };
    let oldest = |metrics: &str| value(metrics, "oldest_open_finding_timestamp_seconds", "level=\"l1\"");
    let first = metrics(NOW);
    assert_eq!(oldest(&first), Some(NOW_SECONDS as f64));
    assert_eq!(oldest(&metrics("2026-08-02T12:00:00Z")), Some(NOW_SECONDS as f64), "{first}");
    let alone = scan(&crowded.origin()).args(["-o", "acme.prom"]).run().read("acme.prom").unwrap();
    assert_eq!(oldest(&alone), None);
}

#[test]
#[cfg(unix)]
fn other_users_may_read_metrics() {
    let run = demo().args(["-o", "new.prom", "-o", "old.prom"]).file("old.prom", "").mode("old.prom", 0o640);
    let run = run.run().exits(0);
    assert_eq!(run.mode("old.prom"), 0o640);
    let usual =
        fs::OpenOptions::new().create(true).append(true).open(run.directory.path().join("x")).unwrap();
    drop(usual);
    assert_eq!(run.mode("new.prom"), run.mode("x"), "as the umask has it");
}
