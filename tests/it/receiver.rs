//! A server that hears what the program sends to addresses of the user's own, and answers as it is told.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// What it does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// Answers with this status.
    Status(u16),
    /// Answers with this status and text.
    Saying(u16, String),
    /// Sends the sender elsewhere.
    Redirect(String),
    /// Never answers.
    Silence,
    /// Closes the connection.
    Hangup,
}

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    /// Method and path: `GET /ping`.
    pub(crate) request: String,
    /// Names are in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
    /// Whether the reply is a success.
    pub(crate) accepted: bool,
}

impl Heard {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

pub(crate) struct Receiver {
    origin: String,
    heard: Arc<Mutex<Vec<Heard>>>,
    /// What it does with the next requests, the last one first.
    next: Arc<Mutex<Vec<Reply>>>,
}

impl Receiver {
    /// Listens on a loopback port; its thread ends with the test process.
    pub(crate) fn start(usual: Reply) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let (heard, next) = (Arc::default(), Arc::default());
        let receiver = Self { origin, heard: Arc::clone(&heard), next: Arc::clone(&next) };
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (usual, heard, next) = (usual.clone(), Arc::clone(&heard), Arc::clone(&next));
                // A client that disconnects ends only the thread of its connection.
                thread::spawn(move || drop(answer(stream, usual, &heard, &next)));
            }
        });
        receiver
    }

    /// Does this with the next requests, in order, and the usual with those behind them.
    pub(crate) fn reply(&self, replies: impl IntoIterator<Item = Reply, IntoIter: DoubleEndedIterator>) {
        *self.next.lock().unwrap() = replies.into_iter().rev().collect();
    }

    /// An address of this server.
    pub(crate) fn address(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Everything so far.
    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    /// Everything since this was asked last.
    pub(crate) fn take(&self) -> Vec<Heard> {
        std::mem::take(&mut self.heard.lock().unwrap())
    }

    /// Method and path of everything so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.heard().into_iter().map(|heard| heard.request).collect()
    }
}

fn answer(
    mut stream: TcpStream,
    usual: Reply,
    heard: &Mutex<Vec<Heard>>,
    next: &Mutex<Vec<Reply>>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            // What is cut off was not heard.
            return Ok(());
        }
        let Some((name, value)) = line.split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let request = first.split(' ').take(2).collect::<Vec<_>>().join(" ");
    let reply = next.lock().unwrap().pop().unwrap_or(usual);
    let accepted = matches!(reply, Reply::Status(200..=299) | Reply::Saying(200..=299, _));
    heard.lock().unwrap().push(Heard { request, headers, body: String::from_utf8(body).unwrap(), accepted });
    let (status, location, said) = match reply {
        Reply::Silence => {
            thread::sleep(Duration::from_secs(60));
            return Ok(());
        }
        Reply::Hangup => return Ok(()),
        Reply::Status(status) => (status, String::new(), "OK".to_owned()),
        Reply::Saying(status, said) => (status, String::new(), said),
        Reply::Redirect(to) => (302, format!("location: {to}\r\n"), String::new()),
    };
    let length = said.len();
    write!(
        stream,
        "HTTP/1.1 {status} x\r\n{location}connection: close\r\ncontent-length: {length}\r\n\r\n{said}"
    )
}
