//! Who joined, left or changed, and which settings were changed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::comparable::is_complete;
use crate::posture::{Person, SettingChange};
use crate::report::Report;
use crate::sources::SourceId;

/// A teammate who is new, gone, or has another role or privilege.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct PersonChange<'a> {
    /// The id by which findings name the person.
    pub id: &'a str,
    /// E-mail address, else name, else id.
    pub name: &'a str,
    /// What became of the person.
    pub fate: PersonFate,
    /// The role and the privilege then; null for one who joined.
    pub from: Option<Access<'a>>,
    /// The role and the privilege now; null for one who left.
    pub to: Option<Access<'a>>,
}

/// What became of a teammate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PersonFate {
    /// Is a teammate, and was not.
    Joined,
    /// Has another role or privilege.
    Changed,
    /// Was a teammate, and is not.
    Left,
}

/// What a teammate may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Access<'a> {
    /// The role's name; null if there is none.
    pub role: Option<&'a str>,
    /// `privileged`, `unprivileged` or `unknown`.
    pub privilege: &'a str,
}

impl<'a> Access<'a> {
    fn of(person: &'a Person) -> Self {
        Self { role: person.role.as_deref(), privilege: &person.privilege }
    }
}

/// Whose access changed, administrators first; no one where one of the lists of teammates is not complete.
pub(super) fn people<'a>(old: &'a Report, new: &'a Report) -> Vec<PersonChange<'a>> {
    if ![old, new].iter().all(|report| is_complete(&report.sources, SourceId::Admins)) {
        return Vec::new();
    }
    let by_id = |report: &'a Report| -> BTreeMap<&str, &Person> {
        report.people.iter().map(|person| (&*person.id, person)).collect()
    };
    let (before, now) = (by_id(old), by_id(new));
    let change = |person: &'a Person, fate, from: Option<&'a Person>, to: Option<&'a Person>| PersonChange {
        id: &person.id,
        name: person.address_or_name(),
        fate,
        from: from.map(Access::of),
        to: to.map(Access::of),
    };
    let here = now.values().filter_map(|&person| match before.get(&*person.id) {
        None => Some(change(person, PersonFate::Joined, None, Some(person))),
        Some(then) if Access::of(then) != Access::of(person) => {
            Some(change(person, PersonFate::Changed, Some(then), Some(person)))
        }
        Some(_) => None,
    });
    let left = before.values().filter(|person| !now.contains_key(&*person.id));
    let left = left.map(|&person| change(person, PersonFate::Left, Some(person), None));
    let mut changes: Vec<_> = here.chain(left).collect();
    let is_administrator =
        |access: &Option<Access<'_>>| access.is_some_and(|one| one.privilege == "privileged");
    changes
        .sort_by_key(|one| (!is_administrator(&one.to) && !is_administrator(&one.from), one.fate, one.name));
    changes
}

/// The settings whose newest change is another one. Where the log was not complete before, only later changes are new.
pub(super) fn settings<'a>(old: &Report, new: &'a Report) -> Vec<&'a SettingChange> {
    let known = |change: &SettingChange| {
        old.settings.iter().any(|one| one.event_type == change.event_type && one.event == change.event)
    };
    let was_complete = is_complete(&old.sources, SourceId::ActivityLog);
    let is_later =
        |change: &SettingChange| change.at.parse::<jiff::Timestamp>().is_ok_and(|at| at > old.scan.at);
    let changed = new.settings.iter().filter(|change| !known(change) && (was_complete || is_later(change)));
    changed.collect()
}
