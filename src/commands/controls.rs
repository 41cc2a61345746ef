//! `controls`: list, explain and check them.

use std::path::Path;

use super::destinations::print;
use super::terminal::style;
use crate::cli::{CatalogArgs, ControlsCommand};
use crate::controls::{Catalog, Control, GUIDE_VERSION, Origin};
use crate::error::Error;
use crate::exit::Exit;
use crate::facts::vocabulary::{self, Field};
use crate::report::page::{Page, table};
use crate::report::style::Role;
use crate::snapshot::SourceId;
use crate::text;

/// The longest text of a control file shown on one line, in columns.
const LINE_COLUMNS: usize = 4_000;

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
    let line = format!("{place}: {controls} controls, no mistakes, every example as expected");
    print(&format!("{}\n", text::terminal(&line)))
}

fn list(catalog: &Catalog) -> String {
    let mut page = Page::new(style());
    let mut rows = table(page.width(), &["Id", "Level", "Title", "Section", "Decided"], 0..0);
    for definition in &catalog.definitions {
        let control = &definition.control;
        let decided = if definition.rules.decidable().is_empty() { "by a person" } else { "from data" };
        let cells = [&control.id, control.level.label(), &control.title, &control.section, decided];
        rows.add_row(cells.map(|cell| text::line(cell, LINE_COLUMNS)));
    }
    page.table(&rows);
    page.gap();
    page.text(0, &format!("{} controls, hardening guide {GUIDE_VERSION}", catalog.definitions.len()));
    page.finish()
}

fn show(control: &Control) -> String {
    let mut page = Page::new(style());
    page.entry(
        0,
        Role::Heading,
        &text::line(&control.id, LINE_COLUMNS),
        &text::line(&control.title, LINE_COLUMNS),
    );
    let level = format!("{}, {}", control.level.label(), text::line(&control.section, LINE_COLUMNS));
    page.text(0, &level);
    match &control.origin {
        Origin::BuiltIn => {}
        Origin::File(path) => page.entry(0, Role::Caution, "added by", &escaped(path)),
        Origin::Replaces(path) => page.entry(0, Role::Caution, "replaced by", &escaped(path)),
    }
    page.heading("What it asks for");
    page.text(2, &text::line(&control.description, LINE_COLUMNS));
    page.heading("Why");
    page.text(2, &text::line(&control.rationale, LINE_COLUMNS));
    if !control.prerequisites.is_empty() {
        page.heading("Before you start");
        control.prerequisites.iter().for_each(|item| bullet(&mut page, 2, item));
    }
    page.heading("What to do");
    if !control.effort.is_empty() {
        page.text(2, &format!("effort: {}", text::line(&control.effort, LINE_COLUMNS)));
    }
    steps(&mut page, control);
    if !control.params.is_empty() {
        page.heading(&format!("Parameters, to be set under [params.\"{}\"]", control.id));
        for (name, value) in &control.params {
            // Numbers, texts and lists of texts look the same in JSON and in TOML.
            let value = value.to_string().replace("\",\"", "\", \"");
            page.entry(
                2,
                Role::Label,
                &format!("{} =", text::line(name, LINE_COLUMNS)),
                &text::line(&value, LINE_COLUMNS),
            );
        }
    }
    page.heading("Frameworks");
    for (framework, ids) in control.frameworks.iter().filter(|(_, ids)| !ids.is_empty()) {
        let ids = text::line(&ids.join(", "), LINE_COLUMNS);
        page.entry(2, Role::Label, &format!("{}:", text::line(framework, LINE_COLUMNS)), &ids);
    }
    if let Some(since) = &control.since {
        page.entry(2, Role::Label, "hardening guide:", &format!("since {}", text::line(since, LINE_COLUMNS)));
    }
    page.finish()
}

/// Writes down what to click, one after the other.
pub(super) fn steps(page: &mut Page, control: &Control) {
    for (number, step) in (1..).zip(&control.steps) {
        let path = if step.path.is_empty() { String::new() } else { format!(" ({})", step.path.join(" > ")) };
        let title = text::line(&format!("{}{path}", step.title), LINE_COLUMNS);
        page.entry(2, Role::Label, &format!("{number}."), &title);
        step.actions.iter().for_each(|action| bullet(page, 5, action));
    }
}

fn bullet(page: &mut Page, indent: usize, item: &str) {
    page.entry(indent, Role::Label, "-", &text::line(item, LINE_COLUMNS));
}

fn escaped(path: &Path) -> String {
    text::line(&path.display().to_string(), LINE_COLUMNS)
}

/// Every name a control may use: first where the sources are, then the tables, then the single values.
fn facts() -> String {
    let mut page = Page::new(style());
    page.text(0, "Sources");
    let mut sources = table(page.width(), &["Source", "Endpoint", "Permission"], 0..0);
    for source in SourceId::ALL {
        sources.add_row([source.as_str(), source.endpoint(), source.scope()]);
    }
    page.table(&sources);
    for table in vocabulary::TABLES {
        page.gap();
        page.entry(0, Role::Heading, &format!("Table {}:", table.name), table.meaning);
        fields(&mut page, table.columns);
    }
    page.gap();
    page.entry(0, Role::Heading, "Values,", "written facts.NAME");
    fields(&mut page, vocabulary::VALUES);
    page.finish()
}

fn fields(page: &mut Page, fields: &[Field]) {
    let mut rows = table(page.width(), &["Name", "Type", "Source", "Meaning"], 0..0);
    for field in fields {
        let mut sources: Vec<_> = field.feeds.iter().map(|feed| feed.source().as_str()).collect();
        sources.dedup();
        let sources = if sources.is_empty() { "configuration".to_owned() } else { sources.join(", ") };
        rows.add_row([field.name, field.ty.as_str(), &sources, field.meaning]);
    }
    page.table(&rows);
}
