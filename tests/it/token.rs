//! The sources of the token, invalid tokens, and that the token never leaks. Every run of the harness also checks that no
//! output and no file has it.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::cases::side_by_side;
use crate::intercom::Api;
use crate::program::{TOKEN, scan, scan_without_token};
use crate::workspace::Workspace;

const NAME: &str = "INTERCOM_ACCESS_TOKEN";

fn origin() -> crate::server::Server {
    Workspace::healthy().serve()
}

#[test]
fn no_token_says_where_to_put_one_and_how_to_get_one() {
    let server = origin();
    let run = scan_without_token(&server.origin()).run().exits(2).says(NAME).says("Developer Hub");
    let run = run.says("\"Can access developer hub\"").says("Regenerating deletes the old token");
    assert_eq!(run.stdout, "");
    assert!(server.seen().is_empty(), "nothing is asked without a token");
}

#[test]
fn token_comes_from_a_file_or_stdin_and_is_trimmed() {
    let server = origin();
    let token = format!("  {TOKEN}\r\n");
    let from_file =
        scan_without_token(&server.origin()).file("token", &token).args(["--token-file", "token"]);
    let run = from_file.run().exits(0);
    assert!(!run.stderr.to_lowercase().contains("permission"), "{}", run.stderr);
    scan_without_token(&server.origin()).stdin(token).arg("--token-stdin").run().exits(0);
}

#[test]
fn the_deadline_counts_from_the_wait_for_the_token() {
    let late = crate::server::Answer::bytes(200, "{}").late(Duration::from_secs(30));
    let server = Api::new(Workspace::healthy()).fault("/me", late.clone()).fault("/admins", late).serve();
    let spawn = |command: &str| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_intercom-harden"));
        child.args([command, "--token-stdin", "--timeout", "3s", "--base-url", &server.origin()]).env_clear();
        child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    side_by_side([("scan", false), ("doctor", false), ("scan", true)], |(command, sent)| {
        let began = Instant::now();
        let mut child = spawn(command);
        let mut stdin = child.stdin.take().unwrap();
        std::thread::sleep(Duration::from_secs(2));
        if sent {
            stdin.write_all(TOKEN.as_bytes()).unwrap();
            drop(stdin);
        } else {
            // A pipe that stays open.
            std::mem::forget(stdin);
        }
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{said}");
        let part = if sent { "deadline of the scan" } else { "no access token came on standard input" };
        assert!(said.contains(part) && said.contains("--timeout"), "{said}");
        let elapsed = began.elapsed();
        assert!(
            elapsed > Duration::from_millis(2_900) && elapsed < Duration::from_millis(4_500),
            "{elapsed:?}"
        );
    });
}

#[test]
fn malformed_tokens_are_refused_before_anything_is_asked() {
    let server = origin();
    for token in ["", "  \n", "first-line\nsecond-line", "tökén-of-letters", "with\u{7f}control"] {
        let run = scan_without_token(&server.origin()).stdin(token).arg("--token-stdin").run().exits(2);
        assert!(run.stderr.contains("token"), "{token:?}: {}", run.stderr);
        let word = token.split_whitespace().next().unwrap_or("no such word");
        assert!(!run.stderr.contains(word), "{token:?} is shown: {}", run.stderr);
        let from_file = scan_without_token(&server.origin()).file("token", token);
        from_file.args(["--token-file", "token"]).run().exits(2);
    }
    scan_without_token(&server.origin()).env(NAME, "").run().exits(2);
    assert!(server.seen().is_empty());
}

#[test]
fn token_file_is_a_small_regular_file() {
    let server = origin();
    let devices: &[_] = if cfg!(unix) { &[("/dev/zero", "/dev/zero")] } else { &[] };
    let files = [("absent", "absent"), ("dir", "dir"), ("large", "longer than 4096 bytes")];
    for (path, said) in files.iter().chain(devices) {
        let scan = scan_without_token(&server.origin()).file("dir/x", "").file("large", "x".repeat(5000));
        scan.args(["--token-file", *path]).run().exits(2).says(said);
    }
    assert!(server.seen().is_empty());
}

#[cfg(unix)]
#[test]
fn loose_permissions_are_warned_about() {
    let server = origin();
    let program = scan_without_token(&server.origin()).file("token", TOKEN).mode("token", 0o644);
    program
        .args(["--token-file", "token"])
        .run()
        .exits(0)
        .says("other users of this machine may read the token in");
}

#[test]
fn token_is_no_argument() {
    let server = origin();
    let run = scan_without_token(&server.origin()).args(["--token", "some-secret"]).run().exits(2);
    assert!(!run.stderr.contains("some-secret"), "{}", run.stderr);
}

#[test]
fn wrong_token_is_not_repeated() {
    let server = origin();
    let run = scan_without_token(&server.origin()).env(NAME, "wrong-token-4711").secret("wrong-token-4711");
    run.run().exits(3);
    scan(&server.origin()).run().exits(0);
}
