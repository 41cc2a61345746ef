//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;

use crate::exit::Exit;
use crate::region::Region;

mod alert;
mod controls;
mod edit;
mod history;
mod rbac;
mod report;
mod scan;
mod typed;

pub(crate) use alert::{AlertCommand, AlertTestArgs};
pub(crate) use controls::{CatalogArgs, ControlsCommand, ExplainArgs};
pub(crate) use edit::{AttestArgs, InitArgs, ReviewArgs, SourceArgs, WaiveArgs, one_line};
pub(crate) use history::{HistoryAnswerArgs, HistoryArgs, HistoryCommand, HistoryFormat, StoreArgs};
pub(crate) use rbac::{CanArgs, DiagnoseArgs, PolicyArgs, RbacCheckArgs, RbacCommand, RbacRosterArgs};
pub(crate) use report::{
    DiffArgs, GenerateCommand, RedactArgs, RenderArgs, ReportArgs, Scheduler, SchemaName,
};
pub(crate) use scan::{ChoiceArgs, GateArgs, KeepArgs, PackName, ScanArgs, SelectionArgs, WatchArgs};
pub(crate) use typed::meant;

/// Security posture scanner for Intercom workspaces.
#[derive(Debug, Parser)]
#[command(name = "intercom-harden", version, about, max_term_width = 100, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub terminal: TerminalArgs,
}

/// What goes to the terminal beside the answer.
#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "Terminal")]
pub(crate) struct TerminalArgs {
    /// Print errors alone on standard error
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print every request on standard error
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Use colours: auto, always or never
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        ignore_case = true,
        hide_possible_values = true
    )]
    pub color: ColorChoice,
    /// Show no moving line while reading
    #[arg(long, global = true)]
    pub no_progress: bool,
}

/// Whether colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless NO_COLOR says otherwise
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Read a workspace and judge every control of the hardening guide
    #[command(after_help = Exit::HELP)]
    Scan(Box<ScanArgs>),
    /// Scan again and again, until a signal ends it
    #[command(after_help = Exit::WATCH_HELP)]
    Watch(Box<WatchArgs>),
    /// Compare two reports: regressions, new and fixed findings, people, settings
    #[command(after_help = Exit::DIFF_HELP)]
    Diff(Box<DiffArgs>),
    /// Query the store: runs, findings, trend, age of the last scan
    #[command(subcommand)]
    History(HistoryCommand),
    /// Save what a workspace answers, to scan it later without a network
    #[command(after_help = Exit::COLLECT_HELP)]
    Collect(Box<CollectArgs>),
    /// Show a saved JSON report in any format
    #[command(after_help = Exit::RENDER_HELP)]
    Render(Box<RenderArgs>),
    /// Record what a person saw in the web app: it decides what data cannot, until it expires
    #[command(after_help = Exit::EDIT_HELP)]
    Attest(Box<AttestArgs>),
    /// Accept a finding for a while: it stays in the report and no longer fails the gate
    #[command(after_help = Exit::EDIT_HELP)]
    Waive(WaiveArgs),
    /// Record that a person looked at events and found them in order: they no longer count as findings
    #[command(after_help = Exit::EDIT_HELP)]
    Review(Box<ReviewArgs>),
    /// Explain one control: what it asks, why, what to do, how it is decided, and what the last report says
    #[command(after_help = Exit::PRINT_HELP)]
    Explain(ExplainArgs),
    /// Write a commented configuration to start from, filled in from the workspace
    #[command(after_help = Exit::EDIT_HELP)]
    Init(Box<InitArgs>),
    /// Find out before a first scan whether one can be made, and what it could decide
    #[command(after_help = Exit::DOCTOR_HELP)]
    Doctor(Box<DoctorArgs>),
    /// Check declared roles, and diagnose access problems
    #[command(subcommand)]
    Rbac(RbacCommand),
    /// List, explain and check the controls
    #[command(subcommand, after_help = Exit::CONTROLS_HELP)]
    Controls(ControlsCommand),
    /// Test the receivers of alerts
    #[command(subcommand)]
    Alert(AlertCommand),
    /// Print or write completions, man pages, schemas, control pages and schedules
    #[command(subcommand)]
    Generate(GenerateCommand),
}

/// Where a workspace is, and how to read it.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Workspace")]
pub(crate) struct ConnectionArgs {
    /// Where the workspace is hosted: us, eu or au [env: INTERCOM_REGION] [default: us]
    #[arg(long, value_name = "REGION", ignore_case = true, hide_possible_values = true)]
    pub region: Option<Region>,
    /// Take the region from the web address where people sign in, e.g. app.eu.intercom.com
    #[arg(long, value_name = "URL", conflicts_with = "region")]
    pub login_url: Option<String>,
    /// Read the access token from a file instead of INTERCOM_ACCESS_TOKEN
    #[arg(long, value_name = "PATH", conflicts_with = "token_stdin")]
    pub token_file: Option<PathBuf>,
    /// Read the access token from standard input
    #[arg(long)]
    pub token_stdin: bool,
    /// Another API origin: https, or http to loopback only
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// Deadline of the whole reading
    #[arg(long, value_name = "DURATION", default_value = "10m", help_heading = "Reading")]
    pub timeout: String,
    /// Requests in flight at once
    #[arg(long, value_name = "N", default_value_t = 32, help_heading = "Reading")]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=64))]
    pub concurrency: u16,
    /// Share of the app's rate limit to use, in percent
    #[arg(long, value_name = "PERCENT", default_value_t = 50, help_heading = "Reading")]
    #[arg(value_parser = clap::value_parser!(u8).range(1..=100))]
    pub rate_share: u8,
    /// Leave out the token probe, which asks whether the token can read more than it needs (E4)
    #[arg(long, help_heading = "Reading")]
    pub no_probe: bool,
    /// How far back to read sign-ins and other frequent events: 30d, or a date [default: 30d]
    #[arg(long, value_name = "DURATION|DATE", help_heading = "Reading")]
    pub since: Option<String>,
    /// Evaluate as of this instant, to replay
    #[arg(long, value_name = "RFC3339", help_heading = "Reading")]
    pub now: Option<Timestamp>,
}

/// The options that say where a live workspace is and who asks: without meaning for one that is not.
const LIVE: [&str; 5] = ["region", "login_url", "token_file", "token_stdin", "base_url"];

/// Which configuration to use.
#[derive(Debug, Args)]
#[command(next_help_heading = "Configuration")]
pub(crate) struct ConfigArgs {
    /// Configuration file; without it ./intercom-harden.toml, if it exists
    #[arg(long, value_name = "PATH", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,
    /// Ignore ./intercom-harden.toml
    #[arg(long)]
    pub no_config: bool,
}

/// `collect`.
#[derive(Debug, Args)]
pub(crate) struct CollectArgs {
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// Where to save the snapshot; it appears whole or not at all, readable by its owner alone
    #[arg(short, long, value_name = "FILE", help_heading = "Snapshot")]
    pub output: PathBuf,
    #[command(flatten)]
    pub redact: RedactArgs,
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// `doctor`.
#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    #[command(flatten)]
    pub answer: AnswerArgs,
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// How a command answers that makes no report.
#[derive(Debug, Args)]
#[command(next_help_heading = "Report")]
pub(crate) struct AnswerArgs {
    /// Format of the answer: table or json
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "table",
        ignore_case = true,
        hide_possible_values = true
    )]
    pub format: AnswerFormat,
}

/// The format in which a command answers that makes no report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AnswerFormat {
    /// Tables for people
    Table,
    /// JSON for programs
    Json,
}
