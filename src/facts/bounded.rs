//! What keeps memory and text from growing with what the workspace answers.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::Hash;

use sha2::{Digest, Sha256};

/// The most rows a table keeps; what comes after is left out and the table marked as truncated.
pub(super) const MAX_ROWS: usize = 10_000;

/// The most bytes of a text that is kept.
const MAX_TEXT: usize = 512;

/// A text of at most 512 bytes. One that is longer ends in a digest, so that different texts stay different.
pub(super) fn text(full: &str) -> Cow<'_, str> {
    if full.len() <= MAX_TEXT {
        return Cow::Borrowed(full);
    }
    let digest: String = Sha256::digest(full).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let mut cut = MAX_TEXT - digest.len() - '…'.len_utf8();
    while !full.is_char_boundary(cut) {
        cut -= 1;
    }
    Cow::Owned(format!("{}…{digest}", &full[..cut]))
}

/// A map that takes no new keys once it is full, and remembers that it had to refuse one.
#[derive(Debug)]
pub(super) struct Bounded<K, V> {
    entries: HashMap<K, V>,
    capacity: usize,
    truncated: bool,
}

impl<K: Eq + Hash, V: Default> Bounded<K, V> {
    /// An empty map for at most so many keys.
    pub(super) fn new(capacity: usize) -> Self {
        Self { entries: HashMap::new(), capacity, truncated: false }
    }

    /// The entry of the key, made if there is room for it.
    pub(super) fn entry(&mut self, key: K) -> Option<&mut V> {
        if self.entries.len() >= self.capacity && !self.entries.contains_key(&key) {
            self.truncated = true;
            return None;
        }
        Some(self.entries.entry(key).or_default())
    }

    /// Every entry, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter()
    }

    /// Whether a key had to be refused.
    pub(super) const fn truncated(&self) -> bool {
        self.truncated
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_and_stay_different() {
        let (one, other) = ("é".repeat(5000) + "1", "é".repeat(5000) + "2");
        assert!(text(&one).len() <= MAX_TEXT);
        assert_ne!(text(&one), text(&other));
        assert_eq!(text(&text(&one)), text(&one));
        assert_eq!(text("short"), "short");
    }

    #[test]
    fn a_full_map_refuses_new_keys_only() {
        let mut map: Bounded<u8, u8> = Bounded::new(1);
        *map.entry(1).unwrap() += 1;
        assert!(map.entry(1).is_some() && !map.truncated());
        assert!(map.entry(2).is_none() && map.truncated());
    }
}
