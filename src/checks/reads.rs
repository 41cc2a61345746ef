//! The sources and configured values of a check, derived from its names before anything is read.

use std::collections::BTreeSet;

use super::{Check, CheckKind, Count, Every, Value};
use crate::expression::Expression;
use crate::facts::vocabulary::{self, Field};
use crate::sources::{Feed, SourceId};

/// The prefix of configured values.
const CONFIGURED: &str = "organization.";

/// The sources and configured values of a check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reads {
    /// Sources that every decision needs.
    pub sources: BTreeSet<SourceId>,
    /// Sources that strengthen a decision; if refused, the rest still decides.
    pub helpful: BTreeSet<SourceId>,
    /// Required configured values, dotted.
    pub configured: BTreeSet<&'static str>,
    /// Whether the store decides.
    pub history: bool,
}

impl Reads {
    fn add(&mut self, feeds: &[Feed], survives_forbidden_log: bool) {
        for source in feeds.iter().map(|feed| feed.source()) {
            if survives_forbidden_log && source == SourceId::ActivityLog {
                self.helpful.insert(source);
            } else {
                self.sources.insert(source);
            }
        }
    }

    fn add_field(&mut self, field: &Field) {
        self.add(field.feeds, field.survives_forbidden_log);
    }

    fn add_values(&mut self, expression: &Expression) {
        for field in expression.references().values.iter().filter_map(|name| vocabulary::value(name)) {
            self.history |= field.is_history();
            self.add_field(field);
        }
    }
}

impl Check {
    /// What must be readable and configured for the check to decide.
    pub(crate) fn reads(&self) -> Reads {
        let mut reads = Reads::default();
        let (over, predicates): (_, Vec<&Expression>) = match &self.kind {
            CheckKind::Every(Every { over, require }) => (Some(over), vec![require]),
            CheckKind::Count(Count { over, min, max }) => (Some(over), min.iter().chain(max).collect()),
            CheckKind::Value(Value { require, .. }) => (None, vec![require]),
            CheckKind::Manual => (None, Vec::new()),
        };
        if let Some(over) = over {
            reads.add(over.table.feeds, false);
            for expression in over.filter.iter().chain(predicates.iter().copied()) {
                for column in
                    expression.references().columns.iter().filter_map(|name| over.table.column(name))
                {
                    reads.add_field(column);
                }
            }
            over.filter.iter().for_each(|filter| reads.add_values(filter));
        }
        predicates.into_iter().for_each(|expression| reads.add_values(expression));
        for needs in &self.needs {
            reads.add_values(needs);
            let names = needs.references().values.iter().copied();
            reads.configured.extend(names.filter(|name| name.starts_with(CONFIGURED)));
        }
        let sources = &reads.sources;
        reads.helpful.retain(|source| !sources.contains(source));
        reads
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controls::Catalog;

    fn reads(id: &str, check: &str) -> Reads {
        let catalog = Catalog::load(&[]).unwrap();
        let checks = &catalog.find(id).unwrap().rules.checks;
        checks.iter().find(|known| known.name == check).unwrap().reads()
    }

    #[test]
    fn sources_come_from_tables_columns_and_values() {
        assert_eq!(reads("1.1", "not-sso").sources, BTreeSet::from([SourceId::ActivityLog]));
        assert_eq!(
            reads("1.1", "too-few-seen").sources,
            BTreeSet::from([SourceId::Admins, SourceId::ActivityLog])
        );
        assert_eq!(reads("5.1", "switched-off").sources, BTreeSet::from([SourceId::IpAllowlist]));
        assert_eq!(reads("E4", "too-much-access").sources, BTreeSet::from([SourceId::TokenProbe]));
        assert_eq!(reads("1.3", "length-unread"), Reads::default());
        assert_eq!(reads("4.1", "monitoring-unread"), Reads { history: true, ..Reads::default() });
    }

    #[test]
    fn roles_decide_privilege_without_the_log() {
        let reads = reads("2.3", "too-many");
        assert_eq!(reads.sources, BTreeSet::from([SourceId::Admins]));
        assert_eq!(reads.helpful, BTreeSet::from([SourceId::ActivityLog]));
    }

    #[test]
    fn what_has_to_be_configured_is_named() {
        assert_eq!(
            reads("E10", "other-network").configured,
            BTreeSet::from(["organization.approved_networks"])
        );
        assert_eq!(
            reads("E1", "consumer-domain").configured,
            BTreeSet::new(),
            "a filter may ask for its absence"
        );
    }
}
