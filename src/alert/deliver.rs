//! Delivering what waits in the store: every destination by itself, the oldest message first, in five seconds at most;
//! before that it waits for another process that sends.

use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;
use tokio::time::Instant;

use super::receiver::AlertDestination;
use crate::http::PATIENCE;
use crate::store::{CLAIM, Message, Outbox, Store, StoreError, WaitingMessage};

/// How often a claim is looked at that another process has.
const LOOK: Duration = Duration::from_millis(200);

/// After so many attempts, a message holds those behind it back no longer: it may be what the receiver cannot take.
const MOST_ATTEMPTS: i64 = 5;

/// What became of the messages to a destination.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Delivery<'a> {
    /// The name of the destination.
    pub name: &'a str,
    /// Why one was not accepted; none where all were.
    pub failure: Option<String>,
    /// How many still wait.
    pub waiting: usize,
}

/// Sends what waits for these destinations. `at` is the instant of the run, `clock` this machine's.
pub(crate) async fn deliver<'a>(
    store: &Store,
    outbox: &Outbox,
    destinations: &'a [AlertDestination],
    at: Timestamp,
    clock: &dyn Fn() -> Timestamp,
) -> Vec<Delivery<'a>> {
    let each = destinations.iter().map(|destination| async move {
        let name = &*destination.alert.name;
        let sent = one_by_one(store, outbox, destination, at, clock).await;
        let failure = sent.unwrap_or_else(|error| Some(error.to_string()));
        let waiting = store.waiting(outbox, name).unwrap_or_default();
        Delivery { name, failure, waiting }
    });
    join_all(each).await
}

/// Sends to one destination until nothing waits, the time is up, or its receiver accepts nothing; then with the reason.
async fn one_by_one(
    store: &Store,
    outbox: &Outbox,
    destination: &AlertDestination,
    at: Timestamp,
    clock: &dyn Fn() -> Timestamp,
) -> Result<Option<String>, StoreError> {
    let name = &destination.alert.name;
    // Another process may be sending, or have been killed while it did: then its claim ends.
    let latest = Instant::now() + Duration::from_secs(CLAIM.unsigned_abs() + 1);
    while store.is_claimed(outbox, name, clock())? && Instant::now() < latest {
        tokio::time::sleep(LOOK).await;
    }
    let end = Instant::now() + PATIENCE;
    let (mut failure, mut after) = (None, 0);
    while Instant::now() < end {
        let claimed = store.claim(outbox, name, after, at, clock())?;
        let Some(message) = claimed else { break };
        after = message.row;
        let remaining = end.saturating_duration_since(Instant::now());
        match destination.send(&message, clock(), remaining).await {
            Ok(()) => store.accepted(&message, at)?,
            Err(error) => {
                store.refused(&message, &error.to_string())?;
                failure = Some(error.to_string());
                if !error.is_about_message() && message.attempts < MOST_ATTEMPTS {
                    break;
                }
            }
        }
    }
    Ok(failure)
}

/// Sends a message that is in no store.
///
/// # Errors
/// Why it was not accepted.
pub(crate) async fn send_test(
    destination: &AlertDestination,
    message: &Message,
    clock: Timestamp,
) -> Result<(), String> {
    let Message { id, body, .. } = message;
    let waiting = WaitingMessage { row: 0, id: id.clone(), body: body.clone(), attempts: 1 };
    destination.send(&waiting, clock, PATIENCE).await.map_err(|error| error.to_string())
}
