//! The catalog: controls as data, read from TOML and checked before anything runs.

mod catalog;
mod control;
mod definition;
mod error;
mod example;
mod files;
mod frameworks;
#[cfg(test)]
mod fuzz;
mod overrides;
mod read;
mod read_check;
mod selection;
#[cfg(test)]
mod tests;

pub(crate) use catalog::Catalog;
pub(crate) use control::{
    ATTEST_FOR, Control, GUIDE_STATUS, GUIDE_TITLE, GUIDE_URL, GUIDE_VERSION, Origin, Pack, Step, is_id,
    natural, page_address, page_name,
};
pub(crate) use definition::Definition;

pub(crate) use frameworks::{framework_title, title as title_in_framework};
pub(crate) use read::{ID_RULE, LONGEST_ATTESTATION, LONGEST_TEXT};
pub(crate) use selection::{Selection, UnknownControl};
