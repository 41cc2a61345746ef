//! What a client is made of, and what it is asked to send.

use std::borrow::Cow;
use std::time::Duration;

use tokio::time::Instant;

use crate::api::classify::chain;
use crate::api::notice::Notify;
use crate::api::origin::ApiOrigin;
use crate::api::proxy::Proxy;
use crate::api::retry::Policy;
use crate::api::token::{Token, TokenError};
use crate::bounded_json::LARGEST_ANSWER;
use crate::hint::Hint;

/// Bounds on a single attempt, changed only by tests.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub connect: Duration,
    /// The longest time from sending to the last byte of the answer.
    pub attempt: Duration,
    pub body: usize,
    pub retry: Policy,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            attempt: Duration::from_secs(20),
            body: LARGEST_ANSWER,
            retry: Policy::default(),
        }
    }
}

pub(crate) struct ClientOptions {
    pub origin: ApiOrigin,
    pub token: Token,
    /// The proxy in between, as the environment tells.
    pub proxy: Option<Proxy>,
    /// When the whole scan ends.
    pub deadline: Instant,
    pub concurrency: usize,
    /// The share (0 to 1) of the rate limit that a scan may use.
    pub rate_share: f64,
    /// Who is told what happens.
    pub notify: Notify,
    /// Bounds on single attempts.
    pub limits: Limits,
}

/// Why no client could be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error("the HTTPS client could not be set up: {}", innermost(.0))]
    Setup(#[from] reqwest::Error),
}

/// The outermost message says no more than that something failed.
fn innermost(error: &reqwest::Error) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}

impl Hint for ClientError {
    fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::Token(error) => error.hint(),
            Self::Setup(_) => Some(
                "check the system's certificate store, or what SSL_CERT_FILE and SSL_CERT_DIR name".into(),
            ),
        }
    }
}

/// A request, to be sent as often as needed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request<'a> {
    /// The path, such as `/admins`.
    pub path: &'a str,
    pub query: Vec<(&'static str, String)>,
    /// The JSON body; with one it is a POST, otherwise a GET.
    pub body: Option<String>,
    /// How often a 5xx is answered by asking again, where that differs from the usual.
    pub repeats: Option<u32>,
    /// The largest answer in bytes, where that is less than the usual.
    pub limit: Option<usize>,
}

impl<'a> Request<'a> {
    pub(crate) fn get(path: &'a str) -> Self {
        Self { path, ..Self::default() }
    }

    /// Method and path, as messages show it.
    pub(crate) fn endpoint(&self) -> String {
        format!("{} {}", if self.body.is_some() { "POST" } else { "GET" }, self.path)
    }
}
