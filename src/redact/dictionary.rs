//! Texts that are known to identify a person, found wherever they stand in another text.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};

use super::Span;

/// What is shorter turns up in ordinary words.
const SHORTEST: usize = 3;
/// Shorter digits turn up as counts and years.
const SHORTEST_NUMBER: usize = 5;
/// How much of a text is looked for: elsewhere a long one may be cut off.
const LOOKED_FOR: usize = 60;

/// Dictionary texts, each with what replaces it.
#[derive(Debug, Default)]
pub(super) struct Dictionary {
    replacements: BTreeMap<String, String>,
    /// Those that are looked for within other texts.
    searched: BTreeSet<String>,
    found: Vec<(String, String)>,
    automaton: Option<AhoCorasick>,
}

impl Dictionary {
    /// Makes a text known, wherever it stands. The first replacement of a text counts.
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

    /// Gets ready to look for what is known and not so short that it turns up in ordinary words.
    pub(super) fn prepare(self) -> Self {
        self.prepare_those(|text| {
            let length = text.chars().take(SHORTEST_NUMBER).count();
            let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
            length >= if is_number { SHORTEST_NUMBER } else { SHORTEST }
        })
    }

    /// Gets ready to look for whatever is known, but for bare punctuation.
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
        // Without an automaton nothing would be found: it fails only beyond four billion states.
        self.automaton = AhoCorasickBuilder::new()
            .match_kind(MatchKind::Standard)
            .ascii_case_insensitive(true)
            .build(starts)
            .ok();
        self
    }

    /// What replaces the text as a whole, if it is known.
    pub(super) fn whole(&self, text: &str) -> Option<&str> {
        self.replacements.get(text).map(String::as_str)
    }

    /// Every known text in this one, as a word of its own.
    pub(super) fn spans(&self, text: &str, spans: &mut Vec<Span>) {
        let Some(automaton) = self.automaton.as_ref().filter(|_| !self.found.is_empty()) else { return };
        // Where a long text was found already, its parts need not be found again.
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
            // A long text is no ordinary word, and may be cut off.
            if is_long || is_word(text, start, end) {
                // What lies in another goes with it. Kept, it would cost memory for each known text at each place.
                while spans.pop_if(|last| start <= last.start && last.end <= end).is_some() {}
                if spans.last().is_none_or(|last| start < last.start || last.end < end) {
                    spans.push(Span { start, end, replacement: replacement.clone() });
                }
            }
        }
    }
}

/// As much of the text as is looked for.
fn start_of(text: &str) -> &str {
    text.char_indices().nth(LOOKED_FOR).map_or(text, |(end, _)| &text[..end])
}

/// How many bytes two texts have in common at their start.
fn common(one: &str, other: &str) -> usize {
    let pairs = one.char_indices().zip(other.chars());
    let differs = pairs.into_iter().find(|((_, a), b)| a != b).map(|((at, _), _)| at);
    differs.unwrap_or_else(|| one.len().min(other.len()))
}

/// Whether that part of the text is not a part of a longer word. Scripts without spaces have no such words.
fn is_word(text: &str, start: usize, end: usize) -> bool {
    let joins = |one: Option<char>, other: Option<char>| {
        one.zip(other)
            .is_some_and(|(one, other)| one.is_ascii_alphanumeric() && other.is_ascii_alphanumeric())
    };
    let (before, within, after) = (&text[..start], &text[start..end], &text[end..]);
    !joins(before.chars().next_back(), within.chars().next())
        && !joins(within.chars().next_back(), after.chars().next())
}
