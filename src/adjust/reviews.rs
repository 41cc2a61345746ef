//! Reviews: single events that a person looked at and found in order. They enter before the verdict.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::api::record::Record;
use crate::config::Config;
use crate::verdict::Reviews;

/// The events that the entries of a configuration name, as the log has them: what decides whether an id names one event.
#[derive(Debug, Default)]
pub(crate) struct NamedEvents(BTreeMap<String, BTreeSet<(String, i64)>>);

/// How many events the log has under an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Named {
    None,
    /// One, of this type.
    One(String),
    /// Different ones, which the id does not tell apart.
    Several,
}

impl NamedEvents {
    /// Looks out for these ids.
    pub(crate) fn of<'i>(ids: impl IntoIterator<Item = &'i str>) -> Self {
        Self(ids.into_iter().map(|id| (id.to_owned(), BTreeSet::new())).collect())
    }

    /// Looks out for those that the reviews and waivers of a configuration name.
    pub(crate) fn of_config(config: Option<&Config>) -> Self {
        let reviewed = config.into_iter().flat_map(|config| &config.reviewed).map(|one| &*one.event);
        let waived = config.into_iter().flat_map(|config| &config.waivers);
        Self::of(reviewed.chain(waived.filter_map(|waiver| waiver.event.as_deref())))
    }

    /// Takes in a record.
    pub(crate) fn note(&mut self, record: &Record<'_>) {
        let (id, name, at) = match record {
            Record::Event(_, event) => (&event.id, &*event.activity_type, event.created_at),
            // It may be any event, and can be reviewed all the same.
            Record::Unread(entry) => (&entry.id, "", entry.at.unwrap_or_default()),
            _ => return,
        };
        // Two tell that an id is shared; a log that repeats it for ever costs no more.
        if let Some(events) = self.0.get_mut(id.as_ref()).filter(|events| events.len() < 2) {
            events.insert((name.to_owned(), at));
        }
    }

    /// How many events the log has under an id.
    pub(crate) fn named(&self, id: &str) -> Named {
        match self.0.get(id).map(|events| events.iter().collect::<Vec<_>>()).as_deref() {
            None | Some([]) => Named::None,
            Some([(name, _)]) => Named::One(name.clone()),
            Some(_) => Named::Several,
        }
    }
}

/// The reviews that count on a day; of several of one event the first.
pub(crate) fn in_force(config: &Config, events: &NamedEvents, today: Date) -> Reviews {
    let mut reviews = Reviews::new();
    for one in config.reviewed.iter().filter(|one| one.review.on <= today) {
        if matches!(events.named(&one.event), Named::One(_)) {
            reviews.entry(one.event.clone()).or_insert_with(|| one.review.clone());
        }
    }
    reviews
}
