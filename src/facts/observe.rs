//! Aggregates the stream of records; its memory does not grow with the number of high-volume events.

use std::collections::{HashMap, HashSet};

use super::Settings;
use super::activity::{Groups, Periods, Silence};
use super::changes::{Events, NewestByType, Schedule, SettingChanges};
use super::event::{EventMetadata, Moment, PersonRef, by};
use super::failures::{Bursts, FailureSource, SignInFailures};
use super::permissions::{Losses, Snapshot, States, TwoFactor, Upheavals};
use super::person::{People, PersonId};
use super::sign_ins::SignIns;
use super::window::{Exports, Joins, LastSeen};
use crate::address::{self, EmailAddress};
use crate::api::model::{Event, IpAllowlist, Me, ProbeAnswer};
use crate::api::record::Record;
use crate::event_type::{EventKind, EventType};
use crate::sources::{Feed, Ranges};

/// Counts of the log.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) events: u64,
    pub(super) sign_ins: u64,
    pub(super) failed_sign_ins: u64,
    /// The newest sign-in, in the window or before it.
    pub(super) last_sign_in: Option<i64>,
    /// The window's events by group.
    pub(super) groups: Groups,
    /// The newest event in the window.
    pub(super) newest: Option<i64>,
    /// All setting changes, by type.
    pub(super) settings: HashMap<&'static str, u64>,
}

/// Aggregates the stream of records, as input of the facts.
#[derive(Debug)]
pub(crate) struct Observer {
    pub(super) settings: Settings,
    pub(super) ranges: Ranges,
    pub(super) me: Option<Me>,
    pub(super) allowlist: Option<IpAllowlist>,
    pub(super) probe: Option<Vec<ProbeAnswer>>,
    pub(super) people: People,
    pub(super) counts: Counts,
    pub(super) periods: Periods,
    pub(super) sign_ins: SignIns,
    pub(super) last_seen: LastSeen,
    pub(super) exports: Exports,
    pub(super) joins: Joins,
    pub(super) bursts: Bursts,
    pub(super) failures: SignInFailures,
    pub(super) losses: Losses,
    pub(super) silence: Silence,
    pub(super) people_state: States,
    pub(super) upheavals: Upheavals,
    pub(super) schedule: Schedule,
    pub(super) events: Events,
    /// The configured export approvers, if any.
    approvers: Option<HashSet<EmailAddress>>,
    /// The teammates among them.
    approving: HashSet<PersonId>,
    pub(super) setting_changes: SettingChanges,
    pub(super) newest: NewestByType,
    positions: [u64; Feed::ALL.len()],
}

impl Observer {
    pub(crate) fn new(settings: Settings, ranges: Ranges) -> Self {
        Self {
            me: None,
            allowlist: None,
            probe: None,
            people: People::default(),
            counts: Counts::default(),
            periods: Periods::new(&ranges),
            sign_ins: SignIns::new(settings.organization.approved_networks.clone()),
            last_seen: LastSeen::default(),
            exports: Exports::default(),
            joins: Joins::default(),
            bursts: Bursts::new(
                ranges.since.as_second(),
                settings.facts.burst_count,
                settings.facts.burst_minutes,
            ),
            failures: SignInFailures::default(),
            losses: Losses::default(),
            silence: Silence::new(ranges),
            people_state: States::default(),
            upheavals: Upheavals::default(),
            schedule: Schedule::default(),
            events: Events::default(),
            approvers: settings
                .organization
                .export_approvers
                .as_ref()
                .map(|list| list.iter().filter_map(|email| EmailAddress::parse(email)).collect()),
            approving: HashSet::new(),
            setting_changes: SettingChanges::default(),
            newest: NewestByType::default(),
            positions: [0; Feed::ALL.len()],
            settings,
            ranges,
        }
    }

    /// Adds one record.
    pub(crate) fn observe(&mut self, record: Record<'_>) {
        match record {
            Record::Me(me) => {
                self.people.load_me(me);
                self.me = Some(me.clone());
            }
            Record::Admins(admins) => {
                self.people.load_teammates(admins);
                self.find_approvers();
            }
            Record::IpAllowlist(list) => self.allowlist = Some(list.clone()),
            Record::Probe(answers) => self.probe = Some(answers.to_vec()),
            Record::Event(feed, event) => self.event(feed, event),
            // The log's outcome already covers these.
            Record::Unread(_) => {}
        }
    }

    fn event(&mut self, feed: Feed, event: &Event<'_>) {
        let at = event.created_at;
        let (since, now) = (self.ranges.since.as_second(), self.ranges.now.as_second());
        // The collector guarantees this; a saved file may not.
        let in_range = if feed == Feed::LogWindow { (since..=now).contains(&at) } else { at < since };
        if !in_range {
            return;
        }
        let position = &mut self.positions[feed as usize];
        let moment = Moment::new(at, feed, *position);
        *position += 1;

        let known = EventType::find(&event.activity_type);
        let kind = known.map_or(EventKind::Other, |known| known.kind);
        let wanted =
            feed == Feed::LogWindow && self.settings.event_types.contains(event.activity_type.as_ref());
        let names_person = wanted || kind.names_person();
        // Metadata is parsed only for types that need it.
        let reads = names_person || event.activity_type == Schedule::SWITCH;
        let metadata = EventMetadata::read(event.metadata.filter(|_| reads));
        let performer = PersonRef::performer(event.performed_by.as_ref());
        let owner = names_person.then(|| self.people.owner(kind, performer.as_ref(), &metadata, moment));
        if kind.is_by_people()
            && let Some(Ok(person)) = owner
            && self.people.is_bot(person)
        {
            return;
        }
        self.count(known, kind, feed, at);
        self.newest.add(event, moment);
        if feed != Feed::LogArrivals
            && kind.shows_presence()
            && let Some(teammate) = self.people.performing_teammate(performer.as_ref())
        {
            self.last_seen.active(teammate, feed, at);
        }
        if matches!(kind, EventKind::Setting | EventKind::InboxAccess) {
            self.setting_changes.add(event, moment, feed == Feed::LogWindow);
            self.schedule.add(event, moment, &metadata);
        }
        if event.activity_type == "role_change" {
            self.upheavals.of_roles = self.upheavals.of_roles.max(Some(moment));
        }
        // A person beyond the limit is in no table; the tables are marked as truncated.
        let Some(Ok(person)) = owner else { return };
        if wanted {
            self.events.add(
                event,
                moment,
                person,
                self.approval(kind, person, performer.as_ref(), &metadata),
            );
        }
        self.attribute(kind, person, moment, event, &metadata);
    }

    /// Finds the teammates with the address of an approver.
    fn find_approvers(&mut self) {
        let teammates = self.people.teammates().unwrap_or_default().iter();
        let approving =
            teammates.filter(|teammate| teammate.emails.iter().any(|email| self.is_approver(email)));
        self.approving = approving.map(|teammate| teammate.person).collect();
    }

    fn is_approver(&self, email: &str) -> bool {
        let approvers = self.approvers.as_ref().zip(EmailAddress::parse(email));
        approvers.is_some_and(|(approvers, email)| approvers.contains(&email))
    }

    /// Whether an approver ran an export; none for other events, or without configured approvers.
    fn approval(
        &self,
        kind: EventKind,
        person: Option<PersonId>,
        performer: Option<&PersonRef<'_>>,
        metadata: &EventMetadata<'_>,
    ) -> Option<bool> {
        self.approvers.as_ref().filter(|_| kind == EventKind::Export)?;
        if self.people.is_teammate(person) == Some(true) {
            return Some(person.is_some_and(|person| self.approving.contains(&person)));
        }
        // The address in this event, not the person's newest address.
        let affected = metadata.affected();
        let given = performer.or(affected.as_ref()).and_then(PersonRef::email);
        Some(person.is_some() && given.is_some_and(|email| self.is_approver(email)))
    }

    /// Counts the event in its group.
    fn count(&mut self, known: Option<&'static EventType>, kind: EventKind, feed: Feed, at: i64) {
        let counts = &mut self.counts;
        if let Some(known) = known.filter(|_| kind.is_setting()) {
            *counts.settings.entry(known.name).or_default() += 1;
        }
        if kind == EventKind::SignIn {
            counts.last_sign_in = counts.last_sign_in.max(Some(at));
        }
        if feed == Feed::LogWindow {
            counts.events += 1;
            counts.sign_ins += u64::from(kind == EventKind::SignIn);
            counts.failed_sign_ins += u64::from(kind == EventKind::FailedSignIn);
            counts.groups.add(kind);
            counts.newest = counts.newest.max(Some(at));
            self.periods.add(kind, at);
            self.silence.broken(at);
        }
    }

    /// Adds the event to its person.
    fn attribute(
        &mut self,
        kind: EventKind,
        person: Option<PersonId>,
        moment: Moment,
        event: &Event<'_>,
        metadata: &EventMetadata<'_>,
    ) {
        let (feed, at) = (moment.feed(), moment.at);
        let in_window = feed == Feed::LogWindow;
        let teammate = person.filter(|_| self.people.is_teammate(person) == Some(true));
        let address = || address::ip(event.performed_by.as_ref()?.ip.as_deref()?);
        let method = metadata.sign_in_method();
        let method = method.as_deref();
        match kind {
            EventKind::SignIn => {
                if in_window {
                    self.sign_ins.add(person, method, address(), at);
                    self.failures.add(kind, person, method, at);
                }
                if let Some(teammate) = teammate {
                    self.last_seen.signed_in(teammate, feed, at);
                }
            }
            EventKind::Joined | EventKind::Provisioned => {
                if let Some(arrival) = self.joins.entry(person, ()) {
                    arrival.add(kind, at, in_window);
                }
                if let Some(teammate) = teammate {
                    self.last_seen.active(teammate, feed, at);
                }
            }
            EventKind::UnauthorizedSignIn if in_window => self.failures.add(kind, person, method, at),
            EventKind::FailedSignIn if in_window => {
                self.failures.add(kind, person, method, at);
                if let Ok(time) = u32::try_from(at - self.ranges.since.as_second()) {
                    let (by, from) =
                        (person.map(FailureSource::Person), address().map(FailureSource::Address));
                    let unknown = (by.is_none() && from.is_none()).then_some(FailureSource::Unknown);
                    let sources = [by, from, unknown].into_iter().flatten();
                    sources.for_each(|source| self.bursts.add(source, time));
                }
            }
            EventKind::Export if in_window => {
                if let Some(tally) = self.exports.entry(person, event.activity_type.to_string()) {
                    tally.add(at);
                }
            }
            EventKind::Permissions => {
                let mut snapshot =
                    Snapshot { moment, by: by(event), permissions: metadata.permissions_after() };
                if person.is_none() {
                    let newest = &mut self.upheavals.of_unknown_people;
                    *newest = (*newest).max(Some(moment));
                }
                if in_window
                    && snapshot.permissions.is_some()
                    && let Some(before) = metadata.permissions_before()
                    && let Some(changes) = self.losses.entry(person, ())
                {
                    changes.add(before, &snapshot);
                }
                // A snapshot without the privileged permissions does not show that they are not granted.
                snapshot.permissions = snapshot.permissions.filter(|permissions| permissions.is_full);
                if let Some(state) = self.people_state.entry(person, ()) {
                    state.add_permissions(snapshot);
                }
            }
            EventKind::TwoFactor => {
                if let Some(state) = self.people_state.entry(person, ()) {
                    state.add_two_factor(TwoFactor { moment, on: metadata.two_factor() });
                }
            }
            _ => {}
        }
    }
}
