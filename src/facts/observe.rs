//! Aggregates the stream of records; what it keeps does not grow with the number of high-volume events.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::Settings;
use super::activity::{Groups, Periods, Silence};
use super::changes::{Events, NewestByType, SettingChanges};
use super::event::{EventMetadata, Moment, by};
use super::failures::{Bursts, FailureSource, SignInFailures};
use super::permissions::{Losses, Snapshot, States, TwoFactor};
use super::person::{People, PersonId, Subject};
use super::sign_ins::SignIns;
use super::window::{Exports, Joins, LastSeen, shows_presence};
use crate::address::{self, EmailAddress};
use crate::api::model::{Event, IpAllowlist, Me, ProbeAnswer};
use crate::api::record::Record;
use crate::event_type::{EventKind, EventType};
use crate::sources::{Feed, Ranges};

/// What is counted of the log.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) events: u64,
    pub(super) sign_ins: u64,
    pub(super) failed_sign_ins: u64,
    /// The newest sign-in, before the window where there is none in it.
    pub(super) last_sign_in: Option<i64>,
    /// The window's events by group.
    pub(super) groups: Groups,
    /// The newest event in the window.
    pub(super) newest: Option<i64>,
    /// Changes of settings ever, by type.
    pub(super) settings: HashMap<&'static str, u64>,
}

/// Aggregates the stream of records into what facts are derived from.
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
    pub(super) events: Events,
    /// Who may export, where that is configured.
    approvers: Option<HashSet<EmailAddress>>,
    pub(super) setting_changes: SettingChanges,
    pub(super) newest: NewestByType,
    positions: [u64; Feed::ALL.len()],
}

impl Observer {
    /// Starts with nothing observed.
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
            events: Events::default(),
            approvers: settings.organization.export_approvers.as_ref().map(|list| {
                list.iter().filter_map(|email| EmailAddress::parse(email)).collect()
            }),
            setting_changes: SettingChanges::default(),
            newest: NewestByType::default(),
            positions: [0; Feed::ALL.len()],
            settings,
            ranges,
        }
    }

    /// Takes in one record.
    pub(crate) fn observe(&mut self, record: Record<'_>) {
        match record {
            Record::Me(me) => self.me = Some(me.clone()),
            Record::Admins(admins) => self.people.load_teammates(admins),
            Record::IpAllowlist(list) => self.allowlist = Some(list.clone()),
            Record::Probe(answers) => self.probe = Some(answers.to_vec()),
            Record::Event(feed, event) => self.event(feed, event),
        }
    }

    fn event(&mut self, feed: Feed, event: &Event<'_>) {
        let at = event.created_at;
        let (since, now) = (self.ranges.since.as_second(), self.ranges.now.as_second());
        // The collector promises as much; a saved file may say otherwise.
        let in_range = if feed == Feed::LogWindow { (since..=now).contains(&at) } else { at < since };
        if !in_range {
            return;
        }
        let position = &mut self.positions[feed as usize];
        let moment = Moment::new(at, feed, *position);
        *position += 1;

        let performer = event.performed_by.as_ref();
        if self.people.is_bot(performer) {
            return;
        }
        let known = EventType::find(&event.activity_type);
        let kind = known.map_or(EventKind::Other, |known| known.kind);
        let wanted =
            feed == Feed::LogWindow && self.settings.event_types.contains(event.activity_type.as_ref());
        // Metadata is parsed only where it matters which person the event is about.
        let metadata = if wanted || kind.names_person() { event.metadata } else { None };
        let metadata = EventMetadata::read(metadata);
        let subject = Subject::new(metadata.admin(), performer, kind.by_oneself());
        if self.people.is_about_bot(&subject) {
            return;
        }
        self.count(known, kind, feed, at);
        self.newest.add(event, moment);
        if feed != Feed::LogArrivals
            && shows_presence(kind, &event.activity_type)
            && let Some(teammate) = self.people.performing_teammate(performer)
        {
            self.last_seen.active(teammate, feed, at);
        }
        if kind == EventKind::Setting {
            self.setting_changes.add(event, moment, feed == Feed::LogWindow);
        }
        if !wanted && !kind.names_person() {
            return;
        }
        // A person beyond those told apart is in no table; the tables say that they are truncated.
        let Ok(person) = self.people.resolve(&subject, moment) else { return };
        if wanted {
            self.events.add(event, moment, person, self.approval(kind, person, event, &metadata));
        }
        self.attribute(kind, person, moment, event, &metadata);
    }

    /// Whether an export is by an approver; none for other events, or where no approvers are configured.
    fn approval(
        &self,
        kind: EventKind,
        person: Option<PersonId>,
        event: &Event<'_>,
        metadata: &EventMetadata<'_>,
    ) -> Option<bool> {
        let approvers = self.approvers.as_ref().filter(|_| kind == EventKind::Export)?;
        let is_approver = |email: &str| EmailAddress::parse(email).is_some_and(|email| approvers.contains(&email));
        let own = self.people.addresses(person);
        if self.people.is_teammate(person) == Some(true) {
            return Some(own.iter().any(|email| is_approver(email)));
        }
        // The address that this event gives, not that of the person's newest one.
        let performer = event.performed_by.as_ref().and_then(|by| by.email.as_deref().map(Cow::Borrowed));
        let given = performer.or_else(|| metadata.admin().email.filter(|_| event.performed_by.is_none()));
        Some(person.is_some() && given.is_some_and(|email| is_approver(&email)))
    }

    /// Counts the event in its group.
    fn count(&mut self, known: Option<&'static EventType>, kind: EventKind, feed: Feed, at: i64) {
        let counts = &mut self.counts;
        if let Some(known) = known.filter(|_| kind == EventKind::Setting) {
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

    /// Puts the event down to its person.
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
                if in_window && let Some(arrival) = self.joins.entry(person, ()) {
                    let is_join = kind == EventKind::Joined;
                    let newest = if is_join { &mut arrival.joined } else { &mut arrival.provisioned };
                    *newest = (*newest).max(Some(at));
                }
                if let Some(teammate) = teammate {
                    self.last_seen.active(teammate, feed, at);
                }
            }
            EventKind::UnauthorizedSignIn if in_window => self.failures.add(kind, person, method, at),
            EventKind::FailedSignIn if in_window => {
                self.failures.add(kind, person, method, at);
                if let Ok(time) = u32::try_from(at - self.ranges.since.as_second()) {
                    let (by, from) = (person.map(FailureSource::Person), address().map(FailureSource::Address));
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
                let Some(permissions) = metadata.permissions_after() else { return };
                let snapshot = Snapshot { moment, by: by(event), permissions };
                if in_window
                    && let Some(before) = metadata.permissions_before()
                    && let Some(changes) = self.losses.entry(person, ())
                {
                    changes.add(before, &snapshot);
                }
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
