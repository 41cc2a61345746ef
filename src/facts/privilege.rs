//! Which teammates may change settings or teammates: by role, by the newest permission snapshot, or unknown.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::event::Moment;
use super::permissions::{Snapshot, Upheavals};
use super::rows::bounded;
use crate::casefold::{fold, looks};
use crate::sources::SourceStatus;
use crate::text::is_invisible;

/// Whether a teammate may change settings or teammates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Privilege {
    Privileged,
    Unprivileged,
    /// Neither role nor permissions decide.
    Unknown,
}

impl Judgement {
    /// The order of several judgements about one teammate: privileged before unknown before unprivileged.
    pub(super) const fn rank(&self) -> u8 {
        match self.privilege {
            Some(Privilege::Privileged) => 2,
            Some(Privilege::Unknown) | None => 1,
            Some(Privilege::Unprivileged) => 0,
        }
    }
}

impl Privilege {
    /// The word used in tables.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Privileged => "privileged",
            Self::Unprivileged => "unprivileged",
            Self::Unknown => "unknown",
        }
    }
}

/// A judgement and its reason. Of several about one teammate, the greatest counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Judgement {
    /// None if an error prevents a decision.
    pub(super) privilege: Option<Privilege>,
    pub(super) reason: String,
}

/// The classified roles.
#[derive(Debug)]
pub(super) struct Roles {
    privileged: BTreeSet<String>,
    unprivileged: BTreeSet<String>,
    /// The visual skeletons of the privileged roles.
    looks: BTreeSet<String>,
    /// The unprivileged list as configured.
    spelled: Vec<String>,
}

/// A role name in the form for comparison.
fn key(name: &str) -> String {
    fold(&bounded(name.trim())).into_owned()
}

impl Roles {
    pub(super) fn new(privileged: &[String], unprivileged: &[String]) -> Self {
        Self {
            privileged: privileged.iter().map(|name| key(name)).collect(),
            unprivileged: unprivileged.iter().map(|name| key(name)).collect(),
            looks: privileged.iter().flat_map(|name| looks(&bounded(name))).collect(),
            spelled: unprivileged.to_vec(),
        }
    }

    /// Judges a teammate by role and newest snapshot. `log` is the status of snapshots: if forbidden, the role alone
    /// decides; if failed, only a privileged role decides.
    pub(super) fn judge(
        &self,
        name: Option<&str>,
        snapshot: Option<&Snapshot>,
        upheavals: Upheavals,
        log: SourceStatus,
    ) -> Judgement {
        let decided = |privilege, reason| Judgement { privilege: Some(privilege), reason };
        let role = name.map_or_else(|| "no role".to_owned(), |name| format!("role {name}"));
        let role_key = name.map(key);
        let within = |list: &BTreeSet<String>| role_key.as_ref().is_some_and(|key| list.contains(key));
        if within(&self.privileged) {
            return decided(Privilege::Privileged, role);
        }
        let later_than = |snapshot: Option<&Snapshot>, change: Option<Moment>| {
            change.filter(|change| snapshot.is_none_or(|snapshot| snapshot.moment < *change))
        };
        if log == SourceStatus::Failed && snapshot.is_none() {
            let reason = format!("{role}; the activity log could not be read in full");
            return Judgement { privilege: None, reason };
        }
        if let Some(change) = later_than(snapshot, upheavals.of_unknown_people) {
            let day = date(change.at);
            let reason = format!("{role}; the log does not say whose permissions changed on {day}");
            return decided(Privilege::Unknown, reason);
        }
        let permissions = snapshot.map(|snapshot| (snapshot.permissions.as_ref(), date(snapshot.moment.at)));
        match &permissions {
            None => {}
            Some((None, day)) => {
                let reason = format!("{role}; the permission change of {day} is not understood");
                return decided(Privilege::Unknown, reason);
            }
            Some((Some(permissions), day)) => {
                if let Some(name) = permissions.privileged() {
                    return decided(Privilege::Privileged, format!("permission {name} granted {day}"));
                }
            }
        }
        let suffix = match log {
            SourceStatus::Complete | SourceStatus::Failed => "",
            _ => "; the role alone decides, because the activity log may not be read",
        };
        if within(&self.unprivileged) {
            return decided(Privilege::Unprivileged, format!("{role}{suffix}"));
        }
        if let Some(role) = name.filter(|role| self.only_looks_privileged(role)) {
            let reason = format!("role {role} looks like a privileged role, but is spelled differently");
            return decided(Privilege::Unknown, reason);
        }
        let undecided = if name.is_some() { format!("{role} is not classified") } else { role };
        let Some((_, day)) = permissions else {
            return decided(Privilege::Unknown, format!("{undecided}{suffix}"));
        };
        if let Some(change) = later_than(snapshot, upheavals.of_roles) {
            let changed = date(change.at);
            let reason = format!(
                "{undecided}; the permission snapshot of {day} is older than the role change of {changed}"
            );
            return decided(Privilege::Unknown, reason);
        }
        decided(Privilege::Unprivileged, format!("neither privileged permission in the snapshot of {day}"))
    }

    /// Whether the role is in neither list and looks like a privileged one.
    fn only_looks_privileged(&self, role: &str) -> bool {
        self.is_unclassified(role) && looks(&bounded(role)).iter().any(|look| self.looks.contains(look))
    }

    /// Whether the role is classified as unprivileged.
    pub(super) fn is_unprivileged(&self, role: &str) -> bool {
        self.unprivileged.contains(&key(role)) && !self.privileged.contains(&key(role))
    }

    /// Whether the role is classified as privileged.
    pub(super) fn is_privileged(&self, role: &str) -> bool {
        self.privileged.contains(&key(role))
    }

    /// Whether the role is in neither list.
    pub(super) fn is_unclassified(&self, role: &str) -> bool {
        let key = key(role);
        !self.privileged.contains(&key) && !self.unprivileged.contains(&key)
    }

    /// The advice on how to classify these roles. It has the complete list, because a setting replaces its default.
    pub(super) fn advice<'a>(&self, unclassified: impl IntoIterator<Item = &'a str>) -> Option<String> {
        let added: Vec<String> = unclassified.into_iter().map(toml_string).collect();
        if added.is_empty() {
            return None;
        }
        let names: Vec<String> = self.spelled.iter().map(|name| toml_string(name)).chain(added).collect();
        Some(format!(
            "Classify the role: under [facts], set unprivileged_roles = [{}], or add it to privileged_roles if it may \
             change settings or teammates.",
            names.join(", ")
        ))
    }
}

/// Removes role names that differ only in letter case or surrounding space.
pub(super) fn distinct<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = BTreeSet::new();
    let mut names: Vec<&str> = names.into_iter().collect();
    names.sort_unstable();
    names.retain(|name| seen.insert(key(name)));
    names
}

fn date(at: i64) -> String {
    let day = Timestamp::from_second(at).map(|time| time.strftime("%Y-%m-%d").to_string());
    day.unwrap_or_else(|_| "at an unknown time".to_owned())
}

/// The text as a TOML basic string. Invisible characters are escaped, so that the line can be copied from a terminal.
fn toml_string(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            c if is_invisible(c) => quoted.push_str(&format!("\\U{:08X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::super::event::Permissions;
    use super::*;
    use crate::facts::Settings;
    use crate::sources::Feed;

    fn roles() -> Roles {
        let defaults = Settings::default();
        Roles::new(&defaults.facts.privileged_roles, &defaults.facts.unprivileged_roles)
    }

    fn moment(at: i64) -> Moment {
        Moment::new(at, Feed::LogWindow, 0)
    }

    fn snapshot(names: &[&str]) -> Snapshot {
        let granted = names.iter().map(|&name| name.to_owned()).collect();
        let permissions = Permissions { granted, conversation_access: None, is_full: true };
        Snapshot { moment: moment(5), by: None, permissions: Some(permissions) }
    }

    fn judge(name: Option<&str>, snapshot: Option<&Snapshot>, upheavals: Upheavals) -> Privilege {
        let judgement = roles().judge(name, snapshot, upheavals, SourceStatus::Complete);
        judgement.privilege.unwrap()
    }

    /// Role, granted permissions if there is a snapshot, and the expected privilege.
    type Case = (Option<&'static str>, Option<&'static [&'static str]>, Privilege);

    #[test]
    fn privilege_is_decided_in_order() {
        use Privilege::{Privileged, Unknown, Unprivileged};
        let cases: [Case; 12] = [
            (Some(" ADMIN "), Some(&[]), Privileged),
            (Some("Agent"), Some(&["manage_teammates"]), Privileged),
            (None, Some(&["access_workspace_settings"]), Privileged),
            (Some("Agent"), None, Unprivileged),
            (Some("Ops lead"), Some(&["export_data"]), Unprivileged),
            (None, Some(&[]), Unprivileged),
            (Some("Ops lead"), None, Unknown),
            (Some("\u{410}dmin"), Some(&[]), Unknown),
            (Some("Adm1n"), Some(&["export_data"]), Unknown),
            (Some("Adm1n"), Some(&["manage_teammates"]), Privileged),
            (Some("ＡＤ\u{200b}ＭＩＮ"), Some(&[]), Privileged),
            (None, None, Unknown),
        ];
        for (role, names, expected) in cases {
            let snapshot = names.map(snapshot);
            let privilege = judge(role, snapshot.as_ref(), Upheavals::default());
            assert_eq!(privilege, expected, "{role:?} {names:?}");
        }
    }

    #[test]
    fn what_was_changed_since_the_snapshot_leaves_it_open() {
        use Privilege::{Privileged, Unknown, Unprivileged};
        let unknown = |at| Upheavals { of_unknown_people: Some(moment(at)), of_roles: None };
        let of_roles = |at| Upheavals { of_unknown_people: None, of_roles: Some(moment(at)) };
        let (grants, does_not) = (["manage_teammates"], ["export_data"]);
        for (name, names, upheavals, expected) in [
            (Some("Owner"), &does_not, unknown(9), Privileged),
            (Some("Agent"), &does_not, unknown(9), Unknown),
            (Some("Agent"), &does_not, unknown(1), Unprivileged),
            (None, &grants, unknown(9), Unknown),
            (None, &grants, unknown(1), Privileged),
            (None, &grants, of_roles(9), Privileged),
            (Some("Ops lead"), &does_not, of_roles(9), Unknown),
            (Some("Ops lead"), &does_not, of_roles(1), Unprivileged),
            (Some("Agent"), &does_not, of_roles(9), Unprivileged),
        ] {
            let privilege = judge(name, Some(&snapshot(names)), upheavals);
            assert_eq!(privilege, expected, "{name:?} {names:?} {upheavals:?}");
        }
        assert_eq!(judge(Some("Agent"), None, unknown(1)), Unknown);
        assert_eq!(judge(Some("Agent"), None, of_roles(1)), Unprivileged);
    }

    #[test]
    fn what_is_not_understood_is_unknown_unless_something_else_proves_it() {
        use Privilege::{Privileged, Unknown};
        let none = Upheavals::default();
        let odd = Snapshot { permissions: None, ..snapshot(&[]) };
        assert_eq!(judge(Some("Agent"), Some(&odd), none), Unknown);
        assert_eq!(judge(Some("Admin"), Some(&odd), none), Privileged);
    }

    #[test]
    fn the_line_to_paste_is_toml_and_classifies_the_roles() {
        let odd = ["Ops lead", "Đội \"A\"\\", "a\u{202e}b\nc", "СУПЕР", &"x".repeat(600)]
            .map(|name| bounded(name).into_owned());
        let sentence = roles().advice(odd.iter().map(String::as_str)).unwrap();
        let start = sentence.find("unprivileged_roles").unwrap();
        let end = sentence.rfind("], or").unwrap() + 1;
        let file = format!("[facts]\n{}\n", &sentence[start..end]);
        let parsed: toml::Table = toml::from_str(&file).unwrap();
        let list = parsed["facts"]["unprivileged_roles"].as_array().unwrap();
        let list: Vec<String> = list.iter().map(|name| name.as_str().unwrap().to_owned()).collect();
        assert!(list.contains(&"agent".to_owned()), "the defaults stay in force");
        let classified = Roles::new(&[], &list);
        assert!(odd.iter().all(|name| roles().is_unclassified(name) && !classified.is_unclassified(name)));
        assert_eq!(roles().advice([]), None);
    }
}
