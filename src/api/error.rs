//! What can go wrong with a request, one variant for each thing a person can act on.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use crate::hint::Hint;
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

/// Why a request did not yield what was asked for. Text from outside is kept raw, and bounded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ApiError {
    /// 401: the token is wrong, or lacks the scope.
    #[error("the token was not accepted: {0}")]
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
    #[error("the request was not understood: {0}")]
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
    #[error("{endpoint}: the host name could not be resolved ({detail})")]
    Dns { endpoint: String, detail: String },
    #[error("{endpoint}: the connection was refused ({detail})")]
    Refused { endpoint: String, detail: String },
    #[error("{endpoint}: no trusted TLS connection ({detail})")]
    Tls { endpoint: String, detail: String },
    #[error("{endpoint}: no complete answer in time")]
    Timeout { endpoint: String },
    #[error("{endpoint}: the connection broke ({detail})")]
    Network { endpoint: String, detail: String },
    #[error("{endpoint}: the answer is larger than {limit} bytes")]
    BodyTooLarge { endpoint: String, limit: usize },
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
    #[error("{endpoint}: cut off by the scan's deadline")]
    Deadline { endpoint: String },
}

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

    /// What a source says of this error.
    pub(crate) fn failure(&self) -> Failure {
        match self {
            Self::Unauthorized(_) => Failure::TokenRefused(self.to_string()),
            other => Failure::Api(other.to_string()),
        }
    }

    /// Whether no usable answer of the API was had at all: the host or the way to it is wrong.
    pub(crate) const fn is_unreachable(&self) -> bool {
        matches!(
            self,
            Self::Redirected { .. }
                | Self::Dns { .. }
                | Self::Refused { .. }
                | Self::Tls { .. }
                | Self::Timeout { .. }
                | Self::Network { .. }
                | Self::NotJson { .. }
                | Self::Deadline { .. }
        )
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
                "check the token and the region; after its permissions were changed in the Developer Hub the token has to be regenerated"
            }
            Self::Forbidden(_) => {
                "give the app the missing read permission in the Developer Hub, then regenerate its token"
            }
            Self::PlanRestricted(_) => "the workspace needs a plan with this feature for it to be read",
            Self::IpNotAllowed(_) => {
                "run the scan from an allowed address, or add this one to the REST API allowlist in the workspace's security settings"
            }
            Self::NotFound(_) => "check the region or --base-url",
            Self::BadRequest(answer) if answer.code.as_deref() == Some("intercom_version_invalid") => {
                "this server does not offer API version 2.16; check --base-url"
            }
            Self::BadRequest(_) => "report it with the request id",
            Self::RateLimited { .. } => "run the scan when other integrations are quiet, or raise --timeout",
            Self::Server(_) => "try again later; with the request id Intercom's support can look into it",
            Self::Redirected { .. } => {
                "redirects are not followed, so that the token goes to one host only; check the region or --base-url"
            }
            Self::Dns { .. } => "check the network connection, the proxy settings and --base-url",
            Self::Refused { .. } => "check --base-url, and whether a proxy or firewall is in the way",
            Self::Tls { .. } => {
                "if a proxy inspects TLS here, its certificate authority has to be in the system's trust store; check the system's clock too"
            }
            Self::Timeout { .. } | Self::Network { .. } | Self::Truncated { .. } | Self::EmptyBody { .. } => {
                "try again; if it stays, check for a proxy between this machine and Intercom"
            }
            Self::BodyTooLarge { .. } | Self::UnexpectedShape { .. } | Self::Paging { .. } => {
                "check that the region or --base-url leads to Intercom's API"
            }
            Self::NotJson { .. } => {
                "a proxy, a sign-in page or another host may have answered; check the region, --base-url and the proxy settings"
            }
            Self::Deadline { .. } => "raise --timeout",
        };
        Some(hint.into())
    }
}
