//! What can go wrong with a request, one variant for each thing a person can act on.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use clap::ValueEnum as _;

use super::proxy::Proxy;
use crate::casefold::ascii_lower;
use crate::hint::Hint;
use crate::region::Region;
use crate::sources::{Failure, SourceStatus};

/// A refusal or failure that the server itself reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub endpoint: String,
    pub status: u16,
    /// The server's error code, raw and bounded.
    pub code: Option<String>,
    /// The server's message, raw and bounded.
    pub message: Option<String>,
    /// The id Intercom's support can look the request up by.
    pub request_id: Option<String>,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} answered {}", self.endpoint, self.status)?;
        if let Some(code) = &self.code {
            write!(f, " {code}")?;
        }
        if let Some(message) = &self.message {
            write!(f, ": {message}")?;
        }
        if let Some(id) = &self.request_id {
            write!(f, " (request id {id})")?;
        }
        Ok(())
    }
}

/// What kept an answer from coming, whatever was asked for. Text from outside is kept raw, and bounded.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
pub(crate) enum Cause {
    #[error("the host name could not be resolved ({0})")]
    Dns(String),
    #[error("the connection was refused ({0})")]
    Refused(String),
    #[error("no trusted TLS connection ({0})")]
    Tls(String),
    #[error("no complete answer in time")]
    Timeout,
    #[error("the connection broke ({0})")]
    Network(String),
    /// 407 of the proxy.
    #[error("the proxy {} {}{}", .proxy.describe(), if .proxy.signs_in { "does not accept the user name and password" } else { "wants a user name and password" }, in_brackets(.wants))]
    ProxySignIn {
        proxy: Proxy,
        /// By its own words, raw and bounded; empty where it did not say.
        wants: String,
    },
}

fn in_brackets(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(" ({text})") }
}

/// Why a request did not yield what was asked for. Text from outside is kept raw, and bounded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ApiError {
    /// 401: the token is wrong, or lacks the scope.
    #[error("Intercom does not accept the token: {0}")]
    Unauthorized(Answer),
    /// 403: the token lacks the scope.
    #[error("the token may not read this: {0}")]
    Forbidden(Answer),
    /// 402, or 403 because of the plan.
    #[error("the workspace's plan does not include this: {0}")]
    PlanRestricted(Answer),
    /// 403 because this machine's address is not on the REST API allowlist.
    #[error("this machine's address is not on the workspace's API allowlist: {0}")]
    IpNotAllowed(Answer),
    #[error("the API does not know this: {0}")]
    NotFound(Answer),
    /// Another 4xx: the API did not take the request.
    #[error("the API did not understand the request: {0}")]
    BadRequest(Answer),
    /// 429, with a wait that the deadline does not leave room for.
    #[error("the rate limit asks to wait {} s, longer than the scan may take: {answer}", .wait.as_secs_f64().ceil())]
    RateLimited {
        answer: Answer,
        /// How long it asked to wait.
        wait: Duration,
    },
    /// 5xx, also when asked again.
    #[error("the server failed: {0}")]
    Server(Answer),
    /// 3xx: never followed, since the token would go along.
    #[error("{endpoint} was redirected ({status}) to {location}")]
    Redirected {
        endpoint: String,
        status: u16,
        /// Where to, raw and bounded.
        location: String,
    },
    /// No complete answer came.
    #[error("{endpoint}: {cause}")]
    Broken { endpoint: String, cause: Cause },
    #[error("{endpoint}: the answer is larger than {} MiB", .limit >> 20)]
    BodyTooLarge { endpoint: String, limit: usize },
    #[error("{endpoint}: the answers that are read side by side are larger than {} MiB together", .limit >> 20)]
    TooMuchAtOnce { endpoint: String, limit: usize },
    #[error("{endpoint} answered with {content_type} where JSON was expected")]
    NotJson {
        endpoint: String,
        /// The content type, raw and bounded.
        content_type: String,
    },
    #[error("{endpoint}: the answer stops in the middle")]
    Truncated { endpoint: String },
    #[error("{endpoint}: the answer has an unexpected shape ({detail})")]
    UnexpectedShape { endpoint: String, detail: String },
    #[error("{endpoint}: the answer is empty")]
    EmptyBody { endpoint: String },
    #[error("{endpoint}: {detail}")]
    Paging { endpoint: String, detail: String },
    #[error("{endpoint}: the deadline of the scan passed")]
    Deadline { endpoint: String },
}

/// What to do about a connection that does not last.
const BROKEN: &str = "try again; if it stays, check for a proxy between this machine and Intercom";

impl ApiError {
    /// An answer that was not understood in full.
    pub(crate) fn odd(endpoint: &str, detail: String) -> Self {
        Self::UnexpectedShape { endpoint: endpoint.to_owned(), detail }
    }

    /// How a source ends that this error happened to. Refusals are not failures: the API said no.
    pub(crate) const fn source_status(&self) -> SourceStatus {
        match self {
            // Whatever the allowlist keeps this machine from reading, the token may have the scope for it.
            Self::Unauthorized(_) | Self::Forbidden(_) | Self::PlanRestricted(_) => SourceStatus::Forbidden,
            _ => SourceStatus::Failed,
        }
    }

    /// How the IP allowlist ends that this error happened to. The endpoint is new in 2026: a workspace without it has no
    /// allowlist. A refusal of this list may mention an allowlist although only the permission is missing.
    pub(crate) const fn allowlist_status(&self) -> SourceStatus {
        match self {
            Self::NotFound(_) | Self::BadRequest(_) | Self::IpNotAllowed(_) => SourceStatus::Forbidden,
            other => other.source_status(),
        }
    }

    /// What a source says of this error.
    pub(crate) fn failure(&self) -> Failure {
        match self {
            Self::Unauthorized(_) => Failure::TokenRefused(self.to_string()),
            // The source names its endpoint itself, and several may have failed by the same.
            Self::Broken { cause, .. } => Failure::Api(cause.to_string()),
            other => Failure::Api(other.to_string()),
        }
    }

    /// This error for both requests, where the same cause kept the other one from an answer.
    pub(crate) fn joined_with(self, other: &Self) -> Self {
        match (self, other) {
            (Self::Broken { endpoint, cause }, Self::Broken { endpoint: first, cause: same })
                if cause == *same =>
            {
                Self::Broken { endpoint: format!("{first} and {endpoint}"), cause }
            }
            (error, _) => error,
        }
    }

    /// The other region that a refusal or redirect of this origin points to, by the host that it names.
    pub(crate) fn other_region(&self, asked: &str) -> Option<Region> {
        let text = match self {
            Self::Unauthorized(answer)
            | Self::Forbidden(answer)
            | Self::NotFound(answer)
            | Self::BadRequest(answer) => answer.message.as_deref()?,
            Self::Redirected { location, .. } => location,
            _ => return None,
        };
        let text = ascii_lower(text);
        let names = |region: &&Region| {
            let hosts = [region.api_origin(), region.web_origin()];
            region.api_origin() != asked
                && hosts.iter().any(|origin| text.contains(origin.trim_start_matches("https://")))
        };
        Region::value_variants().iter().find(names).copied()
    }

    /// Whether no usable answer of the API was had at all: the host or the way to it is wrong.
    pub(crate) const fn is_unreachable(&self) -> bool {
        matches!(
            self,
            Self::Redirected { .. } | Self::Broken { .. } | Self::NotJson { .. } | Self::Deadline { .. }
        )
    }

    /// Whether it answers the token probe: any status that is no failure of the server does, even if it does not decide. A
    /// refusal by the allowlist is not about the token.
    pub(crate) const fn answers_probe(&self) -> bool {
        !matches!(self, Self::IpNotAllowed(_)) && matches!(self.status(), Some(300..=428 | 430..=499))
    }

    /// The HTTP status, where the server gave one that ended the request.
    pub(crate) const fn status(&self) -> Option<u16> {
        match self {
            Self::Unauthorized(answer)
            | Self::Forbidden(answer)
            | Self::PlanRestricted(answer)
            | Self::IpNotAllowed(answer)
            | Self::NotFound(answer)
            | Self::BadRequest(answer)
            | Self::RateLimited { answer, .. }
            | Self::Server(answer) => Some(answer.status),
            Self::Redirected { status, .. } => Some(*status),
            _ => None,
        }
    }
}

impl Hint for ApiError {
    fn hint(&self) -> Option<Cow<'static, str>> {
        let hint = match self {
            Self::Unauthorized(_) => {
                "copy the token again, after its last regeneration in the Developer Hub; it works in its own region only: --region us, eu or au"
            }
            Self::Forbidden(_) => {
                "give the app the missing permission in the Developer Hub, then regenerate its token"
            }
            Self::PlanRestricted(_) => "move the workspace to a plan with this feature to read it",
            Self::IpNotAllowed(_) => {
                "run the scan from an allowed address, or add this one to the REST API allowlist in the workspace's security settings"
            }
            Self::NotFound(_) => "check --region or --base-url",
            Self::BadRequest(answer) if answer.code.as_deref() == Some("intercom_version_invalid") => {
                "this server does not offer API version 2.16; check --base-url"
            }
            Self::BadRequest(_) => "report it with the request id",
            Self::RateLimited { .. } => "run the scan when other integrations are quiet, or raise --timeout",
            Self::Server(_) => "try again later; with the request id Intercom's support can look into it",
            Self::Redirected { .. } => {
                "redirects are not followed, so that the token goes to one host only; check the region or --base-url"
            }
            Self::Broken { cause, .. } => match cause {
                Cause::Dns(_) => "check the network connection, the proxy settings and --base-url",
                Cause::Refused(_) => "check --base-url, and whether a proxy or firewall is in the way",
                Cause::Tls(_) => {
                    "if a proxy inspects TLS here, add its certificate authority to the system's trust store; check the system's clock too"
                }
                Cause::ProxySignIn { proxy, wants } => return Some(proxy.sign_in(wants).into()),
                Cause::Timeout | Cause::Network(_) => BROKEN,
            },
            Self::Truncated { .. } | Self::EmptyBody { .. } => BROKEN,
            Self::BodyTooLarge { .. } | Self::UnexpectedShape { .. } | Self::Paging { .. } => {
                "check that the region or --base-url leads to Intercom's API"
            }
            Self::NotJson { .. } => {
                "a proxy, a sign-in page or another host may have answered; check the region, --base-url and the proxy settings"
            }
            Self::TooMuchAtOnce { .. } => "use a lower --concurrency",
            Self::Deadline { .. } => "raise --timeout",
        };
        Some(hint.into())
    }
}
