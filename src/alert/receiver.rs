//! Receivers: where messages go, with the addresses and secrets that the configuration only points to.

use std::borrow::Cow;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use ring::hmac;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::{command, slack};
use crate::confidential::{ConfidentialError, Lookup, Place};
use crate::config;
use crate::hint::Hint;
use crate::http::{Address, AddressError, PATIENCE, SendError, post};
use crate::store::WaitingMessage;

/// How the secret of a webhook begins, after the rules of Standard Webhooks.
const SECRET_BEGINNING: &str = "whsec_";
/// How many bytes such a secret has.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// A destination of alerts, ready to be sent to.
pub(crate) struct AlertDestination {
    /// What it is told of.
    pub alert: config::Alert,
    receiver: Transport,
}

enum Transport {
    Webhook {
        address: Address,
        key: Option<hmac::Key>,
    },
    Slack {
        address: Address,
    },
    Command {
        program: PathBuf,
        arguments: Vec<String>,
        /// The variables of the environment that it does not see.
        hidden: Vec<String>,
    },
}

/// Why a destination cannot be sent to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DestinationError {
    #[error(transparent)]
    Address(#[from] AddressError),
    #[error(transparent)]
    Secret(#[from] ConfidentialError),
    #[error("the secret of alert \"{name}\", from {place}, is no secret of a webhook")]
    BadSecret { name: String, place: Place },
}

impl Hint for DestinationError {
    fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::Address(error) => error.hint(),
            Self::Secret(error) => error.hint(),
            Self::BadSecret { .. } => Some(
                "generate one of 24 to 64 bytes in Base64: echo \"whsec_$(openssl rand -base64 32)\"".into(),
            ),
        }
    }
}

impl AlertDestination {
    /// Opens the destinations of these alerts: reads their addresses and secrets. What there is to warn about goes to `warn`.
    ///
    /// # Errors
    /// When an address or a secret is missing or cannot be used.
    pub(crate) fn open_all(
        alerts: &[config::Alert],
        lookup: Lookup<'_>,
        warn: &mut dyn FnMut(String),
    ) -> Result<Vec<Self>, DestinationError> {
        let places = alerts.iter().flat_map(|alert| match &alert.receiver {
            config::Receiver::Webhook { url, secret } => [Some(url), secret.as_ref()],
            config::Receiver::Slack { url } => [Some(url), None],
            config::Receiver::Command { .. } => [None, None],
        });
        let variables = places.flatten().filter_map(|place| match place {
            Place::Variable(name) => Some(name.clone()),
            Place::File(_) => None,
        });
        let hidden: Vec<_> = variables.collect();
        alerts.iter().map(|alert| Self::open(alert, &hidden, lookup, warn)).collect()
    }

    /// Reads what the alert's address and secret are. A program does not see the variables that are `hidden`.
    fn open(
        alert: &config::Alert,
        hidden: &[String],
        lookup: Lookup<'_>,
        warn: &mut dyn FnMut(String),
    ) -> Result<Self, DestinationError> {
        let name = crate::text::terminal(&alert.name);
        let mut address = |url: &Place| {
            let (address, warning) = Address::read(&format!("the address of alert \"{name}\""), url, lookup)?;
            warning.into_iter().for_each(&mut *warn);
            Ok::<_, AddressError>(address)
        };
        let receiver = match &alert.receiver {
            config::Receiver::Slack { url } => Transport::Slack { address: address(url)? },
            config::Receiver::Command { program, arguments } => Transport::Command {
                program: program.clone(),
                arguments: arguments.clone(),
                hidden: hidden.to_vec(),
            },
            config::Receiver::Webhook { url, secret: None } => {
                let address = address(url)?;
                warn(format!(
                    "Alert \"{name}\" is not signed: its receiver cannot verify the sender. Set secret_env or secret_file."
                ));
                Transport::Webhook { address, key: None }
            }
            config::Receiver::Webhook { url, secret: Some(place) } => {
                let address = address(url)?;
                let (text, warning) = place.read(&format!("the secret of alert \"{name}\""), lookup)?;
                warning.into_iter().for_each(&mut *warn);
                let bad = || DestinationError::BadSecret { name: name.to_string(), place: place.clone() };
                Transport::Webhook { address, key: Some(key(&text).ok_or_else(bad)?) }
            }
        };
        Ok(Self { alert: alert.clone(), receiver })
    }

    /// Sends a message within that time; `clock` is this machine's, for the receiver to compare with its own.
    ///
    /// # Errors
    /// When the receiver did not say that it accepted it.
    pub(super) async fn send(
        &self,
        message: &WaitingMessage,
        clock: Timestamp,
        within: Duration,
    ) -> Result<(), Undelivered> {
        let sent = timeout(within, self.send_at_leisure(message, clock)).await;
        sent.unwrap_or_else(|_| {
            Err(match self.receiver {
                Transport::Command { .. } => Undelivered::Killed,
                _ => SendError::Timeout.into(),
            })
        })
    }

    async fn send_at_leisure(&self, message: &WaitingMessage, clock: Timestamp) -> Result<(), Undelivered> {
        let json = ("content-type", "application/json");
        match &self.receiver {
            Transport::Webhook { address, key } => {
                let timestamp = clock.as_second().to_string();
                let signature = key.as_ref().map(|key| signature(key, message, &timestamp));
                let mut headers =
                    vec![json, ("webhook-id", &*message.id), ("webhook-timestamp", &*timestamp)];
                headers.extend(signature.as_deref().map(|signature| ("webhook-signature", signature)));
                Ok(post(address, &headers, message.body.clone()).await?)
            }
            Transport::Slack { address } => {
                let alert = serde_json::from_str(&message.body).map_err(|_| Undelivered::Unreadable)?;
                Ok(post(address, &[json], slack::render(&alert).to_string()).await?)
            }
            Transport::Command { program, arguments, hidden } => {
                let ended = command::run(program, arguments, hidden, &message.body).await;
                ended.map_err(Undelivered::Command)
            }
        }
    }
}

/// Why a message was not delivered.
#[derive(Debug, thiserror::Error)]
pub(super) enum Undelivered {
    #[error(transparent)]
    Http(#[from] SendError),
    #[error("{0}")]
    Command(String),
    #[error("it did not end within {} s and was killed", PATIENCE.as_secs())]
    Killed,
    #[error("the message in the store cannot be read")]
    Unreadable,
}

impl Undelivered {
    /// Whether it is because of this one message, so that the next may be accepted.
    pub(super) const fn is_about_message(&self) -> bool {
        match self {
            Self::Http(SendError::Refused { status, .. }) => matches!(status, 400 | 413 | 415 | 422),
            Self::Http(_) | Self::Command(_) | Self::Killed => false,
            Self::Unreadable => true,
        }
    }
}

/// The key that a secret stands for: its bytes, in Base64.
fn key(secret: &str) -> Option<hmac::Key> {
    let secret = secret.strip_prefix(SECRET_BEGINNING).unwrap_or(secret);
    let bytes = Zeroizing::new(STANDARD.decode(secret).ok()?);
    SECRET_BYTES.contains(&bytes.len()).then(|| hmac::Key::new(hmac::HMAC_SHA256, &bytes))
}

/// The signature of id, time and body, as Standard Webhooks writes it.
fn signature(key: &hmac::Key, WaitingMessage { id, body, .. }: &WaitingMessage, timestamp: &str) -> String {
    let signed = hmac::sign(key, format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(signed))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification of Standard Webhooks.
    #[test]
    fn signatures_are_those_of_the_specification() {
        let key = key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let message = WaitingMessage {
            row: 1,
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek".to_owned(),
            body: "{\"test\": 2432232314}".to_owned(),
            attempts: 1,
        };
        let signature = signature(&key, &message, "1614265330");
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_is_base64_of_enough_bytes() {
        assert!(key("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").is_some());
        for secret in ["whsec_", "whsec_c2hvcnQ=", "not base64 !", "hunter2hunter2hunter2hunter2hunter2"] {
            assert!(key(secret).is_none(), "{secret}");
        }
        assert!(key(&STANDARD.encode([1; 65])).is_none());
    }
}
