//! The answer for people and for programs.

use serde::Serialize;

use super::{Answer, Rule};
use crate::config::Permission;
use crate::report::{Style, json_text};
use crate::terminal::style::Role as Looks;
use crate::text;

/// The longest answer, in columns: names of people and roles may be long.
const LINE_COLUMNS: usize = 2_000;

/// The answer on one line: the word, the reason and the rule.
pub(crate) fn sentence(answer: &Answer<'_>, style: Style) -> String {
    let (looks, word) = if answer.allowed { (Looks::Good, "allowed") } else { (Looks::Bad, "denied") };
    let rest = format!("{}; {}", answer.reason, written(&answer.rule));
    format!("{}: {}\n", style.paint(looks, word), text::line(&rest, LINE_COLUMNS))
}

/// The rule as it could stand in the file, and where it does.
fn written(rule: &Rule<'_>) -> String {
    let words: Vec<String> = words(rule).iter().map(|word| format!("\"{word}\"")).collect();
    let Rule { name, role, file } = rule;
    let name = toml_edit::Key::new(*name);
    format!("[rbac.roles.{name}] permissions = [{}] ({file}:{})", words.join(", "), role.line)
}

fn words(rule: &Rule<'_>) -> Vec<&'static str> {
    rule.role.permissions.iter().map(Permission::into_str).collect()
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: &'static str,
    workspace_id: Option<&'a str>,
    who: &'a str,
    action: &'static str,
    allowed: bool,
    role: &'a str,
    standing: Option<&'a str>,
    reason: &'a str,
    rule: RuleDocument<'a>,
}

#[derive(Serialize)]
struct RuleDocument<'a> {
    role: &'a str,
    permissions: Vec<&'static str>,
    file: &'a str,
    line: usize,
}

/// The answer as JSON.
///
/// # Errors
/// None that is known: it holds nothing that JSON cannot express.
pub(crate) fn json(answer: &Answer<'_>, workspace_id: Option<&str>) -> Result<String, serde_json::Error> {
    let rule = &answer.rule;
    json_text(&Document {
        schema_version: "1",
        workspace_id,
        who: &answer.who,
        action: answer.action.into_str(),
        allowed: answer.allowed,
        role: &answer.role,
        standing: answer.standing.as_deref(),
        reason: &answer.reason,
        rule: RuleDocument {
            role: rule.name,
            permissions: words(rule),
            file: rule.file,
            line: rule.role.line,
        },
    })
}
