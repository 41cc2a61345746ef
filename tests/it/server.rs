//! An [`Api`] on a loopback port, by wiremock; or by hand, for bodies that no HTTP library would send: truncated, endless or
//! very slow ones.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::intercom::Api;

/// A received request.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    /// Names are in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    /// As JSON; null if there is none.
    pub(crate) body: Value,
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Headers besides the content type.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) content_type: String,
    pub(crate) body: Vec<u8>,
    /// The delay of the answer.
    pub(crate) delay: Duration,
}

impl Answer {
    /// A JSON answer.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::bytes(status, body.to_string())
    }

    /// An error in the API's form.
    pub(crate) fn error(status: u16, code: &str, message: &str) -> Self {
        let errors = json!([{ "code": code, "message": message, "field": null }]);
        let request_id = format!("req-{status}-{}", code.replace('_', "-"));
        Self::json(status, &json!({ "type": "error.list", "request_id": request_id, "errors": errors }))
    }

    /// An answer with any body.
    pub(crate) fn bytes(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let content_type = "application/json; charset=utf-8".to_owned();
        Self { status, headers: Vec::new(), content_type, body: body.into(), delay: Duration::ZERO }
    }

    /// Adds a header.
    pub(crate) fn header(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    /// Answers late.
    pub(crate) fn late(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Calls the body HTML.
    pub(crate) fn html(mut self) -> Self {
        self.content_type = "text/html".to_owned();
        self
    }
}

/// The behaviour of a path.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Behaviour {
    /// Promises a long body, sends some of it, and resets the connection.
    ResetMidBody,
    /// Sends a body that never ends, as fast as it is read.
    Endless,
    /// Sends a byte a second.
    Trickle,
    /// Reads the request and closes the connection.
    Hangup,
    /// Reads the request and never answers.
    Silence,
}

/// The server; its threads end with the test process.
pub(crate) struct Server {
    api: Arc<Api>,
    origin: String,
    /// The listener, if no path misbehaves.
    _mock: Option<wiremock::MockServer>,
}

struct Respond(Arc<Api>);

impl wiremock::Respond for Respond {
    fn respond(&self, request: &wiremock::Request) -> wiremock::ResponseTemplate {
        let text =
            |value: &wiremock::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = request.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value)));
        let answer = self.0.answer(Seen {
            method: request.method.to_string(),
            path: request.url.path().to_owned(),
            query: request.url.query_pairs().into_owned().collect(),
            headers: headers.collect(),
            body: serde_json::from_slice(&request.body).unwrap_or(Value::Null),
        });
        let template = wiremock::ResponseTemplate::new(answer.status).set_delay(answer.delay);
        let headers = answer.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        template.append_headers(headers).set_body_raw(answer.body, &answer.content_type)
    }
}

impl Server {
    /// Listens on a loopback port, and answers as the API does.
    pub(crate) fn mock(api: Api) -> Self {
        let api = Arc::new(api);
        let respond = Respond(Arc::clone(&api));
        // The server runs in a thread of wiremock; this runtime only waits for its start.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mock = runtime.block_on(async {
            let mock = wiremock::MockServer::builder().disable_request_recording().start().await;
            wiremock::Mock::given(wiremock::matchers::any()).respond_with(respond).mount(&mock).await;
            mock
        });
        Self { api, origin: mock.uri(), _mock: Some(mock) }
    }

    /// Listens on a loopback port; the listed paths misbehave, all other paths answer as the API does.
    pub(crate) fn start(api: Api, behaviours: &[(&'static str, Behaviour)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let (api, behaviours) = (Arc::new(api), behaviours.to_vec());
        let answering = Arc::clone(&api);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (api, behaviours) = (Arc::clone(&answering), behaviours.clone());
                // A client that disconnects ends only the thread of its connection.
                thread::spawn(move || drop(converse(stream, &api, &behaviours)));
            }
        });
        Self { api, origin, _mock: None }
    }

    /// The origin to give to `--base-url`.
    pub(crate) fn origin(&self) -> String {
        self.origin.clone()
    }

    /// Every request so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.api.seen()
    }

    /// The requests to one path.
    pub(crate) fn seen_at(&self, path: &str) -> Vec<Seen> {
        self.seen().into_iter().filter(|seen| seen.path == path).collect()
    }
}

fn converse(stream: TcpStream, api: &Api, behaviours: &[(&'static str, Behaviour)]) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    if reader.fill_buf()?.first().is_some_and(|byte| !byte.is_ascii_uppercase()) {
        // Answer a TLS client like a server without TLS.
        return send(&stream, &Answer::bytes(400, ""));
    }
    while let Some(seen) = read_request(&mut reader)? {
        let behaviour = behaviours.iter().find(|(path, _)| *path == seen.path);
        let path_misbehaves = behaviour.map(|(_, behaviour)| *behaviour);
        let last = seen.headers.get("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        let answer = api.answer(seen);
        match path_misbehaves {
            None if last => return send(&stream, &answer),
            None => send(&stream, &answer)?,
            Some(behaviour) => return misbehave(stream, &mut reader, behaviour),
        }
    }
    Ok(())
}

fn misbehave(
    mut stream: TcpStream,
    reader: &mut BufReader<TcpStream>,
    behaviour: Behaviour,
) -> std::io::Result<()> {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    match behaviour {
        Behaviour::ResetMidBody => {
            write!(stream, "{head}Content-Length: 100000\r\n\r\n{{\"type\":\"activity_log.list\",")?;
            stream.flush()?;
            thread::sleep(Duration::from_millis(50));
            // To a client, closing in the middle of the body looks like a reset.
            stream.shutdown(std::net::Shutdown::Both)
        }
        Behaviour::Endless => {
            write!(stream, "{head}Transfer-Encoding: chunked\r\n\r\n")?;
            let spaces = vec![b' '; 1 << 16];
            loop {
                write!(stream, "{:x}\r\n", spaces.len())?;
                stream.write_all(&spaces)?;
                stream.write_all(b"\r\n")?;
            }
        }
        Behaviour::Trickle => {
            write!(stream, "{head}Content-Length: 100000\r\n\r\n")?;
            loop {
                stream.write_all(b" ")?;
                thread::sleep(Duration::from_secs(1));
            }
        }
        Behaviour::Hangup => stream.shutdown(std::net::Shutdown::Both),
        // Returns when the client gives up.
        Behaviour::Silence => reader.read(&mut [0]).map(|_| ()),
    }
}

fn read_request(reader: &mut BufReader<TcpStream>) -> std::io::Result<Option<Seen>> {
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

fn send(mut stream: &TcpStream, answer: &Answer) -> std::io::Result<()> {
    thread::sleep(answer.delay);
    let Answer { status, content_type, .. } = answer;
    let mut head = format!("HTTP/1.1 {status} Answer\r\nContent-Type: {content_type}\r\n");
    for (name, value) in &answer.headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("Content-Length: {}\r\n\r\n", answer.body.len());
    stream.write_all(head.as_bytes())?;
    stream.write_all(&answer.body)
}
