//! A parsed file and its mistakes so far.

use std::cell::RefCell;
use std::collections::BTreeMap;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::casefold::same_name;

use super::problem::{Located, Problem};
use super::suggestion::{closest, excerpt};
use super::tree;

/// The largest file to read, in bytes.
pub(crate) const LARGEST: usize = 1 << 20;

/// The most mistakes of one file to keep, because each costs time and memory.
pub(super) const MOST_PROBLEMS: usize = 1000;

/// A parsed file and its mistakes so far.
#[derive(Debug)]
pub(crate) struct Document {
    path: String,
    /// None if the file could not be parsed at all.
    pub(super) entries: Option<Vec<tree::KeyValue>>,
    /// Lines with a syntax error, and their text; values that the parser recovered from them are not reported again.
    broken: BTreeMap<usize, String>,
    /// Whether a syntax error affected more than its own line.
    torn: bool,
    problems: RefCell<Vec<Problem>>,
}

impl Document {
    /// Parses the bytes of a file. It never fails: mistakes are in the [problems](Self::into_problems).
    pub(crate) fn parse(path: impl Into<String>, bytes: impl AsRef<[u8]>) -> Self {
        let mut document = Self {
            path: path.into(),
            entries: None,
            broken: BTreeMap::new(),
            torn: false,
            problems: RefCell::default(),
        };
        document.read(bytes.as_ref());
        document
    }

    fn read(&mut self, bytes: &[u8]) {
        let line_of = |offset: usize| 1 + bytes.iter().take(offset).filter(|byte| **byte == b'\n').count();
        if bytes.len() > LARGEST {
            self.report(0, format!("the file is larger than {} KiB", LARGEST >> 10));
            return;
        }
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                self.report(line_of(error.valid_up_to()), "the file is not UTF-8 text");
                return;
            }
        };
        if let Some(offset) = text.find('\0') {
            self.report(line_of(offset), "the file contains a NUL character");
            return;
        }
        let Some(parsed) = tree::parse(text) else {
            self.report(0, "the file could not be parsed as TOML");
            return;
        };
        for (line, message) in parsed.syntax {
            // One mistake leads to several errors of the parser; the first is the useful one.
            if self.broken.insert(line, String::new()).is_none() {
                self.add(line, message, None);
            }
        }
        self.assess_damage(text, parsed.last_line);
        for (line, message) in parsed.values {
            self.report(line, message);
        }
        self.entries = Some(parsed.entries);
    }

    /// Finds the keys that a syntax error may hide: those on its line, or any key if it is in the header of a table or nothing
    /// could be read after it.
    fn assess_damage(&mut self, text: &str, last_line: usize) {
        let Some(last_broken) = self.broken.keys().next_back().copied() else { return };
        let mut left_over = false;
        for (line, content) in (1..).zip(text.lines()) {
            let content = content.trim();
            if let Some(kept) = self.broken.get_mut(&line) {
                content.clone_into(kept);
            }
            left_over |= line > last_broken && !content.is_empty() && !content.starts_with('#');
        }
        // An error on an empty line is an unclosed text that includes everything up to there.
        let torn_line = |content: &String| content.is_empty() || content.starts_with('[');
        self.torn = self.broken.values().any(torn_line) || (left_over && last_line <= last_broken);
    }

    /// Whether a syntax error may hide a missing key.
    pub(super) fn may_hide(&self, key: &str) -> bool {
        self.torn || self.broken.values().any(|content| content.contains(key))
    }

    /// The path of the file, as given.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Whether there are no mistakes so far.
    pub(crate) fn is_clean(&self) -> bool {
        self.problems.borrow().is_empty()
    }

    /// Records a mistake at a line (0: the whole file).
    pub(crate) fn report(&self, line: usize, message: impl Into<String>) {
        self.report_with(line, message, None);
    }

    /// Records a mistake with a suggestion.
    pub(crate) fn report_with(&self, line: usize, message: impl Into<String>, suggestion: Option<&str>) {
        if !self.broken.contains_key(&line) {
            self.add(line, message.into(), suggestion);
        }
    }

    /// Reads a word of an enum in any letter case, or records a mistake with the valid words.
    pub(crate) fn word<E: ValueEnum>(&self, what: &str, text: &Located<String>) -> Option<E> {
        let words: Vec<_> = E::value_variants().iter().filter_map(E::to_possible_value).collect();
        let words: Vec<_> = words.iter().map(PossibleValue::get_name).collect();
        E::from_str(self.one_of(what, text, &words)?, true).ok()
    }

    /// Reads one of a few words in any letter case, or records a mistake with the valid words.
    pub(super) fn one_of<'w>(
        &self,
        what: &str,
        text: &Located<String>,
        words: &[&'w str],
    ) -> Option<&'w str> {
        let known = words.iter().find(|word| same_name(word, text)).copied();
        if known.is_none() {
            let list: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
            let message = format!("{what} is one of {}, not `{}`", list.join(", "), excerpt(text));
            self.report_with(text.line, message, closest(text, words.iter().copied()));
        }
        known
    }

    pub(super) fn add(&self, line: usize, message: String, suggestion: Option<&str>) {
        let mut problems = self.problems.borrow_mut();
        if problems.len() < MOST_PROBLEMS {
            let suggestion = suggestion.map(str::to_owned);
            problems.push(Problem { path: self.path.clone(), line, message, suggestion });
        }
    }

    /// All mistakes in the file.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.problems.into_inner()
    }
}
