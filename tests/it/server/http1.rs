//! HTTP/1.1 by hand, for answers that no HTTP library would send: truncated, endless or very slow ones.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use rustls::{ServerConnection, StreamOwned};
use serde_json::Value;

use super::{Answer, Behaviour, Seen, Shared, Successor};

/// A connection, with or without TLS.
trait Wire: Read + Write {}
impl<T: Read + Write> Wire for T {}

pub(super) fn converse(stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let socket = stream.try_clone()?;
    let tls = match shared.successor.get() {
        Some(Successor::Tls(config)) => Some(config),
        Some(Successor::Plain | Successor::ClosedPort) => None,
        None => shared.tls.as_ref(),
    };
    let wire: Box<dyn Wire> = match tls {
        Some(config) => {
            let tls = ServerConnection::new(Arc::clone(config)).map_err(std::io::Error::other)?;
            Box::new(StreamOwned::new(tls, stream))
        }
        None => Box::new(stream),
    };
    let mut wire = BufReader::new(wire);
    if wire.fill_buf()?.first().is_some_and(|byte| !byte.is_ascii_uppercase()) {
        // Answer a TLS client like a server without TLS.
        return send(wire.get_mut(), &Answer::bytes(400, ""));
    }
    while let Some(seen) = read_request(&mut wire)? {
        let last = shared.parts_after_answer()
            || seen.headers.get("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        let behaviour = shared.behaviour(&seen.path);
        let mut answer = shared.api.answer(seen);
        if let Some(behaviour) = behaviour {
            return misbehave(&mut wire, &socket, shared, behaviour);
        }
        if last {
            answer = answer.header("Connection", "close");
        }
        send(wire.get_mut(), &answer)?;
        shared.answered.fetch_add(1, Ordering::SeqCst);
        if last {
            break;
        }
    }
    Ok(())
}

fn misbehave(
    wire: &mut BufReader<Box<dyn Wire>>,
    socket: &TcpStream,
    shared: &Shared,
    behaviour: &Behaviour,
) -> std::io::Result<()> {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    let promised = |length: u64| format!("{head}Content-Length: {length}\r\n\r\n");
    let reset = || socket2::SockRef::from(socket).set_linger(Some(Duration::ZERO));
    match behaviour {
        Behaviour::ResetMidBody | Behaviour::CutShort => {
            let start = promised(100_000) + r#"{"type":"activity_log.list","#;
            wire.get_mut().write_all(start.as_bytes())?;
            wire.get_mut().flush()?;
            thread::sleep(Duration::from_millis(50));
            if matches!(behaviour, Behaviour::ResetMidBody) {
                return reset();
            }
            socket.shutdown(std::net::Shutdown::Both)
        }
        Behaviour::Vast => {
            wire.get_mut().write_all(promised(1 << 40).as_bytes())?;
            wire.read(&mut [0]).map(|_| ())
        }
        Behaviour::Endless => {
            write!(wire.get_mut(), "{head}Transfer-Encoding: chunked\r\n\r\n")?;
            let spaces = vec![b' '; 1 << 16];
            loop {
                write!(wire.get_mut(), "{:x}\r\n", spaces.len())?;
                wire.get_mut().write_all(&spaces)?;
                wire.get_mut().write_all(b"\r\n")?;
            }
        }
        Behaviour::Trickle => {
            wire.get_mut().write_all(promised(100_000).as_bytes())?;
            loop {
                wire.get_mut().write_all(b" ")?;
                thread::sleep(Duration::from_secs(1));
            }
        }
        Behaviour::Hangup => socket.shutdown(std::net::Shutdown::Both),
        Behaviour::Reset => reset(),
        // Returns when the client gives up.
        Behaviour::Silence => wire.read(&mut [0]).map(|_| ()),
        Behaviour::Raw(bytes) => {
            wire.get_mut().write_all(bytes)?;
            wire.get_mut().flush()?;
            socket.shutdown(std::net::Shutdown::Write)
        }
        Behaviour::Leave(others, successor) => {
            while !shared.has_answered(*others) {
                thread::sleep(Duration::from_millis(5));
            }
            shared.successor.get_or_init(|| successor.clone());
            if matches!(successor, Successor::ClosedPort) {
                // Each of these connections lets the listener look around once; the first that is refused ends this.
                while TcpStream::connect(socket.local_addr()?).is_ok() {
                    thread::sleep(Duration::from_millis(5));
                }
            }
            socket.shutdown(std::net::Shutdown::Both)
        }
        Behaviour::ResetStream(_) | Behaviour::ResetStreamMidBody | Behaviour::EndWith(..) => {
            panic!("{behaviour:?} needs HTTP/2")
        }
    }
}

fn read_request(reader: &mut impl BufRead) -> std::io::Result<Option<Seen>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let url = url::Url::parse("http://localhost").and_then(|base| base.join(&target));
    let url = url.map_err(std::io::Error::other)?;
    Ok(Some(Seen {
        method,
        path: url.path().to_owned(),
        query: url.query_pairs().into_owned().collect(),
        headers,
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    }))
}

fn send(stream: &mut impl Write, answer: &Answer) -> std::io::Result<()> {
    thread::sleep(answer.delay);
    let Answer { status, content_type, .. } = answer;
    let mut head = format!("HTTP/1.1 {status} Answer\r\nContent-Type: {content_type}\r\n");
    for (name, value) in &answer.headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("Content-Length: {}\r\n\r\n", answer.body.len());
    stream.write_all(head.as_bytes())?;
    stream.write_all(&answer.body)?;
    stream.flush()
}
