//! Editing `intercom-harden.toml`: entries are added to the text that is there, whole or not at all.

mod entry;
mod error;
pub(crate) mod outlook;
pub(crate) mod starter;
mod target;
#[cfg(test)]
mod tests;

pub(crate) use entry::Entry;
pub(crate) use error::EditError;
pub(crate) use target::Target;
