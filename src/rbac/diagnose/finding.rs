//! A case while it is being looked into: what shows it, and what could not be looked at.

use super::{Affected, Case, Open, State, Trouble, describe};
use crate::facts::Facts;
use crate::sources::{Feed, SourceStatus};

/// A case while it is being looked into.
#[derive(Debug, Default)]
pub(super) struct Finding {
    affected: Vec<Affected>,
    evidence: Vec<String>,
    notes: Vec<String>,
    open: Vec<Open>,
}

impl Finding {
    /// Notes somebody whom the case concerns.
    pub(super) fn affects(&mut self, who: &str, evidence: String) {
        self.affected.push(Affected { who: who.to_owned(), evidence });
    }

    /// Notes something else that shows the case.
    pub(super) fn shows(&mut self, evidence: String) {
        self.evidence.push(evidence);
    }

    /// Notes something that shows nothing and is worth knowing.
    pub(super) fn remarks(&mut self, note: String) {
        self.notes.push(note);
    }

    /// Notes something that could not be read, once.
    pub(super) fn unread(&mut self, why: impl Into<String>) {
        let why = why.into();
        if self.open.iter().all(|open| open.why != why) {
            self.open.push(Open { why, unread: true });
        }
    }

    /// Notes something that the configuration leaves open.
    pub(super) fn undeclared(&mut self, why: &str) {
        self.open.push(Open { why: why.to_owned(), unread: false });
    }

    /// Notes whether a feed was read in full.
    pub(super) fn rests_on(&mut self, facts: &Facts, feed: Feed) {
        let state = facts.feed(feed);
        let what = describe(feed);
        let said = state.detail.as_ref().map_or_else(String::new, |detail| format!(": {detail}"));
        match state.status {
            SourceStatus::Complete if state.unreadable > 0 => {
                self.unread(format!("{what} has {} entries that make no sense", state.unreadable));
            }
            SourceStatus::Complete => {}
            SourceStatus::Skipped => self.unread(format!("{what} was not read")),
            SourceStatus::Forbidden => self.unread(format!("{what} may not be read{said}")),
            SourceStatus::Failed => self.unread(format!("{what} could not be read in full{said}")),
        }
    }

    /// Notes whether a table has all its rows.
    pub(super) fn rests_on_all_of(&mut self, facts: &Facts, table: &'static str) {
        if facts.rows(table, &[]).truncated {
            self.unread(format!("there is more in the log than the program keeps ({table})"));
        }
    }

    /// The case: at hand where anything shows it.
    pub(super) fn case(self, trouble: Trouble) -> Case {
        let Self { affected, evidence, notes, open } = self;
        let state = match (affected.is_empty() && evidence.is_empty(), open.is_empty()) {
            (false, _) => State::AtHand,
            (true, true) => State::NotAtHand,
            (true, false) => State::Unknown,
        };
        Case { trouble, state, affected, evidence, notes, open }
    }
}
