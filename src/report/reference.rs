//! A Markdown page for each control, and an index of them: what `generate reference` writes, and `docs/controls/` holds.
//!
//! ```markdown
//! # 2.3 Limit admin access
//!
//! L1, Access controls, since guide 0.1.0. [All controls](README.md)
//!
//! ## What it asks for
//!
//! At most 3 teammates …
//! ```

use std::fmt::Write as _;

use super::explain::{decision, parameter, sayings};
use super::markdown::{code, document, fenced};
use super::words::step_and_place;
use crate::casefold::capitalized;
use crate::checks::Decided;
use crate::controls::{
    Catalog, Control, Definition, GUIDE_STATUS, GUIDE_TITLE, GUIDE_URL, GUIDE_VERSION, Origin, Pack,
    framework_title, page_name, title_in_framework,
};

/// The name of the index.
pub(crate) const INDEX: &str = "README.md";

/// The last line of the index.
const ORIGIN: &str = "`intercom-harden generate reference DIR` writes these pages.\n";

/// Whether a file is an index that [`pages`] made.
pub(crate) fn is_index(file: &[u8]) -> bool {
    file.ends_with(ORIGIN.as_bytes())
}

/// The longest text on one line, in columns.
const LINE_COLUMNS: usize = 4_000;

/// The packs, in the order of the index.
const PACKS: [(Option<Pack>, &str, &str); 4] = [
    (Some(Pack::Guide), "The guide's controls", "The hardening guide asks for these."),
    (Some(Pack::Extended), "Beyond the guide", "The guide does not ask for these."),
    (
        Some(Pack::Rbac),
        "The declared policy",
        "These compare the workspace with the roles, groups and sign-in that a configuration declares. `rbac check` \
         evaluates them; a scan evaluates those that `--control` names.",
    ),
    (None, "Added or replaced", "These come from `--controls`."),
];

/// The index, and the page of every control: the name of each file, and its text.
pub(crate) fn pages(catalog: &Catalog) -> Vec<(String, String)> {
    let all: Vec<&Definition> = catalog.of_policy(false).chain(catalog.of_policy(true)).collect();
    let pages = all.iter().map(|definition| (file_of(&definition.control), page(definition)));
    let mut pages: Vec<_> = pages.collect();
    pages.push((INDEX.to_owned(), index(&all)));
    pages
}

fn file_of(control: &Control) -> String {
    format!("{}.md", page_name(&control.id, &control.slug))
}

fn index(all: &[&Definition]) -> String {
    let mut text = format!(
        "# Controls\n\n{} controls: what each asks for, why, how it is decided, and how to fix what it finds. Those of the \
         guide follow the [{GUIDE_TITLE}]({GUIDE_URL}) {GUIDE_VERSION} ({GUIDE_STATUS}).\n",
        all.len()
    );
    for (pack, title, about) in PACKS {
        let of_pack: Vec<_> = all.iter().filter(|definition| pack_of(&definition.control) == pack).collect();
        if of_pack.is_empty() {
            continue;
        }
        line(&mut text, &format!("\n## {title}\n\n{about}\n\n| Id | Control | Level | Section | Decided |"));
        line(&mut text, "|---|---|---|---|---|");
        for definition in of_pack {
            let control = &definition.control;
            line(
                &mut text,
                &format!(
                    "| {} | [{}]({}) | {} | {} | {} |",
                    cell(&control.id),
                    cell(&control.title),
                    file_of(control),
                    control.level.label(),
                    cell(&control.section),
                    Decided::by(&definition.rules).words()
                ),
            );
        }
    }
    text + "\n" + ORIGIN
}

/// The pack of a built-in control; none for one that replaces it, which is not the guide's.
fn pack_of(control: &Control) -> Option<Pack> {
    control.pack.filter(|_| control.origin == Origin::BuiltIn)
}

fn page(definition: &Definition) -> String {
    let control = &*definition.control;
    let since =
        control.since.as_ref().map(|since| format!(", since guide {}", escaped(since))).unwrap_or_default();
    let mut text = format!(
        "# {} {}\n\n{}, {}{since}. [All controls]({INDEX})\n",
        escaped(&control.id),
        escaped(&control.title),
        control.level.label(),
        escaped(&control.section),
    );
    if matches!(control.origin, Origin::Replaces(_)) {
        line(&mut text, "\nIt replaces the built-in control.");
    }
    for (title, prose) in [("What it asks for", &control.description), ("Why", &control.rationale)] {
        line(&mut text, &format!("\n## {title}\n\n{}", escaped(prose)));
    }
    steps(&mut text, control);
    decisions(&mut text, definition);
    heading(&mut text, "What it needs");
    decision::needed(&definition.rules)
        .iter()
        .for_each(|needed| bullet(&mut text, &escaped(&capitalized(needed))));
    parameters(&mut text, control);
    mappings(&mut text, control);
    if !control.references.is_empty() {
        heading(&mut text, "References");
        control
            .references
            .iter()
            .for_each(|address| bullet(&mut text, &format!("<{}>", escaped_address(address))));
    }
    heading(&mut text, "How a person has a say");
    for (sentence, command) in sayings(control) {
        bullet(&mut text, &format!("{}: {}", escaped(sentence), code(&command, LINE_COLUMNS)));
    }
    text
}

fn steps(text: &mut String, control: &Control) {
    heading(text, "How to fix it");
    if !control.effort.is_empty() {
        line(text, &format!("Effort: {}.\n", escaped(control.effort.trim_end_matches('.'))));
    }
    if !control.prerequisites.is_empty() {
        line(text, "Before you start:\n");
        control.prerequisites.iter().for_each(|needed| bullet(text, &escaped(needed)));
        text.push('\n');
    }
    for (number, step) in (1..).zip(&control.steps) {
        line(text, &format!("{number}. {}", escaped(&step_and_place(step))));
        let space = " ".repeat(format!("{number}. ").len());
        step.actions.iter().for_each(|action| line(text, &format!("{space}- {}", escaped(action))));
    }
}

fn decisions(text: &mut String, definition: &Definition) {
    heading(text, "How it is decided");
    line(text, &decision::summary(&definition.rules).join(" "));
    for check in decision::decisions(definition) {
        line(
            text,
            &format!("\n### {}\n\n{}.\n", code(check.name, LINE_COLUMNS), escaped(&capitalized(&check.what))),
        );
        for detail in &check.details {
            let label = capitalized(detail.label);
            match &*detail.text {
                several if detail.is_expression && several.contains('\n') => {
                    bullet(text, &format!("{label}:"));
                    text.push_str(&fenced(several, "cel", 2));
                }
                expression if detail.is_expression => {
                    bullet(text, &format!("{label}: {}", code(expression, LINE_COLUMNS)));
                }
                words => bullet(text, &format!("{label}: {}", escaped(words))),
            }
        }
    }
}

fn parameters(text: &mut String, control: &Control) {
    if control.params.is_empty() {
        return;
    }
    heading(text, "Parameters");
    let section = code(&format!("[params.\"{}\"]", control.id), LINE_COLUMNS);
    line(text, &format!("A configuration sets them under {section}. These are the defaults:\n"));
    for (name, value) in &control.params {
        bullet(text, &code(&format!("{name} = {}", parameter(value)), LINE_COLUMNS));
    }
}

fn mappings(text: &mut String, control: &Control) {
    let mapped = control.frameworks.iter().filter(|(_, ids)| !ids.is_empty());
    let mapped: Vec<_> = mapped.collect();
    if mapped.is_empty() {
        return;
    }
    heading(text, "Mappings");
    line(text, "| Framework | Control | Title |\n|---|---|---|");
    for (framework, ids) in mapped {
        let own = if control.own_mappings.contains(framework) { " (own mapping)" } else { "" };
        let name = cell(framework_title(framework).unwrap_or(framework));
        for id in ids {
            let title = title_in_framework(framework, id).map(cell).unwrap_or_default();
            line(text, &format!("| {name}{own} | {} | {title} |", cell(id)));
        }
    }
}

fn heading(text: &mut String, title: &str) {
    line(text, &format!("\n## {title}\n"));
}

fn bullet(text: &mut String, item: &str) {
    line(text, &format!("- {item}"));
}

fn line(text: &mut String, line: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{line}");
}

/// Text of a control file, in which words between backticks are code.
fn escaped(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let parts: Vec<&str> = text.split('`').collect();
    let has_empty_code = parts.iter().skip(1).step_by(2).any(|part| part.trim().is_empty());
    if parts.len().is_multiple_of(2) || has_empty_code {
        return document(&text, LINE_COLUMNS);
    }
    let blank = |is_there: bool| if is_there { " " } else { "" };
    let part = |(number, part): (usize, &&str)| match (number % 2, part.trim()) {
        (0, "") => (*part).to_owned(),
        (0, words) => {
            let words = document(words, LINE_COLUMNS);
            format!("{}{words}{}", blank(part.starts_with(' ')), blank(part.ends_with(' ')))
        }
        _ => code(part, LINE_COLUMNS),
    };
    parts.iter().enumerate().map(part).collect()
}

/// The same in a cell of a table, which a bar would end within code too.
fn cell(text: &str) -> String {
    let mut cell = String::new();
    for ch in escaped(text).chars() {
        let backslashes = cell.bytes().rev().take_while(|byte| *byte == b'\\').count();
        if ch == '|' && backslashes.is_multiple_of(2) {
            cell.push('\\');
        }
        cell.push(ch);
    }
    cell
}

/// An address within angle brackets, which it cannot close: control files hold valid addresses alone.
fn escaped_address(address: &str) -> String {
    url::Url::parse(address).map(|address| address.to_string().replace(['<', '>'], "")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

    use super::*;

    #[test]
    fn words_between_backticks_are_code_and_nothing_else_acts() {
        for (text, escaped_text) in [
            ("Run `scan --store` every *day*", "Run `scan --store` every \\*day\\*"),
            ("with an `[[alert]]`, and\n more", "with an `[[alert]]`, and more"),
            ("`a` `b`", "`a` `b`"),
            ("one ` only <b>", "one \\` only \\<b>"),
            ("``", "\\`\\`"),
        ] {
            assert_eq!(escaped(text), escaped_text);
        }
    }

    #[test]
    fn no_text_ends_the_cell_that_it_stands_in() {
        for text in ["a `x | y` b", "a | b", "`a \\| b`", "one ` | [x](y)", "\\| `\\\\| |`", "`|`|`|`"] {
            let row = format!("| a | b |\n|---|---|\n| {} | last |\n", cell(text));
            let (mut cells, mut told) = (Vec::new(), String::new());
            for event in Parser::new_ext(&row, Options::ENABLE_TABLES) {
                match event {
                    Event::Text(part) | Event::Code(part) => told += &part,
                    Event::End(TagEnd::TableCell) => cells.push(std::mem::take(&mut told)),
                    Event::Start(Tag::Link { .. }) => panic!("a link in {row}"),
                    _ => {}
                }
            }
            assert_eq!((cells.len(), &*cells[3]), (4, "last"), "{row}");
            let bars = |text: &str| text.matches('|').count();
            assert_eq!(bars(&cells[2]), bars(text), "{row}");
        }
    }
}
