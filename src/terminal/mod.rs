//! What people see on a terminal: colours, widths, and the page that text and tables are laid out on.

pub(crate) mod page;
pub(crate) mod style;

pub(crate) use style::{Style, Surroundings};
