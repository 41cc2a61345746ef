//! The options of the commands about roles and access.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{AnswerArgs, ChoiceArgs, ConfigArgs, GateArgs, ReportArgs, SourceArgs};
use crate::config::Permission;
use crate::exit::Exit;

/// `rbac`.
#[derive(Debug, Subcommand)]
pub(crate) enum RbacCommand {
    /// Compare the workspace with the declared roles, groups and sign-in, and with a roster where there is one
    #[command(after_help = Exit::HELP)]
    Check(Box<RbacCheckArgs>),
    /// Compare the teammates with a roster that the identity provider exported
    #[command(after_help = Exit::HELP)]
    Roster(Box<RbacRosterArgs>),
    /// Say whether a teammate may do something, why, and by which rule
    #[command(after_help = Exit::CAN_HELP)]
    Can(Box<CanArgs>),
    /// Find out what is behind failing sign-ins, missing permissions, refused tokens or a silent log
    #[command(after_help = Exit::DIAGNOSE_HELP)]
    Diagnose(Box<DiagnoseArgs>),
}

/// `rbac check`.
#[derive(Debug, Args)]
pub(crate) struct RbacCheckArgs {
    /// A roster that the identity provider exported; may be repeated
    #[arg(long, value_name = "FILE", help_heading = "Workspace")]
    pub roster: Vec<PathBuf>,
    #[command(flatten)]
    pub chosen: ChoiceArgs,
    #[command(flatten)]
    pub options: PolicyArgs,
}

/// `rbac roster`.
#[derive(Debug, Args)]
pub(crate) struct RbacRosterArgs {
    /// The roster, as CSV or as a SCIM list in JSON; several are taken together
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub options: PolicyArgs,
}

/// What the commands have in common that compare a workspace with a policy.
#[derive(Debug, Args)]
pub(crate) struct PolicyArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    #[command(flatten)]
    pub gate: GateArgs,
    #[command(flatten)]
    pub report: ReportArgs,
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// `rbac can`.
#[derive(Debug, Args)]
pub(crate) struct CanArgs {
    /// The teammate: an e-mail address or an admin id
    #[arg(value_name = "WHO")]
    pub who: String,
    /// What they would do: read, write, delete or admin
    #[arg(value_name = "ACTION", ignore_case = true, hide_possible_values = true)]
    pub action: Permission,
    /// A directory export (roster): people it suspends are denied everything; may be repeated
    #[arg(long, value_name = "FILE", help_heading = "Workspace")]
    pub roster: Vec<PathBuf>,
    #[command(flatten)]
    pub answer: AnswerArgs,
    #[command(flatten)]
    pub source: SourceArgs,
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// `rbac diagnose`.
#[derive(Debug, Args)]
pub(crate) struct DiagnoseArgs {
    #[command(flatten)]
    pub answer: AnswerArgs,
    #[command(flatten)]
    pub source: SourceArgs,
    #[command(flatten)]
    pub config: ConfigArgs,
}
