//! `controls`: list, explain and check them.

use std::path::Path;

use super::destinations::print;
use super::environment::style;
use super::{environment, look, resolve::inputs, sample};
use crate::checks::Decided;
use crate::cli::{AnswerFormat, ControlsCommand, ExplainArgs};
use crate::controls::{Catalog, GUIDE_STATUS, GUIDE_TITLE, GUIDE_URL, GUIDE_VERSION};
use crate::error::Error;
use crate::exit::Exit;
use crate::facts::vocabulary::{self, Field};
use crate::report::explain::explain;
use crate::report::listing;
use crate::sources::SourceId;
use crate::terminal::page::{Page, table};
use crate::terminal::style::Tone;
use crate::text;

/// The longest text of a control file shown on one line, in columns.
const LINE_COLUMNS: usize = 4_000;

/// Runs a subcommand of `controls`.
///
/// # Errors
/// When control files are not usable or an id names no control.
pub(super) fn run(command: ControlsCommand) -> Result<Exit, Error> {
    match command {
        ControlsCommand::List { catalog, rbac, answer } => {
            let catalog = Catalog::load(&catalog.controls)?;
            print(&match answer.format {
                AnswerFormat::Table => list(&catalog, rbac),
                AnswerFormat::Json => listing::json(&catalog, rbac).map_err(Error::Stdout)?,
            })
        }
        ControlsCommand::Show { id, catalog, config } => {
            let config = inputs::load(&config, &environment::progress())?;
            let (catalog, _) = inputs::rules(&catalog.controls, config.as_ref())?;
            print(&explain(catalog.find(&id)?, None, style()))
        }
        ControlsCommand::Check { directory } => check(directory.as_deref()),
        ControlsCommand::Facts => print(&facts()),
    }
    .map(|()| Exit::Success)
}

/// Explains one control, with what the last report says of it.
///
/// # Errors
/// When control files or the report are not usable, or the id names no control.
pub(super) fn explained(args: &ExplainArgs) -> Result<Exit, Error> {
    let config = inputs::load(&args.config, &environment::progress())?;
    let (catalog, _) = inputs::rules(&args.catalog.controls, config.as_ref())?;
    let report = match &args.report {
        Some(path) => Some(look::saved(path)?),
        None if args.demo => {
            Some(sample::report(&args.catalog.controls, config, None, jiff::SignedDuration::ZERO)?)
        }
        None => None,
    };
    print(&explain(catalog.find(&args.id)?, report.as_ref(), style()))?;
    Ok(Exit::Success)
}

fn check(directory: Option<&Path>) -> Result<(), Error> {
    let controls = Catalog::check(directory)?;
    let place = directory.map_or_else(|| "built-in".to_owned(), |path| path.display().to_string());
    let line = format!("{place}: {controls} controls, no mistakes, every example as expected");
    print(&format!("{}\n", text::terminal(&line)))
}

fn list(catalog: &Catalog, policy: bool) -> String {
    let mut page = Page::new(style());
    let mut rows = table(page.width(), &["Id", "Level", "Title", "Section", "Decided"], 0..0);
    for definition in catalog.of_policy(policy) {
        let control = &definition.control;
        let decided = Decided::by(&definition.rules).words();
        let cells = [&control.id, control.level.label(), &control.title, &control.section, decided];
        rows.add_row(cells.map(|cell| text::line(cell, LINE_COLUMNS)));
    }
    page.table(&rows);
    page.gap();
    let counted = catalog.of_policy(policy).count();
    if policy {
        page.text(0, &format!("{counted} controls, which `intercom-harden rbac check` evaluates"));
    } else {
        page.text(
            0,
            &format!("{counted} controls, {GUIDE_TITLE} {GUIDE_VERSION} ({GUIDE_STATUS}), {GUIDE_URL}"),
        );
    }
    page.finish()
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
        page.entry(0, Tone::Heading, &format!("Table {}:", table.name), table.meaning);
        fields(&mut page, table.columns);
    }
    page.gap();
    page.entry(0, Tone::Heading, "Values,", "written facts.NAME");
    fields(&mut page, vocabulary::values());
    page.finish()
}

fn fields(page: &mut Page, fields: impl IntoIterator<Item = &'static Field>) {
    let mut rows = table(page.width(), &["Name", "Type", "Source", "Personal", "Meaning"], 0..0);
    for field in fields {
        let mut sources: Vec<_> = field.feeds.iter().map(|feed| feed.source().as_str()).collect();
        sources.dedup();
        let sources = if sources.is_empty() { "configuration".to_owned() } else { sources.join(", ") };
        rows.add_row([field.name, field.ty.as_str(), &sources, field.personal.into_str(), field.meaning]);
    }
    page.table(&rows);
}
