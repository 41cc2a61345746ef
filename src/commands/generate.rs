//! `generate`: what the program can say about itself, for other programs.

use super::destinations::print;
use clap::CommandFactory as _;

use crate::alert;
use crate::cli::{Cli, GenerateCommand, Scheduler, SchemaName};
use crate::diff;
use crate::error::Error;
use crate::exit::Exit;
use crate::report::json;

/// Runs a subcommand of `generate`.
///
/// # Errors
/// When standard output cannot be written.
pub(super) fn run(command: &GenerateCommand) -> Result<Exit, Error> {
    match command {
        GenerateCommand::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), env!("CARGO_PKG_NAME"), &mut script);
            print(&String::from_utf8_lossy(&script))
        }
        GenerateCommand::Schema { what } => {
            let schema = match what {
                SchemaName::Report => json::schema(),
                SchemaName::Diff => diff::schema(),
                SchemaName::Alert => alert::schema(),
            };
            print(&schema.map_err(Error::Stdout)?)
        }
        GenerateCommand::Schedule { scheduler } => print(schedule(*scheduler)),
    }
    .map(|()| Exit::Success)
}

/// The files of the documents that run a scan every day. Each begins with the place where it goes.
const fn schedule(scheduler: Scheduler) -> &'static str {
    match scheduler {
        Scheduler::Systemd => concat!(
            include_str!("../../docs/schedules/intercom-harden.service"),
            "\n",
            include_str!("../../docs/schedules/intercom-harden.timer"),
        ),
        Scheduler::Cron => include_str!("../../docs/schedules/crontab"),
        Scheduler::Kubernetes => include_str!("../../docs/schedules/kubernetes.yaml"),
        Scheduler::Github => include_str!("../../docs/ci/github-scan.yml"),
        Scheduler::Gitlab => include_str!("../../docs/ci/gitlab-ci.yml"),
    }
}
