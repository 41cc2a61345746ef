//! What the workspace answers, record by record, and where the records go.

use std::cell::RefCell;
use std::io;

use tokio::sync::SetOnce;

use super::model::{Admin, Event, IpAllowlist, Me, ProbeAnswer, UnreadEntry};
use crate::sources::Feed;

/// One thing the workspace answered. A scan is a stream of records: from the API, or from a saved file.
///
/// Me and admins come before the first event, allowlist and probe at any time, each at most once. The events of one feed
/// come newest first, in the API's order, except for those that turned up while pages were read: they come late. The feeds
/// may be interleaved.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Record<'a> {
    /// `GET /me`.
    Me(&'a Me),
    /// `GET /admins`, Intercom's bot included.
    Admins(&'a [Admin]),
    /// `GET /ip_allowlist`.
    IpAllowlist(&'a IpAllowlist),
    /// What the token probe was answered.
    Probe(&'a [ProbeAnswer]),
    /// One event of the activity log, no event twice, each inside its feed's range.
    Event(Feed, &'a Event<'a>),
    /// An entry of the log that may be any event.
    Unread(&'a UnreadEntry<'a>),
}

/// Receives the records, one at a time. An error ends the reading.
pub(crate) type Receive<'a> = dyn FnMut(Record<'_>) -> io::Result<()> + 'a;

/// The receiver, shared by everything that is read at once. Events wait until it is open.
pub(crate) struct Sink<'a> {
    receive: RefCell<&'a mut Receive<'a>>,
    history_since: SetOnce<i64>,
}

impl<'a> Sink<'a> {
    /// A sink that is not open yet.
    pub(crate) fn new(receive: &'a mut Receive<'a>) -> Self {
        Self { receive: RefCell::new(receive), history_since: SetOnce::new() }
    }

    pub(crate) fn emit(&self, record: Record<'_>) -> io::Result<()> {
        (self.receive.borrow_mut())(record)
    }

    /// Lets events through: all that has to come before them was emitted. Those of the history count from this second on.
    pub(crate) fn open(&self, history_since: i64) {
        // Opening it twice changes nothing.
        let _ = self.history_since.set(history_since);
    }

    /// Waits until it is open, and says from when on the history counts.
    pub(super) async fn opened(&self) -> i64 {
        *self.history_since.wait().await
    }
}
