//! Many scans in one process, as a program that watches would make them: no memory and no file is left behind.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use super::*;
use crate::api::fake::{Asked, Reply, Server, TOKEN, ok, refusal};
use crate::api::origin::ApiOrigin;
use crate::api::token::Token;
use crate::region::Region;
use crate::snapshot::forged;

/// Set in the process that scans.
const ALONE: &str = "INTERCOM_HARDEN_SOAK";
/// Scans, half of them through the API.
const SCANS: usize = 200;
/// After so many, everything is there that stays.
const WARM: usize = 50;
/// What may come on top, in KiB. One run that is kept has more than a hundred.
const MOST_KIB: u64 = 4 * 1024;

/// When the log begins, in seconds since 1970, with an event a second.
const FIRST_EVENT: i64 = 1_760_000_000;
const EVENTS: i64 = 200;
const PER_PAGE: usize = 100;

/// A small workspace with a log of two pages.
fn workspace(asked: &Asked) -> Reply {
    let event = |n: i64| {
        json!({
            "id": format!("e{n}"), "activity_type": "admin_login_success", "created_at": FIRST_EVENT + n,
            "performed_by": {"type": "admin", "id": "1", "email": "ana@acme.example", "ip": "203.0.113.7"},
            "metadata": {"sign_in_method": "saml"},
        })
    };
    match asked.path.as_str() {
        "/me" => {
            ok(&json!({"id": "1", "email": "ana@acme.example", "app": {"id_code": "abc", "region": "US"}}))
        }
        "/admins" => {
            ok(&json!({"admins": [{"id": "1", "email": "ana@acme.example", "role": {"name": "Admin"}}]}))
        }
        "/ip_allowlist" => refusal(403, "token_unauthorized"),
        "/admins/activity_logs/search" => {
            let page = asked.number("page").unwrap_or(1);
            let bound = |key| asked.number(key).unwrap_or_default() - FIRST_EVENT;
            let in_range = (1 + bound("created_at_after")).max(0)..bound("created_at_before").min(EVENTS);
            let events: Vec<_> = in_range.rev().map(event).collect();
            let pages = events.chunks(PER_PAGE).len().max(1);
            let shown = events.chunks(PER_PAGE).nth(usize::try_from(page - 1).unwrap()).unwrap_or_default();
            ok(
                &json!({"activity_logs": shown, "pages": {"page": page, "total_pages": pages, "per_page": PER_PAGE}}),
            )
        }
        _ => refusal(403, "token_unauthorized"),
    }
}

/// Resident memory in KiB, and open files.
fn in_use() -> (u64, usize) {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    let kib = resident.trim().trim_end_matches(" kB").parse().unwrap();
    (kib, fs::read_dir("/proc/self/fd").unwrap().count())
}

fn targets(server: &Server, snapshot: PathBuf) -> [Target; 2] {
    let connection = Connection {
        region: Region::Us,
        origin: ApiOrigin::parse(&server.url).unwrap(),
        token: Token::new(TOKEN).unwrap(),
        proxy: None,
        deadline: tokio::time::Instant::now() + Duration::from_secs(600),
        concurrency: 4,
        rate_share: 1.0,
        probe: true,
    };
    [Target::Live(Box::new(connection)), Target::Snapshot(snapshot)]
}

fn scan_over_and_over() {
    let folder = tempfile::tempdir().unwrap();
    let snapshot = folder.path().join("a.snapshot");
    let lines = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/scans/read-every-event-type.jsonl");
    fs::write(&snapshot, forged(&fs::read(lines).unwrap())).unwrap();
    let server = Server::start(workspace);
    let targets = targets(&server, snapshot);
    let job = fuzz::laden();
    let (mut warm, mut exits) = (None, Vec::new());
    for nth in 0..SCANS {
        if nth == WARM {
            warm = Some(in_use());
        }
        let source = Source::open(&targets[nth % 2], Arc::new(|_| ())).unwrap();
        // As a loop does: a runtime, a client and a report for each.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let run = runtime.block_on(run(&job, source, Now::Given("2025-10-20T00:00:00Z".parse().unwrap())));
        let report = Report::of(&job, run.unwrap(), true);
        render(&report, Format::Html, &Options::plain(100)).unwrap();
        exits.push(report.workspace.teammates);
        server.forget();
    }
    assert!(exits.chunks(2).all(|pair| pair == &exits[..2]), "{exits:?}");
    let ((kib, files), (later_kib, later_files)) = (warm.unwrap(), in_use());
    eprintln!("{kib} KiB and {files} files after {WARM} scans, {later_kib} and {later_files} after {SCANS}");
    assert!(later_kib <= kib + MOST_KIB, "{kib} KiB after {WARM} scans, {later_kib} KiB after {SCANS}");
    // Connections that the server is about to close.
    assert!(later_files <= files + 8, "{files} open files after {WARM} scans, {later_files} after {SCANS}");
}

/// In a process of its own, where no other test allocates.
#[test]
fn two_hundred_scans_in_one_process_leave_nothing_behind() {
    if std::env::var_os(ALONE).is_some() {
        return scan_over_and_over();
    }
    let test = "scan::tests::soak::two_hundred_scans_in_one_process_leave_nothing_behind";
    let this = std::env::current_exe().unwrap();
    let ended = Command::new(this).args(["--exact", test, "--nocapture"]).env(ALONE, "1").output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(
        ended.status.success() && said.contains("KiB and"),
        "{said}{}",
        String::from_utf8_lossy(&ended.stdout)
    );
    eprintln!("{said}");
}
