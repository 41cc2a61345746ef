//! Changes: the raw events that checks read, all setting changes, and the newest event of each type.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::event::{EventMetadata, Moment, by};
use super::person::{People, PersonId};
use super::rows::{MAX_ROWS, Row, Rows, bounded, row, time};
use super::{Change, differences};
use crate::api::model::Event;
use crate::event_type::EventType;

/// The most events to keep of one type, and of all types.
const MAX_EVENTS: (usize, usize) = (MAX_ROWS, 2 * MAX_ROWS);
/// The most setting changes to keep.
const MAX_SETTINGS: usize = 1_000;
/// The most event types to keep the newest event of; the API has about 120.
const MAX_TYPES: usize = 500;

impl Change {
    fn of(event: &Event<'_>) -> Self {
        Self {
            event: bounded(&event.id).into_owned(),
            activity_type: bounded(&event.activity_type).into_owned(),
            description: event.activity_description.as_deref().map(|text| bounded(text).into_owned()),
            by: by(event),
            at: event.created_at,
        }
    }

    /// A row about the event, with further cells.
    fn row<const N: usize>(&self, cells: [(&'static str, Value); N]) -> Row {
        let mut all = row(cells);
        all.extend(row([
            ("event", json!(self.event)),
            ("type", json!(self.activity_type)),
            ("at", time(self.at)),
            ("by", json!(self.by)),
            ("description", json!(self.description)),
        ]));
        all
    }
}

/// The events in the window of the types that checks read.
#[derive(Debug, Default)]
pub(super) struct Events {
    by_type: BTreeMap<String, OfType>,
    kept: usize,
}

/// The events of one type.
#[derive(Debug, Default)]
struct OfType {
    events: Vec<Kept>,
    truncated: bool,
}

#[derive(Debug)]
struct Kept {
    moment: Moment,
    change: Change,
    person: Option<PersonId>,
    /// The old and the new values.
    changed: Option<String>,
    /// For an export, whether an approver ran it.
    approved: Option<bool>,
}

impl Events {
    /// Adds an event. Exports by approvers are left out, because there may be many; they are counted elsewhere.
    pub(super) fn add(
        &mut self,
        event: &Event<'_>,
        moment: Moment,
        person: Option<PersonId>,
        approved: Option<bool>,
    ) {
        if approved == Some(true) {
            return;
        }
        let known = self.by_type.get_mut(event.activity_type.as_ref());
        let of_type = match known {
            Some(of_type) => of_type,
            None => self.by_type.entry(event.activity_type.clone().into_owned()).or_default(),
        };
        if of_type.events.len() >= MAX_EVENTS.0 || self.kept >= MAX_EVENTS.1 {
            of_type.truncated = true;
            return;
        }
        self.kept += 1;
        let changed = event.metadata.and_then(differences::told);
        of_type.events.push(Kept { moment, change: Change::of(event), person, changed, approved });
    }

    /// The table `events` by type.
    pub(super) fn tables(self, people: &People) -> BTreeMap<String, Rows> {
        let table = |(name, OfType { mut events, truncated }): (String, OfType)| {
            events.sort_by_key(|kept| std::cmp::Reverse(kept.moment));
            let rows = events.iter().map(|Kept { change, person, changed, approved, .. }| {
                change.row([
                    ("person", json!(person.and_then(|person| people.text(person)))),
                    ("email", json!(person.and_then(|person| people.email(person)))),
                    ("changed", json!(changed)),
                    ("approved", json!(approved)),
                    ("teammate", json!(people.is_teammate(*person))),
                ])
            });
            let rows = rows.collect();
            (name, Rows { rows, truncated: truncated || people.truncated() })
        };
        self.by_type.into_iter().map(table).collect()
    }
}

/// All setting changes.
#[derive(Debug, Default)]
pub(super) struct SettingChanges {
    newest: BTreeMap<Moment, (Change, bool)>,
    truncated: bool,
}

impl SettingChanges {
    pub(super) fn add(&mut self, event: &Event<'_>, moment: Moment, in_window: bool) {
        self.newest.insert(moment, (Change::of(event), in_window));
        if self.newest.len() > MAX_SETTINGS {
            self.newest.pop_first();
            self.truncated = true;
        }
    }

    /// The table `setting_changes`, newest first.
    pub(super) fn table(self) -> Rows {
        let rows = self.newest.values().rev();
        let rows = rows.map(|(change, in_window)| change.row([("in_window", json!(in_window))]));
        Rows { rows: rows.collect(), truncated: self.truncated }
    }
}

/// Conversation deletion schedules: the newest creation, and the newest switch with its state.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    created: Option<Moment>,
    switched: Option<(Moment, bool)>,
}

impl Schedule {
    /// The event type of a switch.
    pub(super) const SWITCH: &str = "conversation_deletion_schedule_state_change";

    pub(super) fn add(&mut self, event: &Event<'_>, moment: Moment, metadata: &EventMetadata<'_>) {
        match event.activity_type.as_ref() {
            "conversation_deletion_schedule_creation" => self.created = self.created.max(Some(moment)),
            Self::SWITCH => self.switched = self.switched.max(Some((moment, metadata.is_switched_on()))),
            _ => {}
        }
    }

    /// Whether a schedule was switched after the newest creation, and not switched on.
    pub(super) fn may_be_off(&self) -> bool {
        self.switched.is_some_and(|(moment, on)| !on && Some(moment) > self.created)
    }
}

/// The newest event of each type.
#[derive(Debug, Default)]
pub(super) struct NewestByType {
    types: HashMap<String, (Moment, Change)>,
}

impl NewestByType {
    /// Adds an event. Copies newer events only; logs are read newest first.
    pub(super) fn add(&mut self, event: &Event<'_>, moment: Moment) {
        let name = bounded(&event.activity_type);
        if let Some(newest) = self.types.get_mut(name.as_ref()) {
            if newest.0 < moment {
                *newest = (moment, Change::of(event));
            }
        } else if self.types.len() < MAX_TYPES || EventType::find(&name).is_some_and(|known| known.sets_state)
        {
            self.types.insert(name.into_owned(), (moment, Change::of(event)));
        }
    }

    pub(super) fn finish(self) -> BTreeMap<String, Change> {
        self.types.into_iter().map(|(name, (_, change))| (name, change)).collect()
    }
}
