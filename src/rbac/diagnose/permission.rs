//! People without a declared role, and people who lost permissions.

use serde_json::Value;

use super::{AccessProblem, DiagnosisInput, on_by, text, texts};
use crate::casefold::same_name;
use crate::config::Config;
use crate::facts::{Facts, Row};
use crate::rbac::listed;
use crate::sources::Feed;
use crate::toml_document::excerpt;

/// The most lost permissions to name.
const MOST_NAMED: usize = 8;

pub(super) const PROBLEM: AccessProblem = AccessProblem::new(
    "permission-denied",
    "Permission denied",
    "Declare the missing roles under [rbac.roles], map the groups to them under [rbac.groups], and update the groups in \
     the identity provider. Restore permissions that were removed by mistake in Settings > Workspace > Teammates.",
);

/// Looks for people without the permissions they should have.
pub(super) fn look(situation: &DiagnosisInput<'_>) -> AccessProblem {
    let mut problem = PROBLEM;
    match situation.config.filter(|config| !config.rbac.roles.is_empty()) {
        Some(config) => {
            mappings(config, &mut problem);
            teammates(situation.facts, config, &mut problem);
        }
        None => problem.undeclared(
            "no role is declared under [rbac.roles], so undeclared roles could not be looked for",
        ),
    }
    losses(situation.facts, &mut problem);
    problem
}

fn is_declared(config: &Config, role: &str) -> bool {
    config.rbac.roles.keys().any(|name| same_name(name, role))
}

/// Finds groups and a default role that lead to an undeclared role.
fn mappings(config: &Config, problem: &mut AccessProblem) {
    for (group, role) in config.rbac.groups.iter().filter(|(_, role)| !is_declared(config, role)) {
        let (group, name) = (excerpt(group), excerpt(role));
        problem.shows(format!(
            "the group {group} gives the role {name}, which is not declared ({}:{})",
            config.path, role.line
        ));
    }
    if let Some(role) = config.organization.default_role.as_ref().filter(|role| !is_declared(config, role)) {
        problem.shows(format!("organization.default_role is {}, which is not declared", excerpt(role)));
    }
}

/// Finds teammates whose role is not declared.
fn teammates(facts: &Facts, config: &Config, problem: &mut AccessProblem) {
    problem.rests_on(facts, Feed::Admins);
    for row in problem.rows(facts, "teammates", &[]) {
        match text(row, "role") {
            None => problem.affects(row, "has no role in Intercom".to_owned()),
            Some(role) if !is_declared(config, role) => {
                problem.affects(row, format!("has the role {role}, which is not declared"));
            }
            Some(_) => {}
        }
    }
}

/// Finds people who lost permissions in the window and are still teammates.
fn losses(facts: &Facts, problem: &mut AccessProblem) {
    problem.rests_on(facts, Feed::LogWindow);
    let has_left =
        |row: &&Row| row.get("teammate") == Some(&Value::Bool(false)) && text(row, "person").is_some();
    for row in problem.rows(facts, "permission_losses", &[]).into_iter().filter(|row| !has_left(row)) {
        let lost = listed(&texts(row, "permissions"), MOST_NAMED);
        problem.affects(row, format!("lost {lost} {}", on_by(row)));
    }
}
