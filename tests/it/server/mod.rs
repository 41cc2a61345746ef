//! An [`Api`] on a loopback port, by wiremock; or by hand, for what no HTTP library would send.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use rustls::ServerConfig;
use serde_json::{Value, json};

use crate::intercom::Api;

mod http1;
mod http2;
mod tls;

pub(crate) use http2::go_away;
pub(crate) use tls::{Authority, Certificate};

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
#[derive(Debug, Clone)]
pub(crate) enum Behaviour {
    /// Promises a long body, sends some of it, and resets the connection.
    ResetMidBody,
    /// The same, and closes the connection.
    CutShort,
    /// Promises a body that is larger than any answer may be.
    Vast,
    /// Sends a body that never ends, as fast as it is read.
    Endless,
    /// Sends a byte a second.
    Trickle,
    /// Reads the request and closes the connection.
    Hangup,
    /// Reads the request and resets the connection.
    Reset,
    /// Reads the request and never answers.
    Silence,
    /// Sends these bytes in place of an answer, and closes the connection.
    Raw(Vec<u8>),
    /// Closes the connection once so many other requests are answered. From then on, this is what new connections meet.
    Leave(usize, Successor),
    /// Sends some of a body, and ends the HTTP/2 stream with an error.
    ResetStreamMidBody,
    /// Ends the HTTP/2 stream with this reason.
    ResetStream(h2::Reason),
    /// Ends the HTTP/2 connection with these bytes, once so many other requests are answered.
    EndWith(usize, Vec<u8>),
}

/// What new connections meet where the server was.
#[derive(Debug, Clone)]
pub(crate) enum Successor {
    /// A closed port.
    ClosedPort,
    /// A server without TLS.
    Plain,
    /// A TLS server with another certificate.
    Tls(Arc<ServerConfig>),
}

/// The server; its threads end with the test process.
pub(crate) struct Server {
    api: Arc<Api>,
    origin: String,
    /// The listener, if no path misbehaves.
    _mock: Option<wiremock::MockServer>,
}

/// What the threads of a server share.
struct Shared {
    api: Arc<Api>,
    behaviours: Vec<(&'static str, Behaviour)>,
    /// With TLS or without.
    tls: Option<Arc<ServerConfig>>,
    /// What new connections meet, once it has changed.
    successor: OnceLock<Successor>,
    /// The number of requests that were answered as the API does.
    answered: AtomicUsize,
}

impl Shared {
    fn new(
        api: &Arc<Api>,
        behaviours: &[(&'static str, Behaviour)],
        tls: Option<Arc<ServerConfig>>,
    ) -> Arc<Self> {
        Arc::new(Self {
            api: Arc::clone(api),
            behaviours: behaviours.to_vec(),
            tls,
            successor: OnceLock::new(),
            answered: AtomicUsize::new(0),
        })
    }

    fn behaviour(&self, path: &str) -> Option<&Behaviour> {
        self.behaviours.iter().find(|(misbehaving, _)| *misbehaving == path).map(|(_, behaviour)| behaviour)
    }

    /// Whether an answer is the last one of its connection: a server that is to leave must have none left open.
    fn parts_after_answer(&self) -> bool {
        self.behaviours.iter().any(|(_, behaviour)| matches!(behaviour, Behaviour::Leave(..)))
    }

    fn has_answered(&self, requests: usize) -> bool {
        self.answered.load(Ordering::SeqCst) >= requests
    }
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
        Self::listen(api, behaviours, None)
    }

    /// The same over TLS, with HTTP/1.1.
    pub(crate) fn encrypted(
        api: Api,
        behaviours: &[(&'static str, Behaviour)],
        tls: Arc<ServerConfig>,
    ) -> Self {
        Self::listen(api, behaviours, Some(tls))
    }

    /// The same over TLS, with HTTP/2.
    pub(crate) fn http2(api: Api, behaviours: &[(&'static str, Behaviour)], tls: Arc<ServerConfig>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (origin, api) = (format!("https://{}", listener.local_addr().unwrap()), Arc::new(api));
        let shared = Shared::new(&api, behaviours, None);
        thread::spawn(move || http2::serve(listener, tls, shared));
        Self { api, origin, _mock: None }
    }

    fn listen(api: Api, behaviours: &[(&'static str, Behaviour)], tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let (origin, api) = (format!("{scheme}://{address}"), Arc::new(api));
        let shared = Shared::new(&api, behaviours, tls);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if matches!(shared.successor.get(), Some(Successor::ClosedPort)) {
                    break;
                }
                let shared = Arc::clone(&shared);
                // A client that disconnects ends only the thread of its connection.
                thread::spawn(move || drop(http1::converse(stream, &shared)));
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
