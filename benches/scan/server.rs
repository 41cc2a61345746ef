//! A server on a loopback port that answers as the API does, after a given latency and within a given rate limit.
//!
//! One thread per connection, and pages that are copied rather than built: it must never be what is measured.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::workspace::{self, Log};

/// The length of the windows in which requests are counted against the limit.
const WINDOW: Duration = Duration::from_secs(10);

/// What is served, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Conditions {
    /// Events of the last 30 days.
    pub(crate) events: u64,
    /// State-setting events before them.
    pub(crate) history: u64,
    /// Teammates; all of them sign in.
    pub(crate) teammates: u64,
    /// Time between a request and its answer.
    pub(crate) latency: Duration,
    /// Requests allowed in ten seconds; no limit and no headers about it without.
    pub(crate) limit: Option<u64>,
}

/// What was asked for so far.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// Every request.
    pub(crate) requests: AtomicU64,
    /// Requests for a page of the log after the first of its range.
    pub(crate) further: AtomicU64,
    /// Requests refused with a 429.
    pub(crate) refused: AtomicU64,
    /// When each was asked and answered.
    times: Mutex<Vec<(Instant, Instant)>>,
}

impl Counts {
    /// The most requests of which each was asked after the one before it was answered.
    pub(crate) fn longest_chain(&self) -> u64 {
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner).clone();
        times.sort_unstable_by_key(|(_, answered)| *answered);
        let (mut chain, mut last) = (0, None);
        for (asked, answered) in times {
            if last.is_none_or(|last| asked >= last) {
                (chain, last) = (chain + 1, Some(answered));
            }
        }
        chain
    }
}

/// A running server; it ends with the program.
pub(crate) struct Server {
    /// Host and port.
    pub(crate) address: String,
    /// What was asked for.
    pub(crate) counts: Arc<Counts>,
}

struct Shared {
    conditions: Conditions,
    window_log: Log,
    history_log: Log,
    counts: Arc<Counts>,
    window: Mutex<(Instant, u64)>,
}

impl Server {
    /// Starts to serve.
    pub(crate) fn start(conditions: Conditions) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?.to_string();
        let counts = Arc::new(Counts::default());
        let window_log = Log::window(conditions.events, conditions.teammates);
        let history_log = Log::history(conditions.history, conditions.teammates);
        let window = Mutex::new((Instant::now(), 0));
        let shared =
            Arc::new(Shared { conditions, window_log, history_log, counts: Arc::clone(&counts), window });
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                // A client that hangs up ends its thread, and nothing else.
                thread::spawn(move || drop(serve(&shared, stream)));
            }
        });
        Ok(Self { address, counts })
    }
}

/// Answers the requests of one connection until it is closed.
fn serve(shared: &Shared, stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut answers = stream.try_clone()?;
    let mut requests = BufReader::new(stream);
    let (mut head, mut body, mut asked) = (Vec::new(), Vec::new(), Vec::new());
    while let Some((path, length)) = read_head(&mut requests)? {
        let arrived = Instant::now();
        asked.resize(length, 0);
        requests.read_exact(&mut asked)?;
        head.clear();
        body.clear();
        let (remaining, reset) = shared.count();
        shared.counts.requests.fetch_add(1, Ordering::Relaxed);
        let status = if remaining.is_some_and(|remaining| remaining < 0) {
            shared.counts.refused.fetch_add(1, Ordering::Relaxed);
            body.extend_from_slice(br#"{"type":"error.list","errors":[{"code":"rate_limit_exceeded"}]}"#);
            "429 Too Many Requests"
        } else {
            shared.answer(&path, &asked, &mut body)
        };
        write!(head, "HTTP/1.1 {status}\r\nContent-Type: application/json; charset=utf-8\r\n")?;
        if let (Some(limit), Some(remaining)) = (shared.conditions.limit, remaining) {
            let remaining = remaining.max(0);
            write!(head, "X-RateLimit-Limit: {limit}\r\nX-RateLimit-Remaining: {remaining}\r\n")?;
            write!(head, "Retry-After: {}\r\n", reset.as_secs() + 1)?;
        }
        write!(head, "Content-Length: {}\r\n\r\n", body.len())?;
        head.extend_from_slice(&body);
        thread::sleep(shared.conditions.latency.saturating_sub(arrived.elapsed()));
        shared.counts.times.lock().unwrap_or_else(PoisonError::into_inner).push((arrived, Instant::now()));
        answers.write_all(&head)?;
    }
    Ok(())
}

/// The path and the length of the body of the next request.
fn read_head(requests: &mut BufReader<TcpStream>) -> io::Result<Option<(String, usize)>> {
    let (mut line, mut path, mut length) = (String::new(), None, 0);
    loop {
        line.clear();
        if requests.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let text = line.trim_end();
        if text.is_empty() {
            return Ok(path.map(|path| (path, length)));
        }
        if path.is_none() {
            path = Some(text.split(' ').nth(1).unwrap_or_default().to_owned());
        } else if let Some(("content-length", value)) = text.split_once(':') {
            length = value.trim().parse().unwrap_or(0);
        }
    }
}

impl Shared {
    /// Counts a request: how many are left in the window, and how long it lasts.
    fn count(&self) -> (Option<i64>, Duration) {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if window.0.elapsed() >= WINDOW {
            *window = (Instant::now(), 0);
        }
        window.1 += 1;
        let remaining = self.conditions.limit.map(|limit| limit as i64 - window.1 as i64);
        (remaining, WINDOW.saturating_sub(window.0.elapsed()))
    }

    fn answer(&self, path: &str, asked: &[u8], body: &mut Vec<u8>) -> &'static str {
        match path {
            "/me" => body.extend_from_slice(workspace::me().as_bytes()),
            "/admins" => body.extend_from_slice(workspace::admins(self.conditions.teammates).as_bytes()),
            "/admins/activity_logs/search" => {
                let asked: Value = serde_json::from_slice(asked).unwrap_or_default();
                let number = asked.get("page").and_then(Value::as_u64).unwrap_or(1);
                self.counts.further.fetch_add(u64::from(number > 1), Ordering::Relaxed);
                let types = asked.get("event_types").and_then(Value::as_array);
                match types.map(|types| types.iter().any(|word| word == "admin_permission_change")) {
                    None => self.window_log.page(number, body),
                    Some(true) => self.history_log.page(number, body),
                    Some(false) => body.extend_from_slice(
                        br#"{"type":"activity_log.list","pages":{"type":"pages","page":1,"per_page":250,"total_pages":0,"next":null},"activity_logs":[]}"#,
                    ),
                }
            }
            _ => {
                body.extend_from_slice(br#"{"type":"error.list","errors":[{"code":"token_unauthorized"}]}"#);
                return "403 Forbidden";
            }
        }
        "200 OK"
    }
}
