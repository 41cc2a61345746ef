//! Redaction: replacing people and addresses by pseudonyms, so that a report or a snapshot can be shared.
//!
//! It works on a [`Report`](crate::report::Report) before rendering, and on the records of a snapshot before writing.
//! Fields with addresses, names or ids are replaced; other text is searched for anything that looks like an address,
//! and for all names, addresses and ids in the same report. Verdicts, counts
//! and the gate stay as they are. Free text is replaced as a whole, because it may name any person.

use std::collections::BTreeSet;

mod dictionary;
mod key;
mod metadata;
mod pseudonym;
mod report;
mod shapes;
mod snapshot;

#[cfg(test)]
mod tests;

pub(crate) use key::Key;
pub(crate) use snapshot::SnapshotRedactor;

use crate::casefold::fold;
use crate::sentence::{Quoted, QuotedKind, Sentence};
use dictionary::Dictionary;

/// Replaces people and addresses by pseudonyms.
#[derive(Debug, Clone)]
pub(crate) struct Redactor {
    key: Key,
    /// Names of mailboxes of functions, not people, in lower case.
    functions: BTreeSet<String>,
}

impl Redactor {
    /// Uses this key, and keeps names of functions, such as `support`, in addresses.
    pub(crate) fn new(key: Key, functions: impl IntoIterator<Item = String>) -> Self {
        Self { key, functions: BTreeSet::new() }.and_functions(functions)
    }

    /// Keeps these names of functions too.
    pub(crate) fn and_functions(mut self, functions: impl IntoIterator<Item = String>) -> Self {
        self.functions.extend(functions.into_iter().map(|name| fold(&name).into_owned()));
        self
    }

    /// A line in which only shapes can tell what identifies a person.
    pub(crate) fn line(&self, line: &str) -> String {
        replace(line, shapes::spans(self, line))
    }

    /// An error, which may quote any cell or line of a file: what is marked as quoted and is more than one word may be a
    /// name, unless it is a command.
    pub(crate) fn error(&self, error: &str) -> String {
        let names = ['"', '`'].into_iter().fold(error.to_owned(), |error, mark| {
            let parts = error.split(mark).enumerate().map(|(at, part)| match part {
                name if at % 2 == 1 && name.contains(' ') && !name.starts_with("intercom-harden ") => {
                    self.signatory(name)
                }
                other => other.to_owned(),
            });
            parts.collect::<Vec<_>>().join(&mark.to_string())
        });
        self.line(&names)
    }

    /// A sentence of the program.
    pub(crate) fn sentence(&self, sentence: Sentence) -> String {
        let text = sentence.to_string();
        let mut quoted = Dictionary::default();
        sentence.quoted().iter().for_each(|part| self.learn_quoted(&mut quoted, part));
        let mut spans = shapes::spans(self, &text);
        quoted.prepare_all().spans(&text, &mut spans);
        replace(&text, spans)
    }

    fn learn_quoted(&self, quoted: &mut Dictionary, Quoted { kind, text }: &Quoted) {
        quoted.learn(text, || match kind {
            QuotedKind::Person => self.quoted_person(text),
            QuotedKind::File => file_name(text).to_owned(),
            QuotedKind::Words => self.email(text).unwrap_or_else(|| self.words(text)),
        });
    }

    /// Tells keys apart without giving any away.
    pub(crate) fn key_name(&self) -> String {
        self.key.name()
    }
}

/// A part of a text to replace.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Replacement {
    start: usize,
    end: usize,
    replacement: String,
}

/// Redacts texts about one workspace.
#[derive(Debug)]
struct Scrubber<'a> {
    redactor: &'a Redactor,
    /// The texts that identify people.
    known: Dictionary,
    /// The texts that sentences quote.
    quoted: Dictionary,
}

impl Scrubber<'_> {
    /// The redacted text.
    fn text(&self, text: &str) -> String {
        match self.known.whole(text) {
            Some(replacement) => replacement.to_owned(),
            None => replace(text, self.spans(text)),
        }
    }

    /// The parts of a text that identify a person.
    fn spans(&self, text: &str) -> Vec<Replacement> {
        let mut spans = shapes::spans(self.redactor, text);
        self.known.spans(text, &mut spans);
        spans
    }
}

/// The last part of a path of any system.
fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or(path)
}

/// Replaces parts of a text. The longest of overlapping parts decides the replacement.
fn replace(text: &str, mut spans: Vec<Replacement>) -> String {
    if spans.is_empty() {
        return text.to_owned();
    }
    spans.sort_by(|one, other| (one.start, other.end).cmp(&(other.start, one.end)));
    let mut replaced = String::with_capacity(text.len());
    let mut at = 0;
    let mut spans = spans.into_iter().peekable();
    while let Some(first) = spans.next() {
        let (start, mut end, mut longest) = (first.start, first.end, first);
        while let Some(next) = spans.next_if(|next| next.start < end) {
            end = end.max(next.end);
            if next.end - next.start > longest.end - longest.start {
                longest = next;
            }
        }
        replaced.push_str(&text[at..start]);
        replaced.push_str(&longest.replacement);
        at = end;
    }
    replaced.push_str(&text[at..]);
    replaced
}
