//! The client against servers that misbehave; `tests/it/hostile_server.rs` has the rest.

use serde_json::{Value, json};

use super::*;
use crate::api::fake::{Server, TOKEN, reply};

const LONG: Duration = Duration::from_secs(10);

async fn me(client: &Client) -> Result<Value, ApiError> {
    client.json(Feed::Me, &Request::get("/me"), |body| serde_json::from_str(&body)).await
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
        let client = server.client(LONG);
        let scanned = me(&client).await.unwrap_err();
        let examined = client.examine(&Request::get("/me"), true).await.answer.unwrap_err();
        for error in [format!("{scanned} {scanned:?}"), format!("{examined} {examined:?}")] {
            assert!(error.contains("***"), "{error}");
            assert!(!error.contains(&TOKEN[..12]), "{error}");
        }
    }
}

#[tokio::test]
async fn a_body_that_is_announced_as_endless_is_not_read() {
    let server = Server::start(|_| b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n{".to_vec());
    let answer = me(&server.client(LONG)).await;
    assert!(matches!(answer, Err(ApiError::BodyTooLarge { limit, .. }) if limit == 1 << 20), "{answer:?}");
    assert_eq!(server.asked().len(), 1);
}
