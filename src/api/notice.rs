//! What the client tells the person who waits, while it works. Who shows it, and how, is not its concern.

use std::sync::Arc;
use std::time::Duration;

use crate::sources::Feed;

/// A moment worth telling about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Notice {
    /// The server asked for a pause; every request waits.
    RateLimited {
        /// How long.
        wait: Duration,
    },
    /// A request failed in a way that may pass, and is sent again.
    Retrying {
        /// What went wrong, and at which endpoint; may quote the server.
        reason: String,
        /// How long the client waits before it.
        wait: Duration,
    },
    /// The server failed on a long range of the log, which is read in shorter ones from now on.
    ShorterRanges {
        /// What went wrong, and at which endpoint; may quote the server.
        reason: String,
    },
    /// The server answered, with whatever.
    Answered {
        /// The request without its query.
        endpoint: String,
        /// The HTTP status.
        status: u16,
        /// From the request to the head of the answer.
        elapsed: Duration,
    },
    /// A request waited, so that other integrations keep their share of the rate limit.
    Paced,
    /// More of a feed was read.
    Progress {
        /// Which feed.
        feed: Feed,
        /// Records read so far.
        records: u64,
        /// About how many there are, where the server said.
        total: Option<u64>,
    },
}

/// Receives the notices; called from within the reading, so it has to return at once.
pub(crate) type Notify = Arc<dyn Fn(Notice) + Send + Sync>;
