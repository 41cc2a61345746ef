//! Teammates, performers, affected people and privilege.

use std::collections::BTreeMap;

use serde_json::Value;

use super::log::at;
use super::words::{as_it_looks, email, id_of, mailbox, name};
use super::{Case, Ended};

const PRIVILEGED_ROLES: [&str; 5] = ["owner", "admin", "administrator", "super admin", "superadmin"];

const UNPRIVILEGED_ROLES: [&str; 9] =
    ["teammate", "agent", "support agent", "support", "viewer", "read only", "read-only", "lite", "member"];

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Privilege {
    Privileged,
    Unknown,
    Unprivileged,
}

/// The person in an event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who {
    /// A teammate, by their place in the list.
    Teammate(usize),
    /// Intercom's own bot.
    Bot,
    /// An id that no teammate has.
    Left(String),
    /// An address that no teammate has, without an id.
    Outsider(String),
    /// Without an id and an address, or no person.
    Unknown,
}

/// A teammate: the entries of `/admins` with one id.
#[derive(Debug)]
pub(super) struct Teammate<'a> {
    id: Option<String>,
    pub(super) entries: Vec<&'a Value>,
}

impl Teammate<'_> {
    /// All addresses, without duplicates.
    pub(super) fn emails(&self) -> Vec<(String, String)> {
        let mut emails: Vec<_> = self.entries.iter().filter_map(|entry| email(&entry["email"])).collect();
        emails.sort();
        emails.dedup();
        emails
    }

    pub(super) fn mailboxes(&self) -> Vec<String> {
        self.entries.iter().filter_map(|entry| mailbox(&entry["email"])).collect()
    }

    /// The non-empty names of the roles.
    pub(super) fn roles(&self) -> Vec<String> {
        let names = self.entries.iter().filter_map(|entry| entry["role"]["name"].as_str());
        names.map(name).filter(|name| !name.is_empty()).collect()
    }
}

/// A teammate's permissions according to the log.
enum Permissions<'a> {
    Nothing,
    Unclear,
    Snapshot(&'a Value, i64),
}

impl Case {
    /// Everyone in `/admins`, the bot included.
    fn accounts(&self) -> Vec<Teammate<'_>> {
        let mut accounts: Vec<Teammate<'_>> = Vec::new();
        if self.admins != Ended::Complete {
            return accounts;
        }
        for entry in &self.workspace.admins {
            let id = id_of(&entry["id"]);
            let known = accounts.iter_mut().find(|account| id.is_some() && account.id == id);
            match known {
                Some(account) => account.entries.push(entry),
                None => accounts.push(Teammate { id, entries: vec![entry] }),
            }
        }
        accounts
    }

    fn may_be_bot(&self, account: &Teammate<'_>) -> bool {
        let app = self.workspace.me["app"]["id_code"].as_str();
        let own = app.filter(|_| self.me == Ended::Complete);
        account.emails().iter().any(|(local, domain)| {
            let expected = own.map(|app| name(&format!("operator+{app}")));
            let after_plus = local.strip_prefix("operator+").unwrap_or("");
            let any = !after_plus.is_empty() && after_plus.chars().all(char::is_alphanumeric);
            domain == "intercom.io" && expected.map_or(any, |expected| *local == expected)
        })
    }

    /// The teammates, and the bot if known.
    fn people(&self) -> (Vec<Teammate<'_>>, Option<Teammate<'_>>) {
        let (mut teammates, mut bots) = (Vec::new(), Vec::new());
        for account in self.accounts() {
            if self.may_be_bot(&account) { bots.push(account) } else { teammates.push(account) }
        }
        if bots.len() == 1 {
            return (teammates, bots.pop());
        }
        (self.accounts(), None)
    }

    pub(super) fn teammates(&self) -> Vec<Teammate<'_>> {
        self.people().0
    }

    /// The person behind `performed_by` or `metadata.admin`.
    fn who(&self, reference: &Value) -> Who {
        if reference["type"].as_str().is_some_and(|kind| kind != "admin") {
            return Who::Unknown;
        }
        let (teammates, bot) = self.people();
        let (id, mailbox) = (id_of(&reference["id"]), mailbox(&reference["email"]));
        let is = |account: &Teammate<'_>| match (&id, &mailbox) {
            (Some(_), _) => account.id == id,
            (None, Some(mailbox)) => account.mailboxes().contains(mailbox),
            (None, None) => false,
        };
        if bot.is_some_and(|bot| is(&bot)) {
            return Who::Bot;
        }
        match (teammates.iter().position(is), id, mailbox) {
            (Some(place), ..) => Who::Teammate(place),
            (None, Some(id), _) => Who::Left(id),
            (None, None, Some(mailbox)) => Who::Outsider(mailbox),
            (None, None, None) => Who::Unknown,
        }
    }

    pub(super) fn performer(&self, event: &Value) -> Who {
        self.who(&event["performed_by"])
    }

    /// The owner of a sign-in, a failure, an export or an accepted invite.
    pub(super) fn owner(&self, event: &Value) -> Who {
        self.who(Self::owner_named(event))
    }

    /// The fields that identify the owner.
    pub(super) fn owner_named(event: &Value) -> &Value {
        let performer = &event["performed_by"];
        let named = id_of(&performer["id"]).is_some() || mailbox(&performer["email"]).is_some();
        let other = performer["type"].as_str().is_some_and(|kind| kind != "admin");
        if named || other { performer } else { &event["metadata"]["admin"] }
    }

    /// The person of a provisioning or a change of the second factor.
    pub(super) fn affected_or_performer(&self, event: &Value) -> Who {
        let affected = &event["metadata"]["admin"];
        if affected.is_null() { self.performer(event) } else { self.who(affected) }
    }

    /// The permissions in a teammate's newest permission change.
    fn permissions(&self, place: usize) -> Permissions<'_> {
        for change in self.ever(&["admin_permission_change"]) {
            match self.who(&change["metadata"]["admin"]) {
                Who::Teammate(other) if other == place => {
                    let after = &change["metadata"]["after"];
                    let decides = ["manage_teammates", "access_workspace_settings"];
                    let understood = decides.iter().all(|name| after["permissions"][name].is_boolean());
                    return if understood {
                        Permissions::Snapshot(after, at(change))
                    } else {
                        Permissions::Unclear
                    };
                }
                Who::Outsider(_) | Who::Unknown => return Permissions::Unclear,
                Who::Teammate(_) | Who::Bot | Who::Left(_) => {}
            }
        }
        Permissions::Nothing
    }

    /// The permissions in a teammate's newest permission snapshot.
    pub(super) fn snapshot(&self, place: usize) -> Option<&Value> {
        match self.permissions(place) {
            Permissions::Snapshot(snapshot, _) => Some(snapshot),
            Permissions::Nothing | Permissions::Unclear => None,
        }
    }

    fn is_in(role: &str, list: Option<&Vec<String>>, default: &[&str]) -> bool {
        match list {
            Some(list) => list.iter().any(|listed| name(listed) == role),
            None => default.contains(&role),
        }
    }

    fn privilege_of(&self, role: &str, permissions: &Permissions<'_>) -> Privilege {
        let (privileged, unprivileged) =
            (self.configuration.privileged_roles.as_ref(), self.configuration.unprivileged_roles.as_ref());
        if Self::is_in(role, privileged, &PRIVILEGED_ROLES) {
            return Privilege::Privileged;
        }
        let listed = Self::is_in(role, unprivileged, &UNPRIVILEGED_ROLES);
        match permissions {
            Permissions::Unclear => Privilege::Unknown,
            Permissions::Snapshot(after, _)
                if after["permissions"]["manage_teammates"] == true
                    || after["permissions"]["access_workspace_settings"] == true =>
            {
                Privilege::Privileged
            }
            _ if listed => Privilege::Unprivileged,
            Permissions::Nothing => Privilege::Unknown,
            Permissions::Snapshot(_, taken) => {
                let outdated = self.ever(&["role_change"]).first().is_some_and(|change| at(change) > *taken);
                let imitates = Self::is_in(&as_it_looks(role), privileged, &PRIVILEGED_ROLES);
                if outdated || imitates { Privilege::Unknown } else { Privilege::Unprivileged }
            }
        }
    }

    fn strongest(&self, teammate: &Teammate<'_>, permissions: &Permissions<'_>) -> Privilege {
        let privilege = |entry: &&Value| {
            let role = entry["role"]["name"].as_str().map(name).unwrap_or_default();
            self.privilege_of(&role, permissions)
        };
        teammate.entries.iter().map(privilege).min().unwrap()
    }

    /// The number of teammates by privilege, and of those privileged by role.
    pub(super) fn privileges(&self) -> (BTreeMap<Privilege, usize>, usize) {
        let (mut counts, mut by_role) = (BTreeMap::new(), 0);
        for (place, teammate) in self.teammates().iter().enumerate() {
            *counts.entry(self.strongest(teammate, &self.permissions(place))).or_default() += 1;
            let alone = self.strongest(teammate, &Permissions::Nothing);
            by_role += usize::from(alone == Privilege::Privileged);
        }
        (counts, by_role)
    }

    /// The indices of unprivileged teammates.
    pub(super) fn unprivileged(&self) -> Vec<usize> {
        let teammates = self.teammates();
        let strongest = |place: &usize| self.strongest(&teammates[*place], &self.permissions(*place));
        (0..teammates.len()).filter(|place| strongest(place) == Privilege::Unprivileged).collect()
    }
}
