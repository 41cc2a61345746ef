//! A request made to find out how things stand: the answer is kept together with what its headers tell.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use tokio::time::timeout_at;

use super::{Client, Held, Request, from_transport};
use crate::api::error::ApiError;

/// The pause before the one repetition of a request whose failure may have been a moment's.
const PAUSE: Duration = Duration::from_millis(300);

/// What a request was answered, and the state of the API at that moment.
#[derive(Debug)]
pub(crate) struct Examination {
    /// The body of a success; empty where it was not wanted.
    pub answer: Result<Vec<u8>, ApiError>,
    /// What the headers said; none where no answer came.
    pub vitals: Option<Vitals>,
}

/// What the headers of an answer tell beside its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Vitals {
    /// This machine's clock when the headers arrived.
    pub received: Timestamp,
    /// The server's clock, by its `Date` header.
    pub date: Option<Timestamp>,
    /// Requests allowed in a window of ten seconds.
    pub limit: Option<u64>,
    /// Requests left in this window.
    pub remaining: Option<u64>,
    /// When the next window begins.
    pub reset: Option<Timestamp>,
    /// The API version the answer is in, where it says so; raw and bounded.
    pub version: Option<String>,
    /// The content type, raw and bounded.
    pub content_type: String,
}

impl Client {
    /// Sends a request, and a second time only where a server error or a broken connection may have been a
    /// moment's. A rate limit is reported, not waited for.
    pub(crate) async fn examine(&self, request: &Request<'_>, with_body: bool) -> Examination {
        let first = self.examine_once(request, with_body).await;
        let worth_repeating = matches!(
            &first.answer,
            Err(ApiError::Server(_)
                | ApiError::Network { .. }
                | ApiError::EmptyBody { .. }
                | ApiError::Truncated { .. })
        );
        if !worth_repeating {
            return first;
        }
        tokio::time::sleep(PAUSE).await;
        self.examine_once(request, with_body).await
    }

    async fn examine_once(&self, request: &Request<'_>, with_body: bool) -> Examination {
        let endpoint = request.endpoint();
        let late =
            || Examination { answer: Err(ApiError::Deadline { endpoint: endpoint.clone() }), vitals: None };
        timeout_at(self.deadline, self.ask(request, &endpoint, with_body)).await.unwrap_or_else(|_| late())
    }

    async fn ask(&self, request: &Request<'_>, endpoint: &str, with_body: bool) -> Examination {
        let response = match self.request(request).await {
            Ok(response) => response,
            Err(error) => return Examination { answer: Err(from_transport(endpoint, &error)), vitals: None },
        };
        let vitals = Some(vitals(response.headers(), |value| self.text(value)));
        let held = Held { response, _permit: None };
        let answer = if held.status().is_success() {
            if with_body { self.body(held, endpoint, self.limits.body).await } else { Ok(Vec::new()) }
        } else {
            Err(self.refusal(held, endpoint).await)
        };
        let answer = match answer {
            Ok(body) if with_body && body.trim_ascii().is_empty() => {
                Err(ApiError::EmptyBody { endpoint: endpoint.to_owned() })
            }
            answer => answer,
        };
        Examination { answer, vitals }
    }
}

#[expect(clippy::disallowed_methods, reason = "this machine's clock is what is compared with the server's")]
fn vitals(headers: &HeaderMap, text: impl Fn(&HeaderValue) -> String) -> Vitals {
    let get = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let number = |name: &str| get(name).and_then(|text| text.parse().ok());
    let seconds = |text: &str| Timestamp::from_second(text.parse().ok()?).ok();
    Vitals {
        received: Timestamp::now(),
        date: get("Date").and_then(|date| jiff::fmt::rfc2822::parse(date).ok()).map(|date| date.timestamp()),
        limit: number("X-RateLimit-Limit"),
        remaining: number("X-RateLimit-Remaining"),
        reset: get("X-RateLimit-Reset").and_then(seconds),
        version: headers.get("Intercom-Version").map(&text),
        content_type: headers.get(CONTENT_TYPE).map(text).unwrap_or_default(),
    }
}
