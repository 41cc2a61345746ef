//! `doctor`: the first line names the problem and its remedy, and few requests go to one host only.

use std::net::TcpListener;

use serde_json::{Value, json};

use crate::intercom::{Api, PROBED, SEARCH};
use crate::program::{NOW, Program, TOKEN, live, program};
use crate::replay::Saved;
use crate::run::Run;
use crate::server::{Answer, Server};
use crate::workspace::{DAY, Event, Workspace};

fn doctor_without_token(origin: &str) -> Program {
    program().args(["doctor", "--base-url", origin])
}

pub(crate) fn doctor(origin: &str) -> Program {
    doctor_without_token(origin).env("INTERCOM_ACCESS_TOKEN", TOKEN)
}

pub(crate) fn healthy() -> Api {
    Api::new(Workspace::healthy())
}

#[track_caller]
pub(crate) fn assert_shows(run: &Run, parts: &[&str]) {
    for part in parts {
        assert!(run.stdout.contains(part), "{part:?} is not there\n{}", run.streams());
    }
}

/// Asserts the exit code and the first line, and that JSON agrees and names the problem.
#[track_caller]
pub(crate) fn diagnosed(
    program: impl Fn() -> Program,
    code: i32,
    problem: Option<&str>,
    parts: &[&str],
) -> (Run, Value) {
    let run = program().run().exits(code);
    let first = run.stdout.lines().next().unwrap_or_default();
    for part in parts {
        assert!(first.contains(part), "{part:?} is not in the first line\n{}", run.streams());
    }
    let json = program().args(["--format", "json"]).run().exits(code).json();
    assert_eq!(json["schema_version"], "1");
    assert_eq!(json["exit_code"], code);
    assert_eq!(json["ready"], problem.is_none(), "{json:#}");
    assert_eq!(json["problems"][0]["id"].as_str(), problem, "{json:#}");
    (run, json)
}

/// The forecast for a control, and its reason.
fn control<'a>(json: &'a Value, id: &str) -> &'a Value {
    json["controls"].as_array().unwrap().iter().find(|control| control["id"] == id).unwrap()
}

fn paths(server: &Server) -> Vec<String> {
    let seen = server.seen();
    let mut paths: Vec<_> = seen.iter().map(|seen| format!("{} {}", seen.method, seen.path)).collect();
    paths.sort();
    paths
}

#[test]
fn all_is_well() {
    let server = healthy().budget(1_000).serve();
    let run = doctor(&server.origin()).run().exits(0);
    let words = ["US, as asked for", "API version 2.16", "of 1000 requests left", "in step"];
    assert_shows(&run, &words);
    assert_shows(&run, &["Read admin activity logs"]);
    let mut expected = vec![
        "GET /me".to_owned(),
        "GET /admins".into(),
        "GET /ip_allowlist".into(),
        format!("POST {SEARCH}"),
    ];
    expected.extend(PROBED.map(|path| format!("GET {path}")));
    expected.sort();
    assert_eq!(paths(&server), expected, "each once, and nothing else");
    assert_eq!(server.seen_at(SEARCH)[0].body["per_page"], 1);

    let (_, json) = diagnosed(|| doctor(&server.origin()), 0, None, &["ready", "Fixture"]);
    assert_eq!(json["workspace"]["name"], "Fixture");
    assert_eq!(json["rate_limit"]["limit"], 1_000);
    for (id, decided) in [("1.1", "data"), ("1.2", "violations-only"), ("1.3", "person")] {
        assert_eq!(control(&json, id)["decided"], decided);
    }
    assert!(control(&json, "E12")["reasons"].to_string().contains("required_region"));

    let file = "[organization]\nrequired_region = \"US\"\n";
    let configured = || doctor(&server.origin()).file("own.toml", file).args(["--config", "own.toml"]);
    let (_, json) = diagnosed(configured, 0, None, &[]);
    assert_eq!(control(&json, "E12")["decided"], "data");
}

#[test]
fn no_token_explains_how_to_get_one() {
    let server = healthy().serve();
    let without = || doctor_without_token(&server.origin());
    let words = ["no access token", "INTERCOM_ACCESS_TOKEN"];
    let (run, json) = diagnosed(without, 2, Some("no-token"), &words);
    assert_shows(&run, &["Developer Hub", "Untick", "Read admin activity logs", "Regenerate"]);
    assert_shows(&run, &["\"Can access developer hub\"", "Regenerating deletes the old token"]);
    assert_shows(&run, &["--region eu", "app.au.intercom.com"]);
    assert!(json["onboarding"].as_array().unwrap().len() > 3);
    let odd = without().stdin("two\nlines").arg("--token-stdin").run().exits(2);
    let first = odd.stdout.lines().next().unwrap();
    assert!(first.contains("several lines") && first.contains("one line"), "{first}");
    assert!(server.seen().is_empty());
}

#[test]
fn bad_token() {
    let server = healthy().serve();
    let wrong = "wrong-token-4711";
    let with = || doctor_without_token(&server.origin()).env("INTERCOM_ACCESS_TOKEN", wrong).secret(wrong);
    let parts = ["does not accept the token", "--region eu or --region au", "Developer Hub"];
    let (run, _) = diagnosed(with, 3, Some("bad-token"), &parts);
    assert_shows(&run, &["req-401-unauthorized"]);
    let asked = ["GET /admins", "GET /admins", "GET /me", "GET /me"];
    assert_eq!(paths(&server), asked, "a refused token is not tried further");
}

#[test]
fn missing_permissions() {
    for (status, code) in [(401, "token_unauthorized"), (403, "forbidden")] {
        let server = healthy().log_fault(&Answer::error(status, code, "Not authorized")).serve();
        let parts = ["lacks the permission \"Read admin activity logs\"", "tick", "regenerate"];
        let (_, json) = diagnosed(|| doctor(&server.origin()), 0, Some("no-log-permission"), &parts);
        assert_eq!(control(&json, "1.1")["decided"], "person");
        assert_eq!(control(&json, "2.3")["decided"], "data", "roles decide it alone");
    }
}

#[test]
fn everything_granted() {
    let api = Api::new(Workspace::healthy().allowlist(true, &["192.0.2.0/24"]));
    let server = PROBED.iter().fold(api, |api, path| api.readable(path)).serve();
    let parts = ["more than it should", "/tags", "untick everything but", "regenerate"];
    let (run, _) = diagnosed(|| doctor(&server.origin()), 0, Some("too-powerful"), &parts);
    assert_shows(&run, &["manage_ip_allowlist"]);
    let before = server.seen_at("/tags").len();
    let run = doctor(&server.origin()).arg("--no-probe").run().exits(0);
    assert!(run.stdout.lines().next().unwrap().contains("ready"), "{}", run.stdout);
    assert_eq!(server.seen_at("/tags").len(), before, "--no-probe asks no list");
}

#[test]
fn every_way_of_not_getting_through_is_told_apart() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refused = format!("http://{closed}");
    let dns = ["intercom.invalid", "could not be resolved", "name server"];
    diagnosed(|| doctor(&refused), 3, Some("refused"), &["refused the connection", "check --base-url"]);
    diagnosed(|| doctor("https://intercom.invalid"), 3, Some("dns"), &dns);
    let server = healthy().serve();
    let plain = server.origin().replace("http:", "https:");
    let tls = ["no trusted TLS connection", "certificate authority"];
    diagnosed(|| doctor(&plain), 3, Some("tls"), &tls);

    let address = server.origin().replace("http://", "http://proxyuser:pass-4711@");
    let proxied = || doctor("https://intercom.invalid").env("HTTPS_PROXY", &address).secret("pass-4711");
    diagnosed(proxied, 3, Some("proxy"), &["through the proxy", "127.0.0.1", "NO_PROXY"]);
}

#[test]
fn answers_that_end_it_are_asked_for_once() {
    let allowlist = "Your IP address is not on the allowlist for API access";
    let allowlist = Answer::error(403, "forbidden", allowlist);
    let limit = Answer::error(429, "rate_limit_exceeded", "Exceeded").header("Retry-After", 3_000);
    let page = Answer::bytes(200, "<html>sign in</html>").html();
    let of_allowlist = ["allowlist", "IP address", "run from an allowed address"];
    for (answer, problem, parts) in [
        (allowlist, "ip-allowlist", &of_allowlist[..]),
        (limit, "rate-limit", &["rate limit is used up", "wait"]),
        (page, "not-the-api", &["not Intercom's API", "proxy"]),
    ] {
        let server = healthy().fault("*", answer).serve();
        diagnosed(|| doctor(&server.origin()), 3, Some(problem), parts);
        assert_eq!(paths(&server), ["GET /me"; 2], "{problem}");
    }
    let server = healthy().fault("/admins", Answer::error(403, "forbidden", "Not authorized")).serve();
    let parts = ["lacks the permission \"Read admins\"", "tick"];
    diagnosed(|| doctor(&server.origin()), 3, Some("no-admins-permission"), &parts);
}

#[test]
fn passing_failures_are_overlooked_and_lasting_ones_named() {
    let broken = Answer::error(500, "server_error", "Something went wrong");
    let server = healthy().fault_times(SEARCH, 1, broken.clone()).serve();
    diagnosed(|| doctor(&server.origin()), 0, None, &["ready"]);
    let server = healthy().log_fault(&broken).serve();
    let parts = ["the activity log could not be read", "try again"];
    let (run, _) = diagnosed(|| doctor(&server.origin()), 3, Some("source-failed"), &parts);
    assert_shows(&run, &["req-500-server-error"]);
}

#[test]
fn hostile_texts_stay_on_their_line() {
    let name = "Acme\n\u{1b}[2Jready: all is well\u{202e}";
    let server = Workspace::healthy().app("name", name).app("region", "EU").serve();
    for args in [&[][..], &["--format", "json"]] {
        let run = doctor(&server.origin()).args(args.to_vec()).run().exits(2);
        assert!(!run.stdout.contains(['\u{1b}', '\u{202e}']), "{}", run.streams());
        assert!(!run.stdout.lines().any(|line| line.trim_start().starts_with("ready:")), "{}", run.streams());
        assert!(args.is_empty() || run.json()["workspace"]["name"] == name);
    }
}

#[test]
fn wrong_options_are_usage_errors() {
    doctor("http://192.0.2.1").run().exits(2);
    for (option, value, said) in
        [("--region", "mars", "mars"), ("--since", "a while", "--since"), ("--config", "no.toml", "no.toml")]
    {
        doctor("https://intercom.invalid").args([option, value]).run().exits(2).says(said);
    }
}

pub(crate) fn snapshot(saved: &Saved) -> Program {
    program().args(["doctor", "--snapshot"]).arg(saved.path().display().to_string())
}

#[test]
fn the_sample_and_a_snapshot_are_diagnosed_without_a_network() {
    let sample = || program().args(["doctor", "--demo"]).env("HTTPS_PROXY", "http://192.0.2.1:9");
    let run = sample().run().exits(0);
    assert_shows(
        &run,
        &["source: the built-in sample workspace", "Kestrel Parcel", "What a scan can decide"],
    );
    assert!(!run.stdout.contains("proxy") && !run.stdout.contains("INTERCOM_ACCESS_TOKEN"), "{}", run.stdout);
    let json = sample().args(["--format", "json"]).run().json();
    assert_eq!([&json["api"]["origin"], &json["controls_observed"]], [&Value::Null, &Value::Bool(true)]);
    assert_eq!(control(&json, "1.1")["decided"], "data");
    let scan = program().args(["scan", "--demo", "--format", "json"]).run().json();
    assert_eq!(json["controls"].as_array().unwrap().len(), scan["controls"].as_array().unwrap().len());

    let server = healthy().log_fault(&Answer::error(403, "forbidden", "Not authorized")).serve();
    let saved = Saved::collect(&server.origin(), &[], 0);
    let (run, json) = diagnosed(
        || snapshot(&saved),
        0,
        Some("no-log-permission"),
        &["lacks the permission \"Read admin activity logs\""],
    );
    assert_shows(&run, &["source: the snapshot", "saved on 2026-08-01", "activity-log: missing"]);
    assert_eq!(control(&json, "1.1")["decided"], "person");
    let failing = healthy().fault("/admins", Answer::error(500, "server_error", "Broken")).serve();
    let saved = Saved::collect(&failing.origin(), &[], 3);
    diagnosed(|| snapshot(&saved), 3, Some("source-failed"), &["the list of teammates", "collect"]);
    let pinned =
        || snapshot(&saved).file("pin.toml", "[workspace]\nid = \"other\"\n").args(["--config", "pin.toml"]);
    diagnosed(pinned, 2, Some("other-workspace"), &["pins other"]);
    program().args(["doctor", "--demo", "--region", "eu"]).run().exits(2);
    program().args(["doctor", "--snapshot", "absent.snapshot"]).run().exits(2).says("absent.snapshot");
}

#[test]
fn a_control_that_the_configuration_leaves_out_is_not_forecast() {
    let file = "[controls.\"1.1\"]\nenabled = false\n";
    let json = program()
        .args(["doctor", "--demo", "--format", "json"])
        .file("intercom-harden.toml", file)
        .run()
        .json();
    assert!(json["controls"].as_array().unwrap().iter().all(|control| control["id"] != "1.1"));
}

#[test]
fn without_the_search_the_listing_is_what_the_log_is_read_by() {
    for status in [400, 404] {
        let missing = Answer::error(status, "not_found", "The requested resource was not found");
        let server = healthy().fault(SEARCH, missing).serve();
        let (_, json) = diagnosed(|| doctor(&server.origin()), 0, None, &["ready"]);
        assert_eq!(json["permissions"][2]["endpoint"], "GET /admins/activity_logs");
    }
}

#[test]
fn a_review_of_an_id_that_two_entries_have_hides_neither_of_them() {
    let odd = json!({ "id": "twice", "activity_type": "role_change" });
    let known = Event::new("role_change").by("ana@fixture.example").ago(DAY).field("id", json!("twice"));
    let server = Workspace::healthy().event(known).raw_event(odd).serve();
    let collected = live(&server.origin(), &["collect", "-o", "w.snapshot"]).run();
    let config = "[[reviewed]]\nevent = \"twice\"\nby = \"Dana\"\non = 2026-07-31\n";
    for (command, format) in [("scan", "json"), ("doctor", "table")] {
        let run =
            program().args([command, "--snapshot", "w.snapshot", "--format", format]).config(config).now(NOW);
        let run = run.file("w.snapshot", collected.bytes("w.snapshot")).run().exits(3);
        assert!(run.stdout.contains("no readable type or time"), "{command}\n{}", run.streams());
    }
}
