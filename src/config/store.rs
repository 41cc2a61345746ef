//! `[store]`: where runs are kept, and for how long. Neither is for a configuration that was found to say: it could send
//! reports elsewhere, or drop those that are there.

use std::path::PathBuf;

use jiff::SignedDuration;

use crate::time::parse_duration;
use crate::toml_document::Table;

use super::section::{Context, timed};

/// Where runs are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct StoreSettings {
    /// The database.
    pub file: Option<PathBuf>,
    /// How long reports are kept; for good, where nothing is said.
    pub keep: Option<SignedDuration>,
}

impl StoreSettings {
    pub(super) fn read(mut table: Table<'_>, context: &Context) -> Self {
        let keep = timed(&mut table, "keep", parse_duration);
        let keep = keep.filter(|keep| context.trusts(&table, "keep", keep.line));
        let settings = Self {
            file: context.trusted_file(&mut table, "file"),
            keep: keep.and_then(|keep| SignedDuration::try_from(keep.value).ok()),
        };
        table.finish();
        settings
    }
}
