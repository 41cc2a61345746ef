//! The client against servers that misbehave, one way at a time.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use super::*;
use crate::api::fake::{Reply, Server, TOKEN, ok, refusal, reply};

const LONG: Duration = Duration::from_secs(10);

async fn me(client: &Client) -> Result<Value, ApiError> {
    client.json(Feed::Me, &Request::get("/me"), |body| serde_json::from_str(&body)).await
}

/// Asks once for `/me` of a server whose nth answer, from 0, is `script(n)`.
async fn ask(
    script: impl Fn(u32) -> Reply + Send + Sync + 'static,
) -> (Result<Value, ApiError>, Server, Vec<Notice>) {
    let count = AtomicU32::new(0);
    let server = Server::start(move |_| script(count.fetch_add(1, Ordering::SeqCst)));
    let (client, notices) = server.client(LONG);
    let answer = me(&client).await;
    assert_eq!(client.requests(Feed::Me) as usize, server.asked().len());
    let notices = notices.lock().unwrap().clone();
    (answer, server, notices)
}

#[tokio::test]
async fn sends_the_documented_headers() {
    let (answer, server, _) = ask(|_| ok(&json!({"id": "1"}))).await;
    assert_eq!(answer.unwrap()["id"], "1");
    let head = server.asked()[0].head.to_lowercase();
    let version = env!("CARGO_PKG_VERSION");
    for line in [
        format!("authorization: bearer {}", TOKEN.to_lowercase()),
        "intercom-version: 2.16".to_owned(),
        "accept: application/json".to_owned(),
        format!("user-agent: intercom-harden/{version}"),
    ] {
        assert!(head.contains(&line), "{head}");
    }
}

#[tokio::test]
async fn waits_out_a_rate_limit_and_says_so() {
    let start = Instant::now();
    let (answer, server, notices) = ask(|n| match n {
        0 => reply(429, &["Retry-After: 1"], ""),
        _ => ok(&json!({})),
    })
    .await;
    assert!(answer.is_ok() && start.elapsed() >= Duration::from_secs(1));
    assert_eq!(server.asked().len(), 2);
    assert_eq!(notices, [Notice::RateLimited { wait: Duration::from_secs(1) }]);
}

#[tokio::test]
async fn survives_a_storm_of_rate_limits() {
    let (answer, server, _) =
        ask(|n| if n < 6 { reply(429, &["Retry-After: 0"], "") } else { ok(&json!({})) }).await;
    assert!(answer.is_ok());
    assert_eq!(server.asked().len(), 7);
}

#[tokio::test]
async fn gives_up_when_the_wait_passes_the_deadline() {
    let (answer, server, _) = ask(|_| reply(429, &["Retry-After: 3600"], "")).await;
    let error = answer.unwrap_err();
    assert!(matches!(error, ApiError::RateLimited { wait, .. } if wait.as_secs() == 3600), "{error}");
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn flaky_answers_are_asked_for_again() {
    let (answer, server, notices) = ask(|n| match n {
        0 => refusal(500, "server_error"),
        1 => reply(200, &[], ""),
        2 => reply(200, &["Content-Type: application/json"], r#"{"id": "1", "na"#),
        3 => Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\"".to_vec()),
        _ => ok(&json!({"id": "1"})),
    })
    .await;
    assert!(answer.is_ok());
    assert_eq!(server.asked().len(), 5);
    assert_eq!(notices.len(), 4);
}

#[tokio::test]
async fn what_stays_broken_is_named() {
    let (answer, server, _) = ask(|_| refusal(500, "server_error")).await;
    assert!(
        matches!(&answer, Err(ApiError::Server(answer)) if answer.request_id.as_deref() == Some("req-1"))
    );
    assert_eq!(server.asked().len(), 5);
    let (answer, ..) = ask(|_| reply(200, &[], " \n")).await;
    assert!(matches!(answer, Err(ApiError::EmptyBody { .. })));
    let (answer, ..) = ask(|_| reply(200, &[], r#"{"id": "#)).await;
    assert!(matches!(answer, Err(ApiError::Truncated { .. })));
    let (answer, ..) = ask(|_| Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{".to_vec())).await;
    assert!(matches!(answer, Err(ApiError::Network { .. })));
    let (answer, ..) = ask(|_| Reply::Raw(Vec::new())).await;
    assert!(matches!(answer, Err(ApiError::Network { .. })));
}

#[tokio::test]
async fn a_page_of_html_is_not_taken_for_json() {
    let (answer, server, _) = ask(|_| reply(200, &["Content-Type: text/html"], "<html>sign in</html>")).await;
    assert!(matches!(&answer, Err(ApiError::NotJson { content_type, .. }) if content_type == "text/html"));
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = Server::start(|_| ok(&json!({})));
    let location = format!("Location: {}/me", elsewhere.url);
    let (answer, server, _) = ask(move |_| reply(302, &[&location], "")).await;
    assert!(matches!(answer, Err(ApiError::Redirected { status: 302, .. })));
    assert_eq!((server.asked().len(), elsewhere.asked().len()), (1, 0));
}

/// A proxy or a test server may send back whatever it was sent.
#[tokio::test]
async fn an_answer_that_repeats_the_token_is_not_repeated() {
    let echo = format!("X-Request-Id: {TOKEN}");
    let far = format!("Location: https://elsewhere.example/{}/{TOKEN}", "x".repeat(160));
    let body = json!({"errors": [{"code": TOKEN, "message": format!("no such token: {TOKEN}")}]}).to_string();
    for (status, header) in [(401, &echo), (403, &echo), (400, &echo), (302, &far)] {
        let (header, body) = (header.clone(), body.clone());
        let server = Server::start(move |_| reply(status, &[&header], &body));
        let (client, _) = server.client(LONG);
        let scanned = me(&client).await.unwrap_err();
        let examined = client.examine(&Request::get("/me"), true).await.answer.unwrap_err();
        for error in [format!("{scanned} {scanned:?}"), format!("{examined} {examined:?}")] {
            assert!(error.contains("***"), "{error}");
            assert!(!error.contains(&TOKEN[..12]), "{error}");
        }
    }
}

#[tokio::test]
async fn endless_bodies_end() {
    let (answer, server, _) = ask(|_| Reply::Endless).await;
    assert!(matches!(answer, Err(ApiError::BodyTooLarge { limit, .. }) if limit == 1 << 20));
    assert_eq!(server.asked().len(), 1);
    let (answer, ..) =
        ask(|_| Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n{".to_vec())).await;
    assert!(matches!(answer, Err(ApiError::BodyTooLarge { .. })));
}

#[tokio::test]
async fn trickling_bodies_end() {
    let (answer, server, _) = ask(|_| Reply::Trickle).await;
    assert!(matches!(answer, Err(ApiError::Timeout { .. })), "{answer:?}");
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn the_deadline_cuts_everything_off() {
    let server = Server::start(|_| Reply::Trickle);
    let (client, _) = server.client(Duration::from_millis(100));
    assert!(matches!(me(&client).await, Err(ApiError::Deadline { .. })));
}

#[tokio::test]
async fn a_closed_port_is_told_apart_from_an_unknown_host() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut server = Server::start(|_| ok(&json!({})));
    server.url = format!("http://{port}");
    let (client, _) = server.client(LONG);
    let error = me(&client).await.unwrap_err();
    assert!(matches!(error, ApiError::Refused { .. }), "{error}");
    assert!(!error.to_string().contains(TOKEN));
}

#[tokio::test]
async fn plain_http_where_tls_is_expected_is_a_tls_error() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut server = Server::start(|_| ok(&json!({})));
    server.url = format!("https://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = std::io::Read::read(&mut stream, &mut [0; 4096]);
            let _ = std::io::Write::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let (client, _) = server.client(LONG);
    let error = me(&client).await.unwrap_err();
    assert!(matches!(error, ApiError::Tls { .. }), "{error:?}");
}
