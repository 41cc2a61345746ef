//! Sentences in parts: the program's own words and quoted texts. Redaction uses the parts; nothing parses the text.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kind of a quoted text, for redaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum QuotedKind {
    /// A person or a machine: a name, an e-mail address, an id or an IP address.
    Person,
    /// The path of a file.
    File,
    /// Free text, which may name any person.
    Words,
}

/// A quoted part of a sentence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Quoted {
    /// The kind of text.
    pub kind: QuotedKind,
    /// The text as in the sentence.
    pub text: String,
}

/// A sentence, composed of parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sentence {
    text: String,
    quoted: Vec<Quoted>,
}

impl Sentence {
    /// Appends the program's own words.
    #[must_use]
    pub(crate) fn and(mut self, words: impl AsRef<str>) -> Self {
        self.text.push_str(words.as_ref());
        self
    }

    /// Appends a person.
    #[must_use]
    pub(crate) fn person(self, person: impl Into<String>) -> Self {
        self.quote(QuotedKind::Person, person.into())
    }

    /// Appends the path of a file.
    #[must_use]
    pub(crate) fn file(self, path: impl Into<String>) -> Self {
        self.quote(QuotedKind::File, path.into())
    }

    /// Appends free text.
    #[must_use]
    pub(crate) fn words(self, words: impl Into<String>) -> Self {
        self.quote(QuotedKind::Words, words.into())
    }

    /// Appends another sentence.
    #[must_use]
    pub(crate) fn then(mut self, other: Self) -> Self {
        self.text.push_str(&other.text);
        self.quoted.extend(other.quoted);
        self
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The quoted parts.
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
