//! Merging several rows and files into one list.
//!
//! Two rows are one person if they have the same address and do not contradict each other. Otherwise both stay, and the
//! comparison with a workspace shows a duplicate.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{Gap, Membership, Person, Reading, Roster, RosterError, RosterKind, scim};
use crate::address::EmailAddress;

/// The most people of one address or id to compare, which bounds the time for hostile lists.
const MOST_DOUBLES: usize = 32;

/// Finds people by their folded address.
#[derive(Default)]
pub(super) struct Index(HashMap<EmailAddress, Vec<usize>>);

impl Index {
    /// The first person with that address who matches.
    pub(super) fn find(&self, email: &str, mut fits: impl FnMut(usize) -> bool) -> Option<usize> {
        self.0.get(&EmailAddress::parse(email)?)?.iter().copied().find(|&at| fits(at))
    }

    pub(super) fn add(&mut self, email: &str, at: usize) {
        if let Some(email) = EmailAddress::parse(email) {
            note(self.0.entry(email).or_default(), at);
        }
    }
}

/// The indices of people, to find them for rows of other files.
#[derive(Default)]
struct Places {
    by_email: Index,
    /// By further addresses. Entra lists users by address, but members by sign-in name.
    by_other_email: Index,
    by_id: HashMap<String, Vec<usize>>,
}

impl Places {
    /// Finds the person of another file: by id if the same product wrote both files, then by address, then by further
    /// addresses.
    fn find(
        &self,
        person: &Person,
        same_id: impl Fn(usize) -> bool,
        fits: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let by_id = person.id.as_ref().and_then(|id| self.by_id.get(id));
        let by_id = by_id.and_then(|places| places.iter().copied().find(|&at| same_id(at) && fits(at)));
        by_id
            .or_else(|| self.by_email.find(&person.email, &fits))
            .or_else(|| self.by_other_email.find(&person.email, &fits))
            .or_else(|| person.other_emails.iter().find_map(|email| self.by_email.find(email, &fits)))
    }

    /// Finds people by id, else by address.
    fn members(&self, id: Option<&String>, email: Option<&String>) -> Option<&Vec<usize>> {
        id.and_then(|id| self.by_id.get(id)).or_else(|| {
            let email = EmailAddress::parse(email?)?;
            self.by_email.0.get(&email).or_else(|| self.by_other_email.0.get(&email))
        })
    }

    /// Records the index of a person, by all ids and addresses in one file.
    fn add(&mut self, at: usize, id: Option<String>, email: &str, further: &[String], first: bool) {
        let by_email = if first { &mut self.by_email } else { &mut self.by_other_email };
        by_email.add(email, at);
        further.iter().for_each(|other| self.by_other_email.add(other, at));
        if let Some(id) = id {
            note(self.by_id.entry(id).or_default(), at);
        }
    }
}

/// Records an index once, up to the limit for one address or id.
fn note(places: &mut Vec<usize>, at: usize) {
    if places.len() < MOST_DOUBLES && !places.contains(&at) {
        places.push(at);
    }
}

/// Merges files, in their order.
pub(super) fn roster(mut readings: Vec<Reading>) -> Result<Roster, RosterError> {
    let mut roster = Roster::default();
    let mut places = Places::default();
    let mut memberships = Vec::new();
    let mut names = HashMap::new();
    let mut without_members = Vec::new();
    let pages: Vec<_> = readings.iter_mut().map(|reading| std::mem::take(&mut reading.pages)).collect();
    for (at, reading) in readings.into_iter().enumerate() {
        let Reading { mut file, people, memberships: of_file, group_names, .. } = reading;
        let kind = file.kind;
        file.gaps.extend(pages.get(at).into_iter().flat_map(|of_file| scim::missing(of_file, &pages)));
        without_members.push(reading.without_members);
        roster.files.push(file);
        memberships.push(of_file);
        names.extend(group_names.into_iter().map(|(id, name)| (id, Arc::from(name))));
        join(&mut roster, &mut places, people, at, kind);
    }
    name_groups(&mut roster, &names);
    let delivered = memberships.iter().any(|of_file| !of_file.is_empty());
    give_groups(&mut roster, &places, memberships, &names);
    undelivered(&mut roster, without_members, delivered);
    match roster.files.first() {
        Some(file) if roster.people.is_empty() => Err(file.no_people()),
        _ => Ok(roster),
    }
}

/// Records groups without members in any file. An empty list of members is an empty group only if the service has
/// `delivered` the members of another.
fn undelivered(roster: &mut Roster, without_members: Vec<Vec<(String, bool)>>, delivered: bool) {
    let known: HashSet<&str> = roster
        .people
        .iter()
        .filter(|person| roster.vouches_for(person))
        .flat_map(|person| person.groups.iter().map(|group| &**group))
        .collect();
    let is_empty = known.is_empty();
    let gaps: Vec<_> = without_members
        .into_iter()
        .map(|groups| {
            let unknown = |(group, listed): &(String, bool)| {
                !(known.contains(group.as_str()) || (*listed && delivered))
            };
            let mut unknown = groups.into_iter().filter(unknown).map(|(group, _)| group);
            let first = unknown.next();
            first.map(|group| Gap::NoMembers { groups: 1 + unknown.count(), group })
        })
        .collect();
    for (file, gap) in roster.files.iter_mut().zip(gaps) {
        let knows_groups = file.kind.is_provider() && file.knows.groups;
        file.gaps.extend(gap.or((is_empty && knows_groups).then_some(Gap::NoGroups)));
    }
}

fn join(roster: &mut Roster, places: &mut Places, people: Vec<Person>, file: usize, kind: RosterKind) {
    let before = roster.people.len();
    let mut left_out = 0;
    for mut person in people {
        person.file = file;
        left_out += std::mem::take(&mut person.left_out);
        let (id, email, further) = (person.id.clone(), person.email.clone(), person.other_emails.clone());
        // People of the same file were already separated. Intercom's list must not count as the identity provider's.
        let known = |at: usize| {
            let known = roster.people.get(at).filter(|_| at < before)?;
            let file = roster.files.get(known.file)?;
            (file.kind.is_provider() == kind.is_provider()).then_some(known)
        };
        // Ids are comparable only if the same product wrote both files.
        let same_kind = |known: &Person| {
            kind != RosterKind::Generic && roster.files.get(known.file).is_some_and(|file| file.kind == kind)
        };
        let fits = |at: usize| known(at).is_some_and(|known| known.agrees_with(&person, same_kind(known)));
        let found = places.find(&person, |at| known(at).is_some_and(same_kind), fits);
        let at = found.unwrap_or(roster.people.len());
        match roster.people.get_mut(at) {
            Some(known) => {
                known.absorb(person, false);
                left_out += std::mem::take(&mut known.left_out);
            }
            None => roster.people.push(person),
        }
        places.add(at, id, &email, &further, found.is_none());
    }
    if let Some(file) = roster.files.get_mut(file) {
        file.leave_out(left_out);
    }
}

/// Replaces group ids by names, for users that list groups by id.
fn name_groups(roster: &mut Roster, names: &HashMap<String, Arc<str>>) {
    if names.is_empty() {
        return;
    }
    for person in &mut roster.people {
        let ids: Vec<_> =
            person.groups.iter().filter(|group| names.contains_key(&***group)).cloned().collect();
        for id in ids {
            person.groups.remove(&id);
            person.groups.extend(names.get(&*id).cloned());
        }
    }
}

/// Adds SCIM groups to their members, and records unknown members.
fn give_groups(
    roster: &mut Roster,
    places: &Places,
    memberships: Vec<Vec<Membership>>,
    names: &HashMap<String, Arc<str>>,
) {
    let mut nested: HashMap<usize, (usize, String)> = HashMap::new();
    let mut unknown: HashMap<usize, (usize, String)> = HashMap::new();
    let mut left_out: HashMap<usize, usize> = HashMap::new();
    let each = memberships.into_iter().enumerate();
    for (file, membership) in each.flat_map(|(file, all)| all.into_iter().map(move |one| (file, one))) {
        if let Some(members) = places.members(membership.id.as_ref(), membership.email.as_ref()) {
            for at in members {
                if let Some(person) = roster.people.get_mut(*at) {
                    person.add_group(Arc::clone(&membership.group));
                    *left_out.entry(file).or_default() += std::mem::take(&mut person.left_out);
                }
            }
            continue;
        }
        let is_group = membership.nested || membership.id.as_ref().is_some_and(|id| names.contains_key(id));
        let gaps = if is_group { &mut nested } else { &mut unknown };
        gaps.entry(file).or_insert_with(|| (0, membership.group.to_string())).0 += 1;
    }
    for (at, file) in roster.files.iter_mut().enumerate() {
        file.gaps.extend(nested.remove(&at).map(|(members, group)| Gap::NestedGroups { members, group }));
        file.gaps.extend(unknown.remove(&at).map(|(members, group)| Gap::UnknownMembers { members, group }));
        file.leave_out(left_out.remove(&at).unwrap_or_default());
    }
}
