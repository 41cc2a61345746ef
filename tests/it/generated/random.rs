//! A small deterministic source of randomness.

/// Xorshift: the same seed gives the same workspace on every machine.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        let mut random = Self((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        for _ in 0..8 {
            random.next();
        }
        random
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number from 0 up to, and without, the limit.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        ((self.next() >> 11) % limit as u64) as usize
    }

    /// Whether something with this likelihood, in percent, happens.
    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// The text with some of its letters in upper case, so that lowering it gives the same as before.
    pub(super) fn recase(&mut self, text: &str) -> String {
        let mut other = String::new();
        for letter in text.chars() {
            let upper: String = letter.to_uppercase().collect();
            let same = upper.to_lowercase() == letter.to_lowercase().collect::<String>();
            if same && self.chance(30) { other += &upper } else { other.push(letter) }
        }
        other
    }
}
