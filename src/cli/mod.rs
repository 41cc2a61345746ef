//! The command line.

use std::path::PathBuf;

use clap::{Arg, Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;

use crate::exit::Exit;
use crate::level::{FailOn, Level};
use crate::region::Region;

mod alert;
mod controls;
mod edit;
mod history;
mod rbac;
mod report;
mod typed;

pub(crate) use alert::{AlertCommand, AlertTestArgs};
pub(crate) use controls::{CatalogArgs, ControlsCommand, ExplainArgs};
pub(crate) use edit::{AttestArgs, InitArgs, ReviewArgs, SourceArgs, WaiveArgs, one_line};
pub(crate) use history::{HistoryArgs, HistoryCommand, HistoryFormat, StoreArgs};
pub(crate) use rbac::{CanArgs, DiagnoseArgs, PolicyArgs, RbacCheckArgs, RbacCommand, RbacRosterArgs};
pub(crate) use report::{
    DiffArgs, GenerateCommand, RedactArgs, RenderArgs, ReportArgs, Scheduler, SchemaName,
};
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
    /// Tell what changed between two reports: regressions, new findings, people, settings, and what was fixed
    #[command(after_help = Exit::DIFF_HELP)]
    Diff(Box<DiffArgs>),
    /// Ask the store of `scan --store`: runs, findings and their ages, trend, and whether scans still run
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
    /// Try out where alerts go
    #[command(subcommand)]
    Alert(AlertCommand),
    /// Print shell completions, schemas, and what runs a scan every day
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

/// `scan`.
#[derive(Debug, Args)]
pub(crate) struct ScanArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    /// Compare the teammates with a roster that the identity provider exported; may be repeated
    #[arg(long, value_name = "FILE", help_heading = "Workspace")]
    pub roster: Vec<PathBuf>,

    #[command(flatten)]
    pub selection: SelectionArgs,

    #[command(flatten)]
    pub gate: GateArgs,

    #[command(flatten)]
    pub report: ReportArgs,

    #[command(flatten)]
    pub keep: KeepArgs,

    /// Fetch the address in this file when the scan ends, and its /fail after exit code 2 or 3
    /// [env: INTERCOM_HARDEN_HEARTBEAT]
    #[arg(long, value_name = "PATH", help_heading = "Heartbeat")]
    pub heartbeat_file: Option<PathBuf>,

    #[command(flatten)]
    pub config: ConfigArgs,
}

/// `watch`: as `scan`, without what is for one scan alone.
#[derive(Debug, Args)]
#[command(mut_args(one_scan_alone))]
pub(crate) struct WatchArgs {
    /// How long from the start of one scan to the start of the next: 1h, 30m
    #[arg(long, value_name = "DURATION")]
    pub every: String,
    /// Start each scan but the first up to this much later, at random
    #[arg(long, value_name = "DURATION")]
    pub splay: Option<String>,
    #[command(flatten)]
    pub scan: ScanArgs,
}

/// The options of `scan` that are for one scan alone.
const ONE_SCAN: [&str; 4] = ["token_stdin", "demo", "snapshot", "now"];

/// Leaves the options that are for one scan alone out of the help.
fn one_scan_alone(arg: Arg) -> Arg {
    match arg.get_id().as_str() {
        id if ONE_SCAN.contains(&id) => arg.hide(true),
        "fail_on" => {
            arg.help("Fail when a control at or below this level fails: l1, l2, l3 or never [default: l1]")
        }
        _ => arg,
    }
}

impl WatchArgs {
    /// An option that is given although it is for one scan alone.
    pub(crate) fn one_scan_alone(&self) -> Option<&'static str> {
        let source = &self.scan.source;
        let given = [
            ("--token-stdin", source.connection.token_stdin),
            ("--demo", source.demo),
            ("--snapshot", source.snapshot.is_some()),
            ("--now", source.connection.now.is_some()),
        ];
        given.into_iter().find(|(_, given)| *given).map(|(option, _)| option)
    }
}

/// Where the result is kept.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Store")]
pub(crate) struct KeepArgs {
    /// Keep the result in this database, next to those before [env: INTERCOM_HARDEN_STORE]
    #[arg(long, value_name = "FILE", conflicts_with = "demo")]
    pub store: Option<PathBuf>,
}

/// Which controls are evaluated.
#[derive(Debug, Args)]
#[command(next_help_heading = "Controls")]
pub(crate) struct SelectionArgs {
    #[command(flatten)]
    pub catalog: CatalogArgs,
    #[command(flatten)]
    pub chosen: ChoiceArgs,
    /// Which of the built-in packs to evaluate: guide, extended or all
    #[arg(long, value_name = "PACK", default_value = "all", ignore_case = true, hide_possible_values = true)]
    pub pack: PackName,
}

/// Which controls of a pack are evaluated.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Controls")]
pub(crate) struct ChoiceArgs {
    /// Evaluate controls up to this level: l1, l2 or l3 [default: l3]
    #[arg(long, value_name = "LEVEL", ignore_case = true, hide_possible_values = true)]
    pub level: Option<Level>,
    /// Evaluate only this control; may be repeated
    #[arg(long, value_name = "ID")]
    pub control: Vec<String>,
    /// Leave this control out; may be repeated
    #[arg(long, value_name = "ID")]
    pub skip: Vec<String>,
}

/// What fails a scan.
#[derive(Debug, Args)]
#[command(next_help_heading = "Gate")]
pub(crate) struct GateArgs {
    /// Fail when a control at or below this level fails: l1, l2, l3 or never [default: l1, with --demo never]
    #[arg(long, value_name = "LEVEL", ignore_case = true, hide_possible_values = true)]
    pub fail_on: Option<FailOn>,
    /// Manual and unknown controls fail the gate too
    #[arg(long)]
    pub strict: bool,
    /// Fail when less than this share of the controls passes or fails [default: no limit]
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub min_coverage: Option<u8>,
    /// A scan with failed sources may still exit 0
    #[arg(long)]
    pub allow_incomplete: bool,
    /// Fail only on what this earlier JSON report of the same workspace does not show
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Ignore all waivers
    #[arg(long)]
    pub no_waivers: bool,
    /// Fail if an attestation, waiver or review has expired, is about to, or matches nothing
    #[arg(long)]
    pub fail_on_hygiene: bool,
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

/// A pack on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PackName {
    /// The hardening guide's own controls
    Guide,
    /// What goes beyond the guide
    Extended,
    /// Both
    All,
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
