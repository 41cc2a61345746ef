//! The exit codes, in one place.

use std::process::ExitCode;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a command ended. Where several apply, the lowest in this list of precedence wins:
/// usage, then violation, then incomplete, then success. A report has all of them but usage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(into = "u8", try_from = "u8")]
#[schemars(
    with = "u8",
    description = "How a scan ended: 0 the gate passed, 1 it failed, 3 not all could be read.",
    extend("enum" = [0, 1, 3])
)]
pub enum Exit {
    /// The gate passed.
    Success = 0,
    /// The gate failed: a violation is certain.
    Violation = 1,
    /// The command line, a configuration or a control file is wrong.
    Usage = 2,
    /// The scan could not complete: authentication, network, rate limit, or a source that failed.
    Incomplete = 3,
}

impl Exit {
    /// The exit codes as `scan --help` prints them.
    pub const HELP: &'static str = "\
Exit codes:
  0  the gate passed
  1  the gate failed: a violation is certain
  2  usage or configuration: bad flag, no token, bad TOML, unknown id, missing file, another workspace
  3  could not complete: authentication, network, rate limit, a source that failed, a signal";

    /// The exit codes as `watch --help` prints them.
    pub const WATCH_HELP: &'static str = "\
Exit codes:
  0  ended by a signal between two scans
  2  usage or configuration at the first scan: bad flag, no token, bad TOML, missing file, another workspace
  3  ended by a signal inside a scan";

    /// The exit codes as `diff --help` prints them.
    pub const DIFF_HELP: &'static str = "\
Exit codes:
  0  nothing regressed and nothing is new up to the level of --fail-on
  1  a control regressed, or has new findings
  2  usage: bad flag, no such file, store, workspace or run, not a report, two workspaces, two keys of redaction
  3  nothing regressed, but a control fails that cannot be compared; or the store cannot be read";

    /// The exit codes as `collect --help` prints them.
    pub const COLLECT_HELP: &'static str = "\
Exit codes:
  0  saved
  2  usage or configuration: bad flag, no token, bad TOML, a place that cannot be written to
  3  could not complete: authentication, network, rate limit, a source that failed; what was read is saved";

    /// The exit codes as `controls --help` prints them.
    pub const CONTROLS_HELP: &'static str = "\
Exit codes:
  0  done; with `check`, no mistakes
  2  usage or configuration: bad flag, unknown id, a mistake in a control file or the configuration";

    /// The exit codes of the commands that only print what they know.
    pub const PRINT_HELP: &'static str = "\
Exit codes:
  0  printed
  2  usage or configuration: bad flag, unknown id, not a report, a mistake in a control file or the configuration";

    /// The exit codes as `generate man --help` prints them.
    pub const MAN_HELP: &'static str = "\
Exit codes:
  0  written
  2  usage: bad flag, a folder that cannot be written to";

    /// The exit codes as `generate reference --help` prints them.
    pub const REFERENCE_HELP: &'static str = "\
Exit codes:
  0  written
  2  usage or configuration: bad flag, a mistake in a control file, a folder that cannot be written to";

    /// The exit codes of the commands that only print what is inside the program.
    pub const GENERATE_HELP: &'static str = "\
Exit codes:
  0  printed
  2  usage: bad flag, unknown word";

    /// The exit codes as `history list --help` prints them.
    pub const HISTORY_HELP: &'static str = "\
Exit codes:
  0  printed
  2  usage: bad flag, not a store, no such store, workspace or run, a run without a report
  3  could not complete: the store cannot be read";

    /// The exit codes as `history status --help` prints them.
    pub const STATUS_HELP: &'static str = "\
Exit codes:
  0  the last good scan is recent enough
  2  usage: bad flag, no such store, not a store, several workspaces
  3  there is no good scan, it is older than --max-age or later than now, or the store cannot be read";

    /// The exit codes as `history prune --help` prints them.
    pub const PRUNE_HELP: &'static str = "\
Exit codes:
  0  done
  2  usage: bad flag, no such store, not a store, no retention period is set
  3  could not complete: the store is in use, or the disk is full";

    /// The exit codes of the commands that edit the configuration.
    pub const EDIT_HELP: &'static str = "\
Exit codes:
  0  written
  2  usage or configuration: bad flag, bad TOML, unknown id, a file or folder that cannot be written
  3  could not complete: authentication, network, rate limit, a signal";

    /// The exit codes as `doctor --help` prints them.
    pub const DOCTOR_HELP: &'static str = "\
Exit codes:
  0  a scan can be made; the first line says what it would lack, if anything
  2  usage or configuration: bad flag, no token, wrong region
  3  a scan cannot be made, or not completely: token, network, plan, allowlist, a source that failed";

    /// The exit codes as `rbac can --help` prints them.
    pub const CAN_HELP: &'static str = "\
Exit codes:
  0  allowed
  1  denied
  2  usage or configuration: unknown person, role or action, no declared role, bad flag, bad TOML
  3  could not complete: authentication, network, rate limit, a list of teammates that is not complete";

    /// The exit codes as `rbac diagnose --help` prints them.
    pub const DIAGNOSE_HELP: &'static str = "\
Exit codes:
  0  no problem found, as far as the policy allows it to be told
  1  a problem was found
  2  usage or configuration: bad flag, no token, bad TOML
  3  no problem found in what could be read, but not everything could be";

    /// The exit codes as `alert test --help` prints them.
    pub const ALERT_HELP: &'static str = "\
Exit codes:
  0  every receiver accepted the message
  2  usage or configuration: bad flag, bad TOML, unknown name, an address or a secret that is missing
  3  a receiver did not accept it";

    /// The exit codes as `render --help` prints them.
    pub const RENDER_HELP: &'static str = "\
Exit codes:
  0  rendered, whatever the gate of the scan said
  2  usage: bad flag, no such file, not a report, a place that cannot be written to
  3  could not complete: a place that could not be written to after all";

    /// The number the shell sees.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Decides how a scan ended: a certain violation outweighs what could not be read.
    pub const fn of_scan(violation: bool, incomplete: bool) -> Self {
        match (violation, incomplete) {
            (true, _) => Self::Violation,
            (false, true) => Self::Incomplete,
            (false, false) => Self::Success,
        }
    }
}

impl From<Exit> for u8 {
    fn from(exit: Exit) -> Self {
        exit.code()
    }
}

impl TryFrom<u8> for Exit {
    type Error = &'static str;

    fn try_from(code: u8) -> Result<Self, Self::Error> {
        let ends = [Self::Success, Self::Violation, Self::Incomplete];
        ends.into_iter().find(|exit| exit.code() == code).ok_or("a scan ends with exit code 0, 1 or 3")
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_the_documented_ones() {
        for exit in [Exit::Success, Exit::Violation, Exit::Usage, Exit::Incomplete] {
            assert!(Exit::HELP.contains(&format!("\n  {}  ", exit.code())), "{exit:?}");
        }
    }

    #[test]
    fn a_violation_outweighs_an_incomplete_scan() {
        assert_eq!(Exit::of_scan(true, true), Exit::Violation);
        assert_eq!(Exit::of_scan(true, false), Exit::Violation);
        assert_eq!(Exit::of_scan(false, true), Exit::Incomplete);
        assert_eq!(Exit::of_scan(false, false), Exit::Success);
    }
}
