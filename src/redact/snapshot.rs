//! Redacting the records of a snapshot while they are read.
//!
//! The records keep everything that facts need: identities, shared mailboxes, mailboxes of functions, equal addresses and
//! the size of ranges. A scan therefore ends like one of the original, except for comparisons with lists of real people or
//! addresses.

use std::borrow::Cow;
use std::io;

use super::dictionary::Dictionary;
use super::{Redactor, Scrubber};
use crate::address;
use crate::api::model::{Admin, Event, IpAllowlist, Me, Performer, UnreadEntry};
use crate::api::record::Record;
use crate::sources::{Failure, Outcomes};

/// Redacts the records of one collection.
#[derive(Debug)]
pub(crate) struct SnapshotRedactor {
    redactor: Redactor,
    /// The names in the list of teammates, to find in the server's messages.
    names: Vec<String>,
}

impl SnapshotRedactor {
    pub(crate) const fn new(redactor: Redactor) -> Self {
        Self { redactor, names: Vec::new() }
    }

    /// Passes the redacted record to `sink`.
    ///
    /// # Errors
    /// If `sink` fails.
    pub(crate) fn pass_on(
        &mut self,
        record: &Record<'_>,
        sink: impl FnOnce(&Record<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        match record {
            Record::Me(me) => sink(&Record::Me(&self.redactor.me(me))),
            Record::Admins(admins) => {
                self.names.extend(admins.iter().filter_map(|admin| admin.name.clone()));
                let admins: Vec<_> = admins.iter().map(|admin| self.redactor.admin(admin)).collect();
                sink(&Record::Admins(&admins))
            }
            Record::IpAllowlist(list) => {
                let entries = list.ip_allowlist.as_ref();
                let entries = entries.map(|all| all.iter().map(|entry| self.redactor.entry(entry)).collect());
                sink(&Record::IpAllowlist(&IpAllowlist { enabled: list.enabled, ip_allowlist: entries }))
            }
            Record::Probe(answers) => sink(&Record::Probe(answers)),
            Record::Unread(entry) => {
                let shown = self.redactor.words(&entry.shown).into();
                sink(&Record::Unread(&UnreadEntry { shown, ..(*entry).clone() }))
            }
            Record::Event(feed, event) => {
                let metadata = event.metadata.and_then(|raw| self.redactor.metadata(raw));
                let event = self.redactor.event(event);
                sink(&Record::Event(*feed, &Event { metadata: metadata.as_deref(), ..event }))
            }
        }
    }

    /// The redacted outcomes, including the server's messages.
    pub(crate) fn outcomes(&self, mut outcomes: Outcomes) -> Outcomes {
        let mut known = Dictionary::default();
        self.names.iter().for_each(|name| known.learn(name, || self.redactor.name(name)));
        let scrubber =
            Scrubber { redactor: &self.redactor, known: known.prepare(), quoted: Dictionary::default() };
        for failure in outcomes.feeds.values_mut().filter_map(|outcome| outcome.failure.as_mut()) {
            if let Failure::TokenRefused(said) | Failure::Api(said) = failure {
                *said = scrubber.text(said);
            }
        }
        outcomes
    }
}

impl Redactor {
    /// The address in a field; a malformed one stays malformed.
    fn field(&self, address: &str) -> String {
        self.email(address).unwrap_or_else(|| self.words(address))
    }

    fn me(&self, me: &Me) -> Me {
        let mut app = me.app.clone();
        if let Some(name) = app.as_mut().and_then(|app| app.name.as_mut()) {
            *name = self.workspace(name);
        }
        Me {
            id: me.id.as_deref().map(|id| self.id(id)),
            email: me.email.as_deref().map(|email| self.field(email)),
            email_verified: me.email_verified,
            app,
        }
    }

    fn admin(&self, admin: &Admin) -> Admin {
        let is_bot = admin.email.as_deref().is_some_and(address::may_be_bot);
        let name = admin.name.as_deref();
        Admin {
            id: admin.id.as_deref().map(|id| self.id(id)),
            name: name.map(|name| if is_bot { name.to_owned() } else { self.name(name) }),
            email: admin.email.as_deref().map(|email| self.field(email)),
            role: admin.role.clone(),
            has_inbox_seat: admin.has_inbox_seat,
        }
    }

    /// An entry of the allowlist; an invalid one stays invalid.
    fn entry(&self, entry: &str) -> String {
        self.range(entry).unwrap_or_else(|| self.words(entry))
    }

    fn event<'a>(&self, event: &'a Event<'_>) -> Event<'a> {
        let performer = event.performed_by.as_ref().map(|by| Performer {
            kind: (!by.is_person()).then_some(Cow::Borrowed("other")),
            id: by.id.as_deref().map(|id| self.id(id).into()),
            email: by.email.as_deref().map(|email| self.field(email).into()),
            // A malformed address counts as missing.
            ip: by.ip.as_deref().and_then(|ip| ip.parse().ok()).map(|ip| self.address(ip).to_string().into()),
        });
        Event {
            id: Cow::Borrowed(&event.id),
            activity_type: Cow::Borrowed(&event.activity_type),
            created_at: event.created_at,
            // The description may name people who are in no other field.
            activity_description: event
                .activity_description
                .as_ref()
                .map(|_| Cow::Owned(format!("redacted ({})", event.activity_type))),
            performed_by: performer,
            metadata: None,
        }
    }
}
