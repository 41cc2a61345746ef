//! How much of a workspace is read.

use crate::sources::Feed;

/// What to read beside the two sources that everything rests on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CollectOptions {
    /// How much of the workspace the question is about.
    pub reach: Reach,
    /// Whether to find out what else the token can read.
    pub probe: bool,
}

/// How much of a workspace is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Everything a scan needs.
    Everything,
    /// The workspace's own record and its teammates: two requests, and no activity log.
    Teammates,
    /// The same, and the activity log; the settings are left out.
    Log,
}

impl CollectOptions {
    /// Whether a feed is asked for.
    pub(super) const fn wants(&self, feed: Feed) -> bool {
        match feed {
            Feed::Me | Feed::Admins => true,
            Feed::LogWindow | Feed::LogHistory | Feed::LogArrivals => {
                matches!(self.reach, Reach::Everything | Reach::Log)
            }
            Feed::IpAllowlist => matches!(self.reach, Reach::Everything),
            Feed::TokenProbe => self.probe && matches!(self.reach, Reach::Everything),
        }
    }
}
