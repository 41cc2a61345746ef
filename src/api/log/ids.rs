//! The events already seen: 96 bits of a keyed hash each, so that a million of them stay small.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher, RandomState};

/// The hash of an event's id. The key is drawn anew for every scan, so a collision cannot be aimed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EventHash([u32; 3]);

impl Hash for EventHash {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(u64::from(self.0[0]) << 32 | u64::from(self.0[1]));
    }
}

/// Passes on what is a hash already.
#[derive(Debug, Default)]
pub(super) struct PassThrough(u64);

impl Hasher for PassThrough {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// Makes fingerprints, all with the same keys.
#[derive(Debug, Default)]
pub(super) struct Fingerprinter {
    first: RandomState,
    second: RandomState,
}

impl Fingerprinter {
    /// The fingerprint of an id, of whatever identifies an event without one, or of many fingerprints.
    pub(super) fn of<T: Hash + ?Sized>(&self, id: &T) -> EventHash {
        let (first, second) = (self.first.hash_one(id), self.second.hash_one(id));
        EventHash([(first >> 32) as u32, first as u32, second as u32])
    }
}

/// A set of fingerprints: 12 bytes each, and at most 30 with the table's free space.
#[derive(Debug, Default)]
pub(super) struct IdSet(HashSet<EventHash, BuildHasherDefault<PassThrough>>);

/// Room is made for so many ids at once, whatever a server announces; beyond that the set grows as it fills.
const MOST_EXPECTED: u64 = 1 << 20;

impl IdSet {
    /// Makes room for this many more, so that a large set is not moved again and again while it grows.
    pub(super) fn expect(&mut self, ids: u64) {
        self.0.reserve(usize::try_from(ids.min(MOST_EXPECTED)).unwrap_or(0));
    }

    /// Adds one; false if it was there already.
    pub(super) fn insert(&mut self, id: EventHash) -> bool {
        self.0.insert(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_ids_are_one_and_others_differ() {
        let (printer, mut set) = (Fingerprinter::default(), IdSet::default());
        let fresh = (0..10_000).filter(|n| set.insert(printer.of(format!("id-{n}").as_str()))).count();
        assert_eq!(fresh, 10_000);
        assert!(!set.insert(printer.of("id-77")));
    }

    #[test]
    fn an_id_costs_at_most_32_bytes() {
        assert_eq!(size_of::<EventHash>(), 12);
        let (printer, mut set) = (Fingerprinter::default(), IdSet::default());
        for n in 0..60_000 {
            set.insert(printer.of(n.to_string().as_str()));
        }
        // One byte of bookkeeping per slot; at most seven of eight slots are used.
        let slots = (set.0.capacity() * 8 / 7).next_power_of_two();
        assert!(slots * 13 <= 60_000 * 32);
    }
}
