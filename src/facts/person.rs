//! Who is who: current teammates, Intercom's bot, and other people that events name.
//!
//! A person is a number while events stream by. Teammates get theirs from `GET /admins`; others when first seen.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use serde_json::{Value, json};

use super::event::{AdminRef, Moment};
use super::rows::{MAX_ROWS, Row, Rows, bounded, row};
use crate::address::{self, EmailAddress};
use crate::api::model::{Admin, Performer};

/// The most people who are not teammates that are told apart.
const MAX_OUTSIDERS: usize = 50_000;

/// The number of a person.
pub(super) type PersonId = u32;

/// More people than are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooMany;

/// A current teammate.
#[derive(Debug, Clone)]
pub(super) struct Teammate {
    /// The id.
    pub(super) id: Option<String>,
    /// The display name.
    pub(super) name: Option<String>,
    /// The e-mail address, where it is one.
    pub(super) email: Option<String>,
    /// The role's name.
    pub(super) role: Option<String>,
    /// Whether there is an inbox seat.
    pub(super) inbox_seat: Option<bool>,
    /// The person.
    pub(super) person: PersonId,
}

/// A person.
#[derive(Debug, Default)]
struct Person {
    /// The id, else the e-mail address in lower case.
    text: Option<String>,
    email: Option<String>,
    /// The event that told the e-mail address; none for teammates, whose address `GET /admins` tells.
    email_from: Option<Moment>,
    teammate: bool,
}

/// The people seen.
#[derive(Debug, Default)]
pub(super) struct People {
    teammates: Option<Vec<Teammate>>,
    persons: Vec<Person>,
    outsiders: usize,
    by_id: HashMap<String, PersonId>,
    by_email: HashMap<EmailAddress, PersonId>,
    /// Teammates for whom `GET /admins` shows no id: their address serves instead.
    by_email_without_id: HashMap<EmailAddress, PersonId>,
    bots: HashSet<String>,
    truncated: bool,
}

/// What an event says about the person it is about.
#[derive(Debug)]
pub(super) struct Subject<'a> {
    id: Option<Cow<'a, str>>,
    email: Option<Cow<'a, str>>,
}

impl<'a> Subject<'a> {
    /// The person an event is about: `metadata.admin` where it has an id, else the performer. The performer's address
    /// is the subject's only where both are the same person.
    pub(super) fn new(admin: AdminRef<'a>, performer: Option<&'a Performer<'_>>, by_oneself: bool) -> Self {
        let performer_id = performer.and_then(|by| by.id.as_deref()).filter(|id| !id.is_empty());
        let performer_email = performer.and_then(|by| by.email.as_deref());
        let valid = |text: &str| address::split(text).is_some();
        let Some(id) = admin.id else {
            let own = performer_email.filter(|text| valid(text)).map(Cow::Borrowed);
            let about = admin.email.filter(|text| performer_id.is_none() && valid(text));
            return Self { id: performer_id.map(Cow::Borrowed), email: own.or(about) };
        };
        let same = performer_id.map_or(by_oneself, |performer| performer == id);
        let own = performer_email.filter(|text| same && valid(text)).map(Cow::Borrowed);
        Self { id: Some(id), email: own.or_else(|| admin.email.filter(|text| valid(text))) }
    }
}

/// The form in which an address is compared, of bounded length; none where it is malformed.
fn address_key(text: &str) -> Option<EmailAddress> {
    EmailAddress::parse(&bounded(text.trim()))
}

impl People {
    /// Takes in the answer of `GET /admins`.
    pub(super) fn load_teammates(&mut self, admins: &[Admin]) {
        let mut teammates = Vec::with_capacity(admins.len());
        for admin in admins {
            let id = admin.id.as_deref().filter(|id| !id.is_empty()).map(|id| bounded(id).into_owned());
            if admin.email.as_deref().is_some_and(address::is_bot) {
                self.bots.extend(id);
                continue;
            }
            let key = admin.email.as_deref().and_then(address_key);
            let email = admin.email.as_deref().filter(|_| key.is_some());
            let email = email.map(|email| bounded(email.trim()).into_owned());
            // An entry that repeats an id is one more teammate, but not one more person.
            let known = id.as_ref().and_then(|id| self.by_id.get(id)).copied();
            let person = known.unwrap_or_else(|| {
                let text = id.clone().or_else(|| key.as_ref().map(EmailAddress::to_string));
                self.enter(Person { text, email: email.clone(), email_from: None, teammate: true })
            });
            if let Some(id) = &id {
                self.by_id.entry(id.clone()).or_insert(person);
            } else if let Some(key) = &key {
                self.by_email_without_id.entry(key.clone()).or_insert(person);
            }
            if let Some(key) = key {
                self.by_email.entry(key).or_insert(person);
            }
            let name = |text: Option<&str>| {
                text.filter(|text| !text.trim().is_empty()).map(|text| bounded(text).into_owned())
            };
            teammates.push(Teammate {
                id,
                name: name(admin.name.as_deref()),
                email,
                role: name(admin.role.as_ref().and_then(|role| role.name.as_deref())),
                inbox_seat: admin.has_inbox_seat,
                person,
            });
        }
        self.teammates = Some(teammates);
    }

    /// Whether Intercom's bot performed the event.
    pub(super) fn is_bot(&self, performer: Option<&Performer<'_>>) -> bool {
        performer.is_some_and(|by| {
            by.email.as_deref().is_some_and(address::is_bot)
                || by.id.as_deref().is_some_and(|id| self.bots.contains(bounded(id).as_ref()))
        })
    }

    /// Whether the event is about Intercom's bot.
    pub(super) fn is_about_bot(&self, subject: &Subject<'_>) -> bool {
        let by_id = |id: &str| self.bots.contains(bounded(id).as_ref());
        subject.id.as_deref().is_some_and(by_id) || subject.email.as_deref().is_some_and(address::is_bot)
    }

    /// The person an event is about; none where it names none.
    pub(super) fn resolve(
        &mut self,
        subject: &Subject<'_>,
        moment: Moment,
    ) -> Result<Option<PersonId>, TooMany> {
        let address = subject.email.as_deref();
        let person = if let Some(id) = subject.id.as_deref().map(bounded) {
            let known = self.by_id.get(id.as_ref()).copied();
            match known.or_else(|| self.teammate_without_id(address?)) {
                Some(person) => person,
                None => {
                    let person = self.outsider(id.as_ref())?;
                    self.by_id.insert(id.into_owned(), person);
                    person
                }
            }
        } else {
            let Some(key) = address.and_then(address_key) else { return Ok(None) };
            match self.by_email.get(&key) {
                Some(&person) => person,
                None => {
                    let person = self.outsider(&key.to_string())?;
                    self.by_email.insert(key, person);
                    person
                }
            }
        };
        if let Some(address) = address {
            self.note_email(person, address, moment);
        }
        Ok(Some(person))
    }

    /// The teammate for whom `GET /admins` shows this address, and no id.
    fn teammate_without_id(&self, address: &str) -> Option<PersonId> {
        let teammates = Some(&self.by_email_without_id).filter(|teammates| !teammates.is_empty())?;
        teammates.get(&address_key(address)?).copied()
    }

    fn enter(&mut self, person: Person) -> PersonId {
        self.persons.push(person);
        PersonId::try_from(self.persons.len() - 1).unwrap_or(PersonId::MAX)
    }

    fn outsider(&mut self, text: &str) -> Result<PersonId, TooMany> {
        if self.outsiders >= MAX_OUTSIDERS {
            self.truncated = true;
            return Err(TooMany);
        }
        self.outsiders += 1;
        Ok(self.enter(Person { text: Some(text.to_owned()), ..Person::default() }))
    }

    /// Keeps the address that the newest event gives for a person who is not a teammate.
    fn note_email(&mut self, person: PersonId, address: &str, moment: Moment) {
        let Some(person) = self.persons.get_mut(person as usize) else { return };
        if person.teammate || person.email_from.is_some_and(|email_from| email_from >= moment) {
            return;
        }
        person.email_from = Some(moment);
        if person.email.as_deref() != Some(address.trim()) {
            person.email = Some(bounded(address.trim()).into_owned());
        }
    }

    /// The current teammates; none where `GET /admins` was not read.
    pub(super) fn teammates(&self) -> Option<&[Teammate]> {
        self.teammates.as_deref()
    }

    /// The person's id, else e-mail address.
    pub(super) fn text(&self, person: PersonId) -> Option<&str> {
        self.persons.get(person as usize)?.text.as_deref()
    }

    /// The person's e-mail address: the teammate's, else the newest event's.
    pub(super) fn email(&self, person: PersonId) -> Option<&str> {
        self.persons.get(person as usize)?.email.as_deref()
    }

    /// The teammate who performed an event.
    pub(super) fn performing_teammate(&self, performer: Option<&Performer<'_>>) -> Option<PersonId> {
        let by = performer?;
        let person = match by.id.as_deref().filter(|id| !id.is_empty()) {
            Some(id) => self.by_id.get(bounded(id).as_ref()),
            None => self.by_email.get(&address_key(by.email.as_deref()?)?),
        };
        person.copied().filter(|&person| self.is_teammate(Some(person)) == Some(true))
    }

    /// Every address that `GET /admins` shows for a person.
    pub(super) fn addresses(&self, person: Option<PersonId>) -> Vec<&str> {
        person.and_then(|person| self.email(person)).into_iter().collect()
    }

    /// A row about a person: who it is, and these cells.
    pub(super) fn row<const N: usize>(
        &self,
        person: Option<PersonId>,
        cells: [(&'static str, Value); N],
    ) -> Row {
        let mut row = row(cells);
        row.insert("person".to_owned(), json!(person.and_then(|person| self.text(person))));
        row.insert("email".to_owned(), json!(person.and_then(|person| self.email(person))));
        row
    }

    /// Whether the person is a current teammate; none where that is not known.
    pub(super) fn is_teammate(&self, person: Option<PersonId>) -> Option<bool> {
        self.teammates.as_ref()?;
        let known = person.and_then(|person| self.persons.get(person as usize));
        Some(known.is_some_and(|person| person.teammate))
    }

    /// Whether a person had to be left out of the tables.
    pub(super) const fn truncated(&self) -> bool {
        self.truncated
    }
}

/// What was seen of each person, apart by `K` as well. Takes no new entries once it is full, and remembers that it had
/// to refuse one.
#[derive(Debug)]
pub(super) struct PerPerson<K, V, const MAX: usize = MAX_ROWS> {
    entries: HashMap<(Option<PersonId>, K), V>,
    pub(super) truncated: bool,
}

impl<K, V, const MAX: usize> Default for PerPerson<K, V, MAX> {
    fn default() -> Self {
        Self { entries: HashMap::new(), truncated: false }
    }
}

impl<K: Eq + Hash, V: Default, const MAX: usize> PerPerson<K, V, MAX> {
    /// The entry, made if there is room for it.
    pub(super) fn entry(&mut self, person: Option<PersonId>, key: K) -> Option<&mut V> {
        let key = (person, key);
        if self.entries.len() >= MAX && !self.entries.contains_key(&key) {
            self.truncated = true;
            return None;
        }
        Some(self.entries.entry(key).or_default())
    }

    /// What was seen of a person.
    pub(super) fn get(&self, person: PersonId, key: K) -> Option<&V> {
        self.entries.get(&(Some(person), key))
    }

    /// A table in the order of these columns, with a row for each entry that has cells.
    pub(super) fn table<const N: usize>(
        &self,
        people: &People,
        order: &[&str],
        cells: impl Fn(Option<PersonId>, &K, &V) -> Option<[(&'static str, Value); N]>,
    ) -> Rows {
        let rows = self.entries.iter().filter_map(|((person, key), value)| {
            cells(*person, key, value).map(|cells| people.row(*person, cells))
        });
        Rows::sorted(rows, order, self.truncated || people.truncated())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_map_refuses_new_entries_only() {
        let mut seen: PerPerson<(), u8, 1> = PerPerson::default();
        *seen.entry(Some(1), ()).unwrap() += 1;
        assert!(seen.entry(Some(1), ()).is_some() && !seen.truncated);
        assert!(seen.entry(None, ()).is_none() && seen.truncated);
    }
}
