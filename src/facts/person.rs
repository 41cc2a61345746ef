//! Identifying people: current teammates, Intercom's bot, and other people in events.
//!
//! Every person gets a number: teammates from `GET /admins`, other people at their first event.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use serde_json::{Value, json};

use super::event::{EventMetadata, Moment, PersonRef};
use super::rows::{MAX_ROWS, Row, Rows, bounded, row};
use crate::address::{EmailAddress, may_be_bot};
use crate::api::model::{Admin, Me};
use crate::event_type::{EventKind, Owner};
use crate::warning::Warning;

/// The most people other than teammates to keep apart.
const MAX_OUTSIDERS: usize = 50_000;

/// The number of a person.
pub(super) type PersonId = u32;

/// The person is beyond the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooMany;

/// A current teammate: all entries of `GET /admins` with one id.
#[derive(Debug, Clone)]
pub(super) struct Teammate {
    /// The id.
    pub(super) id: Option<String>,
    /// The display name.
    pub(super) name: Option<String>,
    /// The valid e-mail addresses, in the order of the entries.
    pub(super) emails: Vec<String>,
    pub(super) roles: Vec<Option<String>>,
    pub(super) inbox_seat: Option<bool>,
    /// The person.
    pub(super) person: PersonId,
}

/// The kind of a person's account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Account {
    Teammate,
    Bot,
    Outside,
}

/// A person.
#[derive(Debug)]
struct Person {
    /// The id, else the e-mail address in lower case.
    text: Option<String>,
    email: Option<String>,
    /// The event with the e-mail address; none for teammates, whose address comes from `GET /admins`.
    email_from: Option<Moment>,
    account: Account,
}

#[derive(Debug, Default)]
pub(super) struct People {
    teammates: Option<Vec<Teammate>>,
    persons: Vec<Person>,
    outsiders: usize,
    by_id: HashMap<String, PersonId>,
    by_email: HashMap<EmailAddress, PersonId>,
    /// The address of Intercom's bot, if `GET /me` shows it.
    bot: Option<EmailAddress>,
    /// The addresses of entries that may be Intercom's bot.
    bot_candidates: Vec<String>,
    truncated: bool,
}

/// An address in the form for comparison, of bounded length, if valid.
fn address_key(text: &str) -> Option<EmailAddress> {
    EmailAddress::parse(&bounded(text.trim()))
}

fn name(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty()).map(|text| bounded(text).into_owned())
}

/// Groups entries of `GET /admins` by id; an entry without an id stays alone.
fn accounts(admins: &[Admin]) -> Vec<(Option<String>, Vec<&Admin>)> {
    let mut accounts: Vec<(Option<String>, Vec<&Admin>)> = Vec::with_capacity(admins.len());
    let mut by_id: HashMap<String, usize> = HashMap::new();
    for admin in admins {
        let id = admin.id.as_deref().filter(|id| !id.is_empty()).map(|id| bounded(id).into_owned());
        let known = id.as_ref().and_then(|id| by_id.get(id)).and_then(|&known| accounts.get_mut(known));
        if let Some((_, entries)) = known {
            entries.push(admin);
            continue;
        }
        if let Some(id) = &id {
            by_id.insert(id.clone(), accounts.len());
        }
        accounts.push((id, vec![admin]));
    }
    accounts
}

impl People {
    /// Adds the answer of `GET /me`, which comes before `GET /admins`.
    pub(super) fn load_me(&mut self, me: &Me) {
        let app = me.app.as_ref().and_then(|app| app.id_code.as_deref()).filter(|id| !id.trim().is_empty());
        self.bot = app.and_then(|id| EmailAddress::parse(&format!("operator+{id}@intercom.io")));
        if let Some(address) = self.bot.clone() {
            self.enter_bot(None, address);
        }
    }

    /// Adds the answer of `GET /admins`.
    pub(super) fn load_teammates(&mut self, admins: &[Admin]) {
        let accounts = accounts(admins);
        let is_bot = |admin: &&Admin| {
            let email = admin.email.as_deref();
            email.is_some_and(|email| match &self.bot {
                Some(bot) => address_key(email).as_ref() == Some(bot),
                None => may_be_bot(email),
            })
        };
        let all_bot =
            |(index, (_, entries)): (usize, &(_, Vec<&Admin>))| entries.iter().all(is_bot).then_some(index);
        let bots: Vec<usize> = accounts.iter().enumerate().filter_map(all_bot).collect();
        if bots.len() > 1 {
            let entries = bots.iter().filter_map(|&bot| accounts.get(bot)?.1.first()?.email.as_deref());
            self.bot_candidates = entries.map(|email| bounded(email).into_owned()).collect();
            if let Some(address) = self.bot.take() {
                self.by_email.remove(&address);
            }
        }
        let mut teammates = Vec::with_capacity(accounts.len());
        for (index, (id, entries)) in accounts.into_iter().enumerate() {
            let address = || entries.first()?.email.as_deref().and_then(address_key);
            match address().filter(|_| bots == [index]) {
                Some(address) => self.enter_bot(id, address),
                None => teammates.push(self.enter_teammate(id, &entries)),
            }
        }
        self.teammates = Some(teammates);
    }

    fn enter_teammate(&mut self, id: Option<String>, entries: &[&Admin]) -> Teammate {
        let mut addresses: BTreeMap<EmailAddress, String> = BTreeMap::new();
        let mut emails: Vec<String> = Vec::new();
        for email in entries.iter().filter_map(|admin| admin.email.as_deref()) {
            let Some(key) = address_key(email) else { continue };
            let email = bounded(email.trim()).into_owned();
            if addresses.insert(key, email.clone()).is_none() {
                emails.push(email);
            }
        }
        let first = emails.first().cloned();
        let text = id.clone().or_else(|| address_key(first.as_deref()?).map(|key| key.to_string()));
        let person = self.enter(Person { text, email: first, email_from: None, account: Account::Teammate });
        if let Some(id) = &id {
            self.by_id.insert(id.clone(), person);
        }
        for key in addresses.into_keys() {
            let known = self.by_email.get(&key).copied();
            if known.is_none() || self.is_bot(known) {
                self.by_email.insert(key, person);
            }
        }
        let role = |admin: &&Admin| name(admin.role.as_ref().and_then(|role| role.name.as_deref()));
        Teammate {
            id,
            name: entries.iter().find_map(|admin| name(admin.name.as_deref())),
            emails,
            roles: entries.iter().map(role).collect(),
            inbox_seat: entries.iter().filter_map(|admin| admin.has_inbox_seat).max(),
            person,
        }
    }

    fn enter_bot(&mut self, id: Option<String>, address: EmailAddress) {
        let text = id.clone().unwrap_or_else(|| address.to_string());
        let bot = Person { text: Some(text), email: None, email_from: None, account: Account::Bot };
        let bot = self.enter(bot);
        self.by_email.entry(address).or_insert(bot);
        if let Some(id) = id {
            self.by_id.insert(id, bot);
        }
    }

    /// The warning if several entries may be Intercom's bot.
    pub(super) fn warning(&self) -> Option<Warning> {
        let candidates = &self.bot_candidates;
        (!candidates.is_empty()).then(|| Warning::SeveralBots { addresses: candidates.clone() })
    }

    /// The person of an event; none if the event does not identify one.
    pub(super) fn owner(
        &mut self,
        kind: EventKind,
        performer: Option<&PersonRef<'_>>,
        metadata: &EventMetadata<'_>,
        moment: Moment,
    ) -> Result<Option<PersonId>, TooMany> {
        let rule = kind.belongs_to();
        if rule == Owner::PerformerElseAffected
            && let Some(performer) = performer
        {
            return self.resolve(performer, moment);
        }
        let affected = metadata.affected();
        let owner = match rule {
            Owner::PerformerElseAffected => affected.as_ref(),
            // An affected person without an id is a teammate or unknown.
            Owner::Affected => match affected.as_ref() {
                Some(affected) if affected.id().is_none() => return Ok(self.known(affected)),
                affected => affected,
            },
            Owner::AffectedElsePerformer => {
                let by_person = || performer.filter(|by| !self.is_bot(self.known(by)));
                affected.as_ref().or_else(by_person)
            }
        };
        owner.map_or(Ok(None), |owner| self.resolve(owner, moment))
    }

    /// The person; none without an id and an address.
    fn resolve(&mut self, named: &PersonRef<'_>, moment: Moment) -> Result<Option<PersonId>, TooMany> {
        let address = named.email();
        let person = if let Some(known) = self.find(named) {
            known
        } else if let Some(id) = named.id().map(bounded) {
            let person = self.outsider(id.as_ref())?;
            self.by_id.insert(id.into_owned(), person);
            person
        } else {
            let Some(key) = address.and_then(address_key) else { return Ok(None) };
            let person = self.outsider(&key.to_string())?;
            self.by_email.insert(key, person);
            person
        };
        if let Some(address) = address {
            self.note_email(person, address, moment);
        }
        Ok(Some(person))
    }

    /// The known person with that id, or with that address if there is no id.
    fn find(&self, named: &PersonRef<'_>) -> Option<PersonId> {
        let of_address = || self.by_email.get(&named.email().and_then(address_key)?).copied();
        let Some(id) = named.id() else { return of_address() };
        let known = self.by_id.get(bounded(id).as_ref()).copied();
        // Without the list of teammates, only the address identifies the bot.
        let bot = || of_address().filter(|&person| self.is_bot(Some(person)));
        if self.teammates.is_some() { known } else { known.or_else(bot) }
    }

    /// The teammate or bot with that id or address. Unlike [`Self::owner`], it does not record other people.
    pub(super) fn known(&self, named: &PersonRef<'_>) -> Option<PersonId> {
        self.find(named).filter(|&person| self.account(person) != Some(Account::Outside))
    }

    fn account(&self, person: PersonId) -> Option<Account> {
        self.persons.get(person as usize).map(|person| person.account)
    }

    /// Whether it is Intercom's bot.
    pub(super) fn is_bot(&self, person: Option<PersonId>) -> bool {
        person.and_then(|person| self.account(person)) == Some(Account::Bot)
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
        let text = Some(text.to_owned());
        Ok(self.enter(Person { text, email: None, email_from: None, account: Account::Outside }))
    }

    /// Records the address of a person who is not a teammate, if the event is the newest with one.
    fn note_email(&mut self, person: PersonId, address: &str, moment: Moment) {
        let Some(person) = self.persons.get_mut(person as usize) else { return };
        if person.account == Account::Teammate || person.email_from.is_some_and(|from| from >= moment) {
            return;
        }
        person.email_from = Some(moment);
        if person.email.as_deref() != Some(address.trim()) {
            person.email = Some(bounded(address.trim()).into_owned());
        }
    }

    /// The current teammates; none if `GET /admins` was not read.
    pub(super) fn teammates(&self) -> Option<&[Teammate]> {
        self.teammates.as_deref()
    }

    /// The person's id, else e-mail address.
    pub(super) fn text(&self, person: PersonId) -> Option<&str> {
        self.persons.get(person as usize)?.text.as_deref()
    }

    /// The person's e-mail address: the teammate's, else that of the newest event.
    pub(super) fn email(&self, person: PersonId) -> Option<&str> {
        self.persons.get(person as usize)?.email.as_deref()
    }

    /// The teammate who performed an event.
    pub(super) fn performing_teammate(&self, performer: Option<&PersonRef<'_>>) -> Option<PersonId> {
        let person = self.known(performer?)?;
        (self.is_teammate(Some(person)) == Some(true)).then_some(person)
    }

    /// A row about a person, with further cells.
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

    /// Whether the person is a current teammate, if known.
    pub(super) fn is_teammate(&self, person: Option<PersonId>) -> Option<bool> {
        self.teammates.as_ref()?;
        Some(person.and_then(|person| self.account(person)) == Some(Account::Teammate))
    }

    /// Whether the tables lack a person beyond the limit.
    pub(super) const fn truncated(&self) -> bool {
        self.truncated
    }
}

/// Observations by person and `K`. When full, it refuses new entries and records that.
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
    /// The entry, created if there is room.
    pub(super) fn entry(&mut self, person: Option<PersonId>, key: K) -> Option<&mut V> {
        let key = (person, key);
        if self.entries.len() >= MAX && !self.entries.contains_key(&key) {
            self.truncated = true;
            return None;
        }
        Some(self.entries.entry(key).or_default())
    }

    /// The observations of a person.
    pub(super) fn get(&self, person: PersonId, key: K) -> Option<&V> {
        self.entries.get(&(Some(person), key))
    }

    /// A table ordered by these columns, with a row for each entry that has cells.
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
