//! A request as a server sees it, and the answer it sends.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// `GET` or `POST`.
    pub(crate) method: String,
    /// The path, without the query.
    pub(crate) path: String,
    /// The query's pairs.
    pub(crate) query: BTreeMap<String, String>,
    /// The headers, names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    /// The body as JSON; null where there is none.
    pub(crate) body: Value,
}

/// What the server sends back.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) status: u16,
    /// Headers beside the content type.
    pub(crate) headers: Vec<(String, String)>,
    /// The content type.
    pub(crate) content_type: String,
    /// The body.
    pub(crate) body: Vec<u8>,
    /// How long it takes.
    pub(crate) delay: Duration,
}

impl Answer {
    /// A JSON answer.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::bytes(status, body.to_string())
    }

    /// An error as the API words it.
    pub(crate) fn error(status: u16, code: &str, message: &str) -> Self {
        let errors = json!([{ "code": code, "message": message, "field": null }]);
        let request_id = format!("req-{status}-{}", code.replace('_', "-"));
        Self::json(status, &json!({ "type": "error.list", "request_id": request_id, "errors": errors }))
    }

    /// An answer with this body, whatever it is.
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
