//! `doctor`: the first line names the problem and its remedy, and few requests are made, to one place only.

use std::net::TcpListener;

use serde_json::{Value, json};

use crate::intercom::{Api, PROBED, SEARCH};
use crate::program::{Program, Run, TOKEN, program};
use crate::server::{Answer, Server};
use crate::workspace::Workspace;

const ALLOWLISTED: &str = "Your IP address is not on the allowlist for API access";

fn doctor_without_token(origin: &str) -> Program {
    program().args(["doctor", "--base-url", origin])
}

fn doctor(origin: &str) -> Program {
    doctor_without_token(origin).env("INTERCOM_ACCESS_TOKEN", TOKEN)
}

fn healthy() -> Api {
    Api::new(Workspace::healthy())
}

#[track_caller]
fn first_line(run: &Run, parts: &[&str]) {
    let first = run.stdout.lines().next().unwrap_or_default();
    for part in parts {
        assert!(first.contains(part), "{part:?} is not in the first line\n{}", run.streams());
    }
}

/// The same diagnosis as JSON agrees with the exit code and names the problem.
#[track_caller]
fn as_json(program: Program, code: i32, problem: Option<&str>) -> Value {
    let json = program.args(["--format", "json"]).run().exits(code).json();
    assert_eq!(json["schema_version"], "1");
    assert_eq!(json["exit_code"], code);
    assert_eq!(json["ready"], problem.is_none(), "{json:#}");
    assert_eq!(json["problems"][0]["id"].as_str(), problem, "{json:#}");
    json
}

fn paths(server: &Server) -> Vec<String> {
    let mut paths: Vec<_> =
        server.seen().iter().map(|seen| format!("{} {}", seen.method, seen.path)).collect();
    paths.sort();
    paths
}

#[test]
fn all_is_well() {
    let server = healthy().budget(1_000).serve();
    let run = doctor(&server.origin()).run().exits(0);
    first_line(&run, &["ready", "Fixture"]);
    for part in [
        "US, as asked for",
        "API version 2.16",
        "of 1000 requests left",
        "in step",
        "Read admin activity logs",
    ] {
        assert!(run.stdout.contains(part), "{part}\n{}", run.streams());
    }
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

    let json = as_json(doctor(&server.origin()), 0, None);
    assert_eq!(json["workspace"]["name"], "Fixture");
    assert_eq!(json["rate_limit"]["limit"], 1_000);
    let control =
        |id: &str| json["controls"].as_array().unwrap().iter().find(|c| c["id"] == id).unwrap().clone();
    assert_eq!(control("1.1")["decided"], "data");
    assert_eq!(control("1.2")["decided"], "violations-only");
    assert_eq!(control("1.3")["decided"], "person");
    assert!(control("E12")["reasons"].to_string().contains("required_region"));
}

#[test]
fn configuration_settles_what_it_has_to() {
    let server = healthy().serve();
    let file = "[organization]\nrequired_region = \"US\"\n";
    let run = doctor(&server.origin()).file("own.toml", file).args(["--config", "own.toml"]);
    let json = as_json(run, 0, None);
    let controls = json["controls"].as_array().unwrap();
    assert_eq!(controls.iter().find(|control| control["id"] == "E12").unwrap()["decided"], "data");
}

#[test]
fn no_token_explains_how_to_get_one() {
    let server = healthy().serve();
    let run = doctor_without_token(&server.origin()).run().exits(2);
    first_line(&run, &["no access token", "INTERCOM_ACCESS_TOKEN"]);
    for part in [
        "Developer Hub",
        "Untick",
        "Read admin activity logs",
        "Regenerate",
        "--region eu",
        "app.au.intercom.com",
    ] {
        assert!(run.stdout.contains(part), "{part}\n{}", run.streams());
    }
    let json = as_json(doctor_without_token(&server.origin()), 2, Some("no-token"));
    assert!(json["onboarding"].as_array().unwrap().len() > 3);
    let odd = doctor_without_token(&server.origin()).stdin("two\nlines").arg("--token-stdin").run().exits(2);
    first_line(&odd, &["several lines", "one line"]);
    assert!(server.seen().is_empty());
}

#[test]
fn bad_token() {
    let server = healthy().serve();
    let with = || {
        doctor_without_token(&server.origin())
            .env("INTERCOM_ACCESS_TOKEN", "wrong-token-4711")
            .secret("wrong-token-4711")
    };
    let run = with().run().exits(3);
    first_line(&run, &["does not accept the token", "--region eu or --region au", "Developer Hub"]);
    assert!(run.stdout.contains("req-401-unauthorized"), "{}", run.streams());
    assert_eq!(paths(&server), ["GET /admins", "GET /me"], "a refused token is not tried further");
    as_json(with(), 3, Some("bad-token"));
}

#[test]
fn admins_only() {
    for (status, code) in [(401, "token_unauthorized"), (403, "forbidden")] {
        let server = healthy().log_fault(&Answer::error(status, code, "Not authorized")).serve();
        let run = doctor(&server.origin()).run().exits(0);
        first_line(&run, &["lacks the permission \"Read admin activity logs\"", "tick", "regenerate"]);
        let json = as_json(doctor(&server.origin()), 0, Some("no-log-permission"));
        let controls = json["controls"].as_array().unwrap();
        let decided =
            |id: &str| controls.iter().find(|control| control["id"] == id).unwrap()["decided"].clone();
        assert_eq!(decided("1.1"), "person");
        assert_eq!(decided("2.3"), "data", "roles decide it alone");
    }
    let refusal = Answer::error(403, "forbidden", "Not authorized");
    let server = healthy().fault("/admins", refusal).serve();
    first_line(&doctor(&server.origin()).run().exits(3), &["lacks the permission \"Read admins\"", "tick"]);
}

#[test]
fn everything_granted() {
    let mut workspace = Workspace::healthy();
    workspace.ip_allowlist = Some(json!({ "enabled": true, "ip_allowlist": ["192.0.2.0/24"] }));
    let server = PROBED.iter().fold(Api::new(workspace), |api, path| api.readable(path)).serve();
    let run = doctor(&server.origin()).run().exits(0);
    first_line(&run, &["more than it should", "/tags", "untick everything but", "regenerate"]);
    assert!(run.stdout.contains("manage_ip_allowlist"), "{}", run.streams());
    as_json(doctor(&server.origin()), 0, Some("too-powerful"));
    let before = server.seen_at("/tags").len();
    let run = doctor(&server.origin()).arg("--no-probe").run().exits(0);
    first_line(&run, &["ready"]);
    assert_eq!(server.seen_at("/tags").len(), before, "--no-probe asks no list");
}

#[test]
fn address_outside_the_allowlist() {
    let server = healthy().fault("*", Answer::error(403, "forbidden", ALLOWLISTED)).serve();
    let run = doctor(&server.origin()).run().exits(3);
    first_line(&run, &["allowlist", "IP address", "run from an allowed address"]);
    assert_eq!(paths(&server), ["GET /me"]);
    as_json(doctor(&server.origin()), 3, Some("ip-allowlist"));
}

#[test]
fn unreachable_in_each_way() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refused = format!("http://{closed}");
    first_line(&doctor(&refused).run().exits(3), &["refused the connection", "check --base-url"]);
    as_json(doctor(&refused), 3, Some("refused"));

    let nowhere = "https://intercom.invalid";
    first_line(
        &doctor(nowhere).run().exits(3),
        &["intercom.invalid", "could not be resolved", "name server"],
    );
    as_json(doctor(nowhere), 3, Some("dns"));

    let server = healthy().serve();
    let plain = server.origin().replace("http:", "https:");
    first_line(&doctor(&plain).run().exits(3), &["no trusted TLS connection", "certificate authority"]);

    let page = healthy().fault("*", Answer::bytes(200, "<html>sign in</html>").html()).serve();
    first_line(&doctor(&page.origin()).run().exits(3), &["not Intercom's API", "proxy"]);
}

#[test]
fn proxy_that_refuses_is_told_apart_without_its_credentials() {
    let proxy = healthy().serve();
    let address = proxy.origin().replace("http://", "http://somebody:pass-4711@");
    let run =
        doctor("https://intercom.invalid").env("HTTPS_PROXY", address).secret("pass-4711").run().exits(3);
    first_line(&run, &["through the proxy", "127.0.0.1", "NO_PROXY"]);
}

#[test]
fn used_up_rate_limit_is_not_waited_for() {
    let refusal =
        Answer::error(429, "rate_limit_exceeded", "Exceeded rate limit").header("Retry-After", 3_000);
    let server = healthy().fault("*", refusal).serve();
    let run = doctor(&server.origin()).run().exits(3);
    first_line(&run, &["rate limit is used up", "wait"]);
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn passing_failures_are_overlooked_and_lasting_ones_named() {
    let broken = Answer::error(500, "server_error", "Something went wrong");
    let server = healthy().fault_times(SEARCH, 1, broken.clone()).serve();
    first_line(&doctor(&server.origin()).run().exits(0), &["ready"]);
    let server = healthy().log_fault(&broken).serve();
    let run = doctor(&server.origin()).run().exits(3);
    first_line(&run, &["the activity log could not be read", "try again"]);
    assert!(run.stdout.contains("req-500-server-error"), "{}", run.streams());
}

#[test]
fn hostile_texts_stay_on_their_line() {
    let name = "Acme\n\u{1b}[2Jready: all is well\u{202e}";
    let server = Api::new(Workspace::healthy().app("name", name).app("region", "EU")).serve();
    let run = doctor(&server.origin()).run().exits(2);
    assert!(!run.stdout.contains(['\u{1b}', '\u{202e}']), "{}", run.streams());
    assert!(!run.stdout.lines().any(|line| line.trim_start().starts_with("ready:")), "{}", run.streams());
    let json = doctor(&server.origin()).args(["--format", "json"]).run().exits(2);
    assert!(!json.stdout.contains(['\u{1b}', '\u{202e}']), "{}", json.streams());
    assert_eq!(json.json()["workspace"]["name"], name);
}

#[test]
fn wrong_options_are_usage_errors() {
    doctor("http://192.0.2.1").run().exits(2);
    doctor("https://intercom.invalid").args(["--region", "mars"]).run().exits(2).says("mars");
    doctor("https://intercom.invalid").args(["--since", "a while"]).run().exits(2).says("--since");
    doctor("https://intercom.invalid").args(["--config", "absent.toml"]).run().exits(2).says("absent.toml");
}
