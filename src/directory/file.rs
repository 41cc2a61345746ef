//! A directory export (roster) as a whole: its product, its coverage and its problems.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::RosterError;
use crate::casefold::same_name;
use crate::digest;
use crate::sentence::Sentence;
use crate::toml_document::excerpt;
use crate::warning::Warning;

/// The most memberships in groups, whether users or groups list them.
const MOST_MEMBERSHIPS: usize = 2_000_000;
/// The most unreadable rows to list; further rows are only counted.
const MOST_UNREADABLE: usize = 100;
/// The most unreadable rows to name in warnings.
const NAMED_ROWS: usize = 20;
/// The most different words to count separately.
const MOST_WORDS: usize = 50;

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct RosterFile {
    pub path: String,
    pub kind: RosterKind,
    pub digest: String,
    pub people: usize,
    /// Rows or resources, readable or not.
    pub rows: usize,
    /// The first unreadable rows.
    pub unreadable: Vec<Unreadable>,
    pub unreadable_rows: usize,
    pub knows: Knows,
    /// Account statuses that are not understood.
    pub unknown_statuses: WordCounts,
    /// Columns that look like an account status and are not understood, with the number of their non-empty cells.
    pub unknown_columns: WordCounts,
    /// Words about the second factor that are not understood.
    pub unknown_mfa: WordCounts,
    pub gaps: Vec<Gap>,
}

/// The product that wrote a file.
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
    /// The list of teammates that Intercom exports, which is not the identity provider's.
    Intercom,
}

/// What a file has about people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Knows {
    /// Account statuses.
    pub status: bool,
    /// Groups.
    pub groups: bool,
    /// Second factors.
    pub mfa: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unreadable {
    pub line: usize,
    pub why: Sentence,
}

/// Words and how often they occur, up to a number of different words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct WordCounts {
    /// The count of each word, as first written.
    pub words: BTreeMap<String, usize>,
    /// Occurrences of all further words.
    pub further: usize,
}

/// A gap in a file: such a list does not prove that a person is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Gap {
    /// The service announced more resources than the files have.
    Incomplete {
        announced: u64,
        found: u64,
    },
    /// The service announced a further page that is in none of the files.
    NextPage,
    /// Members of groups who are in none of the files.
    UnknownMembers {
        members: usize,
        group: String,
    },
    /// Groups that are members of groups; members of the inner group do not count for the outer one.
    NestedGroups {
        members: usize,
        group: String,
    },
    NoMembers {
        groups: usize,
        group: String,
    },
    NoGroups,
    /// Cells for further addresses without a readable one.
    UnreadAddresses {
        cells: usize,
        column: String,
    },
    /// Cells for groups that name none, only the type of a list.
    UnreadGroups {
        cells: usize,
        column: String,
    },
    /// Groups or addresses beyond the limit of a person.
    TooManyEntries {
        left_out: usize,
    },
}

impl Gap {
    /// Whether people or their data are missing.
    pub(crate) const fn is_missing(&self) -> bool {
        matches!(self, Self::Incomplete { .. } | Self::NextPage | Self::TooManyEntries { .. })
    }

    /// Whether people may be missing from the rows, or lack an address, although the rest was read.
    pub(crate) const fn leaves_people_out(&self) -> bool {
        match self {
            Self::UnknownMembers { .. } | Self::UnreadAddresses { .. } => true,
            Self::Incomplete { .. }
            | Self::NextPage
            | Self::NestedGroups { .. }
            | Self::NoMembers { .. }
            | Self::NoGroups
            | Self::UnreadGroups { .. }
            | Self::TooManyEntries { .. } => false,
        }
    }

    /// Whether members of groups are unknown.
    pub(crate) const fn is_membership(&self) -> bool {
        match self {
            Self::UnknownMembers { .. }
            | Self::NestedGroups { .. }
            | Self::NoMembers { .. }
            | Self::NoGroups
            | Self::UnreadGroups { .. } => true,
            Self::Incomplete { .. }
            | Self::NextPage
            | Self::UnreadAddresses { .. }
            | Self::TooManyEntries { .. } => false,
        }
    }

    /// The gap in words, without a full stop.
    pub(crate) fn sentence(&self) -> Sentence {
        let in_column = |cells: usize, has: &str, column: &String| {
            let subject = if cells == 1 { "1 row has".to_owned() } else { format!("{cells} rows have") };
            Sentence::from(format!("{subject} {has} in the column \"")).words(column).and("\"")
        };
        let of_group = |members: usize, group: &String, one: &str, several: &str| match members {
            1 => Sentence::from("a member of the group `").words(group).and("` is ").and(one),
            _ => Sentence::from(format!("{members} members of groups, such as `"))
                .words(group)
                .and("`, are ")
                .and(several),
        };
        match self {
            Self::Incomplete { announced, found } => {
                format!("the list is incomplete: it has {found} of {announced} resources").into()
            }
            Self::UnknownMembers { members, group } => {
                of_group(*members, group, "in no list of users", "in no list of users")
            }
            Self::NestedGroups { members, group } => {
                let [one, several] = ["itself a group, whose", "groups themselves, whose"];
                of_group(*members, group, one, several).and(" members are not counted")
            }
            Self::NextPage => {
                "the list is incomplete: the page that `nextCursor` names is missing; give all pages".into()
            }
            Self::NoMembers { groups: 1, group } => Sentence::from("the group `")
                .words(group)
                .and("` is listed without members, so its members are not known"),
            Self::NoMembers { groups, group } => Sentence::from(format!("{groups} groups, such as `"))
                .words(group)
                .and("`, are listed without members, so their members are not known"),
            Self::NoGroups => "no person has a group, so the members of groups are not known".into(),
            Self::UnreadAddresses { cells, column } => in_column(*cells, "no readable address", column),
            Self::UnreadGroups { cells, column } => {
                in_column(*cells, "the type of a list in place of groups", column)
            }
            Self::TooManyEntries { left_out } => {
                format!("{left_out} groups or addresses were left out, because one person has too many")
                    .into()
            }
        }
    }
}

impl RosterFile {
    pub(super) fn new(path: &str, bytes: &[u8]) -> Self {
        Self { path: path.to_owned(), digest: digest::of(bytes), ..Self::default() }
    }

    /// Records an unreadable row.
    pub(super) fn reject(&mut self, line: usize, why: impl Into<Sentence>) {
        self.unreadable_rows += 1;
        if self.unreadable.len() < MOST_UNREADABLE {
            self.unreadable.push(Unreadable { line, why: why.into() });
        }
    }

    /// Records entries that were left out because a person had too many.
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

    /// Everything that could not be read or understood, and the gaps.
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
            if words.further > 0 {
                warnings.push(Warning::UnknownWords { path: path(), column, people: words.further });
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

    pub(super) fn too_many(&self, what: &'static str, limit: usize) -> RosterError {
        RosterError::TooMany { path: self.path.clone(), what, limit }
    }

    /// Refuses more memberships than are kept.
    pub(super) fn check_memberships(&self, memberships: usize) -> Result<(), RosterError> {
        if memberships > MOST_MEMBERSHIPS {
            return Err(self.too_many("memberships in groups", MOST_MEMBERSHIPS));
        }
        Ok(())
    }

    pub(super) fn no_people(&self) -> RosterError {
        let first = self.unreadable.first().map(|row| (self.unreadable_rows, row.why.to_string()));
        RosterError::NoPeople { path: self.path.clone(), unreadable: first }
    }
}

impl RosterKind {
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

    /// Whether it comes from an identity provider.
    pub(crate) const fn is_provider(self) -> bool {
        !matches!(self, Self::Intercom)
    }
}

impl WordCounts {
    pub(crate) fn total(&self) -> usize {
        self.words.values().sum::<usize>() + self.further
    }

    /// Counts a word, ignoring case.
    pub(super) fn count(&mut self, word: &str) {
        let word = excerpt(word);
        if let Some((_, count)) = self.words.iter_mut().find(|(known, _)| same_name(known, &word)) {
            *count += 1;
        } else if self.words.len() < MOST_WORDS {
            self.words.insert(word, 1);
        } else {
            self.further += 1;
        }
    }
}

/// A directory export (roster) that the teammates were compared with.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct RosterInfo {
    /// The path as given.
    pub path: String,
    /// `sha256:` and its digest.
    #[schemars(extend("pattern" = "^sha256:[0-9a-f]{64}$"))]
    pub digest: String,
    /// The product that wrote it.
    pub kind: RosterKind,
    /// The number of people in it.
    pub people: usize,
    /// The number of unreadable rows.
    pub unreadable: usize,
}
