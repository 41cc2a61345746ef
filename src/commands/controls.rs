//! `controls`: list, explain and check them.

use std::fmt::Write as _;
use std::path::Path;

use comfy_table::{ContentArrangement, Table, TableStyle};
use serde_json::Value;

use super::destinations::print;
use super::terminal::style;
use crate::cli::{CatalogArgs, ControlsCommand};
use crate::controls::{Catalog, Control, GUIDE_VERSION, Origin};
use crate::error::Error;
use crate::exit::Exit;
use crate::facts::vocabulary::{self, Field};
use crate::text;

/// Runs a subcommand of `controls`.
///
/// # Errors
/// When control files are not usable or an id names no control.
pub(super) fn run(command: ControlsCommand) -> Result<Exit, Error> {
    match command {
        ControlsCommand::List(CatalogArgs { controls }) => print(&list(&Catalog::load(&controls)?)),
        ControlsCommand::Show { id, catalog } => {
            let catalog = Catalog::load(&catalog.controls)?;
            print(&show(&catalog.find(&id)?.control))
        }
        ControlsCommand::Check { directory } => check(directory.as_deref()),
        ControlsCommand::Facts => print(&facts()),
    }
    .map(|()| Exit::Success)
}

fn check(directory: Option<&Path>) -> Result<(), Error> {
    let controls = Catalog::check(directory)?;
    let place = directory.map_or_else(|| "built-in".to_owned(), |path| path.display().to_string());
    print(&text::terminal(&format!("{place}: {controls} controls, no mistakes, every example as expected")))?;
    print("\n")
}

fn grid(header: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_style(TableStyle::new())
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(style().width).unwrap_or(100))
        .set_header(header);
    table
}

fn printed(table: &Table) -> String {
    table.lines().fold(String::new(), |mut text, line| {
        let _ = writeln!(text, "{}", line.trim_end());
        text
    })
}

fn list(catalog: &Catalog) -> String {
    let mut table = grid(&["ID", "LEVEL", "TITLE", "SECTION", "DECIDED"]);
    for definition in &catalog.definitions {
        let control = &definition.control;
        let decided = if definition.rules.decidable().is_empty() { "by a person" } else { "from data" };
        let cells = [&control.id, control.level.label(), &control.title, &control.section, decided];
        table.add_row(cells.map(|cell| text::terminal(cell).into_owned()));
    }
    format!("{}\n{} controls, guide version {GUIDE_VERSION}\n", printed(&table), catalog.definitions.len())
}

fn show(control: &Control) -> String {
    let width = style().width.min(100);
    let mut page = String::new();
    let mut line = |text: &str| {
        for wrapped in text::wrap(text, width) {
            page.push_str(&wrapped);
            page.push('\n');
        }
    };
    line(&format!("{} {} ({}, {})", control.id, control.title, control.level.label(), control.section));
    match &control.origin {
        Origin::BuiltIn => {}
        Origin::File(path) => line(&format!("added by {}", path.display())),
        Origin::Replaces(path) => line(&format!("replaced by {}", path.display())),
    }
    line("");
    line(&control.description);
    line("");
    line("Why it matters");
    line(&control.rationale);
    if !control.prerequisites.is_empty() {
        line("");
        line("Before you start");
        control.prerequisites.iter().for_each(|item| line(&format!("- {item}")));
    }
    line("");
    line(&format!(
        "What to do{}",
        if control.effort.is_empty() { String::new() } else { format!(" ({})", control.effort) }
    ));
    for (number, step) in control.steps.iter().enumerate() {
        let path = if step.path.is_empty() { String::new() } else { format!(": {}", step.path.join(" > ")) };
        line(&format!("{}. {}{path}", number + 1, step.title));
        step.actions.iter().for_each(|action| line(&format!("   - {action}")));
    }
    if !control.params.is_empty() {
        line("");
        line(&format!("Parameters, set under [params.\"{}\"]", control.id));
        control.params.iter().for_each(|(name, value)| line(&format!("  {name} = {}", toml(value))));
    }
    line("");
    line("Frameworks");
    for (framework, ids) in control.frameworks.iter().filter(|(_, ids)| !ids.is_empty()) {
        line(&format!("  {framework}: {}", ids.join(", ")));
    }
    if let Some(since) = &control.since {
        line("");
        line(&format!("In the hardening guide since version {since}"));
    }
    page
}

/// JSON numbers, texts and lists of texts look the same in TOML.
fn toml(value: &Value) -> String {
    value.to_string().replace("\",\"", "\", \"")
}

fn facts() -> String {
    let mut page = String::new();
    for table in vocabulary::TABLES {
        let _ = writeln!(page, "table {}: {}", table.name, table.meaning);
        page.push_str(&fields(table.columns));
        page.push('\n');
    }
    page.push_str("values, as facts.NAME\n");
    page.push_str(&fields(vocabulary::VALUES));
    page
}

fn fields(fields: &[Field]) -> String {
    let mut table = grid(&["NAME", "TYPE", "READ FROM", "PERMISSION", "MEANING"]);
    for field in fields {
        let mut sources: Vec<_> = field.feeds.iter().map(|feed| feed.source()).collect();
        sources.dedup();
        let endpoints = sources.iter().map(|source| source.endpoint()).collect::<Vec<_>>().join("; ");
        let scopes = sources.iter().map(|source| source.scope()).collect::<Vec<_>>().join("; ");
        let endpoints = if endpoints.is_empty() { "configuration".to_owned() } else { endpoints };
        table.add_row([field.name, field.ty.as_str(), &endpoints, &scopes, field.meaning]);
    }
    printed(&table)
}
