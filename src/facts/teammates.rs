//! The table of teammates: what `GET /admins` says, joined with what the log says about each.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::permissions::{Certainty, State};
use super::person::{People, PersonId, Teammate};
use super::privilege::{Judgement, LogAccess, Privilege, Roles, distinct};
use super::rows::{MAX_ROWS, Row, Rows, days, row, time};
use super::window::{LastSeen, Presence};
use crate::address::EmailAddress;
use crate::sources::SourceStatus;

/// The most shared addresses that are spelled out.
const MAX_SHARED: usize = 5;

/// How the parts of the log ended, and what follows.
#[derive(Debug, Clone, Copy)]
pub(super) struct LogStates {
    /// The window.
    pub(super) window: SourceStatus,
    /// State-setting events before it.
    pub(super) history: SourceStatus,
    /// Sign-ins and arrivals before it.
    pub(super) arrivals: SourceStatus,
}

impl LogStates {
    /// Which events are sure to be the newest.
    pub(super) fn certainty(self) -> Certainty {
        Certainty::new(self.window, self.history)
    }

    fn for_privilege(self) -> LogAccess {
        match [self.window, self.history] {
            [SourceStatus::Complete, SourceStatus::Complete] => LogAccess::Read,
            states if states.contains(&SourceStatus::Failed) => LogAccess::Failed,
            _ => LogAccess::Forbidden,
        }
    }
}

/// What the teammates table is made of.
#[derive(Debug)]
pub(super) struct Inputs<'a> {
    pub(super) people: &'a People,
    pub(super) state: &'a State,
    pub(super) last_seen: &'a LastSeen,
    pub(super) roles: &'a Roles,
    pub(super) allowed_domains: Option<&'a [String]>,
    pub(super) states: LogStates,
    pub(super) now: i64,
}

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
pub(super) fn derive(inputs: &Inputs<'_>) -> Option<Team> {
    let teammates = inputs.people.teammates()?;
    let certainty = inputs.states.certainty();
    let mailboxes = Mailboxes::of(teammates);
    let mut team = Team { size: teammates.len(), ..Team::default() };
    let mut open = Vec::new();
    for (index, teammate) in teammates.iter().enumerate() {
        let snapshot = inputs.state.snapshot_of(teammate.person);
        let two_factor = inputs.state.two_factor_of(teammate.person);
        team.permissions_known += usize::from(snapshot.is_some());
        team.two_factor_known += usize::from(two_factor.is_some());
        let snapshot = snapshot.filter(|snapshot| certainty.of(snapshot.moment));
        let two_factor = two_factor.filter(|change| certainty.of(change.moment));
        let judgement = inputs.roles.judge(
            teammate.role.as_deref(),
            snapshot.map(|snapshot| (&snapshot.permissions, snapshot.moment.at)),
            inputs.states.for_privilege(),
        );
        let presence = inputs.last_seen.of(teammate.person, inputs.states.window, inputs.states.arrivals);
        team.count(teammate, &judgement, presence);
        if !matches!(judgement.privilege, Some(Privilege::Privileged | Privilege::Unprivileged)) {
            let unclassified = |role: &&str| inputs.roles.is_unclassified(role);
            open.extend(teammate.role.as_deref().filter(unclassified));
        }
        if team.table.rows.len() >= MAX_ROWS {
            team.table.truncated = true;
            continue;
        }
        let permissions = snapshot.map(|snapshot| &snapshot.permissions);
        let mut cells = own_cells(teammate, inputs.allowed_domains, mailboxes.others(index, teammates));
        cells.extend(row([
            ("privilege", json!(judgement.privilege.map(Privilege::as_str))),
            ("privileged", json!(judgement.privilege == Some(Privilege::Privileged))),
            ("privilege_reason", json!(judgement.reason)),
            ("permissions", json!(permissions.map(|permissions| &permissions.granted))),
            (
                "conversation_access",
                json!(permissions.and_then(|permissions| permissions.conversation_access.as_ref())),
            ),
            ("permissions_at", time(snapshot.map(|snapshot| snapshot.moment.at))),
            (
                "two_factor",
                json!(two_factor.and_then(|change| change.on).map(|on| if on { "on" } else { "off" })),
            ),
            ("two_factor_at", time(two_factor.map(|change| change.moment.at))),
            ("sign_ins", json!(presence.sign_ins)),
            ("last_sign_in", time(presence.last_sign_in)),
            ("last_seen", time(presence.last_seen)),
            ("directory_status", Value::Null),
            ("directory_mfa", Value::Null),
            ("last_seen_days", presence.last_seen.map_or(Value::Null, |at| days(inputs.now - at))),
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
        ("local_part", json!(address.map(EmailAddress::local))),
        ("domain_allowed", json!(domain_allowed)),
        ("shared_mailbox", json!(shared)),
        ("role", json!(teammate.role)),
        ("inbox_seat", json!(teammate.inbox_seat)),
    ])
}

/// Which teammates' addresses reach the same mailbox.
struct Mailboxes {
    of: Vec<Option<EmailAddress>>,
    owners: BTreeMap<EmailAddress, Vec<usize>>,
}

impl Mailboxes {
    fn of(teammates: &[Teammate]) -> Self {
        let mailbox = |email| EmailAddress::parse(email).map(EmailAddress::untagged);
        let of: Vec<_> =
            teammates.iter().map(|teammate| teammate.email.as_deref().and_then(mailbox)).collect();
        let mut owners: BTreeMap<EmailAddress, Vec<usize>> = BTreeMap::new();
        for (index, mailbox) in of.iter().enumerate() {
            if let Some(mailbox) = mailbox {
                owners.entry(mailbox.clone()).or_default().push(index);
            }
        }
        Self { of, owners }
    }

    /// The other addresses that reach this teammate's mailbox.
    fn others(&self, index: usize, teammates: &[Teammate]) -> Option<String> {
        let owners = self.owners.get(self.of.get(index)?.as_ref()?)?;
        let others = owners.iter().filter(|&&owner| owner != index);
        let shown: Vec<&str> =
            others.take(MAX_SHARED).filter_map(|&owner| teammates.get(owner)?.email.as_deref()).collect();
        let more = owners.len().saturating_sub(1 + shown.len());
        let suffix = if more > 0 { format!(" and {more} more") } else { String::new() };
        (!shown.is_empty()).then(|| format!("{}{suffix}", shown.join(", ")))
    }
}
