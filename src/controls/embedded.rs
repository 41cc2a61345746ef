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

/// The path, in the program's repository, of the file that a built-in control is read from.
pub(crate) fn built_in_path(id: &str) -> Option<&'static str> {
    let named = |file: &&EmbeddedFile| {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        name.strip_prefix(id).is_some_and(|rest| rest.starts_with('-'))
    };
    FILES.iter().find(named).map(|file| file.path)
}
