//! The options of the commands that make reports, and of those about reports.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;

use super::CatalogArgs;
use crate::exit::Exit;
use crate::level::FailOn;
use crate::report::grouping::Grouping;
use crate::report::{Format, Output, PlanRow};

/// What a report looks like, and where it goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Report")]
pub(crate) struct ReportArgs {
    // No default value, so that a contradiction with `-o FORMAT=-` is known.
    /// Format of the report on standard output
    #[arg(long, value_name = "FORMAT", ignore_case = true, hide_possible_values = true, help = format_help())]
    pub format: Option<Format>,
    /// Write a further report to a file, whose format follows from its name unless it is given; FORMAT=- is
    /// standard output; may be repeated
    #[arg(short, long, value_name = "[FORMAT=]PATH")]
    pub output: Vec<Output>,
    /// Group by level, section or framework: cis-v8, nist-800-53, soc2
    #[arg(long, value_name = "GROUPING")]
    pub by: Option<Grouping>,
    /// What a row of the plan is about: control or finding [default: control]
    #[arg(long, value_name = "ROW", ignore_case = true, hide_possible_values = true)]
    pub per: Option<PlanRow>,
    /// Begin csv, plan and people with a byte-order mark, by which Excel knows UTF-8
    #[arg(long)]
    pub excel: bool,
    #[command(flatten)]
    pub redact: RedactArgs,
}

fn format_help() -> String {
    let default = Format::default().as_str();
    format!("Format of the report on standard output: {} [default: {default}]", Format::names())
}

/// Whether people and addresses are shown.
#[derive(Debug, Args)]
#[command(next_help_heading = "Redaction")]
pub(crate) struct RedactArgs {
    /// Put pseudonyms in the place of e-mail addresses, names and network addresses; the key is in
    /// INTERCOM_HARDEN_REDACT_KEY, or else drawn for this run
    #[arg(long)]
    pub redact: bool,
    /// Read the key of the pseudonyms from a file: the same key gives the same pseudonyms
    #[arg(long, value_name = "PATH", requires = "redact")]
    pub redact_key_file: Option<PathBuf>,
}

/// `render`.
#[derive(Debug, Args)]
pub(crate) struct RenderArgs {
    /// A report that `scan -o json=FILE` wrote; - for standard input
    #[arg(value_name = "REPORT")]
    pub saved: PathBuf,
    #[command(flatten)]
    pub report: ReportArgs,
}

/// `diff`.
#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// The earlier report, which `scan -o json=FILE` wrote; - for standard input. With --store a run: latest, previous,
    /// a number or a date [default with --store: previous]
    #[arg(value_name = "OLD", required_unless_present_any = ["demo", "store"])]
    pub old: Option<PathBuf>,
    /// The later report of the same workspace [default with --store: latest]
    #[arg(value_name = "NEW", required_unless_present_any = ["demo", "store"])]
    pub new: Option<PathBuf>,
    /// Take the reports from this database, which `scan --store` wrote
    #[arg(long, value_name = "FILE", conflicts_with = "demo")]
    pub store: Option<PathBuf>,
    /// Which workspace of the database, where it holds several
    #[arg(long, value_name = "ID|NAME", requires = "store")]
    pub workspace: Option<String>,
    /// Compare the built-in sample workspace with what it was two weeks before
    #[arg(long, conflicts_with_all = ["old", "new"])]
    pub demo: bool,
    /// Fail when a control at or below this level regressed or has new findings: l1, l2, l3 or never [default: l1, with
    /// --demo never]
    #[arg(long, value_name = "LEVEL", ignore_case = true, hide_possible_values = true)]
    pub fail_on: Option<FailOn>,
    /// Compare the sample as of this instant, to replay
    #[arg(long, value_name = "RFC3339", requires = "demo")]
    pub now: Option<Timestamp>,
    /// Format of the comparison on standard output: summary, json, markdown, html, ndjson (new findings) or none
    /// [default: summary]
    #[arg(long, value_name = "FORMAT", ignore_case = true, hide_possible_values = true)]
    pub format: Option<Format>,
    /// Write the comparison to a file, whose format follows from its name unless it is given; may be repeated
    #[arg(short, long, value_name = "[FORMAT=]PATH")]
    pub output: Vec<Output>,
}

/// `generate`.
#[derive(Debug, Subcommand)]
pub(crate) enum GenerateCommand {
    /// Print a script that completes commands and options in a shell
    #[command(after_help = Exit::GENERATE_HELP)]
    Completions {
        /// Which shell: bash, zsh, fish, powershell or elvish
        #[arg(value_name = "SHELL", ignore_case = true, hide_possible_values = true)]
        shell: clap_complete::Shell,
    },
    /// Write a man page for each command
    #[command(after_help = Exit::MAN_HELP)]
    Man {
        /// Where to write the pages; created if it is missing
        #[arg(value_name = "DIR")]
        directory: PathBuf,
    },
    /// Print the JSON Schema of a file that the program reads or writes
    #[command(after_help = Exit::GENERATE_HELP)]
    Schema {
        /// Which file: report, diff, alert, config or control
        #[arg(value_name = "WHAT", ignore_case = true, hide_possible_values = true)]
        what: SchemaName,
    },
    /// Write a Markdown page for each control, and an index
    #[command(after_help = Exit::REFERENCE_HELP)]
    Reference {
        /// Where to write the pages; created if it is missing
        #[arg(value_name = "DIR")]
        directory: PathBuf,
        #[command(flatten)]
        catalog: CatalogArgs,
    },
    /// Print what runs a scan every day, with comments that say where it goes and what to fill in
    #[command(after_help = Exit::GENERATE_HELP)]
    Schedule {
        /// For which scheduler: systemd, cron, kubernetes, github or gitlab
        #[arg(value_name = "SCHEDULER", ignore_case = true, hide_possible_values = true)]
        scheduler: Scheduler,
    },
}

/// What starts a scan regularly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scheduler {
    /// A service and a timer of systemd
    Systemd,
    /// A crontab
    Cron,
    /// A CronJob of Kubernetes
    Kubernetes,
    /// A workflow of GitHub Actions
    Github,
    /// A pipeline of GitLab CI
    Gitlab,
}

/// What there is a schema of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaName {
    /// The JSON report
    Report,
    /// The comparison of two reports
    Diff,
    /// A message to a receiver of alerts
    Alert,
    /// The configuration, intercom-harden.toml
    Config,
    /// Control files
    Control,
}
