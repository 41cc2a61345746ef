//! TOML files that people write (controls, the configuration), read so that every mistake is reported
//! at once, with its line and a suggestion.
//!
//! A [`Document`] is parsed once; its [`Table`]s are taken apart key by key, and what does not
//! fit is noted in the document. [`Table::finish`] reports the keys that were not taken.

mod document;
mod problem;
mod suggestion;
mod table;
#[cfg(test)]
mod tests;
mod tree;

pub(crate) use document::{Document, LARGEST};
pub(crate) use problem::{Located, Problem, Problems};
pub(crate) use suggestion::{closest, excerpt};
pub(crate) use table::Table;
