//! Values that remember where they were written.

use std::ops::Deref;

/// A value and the line of the file it stands on, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Located<T> {
    /// The value.
    pub value: T,
    /// The line.
    pub line: usize,
}

impl<T> Located<T> {
    /// Keeps the line and converts the value.
    pub(crate) fn map<U>(self, convert: impl FnOnce(T) -> U) -> Located<U> {
        Located { value: convert(self.value), line: self.line }
    }
}

impl<T> Deref for Located<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}
