//! The harness itself: the mock API answers as documented, and misbehaves as told.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::exchange::Answer;
use crate::intercom::{Api, LOG, Next, SEARCH};
use crate::program::{NOW_SECONDS, TOKEN};
use crate::raw::{self, Behaviour};
use crate::workspace::{DAY, Event, Workspace};

/// One request over a fresh connection: the status and the body.
fn request(origin: &str, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
    let host = origin.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(std::time::Duration::from_secs(10))).unwrap();
    let mut text = format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    write!(stream, "{text}Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split_whitespace().nth(1).and_then(|word| word.parse().ok());
    (status.unwrap_or(0), body.to_owned())
}

fn authorized(origin: &str, method: &str, target: &str, body: &Value) -> (u16, Value) {
    let bearer = format!("Bearer {TOKEN}");
    let headers = [("Authorization", bearer.as_str()), ("Intercom-Version", "2.16")];
    let (status, body) = request(origin, method, target, &headers, &body.to_string());
    (status, serde_json::from_str(&body).unwrap_or(Value::Null))
}

fn busy() -> Workspace {
    (0..45).fold(Workspace::healthy(), |workspace, number| {
        workspace.event(Event::new("tag_creation").by("ana@fixture.example").ago(number * 60))
    })
}

#[test]
fn token_and_version_are_required() {
    let server = Api::new(Workspace::healthy()).serve();
    let (status, body) = request(&server.origin(), "GET", "/me", &[("Intercom-Version", "2.16")], "");
    assert_eq!((status, body.contains("Access Token Invalid")), (401, true));
    let bearer = format!("Bearer {TOKEN}");
    let (status, body) = request(&server.origin(), "GET", "/me", &[("Authorization", &bearer)], "");
    assert_eq!((status, body.contains("intercom_version_invalid")), (400, true));
    let (status, me) = authorized(&server.origin(), "GET", "/me", &Value::Null);
    assert_eq!((status, &me["app"]["region"]), (200, &json!("US")));
    assert_eq!(server.seen_at("/me").len(), 3, "every request is remembered");
}

#[test]
fn search_filters_sorts_and_pages() {
    let server = Api::new(busy()).serve();
    let ask = |body: Value| authorized(&server.origin(), "POST", SEARCH, &body);
    let (_, first) = ask(
        json!({ "created_at_after": NOW_SECONDS - DAY, "per_page": 25, "event_types": ["tag_creation"] }),
    );
    assert_eq!(first["pages"]["total_pages"], 2);
    let events = first["activity_logs"].as_array().unwrap();
    assert_eq!((events.len(), &events[0]["created_at"]), (25, &json!(NOW_SECONDS)), "newest first");
    assert!(first["pages"]["next"].as_str().unwrap().contains("page=2"));
    let (_, last) = ask(
        json!({ "created_at_after": NOW_SECONDS - DAY, "per_page": 25, "page": 2, "event_types": ["tag_creation"] }),
    );
    assert_eq!((last["activity_logs"].as_array().unwrap().len(), &last["pages"]["next"]), (20, &Value::Null));
    assert_eq!(ask(json!({ "created_at_after": 0, "per_page": 251 })).0, 400);
    assert_eq!(ask(json!({ "per_page": 20 })).0, 404, "created_at_after is required");
}

#[test]
fn listing_has_twenty_events_a_page() {
    let server = Api::new(busy()).next(Next::Cursor).serve();
    let target = format!("{LOG}?created_at_after={}&page=3", NOW_SECONDS - DAY);
    let (status, page) = authorized(&server.origin(), "GET", &target, &Value::Null);
    assert_eq!((status, page["activity_logs"].as_array().unwrap().len()), (200, 9));
}

#[test]
fn borders_belong_to_the_range_unless_told_otherwise() {
    let workspace = || Workspace::new().sign_in("ana@fixture.example", "saml", 0);
    let body = json!({ "created_at_after": NOW_SECONDS, "created_at_before": NOW_SECONDS });
    for (api, events) in [(Api::new(workspace()), 1), (Api::new(workspace()).exclusive(), 0)] {
        let server = api.serve();
        let (_, page) = authorized(&server.origin(), "POST", SEARCH, &body);
        assert_eq!(page["activity_logs"].as_array().unwrap().len(), events);
    }
}

#[test]
fn faults_end_after_their_count() {
    let api =
        Api::new(Workspace::healthy()).fault_times("/me", 2, Answer::error(500, "server_error", "Oops"));
    let server = api.serve();
    let statuses = [0; 3].map(|_| authorized(&server.origin(), "GET", "/me", &Value::Null).0);
    assert_eq!(statuses, [500, 500, 200]);
    assert_eq!(authorized(&server.origin(), "GET", "/tags", &Value::Null).0, 403);
    assert_eq!(authorized(&server.origin(), "GET", "/contacts", &Value::Null).0, 404);
}

#[test]
fn budget_ends_in_429() {
    let server = Api::new(Workspace::healthy()).budget(1).serve();
    let statuses: Vec<_> =
        (0..3).map(|_| authorized(&server.origin(), "GET", "/me", &Value::Null).0).collect();
    assert!(statuses.contains(&429), "three requests fit into two windows of one: {statuses:?}");
}

#[test]
fn raw_server_answers_where_it_does_not_misbehave() {
    let server = raw::Server::start(Api::new(Workspace::healthy()), &[(SEARCH, Behaviour::ResetMidBody)]);
    assert_eq!(authorized(server.origin(), "GET", "/me", &Value::Null).0, 200);
    let (status, body) = authorized(server.origin(), "POST", SEARCH, &json!({ "created_at_after": 0 }));
    assert_eq!((status, body), (200, Value::Null), "the body breaks off");
    assert_eq!(server.seen().len(), 2);
}
