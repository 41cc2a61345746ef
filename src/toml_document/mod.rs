//! Reading TOML files that people write (controls, the configuration) with all mistakes at once, each with its line and a
//! suggestion.
//!
//! A [`Document`] is parsed once. The keys of its [`Table`]s are taken one by one, and the document records mistakes.
//! [`Table::finish`] reports the keys that were not taken.

#[cfg(test)]
pub(crate) mod asked;
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
