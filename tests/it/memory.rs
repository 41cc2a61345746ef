//! Memory in proportion: an answer or a file costs at most a few times its size, or is refused with a message.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::cases::thorough;
use crate::intercom::{Api, SEARCH};
use crate::program::{NOW, NOW_SECONDS, Program, program};
use crate::run::Run;
use crate::server::Answer;
use crate::workspace::Workspace;

/// The most memory of any run, in KiB.
const MOST: u64 = 500 * 1024;

/// Asserts how a run ends, and that it takes no more memory than any may.
#[track_caller]
fn assert_within(program: Program, code: i32, most: u64) -> Run {
    let run = program.run().exits(code);
    assert!(run.peak_memory <= most, "{} MiB\n{}", run.peak_memory / 1024, run.stderr);
    run
}

/// So many teammates, one of them an administrator.
fn teammates(count: usize) -> Vec<Value> {
    let one = |number: usize| {
        let role = if number == 0 { "Admin" } else { "Support agent" };
        json!({
            "type": "admin", "id": (100_000 + number).to_string(), "name": format!("Person Number {number}"),
            "email": format!("person.{number}@acme.example"), "role": {"type": "role", "id": "7", "name": role},
            "has_inbox_seat": true, "team_ids": [],
        })
    };
    (0..count).map(one).collect()
}

fn crowd(count: usize) -> Workspace {
    Workspace { admins: teammates(count), ..Workspace::healthy() }
}

#[test]
fn as_many_teammates_as_may_be_are_read_and_one_more_is_refused() {
    let saved = "crowd.snapshot";
    let count = if thorough() { 200_000 } else { 20_000 };
    let server = crowd(count).serve();
    let collect = crate::program::live(&server.origin(), &["collect", "-o", saved]);
    let collected = assert_within(collect, 0, MOST);
    drop(server);
    let snapshot = collected.bytes(saved);
    let replay = |bytes: &[u8]| {
        let replay = program().file(saved, bytes).args(["scan", "--snapshot", saved, "--fail-on", "never"]);
        replay.args(["--now", NOW])
    };
    let report = assert_within(replay(&snapshot).args(["--format", "json"]), 0, MOST).json();
    assert_eq!(report["workspace"]["teammates"], count);
    let more = crowd(200_001).scan().args(["--fail-on", "never"]);
    let run = assert_within(more, 3, MOST);
    assert!(run.stdout.contains("the list has more than 200000 entries"), "{}", run.stdout);
}

#[test]
fn an_answer_that_is_only_large_is_refused() {
    let size = if thorough() { 64 << 20 } else { 16 << 20 };
    let filled = |start: &str, entry: &str, end: &str| {
        let entries = size / (entry.len() + 1) - 16;
        Answer::bytes(200, format!("{start}{}{end}", [entry].repeat(entries).join(",")))
    };
    for (path, answer) in [
        ("/admins", filled("{\"admins\":[", "{}", "]}")),
        ("/admins", filled("{\"admins\":[],\"x\":[", "{}", "]}")),
        ("/me", filled("{\"id\":\"1\",\"x\":[", "1", "]}")),
        ("/ip_allowlist", filled("{\"enabled\":true,\"ip_allowlist\":[", "1", "]}")),
        (SEARCH, filled("{\"activity_logs\":[", "{}", "]}")),
    ] {
        let scan = Api::new(Workspace::healthy()).fault(path, answer).scan();
        let run = scan.args(["--fail-on", "never", "--timeout", "25s"]).run();
        assert!([0, 3].contains(&run.code), "{path}: {}", run.streams());
        assert!(run.peak_memory <= MOST, "{path}: {} MiB", run.peak_memory / 1024);
    }
}

#[test]
fn a_page_of_the_log_has_a_bound_of_its_own() {
    let log = |bytes: usize| {
        let page = format!("{{\"activity_logs\":[],\"x\":\"{}\"}}", "x".repeat(bytes));
        Api::new(Workspace::healthy()).fault(SEARCH, Answer::bytes(200, page)).scan()
    };
    log(8 << 20).args(["--fail-on", "never"]).run().exits(3).says("the answer is larger than 8 MiB");
    let report = log((8 << 20) - 100).args(["--fail-on", "never"]).run().exits(0).report();
    report.assert_source("activity-log", "complete");
}

/// The snapshot with these lines in place of its own, and the digest that they have.
fn forged(snapshot: &[u8], lines: &str) -> Vec<u8> {
    let end = snapshot.iter().position(|byte| *byte == b'\n').unwrap();
    let header = std::str::from_utf8(&snapshot[..=end]).unwrap();
    let (before, after) = header.split_once("sha256:").unwrap();
    let with_digest = |digest: &str| format!("{before}sha256:{digest}{}", &after[64..]).into_bytes();
    let content = zstd::encode_all(lines.as_bytes(), 3).unwrap();
    let digest = Sha256::digest([&with_digest(&"0".repeat(64))[..], &content].concat());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    [with_digest(&digest), content].concat()
}

#[test]
fn a_snapshot_that_is_only_large_is_refused() {
    let server = Workspace::healthy().serve();
    let run = crate::program::live(&server.origin(), &["collect", "-o", "s.snapshot"]).run().exits(0);
    let snapshot = run.bytes("s.snapshot");
    let list = |start: &str, entry: &str, count: usize, end: &str| {
        format!("{start}{}{end}\n", [entry].repeat(count).join(","))
    };
    for (line, says) in [
        (list("{\"admins\":[", "{}", 200_001, "]}"), "a list has more than 200000 entries"),
        (list("{\"admins\":[", "{}", 20 << 20, "]}"), "a list has more than 200000 entries"),
        (list("{\"admins\":[", "{}", 24 << 20, "]}"), "a line is longer than 67108864 bytes"),
        (list("{\"me\":{\"app\":[", "{}", 5 << 20, "]}}"), "expected an object"),
        (list("{\"me\":{\"x\":[", "{}", 6 << 20, "]}}"), "a line is longer than 16777216 bytes"),
        (
            list("{\"ip_allowlist\":{\"ip_allowlist\":[", "1", 5 << 20, "]}}"),
            "a list has more than 200000 entries",
        ),
        (
            list("{\"end\":{\"feeds\":[],\"warnings\":[", "\"\"", 5 << 20, "]}}"),
            "a list has more than 200000 entries",
        ),
    ] {
        let forged = forged(&snapshot, &line);
        assert!(forged.len() < 64 * 1024, "{}", forged.len());
        let scan = program().file("f.snapshot", forged).args(["scan", "--snapshot", "f.snapshot"]);
        assert_within(scan, 2, MOST).says(says).says("hint: ");
    }
}

/// The first pages of the three ranges are small, and announce many that are as large as may be.
#[test]
fn pages_that_are_fetched_side_by_side_are_bounded_together() {
    let filler = "x".repeat((8 << 20) - 200);
    let page = |filler: &str| {
        let event =
            json!({"id": "e", "activity_type": "x", "created_at": NOW_SECONDS - 60, "metadata": filler});
        Answer::json(200, &json!({"pages": {"total_pages": 400}, "activity_logs": [event]}))
    };
    let api = Api::new(Workspace::healthy());
    let api = api.fault_times(SEARCH, 3, page("")).fault(SEARCH, page(&filler));
    let scan = api.scan().args(["--fail-on", "never", "--concurrency", "64", "--rate-share", "100"]);
    assert_within(scan, 3, 350 * 1024);
}

#[test]
fn a_directory_export_that_is_only_large_is_refused() {
    let million = if thorough() { 1 << 20 } else { 1 << 17 };
    let ones = format!("[{}1]", "1,".repeat(15 * million));
    let nested = |name: &str| {
        let user =
            format!("{{\"userName\":\"ana@acme.example\",\"{name}\":[{}1]}}", "1,".repeat(15 * million));
        format!("{{\"totalResults\":1,\"Resources\":[{user}]}}")
    };
    let many = format!("{{\"totalResults\":1,\"Resources\":[{}{{}}]}}", "{},".repeat(10 * million));
    let member = "{\"value\":\"1\"},";
    let listed: Vec<_> = (0..400).map(|group| format!("\"{group}\"")).collect();
    let user =
        |number| format!("{{\"userName\":\"p{number}@acme.example\",\"groups\":[{}]}}", listed.join(","));
    let groups: Vec<_> = (0..5_001).map(user).collect();
    let attributes: String = (0..4 * million).map(|number| format!("\"a{number}\":1,")).collect();
    for (text, says) in [
        (ones, "it is a number, true, false or null, not an object"),
        (nested("emails"), "more than 20000 values in a resource"),
        (many, "more than 200000 resources"),
        (format!("{{{attributes}\"b\":1}}"), "more than 1000 attributes"),
        (
            format!(
                "{{\"displayName\":\"All\",\"members\":[{}]}}",
                member.repeat(2 << 20).trim_end_matches(',')
            ),
            "more than 2000000 memberships",
        ),
        (format!("[{}]", groups.join(",")), "more than 2000000 memberships"),
    ] {
        let scan = Workspace::healthy().scan().file("roster.json", text).args(["--roster", "roster.json"]);
        assert_within(scan, 2, MOST).says(says).says("hint: ");
    }
    let rows: String = (0..=200_000).map(|number| format!("p{number}@acme.example\n")).collect();
    let scan = Workspace::healthy().scan().file("roster.csv", format!("email\n{rows}"));
    assert_within(scan.args(["--roster", "roster.csv"]), 2, MOST).says("has more than 200000 people");
}

#[test]
fn formats_of_lines_stream() {
    // Findings, and the memory for them in KiB.
    let (count, most) = if thorough() { (100_000, 150 * 1024) } else { (10_000, 60 * 1024) };
    let mut report: Value = serde_json::from_str(&Workspace::crowded().scan().run().stdout).unwrap();
    let controls = report["controls"].as_array_mut().unwrap();
    let control = controls.iter_mut().find(|one| one["id"] == "2.3").unwrap();
    let first = control["findings"][0].clone();
    let found = |number: usize| {
        let mut found = first.clone();
        found["fingerprint"] = format!("{number:024x}").into();
        found["subject"] = format!("person.{number}@acme.example").into();
        found
    };
    control["findings"] = (0..count).map(found).collect();
    let render = program().file("r.json", report.to_string()).args(["render", "r.json", "--format", "none"]);
    let run =
        assert_within(render.args(crate::program::outputs(&["ocsf", "ndjson", "csv", "json"])), 0, most);
    for file in run.files().iter().filter(|file| *file != "r.json") {
        assert!(run.bytes(file).len() > count * 100, "{file}");
    }
}

#[test]
fn a_saved_report_that_is_only_large_is_refused() {
    let report = Workspace::healthy().scan().run().stdout;
    let large = report.replacen(
        "\"warnings\": []",
        &format!("\"warnings\": [], \"x\": [{}1]", "1,".repeat(100 << 20)),
        1,
    );
    assert!(large.len() > report.len(), "the report has no warnings");
    let run = program().file("r.json", &large).args(["render", "r.json"]);
    assert_within(run, 2, MOST).says("r.json");
}
