//! Reading a workspace, and saving and loading snapshots of it.

pub(crate) mod collect;
mod error;
mod file;
mod load;
mod save;
mod sequence;
mod unread;

pub(crate) use error::SnapshotError;
pub(crate) use load::Replay;
#[cfg(test)]
pub(crate) use load::forged;
pub(crate) use save::Writer;
pub(crate) use unread::UnreadEntries;
