//! The table of teammates: `GET /admins`, joined with the log.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};

use super::event::LogStates;
use super::observe::Observer;
use super::person::{PersonId, Teammate};
use super::privilege::{Judgement, Privilege, Roles, distinct};
use super::rows::{MAX_ROWS, Row, Rows, days, row, time};
use super::window::Presence;
use crate::address::EmailAddress;

/// The most shared addresses to show.
const MAX_SHARED: usize = 5;

/// The teammates and their counts.
#[derive(Debug, Default)]
pub(super) struct Team {
    pub(super) table: Rows,
    pub(super) privileges: HashMap<PersonId, Option<Privilege>>,
    /// The numbers of privileged, unprivileged and unknown teammates.
    pub(super) counts: [usize; 3],
    pub(super) size: usize,
    /// Teammates with a role.
    pub(super) with_role: usize,
    /// Teammates with a privileged role.
    pub(super) privileged_by_role: usize,
    /// Teammates with a sign-in in the window.
    pub(super) signed_in: usize,
    /// Teammates with a change of two-factor authentication.
    pub(super) two_factor_known: usize,
    /// Teammates with a permission snapshot.
    pub(super) permissions_known: usize,
    /// Roles in neither list that leave a teammate's privilege unknown.
    pub(super) unclassified: Vec<String>,
}

/// None if `GET /admins` was not read.
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
        let log_state = log.of_snapshots();
        let judged = teammate
            .roles
            .iter()
            .map(Option::as_deref)
            .map(|role| (roles.judge(role, snapshot, observed.upheavals, log_state), role));
        let strongest = judged.max_by_key(|(judgement, role)| (judgement.rank(), role.is_some()));
        let Some((judgement, role)) = strongest else { continue };
        let role = role.or_else(|| teammate.roles.iter().flatten().next().map(String::as_str));
        let presence = observed.last_seen.of(teammate.person, log);
        team.count(teammate, role, &judgement, presence);
        let by_role = teammate.roles.iter().flatten().any(|role| roles.is_privileged(role));
        team.privileged_by_role += usize::from(by_role);
        if !matches!(judgement.privilege, Some(Privilege::Privileged | Privilege::Unprivileged)) {
            let names = teammate.roles.iter().flatten();
            open.extend(names.map(String::as_str).filter(|role| roles.is_unclassified(role)));
        }
        if team.table.rows.len() >= MAX_ROWS {
            team.table.truncated = true;
            continue;
        }
        let permissions = snapshot.and_then(|snapshot| snapshot.permissions.as_ref());
        let on = two_factor.and_then(|change| change.on);
        let mut cells = own_cells(teammate, role, allowed_domains, shared);
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
    fn count(&mut self, teammate: &Teammate, role: Option<&str>, judgement: &Judgement, presence: Presence) {
        self.privileges.insert(teammate.person, judgement.privilege);
        let slot = match judgement.privilege {
            Some(Privilege::Privileged) => 0,
            Some(Privilege::Unprivileged) => 1,
            Some(Privilege::Unknown) | None => 2,
        };
        self.counts[slot] += 1;
        self.with_role += usize::from(role.is_some());
        self.signed_in += usize::from(presence.sign_ins.is_some_and(|count| count > 0));
    }
}

/// The columns from `GET /admins`.
fn own_cells(
    teammate: &Teammate,
    role: Option<&str>,
    allowed: Option<&[String]>,
    shared: Option<String>,
) -> Row {
    let addresses: Vec<EmailAddress> =
        teammate.emails.iter().filter_map(|email| EmailAddress::parse(email)).collect();
    let first = addresses.first();
    let is_allowed =
        |allowed: &[String], address: &EmailAddress| allowed.iter().any(|domain| address.is_at(domain));
    let domain_allowed =
        first.and(allowed).map(|allowed| addresses.iter().all(|address| is_allowed(allowed, address)));
    let each = |part: fn(&EmailAddress) -> &str| {
        let parts: BTreeSet<&str> = addresses.iter().map(part).collect();
        json!(parts)
    };
    let untagged = addresses.iter().cloned().map(EmailAddress::untagged);
    let local_parts: BTreeSet<String> = untagged.map(|address| address.local().to_owned()).collect();
    row([
        ("id", json!(teammate.id)),
        ("name", json!(teammate.name)),
        ("email", json!(teammate.emails.first())),
        ("emails", json!(teammate.emails)),
        ("domain", json!(first.map(EmailAddress::domain))),
        ("domains", each(EmailAddress::domain)),
        ("local_part", json!(first.map(EmailAddress::local))),
        ("local_parts", json!(local_parts)),
        ("domain_allowed", json!(domain_allowed)),
        ("shared_mailbox", json!(shared)),
        ("role", json!(role)),
        ("inbox_seat", json!(teammate.inbox_seat)),
    ])
}

/// For each teammate, the addresses of other teammates that reach the same mailbox.
fn shared_mailboxes(teammates: &[Teammate]) -> Vec<Option<String>> {
    // Lists instead of maps: most teammates have one address.
    fn mailboxes(teammate: &Teammate) -> Vec<(EmailAddress, &str)> {
        let mut own = Vec::with_capacity(teammate.emails.len());
        let mailbox = |email: &'_ String| Some(EmailAddress::parse(email)?.untagged());
        own.extend(teammate.emails.iter().filter_map(|email| Some((mailbox(email)?, email.as_str()))));
        own.sort_by(|(one, _), (other, _)| one.cmp(other));
        own.dedup_by(|(one, _), (first, _)| one == first);
        own
    }
    let mailboxes: Vec<_> = teammates.iter().map(mailboxes).collect();
    let mut owners: HashMap<&EmailAddress, Vec<(usize, &str)>> = HashMap::new();
    for (index, mailboxes) in mailboxes.iter().enumerate() {
        mailboxes.iter().for_each(|(mailbox, email)| owners.entry(mailbox).or_default().push((index, email)));
    }
    let sharers = |(index, mailboxes): (usize, &Vec<(EmailAddress, &str)>)| {
        let owners = mailboxes.iter().filter_map(|(mailbox, _)| owners.get(mailbox));
        // One more than shown, to know whether there are more.
        let of_mailbox = |owners: &Vec<(usize, &'_ str)>| {
            let sharers = owners.iter().copied().filter(|(owner, _)| *owner != index).take(MAX_SHARED + 1);
            sharers.map(|(owner, email)| (owner, email.to_owned())).collect::<Vec<_>>()
        };
        let sharers: BTreeMap<usize, String> = owners.flat_map(of_mailbox).collect();
        let shown: Vec<&str> = sharers.values().take(MAX_SHARED).map(String::as_str).collect();
        let suffix = if sharers.len() > MAX_SHARED { " and more" } else { "" };
        (!shown.is_empty()).then(|| format!("{}{suffix}", shown.join(", ")))
    };
    mailboxes.iter().enumerate().map(sharers).collect()
}
