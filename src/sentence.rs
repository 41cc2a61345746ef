//! Sentences in parts: the program's own words, and what they quote. Redaction goes by the parts; nothing reads the text.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a sentence quotes, as far as redaction goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum QuotedKind {
    /// A person or a machine: a name, an e-mail address, an id or a network address.
    Person,
    /// The path of a file.
    File,
    /// What a person wrote, and may name anyone.
    Words,
}

/// A part of a sentence that is not the program's own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Quoted {
    /// What it is.
    pub kind: QuotedKind,
    /// The part as it stands in the sentence.
    pub text: String,
}

/// A sentence, put together of its parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sentence {
    text: String,
    quoted: Vec<Quoted>,
}

impl Sentence {
    /// Goes on in the program's own words.
    #[must_use]
    pub(crate) fn and(mut self, words: impl AsRef<str>) -> Self {
        self.text.push_str(words.as_ref());
        self
    }

    /// Goes on with a person.
    #[must_use]
    pub(crate) fn person(self, person: impl Into<String>) -> Self {
        self.quote(QuotedKind::Person, person.into())
    }

    /// Goes on with the path of a file.
    #[must_use]
    pub(crate) fn file(self, path: impl Into<String>) -> Self {
        self.quote(QuotedKind::File, path.into())
    }

    /// Goes on with what a person wrote.
    #[must_use]
    pub(crate) fn words(self, words: impl Into<String>) -> Self {
        self.quote(QuotedKind::Words, words.into())
    }

    /// Goes on with another sentence.
    #[must_use]
    pub(crate) fn then(mut self, other: Self) -> Self {
        self.text.push_str(&other.text);
        self.quoted.extend(other.quoted);
        self
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// What it quotes.
    pub(crate) fn quoted(self) -> Vec<Quoted> {
        self.quoted
    }

    fn quote(mut self, kind: QuotedKind, text: String) -> Self {
        self.text.push_str(&text);
        self.quoted.push(Quoted { kind, text });
        self
    }
}

impl<T: Into<String>> From<T> for Sentence {
    fn from(text: T) -> Self {
        Self { text: text.into(), quoted: Vec::new() }
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
