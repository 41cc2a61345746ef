//! The control files that `build.rs` put into the program.

use super::Pack;

/// A control file inside the program.
pub(super) struct EmbeddedFile {
    /// The pack it belongs to.
    pub(super) pack: Pack,
    /// Its path in the repository.
    pub(super) path: &'static str,
    /// Its text.
    pub(super) text: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
