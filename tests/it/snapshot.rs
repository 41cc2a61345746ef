//! Snapshot files: writing, refusing, and the cost of reading.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::intercom::Api;
use crate::program::{NOW, NOW_SECONDS, Program, live, program};
use crate::replay::Saved;
use crate::run::Run;
use crate::workspace::{DAY, Workspace};

fn collect(origin: &str, output: &str) -> Program {
    live(origin, &["collect", "-o", output])
}

/// A scan of a file with these bytes; without a server or a token.
fn scan_file(bytes: &[u8]) -> Run {
    program().args(["scan", "--format", "json", "--snapshot", "ws.snapshot"]).file("ws.snapshot", bytes).run()
}

#[track_caller]
fn assert_refused(bytes: &[u8], phrase: &str) {
    let run = scan_file(bytes).exits(2).says("ws.snapshot").says(phrase).says("hint: ");
    assert_eq!(run.stdout, "", "{}", run.streams());
    assert_eq!(run.stderr.lines().count(), 2, "one message, one hint: {}", run.stderr);
    assert!(run.elapsed < Duration::from_secs(20), "{:?}", run.elapsed);
}

fn healthy() -> Vec<u8> {
    fs::read(Saved::collect(&Workspace::healthy().serve().origin(), &[], 0).path()).unwrap()
}

#[test]
fn truncated_files_are_refused() {
    let whole = healthy();
    scan_file(&whole).exits(0);
    let header = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let ends =
        [0, 1, header / 2, header - 1, header, header + 1, header + 5, whole.len() - 2, whole.len() - 1];
    for end in ends.into_iter().chain((header..whole.len()).step_by(97)) {
        assert_refused(&whole[..end], "");
    }
}

#[test]
fn changed_files_are_refused() {
    let whole = healthy();
    for at in (0..whole.len()).step_by(whole.len() / 60) {
        for bit in [0x01, 0x20] {
            let mut changed = whole.clone();
            changed[at] ^= bit;
            assert_refused(&changed, "");
        }
    }
    assert_refused(&[&whole[..], b"x"].concat(), "something follows");
    assert_refused(&[&whole[..], &whole[..]].concat(), "something follows");
}

#[test]
fn other_files_are_refused() {
    assert_refused(b"", "the file is empty");
    assert_refused(b"{}\n", "not a snapshot");
    assert_refused(b"\x1b[2J\x00\xff\n", "not a snapshot");
    assert_refused(br#"{"format":"intercom-harden snapshot","version":3,"new":true}"#, "first line");
    let future = b"{\"format\":\"intercom-harden snapshot\",\"version\":3,\"new\":true}\n";
    assert_refused(future, "format version 3");
    let scan = |path: &str| program().args(["scan", "--snapshot", path]).file("folder/x", "");
    scan("absent").run().exits(2).says("absent");
    scan("folder").run().exits(2).says("folder");
    #[cfg(unix)]
    {
        for special in ["/dev/zero", "/dev/null"] {
            scan(special).run().exits(2).says("regular file");
        }
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        scan(&pipe.display().to_string()).run().exits(2).says("regular file");
    }
}

#[test]
fn window_and_instant_stay_within_what_was_collected() {
    let server = Workspace::healthy().serve();
    let saved = Saved::collect(&server.origin(), &[], 0);
    saved.scan().args(["--since", "31d"]).run().exits(2).says("reaches back to 2026-07-02").says("--since");
    saved.scan().now("2026-08-01T12:00:01Z").run().exits(2).says("2026-08-01T12:00:01Z").says("--now");
    saved.scan().now("2025-01-01T00:00:00Z").run().exits(2).says("reaches back to");
    let report = saved.scan().args(["--since", "1d"]).run().exits(0).report();
    assert_eq!(report.0["scan"]["at"], NOW, "a snapshot is scanned as of when it was taken");
    assert_eq!(report.0["scan"]["window"]["since"], "2026-07-31T12:00:00Z");
    let earlier = saved.scan().now("2026-08-01T11:00:00Z").run().exits(0).report();
    assert_eq!(earlier.0["scan"]["window"]["since"], "2026-07-02T12:00:00Z", "it knows no more");
    earlier.assert("1.1", "pass");
    earlier.assert("E5", "manual");
}

#[test]
fn options_for_a_live_workspace_are_refused() {
    let live: [&[&str]; 5] = [
        &["--base-url", "http://127.0.0.1:9"],
        &["--region", "eu"],
        &["--login-url", "https://app.eu.intercom.com"],
        &["--token-file", "token"],
        &["--token-stdin"],
    ];
    for args in live {
        program().args(["scan", "--demo"]).args(args.to_vec()).run().exits(2).says(args[0]);
        program().args(["scan", "--snapshot", "x"]).args(args.to_vec()).run().exits(2).says(args[0]);
    }
}

#[test]
fn unwritable_place_is_refused_before_anything_is_asked() {
    let server = Workspace::healthy().serve();
    for output in ["absent/ws.snapshot", "folder", "folder/", "new/", "..", "", "-", "/dev/null"] {
        let run = collect(&server.origin(), output).file("folder/x", "").run().exits(2);
        assert_eq!(run.files(), ["folder/x"], "{output}");
    }
    assert!(server.seen().is_empty(), "asked: {:?}", server.seen().len());
    assert!(!Path::new("/dev/null").is_file(), "a device is not replaced");
}

#[test]
fn an_existing_file_is_replaced_by_a_whole_one_only() {
    let refusal = crate::server::Answer::error(401, "unauthorized", "Access Token Invalid");
    let server = Api::new(Workspace::healthy()).fault("*", refusal).serve();
    let run = collect(&server.origin(), "ws.snapshot").file("ws.snapshot", "old").run().exits(3);
    assert_eq!((run.read("ws.snapshot").as_deref(), run.files().len()), (Some("old"), 1));

    let server = Workspace::healthy().serve();
    let old = collect(&server.origin(), "ws.snapshot").file("ws.snapshot", "old").mode("ws.snapshot", 0o644);
    let run = old.run().exits(0);
    assert_eq!(run.files(), ["ws.snapshot"]);
    #[cfg(unix)]
    assert_eq!(run.mode("ws.snapshot"), 0o600, "readable for the owner only, even if the old file was not");
}

/// A valid snapshot of many sign-ins.
fn large(events: i64) -> Vec<u8> {
    let admin = json!({ "id": "7", "email": "ana@fixture.example", "role": { "name": "Admin" } });
    let mut lines = vec![
        json!({ "me": { "id": "1", "app": { "id_code": "fixture1", "created_at": 1_577_836_800 } } }),
        json!({ "admins": [admin] }),
    ];
    lines.extend((0..events).map(|number| {
        let person = number % 5_000;
        let by = json!({ "id": person.to_string(), "email": format!("p{person}@fixture.example") });
        json!({ "event": {
            "id": format!("{number:032x}"), "activity_type": "admin_login_success", "performed_by": by,
            "created_at": NOW_SECONDS - number % (29 * DAY), "metadata": { "sign_in_method": "saml" },
        } })
    }));
    let feeds = [
        ("me", "complete", 1),
        ("admins", "complete", 1),
        ("log-window", "complete", events),
        ("log-history", "complete", 0),
        ("log-arrivals", "complete", 0),
        ("ip-allowlist", "forbidden", 0),
        ("token-probe", "skipped", 0),
    ];
    let feeds = feeds.map(|(feed, status, records)| {
        json!({ "feed": feed, "status": status, "detail": null, "records": records, "requests": 1 })
    });
    lines.push(json!({ "end": { "feeds": feeds, "warnings": [] } }));
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let content = zstd::encode_all(text.as_bytes(), 1).unwrap();
    let header = |digest: &str| {
        format!(
            r#"{{"format":"intercom-harden snapshot","version":1,"tool":"0.1.0","at":"{NOW}","since":"2026-07-02T12:00:00Z","arrivals_since":"2026-05-03T12:00:00Z","digest":"sha256:{digest}"}}"#
        ) + "\n"
    };
    let hash = Sha256::digest([header(&"0".repeat(64)).as_bytes(), &content].concat());
    let digest: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    [header(&digest).into_bytes(), content].concat()
}

#[test]
fn memory_does_not_grow_with_events() {
    let many = scan_file(&large(200_000));
    let counted = |run: &Run| run.report().text("1.1");
    assert!(counted(&many).contains("200000") || counted(&many).contains("200,000"), "{}", counted(&many));
    if cfg!(target_os = "linux") {
        assert!((1..100 * 1024).contains(&many.peak_memory), "{} KiB", many.peak_memory);
    }
}

#[test]
fn arrivals_are_collected_as_far_back_as_the_configuration_asks() {
    let email = "ana@fixture.example";
    let workspace = Workspace::new().teammate(email, "Admin").sign_in(email, "saml", 150 * DAY);
    let server = workspace.serve();
    let config = "[facts]\nstale_after = 200\n";
    let saved = Saved::of(&collect(&server.origin(), "ws.snapshot").config(config).run().exits(0));
    let scan = saved.scan().config(config).args(["--control", "E5", "--fail-on", "l2"]);
    scan.run().exits(0).report().assert("E5", "pass");
}
