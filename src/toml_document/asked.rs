//! What readers ask tables for, so that a test can compare it with the schemas.

use std::cell::RefCell;
use std::collections::BTreeMap;

/// How a key was asked for.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// The type, as messages name it.
    pub expected: String,
    /// The words of which it is one.
    pub words: Vec<String>,
    pub is_required: bool,
}

/// Keys by table, whose name has dots, and name.
type Asks = BTreeMap<(String, String), Asked>;

thread_local! {
    static ASKS: RefCell<Option<Asks>> = const { RefCell::new(None) };
}

/// What is asked for while something is read.
pub(crate) fn during(read: impl FnOnce()) -> Asks {
    ASKS.set(Some(Asks::new()));
    read();
    ASKS.take().unwrap_or_default()
}

/// Notes how a key is asked for.
pub(super) fn note(table: &str, key: &str, note: impl FnOnce(&mut Asked)) {
    ASKS.with_borrow_mut(|asks| {
        if let Some(asks) = asks {
            note(asks.entry((table.to_owned(), key.to_owned())).or_default());
        }
    });
}
