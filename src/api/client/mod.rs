//! Sends one request at a time to one origin: throttled, bounded in size and time, repeated where that helps.

#![expect(clippy::disallowed_types, reason = "the one place that speaks HTTP")]

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION};
use tokio::sync::OnceCell;
use tokio::time::{Instant, timeout_at};

use super::classify::{from_answer, quote};
use super::error::{ApiError, Cause};
use super::notice::{Notice, Notify};
use super::origin::ApiOrigin;
use super::proxy::Proxy;
use super::retry::{self, Failures, Policy, Retry};
use super::throttle::Throttle;
use super::token::Token;
use crate::sources::{Feed, RateUse};
use crate::time::ClockSkew;

mod body;
mod options;
mod response;

pub(super) use body::MemoryShare;
pub(crate) use options::{ClientError, ClientOptions, Limits, Request};
pub(super) use response::InFlight;
use response::{RateHeaders, rate_headers};

/// The version of the API that every request asks for.
pub(crate) const API_VERSION: &str = "2.16";
/// The largest error body that is looked at, in bytes.
const MAX_ERROR_BODY: usize = 64 * 1024;

pub(crate) struct Client {
    http: reqwest::Client,
    origin: ApiOrigin,
    /// Only to keep it out of what is quoted of an answer.
    token: Token,
    proxy: Option<Proxy>,
    /// What the proxy wants, once it was asked.
    challenge: OnceCell<String>,
    throttle: Throttle,
    pub(super) limits: Limits,
    pub(super) deadline: Instant,
    concurrency: usize,
    notify: Notify,
    /// The bytes of all answers in memory.
    in_memory: Arc<AtomicUsize>,
    requests: [AtomicU64; Feed::ALL.len()],
    skew: Mutex<Option<ClockSkew>>,
    /// What kept answers from coming, and has been told.
    told: Mutex<HashSet<Cause>>,
}

/// A failed attempt, with the wait that a 429 asked for.
struct Failed {
    error: ApiError,
    asked: Option<Duration>,
}

impl From<ApiError> for Failed {
    fn from(error: ApiError) -> Self {
        Self { error, asked: None }
    }
}

impl Client {
    /// Sets the client up; nothing is sent yet.
    pub(crate) fn new(options: ClientOptions) -> Result<Self, ClientError> {
        // An error means that a provider is installed already, which is just as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, options.token.header()?);
        headers.insert("Intercom-Version", HeaderValue::from_static(API_VERSION));
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("intercom-harden/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(options.limits.connect)
            .timeout(options.limits.attempt);
        if options.origin.is_loopback() {
            builder = builder.no_proxy();
        }
        if !options.origin.is_encrypted() {
            // No certificate is ever looked at, so the system's store need not be loaded.
            builder = builder.tls_certs_only([]);
        }
        Ok(Self {
            http: builder.build()?,
            origin: options.origin,
            token: options.token,
            proxy: options.proxy,
            challenge: OnceCell::new(),
            throttle: Throttle::new(options.concurrency, options.rate_share, Instant::now()),
            limits: options.limits,
            deadline: options.deadline,
            concurrency: options.concurrency.clamp(1, 1024),
            notify: options.notify,
            in_memory: Arc::default(),
            requests: Default::default(),
            skew: Mutex::default(),
            told: Mutex::default(),
        })
    }

    /// The only origin that requests go to.
    pub(crate) const fn origin(&self) -> &ApiOrigin {
        &self.origin
    }

    /// How many requests may be under way at once.
    pub(crate) const fn concurrency(&self) -> usize {
        self.concurrency
    }

    /// How many requests were sent for a feed, repetitions included.
    pub(crate) fn requests(&self, feed: Feed) -> u64 {
        self.requests[feed as usize].load(Ordering::Relaxed)
    }

    /// How much of the app's rate limit was used; none where the server named none.
    pub(crate) fn rate_used(&self) -> Option<RateUse> {
        self.throttle.used()
    }

    /// How far this machine's clock is from the server's, by the answer that shows the least: what lies on top of it is
    /// the way from there to here.
    pub(crate) fn skew(&self) -> Option<ClockSkew> {
        self.skew.lock().ok().and_then(|skew| *skew)
    }

    fn compare_clocks(&self, skew: ClockSkew) {
        if let Ok(mut known) = self.skew.lock()
            && known.is_none_or(|known| skew.0.unsigned_abs() < known.0.unsigned_abs())
        {
            *known = Some(skew);
        }
    }

    pub(crate) fn notify(&self, notice: Notice) {
        (self.notify)(notice);
    }

    pub(crate) async fn json<T>(
        &self,
        feed: Feed,
        request: &Request<'_>,
        parse: impl Fn(String) -> Result<T, serde_json::Error>,
    ) -> Result<T, ApiError> {
        let endpoint = request.endpoint();
        self.persist(request, || async {
            let response = self.send(feed, request, &endpoint).await?;
            let content_type =
                response.headers().get(CONTENT_TYPE).map(|value| self.text(value)).unwrap_or_default();
            let limit = request.limit.map_or(self.limits.body, |limit| limit.min(self.limits.body));
            // What is read counts until it is parsed.
            let (body, _share) = self.body(response, &endpoint, limit).await?;
            Ok(self.parse(&endpoint, content_type, body, &parse)?)
        })
        .await
    }

    /// Sends a GET and looks at the status only; the answer's body is not read.
    pub(crate) async fn probe(&self, feed: Feed, request: &Request<'_>) -> Result<u16, ApiError> {
        let endpoint = request.endpoint();
        self.persist(request, || async { Ok(self.send(feed, request, &endpoint).await?.status().as_u16()) })
            .await
    }

    /// Repeats an attempt as long as that may help and the deadline allows it.
    async fn persist<T>(
        &self,
        request: &Request<'_>,
        attempt: impl AsyncFn() -> Result<T, Failed>,
    ) -> Result<T, ApiError> {
        let mut failures = Failures::default();
        loop {
            let Ok(result) = timeout_at(self.deadline, attempt()).await else {
                return Err(ApiError::Deadline { endpoint: request.endpoint() });
            };
            let Failed { mut error, asked } = match result {
                Ok(value) => return Ok(value),
                Err(failed) => failed,
            };
            failures.count(&error);
            let of_request = request.repeats.filter(|_| matches!(error, ApiError::Server(_)));
            let repeats = of_request.unwrap_or(self.limits.retry.repeats);
            let policy = Policy { repeats, ..self.limits.retry };
            let remaining = self.deadline.saturating_duration_since(Instant::now());
            let limited = matches!(error, ApiError::RateLimited { .. });
            match retry::decide(&policy, &error, failures, asked, remaining, fastrand::f64()) {
                Retry::After(wait) if limited => {
                    if self.throttle.pause(wait) {
                        self.notify(Notice::RateLimited { wait });
                    }
                }
                Retry::After(wait) => {
                    self.note_retry(&error, wait);
                    tokio::time::sleep(wait).await;
                }
                Retry::GiveUp(asked) => {
                    if let ApiError::RateLimited { wait, .. } = &mut error {
                        *wait = asked;
                    }
                    return Err(error);
                }
            }
        }
    }

    /// Tells that a request is sent again. What keeps several from an answer is told once.
    fn note_retry(&self, error: &ApiError, wait: Duration) {
        let reason = match error {
            ApiError::Broken { cause, .. } => {
                let is_new = self.told.lock().is_ok_and(|mut told| told.insert(cause.clone()));
                if !is_new {
                    return;
                }
                cause.to_string()
            }
            other => other.to_string(),
        };
        self.notify(Notice::Retrying { reason, wait });
    }

    /// Sends once. Anything but a success is an error.
    async fn send(&self, feed: Feed, request: &Request<'_>, endpoint: &str) -> Result<InFlight<'_>, Failed> {
        let (permit, paced) = self.throttle.acquire().await;
        if paced {
            self.notify(Notice::Paced);
        }
        self.requests[feed as usize].fetch_add(1, Ordering::Relaxed);
        let started = Instant::now();
        let sent = self.request(request).await;
        let response = match sent {
            Ok(response) => response,
            Err(error) => return Err(self.unanswered(endpoint, &error).await.into()),
        };
        let status = response.status().as_u16();
        self.notify(Notice::Answered { endpoint: endpoint.to_owned(), status, elapsed: started.elapsed() });
        let RateHeaders { report, asked, skew } = rate_headers(response.headers());
        self.throttle.learn(report);
        skew.into_iter().for_each(|skew| self.compare_clocks(skew));
        let response = InFlight { response, _permit: permit };
        if response.status().is_success() {
            return Ok(response);
        }
        Err(Failed { error: self.refusal(response, endpoint).await, asked })
    }

    pub(super) async fn request(&self, request: &Request<'_>) -> reqwest::Result<reqwest::Response> {
        let url = self.origin.join(request.path, &request.query);
        match &request.body {
            Some(body) => {
                let json = HeaderValue::from_static("application/json");
                self.http.post(url).header(CONTENT_TYPE, json).body(body.clone()).send().await
            }
            None => self.http.get(url).send().await,
        }
    }

    /// What an answer that is not a success means.
    pub(super) async fn refusal(&self, response: InFlight<'_>, endpoint: &str) -> ApiError {
        let status = response.status().as_u16();
        let location = response.headers().get(LOCATION).map(|value| self.text(value));
        let id = response.headers().get("X-Request-Id").map(|value| self.text(value));
        // The body only explains; where it is missing or endless the status says enough.
        let (body, _share) = self.body(response, endpoint, MAX_ERROR_BODY).await.unwrap_or_default();
        from_answer(endpoint, status, location.as_deref(), id.as_deref(), &body)
    }

    /// The beginning of a header, fit to be quoted.
    pub(super) fn text(&self, value: &HeaderValue) -> String {
        self.quoted(&String::from_utf8_lossy(value.as_bytes()))
    }

    /// The beginning of what a server had a hand in, fit to be quoted.
    fn quoted(&self, text: &str) -> String {
        quote(&self.token.hide(text))
    }
}

#[cfg(test)]
mod tests;
