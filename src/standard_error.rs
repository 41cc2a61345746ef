//! What is said on standard error, line by line: without secrets, fit for a terminal, and of bounded length.

use std::io::{self, Write as _};
use std::sync::{Mutex, PoisonError};

use crate::{secret, text};

/// The longest line, in columns: a server's answer may be longer than anybody reads.
const COLUMNS: usize = 2_000;

type Filter = Box<dyn Fn(&str) -> String + Send>;

/// What is left out of every line, beside what looks like a token.
static FILTERS: Mutex<Vec<Filter>> = Mutex::new(Vec::new());

/// From now on, every line is said as the filter has it.
pub(crate) fn add_filter(filter: impl Fn(&str) -> String + Send + 'static) {
    FILTERS.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(filter));
}

/// Says one line. An error may quote a server, a file or the command line: whatever it is, it stays on that line.
pub(crate) fn say(line: &str) {
    let line = fit(line);
    // A closed standard error has no reader to tell about it.
    let _ = writeln!(io::stderr(), "{line}");
}

/// A line as it is said.
pub(crate) fn fit(line: &str) -> String {
    text::line(&filtered(line), COLUMNS)
}

/// A line without what must not be shown.
fn filtered(line: &str) -> String {
    let filters = FILTERS.lock().unwrap_or_else(PoisonError::into_inner);
    let line = secret::hide_tokens(line).into_owned();
    filters.iter().fold(line, |line, filter| filter(&line))
}
