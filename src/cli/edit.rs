//! The options of the commands that edit the configuration.

use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;

use super::{CatalogArgs, ConnectionArgs, LIVE};
use crate::text::is_invisible;
use crate::verdict::Attested;

/// The options that go with a scan, next to [`LIVE`]: to attest one control needs none.
const SCANNING: [&str; 8] =
    ["interactive", "demo", "snapshot", "timeout", "concurrency", "rate_share", "no_probe", "since"];

/// `attest`.
#[derive(Debug, Args)]
pub(crate) struct AttestArgs {
    /// The control's id, such as 1.3
    #[arg(required_unless_present = "interactive", conflicts_with_all = SCANNING, conflicts_with_all = LIVE)]
    pub id: Option<String>,
    /// Who saw it
    #[arg(long, value_name = "NAME", value_parser = one_line, required_unless_present = "interactive")]
    pub by: Option<String>,
    /// What was seen: pass, fail, or n/a with a note that says why it does not apply [default: pass]
    #[arg(
        long,
        value_name = "RESULT",
        ignore_case = true,
        hide_possible_values = true,
        conflicts_with = "interactive"
    )]
    pub result: Option<Attested>,
    /// Where the proof is kept, such as the address of a ticket
    #[arg(long, value_name = "URL", value_parser = one_line, conflicts_with = "interactive")]
    pub evidence: Option<String>,
    /// A file that proves it; every scan compares its SHA-256
    #[arg(long, value_name = "PATH", conflicts_with = "interactive")]
    pub evidence_file: Option<PathBuf>,
    /// How long it is valid: a duration such as 90d, or the last day, UTC [default: what the control says]
    #[arg(long, value_name = "DURATION|DATE", conflicts_with = "interactive")]
    pub expires: Option<String>,
    /// The day it was seen, UTC [default: today]
    #[arg(long, value_name = "DATE", conflicts_with = "interactive")]
    pub on: Option<String>,
    /// What else is worth knowing
    #[arg(long, value_name = "TEXT", value_parser = one_line, conflicts_with = "interactive")]
    #[arg(required_if_eq("result", "n/a"))]
    pub note: Option<String>,
    /// Check against this JSON report of the last scan, or with --interactive go through its controls
    #[arg(long, value_name = "FILE", conflicts_with_all = ["demo", "snapshot"], conflicts_with_all = LIVE)]
    pub report: Option<PathBuf>,
    /// Scan, then go through every control that only a person can judge, one by one
    #[arg(short, long, conflicts_with = "token_stdin")]
    pub interactive: bool,
    #[command(flatten)]
    pub source: SourceArgs,
    #[command(flatten)]
    pub catalog: CatalogArgs,
    #[command(flatten)]
    pub target: TargetArgs,
}

/// `waive`.
#[derive(Debug, Args)]
pub(crate) struct WaiveArgs {
    /// The control's id, such as 2.3
    pub id: String,
    /// The one finding that is waived, by its subject; without it or --event the whole control is
    #[arg(long, value_name = "SUBJECT", value_parser = one_line)]
    pub subject: Option<String>,
    /// The one finding that is waived, by the id of its event
    #[arg(long, value_name = "EVENT", value_parser = one_line, conflicts_with = "subject")]
    pub event: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT", value_parser = one_line)]
    pub reason: String,
    /// Who decided
    #[arg(long, value_name = "NAME", value_parser = one_line)]
    pub by: String,
    /// How long it is valid: a duration such as 90d, or the last day, UTC
    #[arg(long, value_name = "DURATION|DATE")]
    pub expires: String,
    /// Check against this JSON report of the last scan, and say at once what will not count
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Work as of this instant
    #[arg(long, value_name = "RFC3339")]
    pub now: Option<Timestamp>,
    #[command(flatten)]
    pub catalog: CatalogArgs,
    #[command(flatten)]
    pub target: TargetArgs,
}

/// `review`.
#[derive(Debug, Args)]
pub(crate) struct ReviewArgs {
    /// The ids of the events, as tables and the JSON report show them
    #[arg(value_name = "EVENT", value_parser = one_line, required_unless_present = "interactive")]
    #[arg(conflicts_with = "interactive", conflicts_with_all = LIVE)]
    pub events: Vec<String>,
    /// Who looked at them
    #[arg(long, value_name = "NAME", value_parser = one_line, required_unless_present = "interactive")]
    pub by: Option<String>,
    /// What was found, such as the number of a ticket
    #[arg(long, value_name = "TEXT", value_parser = one_line, conflicts_with = "interactive")]
    pub note: Option<String>,
    /// The day from which the reviews count, UTC; not in the future [default: today]
    #[arg(long, value_name = "DATE")]
    pub on: Option<String>,
    /// Check against this JSON report of the last scan, or with --interactive go through its events
    #[arg(long, value_name = "FILE", conflicts_with_all = ["demo", "snapshot"], conflicts_with_all = LIVE)]
    pub report: Option<PathBuf>,
    /// Scan, then go through every event that is open to a review, one by one
    #[arg(short, long, conflicts_with = "token_stdin")]
    pub interactive: bool,
    #[command(flatten)]
    pub source: SourceArgs,
    #[command(flatten)]
    pub catalog: CatalogArgs,
    #[command(flatten)]
    pub target: TargetArgs,
}

/// `init`.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// Print the configuration instead of writing it
    #[arg(long)]
    pub stdout: bool,
    /// Declare four roles to start from, for `rbac`, and list those that teammates have
    #[arg(long)]
    pub rbac: bool,
    #[command(flatten)]
    pub source: SourceArgs,
    #[command(flatten)]
    pub target: TargetArgs,
}

/// A workspace, live or not.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Workspace")]
pub(crate) struct SourceArgs {
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// Look at the built-in sample workspace: no account, no network
    #[arg(long, conflicts_with = "snapshot", conflicts_with_all = LIVE)]
    pub demo: bool,
    /// Look at a snapshot that `collect` saved: no network
    #[arg(long, value_name = "FILE", conflicts_with_all = LIVE)]
    pub snapshot: Option<PathBuf>,
}

/// The configuration that is written.
#[derive(Debug, Args)]
#[command(next_help_heading = "Configuration")]
pub(crate) struct TargetArgs {
    /// Configuration file to write [default: ./intercom-harden.toml]
    #[arg(long, value_name = "PATH")]
    pub config: Option<PathBuf>,
}

/// Takes a text that says something, on one line, with nothing hidden in it.
pub(crate) fn one_line(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        Err("it must not be empty")
    } else if text.chars().any(is_invisible) {
        Err("it must be one line of visible characters")
    } else {
        Ok(text.to_owned())
    }
}
