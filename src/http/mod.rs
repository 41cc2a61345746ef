//! Requests to addresses that users name: receivers of alerts, and what watches that scans still run.
//!
//! Each is sent once, within five seconds. Redirects are not followed, and nothing that is said about a request has its
//! address in it.

#![expect(clippy::disallowed_types, reason = "the other place that speaks HTTP")]

use std::time::Duration;

use reqwest::{Client, Method, Response};

use crate::api::classify::cause_of;
use crate::api::client::ClientError;
use crate::api::error::Cause;

mod address;

pub(crate) use address::{Address, AddressError};

/// The longest time from sending to the answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);
/// How many bytes are read of an answer that is not a success.
const MAX_SAID: usize = 1024;

/// Why a request did not arrive.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    #[error("{0}")]
    Setup(ClientError),
    #[error("{0}")]
    Broken(Cause),
    #[error("there was no answer within {} s", PATIENCE.as_secs())]
    Timeout,
    #[error("it redirects ({0}), which is not followed: give the address that it redirects to")]
    Redirected(u16),
    #[error("it answered 410: the receiver is gone for good")]
    Gone,
    #[error("it answered {status}{said}")]
    Refused {
        status: u16,
        /// The beginning of the answer, fit to be shown.
        said: String,
    },
}

/// Sends a text with these headers.
///
/// # Errors
/// When no answer says that it was accepted.
pub(crate) async fn post(
    address: &Address,
    headers: &[(&'static str, &str)],
    body: String,
) -> Result<(), SendError> {
    send(address, Method::POST, headers, body).await
}

/// Fetches an address, whatever it answers with.
///
/// # Errors
/// When no answer is a success.
pub(crate) async fn get(address: &Address) -> Result<(), SendError> {
    send(address, Method::GET, &[], String::new()).await
}

async fn send(
    address: &Address,
    method: Method,
    headers: &[(&'static str, &str)],
    body: String,
) -> Result<(), SendError> {
    let client = client(address).map_err(|error| SendError::Setup(error.into()))?;
    let mut request = client.request(method, address.as_str()).body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let broken = |error: reqwest::Error| match cause_of(&error, &|said| address.quoted(said)) {
        Cause::Timeout => SendError::Timeout,
        cause => SendError::Broken(cause),
    };
    let answered = async {
        let answer = request.send().await.map_err(broken)?;
        match answer.status().as_u16() {
            200..300 => Ok(()),
            status @ 300..400 => Err(SendError::Redirected(status)),
            410 => Err(SendError::Gone),
            status => Err(SendError::Refused { status, said: said(address, answer).await }),
        }
    };
    tokio::time::timeout(PATIENCE, answered).await.unwrap_or(Err(SendError::Timeout))
}

fn client(address: &Address) -> reqwest::Result<Client> {
    // An error means that a provider is installed already, which is just as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .user_agent(concat!("intercom-harden/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .timeout(PATIENCE);
    if address.is_loopback() {
        builder = builder.no_proxy();
    }
    if !address.is_encrypted() {
        // No certificate is ever looked at, so the system's store need not be loaded.
        builder = builder.tls_certs_only([]);
    }
    builder.build()
}

/// What an answer says, in brackets; nothing where it says nothing, or has a page for people.
async fn said(address: &Address, mut answer: Response) -> String {
    let mut body = Vec::new();
    while body.len() < MAX_SAID
        && let Ok(Some(chunk)) = answer.chunk().await
    {
        body.extend_from_slice(chunk.get(..MAX_SAID.min(chunk.len())).unwrap_or_default());
    }
    let body = String::from_utf8_lossy(&body);
    match body.trim() {
        said if said.is_empty() || said.starts_with('<') => String::new(),
        said => format!(" ({})", address.quoted(said)),
    }
}
