//! The options of `history`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;

use crate::exit::Exit;

/// `history`.
#[derive(Debug, Subcommand)]
pub(crate) enum HistoryCommand {
    /// List the runs, newest first: outcome, exit code and counts
    #[command(after_help = Exit::HISTORY_HELP)]
    List {
        #[command(flatten)]
        asked: HistoryArgs,
    },
    /// Show the report of a run
    #[command(after_help = Exit::HISTORY_HELP)]
    Show {
        /// Which run: latest, previous, a number of `history list`, or a date
        #[arg(value_name = "RUN")]
        run: String,
        #[command(flatten)]
        asked: HistoryArgs,
    },
    /// List the findings: first and last sight, age, and how each ended
    #[command(after_help = Exit::HISTORY_HELP)]
    Findings {
        /// Only those that are open
        #[arg(long)]
        open: bool,
        #[command(flatten)]
        asked: HistoryArgs,
    },
    /// Show how open findings and coverage developed, and how long it takes to fix a finding
    #[command(after_help = Exit::HISTORY_HELP)]
    Trend {
        #[command(flatten)]
        asked: HistoryArgs,
    },
    /// Say whether the last good scan is recent enough
    #[command(after_help = Exit::STATUS_HELP)]
    Status {
        /// How old the last good scan may be
        #[arg(long, value_name = "DURATION", default_value = "26h")]
        max_age: String,
        #[command(flatten)]
        asked: HistoryArgs,
    },
    /// Drop old reports; the history of findings stays
    #[command(after_help = Exit::PRUNE_HELP)]
    Prune {
        /// How long reports are kept [default: `[store] keep`]
        #[arg(long, value_name = "DURATION")]
        keep: Option<String>,
        #[command(flatten)]
        place: StoreArgs,
        #[command(flatten)]
        answer: HistoryAnswerArgs,
    },
}

/// Which store to read, and how to answer.
#[derive(Debug, Args)]
pub(crate) struct HistoryArgs {
    #[command(flatten)]
    pub place: StoreArgs,
    /// Show the history of the built-in sample workspace: no account, no store
    #[arg(long, conflicts_with_all = ["store", "workspace", "config"], help_heading = "Store")]
    pub demo: bool,
    #[command(flatten)]
    pub answer: HistoryAnswerArgs,
}

/// How to answer, and as of when.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct HistoryAnswerArgs {
    /// Count ages from this instant, to replay
    #[arg(long, value_name = "RFC3339")]
    pub now: Option<Timestamp>,
    /// Format of the answer: summary, json or csv
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "summary",
        ignore_case = true,
        hide_possible_values = true
    )]
    pub format: HistoryFormat,
}

/// Which store.
#[derive(Debug, Args)]
#[command(next_help_heading = "Store")]
pub(crate) struct StoreArgs {
    /// The database that `scan --store` writes [env: INTERCOM_HARDEN_STORE]
    #[arg(long, value_name = "FILE")]
    pub store: Option<PathBuf>,
    /// Which workspace of the database, where it holds several
    #[arg(long, value_name = "ID|NAME")]
    pub workspace: Option<String>,
    /// Configuration whose `[store]` section names the database
    #[arg(long, value_name = "PATH")]
    pub config: Option<PathBuf>,
}

/// How `history` answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum HistoryFormat {
    /// Tables for people
    Summary,
    /// JSON for programs
    Json,
    /// CSV for spreadsheets
    Csv,
}
