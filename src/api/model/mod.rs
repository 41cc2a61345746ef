//! What the API answers, as far as a posture scan reads it.
//!
//! Shapes follow the public OpenAPI description, version 2.16. Every field may be null or absent:
//! real workspaces answer so.

mod event;
mod lenient;
pub(crate) mod metadata;
mod paging;
mod workspace;

pub(crate) use event::{Event, EventPage, OLDEST_EVENT, Performer, UnreadEntry};
pub(crate) use lenient::{is_nothing, list, number};
pub(crate) use paging::{Paging, read};
pub(crate) use workspace::{Admin, AdminList, IpAllowlist, Me, PROBE_PATHS, ProbeAnswer, Role};
