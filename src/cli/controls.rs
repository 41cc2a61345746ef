//! The options of the commands about controls.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{AnswerArgs, ConfigArgs};
use crate::exit::Exit;

/// `controls`.
#[derive(Debug, Subcommand)]
pub(crate) enum ControlsCommand {
    /// List the controls
    #[command(after_help = Exit::PRINT_HELP)]
    List {
        /// List the controls of `rbac check` instead
        #[arg(long)]
        rbac: bool,
        #[command(flatten)]
        catalog: CatalogArgs,
        #[command(flatten)]
        answer: AnswerArgs,
    },
    /// Explain one control
    #[command(after_help = Exit::PRINT_HELP)]
    Show {
        /// The control's id, such as 2.3
        id: String,
        #[command(flatten)]
        catalog: CatalogArgs,
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// Check control files: every mistake with its line, every example run
    #[command(after_help = Exit::CONTROLS_HELP)]
    Check {
        /// A directory of control files; the built-in ones, if absent
        #[arg(value_name = "DIR")]
        directory: Option<PathBuf>,
    },
    /// List the tables, columns and values that a control may name
    #[command(after_help = Exit::PRINT_HELP)]
    Facts,
}

/// `explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The control's id, such as 2.3
    pub id: String,
    /// Show what this JSON report says of the control: its findings, and how to go on with each
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Show what a scan of the built-in sample workspace says of it
    #[arg(long, conflicts_with = "report")]
    pub demo: bool,
    #[command(flatten)]
    pub catalog: CatalogArgs,
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// Which controls there are.
#[derive(Debug, Args)]
#[command(next_help_heading = "Controls")]
pub(crate) struct CatalogArgs {
    /// Add the controls of a directory, or replace built-in ones by id; may be repeated
    #[arg(long, value_name = "DIR")]
    pub controls: Vec<PathBuf>,
}
