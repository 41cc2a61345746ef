//! What to do about an error. Every error of the program says it beside its message.

use std::borrow::Cow;

/// An error that knows a remedy.
pub(crate) trait Hint {
    /// The remedy, as an imperative; none where there is nothing to add to the message.
    fn hint(&self) -> Option<Cow<'static, str>>;
}
