//! A configuration to start from. What identifies the workspace is filled in; everything that could close a control is
//! a commented example, since a person has to decide it.
//!
//! A remark starts with `# `, an example with `#` alone: without the `#` it is valid. The first line is for editors.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::Value;

use crate::casefold::{fold, same_name};
use crate::config::is_domain;
use crate::facts::{FactSettings, Facts};
use crate::schema;
use crate::sources::Provenance;
use crate::text;

/// How many domains and roles are listed.
const MOST_LISTED: usize = 50;
/// The longest name in a remark, in columns.
const NAME_COLUMNS: usize = 80;

/// What a workspace shows that belongs into a configuration.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Seen {
    id: Option<String>,
    /// Whether the id pins the workspace. That of the sample would refuse a real one.
    pins: bool,
    name: Option<String>,
    /// Where it is hosted: `us`, `eu` or `au`.
    region: Option<String>,
    /// Domains of teammates' addresses, the most common first.
    domains: Vec<Counted>,
    /// Roles that teammates have, the most common first.
    roles: Vec<Counted>,
}

/// A word, and how many teammates it is about.
#[derive(Debug, Clone, PartialEq)]
struct Counted {
    word: String,
    teammates: usize,
    /// A domain of a consumer mail provider, or a role that is not classified yet.
    doubtful: bool,
}

impl Seen {
    /// Takes from the facts what belongs into a configuration.
    pub(crate) fn of(facts: &Facts, settings: &FactSettings, provenance: Provenance) -> Self {
        let text = |name| facts.value(name).as_str().map(str::to_owned);
        let unclassified = texts(Some(facts.value("roles.unclassified")));
        let mut domains = counted(facts, "domain", &settings.consumer_domains);
        domains.retain(|domain| is_domain(&domain.word));
        Self {
            id: text("workspace.id").filter(|id| is_plain(id) && !id.trim().is_empty()),
            pins: provenance != Provenance::Demo,
            name: text("workspace.name").filter(|name| is_plain(name) && !name.trim().is_empty()),
            region: text("workspace.region")
                .map(|region| fold(&region).into_owned())
                .filter(|region| matches!(region.as_str(), "us" | "eu" | "au")),
            domains,
            roles: counted(facts, "role", &unclassified),
        }
    }
}

/// Counts the words of a column of the teammates.
fn counted(facts: &Facts, column: &str, doubtful: &[String]) -> Vec<Counted> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for row in facts.rows("teammates", &[]).rows {
        if let Some(word) = row.get(column).and_then(Value::as_str) {
            *counts.entry(word).or_default() += 1;
        }
    }
    let is_doubtful = |word: &str| doubtful.iter().any(|other| same_name(other, word));
    let mut seen: Vec<_> = counts
        .into_iter()
        .filter(|(word, _)| is_plain(word))
        .map(|(word, teammates)| Counted { word: word.to_owned(), teammates, doubtful: is_doubtful(word) })
        .collect();
    seen.sort_by(|a, b| b.teammates.cmp(&a.teammates).then_with(|| a.word.cmp(&b.word)));
    seen.truncate(MOST_LISTED);
    seen
}

/// How far the configuration goes into roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Policy {
    /// An example of how they are declared.
    Example,
    /// Four roles to start from, in force, and those that teammates have as examples to classify.
    Declared,
}

/// The text of the configuration.
pub(crate) fn text(seen: &Seen, settings: &FactSettings, policy: Policy, today: Date) -> String {
    let region = seen.region.as_deref();
    let filled = |key: &str, value: Option<&str>, example: &str| match value {
        Some(value) => format!("{key} = {}", quoted(value)),
        None => format!("#{key} = {}", quoted(example)),
    };
    let whose = seen.name.as_ref().map_or("no workspace in particular".to_owned(), |name| shown(name));
    let expires = today.checked_add(90.days()).unwrap_or(today);
    [
        format!(include_str!("head.txt"), schema = schema::CONFIG, whose = whose, today = today),
        filled("id", seen.id.as_deref().filter(|_| seen.pins), seen.id.as_deref().unwrap_or("ab12cd34")),
        include_str!("region.txt").to_owned(),
        filled("region", region, "eu"),
        filled("name", seen.name.as_deref(), "Production"),
        include_str!("scan.txt").to_owned(),
        domains(&seen.domains),
        format!(include_str!("organization.txt"), region = region.unwrap_or("eu")),
        roles(&seen.roles, settings),
        format!(include_str!("rest.txt"), today = today, expires = expires),
        match policy {
            Policy::Example => include_str!("policy_example.txt").to_owned(),
            Policy::Declared => declared(&seen.roles, settings),
        },
    ]
    .map(|part| part.trim_end().to_owned() + "\n")
    .concat()
}

/// The domains that teammates have. A domain of a consumer mail provider is not suggested.
fn domains(domains: &[Counted]) -> String {
    let mut lines = String::new();
    for Counted { word, teammates, doubtful } in domains {
        let remark = if *doubtful { ": a consumer mail provider, not suggested" } else { "" };
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "#  - {}, {}{remark}", shown(word), people(*teammates));
    }
    let own: Vec<_> = domains.iter().filter(|domain| !domain.doubtful).map(|domain| &*domain.word).collect();
    let own = if own.is_empty() { vec!["example.com", "*.example.com"] } else { own };
    lines + &format!("#allowed_domains = [{}]", list(own))
}

/// The roles that teammates have. Which list an unclassified one belongs to is for a person to say; the words for owner
/// and administrator are suggested as privileged.
fn roles(roles: &[Counted], settings: &FactSettings) -> String {
    let mut lines = String::from(include_str!("roles.txt"));
    if !roles.is_empty() {
        lines.push_str("# Roles that teammates have:\n");
    }
    let mut privileged: Vec<&str> = settings.privileged_roles.iter().map(|name| &**name).collect();
    for Counted { word, teammates, doubtful } in roles {
        let remark = match (doubtful, means_administrator(word)) {
            (false, _) => "",
            (true, true) => ": in neither list yet; suggested as privileged",
            (true, false) => ": in neither list yet; find out what it may do, and add it to one",
        };
        if *doubtful && means_administrator(word) {
            privileged.push(word);
        }
        let _ = writeln!(lines, "#  - {}, {}{remark}", shown(word), people(*teammates));
    }
    let unprivileged = settings.unprivileged_roles.iter().map(|name| &**name);
    let _ = writeln!(lines, "#privileged_roles = [{}]", list(privileged));
    let _ = writeln!(lines, "#unprivileged_roles = [{}]", list(unprivileged));
    lines
}

/// Whether a role's name is a word for owner or administrator in a language of Intercom's interface.
fn means_administrator(role: &str) -> bool {
    let languages = include_str!("privileged_words.txt").lines();
    let mut words = languages.filter_map(|line| line.split_once(':')).flat_map(|(_, words)| words.split(','));
    words.any(|word| same_name(word, role))
}

fn list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(quoted).collect::<Vec<_>>().join(", ")
}

/// Four roles to start from, what teammates have beside them, and which group gives which.
fn declared(seen: &[Counted], settings: &FactSettings) -> String {
    const FOUR: [&str; 4] = ["Admin", "Developer", "Viewer", "Service"];
    let key = |name: &str| fold(name).into_owned();
    let mut lines = String::from(include_str!("policy.txt"));
    let mut known: BTreeSet<String> = FOUR.iter().map(|name| key(name)).collect();
    // A role that differs from another in letter case alone is declared with it.
    let others: Vec<&Counted> = seen.iter().filter(|role| known.insert(key(&role.word))).collect();
    if !others.is_empty() {
        lines.push_str("\n# Roles that teammates have in Intercom: say what each may do.\n");
    }
    for Counted { word, teammates, .. } in &others {
        let is_privileged =
            settings.privileged_roles.iter().any(|role| key(role) == key(word)) || means_administrator(word);
        let permissions =
            if is_privileged { r#"["read", "write", "delete", "admin"]"# } else { r#"["read"]"# };
        let name = toml_edit::Key::new(word.as_str());
        let _ =
            writeln!(lines, "#[rbac.roles.{name}]\n#permissions = {permissions} # {}", people(*teammates));
    }
    lines.push_str("\n# Which group of the identity provider gives which role.\n#[rbac.groups]\n");
    for (group, role) in [("Platform-Admins", "Admin"), ("Builders", "Developer"), ("Auditors", "Viewer")] {
        let _ = writeln!(lines, "#{} = {}", quoted(group), quoted(role));
    }
    for Counted { word, .. } in &others {
        let _ = writeln!(lines, "#{} = {}", quoted(&format!("Intercom {word}")), quoted(word));
    }
    lines + include_str!("identities.txt")
}

fn people(count: usize) -> String {
    if count == 1 { "1 teammate".to_owned() } else { format!("{count} teammates") }
}

/// A remark ends with its line, whatever a workspace calls itself.
fn shown(name: &str) -> String {
    text::line(name, NAME_COLUMNS)
}

/// Whether a word can stand on a line of the file as it is.
fn is_plain(word: &str) -> bool {
    !word.chars().any(text::is_invisible)
}

fn quoted(word: &str) -> String {
    toml_edit::Value::from(word).to_string()
}

fn texts(list: Option<&Value>) -> Vec<String> {
    let items = list.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
}
