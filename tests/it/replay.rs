//! A scan of a snapshot gives the report that a scan of the workspace gave: byte for byte but for the source.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::intercom::{Api, LOG, PROBED, SEARCH};
use crate::program::{NOW, Program, Run, TOKEN, program, scan};
use crate::server::Answer;
use crate::workspace::{DAY, Event, HOUR, Workspace};

/// A snapshot file that lives as long as the test.
pub(crate) struct Saved {
    directory: tempfile::TempDir,
}

impl Saved {
    /// Collects from a server at [`NOW`].
    pub(crate) fn collect(origin: &str, args: &[&str], code: i32) -> Self {
        let collect =
            program().args(["collect", "--base-url", origin, "-o", "ws.snapshot"]).args(args.to_vec());
        let run = collect.env("INTERCOM_ACCESS_TOKEN", TOKEN).now(NOW).run().exits(code);
        assert_eq!((run.stdout.as_str(), run.files()), ("", vec!["ws.snapshot".to_owned()]));
        #[cfg(unix)]
        assert_eq!(run.mode("ws.snapshot"), 0o600, "it is for its owner alone");
        let saved = Self { directory: tempfile::tempdir().unwrap() };
        run.copy("ws.snapshot", &saved.path());
        saved
    }

    /// Where it is.
    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("ws.snapshot")
    }

    /// A scan of it, in an environment that would break a scan of a live workspace.
    pub(crate) fn scan(&self) -> Program {
        let path = self.path().display().to_string();
        let scan = program().args(["scan", "--format", "json", "--snapshot"]).arg(path);
        scan.env("INTERCOM_REGION", "mars").env("INTERCOM_ACCESS_TOKEN", "")
    }
}

/// The report without what may differ.
fn comparable(run: &Run) -> String {
    let mut report = run.json();
    assert_eq!(report["scan"]["duration_ms"], Value::Null);
    report["scan"]["source"] = Value::Null;
    if report["warnings"].to_string().contains("page by page") {
        // How many requests find out at once that there is no search depends on the moment.
        report["sources"]
            .as_array_mut()
            .unwrap()
            .iter_mut()
            .for_each(|source| source["requests"] = Value::Null);
    }
    format!("{report:#}")
}

#[track_caller]
fn assert_replays(server: &crate::server::Server, args: &[&str], collected: &[&str], code: i32) {
    let saved = Saved::collect(&server.origin(), collected, if code == 3 { 3 } else { 0 });
    let live = scan(&server.origin()).args(args.to_vec()).run();
    let asked = server.seen().len();
    let scan = args.chunks(2).filter(|pair| pair[0] != "--timeout").flatten().copied();
    let replay = saved.scan().args(scan).now(NOW).run();
    assert_eq!(server.seen().len(), asked, "a replay asks nobody");
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
fn whole_workspaces() {
    assert_replays(&Api::new(Workspace::healthy()).serve(), &[], &[], 0);
    assert_replays(&Api::new(rich()).serve(), &["--fail-on", "never"], &[], 0);
    assert_replays(&Api::new(Workspace::new()).serve(), &[], &[], 0);
    let fields = json!({ "id": 7, "deep": [[[null]]], "text": "a\nb\u{2028}\u{1b}" });
    let odd = Event::new("brand_new_type").metadata(fields).field("performed_by", json!({}));
    assert_replays(&Api::new(Workspace::healthy().event(odd)).serve(), &[], &[], 0);
}

#[test]
fn what_the_token_may_not_read() {
    let forbidden = Answer::error(403, "token_unauthorized", "Not authorized to access resource");
    let never = ["--fail-on", "never"];
    assert_replays(&Api::new(rich()).log_fault(&forbidden).serve(), &never, &[], 0);
    assert_replays(&Api::new(Workspace::healthy()).fault("/me", forbidden).serve(), &never, &[], 0);
    let open = Workspace::healthy().allowlist(true, &["192.0.2.0/24", "0.0.0.0/0"]);
    let open = PROBED.iter().fold(Api::new(open), |api, path| api.readable(path));
    assert_replays(&open.serve(), &never, &[], 0);
}

#[test]
fn what_failed() {
    let broken = Answer::bytes(200, "{\"type\":");
    let server = Api::new(rich()).log_fault(&broken).serve();
    assert_replays(&server, &["--fail-on", "never", "--timeout", "20s"], &["--timeout", "20s"], 3);
}

#[test]
fn older_workspaces_without_search() {
    let missing = Answer::error(404, "not_found", "Not found");
    assert_replays(&Api::new(rich()).fault(SEARCH, missing).serve(), &["--fail-on", "never"], &[], 0);
}

#[test]
fn answers_on_many_lines() {
    let event = json!({
        "id": "1", "created_at": crate::program::NOW_SECONDS - 60, "activity_type": "macro_update",
        "metadata": { "a": { "b": ["x\ny", 1] } },
    });
    let page = json!({ "activity_logs": [event], "pages": { "page": 1, "total_pages": 1, "next": null } });
    let page = Answer::bytes(200, serde_json::to_string_pretty(&page).unwrap());
    assert_replays(
        &Api::new(Workspace::healthy()).fault(SEARCH, page.clone()).fault(LOG, page).serve(),
        &["--fail-on", "never"],
        &[],
        0,
    );
}

#[test]
fn other_options_than_those_of_the_collection() {
    let server = Api::new(rich()).serve();
    for args in [&["--level", "l1", "--fail-on", "never"][..], &["--pack", "guide"], &["--control", "2.3"]] {
        let code = scan(&server.origin()).args(args.to_vec()).run().code;
        assert_replays(&server, args, &["--since", "60d"], code);
    }
}

/// Small workspaces by arithmetic: the same ones in every run.
fn generated(seed: u64) -> Api {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut below = move |bound: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % bound
    };
    let mut workspace = Workspace::new();
    let people: Vec<String> =
        (0..=below(5)).map(|n| format!("P{n}@{}.example", ["fixture", "other"][n as usize % 2])).collect();
    for person in &people {
        workspace = match below(4) {
            0 => workspace.without_role(person),
            1 => workspace.teammate(person, "Admin"),
            _ => workspace.teammate(&person.to_lowercase(), "Support agent"),
        };
    }
    let borders = [0, 1, 30 * DAY, 30 * DAY + 1, 90 * DAY, 90 * DAY + 1, 400 * DAY];
    for _ in 0..below(60) {
        let person = &people[below(people.len() as u64) as usize];
        let ago = if below(4) == 0 { borders[below(7) as usize] } else { below(120 * 86_400) as i64 };
        workspace = match below(7) {
            0 => workspace.permissions(person, &["manage_teammates"], ago),
            1 => workspace.event(Event::new("admin_login_failure").by(person).ago(ago % HOUR)),
            2 => workspace.event(Event::new("app_admin_join").by(person).ago(ago)),
            3 => workspace.event(Event::new("security_settings_change").by(person).ago(ago)),
            4 => workspace.event(Event::new("bulk_export").ago(ago)),
            _ => workspace.sign_in(person, ["saml", "SAML", "email_password", ""][below(4) as usize], ago),
        };
    }
    let forbidden = Answer::error(403, "token_unauthorized", "Not authorized to access resource");
    let api = Api::new(workspace);
    match below(6) {
        0 => api.log_fault(&forbidden),
        1 => api.fault("/me", forbidden),
        2 => api.fault(SEARCH, Answer::error(404, "not_found", "Not found")),
        3 => api.readable("/tags"),
        _ => api,
    }
}

fn assert_generated(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let api = generated(seed);
        assert_replays(&api.serve(), &["--fail-on", "never"], &[], 0);
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
