//! What is to be said of a file as a whole: who wrote it, what it knows, and what could not be read.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::RosterError;
use crate::casefold::same_name;
use crate::digest;
use crate::sentence::Sentence;
use crate::warning::Warning;

/// How many rows that cannot be read are listed; the others are counted.
const MOST_UNREADABLE: usize = 100;
/// How many rows that cannot be read are named in warnings.
const NAMED_ROWS: usize = 20;
/// How many different words a tally tells apart.
const MOST_WORDS: usize = 50;

/// What is to be said of a file as a whole.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct RosterFile {
    /// Its path as given.
    pub path: String,
    /// Who wrote it.
    pub kind: RosterKind,
    /// `sha256:` and the digest of its bytes.
    pub digest: String,
    /// How many people were read from it.
    pub people: usize,
    /// How many rows or resources it has, readable or not.
    pub rows: usize,
    /// The first of the rows that cannot be read.
    pub unreadable: Vec<Unreadable>,
    /// How many rows cannot be read.
    pub unreadable_rows: usize,
    /// What it says about people at all.
    pub knows: Knows,
    /// Statuses that are not understood, and how often they occur.
    pub unknown_statuses: WordCounts,
    /// Columns that look like an account status and are not understood, and how many people have something there.
    pub unknown_columns: WordCounts,
    /// Words about the second factor that are not understood, and how often they occur.
    pub unknown_mfa: WordCounts,
    /// What it leaves open although all rows can be read.
    pub gaps: Vec<Gap>,
}

/// Who wrote a file, as far as that can be told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RosterKind {
    /// A CSV export or report of Okta.
    Okta,
    /// A CSV export of Microsoft Entra ID.
    Entra,
    /// The CSV export of users of Google Workspace.
    Google,
    /// Any other CSV file with a header.
    #[default]
    Generic,
    /// Answers of a SCIM 2.0 service.
    Scim,
    /// The list of teammates that Intercom exports. It is no word of the identity provider.
    Intercom,
}

/// What a file says about people: which columns it has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Knows {
    /// Whether they may sign in.
    pub status: bool,
    /// What they belong to.
    pub groups: bool,
    /// Whether they have a second factor.
    pub mfa: bool,
}

/// A row that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unreadable {
    /// The line on which it starts.
    pub line: usize,
    /// Why it cannot be read.
    pub why: Sentence,
}

/// Words and how often they occur; bounded in how many are told apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct WordCounts {
    /// Each word as first written, and its count.
    pub words: BTreeMap<String, usize>,
    /// How often any other word occurs.
    pub others: usize,
}

/// What a file leaves open: a list with a gap does not prove that a person is missing from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Gap {
    /// The service announced more resources than the files hold.
    Incomplete { announced: u64, found: u64 },
    /// The service announced a further page, which is in none of the files.
    NextPage,
    /// Members of groups that are in none of the files.
    UnknownMembers { members: usize, group: String },
    /// Groups that are members of groups; who is in the inner one is not counted into the outer.
    NestedGroups { members: usize, group: String },
    /// Groups that are listed without any members.
    NoMembers { groups: usize, group: String },
    /// A column or attribute of groups that is empty for every person.
    NoGroups,
    /// Cells for further addresses out of which none could be read.
    UnreadAddresses { cells: usize, column: String },
    /// Groups or addresses beyond what is kept for a person.
    TooManyEntries { left_out: usize },
}

impl Gap {
    /// Whether people, or what is said of them, are missing.
    pub(crate) const fn is_missing(&self) -> bool {
        matches!(self, Self::Incomplete { .. } | Self::NextPage | Self::TooManyEntries { .. })
    }

    /// Whether people of whom nothing else is missing may be in no row, or under no address of theirs.
    pub(crate) const fn leaves_people_out(&self) -> bool {
        match self {
            Self::UnknownMembers { .. } | Self::UnreadAddresses { .. } => true,
            Self::Incomplete { .. }
            | Self::NextPage
            | Self::NestedGroups { .. }
            | Self::NoMembers { .. }
            | Self::NoGroups
            | Self::TooManyEntries { .. } => false,
        }
    }

    /// Whether it leaves open who is in a group.
    pub(crate) const fn is_membership(&self) -> bool {
        match self {
            Self::UnknownMembers { .. }
            | Self::NestedGroups { .. }
            | Self::NoMembers { .. }
            | Self::NoGroups => true,
            Self::Incomplete { .. }
            | Self::NextPage
            | Self::UnreadAddresses { .. }
            | Self::TooManyEntries { .. } => false,
        }
    }

    /// The gap in words.
    pub(crate) fn sentence(&self) -> Sentence {
        let of_group = |members: usize, group: &String, one: &str, several: &str| match members {
            1 => Sentence::from("a member of the group `").words(group).and("` is ").and(one),
            _ => Sentence::from(format!("{members} members of groups, such as `"))
                .words(group)
                .and("`, are ")
                .and(several),
        };
        match self {
            Self::Incomplete { announced, found } => {
                format!("the list is incomplete: {found} of {announced} resources are there").into()
            }
            Self::UnknownMembers { members, group } => {
                of_group(*members, group, "in no list of users", "in no list of users")
            }
            Self::NestedGroups { members, group } => {
                let [one, several] = ["a group, whose", "groups, whose"];
                of_group(*members, group, one, several).and(" members are not counted")
            }
            Self::NextPage => {
                "the list is incomplete: the answer has a `nextCursor`, and the page it names is \
                 missing; give all pages"
                    .into()
            }
            Self::NoMembers { groups: 1, group } => Sentence::from("the group `")
                .words(group)
                .and("` is listed without members, so who is in it is not known"),
            Self::NoMembers { groups, group } => Sentence::from(format!("{groups} groups, such as `"))
                .words(group)
                .and("`, are listed without members, so who is in them is not known"),
            Self::NoGroups => {
                "the groups are empty for every person, so who is in which group is not known".into()
            }
            Self::UnreadAddresses { cells, column } => {
                let noun = if *cells == 1 { "cell" } else { "cells" };
                let sentence = Sentence::from(format!("no address could be read from {cells} {noun} of \""));
                sentence.words(column).and("\"")
            }
            Self::TooManyEntries { left_out } => {
                format!("{left_out} groups or addresses were left out: there are too many for one person")
                    .into()
            }
        }
    }
}

impl RosterFile {
    pub(super) fn new(path: &str, bytes: &[u8]) -> Self {
        Self { path: path.to_owned(), digest: digest::of(bytes), ..Self::default() }
    }

    /// Notes a row that cannot be read.
    pub(super) fn reject(&mut self, line: usize, why: impl Into<Sentence>) {
        self.unreadable_rows += 1;
        if self.unreadable.len() < MOST_UNREADABLE {
            self.unreadable.push(Unreadable { line, why: why.into() });
        }
    }

    /// Notes entries that were left out because a person had too many of them.
    pub(super) fn leave_out(&mut self, entries: usize) {
        if entries == 0 {
            return;
        }
        for gap in &mut self.gaps {
            if let Gap::TooManyEntries { left_out } = gap {
                *left_out += entries;
                return;
            }
        }
        self.gaps.push(Gap::TooManyEntries { left_out: entries });
    }

    /// What of it could not be read or understood, and what it leaves open.
    pub(crate) fn warnings(&self) -> Vec<Warning> {
        let Self { kind, unreadable, unreadable_rows, unknown_statuses, unknown_mfa, gaps, .. } = self;
        let unknown_columns = &self.unknown_columns;
        let path = || self.path.clone();
        let mut warnings = Vec::new();
        if !kind.is_provider() {
            warnings.push(Warning::IntercomExport { path: path() });
        }
        let named = unreadable.iter().take(NAMED_ROWS);
        warnings.extend(named.map(|row| Warning::UnreadRow {
            path: path(),
            line: row.line,
            why: row.why.clone(),
        }));
        let rows = unreadable_rows.saturating_sub(NAMED_ROWS);
        if rows > 0 {
            warnings.push(Warning::UnreadRows { path: path(), rows });
        }
        for (column, words) in [("status", unknown_statuses), ("second factor", unknown_mfa)] {
            warnings.extend(words.words.iter().map(|(word, people)| Warning::UnknownWord {
                path: path(),
                column,
                word: word.clone(),
                people: *people,
            }));
            if words.others > 0 {
                warnings.push(Warning::UnknownWords { path: path(), column, people: words.others });
            }
        }
        warnings.extend(unknown_columns.words.iter().map(|(column, people)| Warning::UnknownColumn {
            path: path(),
            column: column.clone(),
            people: *people,
        }));
        warnings.extend(gaps.iter().map(|gap| Warning::Gap { path: path(), gap: gap.sentence() }));
        warnings
    }

    /// The error for a file with too many of something.
    pub(super) fn too_many(&self, what: &'static str, limit: usize) -> RosterError {
        RosterError::TooMany { path: self.path.clone(), what, limit }
    }

    /// The error for a file, or files, without people.
    pub(super) fn no_people(&self) -> RosterError {
        let first = self.unreadable.first().map(|row| (self.unreadable_rows, row.why.to_string()));
        RosterError::NoPeople { path: self.path.clone(), unreadable: first }
    }
}

impl RosterKind {
    /// The name of it that people read.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Okta => "Okta",
            Self::Entra => "Microsoft Entra",
            Self::Google => "Google Workspace",
            Self::Generic => "CSV",
            Self::Scim => "SCIM",
            Self::Intercom => "Intercom's own list, not compared",
        }
    }

    /// Whether it is the word of an identity provider.
    pub(crate) const fn is_provider(self) -> bool {
        !matches!(self, Self::Intercom)
    }
}

impl WordCounts {
    /// How many words were counted.
    pub(crate) fn total(&self) -> usize {
        self.words.values().sum::<usize>() + self.others
    }

    /// Counts a word. Words that differ in case alone are one.
    pub(super) fn count(&mut self, word: &str) {
        if let Some((_, count)) = self.words.iter_mut().find(|(known, _)| same_name(known, word)) {
            *count += 1;
        } else if self.words.len() < MOST_WORDS {
            self.words.insert(word.to_owned(), 1);
        } else {
            self.others += 1;
        }
    }
}

/// A directory export (roster) that the teammates were compared with.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct RosterInfo {
    /// Its path as given.
    pub path: String,
    /// `sha256:` and its digest.
    #[schemars(extend("pattern" = "^sha256:[0-9a-f]{64}$"))]
    pub digest: String,
    /// Whose export it was taken for.
    pub kind: RosterKind,
    /// How many people it lists.
    pub people: usize,
    /// How many of its rows could not be read.
    pub unreadable: usize,
}
