//! `history`: what the store of `scan --store` knows of runs and findings. It only reads, but for `prune`.

use std::io;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::destinations::print;
use super::resolve::inputs;
use super::{environment, sample};
use crate::cli::{HistoryAnswerArgs, HistoryArgs, HistoryCommand, HistoryFormat, StoreArgs};
use crate::config::{Config, Trust};
use crate::error::Error;
use crate::exit::Exit;
use crate::report::words::counted;
use crate::report::{Format, Options, SchemaVersion, write};
use crate::store::{Pruned, RunEntry, Store, Workspace};
use crate::terminal::Style;
use crate::time::{day_of, parse_duration};

mod chart;
mod status;
mod tables;

/// How many weeks before now the history of the sample begins.
const SAMPLE_WEEKS: i64 = 12;

/// Answers a question about the runs of a store.
///
/// # Errors
/// When there is no such store, workspace or run.
pub(super) fn run(command: HistoryCommand) -> Result<Exit, Error> {
    match command {
        HistoryCommand::List { asked } => {
            let kept = OpenHistory::open(&asked)?;
            let runs = kept.store.runs(&kept.workspace)?;
            kept.answer(&tables::Runs { runs })
        }
        HistoryCommand::Show { run, asked } => return show(&run, &asked),
        HistoryCommand::Findings { open, asked } => {
            let kept = OpenHistory::open(&asked)?;
            // People read the first of them, and programs all.
            let most = (asked.answer.format == HistoryFormat::Summary).then_some(tables::MAX_ROWS);
            let levels = kept.store.fates(&kept.workspace)?;
            let findings = kept.store.findings(&kept.workspace, open, most, kept.now)?;
            kept.answer(&tables::Findings { levels: levels.into(), findings, open })
        }
        HistoryCommand::Trend { asked } => {
            let kept = OpenHistory::open(&asked)?;
            let levels = kept.store.fates(&kept.workspace)?;
            let points = kept.store.trend(&kept.workspace)?;
            kept.answer(&chart::Trend { levels: levels.into(), points })
        }
        HistoryCommand::Status { max_age, asked } => {
            let max_age = duration("--max-age", &max_age)?;
            let kept = OpenHistory::open(&asked)?;
            let (last_good, newest) = kept.store.newest(&kept.workspace)?;
            let status = status::Recency::of(kept.now, max_age, last_good, newest);
            kept.answer(&status)?;
            return Ok(if status.recent { Exit::Success } else { Exit::Incomplete });
        }
        HistoryCommand::Prune { keep, place, answer } => prune(keep.as_deref(), &place, answer),
    }
    .map(|()| Exit::Success)
}

/// What a question is answered with, in each format.
trait HistoryAnswer: Serialize {
    /// For people.
    fn summary(&self, workspace: &Workspace, style: Style) -> String;

    /// The rows of a spreadsheet.
    ///
    /// # Errors
    /// When a row cannot be written.
    fn csv(&self, out: &mut dyn io::Write) -> io::Result<()>;
}

/// The document that JSON is made of.
#[derive(Serialize)]
struct HistoryDocument<'a, A> {
    schema_version: SchemaVersion,
    workspace: &'a Workspace,
    #[serde(flatten)]
    answer: &'a A,
}

/// A workspace of a store, and how it is asked about.
struct OpenHistory {
    store: Store,
    workspace: Workspace,
    now: Timestamp,
    format: HistoryFormat,
}

impl OpenHistory {
    fn open(asked: &HistoryArgs) -> Result<Self, Error> {
        let now = asked.answer.now.unwrap_or_else(environment::clock);
        let (store, asked_for) = if asked.demo {
            (demo(now)?, None)
        } else {
            let (file, _) = place(&asked.place)?;
            (Store::open_to_read(&file)?, asked.place.workspace.as_deref())
        };
        let workspace = store.workspace(asked_for)?;
        Ok(Self { store, workspace, now, format: asked.answer.format })
    }

    fn answer(&self, answer: &impl HistoryAnswer) -> Result<(), Error> {
        let text = match self.format {
            HistoryFormat::Summary => answer.summary(&self.workspace, environment::style()),
            HistoryFormat::Json => {
                let (schema_version, workspace) = (SchemaVersion::One, &self.workspace);
                let document = HistoryDocument { schema_version, workspace, answer };
                crate::report::json_text(&document).map_err(Error::Stdout)?
            }
            HistoryFormat::Csv => {
                let mut out = Vec::new();
                answer.csv(&mut out).map_err(Error::Stdout)?;
                String::from_utf8_lossy(&out).into_owned()
            }
        };
        print(&text)
    }
}

/// The store that is named, and the configuration that names it, if one does.
fn place(args: &StoreArgs) -> Result<(std::path::PathBuf, Option<Config>), Error> {
    // One that lies in the working directory cannot name a store.
    let config = args.config.as_ref().map(|path| Config::load(path, Trust::Named)).transpose()?;
    let file = inputs::store(args.store.as_deref(), config.as_ref()).ok_or(Error::NoStore)?;
    Ok((file, config))
}

/// A store with a weekly scan of the sample.
fn demo(now: Timestamp) -> Result<Store, Error> {
    let mut store = Store::in_memory()?;
    for week in (0..=SAMPLE_WEEKS).rev() {
        let report = sample::report(&[], None, Some(now), SignedDuration::from_hours(week * 7 * 24))?;
        let entry = RunEntry {
            workspace: report.workspace.known_id().ok_or(Error::NoIdToKeep)?,
            redaction_key: None,
            at: report.scan.at,
            catalog: &report.catalog.digest,
            selection: "",
            source: report.scan.source,
            exit: report.gate.exit_code,
            outcome: Ok(&report),
            is_in_force: &|_| true,
        };
        store.keep(&entry, None, |_, _| Vec::new())?;
    }
    Ok(store)
}

/// Shows the report of a run.
fn show(run: &str, asked: &HistoryArgs) -> Result<Exit, Error> {
    let kept = OpenHistory::open(asked)?;
    let report = kept.store.report(&kept.store.run(&kept.workspace, run)?)?;
    let format = match kept.format {
        HistoryFormat::Summary => Format::Summary,
        HistoryFormat::Json => Format::Json,
        HistoryFormat::Csv => Format::Csv,
    };
    let options = Options::of(environment::style());
    super::destinations::to_stdout(|out| write(&report, format, &options, out))?;
    Ok(Exit::Success)
}

/// Drops old reports of one workspace, or of all.
fn prune(keep: Option<&str>, args: &StoreArgs, answer: HistoryAnswerArgs) -> Result<(), Error> {
    let (file, config) = place(args)?;
    let keep = match keep {
        Some(keep) => duration("--keep", keep)?,
        None => config.and_then(|config| config.store.keep).ok_or(Error::NoKeep)?,
    };
    // What is not there is not made.
    let reading = Store::open_to_read(&file)?;
    let workspaces = match &args.workspace {
        Some(asked) => vec![reading.workspace(Some(asked))?],
        None => reading.workspaces()?,
    };
    drop(reading);
    let now = answer.now.unwrap_or_else(environment::clock);
    let pruned = Store::open(&file)?.prune(&workspaces, now, keep)?;
    let Pruned { dropped, left } = pruned;
    let text = match answer.format {
        HistoryFormat::Summary => {
            let before = day_of(now.saturating_sub(keep).unwrap_or(Timestamp::MIN));
            format!("Dropped {} from before {before}, {left} left.\n", counted(dropped, "report"))
        }
        HistoryFormat::Json => crate::report::json_text(&pruned).map_err(Error::Stdout)?,
        HistoryFormat::Csv => format!("dropped,left\n{dropped},{left}\n"),
    };
    print(&text)
}

fn duration(option: &'static str, text: &str) -> Result<SignedDuration, Error> {
    let parsed = parse_duration(text).map_err(|source| Error::Time { option, source })?;
    Ok(SignedDuration::try_from(parsed).unwrap_or(SignedDuration::MAX))
}
