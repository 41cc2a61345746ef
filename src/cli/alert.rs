//! `alert`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::ConfigArgs;
use crate::exit::Exit;

/// `alert`.
#[derive(Debug, Subcommand)]
pub(crate) enum AlertCommand {
    /// Send a message that is marked as a test to every receiver of alerts, or to one
    #[command(after_help = Exit::ALERT_HELP)]
    Test(AlertTestArgs),
}

/// `alert test`.
#[derive(Debug, Args)]
pub(crate) struct AlertTestArgs {
    /// The name of the alert in the configuration [default: all of them]
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// Record in this database that the message was accepted [env: INTERCOM_HARDEN_STORE]
    #[arg(long, value_name = "FILE")]
    pub store: Option<PathBuf>,
    #[command(flatten)]
    pub config: ConfigArgs,
}
