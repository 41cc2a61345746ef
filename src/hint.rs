//! What to do about an error. Every error of the program says it beside its message.

use std::borrow::Cow;

use crate::exit::Exit;
use crate::toml_document::Problems;

/// An error that knows a remedy.
pub(crate) trait Hint: std::error::Error {
    /// The remedy, as an imperative; none where there is nothing to add to the message.
    fn hint(&self) -> Option<Cow<'static, str>>;

    /// The mistakes in files that it stands for, one by one.
    fn problems(&self) -> Option<&Problems> {
        None
    }

    /// The exit code it leads to.
    fn exit(&self) -> Exit {
        Exit::Usage
    }
}
