//! The options of the commands about controls.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{AnswerFormat, ConfigArgs};

/// `controls`.
#[derive(Debug, Subcommand)]
pub(crate) enum ControlsCommand {
    /// List the controls
    List {
        #[command(flatten)]
        catalog: CatalogArgs,
        /// List the controls of `rbac check` instead
        #[arg(long)]
        rbac: bool,
        /// Format of the list: table or json
        #[arg(
            long,
            value_name = "FORMAT",
            default_value = "table",
            ignore_case = true,
            hide_possible_values = true
        )]
        format: AnswerFormat,
    },
    /// Explain one control
    Show {
        /// The control's id, such as 2.3
        id: String,
        #[command(flatten)]
        catalog: CatalogArgs,
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// Check control files: every mistake with its line, every example run
    Check {
        /// A directory of control files; the built-in ones, if absent
        #[arg(value_name = "DIR")]
        directory: Option<PathBuf>,
    },
    /// List the tables, columns and values that a control may name
    Facts,
}

/// Which controls there are.
#[derive(Debug, Args)]
pub(crate) struct CatalogArgs {
    /// Add the controls of a directory, or replace built-in ones by id; may be repeated
    #[arg(long, value_name = "DIR")]
    pub controls: Vec<PathBuf>,
}
