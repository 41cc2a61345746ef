//! What the workspace answered: source by source, with how each ended.

use crate::api::model::{Admin, Event, IpAllowlist, Me, ProbeAnswer};
use crate::sources::Feed;

pub(crate) mod collect;
mod error;
mod file;
mod load;
mod save;
mod sequence;

pub(crate) use error::SnapshotError;
pub(crate) use load::Replay;
pub(crate) use save::Writer;

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
}
