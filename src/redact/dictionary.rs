//! Texts that identify people, and finding them in other texts.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};

use super::Replacement;

/// Shorter texts occur in ordinary words.
const SHORTEST: usize = 3;
/// Shorter numbers occur as counts and years.
const SHORTEST_NUMBER: usize = 5;
/// The prefix to search for, because a long text may be cut off elsewhere.
const LOOKED_FOR: usize = 60;

/// The texts with their replacements.
#[derive(Debug, Default)]
pub(super) struct Dictionary {
    replacements: BTreeMap<String, String>,
    /// The texts to find within other texts.
    searched: BTreeSet<String>,
    found: Vec<(String, String)>,
    automaton: Option<AhoCorasick>,
}

impl Dictionary {
    /// Adds a text to replace everywhere. The first replacement of a text counts.
    pub(super) fn learn(&mut self, text: &str, replacement: impl FnOnce() -> String) {
        if !text.trim().is_empty() && self.searched.insert(text.to_owned()) {
            self.learn_whole(text, replacement);
        }
    }

    /// Adds a text that is replaced only where it stands alone: inside another text it may be an ordinary word.
    pub(super) fn learn_whole(&mut self, text: &str, replacement: impl FnOnce() -> String) {
        if !text.trim().is_empty() && !self.replacements.contains_key(text) {
            self.replacements.insert(text.to_owned(), replacement());
        }
    }

    /// Builds the search for texts that are long enough not to occur in ordinary words.
    pub(super) fn prepare(self) -> Self {
        self.prepare_those(|text| {
            let length = text.chars().take(SHORTEST_NUMBER).count();
            let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
            length >= if is_number { SHORTEST_NUMBER } else { SHORTEST }
        })
    }

    /// Builds the search for all texts except bare punctuation.
    pub(super) fn prepare_all(self) -> Self {
        self.prepare_those(|text| text.contains(|c: char| c.is_alphanumeric() || !c.is_ascii()))
    }

    fn prepare_those(mut self, wanted: impl Fn(&str) -> bool) -> Self {
        self.found = self
            .replacements
            .iter()
            .filter(|(text, replacement)| {
                self.searched.contains(*text) && wanted(text.trim()) && text != replacement
            })
            .map(|(text, replacement)| (text.trim().to_owned(), replacement.clone()))
            .collect();
        let starts = self.found.iter().map(|(text, _)| start_of(text));
        // Building fails only beyond four billion states.
        self.automaton = AhoCorasickBuilder::new()
            .match_kind(MatchKind::Standard)
            .ascii_case_insensitive(true)
            .build(starts)
            .ok();
        self
    }

    /// The replacement of a whole text, if known.
    pub(super) fn whole(&self, text: &str) -> Option<&str> {
        self.replacements.get(text).map(String::as_str)
    }

    /// Every known text in `text`, as a separate word.
    pub(super) fn spans(&self, text: &str, spans: &mut Vec<Replacement>) {
        let Some(automaton) = self.automaton.as_ref().filter(|_| !self.found.is_empty()) else { return };
        // Skip the parts of a text that was already found.
        let mut covered = 0;
        for found in automaton.find_overlapping_iter(text) {
            let (known, replacement) = &self.found[found.pattern().as_usize()];
            let (start, mut end) = (found.start(), found.end());
            let is_long = known.len() > end - start;
            if is_long {
                if start < covered {
                    continue;
                }
                end += common(&known[end - start..], &text[end..]);
                covered = end;
            }
            // A long text is not an ordinary word, and may be cut off.
            if is_long || is_word(text, start, end) {
                // Drop matches inside another match, which would cost memory.
                while spans.pop_if(|last| start <= last.start && last.end <= end).is_some() {}
                if spans.last().is_none_or(|last| start < last.start || last.end < end) {
                    spans.push(Replacement { start, end, replacement: replacement.clone() });
                }
            }
        }
    }
}

/// The prefix of a text to search for.
fn start_of(text: &str) -> &str {
    text.char_indices().nth(LOOKED_FOR).map_or(text, |(end, _)| &text[..end])
}

/// The length of the common prefix of two texts, in bytes.
fn common(one: &str, other: &str) -> usize {
    let pairs = one.char_indices().zip(other.chars());
    let differs = pairs.into_iter().find(|((_, a), b)| a != b).map(|((at, _), _)| at);
    differs.unwrap_or_else(|| one.len().min(other.len()))
}

/// Whether a range is not part of a longer word. Scripts without spaces have no such words.
fn is_word(text: &str, start: usize, end: usize) -> bool {
    let joins = |one: Option<char>, other: Option<char>| {
        one.zip(other)
            .is_some_and(|(one, other)| one.is_ascii_alphanumeric() && other.is_ascii_alphanumeric())
    };
    let (before, within, after) = (&text[..start], &text[start..end], &text[end..]);
    !joins(before.chars().next_back(), within.chars().next())
        && !joins(within.chars().next_back(), after.chars().next())
}
