//! A small HTTP server for tests: each request is answered with exactly the bytes a test wants.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;

use super::client::{Client, ClientOptions, Limits};
use super::origin::ApiOrigin;
use super::retry::Policy;
use super::token::Token;

/// The token every test client sends.
pub(crate) const TOKEN: &str = "test-token-dG9r";

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// A number from the query or from the JSON body.
    pub(crate) fn number(&self, key: &str) -> Option<i64> {
        let pairs = url::form_urlencoded::parse(self.query.as_bytes());
        let text = pairs.into_iter().find(|(name, _)| name == key).and_then(|(_, value)| value.parse().ok());
        text.or_else(|| self.json()[key].as_i64())
    }
}

/// What is sent back, before the end of the connection.
pub(crate) type Reply = Vec<u8>;

/// A complete answer; `headers` are lines without the line end.
pub(crate) fn reply(status: u16, headers: &[&str], body: &str) -> Reply {
    let mut text = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n", body.len());
    for header in headers {
        text.push_str(header);
        text.push_str("\r\n");
    }
    format!("{text}\r\n{body}").into_bytes()
}

/// A 200 with JSON.
pub(crate) fn ok(body: &serde_json::Value) -> Reply {
    reply(200, &["Content-Type: application/json"], &body.to_string())
}

/// An error as Intercom writes it.
pub(crate) fn refusal(status: u16, code: &str) -> Reply {
    let body = serde_json::json!({
        "type": "error.list", "request_id": "req-1", "errors": [{"code": code, "message": "no"}],
    });
    reply(status, &["Content-Type: application/json"], &body.to_string())
}

/// A running server and what it was asked.
pub(crate) struct Server {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    pub(crate) fn start(handler: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, handler) = (asked.clone(), Arc::new(handler));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, handler) = (log.clone(), handler.clone());
                std::thread::spawn(move || answer(stream, &log, &*handler));
            }
        });
        Self { url, asked }
    }

    /// Every request so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// A client with short waits.
    pub(crate) fn client(&self, timeout: Duration) -> Client {
        let limits = Limits {
            connect: Duration::from_secs(2),
            attempt: Duration::from_millis(400),
            body: 1 << 20,
            retry: Policy {
                base: Duration::from_millis(4),
                rate_limit_wait: Duration::from_millis(50),
                ..Policy::default()
            },
        };
        let client = Client::new(ClientOptions {
            origin: ApiOrigin::parse(&self.url).unwrap(),
            token: Token::new(TOKEN).unwrap(),
            proxy: None,
            deadline: Instant::now() + timeout,
            concurrency: 8,
            rate_share: 0.5,
            notify: Arc::new(|_| ()),
            limits,
        });
        client.unwrap()
    }
}

fn answer(stream: TcpStream, log: &Mutex<Vec<Asked>>, handler: &dyn Fn(&Asked) -> Reply) {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let mut words = head.split_whitespace();
    let method = words.next().unwrap().to_owned();
    let (path, query) = words.next().map(|target| target.split_once('?').unwrap_or((target, ""))).unwrap();
    let (path, query, body) = (path.to_owned(), query.to_owned(), String::from_utf8(body).unwrap());
    let asked = Asked { method, path, query, head, body };
    log.lock().unwrap().push(asked.clone());
    let mut stream = reader.into_inner();
    drop(stream.write_all(&handler(&asked)));
}
