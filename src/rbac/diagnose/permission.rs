//! People without a declared role, and people who lost permissions.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::Value;

use super::{Case, Finding, Situation, Trouble, day, text, who};
use crate::casefold::fold;
use crate::config::Config;
use crate::facts::{Facts, Row};
use crate::sources::Feed;
use crate::toml_document::excerpt;

/// How many lost permissions are named.
const MOST_NAMED: usize = 8;

/// Looks for people who may not do what they should.
pub(super) fn look(situation: &Situation<'_>) -> Case {
    let mut finding = Finding::default();
    match situation.config.filter(|config| !config.rbac.roles.is_empty()) {
        Some(config) => {
            let declared: BTreeSet<Cow<'_, str>> = config.rbac.roles.keys().map(|name| fold(name)).collect();
            mappings(config, &declared, &mut finding);
            teammates(situation.facts, &declared, &mut finding);
        }
        None => finding.undeclared(
            "no role is declared under [rbac.roles], so a role without a mapping could not be looked for",
        ),
    }
    losses(situation.facts, &mut finding);
    finding.case(Trouble::Permission)
}

/// Groups and the default that lead to a role nobody declared.
fn mappings(config: &Config, declared: &BTreeSet<Cow<'_, str>>, finding: &mut Finding) {
    for (group, role) in &config.rbac.groups {
        if !declared.contains(&fold(role)) {
            finding.shows(format!(
                "the group {} gives the role {}, which is not declared ({}:{})",
                excerpt(group),
                excerpt(role),
                config.path,
                role.line
            ));
        }
    }
    if let Some(role) = &config.organization.default_role
        && !declared.contains(&fold(role))
    {
        finding.shows(format!("organization.default_role is {}, which is not declared", excerpt(role)));
    }
}

/// Teammates whose role the policy does not speak of.
fn teammates(facts: &Facts, declared: &BTreeSet<Cow<'_, str>>, finding: &mut Finding) {
    finding.rests_on(facts, Feed::Admins);
    finding.rests_on_all_of(facts, "teammates");
    for row in facts.rows("teammates", &[]).rows {
        match text(row, "role") {
            None => finding.affects(who(row), "has no role in Intercom".to_owned()),
            Some(role) if !declared.contains(&fold(role)) => {
                finding.affects(who(row), format!("has the role {role}, which is not declared"));
            }
            Some(_) => {}
        }
    }
}

/// People who lost permissions in the window. Whoever has left since has lost them for good reason.
fn losses(facts: &Facts, finding: &mut Finding) {
    finding.rests_on(facts, Feed::LogWindow);
    finding.rests_on_all_of(facts, "permission_losses");
    let has_left =
        |row: &&Row| row.get("teammate") == Some(&Value::Bool(false)) && text(row, "person").is_some();
    for row in facts.rows("permission_losses", &[]).rows.into_iter().filter(|row| !has_left(row)) {
        let lost: Vec<&str> = row
            .get("permissions")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let more = lost.len().saturating_sub(MOST_NAMED);
        let suffix = if more > 0 { format!(" and {more} more") } else { String::new() };
        let named: Vec<&str> = lost.into_iter().take(MOST_NAMED).collect();
        let at = text(row, "at").map_or("an unknown day", day);
        let by = text(row, "by").unwrap_or("nobody recorded");
        finding.affects(who(row), format!("lost {}{suffix}; changed on {at} by {by}", named.join(", ")));
    }
}
