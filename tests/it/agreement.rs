//! `doctor` and `scan` end alike, whatever is answered, live and saved.

use crate::cases::{side_by_side, some};
use crate::doctor::{assert_shows, diagnosed, doctor, healthy, snapshot};
use crate::intercom::{PROBED, SEARCH};
use crate::program::live;
use crate::replay::Saved;
use crate::server::Answer;

/// The answers of which a snapshot is compared too.
const SAVED: [&str; 5] = ["403", "404", "503", "null", "{}"];

/// What a path may be answered instead of what is asked for.
fn odd_answers() -> Vec<(&'static str, Answer)> {
    let error = |status: u16| Answer::error(status, "some_error", "Something is off");
    let statuses = [
        ("400", 400),
        ("401", 401),
        ("402", 402),
        ("403", 403),
        ("404", 404),
        ("405", 405),
        ("422", 422),
        ("503", 503),
    ];
    let mut answers: Vec<_> = statuses.into_iter().map(|(name, status)| (name, error(status))).collect();
    let allowlist = "Your IP address is not on the allowlist for API access";
    answers.push(("allowlist", Answer::error(403, "forbidden", allowlist)));
    answers.push(("redirect", Answer::bytes(302, "").header("Location", "https://elsewhere.example/")));
    answers.push(("html", Answer::bytes(200, "<html>sign in</html>").html()));
    for body in ["null", "42", "\"text\"", "true", "[]", "{}", "{\"type\":", ""] {
        answers.push((if body.is_empty() { "empty" } else { body }, Answer::bytes(200, body)));
    }
    answers
}

#[test]
fn doctor_and_scan_agree_about_every_answer() {
    let paths = ["/me", "/admins", SEARCH, "/ip_allowlist", PROBED[0]];
    let cells = paths.iter().flat_map(|path| odd_answers().into_iter().map(move |odd| (*path, odd)));
    side_by_side(some(odd_answers().len(), cells), |(path, (name, answer))| {
        let faulty =
            if path == SEARCH { healthy().log_fault(&answer) } else { healthy().fault(path, answer) };
        let server = faulty.serve();
        let scan = live(&server.origin(), &["scan", "--fail-on", "never"]).run();
        let doctor = doctor(&server.origin()).args(["--format", "json"]).run();
        assert_eq!(scan.code, doctor.code, "{path} {name}: {}", doctor.streams());
        if !SAVED.contains(&name) {
            return;
        }
        let collected = live(&server.origin(), &["collect", "-o", "ws.snapshot"]).run();
        if collected.files().is_empty() {
            return;
        }
        let saved = Saved::of(&collected);
        let (scan, doctor) = (saved.scan().args(["--fail-on", "never"]).run(), snapshot(&saved).run());
        assert_eq!(scan.code, doctor.code, "saved {path} {name}: {}", doctor.streams());
    });
}

#[test]
fn what_is_no_workspace_record_is_no_proxy() {
    for body in ["null", "42", "true", "\"text\"", "[]"] {
        let server = healthy().fault("/me", Answer::bytes(200, body)).serve();
        let parts = ["no workspace record", "GET /me", "incomplete"];
        let (run, _) = diagnosed(|| doctor(&server.origin()), 3, Some("source-failed"), &parts);
        assert!(!run.stdout.contains("a proxy") && !run.stdout.contains("sign-in page"), "{}", run.stdout);
    }
    let server = healthy().fault("/me", Answer::bytes(200, "{}")).serve();
    let run = doctor(&server.origin()).run().exits(0);
    assert_shows(&run, &["note workspace: no workspace record"]);
}

#[test]
fn an_allowlist_that_is_not_offered_is_no_failure() {
    for status in [400, 404] {
        let missing = Answer::error(status, "not_found", "The requested resource was not found");
        let server = healthy().fault("/ip_allowlist", missing).serve();
        let (run, json) = diagnosed(|| doctor(&server.origin()), 0, None, &["ready"]);
        assert_shows(&run, &["ok   ip-allowlist: not offered to this workspace"]);
        assert_eq!(json["permissions"][3]["status"], "not-offered");
    }
}
