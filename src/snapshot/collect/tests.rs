//! Whole collections against a fake workspace.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use super::*;
use crate::api::fake::{Asked, Reply, Server, TOKEN, ok, refusal, reply};

const NOW: i64 = 1_700_000_000;
const DAY: i64 = 86_400;
const OPTIONS: CollectOptions = CollectOptions { scope: ReadScope::Everything, probe: true, by_clock: false };

fn ranges() -> Ranges {
    let at = |seconds| Timestamp::from_second(seconds).unwrap();
    Ranges { now: at(NOW), since: at(NOW - 30 * DAY), arrivals_since: at(NOW - 90 * DAY) }
}

/// A workspace with two teammates and an event in each range; `special` answers some requests.
fn workspace(special: impl Fn(&Asked) -> Option<Reply> + Send + Sync + 'static) -> Server {
    Server::start(move |asked| {
        special(asked).unwrap_or_else(|| match &*asked.path {
            "/me" => ok(&json!({"id": 1, "app": {"id_code": "w", "created_at": NOW - 1000 * DAY}})),
            "/admins" => ok(&json!({"admins": [{"id": "1"}, {"id": 2}]})),
            "/admins/activity_logs/search" => {
                let body = asked.json();
                let name = match (&body["event_types"][0], body["event_types"].is_null()) {
                    (_, true) => "window",
                    (first, _) if first == "admin_login_success" => "admin_login_success",
                    _ => "role_change",
                };
                let at = body["created_at_before"].as_i64().unwrap() - 10;
                let event = json!({"id": name, "created_at": at, "activity_type": name});
                ok(&json!({"activity_logs": [event], "pages": {"total_pages": 1}}))
            }
            _ => refusal(403, "forbidden"),
        })
    })
}

/// Collects and returns the records as words, in order.
async fn run(server: &Server, timeout: u64) -> (Result<Outcomes, CollectError>, Vec<String>) {
    let client = server.client(Duration::from_millis(timeout));
    let mut records = Vec::new();
    let mut sink = |record: Record<'_>| {
        records.push(match record {
            Record::Me(_) => "me".to_owned(),
            Record::Admins(admins) => format!("admins {}", admins.len()),
            Record::IpAllowlist(_) => "allowlist".to_owned(),
            Record::Probe(answers) => format!("probe {}", answers.len()),
            Record::Event(feed, event) => format!("{feed:?} {}", event.id),
            Record::Unread(entry) => format!("unread {}", entry.shown),
        });
        Ok(())
    };
    let outcomes = collect(&client, &ranges(), &OPTIONS, &mut sink).await;
    (outcomes, records)
}

fn status(outcomes: &Outcomes) -> Vec<SourceStatus> {
    Feed::ALL.iter().map(|feed| outcomes.feeds[feed].status).collect()
}

#[tokio::test]
async fn reads_every_source_and_head_before_events() {
    use SourceStatus::{Complete, Forbidden};
    let server = workspace(|asked| {
        (asked.path == "/me").then(|| std::thread::sleep(Duration::from_millis(80)));
        None
    });
    let (outcomes, records) = run(&server, 9_000).await;
    let outcomes = outcomes.unwrap();
    assert_eq!(status(&outcomes), [Complete, Complete, Complete, Complete, Complete, Forbidden, Complete]);
    let at = |word: &str| records.iter().position(|record| record == word).unwrap();
    for event in ["LogWindow window", "LogHistory role_change", "LogArrivals admin_login_success"] {
        assert!(at("me") < at(event) && at("admins 2") < at(event), "{records:?}");
    }
    assert!(outcomes.warnings.is_empty());
    assert_eq!(outcomes.feeds[&Feed::TokenProbe].requests, 6);
    let asked = server.asked();
    assert_eq!(asked.len(), 12);
    assert!(asked.iter().all(|asked| asked.head.contains(TOKEN) && asked.head.contains("2.16")));
    let history = asked.iter().find(|asked| asked.body.contains("role_change")).unwrap().json();
    assert_eq!(history["created_at_after"], OLDEST_EVENT - 1);
    assert_eq!(history["created_at_before"], NOW - 30 * DAY);
}

#[tokio::test]
async fn an_allowlist_refusal_is_told_apart() {
    let server = workspace(|_| {
        let message = "Your IP address is not on the allowlist for API access";
        Some(reply(403, &[], &json!({"errors": [{"code": "forbidden", "message": message}]}).to_string()))
    });
    assert!(matches!(run(&server, 9_000).await.0, Err(CollectError::NotAllowed(_))));
}

#[tokio::test]
async fn what_the_allowlist_refuses_says_nothing_of_the_token() {
    use SourceStatus::{Complete, Failed, Forbidden};
    let refused = |paths: &'static [&'static str]| {
        let message = "Your IP address is not on the allowlist for API access";
        let body = json!({"errors": [{"code": "forbidden", "message": message}]}).to_string();
        workspace(move |asked| paths.contains(&asked.path.as_str()).then(|| reply(403, &[], &body)))
    };
    let outcomes = run(&refused(&["/tags", "/segments"]), 9_000).await.0.unwrap();
    assert_eq!(status(&outcomes)[5..], [Forbidden, Failed], "refused lists show no missing scope");
    let outcomes = run(&refused(&["/me", "/ip_allowlist"]), 9_000).await.0.unwrap();
    assert_eq!(status(&outcomes), [Failed, Complete, Complete, Complete, Complete, Forbidden, Complete]);
}

#[tokio::test]
async fn another_host_is_no_workspace() {
    let server = workspace(|_| Some(reply(200, &["Content-Type: text/html"], "<html>")));
    assert!(matches!(run(&server, 9_000).await.0, Err(CollectError::Unreachable(ApiError::NotJson { .. }))));
}

#[tokio::test]
async fn a_refused_me_is_only_a_warning() {
    let server = workspace(|asked| (asked.path == "/me").then(|| refusal(401, "unauthorized")));
    let (outcomes, records) = run(&server, 9_000).await;
    let outcomes = outcomes.unwrap();
    assert_eq!(outcomes.feeds[&Feed::Me].status, SourceStatus::Forbidden);
    assert_eq!(outcomes.feeds[&Feed::LogHistory].status, SourceStatus::Complete);
    assert!(outcomes.warnings.contains(&Warning::MeUnread));
    assert!(records.contains(&"LogHistory role_change".to_owned()));
    let asked = server.asked();
    let history = asked.iter().find(|asked| asked.body.contains("role_change")).unwrap().json();
    assert_eq!(history["created_at_after"], OLDEST_EVENT - 1);
}

#[tokio::test]
async fn the_history_counts_from_the_creation_or_two_years_back() {
    for (me, old, expected) in [
        (json!({"app": {"created_at": NOW - 1000 * DAY}}), 1000, true),
        (json!({"app": {"created_at": NOW - 1000 * DAY}}), 1001, false),
        (json!({"app": {"created_at": NOW + DAY}}), 730, true),
        (json!({}), 731, false),
    ] {
        let server = workspace(move |asked| {
            let event = json!({"id": "old", "created_at": NOW - old * DAY, "activity_type": "role_change"});
            match &*asked.path {
                "/me" => Some(ok(&me)),
                _ if asked.body.contains("role_change") => Some(ok(&json!({"activity_logs": [event]}))),
                _ => None,
            }
        });
        let (outcomes, records) = run(&server, 9_000).await;
        assert_eq!(outcomes.unwrap().feeds[&Feed::LogHistory].records, u64::from(expected), "{old}");
        assert_eq!(records.contains(&"LogHistory old".to_owned()), expected, "{old}");
    }
}

#[tokio::test]
async fn a_list_of_teammates_with_odd_entries_is_not_complete() {
    let server = workspace(|asked| {
        let list =
            json!({"admins": [{"id": "1"}, {"id": "7", "email": "a@b.c", "role": "Admin"}, {"id": 2}, null]});
        (asked.path == "/admins").then(|| ok(&list))
    });
    let (outcomes, records) = run(&server, 9_000).await;
    let outcome = &outcomes.unwrap().feeds[&Feed::Admins];
    assert_eq!((outcome.status, outcome.records), (SourceStatus::Failed, 2));
    let said = outcome.failure.as_ref().unwrap().to_string();
    assert!(said.contains("2 of 4 entries"), "{said}");
    assert!(said.contains(r#"the first is {"id":"7","role":"Admin"}"#), "{said}");
    assert!(records.contains(&"admins 2".to_owned()));
}

#[tokio::test]
async fn an_answer_of_an_odd_shape_is_not_complete() {
    let nested = json!({"id": "1", "role": {"name": ["Admin"]}});
    for (path, feed, answer) in [
        ("/me", Feed::Me, json!([])),
        ("/me", Feed::Me, json!({"app": []})),
        ("/me", Feed::Me, json!({"type": "error.list", "errors": []})),
        ("/admins", Feed::Admins, json!([[{"id": "1"}]])),
        ("/admins", Feed::Admins, json!({"admins": null})),
        ("/admins", Feed::Admins, json!({"admins": {"id": "1"}})),
        ("/admins", Feed::Admins, json!({"admins": [{"id": "1"}, ["2"]]})),
        ("/admins", Feed::Admins, json!({"admins": [nested]})),
        ("/admins", Feed::Admins, json!({"admins": [{"id": {"text": "1"}}]})),
        (
            "/admins",
            Feed::Admins,
            json!({"admins": [{"id": "1"}], "pages": {"next": {"starting_after": "x"}}}),
        ),
        ("/admins", Feed::Admins, json!({"admins": [{"id": "1"}], "total_count": 2})),
        ("/ip_allowlist", Feed::IpAllowlist, json!([true, []])),
        ("/ip_allowlist", Feed::IpAllowlist, json!({"enabled": "yes", "ip_allowlist": ["192.0.2.1"]})),
        ("/ip_allowlist", Feed::IpAllowlist, json!({"enabled": true, "ip_allowlist": null})),
        ("/ip_allowlist", Feed::IpAllowlist, json!({"enabled": true, "ip_allowlist": "192.0.2.1"})),
        ("/ip_allowlist", Feed::IpAllowlist, json!({"enabled": true, "ip_allowlist": [], "has_more": true})),
    ] {
        let body = answer.clone();
        let server = workspace(move |asked| (asked.path == path).then(|| ok(&body)));
        let outcomes = run(&server, 9_000).await.0.unwrap();
        assert_eq!(outcomes.feeds[&feed].status, SourceStatus::Failed, "{path} {answer}");
    }
    for (path, feed, answer) in [
        ("/me", Feed::Me, json!({"id": null, "app": null, "email": 7})),
        ("/admins", Feed::Admins, json!({"admins": [{"id": 5, "role": {"name": null}}], "pages": null})),
        ("/ip_allowlist", Feed::IpAllowlist, json!({"enabled": false, "ip_allowlist": null})),
        ("/ip_allowlist", Feed::IpAllowlist, json!({"enabled": true, "ip_allowlist": [7]})),
    ] {
        let body = answer.clone();
        let server = workspace(move |asked| (asked.path == path).then(|| ok(&body)));
        let outcomes = run(&server, 9_000).await.0.unwrap();
        assert_eq!(outcomes.feeds[&feed].status, SourceStatus::Complete, "{path} {answer}");
    }
}

#[tokio::test]
async fn a_log_that_has_answered_and_is_then_refused_has_failed() {
    use SourceStatus::{Complete, Failed, Forbidden};
    let allowlist =
        json!({"errors": [{"code": "forbidden", "message": "Your IP address is not on the allowlist"}]});
    for refused in [
        refusal(401, "unauthorized"),
        refusal(402, "payment_required"),
        refusal(403, "forbidden"),
        refusal(404, "not_found"),
        reply(403, &["Content-Type: text/html"], "<html>no</html>"),
        reply(403, &[], &allowlist.to_string()),
    ] {
        let server = workspace(move |asked| {
            let history = asked.body.contains("role_change") || asked.path == "/admins/activity_logs";
            // The window was read in full before the history was refused.
            history.then(|| std::thread::sleep(Duration::from_millis(150)));
            history.then(|| refused.clone())
        });
        let outcomes = run(&server, 9_000).await.0.unwrap();
        assert_eq!(status(&outcomes), [Complete, Complete, Failed, Failed, Failed, Forbidden, Complete]);
    }
    let server =
        workspace(move |asked| asked.path.starts_with("/admins/").then(|| refusal(401, "unauthorized")));
    let outcomes = run(&server, 9_000).await.0.unwrap();
    assert_eq!(status(&outcomes)[2..5], [Forbidden; 3]);
}

#[tokio::test]
async fn a_sink_that_fails_ends_it() {
    let server = workspace(|_| None);
    let client = server.client(Duration::from_secs(9));
    let mut sink = |record: Record<'_>| match record {
        Record::Event(..) => Err(io::ErrorKind::StorageFull.into()),
        _ => Ok(()),
    };
    let ended = collect(&client, &ranges(), &CollectOptions { probe: false, ..OPTIONS }, &mut sink).await;
    assert!(matches!(ended, Err(CollectError::Sink(error)) if error.kind() == io::ErrorKind::StorageFull));
}
