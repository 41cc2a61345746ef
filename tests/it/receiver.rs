//! A server that hears what the program sends to addresses of the user's own, and answers as it is told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What it does with each request.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// Answers with this status.
    Status(u16),
    /// Sends the sender elsewhere.
    Redirect(String),
    /// Never answers.
    Silence,
}

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    /// Method and path: `GET /ping`.
    pub(crate) request: String,
    pub(crate) body: String,
}

pub(crate) struct Receiver {
    origin: String,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Receiver {
    /// Listens on a loopback port; its thread ends with the test process.
    pub(crate) fn start(reply: Reply) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&heard);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (reply, heard) = (reply.clone(), Arc::clone(&shared));
                thread::spawn(move || drop(answer(stream, &reply, &heard)));
            }
        });
        Self { origin, heard }
    }

    /// An address of this server.
    pub(crate) fn address(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Everything so far.
    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    /// Method and path of everything so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.heard().into_iter().map(|heard| heard.request).collect()
    }
}

fn answer(mut stream: TcpStream, reply: &Reply, heard: &Mutex<Vec<Heard>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim().to_lowercase();
        if line.is_empty() {
            break;
        }
        length = line.strip_prefix("content-length:").map_or(length, |length| length.trim().parse().unwrap());
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let request = first.split(' ').take(2).collect::<Vec<_>>().join(" ");
    heard.lock().unwrap().push(Heard { request, body: String::from_utf8(body).unwrap() });
    let (status, location) = match reply {
        Reply::Silence => {
            thread::sleep(Duration::from_secs(60));
            return Ok(());
        }
        Reply::Status(status) => (*status, String::new()),
        Reply::Redirect(to) => (302, format!("location: {to}\r\n")),
    };
    write!(stream, "HTTP/1.1 {status} x\r\n{location}connection: close\r\ncontent-length: 2\r\n\r\nOK")
}
