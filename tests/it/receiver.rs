//! A receiver of alerts on a loopback port: it accepts, refuses, redirects or hangs, and remembers what it was sent.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) method: String,
    pub(crate) path: String,
    /// Names are in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Sent {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// How a request is answered.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// With a status and a body.
    Status(u16, String),
    /// With a redirect to an address.
    Redirect(String),
    /// Not at all.
    Silence,
}

/// Accepts a message.
pub(crate) const ACCEPT: Reply = Reply::Status(204, String::new());

/// The receiver; its threads end with the test process.
pub(crate) struct Receiver {
    origin: String,
    sent: Arc<Mutex<Vec<Sent>>>,
    replies: Arc<Mutex<Vec<Reply>>>,
}

impl Receiver {
    /// Listens and accepts everything.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let receiver = Self { origin, sent: Arc::default(), replies: Arc::default() };
        let (sent, replies) = (Arc::clone(&receiver.sent), Arc::clone(&receiver.replies));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (sent, replies) = (Arc::clone(&sent), Arc::clone(&replies));
                // A client that disconnects ends only the thread of its connection.
                thread::spawn(move || drop(converse(stream, &sent, &replies)));
            }
        });
        receiver
    }

    /// Gives the next requests these replies, in order; those behind them are accepted.
    pub(crate) fn reply(&self, replies: impl IntoIterator<Item = Reply>) {
        let mut next: Vec<_> = replies.into_iter().collect();
        next.reverse();
        *self.replies.lock().unwrap() = next;
    }

    /// An address of it.
    pub(crate) fn address(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// What came since this was asked last.
    pub(crate) fn take(&self) -> Vec<Sent> {
        std::mem::take(&mut self.sent.lock().unwrap())
    }
}

fn converse(stream: TcpStream, sent: &Mutex<Vec<Sent>>, replies: &Mutex<Vec<Reply>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split(' ').map(str::to_owned);
    let (Some(method), Some(path)) = (words.next(), words.next()) else { return Ok(()) };
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let reply = replies.lock().unwrap().pop().unwrap_or(ACCEPT);
    sent.lock().unwrap().push(Sent { method, path, headers, body });
    let mut stream = stream;
    let head = match reply {
        Reply::Status(status, body) => {
            format!(
                "HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            )
        }
        Reply::Redirect(place) => {
            format!("HTTP/1.1 307 X\r\nLocation: {place}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        }
        Reply::Silence => {
            thread::sleep(Duration::from_secs(60));
            return Ok(());
        }
    };
    stream.write_all(head.as_bytes())
}
