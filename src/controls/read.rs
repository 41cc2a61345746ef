//! A control file, from TOML to a [`Definition`]: everything wrong with it is noted in the document.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::{ATTEST_FOR, Control, Definition, Origin, Pack, Step, example, read_check};
use crate::checks::Rules;
use crate::level::Level;
use crate::toml_document::{Document, Located, Table, closest};

/// The longest id, in bytes.
const LONGEST_ID: usize = 32;
/// What an id looks like.
pub(crate) const ID_RULE: &str = "`id` must be at most 32 letters, digits, dots, dashes or underscores";
/// The longest time that an attestation may hold, in days: ten years.
pub(crate) const LONGEST_ATTESTATION: u16 = 3_650;
/// The longest descriptive text, in characters.
pub(crate) const LONGEST_TEXT: usize = 4_000;

/// Reads one control file. None when it is too broken to be used; the document says why.
///
/// Call it inside `on_deep_stack`: expressions are compiled.
pub(super) fn definition(
    document: &Document,
    text: &str,
    pack: Option<Pack>,
    origin: Origin,
) -> Option<Definition> {
    let mut root = document.root()?;
    let path: Arc<str> = Arc::from(document.path());
    let control = control(&mut root, pack, origin);
    let params: Vec<String> = control.as_ref().map_or_else(Vec::new, |c| c.params.keys().cloned().collect());
    let rules = rules(&mut root, &path, &params);
    let examples = root.tables("example").into_iter().map(example::read).collect();
    root.finish();
    let definition = Definition { control: Arc::new(control?), rules, examples, path, text: text.to_owned() };
    document.is_clean().then_some(definition)
}

fn control(root: &mut Table<'_>, pack: Option<Pack>, origin: Origin) -> Option<Control> {
    // Every key is taken before anything is given up, so that one mistake does not hide the next.
    let id = root.required_text("id").filter(|id| id_fits(id, root.document()));
    let title = prose(root, "title");
    let level = level(root);
    let section = prose(root, "section");
    let since = root.text("since").map(|since| since.value);
    let description = prose(root, "description");
    let rationale = prose(root, "rationale");
    let prerequisites = texts(root, "prerequisites");
    let effort = root.text("effort").map_or_else(String::new, |effort| effort.value);
    let attest_for = attest_for(root);
    let frameworks = frameworks(root);
    let steps = root.tables("steps").into_iter().filter_map(step).collect();
    let params = params(root);
    Some(Control {
        id: id?.value,
        slug: String::new(),
        references: Vec::new(),
        columns: Vec::new(),
        digest: String::new(),
        title: title?,
        level: level?,
        section: section?,
        since,
        description: description?,
        rationale: rationale?,
        prerequisites,
        effort,
        attest_for,
        frameworks,
        steps,
        params,
        pack,
        origin,
    })
}

/// Whether a text has the form of an id.
pub(crate) fn is_id(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    text.len() <= LONGEST_ID
        && text.chars().all(plain)
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
}

/// An id is what the file is called by, and what people type.
fn id_fits(id: &Located<String>, document: &Document) -> bool {
    if !is_id(id) {
        document.report(id.line, ID_RULE.to_owned());
        return false;
    }
    let name = document.path().rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = name.strip_suffix(".toml").unwrap_or(name);
    let fits = stem.strip_prefix(id.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    if !fits {
        let message = format!("`id` is `{}`, so the file name has to start with `{}-`", id.value, id.value);
        document.report(id.line, message);
    }
    fits
}

fn prose(table: &mut Table<'_>, key: &'static str) -> Option<String> {
    let text = table.required_text(key)?;
    if text.chars().count() > LONGEST_TEXT {
        let message = format!("`{key}` is longer than {LONGEST_TEXT} characters");
        table.document().report(text.line, message);
        return None;
    }
    Some(text.value.trim().to_owned())
}

fn texts(table: &mut Table<'_>, key: &'static str) -> Vec<String> {
    let texts = table.texts(key).map(|texts| texts.value).unwrap_or_default();
    texts.into_iter().map(|text| text.value).collect()
}

fn level(root: &mut Table<'_>) -> Option<Level> {
    if !root.has("level") {
        root.missing("level");
    }
    let labels = Level::ALL.map(Level::label);
    root.one_of("level", &labels).and_then(|label| Level::parse(label.value))
}

/// What a person saw once says nothing for ever, and a day at least.
fn attest_for(root: &mut Table<'_>) -> u16 {
    let Some(days) = root.integer("attest_for") else { return ATTEST_FOR };
    match u16::try_from(days.value) {
        Ok(value @ 1..=LONGEST_ATTESTATION) => value,
        _ => {
            let message =
                format!("`attest_for` is {}, but must be from 1 to {LONGEST_ATTESTATION} days", days.value);
            root.document().report(days.line, message);
            ATTEST_FOR
        }
    }
}

fn frameworks(root: &mut Table<'_>) -> BTreeMap<String, Vec<String>> {
    let lists = root.text_lists("frameworks").map(|lists| lists.value).unwrap_or_default();
    let plain = |items: Vec<Located<String>>| items.into_iter().map(|item| item.value).collect();
    lists.into_iter().map(|(framework, items)| (framework, plain(items))).collect()
}

fn step(mut table: Table<'_>) -> Option<Step> {
    let title = prose(&mut table, "title");
    let path = texts(&mut table, "path");
    let actions = texts(&mut table, "actions");
    table.finish();
    Some(Step { title: title?, path, actions })
}

fn params(root: &mut Table<'_>) -> BTreeMap<String, Value> {
    let Some(mut table) = root.table("params") else { return BTreeMap::new() };
    let mut params = BTreeMap::new();
    for key in table.keys() {
        let Some(value) = table.value_at(&key.value) else { continue };
        match &value.value {
            Value::Array(items) if items.iter().all(Value::is_string) => {}
            Value::Number(_) | Value::String(_) | Value::Bool(_) => {}
            _ => {
                let message = format!(
                    "parameter `{}` must be a number, text, true or false, or an array of texts",
                    key.value
                );
                root.document().report(value.line, message);
                continue;
            }
        }
        params.insert(key.value, value.value);
    }
    params
}

fn rules(root: &mut Table<'_>, path: &Arc<str>, params: &[String]) -> Rules {
    let relevant = texts(root, "relevant");
    let context = root.tables("context");
    let context =
        context.into_iter().filter_map(|line| read_check::context_line(line, path, params)).collect();
    let tables = root.tables("check");
    if tables.is_empty() {
        root.missing("check");
    }
    let checks = tables.into_iter().filter_map(|table| read_check::check(table, path, params)).collect();
    Rules { checks, relevant, context }
}

/// Reports a name that is not among the known ones.
pub(super) fn unknown<'a>(
    document: &Document,
    line: usize,
    message: String,
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) {
    document.report_with(line, message, closest(name, known));
}
