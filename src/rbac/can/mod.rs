//! `rbac can`: whether a teammate's declared role allows an action.
//!
//! Nothing is allowed by default: an unknown person, role or rule is an error.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use super::{listed, text, texts};
use crate::casefold::{fold, same_name};
use crate::config::{Config, DeclaredRole, Identities, Permission};
use crate::facts::{Facts, PRIVILEGED_PERMISSIONS, Row};
use crate::sources::{Feed, SourceStatus};
use crate::terminal::Style;
use crate::terminal::style::Tone;
use crate::toml_document::closest;

mod error;
#[cfg(test)]
mod tests;

pub(crate) use error::CanError;

/// The most undeclared permissions to name.
const MOST_NAMED: usize = 5;

/// The longest answer, in columns, because names may be long.
const LINE_COLUMNS: usize = 2_000;

/// The answer, and the document of `--format json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Answer<'a> {
    schema_version: &'static str,
    workspace_id: Option<String>,
    /// The teammate: the e-mail address, else the id.
    who: String,
    action: Permission,
    pub(crate) allowed: bool,
    /// Spelled as in Intercom.
    role: String,
    /// The account status at the identity provider; none without a directory export.
    account_status: Option<String>,
    reason: String,
    rule: DecidingRole<'a>,
}

/// The deciding entry of `[rbac.roles]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
struct DecidingRole<'a> {
    /// Spelled as declared.
    role: &'a str,
    permissions: &'a [Permission],
    file: &'a str,
    line: usize,
}

impl Answer<'_> {
    /// The answer on one line: the word, the reason, and the rule in TOML.
    pub(crate) fn sentence(&self, style: Style) -> String {
        let (looks, word) = if self.allowed { (Tone::Good, "allowed") } else { (Tone::Bad, "denied") };
        let DecidingRole { role, permissions, file, line } = self.rule;
        let name = toml_edit::Key::new(role);
        let permissions: Vec<_> = permissions.iter().map(|word| format!("\"{}\"", word.into_str())).collect();
        let rest = format!(
            "{} Rule: [rbac.roles.{name}] permissions = [{}] ({file}:{line})",
            self.reason,
            permissions.join(", ")
        );
        format!("{}: {}\n", style.paint(looks, word), crate::text::line(&rest, LINE_COLUMNS))
    }
}

/// Decides whether `who` (an e-mail address or an admin's id) may do `action`.
///
/// # Errors
/// If the policy, the person or the role cannot be resolved.
pub(crate) fn can<'a>(
    facts: &Facts,
    config: &'a Config,
    who: &str,
    action: Permission,
) -> Result<Answer<'a>, CanError> {
    let teammates = teammates(facts)?;
    let person = person(&teammates, &config.rbac.identities, who)?;
    let Some(role) = person.role else { return Err(CanError::WithoutRole { who: person.shown.to_owned() }) };
    let (rule, declared) = rule(config, role, person.shown)?;
    let included = rule.permissions.contains(&action);
    // Of several entries, the most restrictive one decides.
    let keeps_out = person.statuses.iter().find(|status| barred(facts, **status).is_some());
    let deciding = keeps_out.or(person.statuses.first()).copied();
    let barred = deciding.and_then(|status| barred(facts, status));
    let is_partial = facts.value("roster.complete") == &Value::Bool(false);
    let is_absent = person.statuses.contains(&Some("absent"));
    if included && is_partial && (barred.is_none() || is_absent) {
        return Err(CanError::PartialRoster { who: person.shown.to_owned() });
    }
    let verb = if included { "includes" } else { "does not include" };
    let mut reason = match barred {
        Some(why) => format!("{} {why}, so the role {role} does not count.", person.shown),
        None => format!("{} has the role {role}, which {verb} {}.", person.shown, action.into_str()),
    };
    if let Some(beyond) = beyond(&person.granted, declared) {
        reason.push(' ');
        reason.push_str(&beyond);
    }
    Ok(Answer {
        schema_version: "1",
        workspace_id: facts.value("workspace.id").as_str().map(str::to_owned),
        who: person.shown.to_owned(),
        action,
        allowed: included && barred.is_none(),
        role: role.to_owned(),
        account_status: deciding.flatten().map(str::to_owned),
        reason,
        rule,
    })
}

/// Why the directory export, if given, denies a teammate: absent people are denied.
fn barred(facts: &Facts, status: Option<&str>) -> Option<&'static str> {
    if facts.value("roster.people").is_null() {
        return None;
    }
    match status {
        Some("active") => None,
        // A directory export without account statuses lists active people.
        Some("unknown") if facts.value("roster.knows_status") == &Value::Bool(false) => None,
        Some("unknown") => {
            Some("has an account status in the directory export (roster) that is not understood")
        }
        Some("absent") => Some("is not in the directory export (roster)"),
        Some("pending") => Some("cannot sign in at the identity provider yet"),
        Some("suspended") => Some("is suspended in the identity provider"),
        Some("deprovisioned") => Some("is deprovisioned in the identity provider"),
        Some(_) | None => Some("has no address to find in the directory export (roster)"),
    }
}

/// Checks that there is a policy.
///
/// # Errors
/// If no role is declared.
pub(crate) fn policy(config: Option<&Config>) -> Result<&Config, CanError> {
    config.filter(|config| !config.rbac.roles.is_empty()).ok_or(CanError::NothingDeclared)
}

/// Every teammate. An incomplete list is an error, because it may lack the person.
fn teammates(facts: &Facts) -> Result<Vec<&Row>, CanError> {
    let state = facts.feed(Feed::Admins);
    if state.status != SourceStatus::Complete {
        return Err(CanError::Unread { detail: state.failure.as_ref().map(ToString::to_string) });
    }
    let table = facts.rows("teammates", &[]);
    if table.truncated {
        return Err(CanError::Unread { detail: Some("there are more than the program keeps".to_owned()) });
    }
    Ok(table.rows)
}

/// A person in the list of teammates.
struct NamedTeammate<'a> {
    /// The e-mail address, else the id.
    shown: &'a str,
    role: Option<&'a str>,
    /// The account status of each matching entry.
    statuses: BTreeSet<Option<&'a str>>,
    /// The permissions of the newest snapshot, if there is one.
    granted: BTreeSet<&'a str>,
}

/// Finds the person. Several entries of one address count as one if they agree on the role.
fn person<'a>(
    teammates: &[&'a Row],
    identities: &Identities,
    who: &'a str,
) -> Result<NamedTeammate<'a>, CanError> {
    let by_id = |row: &Row| text(row, "id") == Some(who.trim());
    let key = identities.key(who);
    let is_meant = |email: &str| key.is_some() && identities.key(email) == key;
    let by_email = |row: &Row| {
        text(row, "email").is_some_and(is_meant) || texts(row, "emails").into_iter().any(is_meant)
    };
    let is_address = who.contains('@');
    let found: Vec<&&Row> =
        teammates.iter().filter(|row| if is_address { by_email(row) } else { by_id(row) }).collect();
    let Some(first) = found.first() else {
        let emails = teammates.iter().filter_map(|row| text(row, "email"));
        let suggestion = if is_address { closest(who, emails).map(str::to_owned) } else { None };
        return Err(CanError::UnknownPerson { who: who.to_owned(), suggestion });
    };
    let roles: BTreeSet<_> = found.iter().map(|row| text(row, "role").map(fold)).collect();
    if roles.len() > 1 {
        let spelt: BTreeSet<&str> = found.iter().map(|row| text(row, "role").unwrap_or("no role")).collect();
        let roles = spelt.into_iter().take(MOST_NAMED).map(str::to_owned).collect();
        return Err(CanError::AmbiguousPerson { who: who.to_owned(), roles });
    }
    Ok(NamedTeammate {
        shown: text(first, "email").or_else(|| text(first, "id")).unwrap_or(who),
        role: text(first, "role"),
        statuses: found.iter().map(|row| text(row, "directory_status")).collect(),
        granted: found.iter().flat_map(|row| texts(row, "permissions")).collect(),
    })
}

/// Finds the policy's entry for the role.
fn rule<'a>(
    config: &'a Config,
    role: &str,
    who: &str,
) -> Result<(DecidingRole<'a>, &'a DeclaredRole), CanError> {
    let mut found = config.rbac.roles.iter().filter(|(name, _)| same_name(name, role));
    let Some((name, declared)) = found.next() else {
        let names = config.rbac.roles.keys().map(String::as_str);
        return Err(CanError::UnknownRole {
            who: who.to_owned(),
            role: role.to_owned(),
            suggestion: closest(role.trim(), names).map(str::to_owned),
        });
    };
    let differs = |other: &DeclaredRole| {
        other.permissions != declared.permissions || other.intercom != declared.intercom
    };
    if let Some((_, other)) = found.find(|(_, other)| differs(other)) {
        return Err(CanError::DeclaredTwice {
            role: role.to_owned(),
            file: config.path.clone(),
            lines: [declared.line.min(other.line), declared.line.max(other.line)],
        });
    }
    let rule = DecidingRole {
        role: name,
        permissions: &declared.permissions,
        file: &config.path,
        line: declared.line,
    };
    Ok((rule, declared))
}

/// The permissions in the newest snapshot that the role does not declare.
fn beyond(granted: &BTreeSet<&str>, role: &DeclaredRole) -> Option<String> {
    let is_admin = role.permissions.contains(&Permission::Admin);
    let undeclared = |name: &str| match &role.intercom {
        Some(declared) => !declared.iter().any(|declared| declared == name),
        None => !is_admin && PRIVILEGED_PERMISSIONS.contains(&name),
    };
    let privileged = |name: &str| !is_admin && PRIVILEGED_PERMISSIONS.contains(&name);
    let mut names: Vec<&str> =
        granted.iter().copied().filter(|name| undeclared(name) || privileged(name)).collect();
    // The privileged permissions first.
    names.sort_by_key(|name| (!PRIVILEGED_PERMISSIONS.contains(name), *name));
    (!names.is_empty())
        .then(|| format!("Intercom grants more than is declared: {}.", listed(&names, MOST_NAMED)))
}
