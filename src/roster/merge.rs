//! One list of several rows and files.
//!
//! Two rows are one person when they have the same address and contradict each other in nothing; otherwise
//! both stay, and whoever compares the list with a workspace sees a duplicate. Within a file this is asked
//! only where a person may have several rows: one per group, or the same SCIM resource on two pages.

use std::collections::HashMap;

use super::{Gap, Kind, Person, Reading, Roster, RosterError};

/// Finds people by their address, however it is spelled.
#[derive(Default)]
pub(super) struct Index(HashMap<String, Vec<usize>>);

impl Index {
    /// The first of the people with that address who fits.
    pub(super) fn find(&self, email: &str, mut fits: impl FnMut(usize) -> bool) -> Option<usize> {
        self.0.get(&email.to_lowercase())?.iter().copied().find(|&at| fits(at))
    }

    /// Notes where a person is.
    pub(super) fn add(&mut self, email: &str, at: usize) {
        self.0.entry(email.to_lowercase()).or_default().push(at);
    }
}

/// Where people were put, so that the groups of SCIM can be given to them once all files are read.
#[derive(Default)]
struct Places {
    by_email: Index,
    by_id: HashMap<String, Vec<usize>>,
}

/// Brings files together, in their order.
pub(super) fn roster(readings: Vec<Reading>) -> Result<Roster, RosterError> {
    let mut roster = Roster::default();
    let mut places = Places::default();
    let mut memberships = Vec::new();
    let mut names = HashMap::new();
    for (at, reading) in readings.into_iter().enumerate() {
        let Reading { file, people, memberships: of_file, group_names } = reading;
        let kind = file.kind;
        roster.files.push(file);
        memberships.extend(of_file.into_iter().map(|membership| (at, membership)));
        names.extend(group_names);
        join(&mut roster, &mut places, people, at, kind);
    }
    name_groups(&mut roster, &names);
    give_groups(&mut roster, &places, memberships, &names);
    match roster.files.first() {
        Some(file) if roster.people.is_empty() => Err(file.nobody()),
        _ => Ok(roster),
    }
}

/// Adds the people of one file.
fn join(roster: &mut Roster, places: &mut Places, people: Vec<Person>, file: usize, kind: Kind) {
    let before = roster.people.len();
    let mut left_out = 0;
    for mut person in people {
        person.file = file;
        person.seen_in.insert(file);
        let id = person.id.clone();
        let fits = |at: usize| {
            // Those of the same file were told apart when it was read.
            let known = roster.people.get(at).filter(|_| at < before);
            known.is_some_and(|known| {
                let same_kind = roster.files.get(known.file).is_some_and(|file| file.kind == kind);
                known.agrees_with(&person, same_kind)
            })
        };
        let found = places.by_email.find(&person.email, fits);
        let at = match found.and_then(|at| Some((at, roster.people.get_mut(at)?))) {
            Some((at, known)) => {
                left_out += known.absorb(person);
                at
            }
            None => {
                places.by_email.add(&person.email, roster.people.len());
                roster.people.push(person);
                roster.people.len() - 1
            }
        };
        if let Some(id) = id {
            let places = places.by_id.entry(id).or_default();
            if !places.contains(&at) {
                places.push(at);
            }
        }
    }
    leave_out(roster, file, left_out);
}

/// Puts the name in place of an id, where a user lists groups by their id alone.
fn name_groups(roster: &mut Roster, names: &HashMap<String, String>) {
    if names.is_empty() {
        return;
    }
    for person in &mut roster.people {
        let ids: Vec<_> = person.groups.iter().filter(|group| names.contains_key(*group)).cloned().collect();
        for id in ids {
            person.groups.remove(&id);
            person.groups.extend(names.get(&id).cloned());
        }
    }
}

/// Gives the groups of SCIM to their members, and notes the members who are nowhere.
fn give_groups(
    roster: &mut Roster,
    places: &Places,
    memberships: Vec<(usize, super::scim::Membership)>,
    names: &HashMap<String, String>,
) {
    let mut nested: HashMap<usize, (usize, String)> = HashMap::new();
    let mut unknown: HashMap<usize, (usize, String)> = HashMap::new();
    let mut left_out: HashMap<usize, usize> = HashMap::new();
    for (file, membership) in memberships {
        let by_id = membership.id.as_ref().and_then(|id| places.by_id.get(id));
        let by_email = || places.by_email.0.get(&membership.email.as_ref()?.to_lowercase());
        if let Some(members) = by_id.or_else(by_email) {
            for at in members {
                if let Some(person) = roster.people.get_mut(*at) {
                    *left_out.entry(file).or_default() += person.add_group(membership.group.clone());
                }
            }
            continue;
        }
        let is_group = membership.nested || membership.id.as_ref().is_some_and(|id| names.contains_key(id));
        let gaps = if is_group { &mut nested } else { &mut unknown };
        gaps.entry(file).or_insert_with(|| (0, membership.group)).0 += 1;
    }
    for (at, file) in roster.files.iter_mut().enumerate() {
        let gap = nested.remove(&at).map(|(members, group)| Gap::NestedGroups { members, group });
        file.gaps.extend(gap);
        let gap = unknown.remove(&at).map(|(members, group)| Gap::UnknownMembers { members, group });
        file.gaps.extend(gap);
    }
    for (file, left_out) in left_out {
        leave_out(roster, file, left_out);
    }
}

/// Notes entries that were left out.
fn leave_out(roster: &mut Roster, file: usize, left_out: usize) {
    if let Some(file) = roster.files.get_mut(file) {
        file.leave_out(left_out);
    }
}
