//! What the API answers, as far as a posture scan reads it.
//!
//! Shapes follow the public OpenAPI description, version 2.16. Every field may be null or absent:
//! real workspaces answer so.

mod admin;
mod event;
mod lenient;
pub(crate) mod metadata;
mod settings;

pub(crate) use admin::{Admin, AdminList, Me};
pub(crate) use event::{Event, EventPage, Performer};
pub(crate) use settings::{IpAllowlist, PROBE_PATHS, ProbeAnswer};
