//! The options of a scan: what is evaluated, what fails it, and where the result goes.

use std::path::PathBuf;

use clap::{Arg, Args, ValueEnum};

use super::{CatalogArgs, ConfigArgs, ReportArgs, SourceArgs};
use crate::level::{FailOn, Level};

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

    /// When the scan ends, send a GET to the address in this file; after exit code 2 or 3, a POST to its /fail
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
    /// Keep the result in this database, and alert on what is new [env: INTERCOM_HARDEN_STORE]
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
