//! Parsing a control file from TOML to a [`Definition`]. The document collects all mistakes.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::control::{ATTEST_FOR, Control, Origin, Pack, Step, is_id};
use super::definition::Definition;
use super::example;
use super::files::ControlFile;
use super::read_check::{self, Surroundings};
use crate::checks::{Check, Rules};
use crate::level::Level;
use crate::toml_document::{Document, Located, Table, closest, excerpt};

/// The rule for ids.
pub(crate) const ID_RULE: &str = "`id` must be at most 32 letters, digits, dots, dashes or underscores";
/// The longest validity of an attestation, in days: ten years.
pub(crate) const LONGEST_ATTESTATION: u16 = 3_650;
/// The longest descriptive text, in characters.
pub(crate) const LONGEST_TEXT: usize = 4_000;

/// The header of a file's examples, which are read only to run them.
const EXAMPLES: &[u8] = b"\n[[example]]";

/// The part of a built-in file before its examples, which come last.
pub(super) fn part(text: &[u8], in_full: bool) -> &[u8] {
    let end = if in_full { None } else { memchr::memmem::find(text, EXAMPLES) };
    end.map_or(text, |end| &text[..end])
}

/// Reads one control file. None if it cannot be used; the document has the reason.
pub(super) fn definition(
    document: &Document,
    source: &ControlFile,
    origin: Origin,
    in_full: bool,
) -> Option<Definition> {
    let mut root = document.root()?;
    let path: Arc<str> = Arc::from(document.path());
    let columns = root.texts("columns").map(|columns| columns.value).unwrap_or_default();
    let control = control(&mut root, source.pack, origin);
    let around = Surroundings {
        path: Arc::clone(&path),
        params: control.params.keys().cloned().collect(),
        steps: control.steps.len(),
        in_full,
    };
    let rules = rules(&mut root, &around);
    let needs_roster = root.flag("needs_roster").is_some_and(|needed| needed.value);
    check_columns(&columns, &rules, document);
    let examples = root.tables("example").into_iter().map(example::read).collect();
    root.finish();
    let columns = columns.into_iter().map(|column| column.value).collect();
    let control = Arc::new(Control {
        columns,
        reviewable: rules.reviewable().map(|check| check.name.clone()).collect(),
        ..control
    });
    let text = match &source.text {
        Cow::Borrowed(text) => String::from_utf8_lossy(text),
        Cow::Owned(text) => String::from_utf8_lossy(text).into_owned().into(),
    };
    let own_level = control.level;
    document.is_clean().then_some(Definition {
        control,
        own_level,
        rules,
        needs_roster,
        examples,
        path,
        text,
    })
}

/// The document collects mistakes; a control with mistakes is not used.
fn control(root: &mut Table<'_>, pack: Option<Pack>, origin: Origin) -> Control {
    let id = root.required_text("id").filter(|id| id_fits(id, root.document()));
    let slug = slug(root, id.as_deref().map(String::as_str));
    root.require("level");
    let frameworks = frameworks(root);
    let own_mappings = own_mappings(root, &frameworks, pack);
    Control {
        id: id.map(|id| id.value).unwrap_or_default(),
        slug,
        title: prose(root, "title"),
        level: root.word("level").unwrap_or(Level::L1),
        section: prose(root, "section"),
        since: root.text("since").map(|since| since.value),
        description: prose(root, "description"),
        rationale: prose(root, "rationale"),
        prerequisites: texts(root, "prerequisites"),
        effort: root.text("effort").map_or_else(String::new, |effort| effort.value),
        attest_for: attest_for(root),
        reviewable: Vec::new(),
        sources: Vec::new(),
        frameworks,
        own_mappings,
        references: references(root),
        steps: root.tables("steps").into_iter().map(step).collect(),
        params: params(root),
        columns: Vec::new(),
        digest: String::new(),
        pack,
        origin,
    }
}

/// The file name begins with the id, which users type.
fn id_fits(id: &Located<String>, document: &Document) -> bool {
    if !is_id(id) {
        document.report(id.line, ID_RULE.to_owned());
        return false;
    }
    let fits =
        stem(document).strip_prefix(id.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    if !fits {
        let message = format!("`id` is `{}`, so the file name has to start with `{}-`", id.value, id.value);
        document.report(id.line, message);
    }
    fits
}

/// The file name after the id; the file repeats it, so that a renamed file is noticed.
fn slug(root: &mut Table<'_>, id: Option<&str>) -> String {
    let document = root.document();
    let rest = stem(document).strip_prefix(id.unwrap_or_default()).unwrap_or_default();
    let rest = rest.strip_prefix('-').unwrap_or_default();
    if let Some(slug) = root.text("slug").filter(|slug| id.is_some() && *slug.value != *rest) {
        let message = format!("`slug` is `{}`, but the file name has `{rest}` after the id", excerpt(&slug));
        document.report(slug.line, message);
    }
    rest.to_owned()
}

fn stem(document: &Document) -> &str {
    let name = document.path().rsplit(['/', '\\']).next().unwrap_or_default();
    name.strip_suffix(".toml").unwrap_or(name)
}

/// Links for readers, https only.
fn references(root: &mut Table<'_>) -> Vec<String> {
    let addresses = root.texts("references").map(|addresses| addresses.value).unwrap_or_default();
    for address in &addresses {
        if !url::Url::parse(address).is_ok_and(|url| url.scheme() == "https" && url.has_host()) {
            let message = format!("`references` has `{}`, which is not an https address", excerpt(address));
            root.document().report(address.line, message);
        }
    }
    addresses.into_iter().map(|address| address.value).collect()
}

/// A column of no table of the checks would always be empty.
fn check_columns(columns: &[Located<String>], rules: &Rules, document: &Document) {
    let tables = || rules.checks.iter().filter_map(Check::over).map(|over| over.table);
    for column in columns.iter().filter(|column| tables().all(|table| table.column(column).is_none())) {
        let message = format!("`columns` has `{}`, which is in no table of the checks", excerpt(column));
        let known = tables().flat_map(|table| table.columns).map(|column| column.name);
        document.report_with(column.line, message, closest(column, known));
    }
}

fn prose(table: &mut Table<'_>, key: &'static str) -> String {
    let Some(text) = table.required_text(key) else { return String::new() };
    if text.chars().count() > LONGEST_TEXT {
        let message = format!("`{key}` is longer than {LONGEST_TEXT} characters");
        table.document().report(text.line, message);
    }
    text.value.trim().to_owned()
}

fn texts(table: &mut Table<'_>, key: &'static str) -> Vec<String> {
    let texts = table.texts(key).map(|texts| texts.value).unwrap_or_default();
    texts.into_iter().map(|text| text.value).collect()
}

/// An attestation is valid for at least a day, and not forever.
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

/// The frameworks whose mapping is not from the guide: those that a guide control lists, and all of other controls.
fn own_mappings(
    root: &mut Table<'_>,
    frameworks: &BTreeMap<String, Vec<String>>,
    pack: Option<Pack>,
) -> Vec<String> {
    let named = root.texts("own_mappings").map(|named| named.value).unwrap_or_default();
    for name in named.iter().filter(|name| !frameworks.contains_key(&name.value)) {
        let message = format!("`own_mappings` has `{}`, which is not in `frameworks`", excerpt(name));
        root.document().report_with(name.line, message, closest(name, frameworks.keys().map(String::as_str)));
    }
    if pack == Some(Pack::Guide) {
        return named.into_iter().map(|name| name.value).collect();
    }
    let mapped = frameworks.iter().filter(|(_, ids)| !ids.is_empty());
    mapped.map(|(framework, _)| framework.clone()).collect()
}

fn step(mut table: Table<'_>) -> Step {
    let title = prose(&mut table, "title");
    let path = texts(&mut table, "path");
    let actions = texts(&mut table, "actions");
    table.finish();
    Step { title, path, actions }
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

fn rules(root: &mut Table<'_>, around: &Surroundings) -> Rules {
    let relevant = texts(root, "relevant");
    let context = root.tables("context");
    let context = context.into_iter().filter_map(|line| read_check::context_line(line, around)).collect();
    let tables = root.tables("check");
    if tables.is_empty() {
        root.missing("check");
    }
    let mut names = BTreeSet::new();
    let mut checks = Vec::new();
    for table in tables {
        let (document, line) = (table.document(), table.line());
        let Some(check) = read_check::check(table, around) else { continue };
        if !names.insert(check.name.clone()) {
            document.report(line, format!("two checks are named `{}`", check.name));
        }
        checks.push(check);
    }
    Rules { checks, relevant, context }
}
