//! The table of teammates: what `GET /admins` says, joined with what the log says about each.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::event::LogStates;
use super::observe::Observer;
use super::person::{PersonId, Teammate};
use super::privilege::{Judgement, Privilege, Roles, distinct};
use super::rows::{MAX_ROWS, Row, Rows, days, row, time};
use super::window::Presence;
use crate::address::EmailAddress;

/// The most shared addresses that are spelled out.
const MAX_SHARED: usize = 5;

/// The teammates, and what is counted of them.
#[derive(Debug, Default)]
pub(super) struct Team {
    /// The table.
    pub(super) table: Rows,
    /// The privilege of each.
    pub(super) privileges: HashMap<PersonId, Option<Privilege>>,
    /// How many are privileged, unprivileged, and neither for sure.
    pub(super) counts: [usize; 3],
    /// How many there are.
    pub(super) size: usize,
    /// How many have a role.
    pub(super) with_role: usize,
    /// How many signed in in the window.
    pub(super) signed_in: usize,
    /// How many had their two-factor authentication changed, ever.
    pub(super) two_factor_known: usize,
    /// How many have a permission snapshot.
    pub(super) permissions_known: usize,
    /// Roles in neither list that leave a teammate's privilege open.
    pub(super) unclassified: Vec<String>,
}

/// Makes the table; none where `GET /admins` was not read.
pub(super) fn derive(observed: &Observer, roles: &Roles, log: LogStates) -> Option<Team> {
    let teammates = observed.people.teammates()?;
    let allowed_domains = observed.settings.organization.allowed_domains.as_deref();
    let now = observed.ranges.now.as_second();
    let mut shared = shared_mailboxes(teammates).into_iter();
    let mut team = Team { size: teammates.len(), ..Team::default() };
    let mut open = Vec::new();
    for teammate in teammates {
        let shared = shared.next().flatten();
        let state = observed.people_state.get(teammate.person, ());
        let snapshot = state.and_then(|state| state.permissions.as_ref());
        let two_factor = state.and_then(|state| state.two_factor);
        team.permissions_known += usize::from(snapshot.is_some());
        team.two_factor_known += usize::from(two_factor.is_some());
        let snapshot = snapshot.filter(|snapshot| log.proves_newest(snapshot.moment));
        let two_factor = two_factor.filter(|change| log.proves_newest(change.moment));
        let judgement = roles.judge(
            teammate.role.as_deref(),
            snapshot.map(|snapshot| (&snapshot.permissions, snapshot.moment.at)),
            log.of_snapshots(),
        );
        let presence = observed.last_seen.of(teammate.person, log);
        team.count(teammate, &judgement, presence);
        if !matches!(judgement.privilege, Some(Privilege::Privileged | Privilege::Unprivileged)) {
            let unclassified = |role: &&str| roles.is_unclassified(role);
            open.extend(teammate.role.as_deref().filter(unclassified));
        }
        if team.table.rows.len() >= MAX_ROWS {
            team.table.truncated = true;
            continue;
        }
        let permissions = snapshot.map(|snapshot| &snapshot.permissions);
        let on = two_factor.and_then(|change| change.on);
        let mut cells = own_cells(teammate, allowed_domains, shared);
        cells.extend(row([
            ("privilege", json!(judgement.privilege.map(Privilege::as_str))),
            ("privileged", json!(judgement.privilege == Some(Privilege::Privileged))),
            ("privilege_reason", json!(judgement.reason)),
            ("permissions", json!(permissions.map(|permissions| &permissions.granted))),
            ("conversation_access", json!(permissions.and_then(|all| all.conversation_access.as_ref()))),
            ("permissions_at", time(snapshot.map(|snapshot| snapshot.moment.at))),
            ("two_factor", json!(on.map(|on| if on { "on" } else { "off" }))),
            ("two_factor_at", time(two_factor.map(|change| change.moment.at))),
            ("sign_ins", json!(presence.sign_ins)),
            ("last_sign_in", time(presence.last_sign_in)),
            ("last_seen", time(presence.last_seen)),
            ("directory_status", Value::Null),
            ("directory_mfa", Value::Null),
            ("last_seen_days", presence.last_seen.map_or(Value::Null, |at| days(now - at))),
        ]));
        team.table.rows.push(cells);
    }
    team.unclassified = distinct(open).into_iter().map(str::to_owned).collect();
    Some(team)
}

impl Team {
    fn count(&mut self, teammate: &Teammate, judgement: &Judgement, presence: Presence) {
        // Two entries with one id may have two roles: one that is privileged counts.
        let strongest = self.privileges.entry(teammate.person).or_insert(judgement.privilege);
        if judgement.privilege == Some(Privilege::Privileged) {
            *strongest = judgement.privilege;
        }
        let slot = match judgement.privilege {
            Some(Privilege::Privileged) => 0,
            Some(Privilege::Unprivileged) => 1,
            Some(Privilege::Unknown) | None => 2,
        };
        self.counts[slot] += 1;
        self.with_role += usize::from(teammate.role.is_some());
        self.signed_in += usize::from(presence.sign_ins.is_some_and(|count| count > 0));
    }
}

/// The columns that `GET /admins` fills.
fn own_cells(teammate: &Teammate, allowed: Option<&[String]>, shared: Option<String>) -> Row {
    let address = teammate.email.as_deref().and_then(EmailAddress::parse);
    let address = address.as_ref();
    let domain_allowed =
        address.zip(allowed).map(|(address, allowed)| allowed.iter().any(|domain| address.is_at(domain)));
    row([
        ("id", json!(teammate.id)),
        ("name", json!(teammate.name)),
        ("email", json!(teammate.email)),
        ("domain", json!(address.map(EmailAddress::domain))),
        ("local_part", json!(address.map(|address| address.clone().untagged().local().to_owned()))),
        ("domain_allowed", json!(domain_allowed)),
        ("shared_mailbox", json!(shared)),
        ("role", json!(teammate.role)),
        ("inbox_seat", json!(teammate.inbox_seat)),
    ])
}

/// For each teammate, the other addresses that reach the same mailbox.
fn shared_mailboxes(teammates: &[Teammate]) -> Vec<Option<String>> {
    let email = |index: usize| teammates.get(index)?.email.as_deref();
    let mailbox = |index| email(index).and_then(EmailAddress::parse).map(EmailAddress::untagged);
    let mailboxes: Vec<_> = (0..teammates.len()).map(mailbox).collect();
    let mut owners: BTreeMap<&EmailAddress, Vec<usize>> = BTreeMap::new();
    for (index, mailbox) in mailboxes.iter().enumerate() {
        mailbox.iter().for_each(|mailbox| owners.entry(mailbox).or_default().push(index));
    }
    let others = |(index, mailbox): (usize, &Option<EmailAddress>)| {
        let owners = owners.get(mailbox.as_ref()?)?;
        let others = owners.iter().filter(|&&owner| owner != index);
        let shown: Vec<&str> = others.take(MAX_SHARED).filter_map(|&owner| email(owner)).collect();
        let more = owners.len().saturating_sub(1 + shown.len());
        let suffix = if more > 0 { format!(" and {more} more") } else { String::new() };
        (!shown.is_empty()).then(|| format!("{}{suffix}", shown.join(", ")))
    };
    mailboxes.iter().enumerate().map(others).collect()
}
