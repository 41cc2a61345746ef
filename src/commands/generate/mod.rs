//! `generate`: what the program can say about itself, for other programs.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use super::destinations::print;
use super::environment;
use crate::alert;
use crate::atomic_file::{Readers, WholeFile};
use crate::casefold::fold;
use crate::cli::{GenerateCommand, Scheduler, SchemaName};
use crate::controls::Catalog;
use crate::diff;
use crate::error::Error;
use crate::exit::Exit;
use crate::report::{json, reference};
use crate::schema;

mod completions;
mod man;

/// Runs a subcommand of `generate`.
///
/// # Errors
/// When control files are not usable, or standard output or a file cannot be written.
pub(super) fn run(command: &GenerateCommand) -> Result<Exit, Error> {
    match command {
        GenerateCommand::Completions { shell } => print(&completions::script(*shell, &Catalog::load(&[])?)),
        GenerateCommand::Man { directory } => write(directory, "man page", man::pages()),
        GenerateCommand::Schema { what } => {
            let schema = match what {
                SchemaName::Report => json::schema(),
                SchemaName::Diff => diff::schema(),
                SchemaName::Alert => alert::schema(),
                SchemaName::Config => json::json_text(&schema::config(&Catalog::load(&[])?)),
                SchemaName::Control => json::json_text(&schema::control()),
            };
            print(&schema.map_err(Error::Stdout)?)
        }
        GenerateCommand::Reference { directory, catalog } => {
            let pages = reference::pages(&Catalog::load(&catalog.controls)?);
            let mut names = BTreeSet::new();
            if let Some((same, _)) = pages.iter().find(|(name, _)| !names.insert(fold(name))) {
                return Err(Error::SamePage(same.clone()));
            }
            let index = directory.join(reference::INDEX);
            if fs::read(&index).is_ok_and(|file| !reference::is_index(&file)) {
                return Err(Error::OwnFile(index));
            }
            write(directory, "page", pages)
        }
        GenerateCommand::Schedule { scheduler } => print(schedule(*scheduler)),
    }
    .map(|()| Exit::Success)
}

/// Writes files into a directory, which is made where it is missing, and says how many.
fn write(directory: &Path, what: &str, files: Vec<(String, String)>) -> Result<(), Error> {
    let failed = |source| Error::Folder { path: directory.to_path_buf(), source };
    fs::create_dir_all(directory).map_err(failed)?;
    for (name, text) in &files {
        let path = directory.join(name);
        let whole = || {
            let mut file = WholeFile::create(&path, Readers::AsUsual)?;
            file.write_all(text.as_bytes())?;
            file.finish()
        };
        whole().map_err(failed)?;
    }
    let message = format!("Wrote {} {what}s to {}.", files.len(), directory.display());
    environment::messages().message(&message);
    Ok(())
}

/// The files of the documents that run a scan every day. Each begins with the place where it goes.
const fn schedule(scheduler: Scheduler) -> &'static str {
    match scheduler {
        Scheduler::Systemd => concat!(
            include_str!("../../../docs/schedules/intercom-harden.service"),
            "\n",
            include_str!("../../../docs/schedules/intercom-harden.timer"),
        ),
        Scheduler::Cron => include_str!("../../../docs/schedules/crontab"),
        Scheduler::Kubernetes => include_str!("../../../docs/schedules/kubernetes.yaml"),
        Scheduler::Github => include_str!("../../../docs/ci/github-scan.yml"),
        Scheduler::Gitlab => include_str!("../../../docs/ci/gitlab-ci.yml"),
    }
}
