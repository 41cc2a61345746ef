//! A scan of a snapshot gives the same report as a scan of the workspace, byte for byte except for the source.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::generated;
use crate::intercom::{Api, PROBED, SEARCH};
use crate::oracle::Ended;
use crate::program::{NOW, Program, live, program, scan};
use crate::run::Run;
use crate::server::Answer;
use crate::workspace::{DAY, Event, HOUR, Workspace};

/// A snapshot file that lives as long as the test.
pub(crate) struct Saved {
    directory: tempfile::TempDir,
}

impl Saved {
    /// Collects from a server at [`NOW`].
    pub(crate) fn collect(origin: &str, args: &[&str], code: i32) -> Self {
        let collect = live(origin, &["collect", "-o", "ws.snapshot"]).args(args.to_vec());
        let run = collect.run().exits(code);
        assert_eq!((run.stdout.as_str(), run.files()), ("", vec!["ws.snapshot".to_owned()]));
        #[cfg(unix)]
        assert_eq!(run.mode("ws.snapshot"), 0o600, "it is for its owner alone");
        Self::of(&run)
    }

    /// The snapshot of a run.
    pub(crate) fn of(run: &Run) -> Self {
        let saved = Self { directory: tempfile::tempdir().unwrap() };
        std::fs::write(saved.path(), run.bytes("ws.snapshot")).unwrap();
        saved
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("ws.snapshot")
    }

    /// A scan of the snapshot, in an environment in which a live scan would fail.
    pub(crate) fn scan(&self) -> Program {
        let path = self.path().display().to_string();
        let scan = program().args(["scan", "--format", "json", "--snapshot"]).arg(path);
        scan.env("INTERCOM_REGION", "mars").env("INTERCOM_ACCESS_TOKEN", "")
    }
}

/// The report without the parts that may differ.
fn comparable(run: &Run) -> String {
    let mut report = run.json();
    assert_eq!(report["scan"]["duration_ms"], Value::Null);
    report["scan"]["source"] = Value::Null;
    if report["warnings"].to_string().contains("page by page") {
        // The number of concurrent requests that find no search may vary.
        let sources = report["sources"].as_array_mut().unwrap();
        sources.iter_mut().for_each(|source| source["requests"] = Value::Null);
    }
    format!("{report:#}")
}

/// Scans and collects, and compares a scan of the snapshot. Both scans end with this code.
#[track_caller]
pub(crate) fn assert_replays(server: &crate::server::Server, args: &[&str], collected: &[&str], code: i32) {
    let saved = Saved::collect(&server.origin(), collected, if code == 3 { 3 } else { 0 });
    let live = scan(&server.origin()).args(args.to_vec()).run();
    let asked = server.seen().len();
    let scan = args.chunks(2).filter(|pair| pair[0] != "--timeout").flatten().copied();
    let replay = saved.scan().args(scan).now(NOW).run();
    assert_eq!(server.seen().len(), asked, "a replay sends no requests");
    assert_eq!(replay.json()["scan"]["source"], "snapshot");
    let (one, other) = (comparable(&live), comparable(&replay));
    let differing: Vec<_> = one.lines().zip(other.lines()).filter(|(one, other)| one != other).collect();
    assert!(one == other, "live and replay differ: {differing:#?}");
    assert_eq!((live.code, replay.code), (code, code), "{}", replay.streams());
}

fn rich() -> Workspace {
    let people = ["ana", "bo", "cy"].map(|name| format!("{name}@fixture.example"));
    let mut workspace = Workspace::healthy().bot().without_role("eve@fixture.example");
    for (number, person) in people.iter().cycle().take(60).enumerate() {
        let ago = i64::try_from(number).unwrap() * 41 * HOUR + 60;
        workspace = workspace.sign_in(person, ["saml", "email_password", ""][number % 3], ago);
    }
    let change = Event::new("role_change").by("ana@fixture.example").ago(200 * DAY);
    workspace.permissions("eve@fixture.example", &["manage_teammates"], 100 * DAY).event(change)
}

#[test]
fn whole_workspaces_and_what_the_token_may_not_read() {
    let healthy = Workspace::healthy;
    let fields = json!({ "id": 7, "deep": [[[null]]], "text": "a\nb\u{2028}\u{1b}" });
    let odd = Event::new("brand_new_type").metadata(fields).field("performed_by", json!({}));
    let forbidden = Answer::error(403, "token_unauthorized", "Not authorized to access resource");
    let open = Api::new(healthy().allowlist(true, &["192.0.2.0/24", "0.0.0.0/0"]));
    // A multi-line answer.
    let event = json!({
        "id": "1", "created_at": crate::program::NOW_SECONDS - 60, "activity_type": "macro_update",
        "metadata": { "a": { "b": ["x\ny", 1] } },
    });
    let page = json!({ "activity_logs": [event], "pages": { "page": 1, "total_pages": 1, "next": null } });
    for api in [
        Api::new(healthy()),
        Api::new(rich()),
        Api::new(Workspace::new()),
        Api::new(healthy().event(odd)),
        Api::new(rich()).log_fault(&forbidden),
        Api::new(healthy()).fault("/me", forbidden),
        PROBED.iter().fold(open, |api, path| api.readable(path)),
        // An older workspace, without search.
        Api::new(rich()).fault(SEARCH, Answer::error(404, "not_found", "Not found")),
        Api::new(healthy()).log_fault(&Answer::bytes(200, serde_json::to_string_pretty(&page).unwrap())),
    ] {
        assert_replays(&api.serve(), &["--fail-on", "never"], &[], 0);
    }
}

#[test]
fn what_failed() {
    let broken = Answer::bytes(200, "{\"type\":");
    let server = Api::new(rich()).log_fault(&broken).serve();
    assert_replays(&server, &["--fail-on", "never", "--timeout", "20s"], &["--timeout", "20s"], 3);
}

#[test]
fn other_options_than_those_of_the_collection() {
    let server = Api::new(rich()).serve();
    for args in [&["--level", "l1", "--fail-on", "never"][..], &["--pack", "guide"], &["--control", "2.3"]] {
        let code = scan(&server.origin()).args(args.to_vec()).run().code;
        assert_replays(&server, args, &["--since", "60d"], code);
    }
}

fn assert_generated(seeds: std::ops::Range<u64>) {
    for seed in seeds.filter(|seed| !generated::fails(*seed)) {
        let scene = generated::scene(seed);
        // How much was read before a refusal midway may vary.
        if scene.case.log == Ended::Midway {
            continue;
        }
        let (server, args) = (scene.api().serve(), ["--fail-on", "never"]);
        let code = scan(&server.origin()).args(args).run().code;
        assert_replays(&server, &args, &[], code);
    }
}

#[test]
fn generated_workspaces_one() {
    assert_generated(0..20);
}

#[test]
fn generated_workspaces_two() {
    assert_generated(20..40);
}
