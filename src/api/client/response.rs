//! An answer whose body is still to come, and what its headers say.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::HeaderMap;
use serde::de::IgnoredAny;

use super::Client;
use crate::api::classify::{from_transport, wants_sign_in};
use crate::api::error::{ApiError, Cause};
use crate::api::retry;
use crate::api::throttle::RateReport;
use crate::time::ClockSkew;

/// A response whose place among the concurrent requests is kept until its body is read.
pub(in crate::api) struct InFlight<'a> {
    pub(in crate::api) response: reqwest::Response,
    pub(in crate::api) _permit: Option<tokio::sync::SemaphorePermit<'a>>,
}

impl InFlight<'_> {
    pub(in crate::api) fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    pub(in crate::api) fn status(&self) -> reqwest::StatusCode {
        self.response.status()
    }
}

impl Client {
    /// What kept a request from being answered.
    pub(in crate::api) async fn unanswered(&self, endpoint: &str, error: &reqwest::Error) -> ApiError {
        let Some(proxy) = self.proxy.as_ref().filter(|_| wants_sign_in(error)) else {
            return self.broken(endpoint, error);
        };
        let wants = self.challenge.get_or_init(|| proxy.challenge(self.origin.as_str())).await;
        let cause = Cause::ProxySignIn { proxy: proxy.clone(), wants: self.quoted(wants) };
        ApiError::Broken { endpoint: endpoint.to_owned(), cause }
    }

    /// What kept an answer from being complete.
    pub(in crate::api) fn broken(&self, endpoint: &str, error: &reqwest::Error) -> ApiError {
        from_transport(endpoint, error, &|text| self.quoted(text))
    }
}

/// What the headers say about the rate limit, how long a 429 asks to wait, and how the clocks stand.
pub(super) struct RateHeaders {
    pub(super) report: RateReport,
    pub(super) asked: Option<Duration>,
    pub(super) skew: Option<ClockSkew>,
}

#[expect(clippy::disallowed_methods, reason = "this machine's clock is what is compared with the server's")]
pub(super) fn rate_headers(headers: &HeaderMap) -> RateHeaders {
    let get = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let number = |name: &str| get(name).and_then(|text| text.trim().parse::<u64>().ok());
    // The server's own clock is what its reset is measured by; this machine's may be off.
    let server_time = get("Date").and_then(|date| jiff::fmt::rfc2822::parse(date).ok());
    let here = Timestamp::now();
    let skew = server_time.as_ref().map(|time| ClockSkew::between(here, time.timestamp()));
    let now = server_time.map_or(here, |time| time.timestamp());
    let reset = get("X-RateLimit-Reset");
    let report = RateReport {
        limit: number("X-RateLimit-Limit"),
        remaining: number("X-RateLimit-Remaining"),
        reset: retry::asked_wait(None, reset, now),
    };
    RateHeaders { report, asked: retry::asked_wait(get("Retry-After"), reset, now), skew }
}

/// The kind of JSON that an answer is, which is no object; none where it is no JSON. A list would be read as the fields of
/// an object in order, so its first character decides.
pub(super) fn other_than_object(body: &str) -> Option<&'static str> {
    let body = body.trim_start();
    if !body.starts_with('[') {
        serde_json::from_str::<IgnoredAny>(body).ok()?;
    }
    Some(match body.chars().next()? {
        '[' => "a list",
        '"' => "text",
        'n' => "null",
        't' | 'f' => "true or false",
        _ => "a number",
    })
}
