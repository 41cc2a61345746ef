//! Whether the sources of a check were read completely.

use std::collections::BTreeSet;

use crate::casefold::capitalized;
use crate::expression::Expression;
use crate::facts::Facts;
use crate::facts::vocabulary::{self, Field};
use crate::sources::{Feed, SourceId, SourceStatus};
use crate::verdict::{Basis, Status};

/// The feeds that a check's names rest on, by how their reading ended.
#[derive(Debug, Default)]
pub(super) struct SourceState {
    /// Feeds that were read completely.
    evidence: BTreeSet<Feed>,
    /// Feeds that were not read completely.
    gaps: BTreeSet<Feed>,
}

impl SourceState {
    /// Adds the feeds of a table.
    pub(super) fn add_feeds(&mut self, feeds: &[Feed], facts: &Facts) {
        for feed in feeds {
            self.add(*feed, false, facts);
        }
    }

    /// Adds the feeds of a column or value.
    pub(super) fn add_field(&mut self, field: &Field, facts: &Facts) {
        for feed in field.feeds {
            self.add(*feed, field.survives_forbidden_log, facts);
        }
    }

    /// Adds the feeds of the single values in an expression.
    pub(super) fn add_values(&mut self, expression: &Expression, facts: &Facts) {
        for name in &expression.references().values {
            if let Some(field) = vocabulary::value(name) {
                self.add_field(field, facts);
            }
        }
    }

    fn add(&mut self, feed: Feed, survives_forbidden_log: bool, facts: &Facts) {
        let state = facts.feed(feed);
        match state.status {
            SourceStatus::Complete => {
                self.evidence.insert(feed);
            }
            SourceStatus::Forbidden | SourceStatus::Skipped
                if survives_forbidden_log && feed.source() == SourceId::ActivityLog => {}
            _ => {
                self.gaps.insert(feed);
            }
        }
    }

    pub(super) fn is_complete(&self) -> bool {
        self.gaps.is_empty()
    }

    pub(super) fn basis(&self) -> Vec<Basis> {
        let of_feed = |feed: &Feed| match feed.source() {
            SourceId::ActivityLog => Basis::ActivityLog,
            _ => Basis::Api,
        };
        // A gap counts too: a fail may be proven by the part that was read.
        let basis: BTreeSet<_> = self.evidence.iter().chain(&self.gaps).map(of_feed).collect();
        if basis.is_empty() { vec![Basis::Api] } else { basis.into_iter().collect() }
    }

    /// Whether a field rests on a feed that was not read completely.
    pub(super) fn is_gap(&self, field: &Field) -> bool {
        field.feeds.iter().any(|feed| self.gaps.contains(feed))
    }

    /// The status and reason of a check that the gaps leave undecided: an error outweighs a refusal.
    pub(super) fn undecided(&self, facts: &Facts) -> (Status, String) {
        let failed = self.gaps.iter().find(|feed| facts.feed(**feed).status == SourceStatus::Failed);
        let Some(feed) = failed.or_else(|| self.gaps.first()) else {
            return (Status::Unknown, "There are more rows than the program keeps.".to_owned());
        };
        let source = feed.source();
        let state = facts.feed(*feed);
        let detail = state.failure.as_ref().map(|failure| format!(" ({failure})")).unwrap_or_default();
        match state.status {
            SourceStatus::Failed => {
                (Status::Unknown, format!("{} could not be read{detail}.", capitalized(source.describe())))
            }
            SourceStatus::Skipped => (Status::Manual, format!("{} was not read, because the scan did not ask for it.", capitalized(source.describe()))),
            _ if source == SourceId::IpAllowlist => (
                Status::Manual,
                "The token may not read the IP allowlist, and should not: the permission for it also allows changes. Look in the security settings.".to_owned(),
            ),
            _ => (
                Status::Manual,
                format!(
                    "The token may not read {}. That takes the permission \"{}\" and a plan that includes it.",
                    source.describe(),
                    source.scope()
                ),
            ),
        }
    }
}
