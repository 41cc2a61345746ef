//! Who may change settings or teammates: by role, by the newest permission snapshot, or unknown.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::event::{PRIVILEGED_PERMISSIONS, Permissions};
use super::rows::bounded;
use crate::casefold::{fold, looks};
use crate::sources::SourceStatus;
use crate::text::is_invisible;

/// Whether a teammate may change settings or teammates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Privilege {
    /// Yes.
    Privileged,
    /// No.
    Unprivileged,
    /// Neither role nor permissions tell.
    Unknown,
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

/// The judgement, and what decided it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Judgement {
    /// The privilege; none where an error keeps it from being told.
    pub(super) privilege: Option<Privilege>,
    /// What decided it.
    pub(super) reason: String,
}

/// The roles that are classified.
#[derive(Debug)]
pub(super) struct Roles {
    privileged: BTreeSet<String>,
    unprivileged: BTreeSet<String>,
    /// What the privileged ones look like.
    looks: BTreeSet<String>,
    /// The unprivileged list as the configuration spells it.
    spelled: Vec<String>,
}

/// The form in which role names are compared.
fn key(name: &str) -> String {
    fold(&bounded(name.trim())).into_owned()
}

impl Roles {
    /// Takes in both lists.
    pub(super) fn new(privileged: &[String], unprivileged: &[String]) -> Self {
        Self {
            privileged: privileged.iter().map(|name| key(name)).collect(),
            unprivileged: unprivileged.iter().map(|name| key(name)).collect(),
            looks: privileged.iter().flat_map(|name| looks(&bounded(name))).collect(),
            spelled: unprivileged.to_vec(),
        }
    }

    /// Decides about a teammate with this role and this newest snapshot, taken at this time, by how the reading of
    /// snapshots ended: where it is forbidden roles decide alone, and where it failed stays open what they do not prove.
    pub(super) fn judge(
        &self,
        role: Option<&str>,
        snapshot: Option<(&Permissions, i64)>,
        log: SourceStatus,
    ) -> Judgement {
        let decided = |privilege, reason| Judgement { privilege: Some(privilege), reason };
        let role_key = role.map(key);
        let within = |list: &BTreeSet<String>| role_key.as_ref().is_some_and(|key| list.contains(key));
        let role_is = || role.map_or_else(|| "no role".to_owned(), |role| format!("role {role}"));
        if within(&self.privileged) {
            return decided(Privilege::Privileged, role_is());
        }
        if let Some((permissions, at)) = snapshot {
            let granted =
                PRIVILEGED_PERMISSIONS.iter().rev().find(|&&name| permissions.granted.contains(name));
            if let Some(name) = granted {
                let reason = format!("permission {name} granted {}", date(at));
                return decided(Privilege::Privileged, reason);
            }
        }
        if log == SourceStatus::Failed && snapshot.is_none() {
            let reason = format!("{}; the activity log could not be read in full", role_is());
            return Judgement { privilege: None, reason };
        }
        let suffix = match log {
            SourceStatus::Complete | SourceStatus::Failed => "",
            _ => "; roles decide alone, since the activity log may not be read",
        };
        if within(&self.unprivileged) {
            return decided(Privilege::Unprivileged, format!("{}{suffix}", role_is()));
        }
        if let Some(role) = role.filter(|role| self.only_looks_privileged(role)) {
            let reason = format!("role {role} looks like a privileged role, and is another");
            return decided(Privilege::Unknown, reason);
        }
        match (snapshot, role) {
            (Some((_, at)), _) => decided(
                Privilege::Unprivileged,
                format!("neither permission in the snapshot of {}", date(at)),
            ),
            (None, Some(role)) => {
                decided(Privilege::Unknown, format!("role {role} is not classified{suffix}"))
            }
            (None, None) => decided(Privilege::Unknown, format!("no role{suffix}")),
        }
    }

    /// Whether the role is in neither list, and looks like a privileged one.
    fn only_looks_privileged(&self, role: &str) -> bool {
        self.is_unclassified(role) && looks(&bounded(role)).iter().any(|look| self.looks.contains(look))
    }

    /// Whether the role is known not to be privileged.
    pub(super) fn is_unprivileged(&self, role: &str) -> bool {
        self.unprivileged.contains(&key(role)) && !self.privileged.contains(&key(role))
    }

    /// Whether the role is in neither list.
    pub(super) fn is_unclassified(&self, role: &str) -> bool {
        let key = key(role);
        !self.privileged.contains(&key) && !self.unprivileged.contains(&key)
    }

    /// The sentence that says which line of the configuration classifies these roles; the list in it is complete, since
    /// a setting replaces its default.
    pub(super) fn settle<'a>(&self, unclassified: impl IntoIterator<Item = &'a str>) -> Option<String> {
        let added: Vec<String> = unclassified.into_iter().map(toml_string).collect();
        if added.is_empty() {
            return None;
        }
        let names: Vec<String> = self.spelled.iter().map(|name| toml_string(name)).chain(added).collect();
        Some(format!(
            "add the role to one of the two lists: under [facts] set unprivileged_roles = [{}] \
             (or add it to privileged_roles, if it may change settings or teammates)",
            names.join(", ")
        ))
    }
}

/// Role names that differ only in letter case or surrounding space are one role.
pub(super) fn distinct<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = BTreeSet::new();
    let mut names: Vec<&str> = names.into_iter().collect();
    names.sort_unstable();
    names.retain(|name| seen.insert(key(name)));
    names
}

/// The day, in UTC.
fn date(at: i64) -> String {
    let day = Timestamp::from_second(at).map(|time| time.strftime("%Y-%m-%d").to_string());
    day.unwrap_or_else(|_| "at an unknown time".to_owned())
}

/// The text as a TOML basic string. What a terminal would not show as it is becomes an escape, so that the line can be
/// pasted from wherever it is printed.
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
    use super::*;
    use crate::facts::Settings;

    fn roles() -> Roles {
        let defaults = Settings::default();
        Roles::new(&defaults.facts.privileged_roles, &defaults.facts.unprivileged_roles)
    }

    fn snapshot(names: &[&str]) -> Permissions {
        let granted = names.iter().map(|&name| name.to_owned()).collect();
        Permissions { granted, conversation_access: None }
    }

    /// Role, granted permissions where there is a snapshot, and what follows.
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
            let snapshot = snapshot.as_ref().map(|permissions| (permissions, 0));
            let judgement = roles().judge(role, snapshot, SourceStatus::Complete);
            assert_eq!(judgement.privilege, Some(expected), "{role:?} {names:?}");
        }
    }

    #[test]
    fn the_line_to_paste_is_toml_and_settles_the_roles() {
        let odd = ["Ops lead", "Đội \"A\"\\", "a\u{202e}b\nc", "СУПЕР", &"x".repeat(600)]
            .map(|name| bounded(name).into_owned());
        let sentence = roles().settle(odd.iter().map(String::as_str)).unwrap();
        let start = sentence.find("unprivileged_roles").unwrap();
        let end = sentence.rfind("] (").unwrap() + 1;
        let file = format!("[facts]\n{}\n", &sentence[start..end]);
        let parsed: toml::Table = toml::from_str(&file).unwrap();
        let list = parsed["facts"]["unprivileged_roles"].as_array().unwrap();
        let list: Vec<String> = list.iter().map(|name| name.as_str().unwrap().to_owned()).collect();
        assert!(list.contains(&"agent".to_owned()), "the defaults stay in force");
        let settled = Roles::new(&[], &list);
        assert!(odd.iter().all(|name| roles().is_unclassified(name) && !settled.is_unclassified(name)));
        assert_eq!(roles().settle([]), None);
    }
}
