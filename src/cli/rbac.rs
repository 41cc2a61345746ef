//! The options of the commands about roles and access.

use clap::{Args, Subcommand, ValueEnum};

use super::{AnswerFormat, ConfigArgs, SourceArgs};
use crate::config::Permission;
use crate::exit::Exit;

/// `rbac`.
#[derive(Debug, Subcommand)]
pub(crate) enum RbacCommand {
    /// Say whether a teammate may do something, why, and by which rule
    #[command(after_help = Exit::CAN_HELP)]
    Can(Box<CanArgs>),
    /// Find out what is behind failing sign-ins, missing permissions, refused tokens or a silent log
    #[command(after_help = Exit::DIAGNOSE_HELP)]
    Diagnose(Box<DiagnoseArgs>),
}

/// `rbac can`.
#[derive(Debug, Args)]
pub(crate) struct CanArgs {
    /// The teammate: an e-mail address or an admin id
    #[arg(value_name = "WHO")]
    pub who: String,
    /// What they would do: read, write, delete or admin
    #[arg(value_name = "ACTION", hide_possible_values = true)]
    pub action: ActionName,
    /// Format of the answer: table or json
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "table",
        hide_possible_values = true,
        help_heading = "Report"
    )]
    pub format: AnswerFormat,
    /// Where the workspace is.
    #[command(flatten)]
    pub source: SourceArgs,
    /// The configuration.
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// `rbac diagnose`.
#[derive(Debug, Args)]
pub(crate) struct DiagnoseArgs {
    /// Format of what is found: table or json
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "table",
        hide_possible_values = true,
        help_heading = "Report"
    )]
    pub format: AnswerFormat,
    /// Where the workspace is.
    #[command(flatten)]
    pub source: SourceArgs,
    /// The configuration.
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// An action on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ActionName {
    /// See
    Read,
    /// Create and change
    Write,
    /// Remove
    Delete,
    /// Manage people and settings
    Admin,
}

impl From<ActionName> for Permission {
    fn from(name: ActionName) -> Self {
        match name {
            ActionName::Read => Self::Read,
            ActionName::Write => Self::Write,
            ActionName::Delete => Self::Delete,
            ActionName::Admin => Self::Admin,
        }
    }
}
